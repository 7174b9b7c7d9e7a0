"""The data of the lessons: made from a formula or read from ``data/``. Only what is asked for in full is downloaded."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

DATA_DIR = Path(__file__).resolve().parent.parent / "data"


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
