"""Answers as plain arrays, whatever a student's code returned.

``plain`` turns a result into a *plain value* or raises :class:`Unusable` with one sentence.
A plain value is ``None``, a ``str``, a ``numpy.ndarray`` of numbers or booleans, or a
list, tuple or ``dict[str, ...]`` of plain values. Nothing else leaves a student's code, so no
``__eq__``, ``__array__`` or pickle of theirs is ever run by the side that judges.

A :class:`Reply` is what asking a function once gave: a plain value, or the :class:`Failure` to give one.
"""

from __future__ import annotations

import dataclasses
import sys
from typing import Any

import numpy as np

MAX_ELEMENTS = 2_000_000  # of all arrays of one answer: far above any lesson's, far below memory
MAX_TEXT = 10_000
MAX_ITEMS = 10_000
MAX_DEPTH = 6


class Unusable(Exception):
    """A result that cannot be an answer; the message is the sentence for the student."""


@dataclasses.dataclass(frozen=True)
class Failure:
    """Why a case has no answer.

    kind: "unwritten", "raised", "signature" or "unusable". text: one sentence.
    where: the student's own line, or "".
    """

    kind: str
    text: str
    where: str = ""


@dataclasses.dataclass(frozen=True)
class Reply:
    """What a function answered to one case.

    answer: a plain value or a Failure. again: the answer to the same case asked once more, where
    the exercise asks twice. changed: names of inputs the function changed. printed: what it printed.
    """

    answer: Any
    again: Any = None
    changed: tuple[str, ...] = ()
    printed: str = ""


def plain(value: Any) -> Any:
    """Return ``value`` as a plain value, copied so that nothing of it changes later.

    Tensors, variables and numbers become arrays; a Keras layer or model becomes
    ``{"layer": class name, "weights": [arrays]}``. Raises Unusable for anything else,
    for complex or object arrays, and for more than MAX_ELEMENTS numbers.
    """
    return _Converter().convert(value, depth=0)


class _Converter:
    """One conversion; counts what it has taken so that a giant answer stops early."""

    def __init__(self) -> None:
        self.elements = 0
        self.items = 0

    def convert(self, value: Any, depth: int) -> Any:
        kind = type(value)
        if depth > MAX_DEPTH:
            raise Unusable(f"is nested more than {MAX_DEPTH} levels deep")
        if value is None:
            return None
        if kind is str:
            if len(value) > MAX_TEXT:
                raise Unusable(f"is a text of {len(value):,} characters; {MAX_TEXT:,} are enough")
            return value
        if _only_numbers(value) and kind not in (list, tuple):
            return self.numbers(value)
        if isinstance(value, np.generic):
            return self.array(np.asarray(value))
        if kind is np.ndarray:
            return self.array(value)
        if kind in (list, tuple):
            return self.sequence(value, depth)
        if kind is dict:
            return self.mapping(value, depth)
        return self.framework_object(value, depth)

    def take(self, count: int, shape: Any) -> None:
        self.elements += count
        if self.elements > MAX_ELEMENTS:
            raise Unusable(f"is huge: an array of shape {tuple(shape)}, over {MAX_ELEMENTS:,} numbers")

    def array(self, value: np.ndarray) -> np.ndarray:
        self.take(value.size, value.shape)
        if value.dtype.kind == "c":
            raise Unusable("contains complex numbers; real ones are asked")
        if value.dtype.kind not in "biuf":
            hint = "; are its rows of different lengths?" if value.dtype.kind == "O" else ""
            raise Unusable(f"is an array of {_dtype_name(value.dtype)}, not of numbers{hint}")
        return np.array(value, copy=True)

    def sequence(self, value: list | tuple, depth: int) -> Any:
        self.items += len(value)
        if self.items > MAX_ITEMS:
            raise Unusable(f"is a {type(value).__name__} of {len(value):,} items; fewer are expected")
        if value and _only_numbers(value):
            return self.numbers(value)
        items = [self.convert(item, depth + 1) for item in value]
        if items and type(value) is list and all(isinstance(item, np.ndarray) and item.ndim == 0 for item in items):
            return np.stack(items)  # a list of single numbers is a vector, whoever made the numbers
        return type(value)(items)

    def numbers(self, value: Any) -> np.ndarray:
        """A Python number, or a (nested) list of them, is read as one array: [[1, 2], [3, 4]]."""
        try:
            array = np.array(value)
        except ValueError:
            raise Unusable("is a ragged list: its rows have different lengths") from None
        except OverflowError:
            raise Unusable("contains a number too large for an array") from None
        return self.array(array)

    def mapping(self, value: dict, depth: int) -> dict[str, Any]:
        self.items += len(value)
        if self.items > MAX_ITEMS or not all(type(key) is str for key in value):
            raise Unusable("is a dictionary whose keys are not all short texts")
        return {key: self.convert(item, depth + 1) for key, item in value.items()}

    def framework_object(self, value: Any, depth: int) -> Any:
        # Looked up, never imported: where TensorFlow is not loaded nothing can be a tensor.
        tf, keras = sys.modules.get("tensorflow"), sys.modules.get("keras")
        if keras is not None and isinstance(value, keras.KerasTensor):
            raise Unusable(
                "is a symbolic Keras tensor: a place in a model, without numbers. "
                "Call the model on data and return what comes out"
            )
        if tf is not None and isinstance(value, (tf.RaggedTensor, tf.SparseTensor)):
            raise Unusable(f"is a {type(value).__name__}; an ordinary tensor is asked")
        if tf is not None and isinstance(value, tf.TensorArray):
            raise Unusable("is a TensorArray; call .stack() on it to get a tensor")
        if tf is not None and isinstance(value, (tf.Tensor, tf.Variable)):
            return self.tensor(value)
        if keras is not None and isinstance(value, keras.Variable):
            return self.tensor(value.value)
        if keras is not None and isinstance(value, keras.layers.Layer):
            weights = [self.convert(weight, depth + 1) for weight in value.weights]
            return {"layer": type(value).__name__, "weights": weights}
        raise Unusable(_describe_stranger(value))

    def tensor(self, value: Any) -> np.ndarray:
        size = value.shape.num_elements()
        if size is not None and size > MAX_ELEMENTS:
            self.take(size, value.shape)
        if value.dtype.name == "string":
            raise Unusable("is a tensor of text; numbers are asked")
        if not hasattr(value, "numpy"):
            raise Unusable("is a symbolic tensor from inside a graph, without numbers")
        return self.array(np.asarray(value.numpy()))


def _dtype_name(dtype: np.dtype) -> str:
    return {"O": "Python objects", "U": "text", "S": "bytes", "M": "dates"}.get(dtype.kind, str(dtype))


def _only_numbers(value: Any) -> bool:
    if type(value) in (list, tuple):
        return all(_only_numbers(item) for item in value)
    return type(value) in (bool, int, float, complex)


def _describe_stranger(value: Any) -> str:
    kind = type(value)
    if callable(value) and hasattr(value, "__name__"):
        return "is a function, not its result: are the brackets of the call missing?"
    if hasattr(kind, "__next__"):
        return "is a generator; put its values in a list"
    name = kind.__name__ if kind.__module__ in ("builtins", "__main__") else f"{kind.__module__}.{kind.__name__}"
    return f"is of type {name}; a tensor, an array or a number is asked"
