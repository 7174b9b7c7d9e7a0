"""Lesson 15 equals TextVectorization, Embedding, layers, fit, EarlyStopping and metrics of Keras, scikit-learn and NumPy."""

from collections import Counter

import keras
import numpy as np
import pytest
import tensorflow as tf
from reference import solutions
from sklearn import metrics

from helpers.data import load_passages, load_surnames
from helpers.probes import averaging_classifier, cells_with_dropout

LESSON = "15_text_classification"
B, T, D, U, V = 3, 6, 4, 5, 9
solutions(LESSON)["Counter"] = Counter  # which the lesson's first cell imports


@pytest.fixture(scope="module")
def names():
    (train, _), (test, _) = load_surnames()
    return train, test


@pytest.mark.parametrize(("size", "length"), [(31, 16), (12, 5)])
def test_encode_is_text_vectorization_of_letters(names, size, length):
    options = {"standardize": None, "split": "character", "output_sequence_length": length}
    layer = keras.layers.TextVectorization(size, **options)
    layer.adapt(names[0])
    ids = solutions(LESSON)["encode"](
        [list(name) for name in names[0]], [list(name) for name in names[1]], size, length
    )
    np.testing.assert_array_equal(ids, layer(tf.constant(names[1])))


def test_encode_is_text_vectorization_of_words():
    (train, _), (test, _) = load_passages()
    test = test[::70]
    layer = keras.layers.TextVectorization(40, standardize=None, split="whitespace", output_sequence_length=70)
    layer.adapt(train)
    ids = solutions(LESSON)["encode"]([text.split() for text in train], [text.split() for text in test], 40, 70)
    np.testing.assert_array_equal(ids, layer(tf.constant(test)))


def test_bag_is_the_count_mode_of_text_vectorization(names):
    options = {"standardize": None, "split": "character"}
    ids_of = keras.layers.TextVectorization(20, output_sequence_length=20, **options)
    counts_of = keras.layers.TextVectorization(19, output_mode="count", **options)
    for layer in (ids_of, counts_of):
        layer.adapt(names[0])
    some = tf.constant(names[1][:200])
    counts = solutions(LESSON)["bag"](ids_of(some), 20)
    np.testing.assert_array_equal(counts[:, 1:], counts_of(some))  # that mode has no id for padding
    assert not np.any(counts[:, 0])


def test_embedding_gradient_is_what_a_tape_finds_for_the_keras_layer():
    rng = np.random.default_rng(15)
    ids, doutputs = rng.integers(0, V, (B, T)), rng.normal(size=(B, T, D)).astype(np.float32)
    layer = keras.layers.Embedding(V, D)
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(layer(ids) * doutputs)
    found = tf.convert_to_tensor(tape.gradient(loss, layer.trainable_variables)[0])
    np.testing.assert_allclose(solutions(LESSON)["embedding_gradient"](ids, doutputs, V), found, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("training", [True, False])
def test_two_cells_are_a_keras_layer_of_cells(training):
    rng = np.random.default_rng(15)
    weights = [
        [rng.normal(size=shape).astype(np.float32) for shape in ((d, u), (u, u), (u,))] for d, u in ((D, U), (U, U + 1))
    ]
    batches = [tf.constant(rng.normal(size=(B, T, D)).astype(np.float32)) for _ in range(3)]
    layer = keras.layers.RNN(cells_with_dropout(*weights))
    outputs = solutions(LESSON)["two_cells"](*cells_with_dropout(*weights), batches, training)
    for x, got in zip(batches, outputs, strict=True):
        np.testing.assert_allclose(got, layer(x, training=training), rtol=1e-4, atol=1e-5)
    again = solutions(LESSON)["two_cells"](*cells_with_dropout(*weights), [batches[0]] * 2, training)
    assert np.allclose(again[0], again[1]) != training, "in training each batch has masks of its own"


class Weights:
    """All that EarlyStopping needs of a model: the number of the epoch stands for its weights."""

    stop_training = False
    now = kept = -1

    def get_weights(self):
        return self.now

    def set_weights(self, weights):
        self.kept = weights


@pytest.mark.parametrize("patience", [1, 2, 3, 5])
def test_stop_early_is_early_stopping(patience):
    rng = np.random.default_rng(patience)
    for _ in range(50):
        losses = rng.integers(1, 8, int(rng.integers(1, 15))).tolist()  # often equal
        model = Weights()
        early = keras.callbacks.EarlyStopping("val_loss", patience=patience, restore_best_weights=True)
        early.set_model(model)
        early.on_train_begin()
        for epoch, loss in enumerate(losses):
            model.now = epoch
            early.on_epoch_end(epoch, {"val_loss": loss})
            if model.stop_training:
                break
        early.on_train_end()
        assert solutions(LESSON)["stop_early"](losses, patience) == (model.now, model.kept)


def by_class(truth, answers, classes):
    """Precision, recall and F1 by their definitions, one class after the other."""
    rows = []
    for c in range(classes):
        hits = sum(t == a == c for t, a in zip(truth, answers, strict=True))
        called, there = sum(a == c for a in answers), sum(t == c for t in truth)
        p, r = hits / called if called else 0.0, hits / there if there else 0.0
        rows.append((p, r, 2 * p * r / (p + r) if p + r else 0.0))
    return np.array(rows).T


@pytest.mark.parametrize("seed", range(4))
def test_scores_are_those_of_keras_and_of_their_definitions(seed):
    rng = np.random.default_rng(seed)
    classes = int(rng.integers(3, 7))
    truth, answers = rng.integers(0, classes, 60), rng.integers(0, classes, 60)
    answers[answers == 1] = 0  # class 1 is never answered
    *each, macro, micro = solutions(LESSON)["scores"](truth, answers, classes)
    np.testing.assert_allclose(each, by_class(truth, answers, classes), rtol=1e-5, atol=1e-7)
    one_hot = [keras.ops.one_hot(values, classes) for values in (truth, answers)]
    for average, got in ((None, each[2]), ("macro", macro), ("micro", micro)):
        np.testing.assert_allclose(got, keras.metrics.F1Score(average=average)(*one_hot), rtol=1e-5, atol=1e-6)
    assert float(micro) == pytest.approx(np.mean(truth == answers))


def test_scores_are_those_of_scikit_learn():
    rng = np.random.default_rng(15)
    truth, answers = rng.integers(0, 5, 80), rng.integers(0, 4, 80)
    *each, macro, micro = solutions(LESSON)["scores"](truth, answers, 5)
    options = {"labels": range(5), "zero_division": 0}
    found = metrics.precision_recall_fscore_support(truth, answers, **options)[:3]
    np.testing.assert_allclose(each, found, rtol=1e-5, atol=1e-7)
    for average, got in (("macro", macro), ("micro", micro)):
        assert float(got) == pytest.approx(metrics.f1_score(truth, answers, average=average, **options), rel=1e-5)


@pytest.mark.parametrize("sizes", [(6, 6, 2), (4, 4)])
def test_run_epoch_is_an_epoch_of_fit(sizes):
    rng = np.random.default_rng(15)
    weights = [rng.normal(size=shape).astype(np.float32) for shape in ((V, D), (D, U), (U,))]
    x, y = rng.integers(0, V, (sum(sizes), T)), rng.integers(0, U, sum(sizes))
    ends = np.cumsum(sizes)[:-1]
    batches = [
        (tf.constant(part), tf.constant(of)) for part, of in zip(np.split(x, ends), np.split(y, ends), strict=True)
    ]
    ours, fitted = averaging_classifier(weights), averaging_classifier(weights)
    shown = []
    figures = solutions(LESSON)["run_epoch"](
        ours, keras.optimizers.Adam(0.1), batches, lambda *pair: shown.append(pair)
    )
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    fitted.compile(keras.optimizers.Adam(0.1), loss, metrics=["accuracy"])
    history = fitted.fit(x, y, batch_size=sizes[0], shuffle=False, verbose=0).history
    np.testing.assert_allclose(figures, [history["loss"][0], history["accuracy"][0]], rtol=1e-5)
    assert len(shown) == len(sizes) and shown[-1] == figures
    for got, expected in zip(ours.get_weights(), fitted.get_weights(), strict=True):
        np.testing.assert_allclose(got, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("layer", [keras.layers.GRU, keras.layers.LSTM])
def test_head_is_that_of_a_keras_model(layer, training):
    keras.utils.set_random_seed(15)
    x, states = keras.Input((T, D)), []
    inputs = x
    for units in (U, U + 2):
        x, *last = layer(units, return_sequences=True, return_state=True)(x)
        states.append(last if len(last) > 1 else last[0])
    hidden, output = keras.layers.Dense(V, bias_initializer="normal"), keras.layers.Dense(B, bias_initializer="normal")
    dropped = keras.layers.Dropout(0.3, seed=1)(hidden(keras.layers.concatenate(tf.nest.flatten(states))))
    model = keras.Model(inputs, [output(keras.layers.ReLU()(dropped)), states])
    logits, found = model(tf.random.normal((7, T, D)), training=training)
    ours = solutions(LESSON)["head"](
        found,
        tuple(hidden.get_weights()),
        tuple(output.get_weights()),
        keras.layers.Dropout(0.3, seed=1),
        training,
    )
    np.testing.assert_allclose(ours, logits, rtol=1e-4, atol=1e-5)
