"""Measurements that lessons make in the page: the nodes of a graph, the time of a call."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any


def count_nodes(function: Any, *arguments: Any) -> int:
    """Return the number of nodes in the graph that ``tf.function`` builds of ``function``.

    arguments: tensors or ``tf.TensorSpec`` to trace with. Nodes inside loop bodies are counted too.
    """
    import tensorflow as tf

    graph = tf.function(function).get_concrete_function(*arguments).graph.as_graph_def()
    return len(graph.node) + sum(len(inner.node_def) for inner in graph.library.function)


def seconds(call: Callable[[], Any], repeats: int = 5) -> float:
    """Return the median duration of ``call()`` in seconds, over ``repeats`` calls."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def trace_seconds(function: Any, *arguments: Any) -> float:
    """Return how long ``tf.function`` takes to build the graph of ``function``, in seconds.

    The shortest of three times, each on a fresh trace: other work on the machine only adds.
    """
    import tensorflow as tf

    times = []
    for _ in range(3):
        traced = tf.function(function)
        start = time.perf_counter()
        traced.get_concrete_function(*arguments)
        times.append(time.perf_counter() - start)
    return min(times)


def errors_by_horizon(forecast: Callable[[Any, int], Any], windows: Any, truth: Any) -> Any:
    """Return the root mean squared error of a forecaster at each number of steps ahead.

    forecast(windows, steps) -> (B, steps); windows (B, T, 1); truth (B, horizon) -> (horizon,), float64.
    """
    import numpy as np

    truth = np.asarray(truth, np.float64)
    forecasts = np.asarray(forecast(windows, truth.shape[1]), np.float64)
    return np.sqrt(np.mean((forecasts - truth) ** 2, axis=0))
