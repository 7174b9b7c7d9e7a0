"""Rebuild data/translations.txt.gz: short English sentences and their French translations, with their sources.

    git clone https://github.com/msellers8472/NMT-Comparison-Project
    python data/build_translations.py NMT-Comparison-Project/fra_short.txt

The file may be compressed (.gz). A line is an English sentence, a French one and an attribution, with tabs between
them; lines are kept as they are. A pair stays if the English sentence has three words or more, if all of its words in
both languages are frequent in the file, and if neither sentence has a word of RUDE. Running the script again gives
the same file, byte for byte.
"""

from __future__ import annotations

import gzip
import hashlib
import re
import sys
from collections import Counter
from pathlib import Path

TARGET = Path(__file__).with_name("translations.txt.gz")
FEWEST_WORDS, OFTEN = 3, 7  # words of a sentence; how often a word occurs at least
# Words that nobody should meet while learning something else.
RUDE = """
arse ass bastard bitch bloody bull crap damn dead die died dies drown drug drunk dumb dumped dying fart fat
fool fuck gay gun hang hell hate hated idiot jerk kill kiss liar lied loser maniac moron murder naked nude
nuts pee pig plastered poison racist rape rob screw sex shit shoot shot shut sick slut spit stab stink stupid
suck suicide ugly wimp abruti baise bander bordel bourré bâtard casse chiant chier con conne connard cul crève
déconne déguerpissez enculé enfoir fesse fou foutre fous foutu gros grosse gueule haïs hais idiote imbécile
laid merde mort morte mourir mourut meurs meurt nul pédé pisse pute pue putain salaud sale salope saoul soûl
tue tuer tué tuez
"""
WORD = re.compile(r"[^\W\d_]+")


def read_pairs(path: Path) -> list[str]:
    """Return the lines of the source, each an English sentence, a French one and an attribution."""
    try:
        content = path.read_bytes()
    except OSError:
        raise SystemExit(f"{path} cannot be read: name fra_short.txt of NMT-Comparison-Project.") from None
    text = (gzip.decompress(content) if path.suffix == ".gz" else content).decode("utf-8")
    return [line for line in text.split("\n") if line.count("\t") == 2]


def words_of(line: str) -> list[list[str]]:
    """Return the words of both sentences of a line, in small letters."""
    return [WORD.findall(sentence.lower()) for sentence in line.split("\t")[:2]]


def keep(lines: list[str]) -> list[str]:
    """Leave out what is too short, has a seldom word or a rude one."""
    counts = [Counter(word for line in lines for word in words_of(line)[language]) for language in range(2)]
    kept = []
    for line in lines:
        words = words_of(line)
        frequent = all(counts[language][word] >= OFTEN for language in range(2) for word in words[language])
        if frequent and len(words[0]) >= FEWEST_WORDS and not set(words[0] + words[1]) & set(RUDE.split()):
            kept.append(line)
    return kept


def main() -> None:
    """Write the file and print its size and SHA-256."""
    if len(sys.argv) != 2:
        raise SystemExit("Say where the sentences are: python data/build_translations.py FILE")
    lines = keep(read_pairs(Path(sys.argv[1])))
    content = gzip.compress("\n".join([*lines, ""]).encode("utf-8"), mtime=0)
    TARGET.write_bytes(content)
    print(f"{TARGET.name}: {len(lines)} pairs, {len(content)} bytes, sha256 {hashlib.sha256(content).hexdigest()}")


if __name__ == "__main__":
    main()
