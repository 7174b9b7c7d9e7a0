"""Lesson 11 equals the layers and losses of Keras, tf.data, and masks, loops and losses of TensorFlow 1."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from reference import solutions, tf1

from helpers.probes import LeakyCell, call_with_mask

LESSON = "11_masking"
B, T, D, U = 4, 6, 2, 5
LENGTHS = np.array([2, 6, 1, 3], np.int32)
BEHIND = np.arange(T) < LENGTHS[:, None]
HOLES = np.array([[0, 0, 1, 0, 1, 1], [1, 1, 1, 1, 1, 1], [1, 0, 0, 0, 0, 1], [0, 1, 0, 1, 1, 0]], bool)


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(11)
    shapes = {"x": (B, T, D), "h0": (B, U), "kernel": (D, U), "recurrent": (U, U), "bias": (U,), "values": (B, T)}
    return {name: rng.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}


@pytest.fixture(scope="module")
def ragged(data):
    return [sequence[:length] for sequence, length in zip(data["x"], LENGTHS, strict=True)]


def plain_cell(data):
    def cell(x_t, state):
        h = tf.tanh(x_t @ data["kernel"] + state @ data["recurrent"] + data["bias"])
        return h, h

    return cell


def agree(got, expected):
    for mine, theirs in zip(got, expected, strict=True):
        np.testing.assert_allclose(mine, theirs, atol=1e-5)


@pytest.mark.parametrize("value", [-1, 0.5])
def test_pad_to_longest_is_what_keras_and_ragged_tensors_make(ragged, value):
    x, lengths = solutions(LESSON)["pad_to_longest"](ragged, value)
    expected = keras.utils.pad_sequences(ragged, dtype="float32", padding="post", value=value)
    agree((x, lengths), (expected, LENGTHS))
    assert x.dtype == np.float32
    agree([x], [tf.ragged.constant([s.tolist() for s in ragged], ragged_rank=1).to_tensor(value)])


def test_masks_are_those_of_tensorflow_and_keras(ragged):
    s = solutions(LESSON)
    x, _ = s["pad_to_longest"](ragged, -1.0)
    by_length, by_value = s["two_masks"](tf.constant(x), tf.constant(LENGTHS), -1.0)
    agree((by_length, by_value), (tf.sequence_mask(LENGTHS, T), keras.layers.Masking(-1.0).compute_mask(x)))


def test_the_mask_of_the_old_notes_is_the_mask_by_value(ragged):
    s = solutions(LESSON)
    x, _ = s["pad_to_longest"](ragged, 0.0)
    x[1, 2] = 0.0  # a real step of zeros
    by_length, by_value = s["two_masks"](tf.constant(x), tf.constant(LENGTHS), 0.0)
    old = tf1({"x": x, "sequence_length": LENGTHS}, "old_masks")
    agree((by_length, by_value), (old["by_length"], old["used"]))
    assert old["counted"].tolist() == [2, 5, 1, 3]  # so the last step of the second sequence is lost


@pytest.mark.parametrize("mask", [BEHIND, HOLES])
def test_masked_rnn_is_the_keras_layer_with_a_mask(data, mask):
    layer = keras.layers.SimpleRNN(U, return_sequences=True, return_state=True)
    layer.build(data["x"].shape)
    layer.set_weights([data["kernel"], data["recurrent"], data["bias"]])
    got = solutions(LESSON)["masked_rnn"](plain_cell(data), data["x"], mask, tf.constant(data["h0"]))
    agree(got, layer(data["x"], initial_state=[data["h0"]], mask=tf.constant(mask)))


@pytest.mark.parametrize("mask", [BEHIND, HOLES])
def test_masked_rnn_is_keras_around_a_cell_whose_output_is_not_its_state(data, mask):
    leaky = LeakyCell(data["kernel"], data["recurrent"], data["bias"])

    class Cell(keras.layers.Layer):
        state_size = output_size = U

        def call(self, x_t, states):
            output, state = leaky(x_t, states[0])
            return output, [state]

    layer = keras.layers.RNN(Cell(), return_sequences=True, return_state=True)
    got = solutions(LESSON)["masked_rnn"](leaky, data["x"], mask, tf.constant(data["h0"]))
    agree(got, layer(data["x"], initial_state=[tf.constant(data["h0"])], mask=tf.constant(mask)))


def test_masked_rnn_keeps_the_state_of_the_old_dynamic_rnn(data):
    outputs, state = solutions(LESSON)["masked_rnn"](plain_cell(data), data["x"], BEHIND, tf.constant(data["h0"]))
    old = tf1({**data, "sequence_length": LENGTHS}, "dynamic_rnn")
    agree([state, outputs * BEHIND[:, :, None]], [old["state"], old["outputs"]])  # zeros there, repeated here
    agree([outputs[:, -1]], [state])


@pytest.mark.parametrize("mask", [BEHIND, HOLES])
def test_masked_means_are_the_average_layer_and_the_losses(data, mask):
    values = np.abs(data["values"]) + 0.1
    per_sequence, overall = solutions(LESSON)["masked_means"](tf.constant(values), tf.constant(mask))
    average = keras.layers.GlobalAveragePooling1D()(values[:, :, None], mask=tf.constant(mask))
    loss = keras.losses.MeanAbsoluteError(reduction="mean_with_sample_weight")
    targets = np.zeros((B, T, 1), np.float32)
    theirs = loss(targets, values[:, :, None], sample_weight=mask.astype(np.float32))
    agree([per_sequence, overall], [average[:, 0], theirs])
    old = tf1({"values": values, "weights": mask.astype(np.float32)}, "weighted_loss")
    agree([overall], [old["loss"]])


def test_a_masked_prediction_is_averaged_over_its_real_steps(data):
    x = np.where(BEHIND[:, :, None], data["x"], -1.0).astype(np.float32)
    targets = np.zeros((B, T, 1), np.float32)
    layers = [keras.layers.Masking(-1.0), keras.layers.SimpleRNN(U, return_sequences=True), keras.layers.Dense(1)]
    model = keras.Sequential([keras.Input((None, D)), *layers])
    model.compile(loss="mse")
    squares = model.predict(x, verbose=0)[:, :, 0] ** 2
    _, overall = solutions(LESSON)["masked_means"](tf.constant(squares), tf.constant(BEHIND))
    assert model.evaluate(x, targets, verbose=0) == pytest.approx(float(overall), rel=1e-5)


@pytest.mark.parametrize("mask", [BEHIND, HOLES])
def test_differences_pass_on_what_the_next_layer_needs(data, mask):
    outputs, seen = call_with_mask(solutions(LESSON)["Differences"](), tf.constant(data["x"]), tf.constant(mask))
    spoilt = np.where(mask[:, :, None], data["x"], np.nan)
    np.testing.assert_array_equal(seen, np.isfinite(np.diff(spoilt, axis=1)).all(axis=-1))
    agree([outputs], [np.diff(data["x"], axis=1)])


def test_differences_without_a_mask(data):
    _, seen = call_with_mask(solutions(LESSON)["Differences"](), tf.constant(data["x"]), None)
    assert seen is None


@pytest.mark.parametrize("batch_size", [1, 3, 4, 40])
def test_padded_steps_are_those_of_padded_batches(batch_size):
    lengths = np.random.default_rng(3).integers(1, 20, 17).tolist()

    def count(lengths):
        ones = tf.data.Dataset.from_generator(
            lambda: (np.ones(n, np.int32) for n in lengths), output_signature=tf.TensorSpec([None], tf.int32)
        )
        return sum(int(np.sum(1 - batch.numpy())) for batch in ones.padded_batch(batch_size))

    got = solutions(LESSON)["padded_steps"](list(lengths), batch_size)
    assert list(got) == [count(lengths), count(sorted(lengths))]


def test_call_with_mask_sees_what_keras_hands_on(data):
    x = tf.constant(data["x"])
    for layer, kept in ((keras.layers.Dense(3), True), (keras.layers.GlobalAveragePooling1D(), False)):
        _, seen = call_with_mask(layer, x, tf.constant(BEHIND))
        assert (seen is not None) == kept
        if kept:
            np.testing.assert_array_equal(seen, BEHIND)
