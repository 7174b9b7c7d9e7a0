"""Rebuild data/shakespeare.txt.gz: the beginning of a well-known collection of Shakespeare's plays.

    git clone https://github.com/karpathy/char-rnn
    python data/build_shakespeare.py char-rnn/data/tinyshakespeare/input.txt

The first 220,000 characters stay, unchanged: Coriolanus, and about half of Richard III. Running the script again gives
the same file, byte for byte.
"""

from __future__ import annotations

import gzip
import hashlib
import sys
from pathlib import Path

TARGET = Path(__file__).with_name("shakespeare.txt.gz")
CHARACTERS = 220_000  # of 1,115,394
SHA256 = "86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed"  # of the whole source


def build(source: bytes) -> str:
    """Return the file's text. Raises SystemExit for another source."""
    if hashlib.sha256(source).hexdigest() != SHA256:
        raise SystemExit("This is another file than data/tinyshakespeare/input.txt of char-rnn, or another version.")
    return source.decode("ascii")[:CHARACTERS]


def main() -> None:
    """Write the file and print its size and SHA-256."""
    if len(sys.argv) != 2:
        raise SystemExit("Say where the text is: python data/build_shakespeare.py FILE")
    content = gzip.compress(build(Path(sys.argv[1]).read_bytes()).encode("utf-8"), mtime=0)
    TARGET.write_bytes(content)
    print(f"{TARGET.name}: {len(content)} bytes, sha256 {hashlib.sha256(content).hexdigest()}")


if __name__ == "__main__":
    main()
