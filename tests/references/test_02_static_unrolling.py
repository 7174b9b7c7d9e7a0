"""Lesson 02 equals the layers of Keras and the real static_rnn of TensorFlow 1."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from reference import solutions, tf1

LESSON = "02_static_unrolling"
B, T, D, U = 3, 6, 2, 5


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


def test_unroll_is_the_keras_layer(data):
    layer = keras.layers.SimpleRNN(U, return_sequences=True, return_state=True, unroll=True)
    layer.build(data["x"].shape)
    layer.set_weights([data["kernel"], data["recurrent"], data["bias"]])
    expected = layer(data["x"], initial_state=[data["h0"]])
    got = solutions(LESSON)["unroll"](plain_cell(data), tf.constant(data["x"]), data["h0"])
    for mine, theirs in zip(got, expected, strict=True):
        np.testing.assert_allclose(mine, theirs, atol=1e-5)


def test_static_rnn_is_the_old_static_rnn(data):
    expected = tf1(data, "static_rnn")
    s = solutions(LESSON)
    outputs, state = s["static_rnn"](plain_cell(data), s["to_steps"](tf.constant(data["x"])), data["h0"])
    np.testing.assert_allclose(tf.stack(outputs), expected["outputs"], atol=1e-5)
    np.testing.assert_allclose(state, expected["state"], atol=1e-5)
    whole, last = s["unroll"](plain_cell(data), tf.constant(data["x"]), data["h0"])
    np.testing.assert_allclose(whole, expected["outputs"].transpose(1, 0, 2), atol=1e-5)
    np.testing.assert_allclose(last, expected["state"], atol=1e-5)
