"""The state of the libraries that a check asks in, whatever a notebook has set; it is put back afterwards.

A notebook may choose mixed precision, float64, eager execution of traced functions, a seed, or that NumPy raises
on a division by zero. The cells and layers that a check brings would then compute something else than those that
the expected answers came from, and a right answer would be refused.
"""

from __future__ import annotations

import contextlib
import random
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

EAGER_OFF = (
    "Eager execution is switched off in this kernel (`tf.compat.v1.disable_eager_execution` or "
    "`disable_v2_behavior`), and cannot be switched on again. Take that line out and restart the kernel."
)
OTHER_BACKEND = (
    "Keras runs on {backend} in this kernel; the course needs TensorFlow. Take the setting of KERAS_BACKEND out and "
    "restart the kernel."
)
NUMPY_BEHAVIOUR = (
    "In this kernel tensors behave as NumPy's arrays (`experimental_enable_numpy_behavior`), which changes the types "
    "of results and cannot be switched off. If the answer surprises you, take that line out and restart the kernel."
)


@contextlib.contextmanager
def known_state() -> Iterator[None]:
    """While this lasts, TensorFlow, Keras and NumPy are set as in a new kernel; afterwards as they were."""
    with contextlib.ExitStack() as stack:
        for read, write, usual in _settings():
            stack.callback(write, read())
            write(usual)
        stack.enter_context(usual_errors())
        yield


@contextlib.contextmanager
def draws_kept() -> Iterator[None]:
    """Put back the state of the random generators afterwards: a check does not change what a notebook draws next.

    It belongs around a whole check: an answer that is asked twice must draw anew the second time.
    """
    kept = random.getstate(), np.random.get_state()
    try:
        yield
    finally:
        random.setstate(kept[0])
        np.random.set_state(kept[1])


@contextlib.contextmanager
def usual_errors() -> Iterator[None]:
    """While this lasts, NumPy and warnings report as in a new kernel: nothing that is only odd is raised."""
    with np.errstate(divide="warn", over="warn", under="ignore", invalid="warn"), warnings.catch_warnings():
        if any(action == "error" for action, *_ in warnings.filters):
            warnings.simplefilter("default")
        yield


def out_of_reach() -> str:
    """What in this kernel keeps a check from asking and cannot be put back, in a sentence; "" if there is nothing."""
    import keras
    import tensorflow as tf

    if not tf.executing_eagerly():
        return EAGER_OFF
    backend = keras.config.backend()
    return OTHER_BACKEND.format(backend=backend) if backend != "tensorflow" else ""


def lasting() -> str:
    """What in this kernel cannot be put back and may change answers, in a sentence; "" if there is nothing."""
    import tensorflow as tf

    return NUMPY_BEHAVIOUR if hasattr(tf.Tensor, "ravel") else ""  # a method that only this behaviour adds


def _settings() -> list[tuple[Callable[[], Any], Callable[[Any], Any], Any]]:
    """How each setting is read and written, and what it is in a new kernel."""
    import keras
    import tensorflow as tf
    from keras.src.backend.common import global_state
    from tensorflow.python.eager import context

    config, numerics = keras.config, tf.config.experimental

    def attribute(name: str) -> tuple[Callable[[], Any], Callable[[Any], Any]]:
        # Straight from where Keras keeps it: asking for the policy would settle it, and a later set_floatx be in vain.
        return lambda: global_state.get_global_attribute(name), lambda value: global_state.set_global_attribute(
            name, value
        )

    def seed() -> tuple[Any, Any]:
        eager = context.context()
        return getattr(eager, "_seed", None), getattr(eager, "_rng", None)

    def set_seed(kept: tuple[Any, Any]) -> None:
        eager = context.context()
        eager._seed, eager._rng = kept

    return [
        (config.floatx, config.set_floatx, "float32"),
        (*attribute("dtype_policy"), None),
        (*attribute("global_random_seed"), None),
        (*attribute("global_seed_generator"), None),
        (config.epsilon, config.set_epsilon, 1e-7),
        (config.image_data_format, config.set_image_data_format, "channels_last"),
        (config.max_epochs, config.set_max_epochs, None),
        (config.max_steps_per_epoch, config.set_max_steps_per_epoch, None),
        (tf.config.functions_run_eagerly, tf.config.run_functions_eagerly, False),
        (numerics.tensor_float_32_execution_enabled, numerics.enable_tensor_float_32_execution, False),
        (seed, set_seed, (None, None)),
    ]
