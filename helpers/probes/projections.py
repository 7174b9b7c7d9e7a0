"""Four ways to turn states into outputs: the same numbers at different prices (lesson 04)."""

from __future__ import annotations

from typing import Any


def project_step_by_step(outputs: Any, kernel: Any, bias: Any) -> Any:
    """Return ``outputs @ kernel + bias`` by one product per step: (B, T, U), (U, K), (K,) -> (B, T, K)."""
    import tensorflow as tf

    return tf.stack([h_t @ kernel + bias for h_t in tf.unstack(outputs, axis=1)], axis=1)


def project_at_once(outputs: Any, kernel: Any, bias: Any) -> Any:
    """Return ``outputs @ kernel + bias`` by one product for all steps: (B, T, U), (U, K), (K,) -> (B, T, K)."""
    import tensorflow as tf

    batch, steps, units = outputs.shape
    return tf.reshape(tf.reshape(outputs, (-1, units)) @ kernel + bias, (batch, steps, -1))


def dense_with(kernel: Any, bias: Any) -> Any:
    """Return a Keras Dense layer that holds ``kernel`` (U, K) and ``bias`` (K,)."""
    import keras

    dense = keras.layers.Dense(kernel.shape[1])
    dense.build((None, kernel.shape[0]))
    dense.set_weights([kernel, bias])
    return dense
