"""Lesson 10 equals the cells and layers of Keras and the real GRUCell of TensorFlow 1."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from reference import solutions, tf1

LESSON = "10_gru"
B, T, D, U = 3, 6, 2, 5


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(10)
    shapes = {
        "x": (B, T, D),
        "h0": (B, U),
        "kernel": (D, 3 * U),
        "recurrent_kernel": (U, 3 * U),
        "bias": (3 * U,),
        "biases": (2, 3 * U),
    }
    return {name: rng.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}


@pytest.fixture(scope="module")
def old_weights():
    rng = np.random.default_rng(11)
    shapes = {
        "gates/kernel": (D + U, 2 * U),
        "gates/bias": (2 * U,),
        "candidate/kernel": (D + U, U),
        "candidate/bias": (U,),
    }
    return {name: rng.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}


def states_of(step, x, h, *weights):
    states = []
    for x_t in tf.unstack(x, axis=1):
        h = step(x_t, h, *weights)
        states.append(h)
    return tf.stack(states, axis=1)


def keras_gru(x, h0, weights, reset_after):
    layer = keras.layers.GRU(U, return_sequences=True, reset_after=reset_after)
    layer.build(x.shape)
    layer.set_weights(weights)
    return layer(x, initial_state=tf.constant(h0))


@pytest.mark.parametrize(
    ("name", "bias", "reset_after"), [("gru_step", "bias", False), ("gru_step_after", "biases", True)]
)
def test_both_steps_are_those_of_the_keras_layer(data, name, bias, reset_after):
    weights = [data["kernel"], data["recurrent_kernel"], data[bias]]
    expected = keras_gru(data["x"], data["h0"], weights, reset_after)
    got = states_of(solutions(LESSON)[name], data["x"], data["h0"], *weights)
    np.testing.assert_allclose(got, expected, atol=1e-5)


@pytest.mark.parametrize("bias", ["bias", "biases"])
def test_flip_z_gives_a_keras_layer_the_states_of_the_other_convention(data, bias):
    weights = [data["kernel"], data["recurrent_kernel"], data[bias]]
    flipped = solutions(LESSON)["flip_z"](*weights)
    got = keras_gru(data["x"], data["h0"], flipped, reset_after=bias == "biases")

    def step_of_the_notes(x_t, h_prev):  # the candidate comes out of Keras' own cell, with z at 0
        cell = keras.layers.GRUCell(U, reset_after=bias == "biases")
        cell.build(x_t.shape)
        closed = [np.array(weight) for weight in weights]
        closed[0][:, :U] = closed[1][:, :U] = 0.0
        closed[2][..., :U] = -1e4
        cell.set_weights(closed)
        candidate = cell(x_t, [h_prev])[0]
        total = x_t @ weights[0] + h_prev @ weights[1] + weights[2].reshape(-1, 3 * U).sum(axis=0)
        z = tf.sigmoid(total)[:, :U]
        return (1 - z) * h_prev + z * candidate

    np.testing.assert_allclose(got, states_of(step_of_the_notes, data["x"], data["h0"]), atol=1e-5)


def test_weights_of_the_real_old_cell_give_its_states_in_keras(data, old_weights):
    old = tf1({"x": data["x"], "h0": data["h0"], **old_weights}, "gru_cell")
    names = ("gates/kernel", "gates/bias", "candidate/kernel", "candidate/bias")
    weights = solutions(LESSON)["from_tf1"](*(old_weights[name] for name in names))
    got = keras_gru(data["x"], data["h0"], weights, reset_after=False)
    np.testing.assert_allclose(got, old["outputs"], atol=1e-5)
    np.testing.assert_allclose(got[:, -1], old["state"], atol=1e-5)
    np.testing.assert_allclose(
        states_of(solutions(LESSON)["gru_step"], data["x"], data["h0"], *weights), got, atol=1e-5
    )
    assert (old["start"] == 1.0).all()  # the table of old calls says so


@pytest.mark.parametrize(("features", "units"), [(2, 3), (28, 8), (28, 16), (28, 32), (7, 11)])
def test_same_budget_counts_as_keras_does(features, units):
    def cost(kind, n):
        layer = kind(n)
        layer.build((None, None, features))
        return layer.count_params()

    budget, gru, plain = solutions(LESSON)["same_budget"](features, units)
    assert budget == cost(keras.layers.LSTM, units)
    for kind, n in ((keras.layers.GRU, gru), (keras.layers.SimpleRNN, plain)):
        assert cost(kind, n) <= budget < cost(kind, n + 1)
