"""Ways to call what a student wrote: with given weights, through a mask, as a graph, a limited number of times."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from helpers.probes.models import averaging_classifier

# What TensorFlow reports of an odd loop or of much tracing, on stderr and often later than it happens. The
# checks say it better, and in a graded cell a line on stderr would cost a right answer its points.
SPOKEN_FOR = ("Object was never used", "triggered tf.function retracing", "AutoGraph could not transform")
SPARE_CALLS = 10  # a loop may call its cell a few times too many before it counts as endless


def _not_spoken_for(record: logging.LogRecord) -> bool:
    return not any(words in record.getMessage() for words in SPOKEN_FOR)


logging.getLogger("tensorflow").addFilter(_not_spoken_for)


class Unfit(Exception):
    """What a student wrote cannot be used as it is meant; the message says why, and ``__cause__`` what TensorFlow said.

    A check says it in these words, as its own.
    """


class LoopError(Unfit):
    """A loop that works on numbers but not as a graph, or that never ends; the message says which."""


def call_with_unknown_length(rnn: Callable[..., Any], cell: Callable[..., Any], x: Any, *others: Any) -> Any:
    """Return ``rnn(cell, x, *others)`` as computed by a graph that was traced without knowing ``T``.

    x (B, T, D) and others are tensors; cell(x_t, state) -> (output, new_state). The function is called once
    on the numbers themselves first: what goes wrong there is raised as it is, and what is not made of
    tensors (None, a list of other things) is returned as it is. Raises LoopError when the loop never
    ends, when it cannot be traced (for an unknown T, or at all), or when a Python list takes tensors out of the loop.
    """
    import tensorflow as tf

    direct = rnn(_limited(cell, 4 * int(x.shape[1]) + SPARE_CALLS), x, *others)
    if not all(isinstance(part, tf.Tensor) for part in tf.nest.flatten(direct)):
        return direct

    def trace(steps: int | None) -> Callable[..., Any]:
        specs = [tf.TensorSpec([x.shape[0], steps, *x.shape[2:]], x.dtype)]
        specs += [tf.TensorSpec(tensor.shape, tensor.dtype) for tensor in others]
        return tf.function(lambda *tensors: rnn(cell, *tensors)).get_concrete_function(*specs)

    try:
        traced = trace(None)
    except Exception as error:
        if type(error).__name__ == "InaccessibleTensorError":
            raise LoopError("a Python list or variable cannot carry tensors out of a loop of the graph") from error
        try:
            trace(int(x.shape[1]))
        except Exception as known:
            raise LoopError("it works on numbers, but cannot be traced as a graph") from known
        raise LoopError("it works for one known T, but cannot be traced while T is unknown") from error
    return traced(x, *others)


def _limited(cell: Callable[..., Any], most: int) -> Callable[..., Any]:
    """A cell that raises LoopError when it is called more than ``most`` times."""
    calls = 0

    def limited(x_t: Any, state: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls > most:
            raise LoopError("the loop does not end")
        return cell(x_t, state)

    return limited


def call_and_count_traces(make: Callable[[Callable[[Any], Any]], Any], xs: list[Any]) -> Any:
    """Let ``make`` turn a function into a traced one, call that on every x, and count.

    make(function) -> a callable; the function sums over time, x (B, T, D) -> (B, D).
    Returns (how many calls were refused, how often the Python function ran, list of results). What
    ``make`` returns is handed back as it is when it cannot be called. A concrete function, too, is held to its
    signature. Raises Unfit when every call is refused.
    """
    import tensorflow as tf

    runs = 0

    def sum_over_time(x: Any) -> Any:
        nonlocal runs
        runs += 1
        return tf.reduce_sum(x, axis=1)

    traced = make(sum_over_time)
    if not callable(traced):
        return traced
    refused, results = 0, []
    first: Exception | None = None
    for x in xs:
        try:
            _hold_to_signature(traced, x)
            results.append(traced(x))
        except (TypeError, ValueError) as error:  # what tf.function raises for inputs its signature excludes
            first = first or error
            refused += 1
    if first is not None and refused == len(xs):
        raise Unfit("what it returns refuses every call") from first
    return refused, runs, results


def _hold_to_signature(traced: Any, x: Any) -> None:
    """Raise ValueError for an input that a concrete function was not made for: by itself it takes other shapes, too."""
    import tensorflow as tf

    specs = tf.nest.flatten(getattr(traced, "structured_input_signature", ()))
    if len(specs) == 1 and isinstance(specs[0], tf.TensorSpec) and not specs[0].is_compatible_with(x):
        raise ValueError(f"{x.shape} does not fit {specs[0]}")


def run_with_weights(model: Any, x: Any, weights: Sequence[Any]) -> Any:
    """Return ``model(x)`` after giving a Keras model or layer these weights.

    They are given in the order of the layers; where the model has them in another one, by their shapes.
    Raises Unfit when they do not fit.
    """
    if not model.built:
        model(x)  # a model without an Input makes its weights when it sees data
    has = [tuple(weight.shape) for weight in model.weights]
    needs = [tuple(weight.shape) for weight in weights]
    if sorted(has) != sorted(needs):
        raise Unfit(f"the model has weights of the shapes {has}; {needs} were expected")
    # Layers may have been made in another order: a weight goes where its shape is.
    left = list(weights)
    model.set_weights([left.pop(next(i for i, w in enumerate(left) if tuple(w.shape) == shape)) for shape in has])
    return model(x)


def step_with_bias(bias: Any, x_t: Any, c_prev: Any) -> tuple[Any, Any]:
    """Take one step of a Keras LSTM whose gates read nothing but their bias; return ``(c_t, h_t)``, both (B, U).

    bias (4 * U,), in Keras's order; x_t and c_prev (B, U). Candidate u reads feature u with weight 1, all other
    weights are 0, and so is the last h. Raises Unfit when the bias has another shape.
    """
    import keras
    import tensorflow as tf

    units = c_prev.shape[1]
    bias, cell = tf.cast(bias, tf.float32), keras.layers.LSTMCell(units)
    if bias.shape != (4 * units,):
        raise Unfit(f"the bias has shape {tuple(bias.shape)}; an LSTM of {units} units needs ({4 * units},)")
    kernel = np.zeros((units, 4 * units), np.float32)
    kernel[:, 2 * units : 3 * units] = np.eye(units)
    cell.build((None, units))
    cell.set_weights([kernel, np.zeros((units, 4 * units)), bias])
    h_t, (_, c_t) = cell(x_t, [tf.zeros_like(c_prev), c_prev])
    return c_t, h_t


def call_with_mask(layer: Any, x: Any, mask: Any) -> tuple[Any, Any]:
    """Call a Keras layer on ``x`` (B, T, D) that carries ``mask`` (B, T), booleans, or None.

    Returns what the layer gives, and the mask that the next layer sees (None when it sees none).
    """
    import keras
    import tensorflow as tf

    class Before(keras.layers.Layer):
        def call(self, x: Any) -> Any:
            return tf.identity(x)

        def compute_mask(self, x: Any, previous_mask: Any = None) -> Any:
            return mask

    class After(keras.layers.Layer):
        def __init__(self) -> None:
            super().__init__()
            self.supports_masking = True  # else Keras warns that the mask ends here

        def call(self, x: Any, mask: Any = None) -> Any:
            self.seen = mask
            return x

    after = After()
    return after(layer(Before()(x))), after.seen


def cells_with_dropout(*weights: Sequence[Any], rate: float = 0.4) -> list[Any]:
    """Return a fresh Keras cell for each three of weights, with dropout of its input that draws from a fixed seed.

    weights: kernel (D, U), recurrent_kernel (U, U) and bias (U,) of every cell. Two cells made alike draw the same
    masks one after the other, a new one whenever it is asked for after ``reset_dropout_mask()``.
    """
    import keras

    cells = []
    for number, (kernel, recurrent_kernel, bias) in enumerate(weights):
        cell = keras.layers.SimpleRNNCell(bias.shape[0], dropout=rate, seed=number)
        cell.build((None, kernel.shape[0]))
        cell.set_weights([kernel, recurrent_kernel, bias])
        cells.append(cell)
    return cells


def train_and_show(run_epoch: Callable[..., Any], weights: Sequence[Any], batches: list[Any]) -> Any:
    """Call ``run_epoch(model, optimizer, batches, show)`` with a fresh :func:`averaging_classifier` and optimizer.

    Returns (loss, accuracy, list of what was shown, new weights); None where the function returns None. The optimizer
    remembers earlier steps. Raises Unfit when it returns something else than two results.
    """
    import keras

    model = averaging_classifier(list(weights))
    optimizer = keras.optimizers.SGD(0.5, momentum=0.9)
    optimizer.build(model.trainable_variables)  # a traced step must not create variables
    shown = []

    def show(loss: Any, accuracy: Any) -> None:
        shown.append((float(loss), float(accuracy)))

    answer = run_epoch(model, optimizer, batches, show)
    if answer is None:
        return None
    count = len(answer) if isinstance(answer, tuple | list) or np.ndim(answer) else 1
    if count != 2:
        raise Unfit(f"it returns {count} result{'s' * (count != 1)}; two were expected, the loss and the accuracy")
    loss, accuracy = answer
    return loss, accuracy, shown, model.get_weights()
