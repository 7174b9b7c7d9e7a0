"""Write data/sunspots.csv again, byte for byte, from the copy inside the package statsmodels.

Use an environment of its own, since the course itself does not need the package::

    python3 -m venv /tmp/sunspots && /tmp/sunspots/bin/pip install statsmodels
    /tmp/sunspots/bin/python data/build_sunspots.py

Nothing of the package is run: its file is read, compared with the digest below and written in the
course's form. Origin: National Geophysical Data Center (United States), yearly means 1700-2008.
The package says of it: "This data is public domain." (statsmodels/datasets/sunspots/data.py)
"""

from __future__ import annotations

import csv
import hashlib
import importlib.util
import sys
from pathlib import Path

SOURCE = Path("datasets", "sunspots", "sunspots.csv")  # inside the package
SOURCE_SHA256 = "f67889b1d9002cd5227f0e0ef54e35b419cdd85a31279adef6f73fb41e5c0a9b"
TARGET = Path(__file__).resolve().with_name("sunspots.csv")


def convert(source: bytes) -> bytes:
    """Return the course's file for the package's: another header, the numbers as they are written there."""
    digest = hashlib.sha256(source).hexdigest()
    if digest != SOURCE_SHA256:
        raise ValueError(f"this is not the file the course was made from: sha256 {digest}")
    header, *rows = csv.reader(source.decode("ascii").splitlines())
    assert header == ["YEAR", "SUNACTIVITY"], header
    return "".join(f"{year},{count}\n" for year, count in [("year", "sunspots"), *rows]).encode("ascii")


def main() -> int:
    """Find the package, write the file, say so."""
    package = importlib.util.find_spec("statsmodels")
    if package is None or not package.submodule_search_locations:
        print("statsmodels is not installed here: pip install statsmodels", file=sys.stderr)
        return 1
    content = convert(Path(package.submodule_search_locations[0], SOURCE).read_bytes())
    TARGET.write_bytes(content)
    print(f"{TARGET.name}: {len(content)} bytes, sha256 {hashlib.sha256(content).hexdigest()}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
