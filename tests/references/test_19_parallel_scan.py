"""Lesson 19 equals the scan and the GRU of Keras, a filter of SciPy, and tf.scan."""

import keras
import numpy as np
import pytest
import scipy.signal
import tensorflow as tf
from reference import solutions

LESSON = "19_parallel_scan"
B, T, D, U = 3, 11, 5, 4
RNG = np.random.default_rng(19)


def draw(*shape):
    return RNG.normal(size=shape).astype(np.float32)


def agree(got, expected, tolerance=1e-5):
    np.testing.assert_allclose(got, expected, rtol=tolerance, atol=tolerance)


def combine(earlier, later):
    return solutions(LESSON)["combine"](earlier, later)


@pytest.mark.parametrize("steps", [1, 2, 3, 7, 8, 33, 64])
@pytest.mark.parametrize("name", ["scan_by_doubling", "scan_by_halves"])
def test_both_scans_are_that_of_keras(name, steps):
    a, b = draw(B, steps, U), draw(B, steps, U)
    got = solutions(LESSON)[name](combine, tf.constant(a), tf.constant(b))
    expected = keras.ops.associative_scan(combine, (a, b), axis=1)
    for g, e in zip(got, expected, strict=True):
        agree(g, e, 1e-4)


@pytest.mark.parametrize("name", ["scan_by_doubling", "scan_by_halves"])
def test_both_scans_take_any_associative_operation(name):
    """Matrices of two by two, an operation in which the order counts: here as the pair of an a and a b alone."""

    def longest(earlier, later):  # max-plus: a are added, of b the larger way counts
        return earlier[0] + later[0], np.maximum(earlier[1] + later[0], later[1])

    a, b = draw(B, T, U), draw(B, T, U)
    got = solutions(LESSON)[name](longest, a, b)
    states = [b[:, 0]]
    for t in range(1, T):
        states.append(np.maximum(states[-1] + a[:, t], b[:, t]))
    agree(got[0], np.cumsum(a, axis=1))
    agree(got[1], np.stack(states, axis=1))


@pytest.mark.parametrize("keep", [-0.9, 0.01, 0.5, 0.999])
def test_all_states_with_one_a_are_a_filter_of_scipy(keep):
    b, h0 = draw(B, T, U), draw(B, U)
    got = solutions(LESSON)["all_states"](combine, tf.fill((B, T, U), keep), tf.constant(b), tf.constant(h0))
    expected, _ = scipy.signal.lfilter([1.0], [1.0, -keep], b, axis=1, zi=keep * h0[:, None])
    agree(got, expected)


def test_all_states_are_those_of_tf_scan():
    a, b, h0 = draw(B, T, U), draw(B, T, U), draw(B, U)
    by_steps = tf.scan(lambda h, step: step[0] * h + step[1], (np.swapaxes(a, 0, 1), np.swapaxes(b, 0, 1)), h0)
    got = solutions(LESSON)["all_states"](combine, tf.constant(a), tf.constant(b), tf.constant(h0))
    agree(got, np.swapaxes(by_steps, 0, 1), 1e-4)


@pytest.fixture
def gru():
    """A minGRU's weights, and a Keras GRU without recurrent weights or tanh that does the same."""
    kernel, bias = draw(D, 2 * U), draw(2 * U)
    layer = keras.layers.GRU(U, activation=None, reset_after=False, return_sequences=True)
    layer.build((None, None, D))
    reset = draw(D, U), draw(U)  # of no consequence: it multiplies a product with zeros
    kernels = np.concatenate([kernel[:, :U], reset[0], kernel[:, U:]], axis=1)
    layer.set_weights([kernels, np.zeros((U, 3 * U)), np.concatenate([bias[:U], reset[1], bias[U:]])])
    return kernel, bias, layer


def test_min_gru_is_a_keras_gru_without_recurrent_weights(gru):
    kernel, bias, layer = gru
    x, h0 = tf.constant(draw(B, T, D)), tf.constant(draw(B, U))
    expected = layer(x, initial_state=h0)
    found = solutions(LESSON)

    def scan(a, b, h0):
        return found["all_states"](combine, a, b, h0)

    agree(found["min_gru"](scan, x, h0, kernel, bias), expected)
    h = h0
    for t, x_t in enumerate(tf.unstack(x, axis=1)):
        h = found["min_gru_step"](x_t, h, kernel, bias)
        agree(h, expected[:, t])


@pytest.mark.parametrize("steps", [1, 7, 600])
def test_states_in_logs_are_those_outside(steps):
    a, b, h0 = RNG.uniform(0.05, 0.9, (B, steps, U)), RNG.uniform(0.1, 3, (B, steps, U)), RNG.uniform(0.5, 2, (B, U))
    logs = (tf.constant(np.log(u), tf.float32) for u in (a, b, h0))
    got = solutions(LESSON)["states_in_logs"](*logs)
    assert np.isfinite(got).all()
    agree(got, solutions(LESSON)["all_states"](combine, a, b, h0), 1e-3)


def test_what_the_lesson_says_of_the_scan_in_graphs():
    def scan(a, b):
        return keras.ops.associative_scan(combine, (a, b), axis=1)[1]

    a, b = tf.constant(draw(2, 8, 3)), tf.constant(draw(2, 8, 3))
    agree(tf.function(scan)(a, b), scan(a, b))
    unknown = tf.TensorSpec((None, None, 3))
    with pytest.raises(tf.errors.OperatorNotAllowedInGraphError):
        tf.function(scan, input_signature=[unknown, unknown])(a, b)
    with pytest.raises(tf.errors.InvalidArgumentError):
        tf.function(scan, jit_compile=True)(a, b)
