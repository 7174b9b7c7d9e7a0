"""Lesson 18 equals stateful layers, sampling and losses of Keras and TensorFlow, difflib, and TensorFlow 1."""

import difflib
import subprocess
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf
from reference import solutions, tf1

from helpers import writing
from helpers.data import load_chorales, load_shakespeare
from helpers.probes import Chooser, NextStep

LESSON = "18_character_model"
B, T, U, V = 3, 4, 5, 7
RNG = np.random.default_rng(18)


def draw(*shape):
    return RNG.normal(size=shape).astype(np.float32)


def agree(got, expected, atol=1e-5):
    np.testing.assert_allclose(got, expected, atol=atol)


def stateful_writer(rows, steps):
    """An embedding, a stateful GRU and a dense layer, for a fixed number of rows."""
    return keras.Sequential(
        [
            keras.Input((steps,), batch_size=rows, dtype="int32"),
            keras.layers.Embedding(V, 2),
            keras.layers.GRU(U, return_sequences=True, stateful=True),
            keras.layers.Dense(V),
        ]
    )


@pytest.mark.parametrize(("length", "rows", "steps"), [(50, 3, 4), (61, 5, 3), (25, 2, 4), (24, 2, 4)])
def test_streams_go_on_where_the_row_stopped(length, rows, steps):
    x, y = solutions(LESSON)["streams"](np.arange(length), rows, steps)
    assert x.shape == y.shape == ((length - 1) // (rows * steps), rows, steps)
    agree(y, x + 1)
    agree(x[1:, :, 0], x[:-1, :, -1] + 1)
    agree(np.sort(x.ravel()), np.arange(x.size))


def test_streams_are_batches_of_a_keras_data_set():
    ids = RNG.integers(V, size=1 + B * T * 6)
    x, y = solutions(LESSON)["streams"](ids, B, T)
    for b in range(B):
        start = b * T * 6
        part = ids[start : start + T * 6 + 1]
        rows = keras.utils.timeseries_dataset_from_array(
            part[:-1], part[T:], sequence_length=T, sequence_stride=T, batch_size=None
        )
        for n, (inputs, following) in enumerate(rows):
            agree(x[n, b], inputs)
            assert y[n, b, -1] == following, "the last target is the first id of the next chunk"


def test_run_epochs_is_a_stateful_layer_reset_at_each_epoch():
    ids = RNG.integers(V, size=1 + B * T * 5)
    x, y = solutions(LESSON)["streams"](ids, B, T)
    model = stateful_writer(B, T)
    cross_entropy = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    expected = []
    for _ in range(2):
        model.layers[1].reset_state()
        expected.append([float(cross_entropy(y_n, model(x_n))) for x_n, y_n in zip(x, y, strict=True)])
    last = model.layers[1].states[0]
    by_hand = keras.layers.GRU(U, return_sequences=True, return_state=True)
    by_hand.build((None, None, 2))
    by_hand.set_weights(model.layers[1].get_weights())

    def step(x_n, y_n, state):
        outputs, state = by_hand(model.layers[0](x_n), initial_state=state)
        return cross_entropy(y_n, model.layers[2](outputs)), state

    losses, state = solutions(LESSON)["run_epochs"](step, x, y, tf.zeros((B, U)), 2)
    agree(losses, expected)
    agree(state, last)


@pytest.mark.parametrize("shift", [0.0, 500.0])
def test_bits_and_perplexity_are_the_keras_loss(shift):
    logits, y = draw(B, T, V) * 3 + np.float32(shift), RNG.integers(V, size=(B, T))
    nats = float(keras.losses.SparseCategoricalCrossentropy(from_logits=True)(y, logits))
    bits, perplexity = solutions(LESSON)["bits_and_perplexity"](tf.constant(logits), tf.constant(y))
    agree([bits, perplexity], [nats / np.log(2), np.exp(nats)], atol=1e-3)


def test_who_knows_nothing_has_as_many_to_choose_from_as_there_are():
    bits, perplexity = solutions(LESSON)["bits_and_perplexity"](tf.zeros((1, 9, 62)), tf.zeros((1, 9), tf.int64))
    agree([bits, perplexity], [np.log2(62), 62], atol=1e-3)


@pytest.mark.parametrize("temperature", [0.4, 1.0, 2.5])
def test_temper_is_how_often_tensorflow_draws(temperature):
    logits = draw(1, V) * 2
    drawn = tf.random.stateless_categorical(logits / temperature, 200_000, seed=(1, 8))
    shares = np.bincount(drawn[0], minlength=V) / 200_000
    agree(solutions(LESSON)["temper"](logits, temperature)[0], shares, atol=0.005)


@pytest.mark.parametrize("k", [1, 3, V])
def test_top_k_keeps_what_in_top_k_names(k):
    shares = RNG.dirichlet(np.ones(V), B).astype(np.float32)
    kept = np.array(solutions(LESSON)["top_k"](tf.constant(shares), k))
    inside = np.stack([tf.math.in_top_k(np.full(B, i), shares, k) for i in range(V)], axis=1)
    agree(kept > 0, inside)
    agree(kept, np.where(inside, shares, 0) / np.where(inside, shares, 0).sum(axis=1, keepdims=True))


def test_top_k_keeps_k_of_equally_likely_ones():
    kept = np.array(solutions(LESSON)["top_k"](tf.fill((2, V), 1 / V), 3))
    agree(kept, np.tile([1 / 3] * 3 + [0] * (V - 3), (2, 1)))


@pytest.mark.parametrize("p", [0.1, 0.5, 0.75, 0.95])
def test_top_p_is_the_smallest_set_that_reaches_p(p):
    for shares in RNG.dirichlet(np.ones(V), 20).astype(np.float32):
        kept = np.array(solutions(LESSON)["top_p"](tf.constant(shares[None]), p))[0]
        inside = kept > 0
        assert shares[inside].sum() >= p - 1e-6
        assert shares[inside].sum() - shares[inside].min() < p, "one id fewer would not reach it"
        assert shares[inside].min() >= shares[~inside].max(initial=0), "no likelier one was left out"
        agree(kept, np.where(inside, shares, 0) / shares[inside].sum())


def test_generate_is_one_call_over_all_it_wrote():
    step = NextStep(draw(V, U), draw(U, U), draw(U, V))
    choose, state, prefix = Chooser(draw(V)), draw(1, U), [2, 5, 1]
    ids = solutions(LESSON)["generate"](step, choose, prefix, state, 9)
    layer = keras.layers.SimpleRNN(U, use_bias=False, return_sequences=True)
    layer.build((None, None, V))
    layer.set_weights([step.table, step.recurrent_kernel])
    read = tf.one_hot([prefix + ids], V)
    logits = layer(read, initial_state=tf.constant(state))[0] @ step.output_kernel
    assert ids == [choose(logits[len(prefix) - 1 + n]) for n in range(9)]


WEIGHTS = {"kernel": draw(V, U), "recurrent": draw(U, U), "bias": draw(U)}


def old_step(x_t, state):
    return tf.tanh(x_t @ WEIGHTS["kernel"] + state @ WEIGHTS["recurrent"] + WEIGHTS["bias"])


def test_generate_with_outputs_fed_back_as_they_are_is_raw_rnn_of_tensorflow_1():
    """The notes' free run: what comes out goes in again. So nothing is chosen here, and a token is a vector."""
    output = {"output_kernel": draw(U, V), "output_bias": draw(V)}
    x_0, h0 = draw(1, V), draw(1, U)

    def step(x_t, state):
        state = old_step(x_t, state)
        return state @ output["output_kernel"] + output["output_bias"], state

    written = solutions(LESSON)["generate"](step, tf.identity, [x_0], h0, 6)
    expected = tf1({**WEIGHTS, **output, "x_0": x_0, "h0": h0, "steps": np.array(6)}, "raw_rnn")["outputs"]
    agree(written, expected, atol=1e-4)


def test_a_state_carried_through_chunks_is_dynamic_rnn_of_tensorflow_1_over_all():
    x, h0 = draw(B, 12, V), draw(B, U)

    def step(x_n, _, state):
        for x_t in tf.unstack(x_n, axis=1):
            state = old_step(x_t, state)
        return tf.reduce_sum(state), state

    chunks = tf.split(x, 3, axis=1)
    losses, state = solutions(LESSON)["run_epochs"](step, chunks, chunks, h0, 2)
    old = tf1({**WEIGHTS, "x": x, "h0": h0}, "dynamic_rnn")
    agree(state, old["state"])
    agree(losses, [[old["outputs"][:, t].sum() for t in (3, 7, 11)]] * 2, atol=1e-4)


def test_the_longest_copy_is_what_difflib_finds():
    text, held_out = load_shakespeare()
    for start in range(0, 4000, 400):
        piece, training = held_out[start : start + 200], text[: 6000 + start]
        match = difflib.SequenceMatcher(None, piece, training, autojunk=False).find_longest_match()
        assert solutions(LESSON)["longest_copy"](piece, training) == (match.size, piece[match.a :][: match.size])


def test_each_note_of_the_chorales_is_known():
    chorales, held_out = (np.concatenate(part) for part in load_chorales())
    assert set(held_out.flat) <= set(chorales.flat)


BY_TENSORFLOW = """
import sys
sys.modules["keras"] = None  # it cannot be imported; importing TensorFlow would do so
import tensorflow as tf
writer = tf.saved_model.load(sys.argv[1])
logits, state = writer.serve([tf.constant([[1, 2]]), tf.zeros((1, 5))])
print(*logits.numpy().ravel().tolist())
"""


def test_an_exported_writer_runs_in_a_process_that_cannot_import_keras(tmp_path):
    tokens, state = keras.Input((None,), dtype="int32"), keras.Input((U,))
    gru = keras.layers.GRU(U, return_sequences=True, return_state=True)
    outputs, last = gru(keras.layers.Embedding(V, 2)(tokens), initial_state=state)
    writer = keras.Model([tokens, state], [keras.layers.Dense(V)(outputs), last])
    writer.export(str(tmp_path / "writer"), verbose=False)
    command = [sys.executable, "-c", BY_TENSORFLOW, str(tmp_path / "writer")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    expected, _ = writer([tf.constant([[1, 2]]), tf.zeros((1, U))])
    agree([float(number) for number in done.stdout.split()], np.ravel(expected))


def test_demonstrations_use_what_the_answers_do():
    ids = RNG.integers(V, size=60)
    for got, expected in zip(writing.as_streams(ids, B, T), solutions(LESSON)["streams"](ids, B, T), strict=True):
        agree(got, expected)
    logits, y = draw(B, T, V), RNG.integers(V, size=(B, T))
    agree(writing.bits_of(logits, y), solutions(LESSON)["bits_and_perplexity"](logits, y)[0])
    step, choose = NextStep(draw(V, U), draw(U, U), draw(U, V)), Chooser(draw(V))
    state = draw(1, U)
    expected = solutions(LESSON)["generate"](step, choose, [2, 5], state, 9)
    assert writing.go_on(step, choose, [2, 5], state, 9) == expected
    text, held_out = load_shakespeare()
    expected = solutions(LESSON)["longest_copy"](held_out[:90], text[:9000])[1]
    assert writing.longest_shared(held_out[:90], text[:9000]) == expected


@pytest.mark.parametrize(("temperature", "p"), [(1.0, 1.0), (0.6, 0.8), (1.8, 0.5)])
def test_make_choose_draws_from_the_tempered_top_p_set(temperature, p):
    logits = draw(1, V)
    expected = solutions(LESSON)["temper"](logits, temperature)
    expected = expected if p == 1.0 else solutions(LESSON)["top_p"](expected, p)
    choose = writing.make_choose(18, temperature, p)
    drawn = [choose(logits) for _ in range(20_000)]
    agree(np.bincount(drawn, minlength=V) / 20_000, np.ravel(expected), atol=0.015)
