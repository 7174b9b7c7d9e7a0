"""Networks that go on with a text, for the exercises on state and on writing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from helpers.probes.harness import Unfit
from helpers.probes.registry import probe


@probe
class NextStep:
    """One step of a network that reads ids: ``step(token, state) -> (logits, new_state)``.

    token: one id, a whole number; state and new_state (1, U), logits (V,)::

        new_state = tanh(table[token] + state @ recurrent_kernel)
        logits    = new_state @ output_kernel
    """

    table: np.ndarray  # (V, U)
    recurrent_kernel: np.ndarray  # (U, U)
    output_kernel: np.ndarray  # (U, V)

    def __call__(self, token: Any, state: Any) -> tuple[Any, Any]:
        import tensorflow as tf

        token = tf.reshape(tf.cast(token, tf.int64), (1,))
        state = tf.reshape(tf.cast(state, self.table.dtype), (1, self.table.shape[1]))
        new_state = tf.tanh(tf.gather(self.table, token) + state @ self.recurrent_kernel)
        return (new_state @ self.output_kernel)[0], new_state


@probe
class ChunkLoss:
    """A network that reads a chunk of ids: ``step(x, y, state) -> (loss, new_state)``.

    x, y (B, T): ids, and the ones that follow; state and new_state (B, U). loss: the mean cross-entropy of the chunk.
    A plain recurrent network, as :class:`NextStep`, with weights that do not change.
    """

    table: np.ndarray  # (V, U)
    recurrent_kernel: np.ndarray  # (U, U)
    output_kernel: np.ndarray  # (U, V)

    def __call__(self, x: Any, y: Any, state: Any) -> tuple[Any, Any]:
        import tensorflow as tf

        x, y, state = tf.cast(x, tf.int64), tf.cast(y, tf.int64), tf.cast(state, self.table.dtype)
        losses = []
        for x_t, y_t in zip(tf.unstack(x, axis=1), tf.unstack(y, axis=1), strict=True):
            state = tf.tanh(tf.gather(self.table, x_t) + state @ self.recurrent_kernel)
            logits = state @ self.output_kernel
            losses.append(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y_t, logits=logits))
        return tf.reduce_mean(tf.stack(losses)), state


@probe
class Chooser:
    """A choice of the next id that is the same each time: ``choose(logits) -> token``, a whole number.

    logits (V,). The id with the largest sum of logit and noise: with noise drawn from a Gumbel distribution that is a
    sample. Here the noise is fixed.

    Gumbel, *Statistical theory of extreme values and some practical applications*, 1954.
    """

    noise: np.ndarray  # (V,)

    def __call__(self, logits: Any) -> Any:
        import tensorflow as tf

        logits = tf.reshape(tf.cast(logits, self.noise.dtype), self.noise.shape)
        token = tf.argmax(logits + self.noise)
        return int(token) if tf.executing_eagerly() else token


MOST_CALLS = 2_000  # of a step in one answer, before it counts as endless


def generate_and_count(
    generate: Callable[..., Any],
    step: Callable[..., Any],
    choose: Callable[..., Any],
    prefix: Sequence[int],
    *others: Any,
) -> Any:
    """Return ``(ids, extra steps)`` of ``generate(step, choose, prefix, *others)``, others being ``state, length``.

    Extra is every call of the step beyond one for each id of prefix and result. None, and what is no sequence of ids,
    is handed back as it is. Raises Unfit when the step is called without end.
    """
    calls = 0

    def counted(token: Any, state: Any) -> tuple[Any, Any]:
        nonlocal calls
        calls += 1
        if calls > MOST_CALLS:
            raise Unfit(f"it calls the step more than {MOST_CALLS} times")
        return step(token, state)

    ids = generate(counted, choose, prefix, *others)
    try:
        axes = None if ids is None else np.ndim(ids)
    except ValueError:  # parts of several shapes, such as the ids and a state
        axes = None
    if axes != 1:
        return ids
    return ids, max(0, calls - len(prefix) - int(others[-1]))
