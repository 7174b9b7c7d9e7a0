"""Things a check hands to a student's function beside tensors and numbers.

An exercise such as ``static_rnn(cell, xs, h0)`` takes a function. The check brings one of its own,
so that a wrong cell from an earlier exercise never costs this one.
"""

from __future__ import annotations

import dataclasses
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


PROBES = {cls.__name__: cls for cls in (TanhStep, LeakyCell)}
