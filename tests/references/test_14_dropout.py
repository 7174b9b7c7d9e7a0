"""Lesson 14 equals the Dropout layers and cells of Keras, with their masks, and TensorFlow 1's DropoutWrapper."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from reference import solutions, tf1

LESSON = "14_dropout"
B, T, D, U = 3, 6, 4, 5


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(14)
    shapes = {
        "x": (B, T, D),
        "h0": (B, U),
        "kernel": (D, U),
        "recurrent_kernel": (U, U),
        "bias": (U,),
    }
    return {name: rng.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}


def numbers_behind(mask):
    """Return uniform numbers that a mask may have been made of: small where it drops."""
    return tf.where(tf.convert_to_tensor(mask) > 0, 0.95, 0.05)


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.8])
def test_dropout_is_that_of_the_keras_layer(data, rate):
    keras.utils.set_random_seed(1)
    layer = keras.layers.Dropout(rate)
    dropped = layer(data["x"], training=True)
    u = tf.where(dropped != 0, 0.95, 0.05)
    np.testing.assert_allclose(solutions(LESSON)["dropout"](data["x"], u, rate), dropped, rtol=1e-5)
    np.testing.assert_array_equal(layer(data["x"]), data["x"])  # at inference, and by default


@pytest.mark.parametrize(("layer", "one_mask"), [(keras.layers.Dropout, False), (keras.layers.SpatialDropout1D, True)])
def test_masks_over_time_are_those_of_two_keras_layers(layer, one_mask):
    keras.utils.set_random_seed(2)
    masks = layer(0.4)(tf.ones((B, T, D)), training=True)
    got = solutions(LESSON)["masks_over_time"](numbers_behind(masks), 0.4, one_mask)
    np.testing.assert_allclose(got, masks, rtol=1e-5)
    assert len(np.unique(np.array(masks)[:, 0], axis=0)) > 1  # sequences have masks of their own


def cell_with(data, **options):
    cell = keras.layers.SimpleRNNCell(U, **options)
    cell.build((None, D))
    cell.set_weights([data["kernel"], data["recurrent_kernel"], data["bias"]])
    return cell


def test_dropout_step_is_that_of_the_keras_cell_with_its_own_masks(data):
    keras.utils.set_random_seed(3)
    cell = cell_with(data, dropout=0.5, recurrent_dropout=0.4)
    x_t, h = data["x"][:, 0], tf.constant(data["h0"])
    expected = cell(x_t, [h], training=True)[0]
    masks = cell.get_dropout_mask(x_t), cell.get_recurrent_dropout_mask(h)
    weights = data["kernel"], data["recurrent_kernel"], data["bias"]
    np.testing.assert_allclose(solutions(LESSON)["dropout_step"](x_t, h, *weights, *masks), expected, atol=1e-6)


@pytest.mark.parametrize("training", [True, False])
def test_run_with_dropout_is_that_of_the_keras_layer(data, training):
    keras.utils.set_random_seed(4)
    layer = keras.layers.RNN(cell_with(data, dropout=0.5, recurrent_dropout=0.4), return_sequences=True)
    h0 = tf.constant(data["h0"])
    masks = layer.cell.get_dropout_mask(data["x"][:, 0]), layer.cell.get_recurrent_dropout_mask(h0)
    expected = layer(data["x"], initial_state=h0, training=training)  # uses the masks drawn above
    plain = cell_with(data)
    got = solutions(LESSON)["run_with_dropout"](lambda x, h: plain(x, [h])[0], data["x"], h0, *masks, training)
    np.testing.assert_allclose(got, expected, atol=1e-5)
    assert np.array_equal(expected, layer(data["x"], initial_state=h0, training=training)) is not training


@pytest.mark.parametrize(("drop", "option"), [("memory", "recurrent_dropout"), ("candidate", "dropout")])
def test_carry_is_a_linear_keras_cell_whose_masks_are_reset_at_every_step(data, drop, option):
    keras.utils.set_random_seed(5)
    candidates = np.random.default_rng(5).normal(size=(B, T, U)).astype(np.float32)
    cell = keras.layers.SimpleRNNCell(U, activation=None, **{option: 0.4})
    cell.build((None, U))
    cell.set_weights([np.eye(U), np.eye(U), np.zeros(U)])
    c, masks, expected = tf.constant(data["h0"]), [], []
    for t in range(T):
        cell.reset_dropout_mask()
        cell.reset_recurrent_dropout_mask()
        c = cell(candidates[:, t], [c], training=True)[0]
        kinds = cell.get_dropout_mask(candidates[:, t]), cell.get_recurrent_dropout_mask(c)
        masks.append(next(mask for mask in kinds if mask is not None))
        expected.append(c)
    got = solutions(LESSON)["carry"](data["h0"], candidates, tf.stack(masks, axis=1), drop)
    np.testing.assert_allclose(got, tf.stack(expected, axis=1), rtol=1e-5, atol=1e-5)


def test_a_keras_cell_keeps_its_masks_until_both_are_reset():
    keras.utils.set_random_seed(6)
    cell, x_t, h = (
        keras.layers.SimpleRNNCell(40, dropout=0.5, recurrent_dropout=0.5),
        tf.ones((1, 40)),
        tf.ones((1, 40)),
    )

    def masks_after(training):
        cell(x_t, [h], training=training)
        return np.array(cell.get_dropout_mask(x_t)), np.array(cell.get_recurrent_dropout_mask(h))

    first, again = masks_after(training=False), masks_after(training=True)  # drawn even at inference
    assert np.array_equal(first, again)
    cell.reset_dropout_mask()
    of_input, of_state = masks_after(training=True)
    assert not np.array_equal(of_input, first[0]) and np.array_equal(of_state, first[1])
    cell.reset_recurrent_dropout_mask()
    assert not np.array_equal(masks_after(training=True)[1], first[1])


@pytest.mark.parametrize(("kind", "count"), [(keras.layers.LSTMCell, 4), (keras.layers.GRUCell, 3)])
def test_a_gated_cell_has_a_mask_for_every_block_and_none_at_inference(kind, count):
    cell, x_t = kind(U, dropout=0.5, recurrent_dropout=0.5), tf.ones((2, D))
    states = [tf.ones((2, U))] * (2 if kind is keras.layers.LSTMCell else 1)
    cell(x_t, states)
    assert getattr(cell, "_dropout_mask", None) is None
    cell(x_t, states, training=True)
    assert len(cell.get_dropout_mask(x_t)) == len(cell.get_recurrent_dropout_mask(states[0])) == count


# -- the old wrapper ------------------------------------------------------------------------

MANY, STEPS, KEEP = 40, 8, 0.8


def old_wrapper(kind, variational, x, h0, kernel, recurrent):
    units = h0.shape[1]
    weights = {"kernel": kernel * np.eye(units), "recurrent": recurrent * np.eye(units), "bias": np.zeros(units)}
    options = {"kind": kind, "variational": variational, "keep": KEEP}
    return tf1({"x": x, "h0": h0, **weights, **options}, "dropout_wrapper")["outputs"]


@pytest.mark.parametrize("variational", [0, 1])
@pytest.mark.parametrize("kind", [0, 2])
def test_the_old_wrapper_keeps_what_keras_does_not_drop(kind, variational):
    x = np.ones((MANY, STEPS, MANY), np.float32)
    masks = old_wrapper(kind, variational, x, np.zeros((MANY, MANY)), kernel=1.0, recurrent=0.0)
    got = solutions(LESSON)["masks_over_time"](numbers_behind(masks), 1 - KEEP, bool(variational))
    np.testing.assert_allclose(got, masks, rtol=1e-5)
    one_for_all_steps = np.array_equal(masks, np.repeat(masks[:, :1], STEPS, axis=1))
    one_for_the_batch = np.array_equal(masks, np.repeat(masks[:1], MANY, axis=0))
    assert one_for_all_steps == one_for_the_batch == bool(variational)  # the table of old calls says so
    if not variational:
        assert abs(np.mean(masks > 0) - KEEP) < 0.02 and abs(np.mean(masks) - 1) < 0.02


@pytest.mark.parametrize("variational", [0, 1])
def test_a_memory_under_the_old_wrapper_fades_as_the_lesson_says(variational):
    start = np.ones((MANY, MANY), np.float32)
    memories = old_wrapper(1, variational, np.zeros((MANY, STEPS, MANY)), start, kernel=0.0, recurrent=1.0)
    ratios = memories[:, 1:] / np.where(memories[:, :-1] > 0, memories[:, :-1], 1.0)  # the masks; h0 has none
    masks = np.concatenate([np.ones((MANY, 1, MANY)), ratios], axis=1).astype(np.float32)
    got = solutions(LESSON)["carry"](start, np.zeros_like(masks), masks, "memory")
    np.testing.assert_allclose(got, memories, rtol=1e-4)
    alive = np.mean(memories > 0, axis=(0, 2))
    if variational:
        assert (alive[1:] == alive[1]).all()
    else:
        np.testing.assert_allclose(alive, KEEP ** np.arange(STEPS), atol=0.04)
    assert np.allclose(memories.max(axis=(0, 2)), KEEP ** -np.arange(STEPS))
