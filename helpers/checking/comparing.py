"""Whether two plain values are the same answer."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from helpers.checking.answers import Failure, Reply

# The name of a file in what Keras says of it, without an ending that Keras knows: that says what was meant.
ENDING = r"\.(?:weights\.h5|h5|keras|npz)\b"
FILE_NAME = rf"[\w-]+(?={ENDING})|(?<=/)[\w-]+(?:(?!{ENDING})\.\w+)*"


def same(got: Any, want: Any, rtol: float, atol: float) -> bool:
    """Whether two plain values agree. Shapes first; dtypes are forgiven, a list for a tuple too.

    NaN equals NaN, so that a known mistake may answer NaN; what is expected never holds one.
    """
    want = settled(want)
    got = read_as(got, want)
    if isinstance(want, np.ndarray):
        return isinstance(got, np.ndarray) and got.shape == want.shape and bool(close(got, want, rtol, atol).all())
    if isinstance(want, str):
        return isinstance(got, str) and got.strip().casefold() == want.strip().casefold()
    if isinstance(want, list | tuple):
        return (
            isinstance(got, list | tuple)
            and len(got) == len(want)
            and all(same(g, w, rtol, atol) for g, w in zip(got, want, strict=True))
        )
    if isinstance(want, dict):
        return (
            isinstance(got, dict) and got.keys() == want.keys() and all(same(got[k], want[k], rtol, atol) for k in want)
        )
    if isinstance(want, Failure):
        return isinstance(got, Failure) and _same_failure(got, want)
    return want is None and got is None


def settled(value: Any, results: int = 1) -> Any:
    """Return a plain value with (nested) lists of single numbers read as arrays; ``results`` of them are kept apart.

    ``([1, 2], [3, 4])`` is a matrix where one result is asked, and a tuple of two vectors where two are.
    """
    if isinstance(value, list | tuple):
        if not (results > 1 and len(value) == results) and (array := numbers_in(value)) is not None:
            return array
        return type(value)(settled(item) for item in value)
    if isinstance(value, dict):
        return {key: settled(item) for key, item in value.items()}
    return np.asarray(value) if isinstance(value, bool | int | float) else value


def numbers_in(value: Any) -> np.ndarray | None:
    """The array that a number, or a (nested) list of single numbers, stands for; None for a ragged one and others."""
    if isinstance(value, bool | int | float):
        return np.asarray(value)
    if isinstance(value, np.ndarray):
        return value if value.ndim == 0 else None
    if not isinstance(value, list | tuple) or not value:
        return None
    if all(isinstance(item, bool | int | float) for item in value):
        return np.asarray(value)
    rows = [numbers_in(item) for item in value]
    if any(row is None or row.shape != rows[0].shape for row in rows):  # type: ignore[union-attr]
        return None
    return np.stack(rows)  # type: ignore[arg-type]


def read_as(got: Any, want: Any) -> Any:
    """Read the lists and numbers in ``got`` as ``want`` has them, which is settled.

    Single numbers side by side are one answer, whether they come as a list, as a tuple or as a vector. A list of
    tensors stays one: it is not the tensor that tf.stack would make of it.
    """
    if isinstance(want, np.ndarray) and not isinstance(got, np.ndarray) and (array := numbers_in(got)) is not None:
        return array
    if isinstance(want, list | tuple) and isinstance(got, np.ndarray) and got.ndim == 1 and _single_numbers(want):
        return list(map(np.asarray, got))
    return got


def _single_numbers(values: Any) -> bool:
    return bool(values) and all(isinstance(value, np.ndarray) and value.ndim == 0 for value in values)


def _same_failure(got: Failure, want: Failure) -> bool:
    """Whether two failures say the same; of a text that was cut off, as far as both of them go."""
    (kind, said), (other_kind, other) = _failure_words(got), _failure_words(want)
    if got.text.endswith("...") and want.text.endswith("..."):
        size = min(len(said), len(other)) - len("...")
        said, other = said[:size], other[:size]
    return kind == other_kind and said == other


def _failure_words(failure: Failure) -> tuple[str, str]:
    """What a failure says, without what need not be equal: numbers of layers (dense_3), tensors (310:0) and objects
    (0x7f3a), and the names that a student gives to files (my_net.keras)."""
    return failure.kind, re.sub(rf"_\d+\b|\b\d+:\d+\b|\b0x[0-9a-f]+\b|{FILE_NAME}", "", failure.text)


def close(got: np.ndarray, want: np.ndarray, rtol: float, atol: float) -> np.ndarray:
    if want.dtype.kind in "biu":  # a count is right or wrong
        rtol, atol = 0.0, 1e-6
    with np.errstate(invalid="ignore", over="ignore"):
        return np.isclose(got.astype(np.float64), want.astype(np.float64), rtol=rtol, atol=atol, equal_nan=True)


def repeats(reply: Reply, rtol: float, atol: float) -> bool:
    """Whether a function that was asked the same thing twice gave the same answer, as far as it was."""
    if reply.again is None or isinstance(reply.again, Failure) or isinstance(reply.answer, Failure):
        return True  # what is raised may name a layer by a running number
    return same(reply.again, reply.answer, rtol, atol)
