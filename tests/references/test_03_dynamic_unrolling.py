"""Lesson 03 equals the real dynamic_rnn and static_rnn of TensorFlow 1, Keras, and TensorFlow's own trace counts."""

import itertools

import keras
import numpy as np
import pytest
import tensorflow as tf
from reference import solutions, tf1

LESSON = "03_dynamic_unrolling"
B, T, D, U = 4, 6, 2, 5
LENGTHS = np.array([2, 6, 0, 3], np.int32)


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(5)
    shapes = {"x": (B, T, D), "h0": (B, U), "kernel": (D, U), "recurrent": (U, U), "bias": (U,)}
    return {name: rng.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}


def plain_cell(data):
    def cell(x_t, state):
        h = tf.tanh(x_t @ data["kernel"] + state @ data["recurrent"] + data["bias"])
        return h, h

    return cell


def as_graph(function, data, *others):
    """Call function(cell, x, h0, *others) as a graph traced with an unknown T."""
    traced = tf.function(lambda x: function(plain_cell(data), x, tf.constant(data["h0"]), *others))
    return traced.get_concrete_function(tf.TensorSpec([B, None, D]))(tf.constant(data["x"]))


def agree(got, expected):
    for mine, theirs in zip(got, expected, strict=True):
        np.testing.assert_allclose(mine, theirs, atol=1e-5)


def keras_layer(data):
    layer = keras.layers.SimpleRNN(U, return_sequences=True, return_state=True)
    layer.build(data["x"].shape)
    layer.set_weights([data["kernel"], data["recurrent"], data["bias"]])
    return layer


def test_dynamic_rnn_is_the_keras_layer(data):
    expected = keras_layer(data)(data["x"], initial_state=[data["h0"]])
    agree(as_graph(solutions(LESSON)["dynamic_rnn"], data), expected)


def test_dynamic_rnn_is_the_old_dynamic_rnn(data):
    expected = tf1(data, "dynamic_rnn")
    agree(as_graph(solutions(LESSON)["dynamic_rnn"], data), (expected["outputs"], expected["state"]))


@pytest.mark.parametrize("operation", ["dynamic_rnn", "static_rnn"])
def test_ragged_rnn_is_the_old_rnn_with_sequence_length(data, operation):
    expected = tf1({**data, "sequence_length": LENGTHS}, operation)
    theirs = expected["outputs"] if operation == "dynamic_rnn" else expected["outputs"].transpose(1, 0, 2)
    got = as_graph(solutions(LESSON)["ragged_rnn"], data, tf.constant(LENGTHS))
    agree(got, (theirs, expected["state"]))
    assert not got[0].numpy()[np.arange(T) >= LENGTHS[:, None]].any()  # zero, not nearly zero


def test_last_outputs_are_the_states_of_a_masked_keras_layer(data):
    lengths = np.maximum(LENGTHS, 1)
    mask = np.arange(T) < lengths[:, None]
    _, state = keras_layer(data)(data["x"], initial_state=[data["h0"]], mask=mask)
    s = solutions(LESSON)
    outputs, frozen = as_graph(s["ragged_rnn"], data, tf.constant(lengths))
    agree((s["last_outputs"](outputs, tf.constant(lengths)), frozen), (state, state))


@pytest.mark.parametrize("lengths", [[], [4], [4, 4], *itertools.product((3, 4, 5), repeat=3), [3, 4, 5, 6, 3, 4]])
def test_count_traces_is_what_tensorflow_counts(lengths):
    options = {
        "none": {},
        "open": {"input_signature": [tf.TensorSpec([None, None, D])]},
        "relaxed": {"reduce_retracing": True},
    }
    for signature, option in options.items():
        traced = tf.function(tf.reduce_sum, **option)
        for steps in lengths:
            traced(tf.ones((B, steps, D)))
        expected = traced.experimental_get_tracing_count()
        assert solutions(LESSON)["count_traces"](list(lengths), signature) == expected, signature


def test_trace_once_is_traced_once():
    traced = solutions(LESSON)["trace_once"](tf.reduce_sum, D)
    for batch, steps in ((1, 1), (2, 5), (3, 5), (3, 7)):
        assert traced(tf.ones((batch, steps, D))).numpy() == batch * steps * D
    assert traced.experimental_get_tracing_count() == 1
    with pytest.raises(TypeError):
        traced(tf.ones((2, 5, D + 1)))
