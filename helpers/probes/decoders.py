"""The decoder that a check hands to a search: one step of a small network that writes words."""

from __future__ import annotations

from typing import Any

import numpy as np

from helpers.probes.registry import probe


@probe
class DecoderStep:
    """One step of a decoder with finished weights: ``step(token, state) -> (log_probabilities, new_state)``.

    token (...), whole numbers from 0 to V - 1; state (..., U). log_probabilities (..., V) are those of the token that
    follows, and new_state (..., U) is what the step after it needs. In front may stand any axes, or none::

        new_state         = tanh(table[token] + state @ recurrent_kernel)
        log_probabilities = log_softmax(new_state @ out_kernel + out_bias)

    What follows depends on all tokens so far, so a search that carries the wrong state is seen. Raises ValueError where
    a token is none of the ids, such as a log probability: as a whole number it would be read like one.
    """

    table: np.ndarray  # (V, U)
    recurrent_kernel: np.ndarray  # (U, U)
    out_kernel: np.ndarray  # (U, V)
    out_bias: np.ndarray  # (V,)

    def __call__(self, token: Any, state: Any) -> tuple[Any, Any]:
        import tensorflow as tf

        state = tf.cast(state, self.table.dtype)
        new_state = tf.tanh(tf.gather(self.table, self._ids(token)) + _times(state, self.recurrent_kernel))
        return tf.nn.log_softmax(_times(new_state, self.out_kernel) + self.out_bias), new_state

    def _ids(self, token: Any) -> Any:
        import tensorflow as tf

        if not tf.is_symbolic_tensor(token):  # in a graph there are no numbers to look at
            numbers, size = np.asarray(token), len(self.table)
            if numbers.dtype.kind not in "iuf":
                raise ValueError(_no_id(size, repr(token)[:50]))
            if (strange := numbers[(numbers < 0) | (numbers >= size) | (numbers % 1 != 0)]).size:
                raise ValueError(_no_id(size, f"{strange[0]:.5g}"))
        return tf.cast(token, tf.int32)

    def follow(self, token: int, state: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return what a call returns, in NumPy: for drawing cases, where TensorFlow is not loaded."""
        new_state = np.tanh(self.table[token] + state @ self.recurrent_kernel)
        logits = new_state @ self.out_kernel + self.out_bias
        largest = logits.max()
        return logits - largest - np.log(np.exp(logits - largest).sum()), new_state


def _no_id(size: int, given: str) -> str:
    return f"`step` reads the id of a token, a whole number from 0 to {size - 1}; it got {given}"


def _times(x: Any, kernel: np.ndarray) -> Any:
    """``x @ kernel`` for x (..., N), with any axes in front, or none."""
    import tensorflow as tf

    return tf.tensordot(x, kernel, axes=1)
