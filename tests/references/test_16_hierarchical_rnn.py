"""Lesson 16 equals TimeDistributed, masks, padding and weight counts of Keras, and dynamic_rnn of TensorFlow 1."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from reference import solutions, tf1

from helpers.probes import MaskedReader

LESSON = "16_hierarchical_rnn"
B, S, W, D, U, P = 3, 4, 5, 2, 6, 7
LENGTHS = np.array([[3, 0, 5, 1], [2, 4, 0, 0], [0, 1, 0, 5]])  # words; empty sentences in front, between and behind
MASK = np.arange(W) < LENGTHS[:, :, None]
RNG = np.random.default_rng(16)


def draw(*shape):
    return RNG.normal(size=shape).astype(np.float32)


X = draw(B, S, W, D)
WEIGHTS = {"words": [draw(D, U), draw(U, U), draw(U)], "sentences": [draw(U, P), draw(P, P), draw(P)]}


def simple_rnn(level, **options):
    weights = WEIGHTS[level]
    layer = keras.layers.SimpleRNN(len(weights[2]), **options)
    layer.build((None, None, len(weights[0])))
    layer.set_weights(weights)
    return layer


def agree(got, expected, atol=1e-5):
    np.testing.assert_allclose(got, expected, atol=atol)


@pytest.mark.parametrize("layer", [keras.layers.GRU(U), keras.layers.LSTM(U), keras.layers.GlobalMaxPooling1D()])
def test_each_sentence_is_time_distributed(layer):
    x = tf.constant(X)
    agree(solutions(LESSON)["each_sentence"](layer, x), keras.layers.TimeDistributed(layer)(x))


def test_each_sentence_takes_an_encoder_that_reads_both_ways():
    layer = keras.layers.Bidirectional(keras.layers.GRU(U))
    got = solutions(LESSON)["each_sentence"](layer, tf.constant(X))
    assert got.shape == (B, S, 2 * U)
    agree(got, keras.layers.TimeDistributed(layer)(tf.constant(X)))


def two_levels(x, mask):
    readers = [MaskedReader(*WEIGHTS[level]) for level in ("words", "sentences")]
    return solutions(LESSON)["two_levels"](*readers, tf.constant(x), tf.constant(mask))


def test_two_levels_are_two_keras_layers_with_masks():
    vectors, page = two_levels(X, MASK)
    by_keras = keras.layers.TimeDistributed(simple_rnn("words"))(tf.constant(X), mask=tf.constant(MASK))
    agree(vectors, by_keras)
    sentence_mask = tf.constant(LENGTHS > 0)
    agree(page, simple_rnn("sentences")(tf.constant(by_keras.numpy()), mask=sentence_mask))


def test_two_levels_with_gru_readers():
    words, sentences = (keras.layers.GRU(units, return_sequences=True) for units in (U, P))
    read = [lambda x, mask, layer=layer: layer(x, mask=mask) for layer in (words, sentences)]
    vectors, page = solutions(LESSON)["two_levels"](*read, tf.constant(X), tf.constant(MASK))
    for b in range(B):  # page by page and sentence by sentence, without any padding
        real = [words(X[b : b + 1, s, :length])[:, -1] for s, length in enumerate(LENGTHS[b]) if length]
        agree(vectors[b][LENGTHS[b] > 0], tf.concat(real, axis=0))
        agree(page[b], sentences(tf.stack(real, axis=1))[0, -1])


def test_appended_padding_moves_nothing():
    vectors, page = two_levels(X, MASK)
    longer = draw(B, S + 3, W + 2, D)
    longer[:, 1 : S + 1, :W] = X
    more_vectors, same_page = two_levels(longer, np.pad(MASK, ((0, 0), (1, 2), (0, 2))))
    agree(more_vectors[:, 1 : S + 1], vectors)
    agree(same_page, page)


def test_two_levels_are_the_dynamic_rnn_of_tensorflow_1_on_both():
    def old(x, lengths, level):
        kernel, recurrent, bias = WEIGHTS[level]
        h0 = np.zeros((len(x), len(bias)), np.float32)
        data = {"x": x, "h0": h0, "kernel": kernel, "recurrent": recurrent, "bias": bias, "sequence_length": lengths}
        return tf1(data, "dynamic_rnn")["state"]

    vectors, page = two_levels(X, MASK)
    by_old = old(X.reshape(B * S, W, D), LENGTHS.ravel(), "words").reshape(B, S, U)
    agree(vectors, by_old)  # zeros for a length of 0
    front = np.argsort(LENGTHS == 0, axis=1, kind="stable")  # a length knows no hole: real sentences move to the front
    closed = np.take_along_axis(by_old, front[:, :, None], axis=1)
    agree(page, old(closed, (LENGTHS > 0).sum(axis=1), "sentences"))


def test_page_mean_is_keras_masked_mean_where_there_is_one():
    mask = np.array([[1, 0, 1, 1], [0, 1, 0, 0], [0, 0, 0, 0]], bool)
    vectors = draw(B, S, U)
    got = solutions(LESSON)["page_mean"](tf.constant(vectors), tf.constant(mask))
    with np.errstate(invalid="ignore"):
        average = keras.layers.GlobalAveragePooling1D()(vectors, mask=tf.constant(mask)).numpy()
    assert np.isnan(average[2]).all()  # what the lesson says of Keras
    agree(got, np.nan_to_num(average))


@pytest.mark.parametrize("sizes", [(50, 3, 4, 5, 2, 6, 7), (31, 8, 5, 9, 10, 12, 3)])
def test_count_weights_are_those_of_keras_and_shared(sizes):
    size, features, units, page_units, classes, sentences, words = sizes
    ids = keras.Input((sentences, words), dtype="int32")
    layers = [keras.layers.Embedding(size, features), keras.layers.TimeDistributed(keras.layers.GRU(units))]
    layers += [keras.layers.GRU(page_units), keras.layers.Dense(classes)]
    x = ids
    for layer in layers:
        x = layer(x)
    assert list(solutions(LESSON)["count_weights"](*sizes)) == [layer.count_params() for layer in layers]


def test_page_arrays_are_text_vectorization_sentence_by_sentence():
    pages = [["the cat sat", "", "a dog"], ["cat", "the dog the owl sat on"], [""]]
    layer = keras.layers.TextVectorization(vocabulary=["the", "cat", "dog"], standardize=None, output_sequence_length=W)
    vocabulary = {word: place + 2 for place, word in enumerate(("the", "cat", "dog"))}
    split = [[sentence.split() for sentence in page] for page in pages]
    ids, word_mask, sentence_mask = solutions(LESSON)["page_arrays"](split, vocabulary, S, W)
    for b, page in enumerate(pages):
        theirs = layer(tf.constant(page)).numpy()
        np.testing.assert_array_equal(ids[b, : len(page)], theirs)
        np.testing.assert_array_equal(
            word_mask[b, : len(page)], keras.layers.Embedding(5, 2, mask_zero=True).compute_mask(theirs)
        )
    np.testing.assert_array_equal(sentence_mask, [[1, 0, 1, 0], [1, 1, 0, 0], [0, 0, 0, 0]])


def test_leave_one_out_is_the_score_without_each_sentence():
    score_weights = draw(S, W)

    def score(pages):  # not a sum over sentences
        return tf.tanh(tf.reduce_sum(tf.sqrt(tf.cast(pages, tf.float32)) * score_weights, axis=(1, 2)))

    page = np.where(MASK[0], RNG.integers(1, 9, (S, W)), 0)
    effects = solutions(LESSON)["leave_one_out"](score, tf.constant(page))
    assert effects.shape == (S,) and float(effects[1]) == 0.0  # an empty sentence
    for s in range(S):
        without = page.copy()
        without[s] = 0
        agree(effects[s], score(page[None])[0] - score(without[None])[0], atol=1e-6)


def test_keras_hands_the_word_mask_on_to_the_sentences():
    """What the lesson warns of: TimeDistributed passes (B, S, W) on; units as many as words hide it."""
    ids = np.where(MASK, 1, 0)
    vectors = keras.layers.TimeDistributed(keras.layers.GRU(U))(keras.layers.Embedding(3, D, mask_zero=True)(ids))
    with pytest.raises(tf.errors.InvalidArgumentError):
        keras.layers.GRU(P)(vectors)
    read = keras.layers.GRU(W)
    right = read(tf.constant(vectors.numpy()), mask=tf.constant(LENGTHS > 0))
    assert np.abs(read(vectors) - right).max() > 1e-3
