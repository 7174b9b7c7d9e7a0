"""Rebuild data/book_pages.txt.gz: pages out of 22 novels by ten authors, for training and for testing.

    python data/build_books.py FOLDER

FOLDER holds the novels in UTF-8, named as below with .txt or .txt.gz: Project Gutenberg's transcriptions without
header, footer and transcriber's notes. Running the script on these gives the same file, byte for byte.

- Training and test come from different books. Where an author has three, the two that share people are for training.
- What a printer or a typist decides is taken out: capitals, italics, quotation marks, dashes, hyphens, and with them
  all punctuation. What stays are words of small letters; an apostrophe within a word stays ("don't").
- Names are masked, since a Watson says more than any style: a word with a capital within a sentence becomes NAME, and
  so does the first word of a sentence if the book writes it with a capital elsewhere.
- A page is a run of consecutive sentences, closed as soon as it has 400 words. Pages with a slur are left out. All
  authors have as many pages as London, whose books are the shortest; they are spread evenly over the books.
"""

from __future__ import annotations

import gzip
import hashlib
import re
import sys
from collections import Counter
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

TARGET = Path(__file__).with_name("book_pages.txt.gz")
WORDS = 400  # a page has at least as many
PAGES = {"train": 175, "test": 74}  # of every author

NAME = "NAME"  # stands for every name; all other words are small
TITLES = {"mr", "mrs", "miss", "dr", "sir"}  # words that stay, although they are written with a capital
FIRST_PERSON = {"i", "i'm", "i'll", "i've", "i'd", "o", "oh"}

APOSTROPHES, QUOTES, DASHES = "’‘", '“”"', r"--+|—|–"
ABBREVIATIONS = r"(?<!\bMr)(?<!\bMrs)(?<!\bDr)(?<!\bSt)(?<!\bMessrs)(?<!\b[A-Z])"
SENTENCE_END = re.compile(ABBREVIATIONS + r"([.!?]+[\"')]*)\s+(?=[\"'(]*[A-Z])")
HEADING = re.compile(r"(CHAPTER|BOOK|VOLUME|PART|Chapter|Book|Phase)\b.{0,120}$|[IVXLC]+\.?[^a-z]*$")
STARTS = re.compile(
    r"(?<!\bMr)(?<!\bMrs)(?<!\bDr)(?<!\bSt)(?<!\bMessrs)\.$|[!?:\"'(]$|--$"
)  # before a capital that means nothing
SLUR = "nigg"  # pages with this word are left out
WORD = re.compile(r"[A-Za-zÀ-ÿ]+(?:'[A-Za-zÀ-ÿ]+)*")


@dataclass(frozen=True)
class Book:
    """A novel: file name (its author first), what it is for, where its first sentence starts, the text's SHA-256."""

    name: str
    part: str
    body: int
    sha256: str

    @property
    def author(self) -> str:
        return self.name.split("_")[0]

    def read(self, folder: Path) -> str:
        """Return the story; end the program with a sentence if the file is missing or another one."""
        for path in (folder / f"{self.name}.txt.gz", folder / f"{self.name}.txt"):
            if path.exists():
                content = path.read_bytes()
                content = gzip.decompress(content) if path.suffix == ".gz" else content
                if not hashlib.sha256(content).hexdigest().startswith(self.sha256):
                    raise SystemExit(f"{path} is not the text that the course was made from.")
                return content.decode("utf-8")[self.body :]
        raise SystemExit(f"{folder} has no {self.name}.txt and no {self.name}.txt.gz.")


BOOKS = (
    Book("austen_emma", "train", 49, "0772d17c8d5bf79d"),
    Book("austen_pride_and_prejudice", "test", 51, "80262a95d53d5a7f"),
    Book("bronte_jane_eyre", "train", 5455, "7a087ca84f62af52"),
    Book("bronte_villette", "test", 917, "41227803cf594dda"),
    Book("dickens_great_expectations", "train", 72, "70f58e862b117d5f"),
    Book("dickens_a_tale_of_two_cities", "test", 1874, "ea59b5e8f9b9e5d6"),
    Book("doyle_adventures_of_sherlock_holmes", "train", 579, "a4866cc751985c68"),
    Book("doyle_hound_of_the_baskervilles", "train", 87, "d77d470b28ae655c"),
    Book("doyle_white_company", "test", 2298, "348329c669ee38c4"),
    Book("eliot_mill_on_the_floss", "train", 2738, "4b4e9296fa0641b4"),
    Book("eliot_silas_marner", "test", 579, "33adb04ffc08a4d6"),
    Book("hardy_tess_of_the_durbervilles", "train", 9476, "fc28266f432f4ca4"),
    Book("hardy_jude_the_obscure", "test", 3116, "07a05b798a772679"),
    Book("london_white_fang", "train", 839, "094ebb9ba3ff6f5a"),
    Book("london_call_of_the_wild", "test", 465, "2b7a47bd4ebbdfac"),
    Book("melville_moby_dick", "train", 26771, "5a5af9d8cded8fe9"),
    Book("melville_typee", "test", 39247, "d0ba520f563781f4"),
    Book("stevenson_kidnapped", "train", 11258, "36a17dd72be3b4f2"),
    Book("stevenson_treasure_island", "test", 3734, "26bbda47e0066a88"),
    Book("twain_huckleberry_finn", "train", 8217, "d727e70268887db6"),
    Book("twain_tom_sawyer", "train", 6700, "1dade7b8e9e86fae"),
    Book("twain_connecticut_yankee", "test", 1848, "e64a4790a5ced85e"),
)


def normalise(text: str) -> str:
    """Write quotes, dashes, apostrophes, italics and white space of all books alike; leave out notes in brackets."""
    text = re.sub(f"[{APOSTROPHES}]", "'", text.replace("\xa0", " "))
    text = re.sub(f"[{QUOTES}]", '"', re.sub(r"\[[^\]]*\]", "", text))
    return re.sub(DASHES, " -- ", text.replace("_", ""))


def sentences(text: str) -> list[str]:
    """Return the sentences of a book in order. A paragraph's end ends a sentence; headings are left out."""
    found = []
    for paragraph in re.split(r"\n\s*\n", text):
        joined = " ".join(paragraph.split())
        letters = [letter for letter in joined if letter.isalpha()]
        capitals = sum(letter.isupper() for letter in letters)
        if letters and capitals < 0.7 * len(letters) and not HEADING.match(joined):
            found += SENTENCE_END.sub(r"\1\n", joined).split("\n")
    return found


def capitalised(sentence: str) -> list[tuple[str, bool, bool]]:
    """Return the words of a sentence: (small letters, has a capital, may owe it to its place)."""
    words = []
    for match in WORD.finditer(sentence):
        before = sentence[: match.start()].rstrip()
        first = not words or bool(STARTS.search(before))
        capital = match[0] != match[0].lower() and (len(match[0]) == 1 or not match[0].isupper())
        words.append((match[0].lower(), capital, first))
    return words


def mask_names(book: list[str]) -> list[list[str]]:
    """Return the words of every sentence, with NAME for every name; the book itself says which words are names."""
    read = [capitalised(sentence) for sentence in book]
    small = Counter(word for sentence in read for word, capital, _ in sentence if not capital)
    inside = Counter(word for sentence in read for word, capital, first in sentence if capital and not first)

    def masked(word: str, capital: bool, first: bool) -> str:
        if not capital or word in FIRST_PERSON or word in TITLES:
            return word
        stem = word.removesuffix("'s")
        is_name = inside[word] + inside[stem] > small[word] + small[stem] if first else True
        return NAME + "'s" * (stem != word) if is_name else word

    return [words for sentence in read if (words := [masked(*word) for word in sentence])]


def pages_of(book: list[list[str]]) -> list[list[list[str]]]:
    """Cut a book into pages of consecutive sentences, each closed as soon as it has enough words."""
    pages, page, count = [], [], 0
    for sentence in book:
        page, count = [*page, sentence], count + len(sentence)
        if count >= WORDS:
            pages, page, count = [*pages, page], [], 0
    return [page for page in pages if not any(SLUR in word for sentence in page for word in sentence)]


def spread(pages: list, count: int) -> list:
    """Choose ``count`` pages at equal distances."""
    if len(pages) < count:
        raise SystemExit(f"Only {len(pages)} pages where {count} are needed: lower PAGES.")
    return [pages[place * len(pages) // count] for place in range(count)]


def build(folder: Path) -> str:
    """Return the file's text: for every page a line ``# part author book``, a line for each sentence, an empty line."""
    lines = []
    for (author, part), books in groupby(BOOKS, key=lambda book: (book.author, book.part)):
        of_author = [
            (book.name, page)
            for book in books
            for page in pages_of(mask_names(sentences(normalise(book.read(folder)))))
        ]
        for name, page in spread(of_author, PAGES[part]):
            title = name.removeprefix(f"{author}_")
            lines += [f"# {part} {author} {title}", *(" ".join(sentence) for sentence in page), ""]
    return "\n".join(lines)


def main() -> None:
    """Write the file and print its size and SHA-256."""
    if len(sys.argv) != 2:
        raise SystemExit("Say where the novels are: python data/build_books.py FOLDER")
    content = gzip.compress(build(Path(sys.argv[1])).encode("utf-8"), mtime=0)
    TARGET.write_bytes(content)
    print(f"{TARGET.name}: {len(content)} bytes, sha256 {hashlib.sha256(content).hexdigest()}")


if __name__ == "__main__":
    main()
