"""Rebuild data/surnames.txt.gz: surnames of ten languages, for training and for testing.

    git clone https://github.com/spro/practical-pytorch
    python data/build_names.py practical-pytorch/data/names

A surname stays if it is one word and occurs in one language only; capitals become small letters.
Of the languages, the ten with the most such names stay, with at most 600 names each, drawn with a fixed seed. Of every
language a fifth goes to the test part. Running the script again gives the same file, byte for byte.
"""

from __future__ import annotations

import gzip
import hashlib
import sys
from collections import Counter
from pathlib import Path

import numpy as np

TARGET = Path(__file__).with_name("surnames.txt.gz")
SEED = 15  # the lesson's number
LANGUAGES, MOST = 10, 600
TEST_SHARE = 0.2


def read_names(folder: Path) -> dict[str, list[str]]:
    """Return the surnames of every language, in lower case, each once."""
    files = sorted(folder.glob("*.txt"))
    if not files:
        raise SystemExit(
            f"{folder} holds no files such as Arabic.txt: name the folder data/names of practical-pytorch."
        )
    return {
        path.stem: sorted({name for name in map(tidy, path.read_text("utf-8").split("\n")) if name}) for path in files
    }


def tidy(line: str) -> str:
    """Return a surname in small letters, or "" where the line is something else ("To The First Page")."""
    name = line.strip().lower()
    return name if name.replace("'", "").replace("-", "").isalpha() else ""


def in_one_language(names: dict[str, list[str]]) -> dict[str, list[str]]:
    """Leave out names that several languages have, then all but the largest languages."""
    counts = Counter(name for language in names.values() for name in language)
    alone = {language: [name for name in of_it if counts[name] == 1] for language, of_it in names.items()}
    largest = sorted(alone, key=lambda language: (-len(alone[language]), language))[:LANGUAGES]
    return {language: alone[language] for language in sorted(largest)}


def build(names: dict[str, list[str]]) -> str:
    """Return the file's text: a line for each name, with part, language and name."""
    rng, rows = np.random.default_rng(SEED), []
    for language, of_it in names.items():
        drawn = [of_it[place] for place in rng.permutation(len(of_it))[:MOST]]
        tests = round(TEST_SHARE * len(drawn))
        rows += [f"test\t{language}\t{name}" for name in drawn[:tests]]
        rows += [f"train\t{language}\t{name}" for name in drawn[tests:]]
    return "\n".join([*(rows[place] for place in rng.permutation(len(rows))), ""])


def main() -> None:
    """Write the file and print its size and SHA-256."""
    if len(sys.argv) != 2:
        raise SystemExit("Say where the names are: python data/build_names.py FOLDER")
    content = gzip.compress(build(in_one_language(read_names(Path(sys.argv[1])))).encode("utf-8"), mtime=0)
    TARGET.write_bytes(content)
    print(f"{TARGET.name}: {len(content)} bytes, sha256 {hashlib.sha256(content).hexdigest()}")


if __name__ == "__main__":
    main()
