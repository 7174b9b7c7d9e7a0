"""Lesson 17 equals Keras's attention, losses and two-way LSTM, a search through all answers, and TensorFlow 1."""

import itertools

import keras
import numpy as np
import pytest
import tensorflow as tf
from reference import solutions, tf1

from helpers.probes import DecoderStep
from helpers.writing import search

LESSON = "17_encoder_decoder"
B, S, T, D, U, V = 3, 4, 6, 2, 5, 4
LENGTHS = np.array([4, 1, 6], np.int32)
MASK = np.arange(T) < LENGTHS[:, None]
RNG = np.random.default_rng(17)


def draw(*shape, scale=1.0):
    return (scale * RNG.normal(size=shape)).astype(np.float32)


def agree(got, expected, atol=1e-5):
    for g, e in zip(got, expected, strict=True):
        np.testing.assert_allclose(g, e, atol=atol)


@pytest.mark.parametrize("queries", [1, S])
def test_dot_attention_is_keras_attention(queries):
    q, k, v = draw(B, queries, U), draw(B, T, U), draw(B, T, D)
    got = solutions(LESSON)["dot_attention"](q, k, v, MASK)
    agree(got, keras.layers.Attention()([q, v, k], mask=[None, tf.constant(MASK)], return_attention_scores=True))
    assert not np.asarray(got[1])[~np.broadcast_to(MASK[:, None], got[1].shape)].any(), "padding has no weight at all"


@pytest.mark.parametrize("queries", [1, S])
def test_additive_attention_is_keras_additive_attention_of_projections(queries):
    q, k, kernels, v = draw(B, queries, 3), draw(B, T, D), (draw(3, U), draw(D, U)), draw(U)
    layer = keras.layers.AdditiveAttention()
    layer.build([(B, queries, U), (B, T, D), (B, T, U)])
    layer.set_weights([v])
    expected = layer([q @ kernels[0], k, k @ kernels[1]], mask=[None, tf.constant(MASK)], return_attention_scores=True)
    agree(solutions(LESSON)["additive_attention"](q, k, MASK, *kernels, v), expected)


def test_attention_does_not_move_when_padding_is_appended():
    q, k, v = draw(B, S, U), draw(B, T, U), draw(B, T, D)
    longer = [np.concatenate([part, draw(B, 3, part.shape[2], scale=9.0)], axis=1) for part in (k, v)]
    attend = solutions(LESSON)["dot_attention"]
    agree(attend(q, *longer, np.pad(MASK, ((0, 0), (0, 3))))[:1], attend(q, k, v, MASK)[:1])


def test_masked_loss_is_keras_loss_without_the_padding():
    logits, targets = draw(B, T, V), np.where(MASK, RNG.integers(1, V, (B, T)), 0)
    got = solutions(LESSON)["masked_loss"](tf.constant(logits), tf.constant(targets))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    agree([got, got], [loss(targets[MASK], logits[MASK]), cut_apart(logits, targets)])


def cut_apart(logits, targets):
    losses = keras.losses.sparse_categorical_crossentropy(targets, logits, from_logits=True).numpy()
    return np.concatenate([row[:length] for row, length in zip(losses, LENGTHS, strict=True)]).mean()


def test_masked_loss_is_the_weighted_loss_of_tensorflow_1():
    logits, targets = draw(B, T, V), np.where(MASK, RNG.integers(1, V, (B, T)), 0)
    old = tf1({"logits": logits, "labels": targets, "weights": MASK}, "weighted_cross_entropy")
    agree([solutions(LESSON)["masked_loss"](tf.constant(logits), tf.constant(targets))], [old["loss"]])


def two_way_lstm():
    layer = keras.layers.Bidirectional(keras.layers.LSTM(U, return_sequences=True, return_state=True))
    layer.build((B, T, D))
    layer.set_weights([draw(*weight.shape) for weight in layer.get_weights()])
    return layer


def test_joined_states_go_into_a_keras_lstm_of_twice_as_many_units():
    layer, x = two_way_lstm(), draw(B, T, D)
    outputs, *states = layer(x, mask=tf.constant(MASK))
    h, c = solutions(LESSON)["join_states"](states)
    assert h.shape == c.shape == (B, 2 * U)
    last = np.asarray(outputs)[np.arange(B), LENGTHS - 1, :U]
    agree([h[:, :U], h[:, U:]], [last, outputs[:, 0, U:]])  # h of each half is its last output; c is none
    keras.layers.LSTM(2 * U)(draw(B, S, D), initial_state=[h, c])


def test_joined_states_are_those_of_the_old_notes():
    layer, x = two_way_lstm(), draw(B, T, D)
    data = {"x": x, "sequence_length": LENGTHS}
    for name, half in (("fw", layer.forward_layer), ("bw", layer.backward_layer)):
        kernel, recurrent, bias = half.get_weights()
        i, f, c, o = np.split(np.concatenate([np.concatenate([kernel, recurrent]), bias[None]]), 4, axis=1)
        joint = np.concatenate([i, c, f, o], axis=1)  # TensorFlow 1 has the order i, c, f, o
        data |= {f"{name}/kernel": joint[:-1], f"{name}/bias": joint[-1]}
    old = tf1(data, "joined_lstm_states")
    outputs, *states = layer(x, mask=tf.constant(MASK))
    agree(solutions(LESSON)["join_states"](states), [old["h"], old["c"]])
    agree([np.asarray(outputs)[MASK]], [old["outputs"][MASK]])  # behind the end Keras and TensorFlow 1 differ


def decoder():
    return DecoderStep(draw(V, U, scale=2), draw(U, U, scale=2), draw(U, V, scale=2), draw(V)), draw(U)


def every_answer(step, state, end, start, limit):
    """Return {answer: total} for all answers that end with the end mark or have `limit` tokens."""
    found = {}
    for tokens in itertools.product(range(V), repeat=limit):
        total, kept, last = 0.0, state, start
        for place, token in enumerate(tokens):
            logs, kept = step.follow(last, kept)
            total, last = total + float(logs[token]), token
            if token == end or place == limit - 1:
                found[tokens[: place + 1]] = total
                break
    return found


@pytest.mark.parametrize("power", [0.0, 0.7, 1.0])
def test_a_beam_that_drops_nothing_finds_the_best_of_all_answers(power):
    start, end, limit = 1, 2, 4
    for _ in range(5):
        step, state = decoder()
        answers = every_answer(step, state, end, start, limit)
        best = max(answers, key=lambda tokens: answers[tokens] / len(tokens) ** power)
        search = solutions(LESSON)["beam_search"]
        tokens, total = search(step, tf.constant(state), start, end, V**limit, limit, power)
        assert tuple(tokens) == best
        agree([total], [answers[best]])


@pytest.mark.parametrize("limit", [1, 2])
def test_a_beam_as_wide_as_the_vocabulary_is_certain_up_to_two_tokens(limit):
    for _ in range(40):
        step, state = decoder()
        answers = every_answer(step, state, 2, 1, limit)
        tokens, _ = solutions(LESSON)["beam_search"](step, tf.constant(state), 1, 2, V, limit, 0.0)
        assert tuple(tokens) == max(answers, key=answers.get)


# What a decoder of four tokens (end, a, b, c) writes next, by what it has written; evenly where nothing is said.
SHARES = {(): [0, 0.4, 0.3, 0.3], (1,): [0, 1 / 3, 1 / 3, 1 / 3], (2,): [0, 0.34, 0.33, 0.33]}
SHARES |= {(3,): [0.1, 0.3, 0.3, 0.3], (3, 1): [1, 0, 0, 0]}


class Fork:
    """A decoder of V = 4 tokens, end, a, b and c, whose state is all that was written.

    Behind a, b or c and one more token all goes on evenly; c a alone ends for certain. But c a is not among the four
    best beginnings of two tokens.
    """

    def follow(self, token, state):
        written = () if token == 9 else (*state, token)  # 9 is the start mark
        return np.log(np.maximum(SHARES.get(written, [0.25] * 4), 1e-9)), written

    __call__ = follow


@pytest.mark.parametrize(("width", "finds"), [(4, False), (16, True)])
def test_three_tokens_are_not_certain_any_more(width, finds):
    answers = every_answer(Fork(), (), 0, 9, 3)
    best = max(answers, key=answers.get)
    assert best == (3, 1, 0) and np.isclose(answers[best], np.log(0.09))
    tokens, total = solutions(LESSON)["beam_search"](Fork(), (), 9, 0, width, 3, 0.0)
    assert (tuple(tokens) == best) is finds and (total < answers[best] - 0.5) is not finds


def test_the_width_that_is_certain():
    limit = 3
    for _ in range(20):  # V ** (limit - 1) hypotheses: nothing is dropped before the last step
        step, state = decoder()
        answers = every_answer(step, state, 2, 1, limit)
        tokens, _ = solutions(LESSON)["beam_search"](step, tf.constant(state), 1, 2, V ** (limit - 1), limit, 0.0)
        assert tuple(tokens) == max(answers, key=answers.get)


def test_a_beam_of_one_is_greedy():
    for _ in range(20):
        step, state = decoder()
        tokens, _ = solutions(LESSON)["beam_search"](step, tf.constant(state), 1, 2, 1, 7, 0.0)
        assert tokens == solutions(LESSON)["greedy"](step, tf.constant(state), 1, 2, 7)


@pytest.mark.parametrize("width", [1, 3])
def test_the_search_of_the_page_is_the_one_that_is_asked_for(width):
    for _ in range(10):
        step, state = decoder()
        tokens, total = solutions(LESSON)["beam_search"](step, tf.constant(state), 1, 2, width, 6, 0.0)
        found = search(step, tf.constant(state), (1, 2), width, 6)
        assert found[0] == tokens and np.isclose(found[1], total)


def test_decoder_arrays_teach_one_step_ahead():
    answers = [[7, 4, 9], [5], []]
    inputs, targets = solutions(LESSON)["decoder_arrays"](answers, 1, 2)
    assert inputs.shape == targets.shape == (3, 4)
    for row, answer in enumerate(answers):  # behind every word that is read stands the word to be written
        assert inputs[row, 1 : len(answer) + 1].tolist() == targets[row, : len(answer)].tolist() == answer
    assert (inputs > 0).sum() == (targets > 0).sum() == sum(map(len, answers)) + len(answers)
