"""Lesson 12 equals Keras's Bidirectional, and the real bidirectional_dynamic_rnn of TensorFlow 1."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from reference import solutions, tf1

LESSON = "12_bidirectional"
B, T, D, U = 4, 6, 3, 5
LENGTHS = np.array([4, 6, 1, 3], np.int32)
MODES = ("concat", "sum", "ave", "mul")
KINDS = (keras.layers.SimpleRNN, keras.layers.LSTM, keras.layers.GRU)


@pytest.fixture(scope="module")
def x():
    return np.random.default_rng(12).normal(size=(B, T, D)).astype(np.float32)


@pytest.fixture(scope="module")
def mask():
    return tf.sequence_mask(LENGTHS, T)


def two_way(kind, x, mode="concat", **flags):
    """Return a Keras layer in both directions whose weights, biases too, are random numbers."""
    layer = keras.layers.Bidirectional(kind(U, **flags), merge_mode=mode)
    layer.build(x.shape)
    rng = np.random.default_rng(13)
    layer.set_weights([rng.normal(size=weight.shape) for weight in layer.get_weights()])
    return layer


def runs(layer, kind):
    """Return the two halves of a two-way layer as one-way functions, which both read from step 0 on."""

    def one_way(half):
        plain = kind(U, return_sequences=True)
        plain.build((None, None, D))
        plain.set_weights(half.get_weights())
        return plain

    return one_way(layer.forward_layer), one_way(layer.backward_layer)


@pytest.mark.parametrize("lengths", [LENGTHS, np.full(B, T, np.int32)])
def test_reverse_real_is_reverse_sequence(x, lengths):
    got = solutions(LESSON)["reverse_real"](tf.constant(x), tf.constant(lengths))
    np.testing.assert_array_equal(got, tf.reverse_sequence(x, lengths, seq_axis=1, batch_axis=0))


@pytest.mark.parametrize("kind", KINDS)
def test_both_directions_are_those_of_keras(x, mask, kind):
    layer = two_way(kind, x, return_sequences=True)
    got = solutions(LESSON)["both_directions"](*runs(layer, kind), tf.constant(x), tf.constant(LENGTHS))
    np.testing.assert_allclose(got, layer(x, mask=mask), atol=1e-5)
    everything = tf.fill([B], T)
    got = solutions(LESSON)["both_directions"](*runs(layer, kind), tf.constant(x), everything)
    np.testing.assert_allclose(got, layer(x), atol=1e-5)


@pytest.mark.parametrize("return_sequences", [True, False])
@pytest.mark.parametrize("mode", MODES)
def test_merged_is_every_merge_mode_of_keras(x, mask, mode, return_sequences):
    apart = two_way(keras.layers.LSTM, x, None, return_sequences=return_sequences)
    together = two_way(keras.layers.LSTM, x, mode, return_sequences=return_sequences)
    for options in ({}, {"mask": mask}):
        got = solutions(LESSON)["merged"](*apart(x, **options), mode)
        np.testing.assert_allclose(got, together(x, **options), atol=1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_summary_of_both_is_the_output_of_keras_without_return_sequences(x, mask, kind):
    outputs = two_way(kind, x, return_sequences=True)(x, mask=mask)
    summary, *states = two_way(kind, x, return_state=True)(x, mask=mask)
    got = solutions(LESSON)["summary_of_both"](outputs, tf.constant(LENGTHS))
    np.testing.assert_allclose(got, summary, atol=1e-6)
    h_forward, h_backward = states[0], states[len(states) // 2]
    np.testing.assert_allclose(got, tf.concat([h_forward, h_backward], axis=-1), atol=1e-6)


@pytest.mark.parametrize("full", [False, True])
def test_both_directions_are_those_of_the_real_old_function(x, full):
    rng = np.random.default_rng(14)
    shapes = {"kernel": (D + U, U), "bias": (U,)}
    weights = {
        f"{direction}/{name}": rng.normal(size=shape).astype(np.float32)
        for direction in ("fw", "bw")
        for name, shape in shapes.items()
    }
    lengths = np.full(B, T, np.int32) if full else LENGTHS
    old = tf1({"x": x, "sequence_length": lengths, **weights}, "bidirectional_dynamic_rnn")

    def run(direction):
        layer = keras.layers.SimpleRNN(U, return_sequences=True)
        layer.build(x.shape)
        kernel = weights[f"{direction}/kernel"]
        layer.set_weights([kernel[:D], kernel[D:], weights[f"{direction}/bias"]])
        return layer

    got = solutions(LESSON)["both_directions"](run("fw"), run("bw"), tf.constant(x), tf.constant(lengths))
    np.testing.assert_allclose(got, np.concatenate([old["outputs_fw"], old["outputs_bw"]], axis=2), atol=1e-5)
    got = solutions(LESSON)["summary_of_both"](got, tf.constant(lengths))
    np.testing.assert_allclose(got, np.concatenate([old["state_fw"], old["state_bw"]], axis=1), atol=1e-5)


def test_leaks_at_knows_keras_layers(x):
    leaks_at = solutions(LESSON)["leaks_at"]
    for kind in KINDS:
        one_way = kind(U, return_sequences=True)
        assert not any(leaks_at(one_way, tf.constant(x)))
        assert leaks_at(two_way(kind, x, return_sequences=True), tf.constant(x)) == [False] + [True] * (T - 1)
    for padding, looks_ahead in (("causal", False), ("same", True)):
        convolution = keras.layers.Conv1D(U, 3, padding=padding)
        assert any(leaks_at(convolution, tf.constant(x))) is looks_ahead


@pytest.mark.parametrize(("features", "units", "classes"), [(56, 32, 10), (28, 32, 10), (2, 5, 3), (7, 20, 4)])
def test_two_way_units_counts_as_keras_does(features, units, classes):
    def cost(layer):
        model = keras.Sequential([keras.Input((None, features)), layer, keras.layers.Dense(classes)])
        return model.count_params()

    n, parameters = solutions(LESSON)["two_way_units"](features, units, classes)
    budget = cost(keras.layers.LSTM(units))
    assert parameters == cost(keras.layers.Bidirectional(keras.layers.LSTM(n)))
    assert parameters <= budget < cost(keras.layers.Bidirectional(keras.layers.LSTM(n + 1)))
