"""Rebuild data/chorales.txt.gz: chorales by Johann Sebastian Bach, four voices, as numbers of notes.

    git clone https://github.com/ageron/data
    tar xzf data/jsb_chorales.tgz
    python data/build_chorales.py jsb_chorales

The source has a row of four notes for every sixteenth, from soprano to bass, in MIDI numbers (60 is middle C, each
number a semitone); 0 is a rest. Here every second row stays, one for every eighth, and each chorale is moved by at most
six semitones, so that the last note of its bass is a C. The first 120 chorales of the folder train stay, and of the
folder test the first 24 that have no note which those lack. Running the script again gives the same file, byte for
byte.
"""

from __future__ import annotations

import gzip
import hashlib
import sys
from pathlib import Path

import numpy as np

TARGET = Path(__file__).with_name("chorales.txt.gz")
PARTS = {"train": 120, "test": 24}
OCTAVE = 12


def read_chorale(path: Path) -> np.ndarray:
    """Return the eighths of a chorale, (steps, 4), moved so that its bass ends on a C."""
    notes = np.loadtxt(path, delimiter=",", skiprows=1, dtype=int)
    last = notes[notes[:, 3] > 0, 3][-1]
    down = (last + OCTAVE // 2) % OCTAVE - OCTAVE // 2  # from -6 to 5
    eighths = notes[::2]
    return np.where(eighths > 0, eighths - down, 0)


def build(folder: Path) -> str:
    """Return the file's text: a head and a line of four notes for every eighth, a blank line between chorales."""
    blocks: list[str] = []
    known: set[int] = set()
    for part, count in PARTS.items():
        read = ((path.stem, read_chorale(path)) for path in sorted((folder / part).glob("*.csv")))
        fitting = [(name, chorale) for name, chorale in read if part == "train" or known.issuperset(chorale.flat)]
        chosen = fitting[:count]
        if len(chosen) < count:
            raise SystemExit(f"{folder / part} holds {len(chosen)} chorales that fit; {count} are needed.")
        for name, chorale in chosen:
            known.update(chorale.ravel().tolist() if part == "train" else ())
            blocks.append("\n".join([f"# {part} {name}", *(" ".join(map(str, row)) for row in chorale)]))
    return "\n\n".join(blocks) + "\n"


def main() -> None:
    """Write the file and print its size and SHA-256."""
    if len(sys.argv) != 2:
        raise SystemExit("Say where the chorales are: python data/build_chorales.py FOLDER")
    content = gzip.compress(build(Path(sys.argv[1])).encode("utf-8"), mtime=0)
    TARGET.write_bytes(content)
    print(f"{TARGET.name}: {len(content)} bytes, sha256 {hashlib.sha256(content).hexdigest()}")


if __name__ == "__main__":
    main()
