"""Cells and steps that a check hands to a student's function, forwards and backwards."""

from __future__ import annotations

from typing import Any

import numpy as np

from helpers.probes.registry import probe


@probe
class TanhStep:
    """One step of a plain recurrent network: ``step(x_t, h_prev) -> h_t``.

    x_t (B, D), h_prev and h_t (B, U): ``tanh(x_t @ kernel + h_prev @ recurrent_kernel + bias)``.
    """

    kernel: np.ndarray  # (D, U)
    recurrent_kernel: np.ndarray  # (U, U)
    bias: np.ndarray  # (U,)

    def __call__(self, x_t: Any, h_prev: Any) -> Any:
        import tensorflow as tf  # a probe is called only where TensorFlow runs

        x_t, h_prev = (tf.cast(value, self.kernel.dtype) for value in (x_t, h_prev))
        return tf.tanh(x_t @ self.kernel + h_prev @ self.recurrent_kernel + self.bias)


@probe
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

        x_t, state = (tf.cast(value, self.kernel.dtype) for value in (x_t, state))
        output = tf.tanh(x_t @ self.kernel + state @ self.recurrent_kernel + self.bias)
        return output, self.keep * state + (1.0 - self.keep) * output


@probe
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

        x_t, state = (tf.cast(value, self.kernel.dtype) for value in (x_t, state))
        new_state = tf.tanh(x_t @ self.kernel + state @ self.recurrent_kernel + self.bias)
        return new_state @ self.output_kernel + self.output_bias, new_state


@probe
class TanhStepBackward:
    """One step of a plain recurrent network, backwards.

    ``step_backward(dh, x_t, h_prev, h_t) -> (dx, dh_prev, dkernel, drecurrent, dbias)`` for a step
    that made ``h_t = tanh(x_t @ kernel + h_prev @ recurrent_kernel + bias)``. A name with ``d`` in front
    is the derivative of the loss with respect to the rest of the name, and has its shape.
    """

    kernel: np.ndarray  # (D, U)
    recurrent_kernel: np.ndarray  # (U, U)

    def __call__(self, dh: Any, x_t: Any, h_prev: Any, h_t: Any) -> tuple[Any, Any, Any, Any, Any]:
        import tensorflow as tf

        dh, x_t, h_prev, h_t = (tf.cast(value, self.kernel.dtype) for value in (dh, x_t, h_prev, h_t))
        da = dh * (1.0 - h_t**2)
        dx, dh_prev = da @ tf.transpose(self.kernel), da @ tf.transpose(self.recurrent_kernel)
        return dx, dh_prev, tf.transpose(x_t) @ da, tf.transpose(h_prev) @ da, tf.reduce_sum(da, axis=0)
