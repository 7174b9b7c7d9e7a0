"""Run a student's function as a TensorFlow graph: with an unknown number of steps, counting its traces.

A loop that Python unrolls and a loop that the graph runs give the same numbers. They differ in what they
need to know while they are traced, so that is where these functions look.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

# What TensorFlow reports of an odd loop or of much tracing, on stderr and often later than it happens. The
# checks say it better, and in a graded cell a line on stderr would cost a right answer its points.
SPOKEN_FOR = ("Object was never used", "triggered tf.function retracing", "AutoGraph could not transform")
SPARE_CALLS = 10  # a loop may call its cell a few times too many before it counts as endless


def _not_spoken_for(record: logging.LogRecord) -> bool:
    return not any(words in record.getMessage() for words in SPOKEN_FOR)


logging.getLogger("tensorflow").addFilter(_not_spoken_for)


class LoopError(Exception):
    """A loop that works on numbers but not as a graph, or that never ends; the message says which."""


def call_with_unknown_length(rnn: Callable[..., Any], cell: Callable[..., Any], x: Any, *others: Any) -> Any:
    """Return ``rnn(cell, x, *others)`` as computed by a graph that was traced without knowing ``T``.

    x (B, T, D) and others are tensors; cell(x_t, state) -> (output, new_state). The function is called once
    on the numbers themselves first: what goes wrong there is raised as it is, and what is not made of
    tensors (None, a list of other things) is returned as it is. Raises LoopError when the loop never
    ends, when it cannot be traced for an unknown T, or when a Python list takes tensors out of the loop.
    """
    import tensorflow as tf

    direct = rnn(_limited(cell, 4 * int(x.shape[1]) + SPARE_CALLS), x, *others)
    if not all(isinstance(part, tf.Tensor) for part in tf.nest.flatten(direct)):
        return direct
    specs = [tf.TensorSpec([x.shape[0], None, *x.shape[2:]], x.dtype)]
    specs += [tf.TensorSpec(tensor.shape, tensor.dtype) for tensor in others]
    try:
        traced = tf.function(lambda *tensors: rnn(cell, *tensors)).get_concrete_function(*specs)
    except Exception as error:
        if type(error).__name__ == "InaccessibleTensorError":
            raise LoopError("a Python list cannot carry tensors out of a loop of the graph") from error
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
    ``make`` returns is handed back as it is when it cannot be called.
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
    for x in xs:
        try:
            results.append(traced(x))
        except (TypeError, ValueError):  # what tf.function raises for inputs its signature excludes
            refused += 1
    return refused, runs, results
