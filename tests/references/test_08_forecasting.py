"""Lesson 08 equals the windows of NumPy and Keras, the layers of Keras, and forecasts known on paper."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from reference import solutions

from helpers.data import load_sunspots, notes_series
from helpers.measure import errors_by_horizon
from helpers.probes import FreeRun, LinearModel, SequenceModel

LESSON = "08_forecasting"
B, T, U, K = 3, 6, 5, 2


@pytest.fixture
def rng():
    return np.random.default_rng(5)


def sine_rule(omega, resolution):
    """predict(windows) by the exact rule of two values: next = 2 cos(omega * resolution) * newest - the one before."""

    def predict(windows):
        before = tf.concat([tf.zeros_like(windows[:, :1]), windows[:, :-1]], axis=1)
        return 2 * np.cos(omega * resolution) * windows - before

    return predict


def test_windows_are_those_of_keras(rng):
    series = rng.normal(size=30).astype(np.float32)
    inputs, targets = solutions(LESSON)["make_windows"](tf.constant(series), T)
    theirs = keras.utils.timeseries_dataset_from_array(series, None, T + 1, batch_size=100, shuffle=False)
    windows = next(iter(theirs)).numpy()
    np.testing.assert_array_equal(inputs[..., 0], windows[:, :-1])
    np.testing.assert_array_equal(targets[..., 0], windows[:, 1:])


def test_the_linear_baseline_is_the_minimum_of_the_squared_error(rng):
    inputs, targets, new = (rng.normal(1.0, 1.0, (40, T, 1)) for _ in range(3))
    copy_last, linear = solutions(LESSON)["baselines"](tf.constant(inputs), tf.constant(targets), tf.constant(new))
    np.testing.assert_array_equal(copy_last, new[:, -1, 0])
    weights = np.linalg.lstsq(np.c_[new[:, :, 0], np.ones(40)], np.asarray(linear), rcond=None)[0]
    weights = tf.Variable(weights)  # the weights behind the forecasts, read off 40 of them
    with tf.GradientTape() as tape:
        fitted = tf.linalg.matvec(tf.constant(inputs[:, :, 0]), weights[:-1]) + weights[-1]
        loss = tf.reduce_mean(tf.square(fitted - targets[:, -1, 0]))
    np.testing.assert_allclose(tape.gradient(loss, weights), 0.0, atol=1e-9)


def test_the_helpers_linear_model_is_the_baseline(rng):
    inputs, targets, new = (rng.normal(1.0, 1.0, (40, T, 1)).astype(np.float32) for _ in range(3))
    _, linear = solutions(LESSON)["baselines"](*(tf.constant(array) for array in (inputs, targets, new)))
    np.testing.assert_allclose(LinearModel.fit(inputs, targets)(new)[:, 0, 0], linear, rtol=1e-5)


def test_project_is_dense_and_time_distributed_and_the_old_operation(rng):
    outputs = tf.constant(rng.normal(size=(B, T, U)).astype(np.float32))
    dense = keras.layers.Dense(K, bias_initializer="random_normal")
    wrapper = keras.layers.TimeDistributed(dense)
    expected = wrapper(outputs)
    predictions, n_weights = solutions(LESSON)["project"](outputs, dense.kernel, dense.bias)
    np.testing.assert_allclose(predictions, expected, atol=1e-6)
    np.testing.assert_allclose(predictions, dense(outputs), atol=1e-6)
    old = tf.compat.v1.nn.xw_plus_b(outputs[:, 2], dense.kernel.value, dense.bias.value)
    np.testing.assert_allclose(predictions[:, 2], old, atol=1e-6)
    assert int(n_weights) == wrapper.count_params() == U * K + K


def test_save_and_restore_is_a_new_model_with_all_weights(tmp_path):
    layer = keras.layers.SimpleRNN(U, activation="relu", return_sequences=True)
    model = keras.Sequential([keras.Input((None, 1)), layer, keras.layers.Dense(1)])
    restored = solutions(LESSON)["save_and_restore"](model, str(tmp_path))
    assert restored is not model and list(tmp_path.iterdir())
    for mine, theirs in zip(restored.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_array_equal(mine, theirs)
    assert restored.layers[0].get_config()["activation"] == "relu"


@pytest.mark.parametrize("run", ["solution", "probe"])
def test_a_free_run_by_the_exact_rule_is_the_sine(run):
    resolution, steps = 0.1, 30
    t = np.array([[0.0], [1.3]]) + np.arange(T + steps) * resolution
    windows, truth = np.sin(5 * t)[:, :T, None], np.sin(5 * t)[:, T:]
    predict = sine_rule(5.0, resolution)
    if run == "solution":
        forecasts = solutions(LESSON)["free_run"](predict, tf.constant(windows), steps)
    else:
        forecasts = FreeRun(predict)(windows, steps)
    np.testing.assert_allclose(forecasts, truth, atol=1e-4)


def test_the_linear_rule_of_the_page_is_exact():
    windows = np.lib.stride_tricks.sliding_window_view(notes_series(np.arange(0.0, 30.0, 0.1)), 21)[..., None]
    model = LinearModel.fit(windows[:150, :-1], windows[:150, 1:])
    np.testing.assert_allclose(model(windows[150:, :-1])[:, 0], windows[150:, -1], atol=1e-6)


def test_sequence_model_is_the_layers_of_keras(rng):
    model = keras.Sequential([keras.Input((None, 1)), keras.layers.SimpleRNN(U, return_sequences=True)])
    model.add(keras.layers.Dense(K, bias_initializer="random_normal"))
    x = rng.normal(size=(B, T, 1)).astype(np.float32)
    np.testing.assert_allclose(SequenceModel(*model.get_weights())(x), model(x), atol=1e-5)


def test_honest_errors_on_the_sunspots():
    years, counts = load_sunspots()
    n_train, n_steps, horizon = 240, 20, 11
    scaler = keras.layers.Normalization(axis=None)
    scaler.adapt(counts[:n_train])
    forecast = FreeRun(tf.tanh)  # bends, so that both mean and deviation show
    errors = solutions(LESSON)["honest_errors"](forecast, tf.constant(counts), n_train, n_steps, horizon)
    last = counts[n_train - 1 : len(counts) - horizon]  # the year before each origin
    scaled = scaler(last)
    for ahead in range(1, horizon + 1):
        scaled = tf.tanh(scaled)
        metric = keras.metrics.RootMeanSquaredError()
        metric.update_state(
            counts[n_train + ahead - 1 :][: len(last)],
            scaled * tf.sqrt(tf.reshape(scaler.variance, ())) + tf.reshape(scaler.mean, ()),
        )
        np.testing.assert_allclose(errors[ahead - 1], float(metric.result()), rtol=1e-4)
    assert years[n_train] == 1940


def test_errors_by_horizon():
    truth = np.array([[1.0, 2.0], [3.0, 4.0]])
    errors = errors_by_horizon(lambda windows, steps: np.zeros((2, steps)), None, truth)
    np.testing.assert_allclose(errors, np.sqrt([5.0, 10.0]))
