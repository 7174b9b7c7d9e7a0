"""Lesson 09 equals the cells and layers of Keras and the real LSTM cells of TensorFlow 1."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from reference import solutions, tf1

from helpers import measure
from helpers.probes import Unfit, step_with_bias

LESSON = "09_lstm"
B, T, D, U = 3, 6, 2, 5
WEIGHTS = ("kernel", "recurrent_kernel", "bias")


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(5)
    shapes = {
        "x": (B, T, D),
        "h0": (B, U),
        "c0": (B, U),
        "kernel": (D, 4 * U),
        "recurrent_kernel": (U, 4 * U),
        "bias": (4 * U,),
        "peepholes": (3, U),
        "matrix": (D + U, 4 * U),
        "old_bias": (4 * U,),
    }
    return {name: rng.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}


def run(step, data, *more):
    """Run a lesson's step over data["x"]; return the outputs (B, T, U) and the last h and c."""
    h, c, outputs = data["h0"], data["c0"], []
    for x_t in tf.unstack(data["x"], axis=1):
        h, c = step(x_t, h, c, *more)
        outputs.append(h)
    return tf.stack(outputs, axis=1), h, c


def keras_lstm(weights, features):
    layer = keras.layers.LSTM(len(weights[1]), return_sequences=True, return_state=True)
    layer.build((None, None, features))
    layer.set_weights(weights)
    return layer


def same(got, expected):
    for mine, theirs in zip(got, expected, strict=True):
        np.testing.assert_allclose(mine, theirs, atol=1e-5)


def test_steps_are_those_of_the_keras_cell_and_the_keras_layer(data):
    weights = [data[name] for name in WEIGHTS]
    got = run(solutions(LESSON)["lstm_step"], data, *weights)
    same(got, keras_lstm(weights, D)(data["x"], initial_state=[data["h0"], data["c0"]]))
    cell = keras.layers.LSTMCell(U)
    cell.build((None, D))
    cell.set_weights(weights)
    _, state = cell(data["x"][:, 0], [data["h0"], data["c0"]])
    same(solutions(LESSON)["lstm_step"](data["x"][:, 0], data["h0"], data["c0"], *weights), state)


@pytest.mark.parametrize("forget_bias", [1.0, 0.0, 2.5])
def test_carried_over_weights_answer_as_the_old_cell(data, forget_bias):
    expected = tf1({**data, "forget_bias": np.array(forget_bias)}, "lstm")
    weights = solutions(LESSON)["keras_weights"](data["matrix"], data["old_bias"], D, forget_bias)
    got = keras_lstm([np.asarray(weight) for weight in weights], D)(data["x"], initial_state=[data["h0"], data["c0"]])
    same(got, [expected[name] for name in ("outputs", "h", "c")])
    same(run(solutions(LESSON)["lstm_step"], data, *weights), got)


def test_the_old_basic_cell_is_the_old_cell(data):
    given = {**data, "forget_bias": np.array(1.0)}
    same(tf1(given, "lstm").values(), tf1(given, "basic_lstm").values())


def test_peepholes_are_those_of_the_old_cell(data):
    expected = tf1({**data, "forget_bias": np.array(1.0)}, "peephole_lstm")
    weights = solutions(LESSON)["keras_weights"](data["matrix"], data["old_bias"], D, 1.0)
    got = run(solutions(LESSON)["peephole_step"], data, *weights, data["peepholes"])
    same(got, [expected[name] for name in ("outputs", "h", "c")])


def test_without_peephole_weights_it_is_the_plain_step(data):
    weights = [data[name] for name in WEIGHTS]
    plain = run(solutions(LESSON)["lstm_step"], data, *weights)
    same(run(solutions(LESSON)["peephole_step"], data, *weights, np.zeros((3, U), np.float32)), plain)


@pytest.mark.parametrize("behaviour", ["remember", "add", "erase", "overwrite"])
def test_gate_bias_sets_a_keras_layer(data, behaviour):
    x = data["x"]
    kernel = np.zeros((D, 4 * U), np.float32)
    kernel[:, 2 * U : 3 * U] = data["kernel"][:, :U]
    bias = np.asarray(solutions(LESSON)["gate_bias"](behaviour, U))
    layer = keras_lstm([kernel, np.zeros((U, 4 * U)), bias], D)
    _, h, c = layer(x, initial_state=[data["h0"], data["c0"]])
    candidates = np.tanh(x @ kernel[:, 2 * U : 3 * U])
    wanted = {
        "remember": data["c0"],
        "add": data["c0"] + candidates.sum(axis=1),
        "erase": np.zeros((B, U)),
        "overwrite": candidates[:, -1],
    }[behaviour]
    np.testing.assert_allclose(c, wanted, atol=2e-3)
    np.testing.assert_allclose(h, np.tanh(wanted), atol=2e-3)


def test_a_bias_that_does_not_fit_is_refused_in_words():
    with pytest.raises(Unfit, match=r"shape \(4,\); an LSTM of 5 units needs \(20,\)"):
        step_with_bias([1.0, 2.0, 3.0, 4.0], np.ones((B, U), np.float32), np.ones((B, U), np.float32))


@pytest.mark.parametrize(("share", "steps"), [(0.5, 2), (0.5, 50), (0.1, 7), (0.9, 1)])
def test_memory_bias_keeps_its_share_in_a_keras_layer(share, steps):
    bias = np.concatenate([[-100.0], [solutions(LESSON)["memory_bias"](share, steps)], [0.0, 100.0]])
    layer = keras_lstm([np.zeros((1, 4)), np.zeros((1, 4)), bias], 1)
    _, _, c = layer(tf.zeros((1, steps, 1)), initial_state=[tf.zeros((1, 1)), tf.ones((1, 1))])
    assert float(c[0, 0]) == pytest.approx(share, rel=1e-4)


def test_how_many_is_what_keras_counts():
    layer = keras.layers.LSTM(32)
    layer.build((None, None, 28))
    assert layer.count_params() == 4 * (28 * 32 + 32 * 32 + 32) == 7808


def test_the_trace_of_a_layer_ends_where_the_layer_ends(data):
    layer = keras_lstm([data[name] for name in WEIGHTS], D)
    outputs, h, c = layer(data["x"])
    trace = measure.lstm_trace(layer, data["x"])
    same([trace["h"], trace["h"][:, -1], trace["c"][:, -1]], [outputs, h, c])
    same([measure.lstm_trace(layer, data["x"][1])["f"]], [trace["f"][1]])


def test_input_gradient_norms_are_numerical_gradients(data):
    layer = keras.layers.LSTM(U)
    layer.build((None, None, D))
    layer.set_weights([data[name] for name in WEIGHTS])
    norms = measure.input_gradient_norms(layer)(data["x"], data["h0"])
    for t in (0, T - 1):
        squares, eps = 0.0, 1e-2
        for b, d in np.ndindex(B, D):
            nudge = np.zeros((B, T, D), np.float32)
            nudge[b, t, d] = eps
            rise = (layer(data["x"] + nudge) - layer(data["x"] - nudge)) * data["h0"]
            squares += (float(tf.reduce_sum(rise)) / (2 * eps)) ** 2
        assert norms[t] == pytest.approx(squares**0.5, rel=1e-2)
