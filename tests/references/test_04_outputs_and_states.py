"""Lesson 04 equals the layers of Keras, a convolution of TensorFlow and the real raw_rnn of TensorFlow 1."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from reference import solutions, tf1

from helpers.probes import LSTMLayer, ProjectedCell, Unfit, projections, run_with_weights

LESSON = "04_outputs_and_states"
B, T, D, U, K = 3, 6, 2, 5, 4


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(5)
    shapes = {
        "x": (B, T, D),
        "x_0": (B, D),
        "h0": (B, U),
        "kernel": (D, U),
        "recurrent": (U, U),
        "bias": (U,),
        "output_kernel": (U, D),
        "output_bias": (D,),
    }
    return {name: rng.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}


@pytest.fixture(scope="module")
def lstm_weights():
    rng = np.random.default_rng(6)
    return [rng.normal(size=shape).astype(np.float32) for shape in ((D, 4 * U), (U, 4 * U), (4 * U,))]


@pytest.mark.parametrize("kind", ["SimpleRNN", "GRU", "LSTM"])
@pytest.mark.parametrize("return_sequences", [True, False])
@pytest.mark.parametrize("return_state", [True, False])
def test_output_shapes_are_those_of_the_layers(kind, return_sequences, return_state):
    layer = getattr(keras.layers, kind)(U, return_sequences=return_sequences, return_state=return_state)
    results = layer(tf.zeros((B, T, D)))
    theirs = [tuple(result.shape) for result in (results if return_state else [results])]
    assert solutions(LESSON)["output_shapes"](kind, return_sequences, return_state, B, T, U) == theirs


def test_two_calls_are_one_call_and_a_stateful_layer(data, lstm_weights):
    layer = LSTMLayer(*lstm_weights, longest=4)
    got = solutions(LESSON)["run_in_two_calls"](layer, data["x"][:, :4], data["x"][:, 4:])
    whole = keras.layers.LSTM(U, return_sequences=True, return_state=True)
    expected = run_with_weights(whole, data["x"], lstm_weights)
    for mine, theirs in zip(got, expected, strict=True):
        np.testing.assert_allclose(mine, theirs, atol=1e-6)
    stateful = keras.layers.LSTM(U, return_sequences=True, stateful=True)
    stateful.build((B, None, D))
    stateful.set_weights(lstm_weights)
    halves = [stateful(data["x"][:, :4]), stateful(data["x"][:, 4:])]
    np.testing.assert_allclose(got[0], tf.concat(halves, axis=1), atol=1e-6)


def test_a_layer_for_short_sequences_refuses_long_ones(data, lstm_weights):
    with pytest.raises(ValueError, match="at most 4 steps at a time, x has 6"):
        LSTMLayer(*lstm_weights, longest=4)(data["x"])


def test_generate_is_the_old_raw_rnn(data):
    expected = tf1({**data, "steps": np.array(T)}, "raw_rnn")["outputs"].transpose(1, 0, 2)
    step = ProjectedCell(*(data[name] for name in ("kernel", "recurrent", "bias", "output_kernel", "output_bias")))
    got = solutions(LESSON)["generate"](step, data["x_0"], data["h0"], T)
    np.testing.assert_allclose(got, expected, atol=1e-5)


def test_projections_are_a_convolution_one_step_wide(data):
    rng = np.random.default_rng(7)
    states, kernel, bias = (rng.normal(size=size).astype(np.float32) for size in ((B, T, U), (U, K), (K,)))
    expected = tf.nn.conv1d(states, kernel[None], stride=1, padding="VALID") + bias
    got = solutions(LESSON)["project_two_ways"](tf.unstack(states, axis=1), kernel, bias)
    dense = projections.dense_with(kernel, bias)
    ways = [
        *got,
        dense(states),
        keras.layers.TimeDistributed(dense)(states),
        projections.project_step_by_step(tf.constant(states), kernel, bias),
        projections.project_at_once(tf.constant(states), kernel, bias),
    ]
    for way in ways:
        np.testing.assert_allclose(way, expected, atol=1e-5)


def test_per_step_model_is_a_cell_run_by_hand(data, lstm_weights):
    rng = np.random.default_rng(8)
    kernel, bias = rng.normal(size=(U, K)).astype(np.float32), rng.normal(size=K).astype(np.float32)
    model = solutions(LESSON)["per_step_model"](D, U, K)
    got = run_with_weights(model, data["x"], [*lstm_weights, kernel, bias])
    cell = keras.layers.LSTMCell(U)
    cell.build((None, D))
    cell.set_weights(lstm_weights)
    state = [tf.zeros((B, U)), tf.zeros((B, U))]
    for t in range(T):
        output, state = cell(data["x"][:, t], state)
        np.testing.assert_allclose(got[:, t], output @ kernel + bias, atol=1e-5)


def test_weights_that_do_not_fit_are_refused_in_words(data, lstm_weights):
    with pytest.raises(Unfit, match="weights of the shapes"):
        run_with_weights(keras.layers.GRU(U), data["x"], lstm_weights)


def test_the_old_state_of_an_lstm_is_c_then_h(data):
    expected = tf1(data, "lstm_state_order")["order"]
    assert "".join(map(chr, expected.astype(int))) == "c h"
