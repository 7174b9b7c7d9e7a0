"""The data of the lessons: made from a formula or read from ``data/``. Only what is asked for in full is downloaded."""

from __future__ import annotations

import contextlib
import gzip
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from helpers.facts import DATA_DIR

# -- series ---------------------------------------------------------------------------------


def notes_series(t: Any) -> np.ndarray:
    """Return ``t * sin(t) / 3 + 2 * sin(5 * t)`` for every time in ``t``: the series of the old notes.

    t: a number or an array of any shape, in radians; the result has the same shape, in float64.
    Sampled at equal distances, it obeys a linear rule exactly: each value is a fixed weighted sum of
    the six before it (four for ``t * sin(t)``, two for ``sin(5 * t)``).
    """
    t = np.asarray(t, np.float64)
    return t * np.sin(t) / 3 + 2 * np.sin(5 * t)


def load_sunspots() -> tuple[np.ndarray, np.ndarray]:
    """Return the years 1700 to 2008 (309,) int64 and their mean sunspot numbers (309,) float32.

    Read from ``data/sunspots.csv``; ``data/README.md`` names origin and licence. Raises
    FileNotFoundError when the file is missing.
    """
    table = np.loadtxt(DATA_DIR / "sunspots.csv", delimiter=",", skiprows=1)
    return table[:, 0].astype(np.int64), table[:, 1].astype(np.float32)


Part = tuple[np.ndarray, np.ndarray]  # inputs and what belongs to them


class DataError(Exception):
    """A data set cannot be had; the message says what to do."""


BRIGHTEST = 255  # a pixel is a number from 0 to 255


def load_mnist_rows(full: bool = False) -> tuple[Part, Part]:
    """Return handwritten digits as sequences: ``(x_train, y_train), (x_test, y_test)``.

    x (N, 28, 28), float32 from 0 to 1: step t is row t of an image, from the top, with 28 pixels as
    features. y (N,), int64: the digit, 0 to 9.

    The sample has N = 4,000 images for training and 1,000 for testing, every digit equally often. With
    ``full`` it is all of MNIST, 60,000 and 10,000, which Keras downloads once and keeps.
    Raises DataError when the data cannot be read or downloaded.

    LeCun, Bottou, Bengio and Haffner, *Gradient-based learning applied to document recognition*,
    Proceedings of the IEEE 86, 1998.
    """
    train, test = _full_mnist() if full else _mnist_sample()
    return _as_rows(*train), _as_rows(*test)


def _mnist_sample() -> tuple[Part, Part]:
    path = DATA_DIR / "mnist_rows.npz"
    try:
        with np.load(path, allow_pickle=False) as archive:
            return (archive["x_train"], archive["y_train"]), (archive["x_test"], archive["y_test"])
    except FileNotFoundError:
        raise DataError(f"{path} is missing: copy it from the course, or make it with data/build_mnist.py.") from None


def _full_mnist() -> tuple[Part, Part]:
    import keras  # loads slowly, and the sample does not need it

    with _download("The full MNIST", "or use the sample with load_mnist_rows()"):
        return keras.datasets.mnist.load_data()


@contextlib.contextmanager
def _download(what: str, otherwise: str) -> Iterator[None]:
    """Turn whatever a download raises into a DataError that says what to do."""
    try:
        yield
    except Exception as error:  # Keras raises a bare Exception when a download fails
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise DataError(
            f"{what} cannot be loaded ({reason}): check the connection to the internet, {otherwise}."
        ) from None


def _as_rows(images: np.ndarray, labels: np.ndarray) -> Part:
    return images.astype(np.float32) / BRIGHTEST, labels.astype(np.int64)


# -- text -----------------------------------------------------------------------------------

PAD, START, UNKNOWN = 0, 1, 2  # what the first ids of a review stand for; 3 stands for nothing
FIRST_WORD = 4  # the id of the most frequent word
IMDB_HINT = "or copy Keras's imdb.npz and imdb_word_index.json into ~/.keras/datasets"


def load_imdb(
    num_words: int = 10_000,
) -> tuple[tuple[list[np.ndarray], np.ndarray], tuple[list[np.ndarray], np.ndarray]]:
    """Return film reviews as sequences of word ids: ``(x_train, y_train), (x_test, y_test)``, 25,000 each.

    x: a list of int32 arrays, one per review, each of its own length. An id below ``num_words`` stands for a
    word, the smaller the more frequent; START begins a review and UNKNOWN stands for every rarer word.
    y (25000,), int64: 1 for praise, 0 for blame. Keras downloads the data once and keeps them.
    Raises DataError when that fails.

    Maas et al., *Learning word vectors for sentiment analysis*, ACL 2011.
    """
    import keras

    with _download("The IMDB reviews", IMDB_HINT):
        parts = keras.datasets.imdb.load_data(num_words=num_words)
    train, test = (([np.asarray(ids, np.int32) for ids in x], np.asarray(y, np.int64)) for x, y in parts)
    return train, test


def load_imdb_words() -> dict[int, str]:
    """Return the word of every id that :func:`load_imdb` gives. Raises DataError when it cannot be downloaded."""
    import keras

    with _download("The words of IMDB", IMDB_HINT):
        ranks: dict[str, int] = keras.datasets.imdb.get_word_index()  # the most frequent word has rank 1
    words = {rank + FIRST_WORD - 1: word for word, rank in ranks.items()}
    return {PAD: "", START: "<start>", UNKNOWN: "<unknown>", **words}


LANGUAGES = ("Chinese", "Czech", "Dutch", "English", "French", "German", "Italian", "Japanese", "Russian", "Spanish")
AUTHORS = ("austen", "bronte", "dickens", "doyle", "eliot", "hardy", "london", "melville", "stevenson", "twain")
NAME = "NAME"  # stands for every name in the books

Texts = tuple[list[str], np.ndarray]  # texts and the class of each
Page = list[str]  # the sentences of a page, in order
Pages = tuple[list[Page], np.ndarray]  # pages and the author of each


def load_surnames() -> tuple[Texts, Texts]:
    """Return surnames and their languages: ``(names_train, y_train), (names_test, y_test)``.

    names: a list of strings in small letters, in random order; no name is there twice. y (N,), int64: the place
    of the name's language in LANGUAGES. Languages have 163 to 480 names for training (3,468 together) and 41 to
    120 for testing (867). Each name occurs in one of the languages only.
    Raises DataError when the file is missing.
    """
    rows = [line.split("\t") for line in _read_text("surnames.txt.gz", "data/build_names.py").splitlines()]
    names = {part: [name for of, _, name in rows if of == part] for part in ("train", "test")}
    classes = {part: [LANGUAGES.index(language) for of, language, _ in rows if of == part] for part in names}
    return (names["train"], np.array(classes["train"], np.int64)), (names["test"], np.array(classes["test"], np.int64))


def load_book_pages() -> tuple[Pages, Pages]:
    """Return pages out of novels and who wrote them: ``(pages_train, y_train), (pages_test, y_test)``.

    A page is a list of sentences in their order, a sentence a string of words in small letters with single blanks
    between; NAME stands for every name, and there is no punctuation. A page has at least 400 words, the last
    sentence being the one that reaches them. y (N,), int64: the place of the author in AUTHORS.

    1,750 pages for training and 740 for testing, 175 and 74 of every author, **out of different books**. They
    stand in the order of authors and books: shuffle them. Raises DataError when the file is missing.
    """
    pages: dict[str, list[Page]] = {"train": [], "test": []}
    authors: dict[str, list[int]] = {"train": [], "test": []}
    for block in _read_text("book_pages.txt.gz", "data/build_books.py").strip().split("\n\n"):
        head, *sentences = block.split("\n")
        _, part, author, _ = head.split()
        pages[part].append(sentences)
        authors[part].append(AUTHORS.index(author))
    return (pages["train"], np.array(authors["train"], np.int64)), (pages["test"], np.array(authors["test"], np.int64))


def load_passages(words: int = 80) -> tuple[Texts, Texts]:
    """Return short passages out of novels and who wrote them: ``(x_train, y_train), (x_test, y_test)``.

    x: a list of strings with exactly ``words`` words each (at most 400), cut from the pages of
    :func:`load_book_pages`, ``400 // words`` from every page; a sentence may begin or end within. With 80 words
    that is 8,750 passages for training and 3,700 for testing, equally many of every author, out of different
    books, in the books' order. y (N,), int64: the place of the author in AUTHORS.
    """
    train, test = load_book_pages()
    return _cut(train, words), _cut(test, words)


PAGE_WORDS = 400  # a page has at least as many


def _cut(part: Pages, words: int) -> Texts:
    if not 1 <= words <= PAGE_WORDS:
        raise ValueError(f"words must be from 1 to {PAGE_WORDS}, as long as a page is; it is {words}.")
    each = PAGE_WORDS // words
    passages = []
    for page in part[0]:
        of_page = " ".join(page).split()
        passages += [" ".join(of_page[i * words : (i + 1) * words]) for i in range(each)]
    return passages, np.repeat(part[1], each)


def _read_text(name: str, program: str) -> str:
    path = DATA_DIR / name
    try:
        return gzip.decompress(path.read_bytes()).decode("utf-8")
    except FileNotFoundError:
        raise DataError(f"{path} is missing: copy it from the course, or make it with {program}.") from None


def load_headlines(folder: str | Path | None = None) -> tuple[Texts, Texts]:
    """Return Chinese headlines and their topics, ten classes: ``(x_train, y_train), (x_test, y_test)``.

    The course does not ship them. ``folder``, or else the environment variable COURSE_HEADLINES, names a folder
    of yours with ``thucnews.dev.txt.gz`` and ``thucnews.test.txt.gz``: a headline, a tab and a class number from
    0 to 9 in every line, 10,000 lines each. The first is what is trained on. Raises DataError without them.

    Out of THUCNews by the THU NLP group, free for research.
    """
    folder = folder or os.environ.get("COURSE_HEADLINES", "")
    if not folder:
        raise DataError("Name the folder with the headlines: load_headlines(folder), or set COURSE_HEADLINES.")
    return _headlines(Path(folder, "thucnews.dev.txt.gz")), _headlines(Path(folder, "thucnews.test.txt.gz"))


def _headlines(path: Path) -> Texts:
    try:
        text = gzip.decompress(path.read_bytes()).decode("utf-8")
    except FileNotFoundError:
        raise DataError(f"{path} is missing: take dev.txt and test.txt of THUCNews, compressed with gzip.") from None
    rows = [line.rsplit("\t", 1) for line in text.splitlines()]
    return [headline for headline, _ in rows], np.array([int(number) for _, number in rows], np.int64)


# -- strings of a grammar -------------------------------------------------------------------

REBER_LETTERS = "BEPSTVX"  # feature d of a one-hot letter stands for REBER_LETTERS[d]
Grammar = Mapping[Any, Mapping[str, Any]]  # {place: {letter: next place}}; the last place has no way on

REBER: Grammar = {
    0: {"B": 1},
    1: {"T": 2, "P": 3},
    2: {"S": 2, "X": 4},
    3: {"T": 3, "V": 5},
    4: {"X": 3, "S": 6},
    5: {"P": 4, "V": 6},
    6: {"E": 7},
    7: {},
}


def _embedded_reber() -> Grammar:
    """B, then T or P, a whole Reber string, the same T or P again, E."""
    grammar: dict[Any, dict[str, Any]] = {
        "start": {"B": "fork"},
        "fork": {"T": ("T", 0), "P": ("P", 0)},
        "last": {"E": "end"},
        "end": {},
    }
    for first in "TP":
        for place, ways in REBER.items():
            grammar[first, place] = {letter: (first, to) for letter, to in ways.items()}
        grammar[first, 7] = {first: "last"}
    return grammar


EMBEDDED_REBER = _embedded_reber()


def reber_strings(count: int, seed: int, embedded: bool = True) -> list[str]:
    """Return ``count`` strings of the Reber grammar; where it has two ways on, both are equally likely.

    With ``embedded`` a string is B, T or P, a Reber string, the same T or P, E: who wants to know the last
    letter but one has to remember the second. The same seed gives the same strings.

    Reber, *Implicit learning of artificial grammars*, Journal of Verbal Learning and Verbal Behavior 6, 1967;
    embedded: Hochreiter and Schmidhuber, *Long short-term memory*, Neural Computation 9, 1997.
    """
    grammar = EMBEDDED_REBER if embedded else REBER
    rng = np.random.default_rng(seed)
    strings = []
    for _ in range(count):
        place, letters = next(iter(grammar)), ""
        while grammar[place]:
            letter = list(grammar[place])[rng.integers(len(grammar[place]))]
            letters, place = letters + letter, grammar[place][letter]
        strings.append(letters)
    return strings


def reber_next(string: str, embedded: bool = True) -> list[str]:
    """Return, for every letter of a string, the letters that may follow it, in alphabetical order.

    After the last letter that is "". The string may end early. Raises ValueError at a letter that the
    grammar does not allow.
    """
    grammar = EMBEDDED_REBER if embedded else REBER
    place, following = next(iter(grammar)), []
    for t, letter in enumerate(string):
        if letter not in grammar[place]:
            raise ValueError(f"letter {t} of {string!r} is {letter!r}; the grammar allows {sorted(grammar[place])}")
        place = grammar[place][letter]
        following.append("".join(sorted(grammar[place])))
    return following


def one_hot_letters(strings: Sequence[str]) -> np.ndarray:
    """Return letters as numbers: N texts of up to T letters -> (N, T, 7), float32.

    Step t has a 1 at the place of letter t in REBER_LETTERS and 0 elsewhere; behind the end of a
    text all is 0. Raises ValueError for any other letter.
    """
    letters = np.zeros((len(strings), max(map(len, strings), default=0), len(REBER_LETTERS)), np.float32)
    for n, string in enumerate(strings):
        letters[n, range(len(string)), [REBER_LETTERS.index(letter) for letter in string]] = 1.0
    return letters


# -- runs of numbers ------------------------------------------------------------------------


def consecutive_or_random(
    count: int, seed: int, shortest: int = 5, longest: int = 19, largest: int = 9999
) -> tuple[list[np.ndarray], np.ndarray]:
    """Return sequences of numbers and what they are: ``(sequences, labels)``.

    sequences: a list of ``count`` float32 arrays (length,) of whole numbers from 0 to ``largest``, each of its own
    length, from ``shortest`` to ``longest``. labels (count,), int64: 0 where each number is the one before plus 1,
    from a start drawn at random; 1 where every number is drawn by itself. Both kinds are equally likely, and
    so are all lengths. Labels and limits are those of the old notes. The same seed gives the same sequences.
    """
    rng = np.random.default_rng(seed)
    labels = rng.integers(2, size=count)
    sequences = []
    for label in labels:
        length = int(rng.integers(shortest, longest + 1))
        if label:
            numbers = rng.integers(largest + 1, size=length)
        else:
            numbers = rng.integers(largest - length + 2) + np.arange(length)
        sequences.append(numbers.astype(np.float32))
    return sequences, labels


# -- translations ---------------------------------------------------------------------------

Words = list[str]  # a sentence, cut into words


def load_translations() -> tuple[list[Words], list[Words], list[str]]:
    """Return short English sentences, a French translation of each, and who wrote both: ``(english, french, sources)``.

    Three lists of the same length; a sentence is a list of small words and marks, such as ``["i", "did", "it", "."]``
    and ``["je", "l'", "ai", "fait", "."]``. A source is the attribution that the licence asks for. The sentences come
    from Tatoeba; ``data/README.md`` names origin and licence. Raises DataError when the file is missing.
    """
    text = _read_text("translations.txt.gz", "data/build_translations.py")
    rows = [line.split("\t") for line in text.splitlines()]
    english = [cut_sentence(row[0].replace("n't", " not").replace("'", " '")) for row in rows]
    french = [cut_sentence(row[1].replace("’", "'").replace("'", "' ")) for row in rows]
    return english, french, [row[2] for row in rows]


def cut_sentence(sentence: str) -> Words:
    """Return the words and marks of a sentence in small letters; an apostrophe stays with what it stands at."""
    return re.findall(r"[^\W\d_]+'?|'[^\W\d_]+|[.?!]", sentence.lower())


# -- what a network writes on ---------------------------------------------------------------

HELD_OUT = 20_000  # characters of Shakespeare that no network learns from
VOICES = 4  # soprano, alto, tenor, bass


def load_shakespeare() -> tuple[str, str]:
    """Return the beginning of Shakespeare's plays, 200,000 characters, and the 20,000 that follow, held out.

    Coriolanus, then half of Richard III; what is held out is out of the latter. Raises DataError when the file is
    missing.
    """
    text = _read_text("shakespeare.txt.gz", "data/build_shakespeare.py")
    return text[:-HELD_OUT], text[-HELD_OUT:]


def load_chorales() -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Return 120 chorales by Bach for training and 24 that are held out: a list of arrays (steps, 4), int64.

    A step is an eighth; its four notes are soprano, alto, tenor and bass, as MIDI numbers: 60 is middle C, each
    number a semitone, 0 a rest. All chorales are moved so that the bass ends on a C. Raises DataError when the file
    is missing.
    """
    parts: dict[str, list[np.ndarray]] = {"train": [], "test": []}
    for block in _read_text("chorales.txt.gz", "data/build_chorales.py").strip().split("\n\n"):
        head, *rows = block.split("\n")
        parts[head.split()[1]].append(np.array([row.split() for row in rows], np.int64))
    return parts["train"], parts["test"]
