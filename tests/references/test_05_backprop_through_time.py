"""Lesson 05 equals tf.GradientTape, Keras layers, TensorFlow's own numerical gradients and TensorFlow 1."""

import functools

import keras
import numpy as np
import pytest
import tensorflow as tf
from reference import solutions, tf1

from helpers.probes import TanhStepBackward, WeightLoss

LESSON = "05_backprop_through_time"
B, T, D, U = 3, 6, 2, 5
WEIGHTS = ("kernel", "recurrent", "bias")


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(5)
    shapes = {
        "x": (B, T, D),
        "h0": (B, U),
        "kernel": (D, U),
        "recurrent": (U, U),
        "bias": (U,),
        "dhs": (B, T, U),
        "y": (B, T, U),
    }
    return {name: rng.normal(size=shape, scale=0.7).astype(np.float32) for name, shape in shapes.items()}


def keras_layer(data):
    layer = keras.layers.SimpleRNN(U, return_sequences=True, return_state=True)
    layer.build(data["x"].shape)
    layer.set_weights([data[name] for name in WEIGHTS])
    return layer


def keras_gradients(data, loss_steps=range(T)):
    """Return the states, and the gradients of sum(dhs * states) over loss_steps: three weights, initial state, x."""
    layer, x, h0 = keras_layer(data), tf.constant(data["x"]), tf.constant(data["h0"])
    with tf.GradientTape() as tape:
        tape.watch([x, h0])
        states, _ = layer(x, initial_state=[h0])
        loss = tf.add_n([tf.reduce_sum(states[:, s] * data["dhs"][:, s]) for s in loss_steps])
    return states, tape.gradient(loss, [*[w.value for w in layer.trainable_weights], h0, x])


def by_hand(data, step):
    """Return what the lesson's loop computes with ``step`` for the states that Keras makes."""
    states = keras_gradients(data)[0]
    x, h0, dhs = (tf.constant(data[name]) for name in ("x", "h0", "dhs"))
    return solutions(LESSON)["sequence_backward"](step, x, states, h0, dhs)


def test_the_probe_is_the_solution(data):
    x_t, h_t = tf.constant(data["x"][:, 0]), tf.tanh(data["y"][:, 0])
    dh, h_prev = tf.constant(data["dhs"][:, 0]), tf.constant(data["h0"])
    mine = solutions(LESSON)["step_backward"](dh, x_t, h_prev, h_t, data["kernel"], data["recurrent"])
    probe = TanhStepBackward(data["kernel"], data["recurrent"])(dh, x_t, h_prev, h_t)
    for a, b in zip(mine, probe, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-6)


def test_step_backward_is_the_gradient_of_the_keras_cell(data):
    cell = keras.layers.SimpleRNNCell(U)
    cell.build((None, D))
    cell.set_weights([data[name] for name in WEIGHTS])
    x_t, h_prev, dh = (tf.constant(data[name]) for name in ("x", "h0", "dhs"))
    x_t, dh = x_t[:, 0], dh[:, 0]
    with tf.GradientTape() as tape:
        tape.watch([x_t, h_prev])
        h_t = cell(x_t, [h_prev])[0]
    expected = tape.gradient(h_t, [x_t, h_prev, *[w.value for w in cell.trainable_weights]], output_gradients=dh)
    got = solutions(LESSON)["step_backward"](dh, x_t, h_prev, h_t, data["kernel"], data["recurrent"])
    for mine, theirs in zip(got, expected, strict=True):
        np.testing.assert_allclose(mine, theirs, atol=1e-5)


def test_sequence_backward_is_the_gradient_of_the_keras_layer(data):
    def step(dh, x_t, h_prev, h_t):
        return solutions(LESSON)["step_backward"](dh, x_t, h_prev, h_t, data["kernel"], data["recurrent"])

    *expected, _ = keras_gradients(data)[1]
    for mine, theirs in zip(by_hand(data, step), expected, strict=True):
        np.testing.assert_allclose(mine, theirs, atol=1e-4)


def test_sequence_backward_is_the_old_tf_gradients(data):
    expected = tf1(data, "rnn_gradients")
    dkernel, drecurrent, dbias, dh0 = by_hand(data, TanhStepBackward(data["kernel"], data["recurrent"]))
    np.testing.assert_allclose(np.concatenate([dkernel, drecurrent]), expected["joint"], atol=1e-4)
    np.testing.assert_allclose(dbias, expected["bias"], atol=1e-4)
    np.testing.assert_allclose(dh0, expected["h0"], atol=1e-4)


@pytest.mark.parametrize("of", ["kernel", "recurrent_kernel", "bias"])
def test_numerical_gradient_is_that_of_tensorflow(data, of):
    double = {name: array.astype(np.float64) for name, array in data.items()}
    weights = {"kernel": double["kernel"], "recurrent_kernel": double["recurrent"], "bias": double["bias"]}
    f = WeightLoss(double["x"], double["h0"], **weights, dhs=double["dhs"], of=of)

    def loss(w):
        h, total = tf.constant(double["h0"]), tf.zeros((), tf.float64)
        now = {**weights, of: w}
        for t in range(T):
            h = tf.tanh(double["x"][:, t] @ now["kernel"] + h @ now["recurrent_kernel"] + now["bias"])
            total += tf.reduce_sum(h * double["dhs"][:, t])
        return total

    w = tf.constant(weights[of])
    (theoretical,), (numerical,) = tf.test.compute_gradient(loss, [w], delta=1e-5)
    got = solutions(LESSON)["numerical_gradient"](f, w, 1e-5)
    np.testing.assert_allclose(got.ravel(), theoretical.ravel(), atol=1e-8)
    np.testing.assert_allclose(got.ravel(), numerical.ravel(), atol=1e-8)


@pytest.mark.parametrize("loss_steps", [[3], [0, 4], [T - 1], [1, 2]])
def test_gets_gradient_is_where_the_tape_answers(data, loss_steps):
    dx = keras_gradients(data, loss_steps)[1][-1]
    expected = np.abs(dx).max(axis=(0, 2)) > 0
    assert solutions(LESSON)["gets_gradient"](T, loss_steps, T) == expected.tolist()


@pytest.mark.parametrize("k", [1, 2, 4, T])
@pytest.mark.parametrize("loss_steps", [[3], [0, 4], [1, 5]])
def test_gets_gradient_in_chunks_is_where_the_tape_answers(data, loss_steps, k):
    layer, x, state = keras_layer(data), tf.constant(data["x"]), tf.constant(data["h0"])
    with tf.GradientTape() as tape:
        tape.watch(x)
        chunks = []
        for start in range(0, T, k):
            states, state = layer(x[:, start : start + k], initial_state=[tf.stop_gradient(state)])
            chunks.append(states)
        states = tf.concat(chunks, axis=1)
        loss = tf.add_n([tf.reduce_sum(states[:, s] * data["dhs"][:, s]) for s in loss_steps])
    expected = np.abs(tape.gradient(loss, x)).max(axis=(0, 2)) > 0
    assert solutions(LESSON)["gets_gradient"](T, loss_steps, k) == expected.tolist()


@pytest.mark.parametrize("k", [1, 2, 4, T])
def test_truncated_gradient_is_the_keras_layer_run_chunk_by_chunk(data, k):
    layer, state, total = keras_layer(data), data["h0"], np.zeros((U, U))
    weight = layer.trainable_weights[1].value
    for start in range(0, T, k):
        with tf.GradientTape() as tape:
            states, last = layer(data["x"][:, start : start + k], initial_state=[tf.constant(state)])
            loss = tf.reduce_sum((states - data["y"][:, start : start + k]) ** 2)
        total += tape.gradient(loss, weight).numpy()
        state = last.numpy()  # a number, as in a session that feeds the state back
    arguments = (tf.constant(data[name]) for name in ("x", "y", "h0", *WEIGHTS))
    np.testing.assert_allclose(solutions(LESSON)["truncated_gradient"](*arguments, k), total, atol=2e-4)


def test_without_a_cut_the_two_backward_passes_agree(data):
    x, y, h0, kernel, recurrent, bias = (tf.constant(data[name]) for name in ("x", "y", "h0", *WEIGHTS))
    states = keras_layer(data)(x, initial_state=[h0])[0]
    step = functools.partial(solutions(LESSON)["step_backward"], kernel=kernel, recurrent_kernel=recurrent)
    by_loop = solutions(LESSON)["sequence_backward"](step, x, states, h0, 2 * (states - y))[1]
    by_tape = solutions(LESSON)["truncated_gradient"](x, y, h0, kernel, recurrent, bias, T)
    np.testing.assert_allclose(by_loop, by_tape, atol=2e-4)
