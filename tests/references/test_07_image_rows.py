"""Lesson 07 equals Keras's training step and metrics, and the gradients of TensorFlow 1."""

from collections import Counter

import keras
import numpy as np
import pytest
import tensorflow as tf
from reference import solutions, tf1

from helpers import measure
from helpers.probes import RowClassifier, StepMaker, keras_classifier

LESSON = "07_image_rows"
B, T, D, U, C = 6, 5, 2, 4, 3
LEARNING_RATE = 0.3


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(7)
    shapes = {
        "x": (B, T, D),
        "kernel": (D, U),
        "recurrent": (U, U),
        "bias": (U,),
        "out_kernel": (U, C),
        "out_bias": (C,),
    }
    drawn = {name: rng.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}
    return {**drawn, "h0": np.zeros((B, U), np.float32), "y": rng.integers(0, C, B)}


def weights(data):
    return [data[name] for name in ("kernel", "recurrent", "bias", "out_kernel", "out_bias")]


def cross_entropy():
    return keras.losses.SparseCategoricalCrossentropy(from_logits=True)


@pytest.mark.parametrize("optimizer", ["SGD", "Adam", "RMSprop"])
def test_train_step_is_the_step_of_keras(data, optimizer):
    make = getattr(keras.optimizers, optimizer)
    mine, theirs = keras_classifier(weights(data)), keras_classifier(weights(data))
    theirs.compile(make(0.01, **({} if optimizer == "SGD" else {"epsilon": 1e-3})), cross_entropy())
    updates = make(0.01, **({} if optimizer == "SGD" else {"epsilon": 1e-3}))
    for _ in range(3):
        loss = solutions(LESSON)["train_step"](mine, updates, data["x"], data["y"])
        np.testing.assert_allclose(loss, theirs.train_on_batch(data["x"], data["y"]), rtol=1e-5)
    for a, b in zip(mine.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-5)


def test_train_step_follows_the_gradients_of_tensorflow_1(data):
    expected = tf1(data, "classifier_gradients")
    model = keras_classifier(weights(data))
    loss = solutions(LESSON)["train_step"](model, keras.optimizers.SGD(LEARNING_RATE), data["x"], data["y"])
    np.testing.assert_allclose(loss, expected["loss"], atol=1e-5)
    joint = expected["joint"]  # for [x, h]
    gradients = [joint[:D], joint[D:], expected["bias"], expected["out_kernel"], expected["out_bias"]]
    for new, old, gradient in zip(model.get_weights(), weights(data), gradients, strict=True):
        np.testing.assert_allclose(new, old - LEARNING_RATE * gradient, atol=1e-5)


def test_the_probes_are_the_keras_model(data):
    model = keras_classifier(weights(data))
    np.testing.assert_allclose(RowClassifier(*weights(data))(data["x"]), model(data["x"]), atol=1e-5)
    model.compile(keras.optimizers.Adam(0.01), cross_entropy())
    step = StepMaker(weights(data), 0.01)()
    for _ in range(3):
        np.testing.assert_allclose(step(data["x"], data["y"]), model.train_on_batch(data["x"], data["y"]), rtol=1e-4)


def test_every_epoch_of_the_pipeline_holds_every_example_once():
    examples, batch_size, epochs = 23, 5, 4
    x, y = np.arange(2.0 * examples).reshape(examples, 2), np.arange(examples)
    batches = list(solutions(LESSON)["pipeline"](x, y, batch_size, epochs).as_numpy_iterator())
    assert [len(labels) for _, labels in batches] == [5, 5, 5, 5, 3] * epochs
    assert all((x[labels] == images).all() for images, labels in batches)
    orders = np.concatenate([labels for _, labels in batches]).reshape(epochs, examples)
    assert all(Counter(order.tolist()) == Counter(range(examples)) for order in orders)
    assert len({tuple(order) for order in orders.tolist()} | {tuple(range(examples))}) == epochs + 1


def test_an_endless_pipeline_is_described_and_left():
    x, y = np.arange(200.0)[:, None], np.arange(200)
    endless = tf.data.Dataset.from_tensor_slices((x, y)).shuffle(200).repeat().batch(7)
    sizes, complete, fits, mixed, differ = measure.describe_epochs(endless, x, y, epochs=2)
    assert len(sizes) == 800 and complete == [True, True] and fits and mixed == "everything" and differ


def test_three_ways_run_as_they_say_and_agree_with_keras(data):
    ways = solutions(LESSON)["three_ways"](StepMaker(weights(data), 0.05))
    assert [measure.how_it_runs(way, data["x"], data["y"]) for way in ways] == ["eager", "graph", "XLA"]
    model = keras_classifier(weights(data))
    model.compile(keras.optimizers.Adam(0.05), cross_entropy())
    for _ in range(3):
        expected = model.train_on_batch(data["x"], data["y"])
        np.testing.assert_allclose([way(data["x"], data["y"]) for way in ways], [expected] * 3, rtol=1e-4)


def test_accuracy_is_that_of_keras_and_of_in_top_k(data):
    rng = np.random.default_rng(8)
    model = RowClassifier(*weights(data))
    batches = [(rng.normal(size=(n, T, D)).astype(np.float32), rng.integers(0, C, n)) for n in (9, 9, 4)]
    metric = keras.metrics.SparseCategoricalAccuracy()
    for x, y in batches:
        metric.update_state(y, model(x))
    got = solutions(LESSON)["accuracy"](model, batches)
    np.testing.assert_allclose(got, metric.result(), rtol=1e-6)
    logits = np.concatenate([model(x) for x, _ in batches])
    right = tf1({"logits": logits, "y": np.concatenate([y for _, y in batches])}, "in_top_k")["right"]
    np.testing.assert_allclose(got, right.mean(), rtol=1e-6)


def test_the_confusion_matrix_is_a_histogram():
    rng = np.random.default_rng(9)
    logits, y = rng.normal(size=(200, 7)).astype(np.float32), rng.integers(0, 5, 200)
    matrix = solutions(LESSON)["confusion"](tf.constant(logits), tf.constant(y))
    expected, _, _ = np.histogram2d(y, logits.argmax(axis=1), bins=np.arange(8) - 0.5)
    np.testing.assert_array_equal(matrix, expected)


def test_no_logits_get_below_the_floor():
    floor = solutions(LESSON)["loss_floor"]
    assert round(float(floor(10)), 3) == 1.461
    rng = np.random.default_rng(10)
    for classes in (2, 10, 300):
        shares = tf.nn.softmax(rng.normal(size=(500, classes), scale=20.0))
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=np.zeros(500, int), logits=shares)
        assert losses.numpy().min() >= floor(classes) - 1e-6
        sure = tf.nn.softmax(100 * tf.one_hot([0], classes))
        reached = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=[0], logits=sure)
        np.testing.assert_allclose(reached, [floor(classes)], rtol=1e-5)
