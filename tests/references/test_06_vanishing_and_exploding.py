"""Lesson 06 equals TensorFlow's tape and clipping, NumPy's eigenvalues, Keras's initializer and optimizers."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from reference import solutions

from helpers import measure

LESSON = "06_vanishing_and_exploding"
B, T, D, U = 3, 7, 2, 5


@pytest.fixture
def rng():
    return np.random.default_rng(5)


def keras_states(rng):
    """Run a Keras cell step by step; return it, the states, their gradients by the tape, and the last of these."""
    keras.utils.set_random_seed(5)
    cell = keras.layers.SimpleRNNCell(U)
    x, dh_last = rng.normal(size=(T, B, D)), tf.constant(rng.normal(size=(B, U)), tf.float32)
    h = tf.zeros((B, U))
    with tf.GradientTape() as tape:
        tape.watch(h)
        states = [h := cell(tf.constant(x_t, tf.float32), [h])[0] for x_t in x]
        loss = tf.reduce_sum(h * dh_last)
    return cell, states, tape.gradient(loss, states), dh_last


def test_gradient_norms_are_those_of_the_tape_through_a_keras_cell(rng):
    cell, states, gradients, dh_last = keras_states(rng)
    got = solutions(LESSON)["gradient_norms"](cell.recurrent_kernel.value, tf.stack(states, axis=1), dh_last)
    np.testing.assert_allclose(got, [np.linalg.norm(gradient) for gradient in gradients], rtol=1e-5)


def test_state_gradients_are_the_numerical_gradients(rng):
    kernel, recurrent_kernel = rng.normal(size=(D, U)), rng.normal(size=(U, U))
    x, last_gradient, eps = rng.normal(size=(B, T, D)), rng.normal(size=(B, U)), 1e-6

    def step(x_t, h_prev):
        return tf.tanh(x_t @ kernel + h_prev @ recurrent_kernel)

    states, gradients = measure.state_gradients(step, x, np.zeros((B, U)), last_gradient)

    def loss_from(t, h):
        for later in range(t + 1, T):
            h = step(x[:, later], h)
        return float(tf.reduce_sum(h * last_gradient))

    for t in (0, 3, T - 1):
        nudge = np.zeros((B, U))
        nudge[1, 2] = eps
        slope = (loss_from(t, states[:, t] + nudge) - loss_from(t, states[:, t] - nudge)) / (2 * eps)
        np.testing.assert_allclose(gradients[1, t, 2], slope, rtol=1e-6, atol=1e-8)


def test_scale_to_radius_by_numpy_and_by_many_products(rng):
    scaled = solutions(LESSON)["scale_to_radius"](tf.constant(rng.normal(size=(U, U))), 0.8).numpy()
    assert np.abs(np.linalg.eigvals(scaled)).max() == pytest.approx(0.8)
    many = 300  # the norm of a high power, by Gelfand's formula, knows nothing of eigenvalues
    assert np.linalg.norm(np.linalg.matrix_power(scaled, many)) ** (1 / many) == pytest.approx(0.8, rel=0.01)


def test_make_orthogonal_is_the_keras_initializer():
    drawn = keras.random.normal((U, U), seed=3)
    got = solutions(LESSON)["make_orthogonal"](drawn, 1.3)
    np.testing.assert_allclose(got, keras.initializers.Orthogonal(gain=1.3, seed=3)((U, U)), atol=1e-6)
    np.testing.assert_allclose(got @ tf.transpose(got), 1.3**2 * np.eye(U), atol=1e-5)
    assert type(keras.layers.SimpleRNNCell(U).recurrent_initializer) is keras.initializers.Orthogonal


def gradients_and_weights(rng):
    shapes = ((D, U), (U, U), (U,))
    return tuple([tf.constant(rng.normal(size=shape), tf.float32) for shape in shapes] for _ in range(2))


@pytest.mark.parametrize("limit", [0.5, 3.0, 100.0])
def test_clip_by_global_norm_is_tensorflows_and_what_keras_applies(rng, limit):
    gradients, weights = gradients_and_weights(rng)
    clipped, norm = solutions(LESSON)["clip_by_global_norm"](gradients, limit)
    expected, expected_norm = tf.clip_by_global_norm(gradients, limit)
    for mine, theirs in zip([*clipped, norm], [*expected, expected_norm], strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-5)
    for weight, start, mine in zip(updated(weights, gradients, global_clipnorm=limit), weights, clipped, strict=True):
        np.testing.assert_allclose(weight, start - mine, atol=1e-6)


def test_the_other_two_clippings_of_keras_are_what_the_page_says(rng):
    gradients, weights = gradients_and_weights(rng)
    for weight, start, g in zip(updated(weights, gradients, clipnorm=0.5), weights, gradients, strict=True):
        np.testing.assert_allclose(weight, start - tf.clip_by_norm(g, 0.5), atol=1e-6)
    for weight, start, g in zip(updated(weights, gradients, clipvalue=0.5), weights, gradients, strict=True):
        np.testing.assert_allclose(weight, start - tf.clip_by_value(g, -0.5, 0.5), atol=1e-6)


def updated(weights, gradients, **clipping):
    """Return the weights after one update of plain gradient descent by Keras, with a learning rate of 1."""
    variables = [keras.Variable(weight) for weight in weights]
    keras.optimizers.SGD(1.0, **clipping).apply(gradients, variables)
    return [variable.numpy() for variable in variables]


@pytest.mark.parametrize("size", [0.3, 40.0])
def test_cliff_step_is_a_step_of_keras(rng, size):
    point, gradient = np.array([4.5, -2.3]), size * rng.normal(size=2)
    for got, options in zip(
        solutions(LESSON)["cliff_step"](tf.constant(point), tf.constant(gradient), 0.1, 2.0),
        ({}, {"global_clipnorm": 2.0}),
        strict=True,
    ):
        variable = keras.Variable(point, dtype="float64")
        keras.optimizers.SGD(0.1, **options).apply([tf.constant(gradient)], [variable])
        np.testing.assert_allclose(got, variable, rtol=1e-5)


def test_slopes_can_make_a_matrix_of_radius_zero_explode():
    matrix, slopes = np.array([[2.0, -4.0], [1.0, -2.0]]), np.diag([1.0, 0.0])
    assert np.abs(np.linalg.eigvals(matrix)).max() == pytest.approx(0.0, abs=1e-6)
    assert np.abs(np.linalg.eigvals(slopes @ matrix)).max() == pytest.approx(2.0)
