"""Anything a student's code may return becomes plain arrays or one clear sentence."""

import collections
import dataclasses
import json
from typing import NamedTuple

import keras
import numpy as np
import pytest
import tensorflow as tf

from helpers.checking.answers import MAX_ELEMENTS, Failure, Unusable, plain
from helpers.checking.packing import pack, unpack
from helpers.probes import LeakyCell


class LyingArray(np.ndarray):
    def __eq__(self, other):
        return True

    def __array__(self, *args, **kwargs):
        raise RuntimeError("never called")


class LyingFloat(float):
    def __eq__(self, other):
        return True

    __hash__ = float.__hash__


class LyingObject:
    def __eq__(self, other):
        return True

    def __float__(self):
        return 1.0

    def __array__(self, *args, **kwargs):
        return np.ones(3)


LEAKED = []


@tf.function
def leak():
    LEAKED.append(tf.ones(3) * 2)
    return tf.ones(3)


def symbolic_tensor():
    leak()
    return LEAKED[-1]


GOOD = {
    "tensor": (tf.ones((2, 3)), np.ones((2, 3))),
    "variable": (tf.Variable([1.0, 2.0]), np.array([1.0, 2.0])),
    "keras variable": (keras.Variable([1.0, 2.0]), np.array([1.0, 2.0])),
    "numpy scalar": (np.float32(0.5), np.array(0.5)),
    "masked array without a mask": (np.ma.array([1.0, 2.0]), np.array([1.0, 2.0])),
    "gradient of a look-up, row by row": (
        tf.IndexedSlices(
            tf.constant([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]), tf.constant([2, 0, 2]), tf.constant([4, 2])
        ),
        np.array([[3, 4], [0, 0], [6, 8], [0, 0]]),
    ),
    "ragged tensor of equal rows": (tf.ragged.constant([[1, 2], [3, 4]]), np.array([[1, 2], [3, 4]])),
    "bfloat16": (tf.constant([1.5], tf.bfloat16), np.array([1.5])),
}


class Pair(NamedTuple):
    first: object
    second: object


@dataclasses.dataclass
class Results:
    outputs: object
    state: object


KEPT = {  # as it is: what it means depends on what is asked
    "int": (3, 3),
    "bool": (True, True),
    "nested list of numbers": ([[1, 2], [3, 4]], [[1, 2], [3, 4]]),
    "tuple of lists": (([1, 2], [3.5, 4]), ([1, 2], [3.5, 4])),
    "ragged list": ([[1, 2], [3]], [[1, 2], [3]]),
    "named tuple": (Pair([1, 2], 3), ([1, 2], 3)),
    "dataclass": (Results([1, 2], 3), ([1, 2], 3)),
    "range": (range(3), [0, 1, 2]),
    "shape": (tf.TensorShape([2, None, 3]), (2, None, 3)),
    "shapes": ((tf.TensorShape([2, 3]), tf.TensorShape([4])), ((2, 3), (4,))),
    "ordered dictionary": (collections.OrderedDict(a=1), {"a": 1}),
}
BAD = {
    "object array": (np.array([1, None], dtype=object), "Python objects"),
    "text array": (np.array(["a"]), "text"),
    "complex": (1j, "complex"),
    "complex tensor": (tf.constant([1j]), "complex"),
    "huge by broadcasting": (np.broadcast_to(np.float32(1), (10**6, 10**6)), "huge"),
    "huge in parts": ([np.zeros(MAX_ELEMENTS // 2 + 1)] * 2, "huge"),
    "many items": ([None] * 100_000, "100,000 items"),
    "long text": ("x" * 100_000, "100,000 characters"),
    "huge number": ([10**400, 1.5], "too large|numbers"),
    "deep": ([[[[[[[[tf.ones(1)]]]]]]]], "nested"),
    "symbolic Keras tensor": (keras.Input((3,)), "symbolic Keras tensor"),
    "symbolic tensor": (symbolic_tensor(), "symbolic tensor"),
    "ragged tensor": (tf.ragged.constant([[1], [2, 3]]), "RaggedTensor whose rows have different lengths"),
    "masked array": (np.ma.array([1, 2], mask=[True, False]), "part of it is masked"),
    "large whole number": (10**30, "too large"),
    "tensor array": (tf.TensorArray(tf.float32, 1), "TensorArray"),
    "string tensor": (tf.constant("a"), "text"),
    "function": (symbolic_tensor, "function"),
    "generator": ((i for i in range(3)), "generator"),
    "lying array": (np.ones(3).view(LyingArray), "LyingArray"),
    "lying number": (LyingFloat(3), "LyingFloat"),
    "lying object": (LyingObject(), "LyingObject"),
    "odd keys": ({1: 2.0}, "keys"),
    "bytes": (b"abc", "bytes"),
}


@pytest.mark.parametrize("name", GOOD)
def test_good_values_become_arrays(name):
    value, expected = GOOD[name]
    got = plain(value)
    assert type(got) is np.ndarray
    assert got.shape == expected.shape
    np.testing.assert_array_equal(got, expected)


@pytest.mark.parametrize("name", KEPT)
def test_lists_and_numbers_stay_what_they_are(name):
    value, expected = KEPT[name]
    assert repr(plain(value)) == repr(expected)


@pytest.mark.parametrize("name", BAD)
def test_bad_values_get_one_sentence(name):
    value, words = BAD[name]
    with pytest.raises(Unusable, match=words) as caught:
        plain(value)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 200


def test_an_answer_is_a_copy():
    array = np.zeros(3)
    answer = plain(array)
    array[:] = 1
    assert answer.tolist() == [0, 0, 0]


def test_a_layer_becomes_its_name_and_weights():
    layer = keras.layers.Dense(2)
    layer.build((None, 3))
    answer = plain(layer)
    assert answer["layer"] == "Dense"
    assert [w.shape for w in answer["weights"]] == [(3, 2), (2,)]


def test_packing_and_unpacking_gives_the_same():
    cell = LeakyCell(*(np.ones(s, np.float32) for s in [(2, 3), (3, 3), (3,)]))
    value = ("C", 3, 0.5, True, None, [np.arange(3), np.arange(3)], {"a": np.eye(2)}, cell, Failure("raised", "no"))
    arrays = {}
    tree = json.loads(json.dumps(pack(value, arrays)))
    back = unpack(tree, arrays)
    assert len(arrays) == 5, "equal arrays are kept once"
    assert back[:5] == value[:5]
    np.testing.assert_array_equal(back[5][1], np.arange(3))
    np.testing.assert_array_equal(back[6]["a"], np.eye(2))
    np.testing.assert_array_equal(back[7].kernel, cell.kernel)
    assert back[8] == value[8]


def test_a_case_holds_nothing_but_plain_values():
    with pytest.raises(TypeError, match="cannot hold"):
        pack(object(), {})
