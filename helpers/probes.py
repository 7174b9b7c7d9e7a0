"""Things a check hands to a student's function beside tensors and numbers.

An exercise such as ``static_rnn(cell, xs, h0)`` takes a function. The check brings one of its own,
so that a wrong cell from an earlier exercise never costs this one.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np


@dataclasses.dataclass(frozen=True)
class TanhStep:
    """One step of a plain recurrent network: ``step(x_t, h_prev) -> h_t``.

    x_t (B, D), h_prev and h_t (B, U): ``tanh(x_t @ kernel + h_prev @ recurrent_kernel + bias)``.
    """

    kernel: np.ndarray  # (D, U)
    recurrent_kernel: np.ndarray  # (U, U)
    bias: np.ndarray  # (U,)

    def __call__(self, x_t: Any, h_prev: Any) -> Any:
        import tensorflow as tf  # a probe is called only where TensorFlow runs

        return tf.tanh(x_t @ self.kernel + h_prev @ self.recurrent_kernel + self.bias)


@dataclasses.dataclass(frozen=True)
class LeakyCell:
    """A recurrent cell whose output is *not* its state, as in an LSTM.

    ``cell(x_t, state) -> (output, new_state)`` with x_t (B, D), state, output and new_state (B, U)::

        output    = tanh(x_t @ kernel + state @ recurrent_kernel + bias)
        new_state = keep * state + (1 - keep) * output

    A function that returns an output where the state is asked is seen at once.
    """

    kernel: np.ndarray  # (D, U)
    recurrent_kernel: np.ndarray  # (U, U)
    bias: np.ndarray  # (U,)
    keep: float = 0.25

    def __call__(self, x_t: Any, state: Any) -> tuple[Any, Any]:
        import tensorflow as tf

        output = tf.tanh(x_t @ self.kernel + state @ self.recurrent_kernel + self.bias)
        return output, self.keep * state + (1.0 - self.keep) * output


@dataclasses.dataclass(frozen=True)
class ProjectedCell:
    """A recurrent cell whose output has the size of its input, so that it can be fed back.

    ``cell(x_t, state) -> (output, new_state)`` with x_t and output (B, D), state and new_state (B, U)::

        new_state = tanh(x_t @ kernel + state @ recurrent_kernel + bias)
        output    = new_state @ output_kernel + output_bias
    """

    kernel: np.ndarray  # (D, U)
    recurrent_kernel: np.ndarray  # (U, U)
    bias: np.ndarray  # (U,)
    output_kernel: np.ndarray  # (U, D)
    output_bias: np.ndarray  # (D,)

    def __call__(self, x_t: Any, state: Any) -> tuple[Any, Any]:
        import tensorflow as tf

        new_state = tf.tanh(x_t @ self.kernel + state @ self.recurrent_kernel + self.bias)
        return new_state @ self.output_kernel + self.output_bias, new_state


@dataclasses.dataclass(frozen=True)
class LSTMLayer:
    """A Keras LSTM with given weights that takes a limited number of steps at a time.

    ``layer(x, initial_state=None) -> (outputs, h, c)`` with x (B, T, D), outputs (B, T, U), h and c
    (B, U); initial_state is ``[h, c]``, or None for zeros. Raises ValueError for more than ``longest``
    steps: who wants to run a longer sequence has to carry the states from call to call.
    """

    kernel: np.ndarray  # (D, 4 * U)
    recurrent_kernel: np.ndarray  # (U, 4 * U)
    bias: np.ndarray  # (4 * U,)
    longest: int

    def __call__(self, x: Any, initial_state: Any = None) -> tuple[Any, Any, Any]:
        import keras

        if x.shape[1] > self.longest:
            raise ValueError(f"this layer takes at most {self.longest} steps at a time, x has {x.shape[1]}")
        units = self.recurrent_kernel.shape[0]
        layer = keras.layers.LSTM(units, return_sequences=True, return_state=True)
        layer.build(x.shape)
        layer.set_weights([self.kernel, self.recurrent_kernel, self.bias])
        return layer(x, initial_state=initial_state)


def run_with_weights(model: Any, x: Any, weights: Sequence[Any]) -> Any:
    """Return ``model(x)`` after giving a Keras model or layer these weights.

    Raises ValueError, in words that do not depend on the model's name, when they do not fit.
    """
    if not model.built:
        model(x)  # a model without an Input makes its weights when it sees data
    has = [tuple(weight.shape) for weight in model.weights]
    needs = [tuple(weight.shape) for weight in weights]
    if has != needs:
        raise ValueError(f"the model has weights of the shapes {has}; {needs} were expected")
    model.set_weights(list(weights))
    return model(x)


@dataclasses.dataclass(frozen=True)
class SequenceModel:
    """A small network with finished weights: ``model(x) -> predictions``, one at every step.

    x (B, T, D), predictions (B, T, K). A plain recurrent network that starts each call from a state of
    zeros, and a projection ``h_t @ out_kernel + out_bias`` after every step.
    """

    kernel: np.ndarray  # (D, U)
    recurrent_kernel: np.ndarray  # (U, U)
    bias: np.ndarray  # (U,)
    out_kernel: np.ndarray  # (U, K)
    out_bias: np.ndarray  # (K,)

    def __call__(self, x: Any) -> Any:
        import tensorflow as tf

        h = tf.zeros((len(x), len(self.bias)))
        predictions = []
        for x_t in tf.unstack(tf.cast(x, tf.float32), axis=1):
            h = tf.tanh(x_t @ self.kernel + h @ self.recurrent_kernel + self.bias)
            predictions.append(h @ self.out_kernel + self.out_bias)
        return tf.stack(predictions, axis=1)


@dataclasses.dataclass(frozen=True)
class FreeRun:
    """A forecaster that lives on its own predictions: ``forecast(windows, steps) -> forecasts``.

    windows (B, T, 1), forecasts (B, steps). ``predict(windows)`` gives (B, T, 1) or (B, 1, 1): its last
    step is taken as the value that follows, put at the end of the window, and the oldest value goes.
    """

    predict: Any

    def __call__(self, windows: Any, steps: int) -> Any:
        import tensorflow as tf

        window, forecasts = tf.cast(windows, tf.float32), []
        for _ in range(steps):
            following = tf.cast(self.predict(window), tf.float32)[:, -1:]  # (B, 1, 1)
            forecasts.append(following[:, 0, 0])
            window = tf.concat([window[:, 1:], following], axis=1)
        return tf.stack(forecasts, axis=1)


@dataclasses.dataclass(frozen=True)
class LinearModel:
    """A weighted sum of a window's values and an intercept: ``model(windows) -> following values``.

    windows (B, T, 1), following values (B, 1, 1). :meth:`fit` finds the weights by least squares.
    """

    weights: np.ndarray  # (T,)
    intercept: float

    @classmethod
    def fit(cls, inputs: Any, targets: Any) -> LinearModel:
        """Return the model with the least squared error: inputs (B, T, 1), targets (B, T, 1), last step used."""
        windows = np.asarray(inputs, np.float64)[:, :, 0]
        columns = np.concatenate([windows, np.ones((len(windows), 1))], axis=1)
        found = np.linalg.lstsq(columns, np.asarray(targets, np.float64)[:, -1, 0], rcond=None)[0]
        return cls(found[:-1], float(found[-1]))

    def __call__(self, windows: Any) -> Any:
        following = np.asarray(windows, np.float64)[:, :, 0] @ self.weights + self.intercept
        return following[:, None, None]
