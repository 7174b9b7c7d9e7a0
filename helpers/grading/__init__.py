"""What an instructor runs: cases and release, grading, reports. Students' packs do without this folder."""

import sys

# jsonschema, which nbformat brings, would build grammars for formats that no notebook has: a second for every process.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
