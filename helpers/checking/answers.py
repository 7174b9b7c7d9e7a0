"""Answers as plain arrays, whatever a student's code returned.

``plain`` turns a result into a *plain value* or raises :class:`Unusable` with one sentence.
A plain value is ``None``, a ``str``, a Python number, a ``numpy.ndarray`` of numbers or booleans, or a
list, tuple or ``dict[str, ...]`` of plain values. Nothing else leaves a student's code, so no
``__eq__``, ``__array__`` or pickle of theirs is ever run by the side that judges.

Lists, tuples and Python numbers stay what they are: whether ``([1, 2], [3, 4])`` is two results or one matrix
depends on what is asked, which only the side that judges knows (:mod:`helpers.checking.comparing`).

A :class:`Reply` is what asking a function once gave: a plain value, or the :class:`Failure` to give one.
"""

from __future__ import annotations

import collections
import dataclasses
import math
import sys
from typing import Any

import numpy as np

MAX_ELEMENTS = 2_000_000  # of all arrays of one answer: far above any lesson's, far below memory
MAX_TEXT = 10_000
MAX_ITEMS = 10_000
MAX_DEPTH = 6
MAX_WHOLE = 2**63 - 1


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

    Tensors and variables become arrays; a named tuple, a dataclass or a shape becomes a tuple; a Keras layer or
    model becomes ``{"layer": class name, "weights": [arrays]}``. Raises Unusable for anything else,
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
        if kind is str or kind is np.str_:
            if len(value) > MAX_TEXT:
                raise Unusable(f"is a text of {len(value):,} characters; {MAX_TEXT:,} are enough")
            return str(value)
        if kind in (bool, int, float):
            return self.number(value)
        if kind is complex:
            raise Unusable("contains complex numbers; real ones are asked")
        if isinstance(value, np.generic):
            return self.array(np.asarray(value))
        if kind is np.ndarray:
            return self.array(value)
        if isinstance(value, np.ma.MaskedArray):
            return self.masked(value)
        if isinstance(value, list | tuple | collections.deque | range):
            return self.sequence(value, depth)
        if isinstance(value, dict):
            return self.mapping(value, depth)
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            return self.sequence([getattr(value, field.name) for field in dataclasses.fields(value)], depth, tuple)
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

    def masked(self, value: np.ma.MaskedArray) -> np.ndarray:
        if np.ma.getmaskarray(value).any():
            raise Unusable("is a masked array, and part of it is masked: the numbers themselves are asked")
        return self.array(np.asarray(np.ma.getdata(value)))

    def number(self, value: bool | int | float) -> bool | int | float:
        self.take(1, ())
        if abs(value) > MAX_WHOLE and type(value) is int:
            raise Unusable("contains a number too large for an array")
        return value

    def sequence(self, value: Any, depth: int, kind: type | None = None) -> Any:
        """Lists stay lists, all other sequences become tuples: (a, b), a named tuple, the fields of a dataclass."""
        if not _only_numbers(value):
            self.items += len(value)
        if self.items > MAX_ITEMS or len(value) > MAX_ELEMENTS:
            raise Unusable(f"is a {type(value).__name__} of {len(value):,} items; fewer are expected")
        kind = kind or (tuple if isinstance(value, tuple) else list)
        return kind([self.convert(item, depth + 1) for item in value])

    def mapping(self, value: dict, depth: int) -> dict[str, Any]:
        self.items += len(value)
        if self.items > MAX_ITEMS or not all(type(key) is str and len(key) <= MAX_TEXT for key in value):
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
        if tf is not None and isinstance(value, tf.TensorShape):
            return None if value.rank is None else self.sequence(value.as_list(), depth, tuple)
        if tf is not None and isinstance(value, tf.RaggedTensor):
            return self.ragged(value)
        if tf is not None and isinstance(value, tf.IndexedSlices):
            return self.slices(value)
        if tf is not None and isinstance(value, tf.SparseTensor):
            raise Unusable("is a SparseTensor; an ordinary tensor is asked")
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

    def ragged(self, value: Any) -> np.ndarray:
        """Rows of one length are a tensor, however they are held."""
        if not hasattr(value.flat_values, "numpy"):
            raise Unusable("is a symbolic RaggedTensor from inside a graph, without numbers")
        self.take(int(value.flat_values.shape.num_elements()), value.shape)
        lengths = [splits.numpy() for splits in value.nested_row_lengths()]
        if any(len(set(each.tolist())) > 1 for each in lengths):
            raise Unusable("is a RaggedTensor whose rows have different lengths; an ordinary tensor is asked")
        return self.tensor(value.to_tensor())

    def slices(self, value: Any) -> np.ndarray:
        """The gradient of a table as a tape gives it, row by row: what goes to the same row adds up."""
        if value.dense_shape is None or not hasattr(value.dense_shape, "numpy"):
            raise Unusable("is IndexedSlices, the rows of a gradient, and does not say of how many; a tensor is asked")
        shape = value.dense_shape.numpy().tolist()
        if (size := math.prod(shape)) > MAX_ELEMENTS:
            self.take(size, shape)
        return self.tensor(sys.modules["tensorflow"].convert_to_tensor(value))

    def tensor(self, value: Any) -> np.ndarray:
        size = value.shape.num_elements()
        if size is not None and size > MAX_ELEMENTS:
            self.take(size, value.shape)
        if value.dtype.name == "string":
            raise Unusable("is a tensor of text; numbers are asked")
        if not hasattr(value, "numpy"):
            raise Unusable("is a symbolic tensor from inside a graph, without numbers")
        array = np.asarray(value.numpy())
        return self.array(array.astype(np.float32) if value.dtype.name == "bfloat16" else array)


def _dtype_name(dtype: np.dtype) -> str:
    return {"O": "Python objects", "U": "text", "S": "bytes", "M": "dates"}.get(dtype.kind, str(dtype))


def _only_numbers(values: Any) -> bool:
    return all(type(value) in (bool, int, float) for value in values)


def _describe_stranger(value: Any) -> str:
    kind = type(value)
    if callable(value) and hasattr(value, "__name__"):
        return "is a function, not its result: are the brackets of the call missing?"
    if hasattr(kind, "__next__"):
        return "is a generator; put its values in a list"
    name = kind.__name__ if kind.__module__ in ("builtins", "__main__") else f"{kind.__module__}.{kind.__name__}"
    return f"is of type {name}; a tensor, an array or a number is asked"
