"""Measurements that lessons make in the page: the nodes of a graph, the time of a call."""

from __future__ import annotations

import dataclasses
import inspect
import itertools
import json
import os
import statistics
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np


def count_nodes(function: Any, *arguments: Any) -> int:
    """Return the number of nodes in the graph that ``tf.function`` builds of ``function``.

    arguments: tensors or ``tf.TensorSpec`` to trace with. Nodes inside loop bodies are counted too.
    """
    import tensorflow as tf

    graph = tf.function(function).get_concrete_function(*arguments).graph.as_graph_def()
    return _nodes(graph)


def _nodes(graph: Any) -> int:
    """Count the nodes of a graph definition, those inside the bodies of its functions too."""
    return len(graph.node) + sum(len(body.node_def) for body in graph.library.function)


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


@dataclasses.dataclass(frozen=True)
class Cost:
    """What a traced function costs: ``start_seconds`` until its first result, ``call_seconds`` ever after."""

    nodes: int
    start_seconds: float
    call_seconds: float


def costs_side_by_side(candidates: Mapping[str, tuple[Any, ...]], rounds: int = 30) -> dict[str, Cost]:
    """Trace and run several functions under the same conditions; return the Cost of each by name.

    candidates: {name: (a fresh ``tf.function``, its tensors ...)}. start_seconds holds the tracing, the
    compilation if there is one, and the first call. Then all are called in turn, ``rounds`` times, so that
    other work on the machine meets them alike; call_seconds is the shortest, since such work only adds.
    """
    started = {name: _start(function, *tensors) for name, (function, *tensors) in candidates.items()}
    times: dict[str, list[float]] = {name: [] for name in candidates}
    for _ in range(rounds):
        for name, (function, *tensors) in candidates.items():
            start = time.perf_counter()
            _wait(function(*tensors))
            times[name].append(time.perf_counter() - start)
    return {name: Cost(*started[name], min(times[name])) for name in candidates}


def _start(function: Any, *tensors: Any) -> tuple[int, float]:
    """Trace a ``tf.function`` and call it once; return its nodes and how long both took."""
    start = time.perf_counter()
    graph = function.get_concrete_function(*tensors).graph
    _wait(function(*tensors))
    duration = time.perf_counter() - start
    definition = graph.as_graph_def()
    return _nodes(definition), duration


def _wait(result: Any) -> None:
    """Return when every tensor of ``result`` has been computed."""
    import tensorflow as tf

    for tensor in tf.nest.flatten(result):
        tensor.numpy()


def peak_megabytes(make: Callable[..., tuple[Any, ...]], pairs: Sequence[tuple[Sequence[Any], Sequence[Any]]]) -> Any:
    """Return, for each (small, large) pair of arguments, how much more memory the large ones need.

    ``make(*arguments)`` returns a function and what to call it on. For each pair a fresh process calls the
    function made of the small arguments, which loads all that any call needs, then three times the one
    made of the large arguments; the answer is how far its peak of resident memory rose, in MB. Only
    the source of ``make`` reaches these processes, so it may use nothing but ``tf`` and ``keras``, and its
    arguments are numbers and texts. Needs a system with ``fork``, such as Linux or macOS.
    """
    request = {"source": textwrap.dedent(inspect.getsource(make)), "name": make.__name__, "pairs": list(pairs)}
    path = os.pathsep.join([str(Path(__file__).parents[1]), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, "-c", "from helpers.measure import _answer_peaks; _answer_peaks()"],
        input=json.dumps(request),
        env={**os.environ, "PYTHONPATH": path.rstrip(os.pathsep)},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(f"the measuring process failed: {done.stderr[-800:]}")
    return json.loads(done.stdout.splitlines()[-1])


def _answer_peaks() -> None:
    """The process behind :func:`peak_megabytes`: imports once, then forks before anything is computed."""
    import keras
    import tensorflow as tf

    request = json.load(sys.stdin)
    namespace: dict[str, Any] = {"tf": tf, "keras": keras}
    exec(request["source"], namespace)
    make = namespace[request["name"]]
    print(json.dumps([_peak_in_fork(make, small, large) for small, large in request["pairs"]]))


def _peak_in_fork(make: Callable[..., tuple[Any, ...]], small: Sequence[Any], large: Sequence[Any]) -> float:
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            function, *arguments = make(*small)
            _wait(function(*arguments))
            before = _peak_of_this_process()
            function, *arguments = make(*large)
            for _ in range(3):
                _wait(function(*arguments))
            os.write(writer, str(_peak_of_this_process() - before).encode())
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as answer:
        text = answer.read()
    os.waitpid(child, 0)
    if not text:
        raise RuntimeError(f"{make.__name__}{tuple(large)} failed")
    return float(text)


def _peak_of_this_process() -> float:
    """The highest resident memory so far, in MB."""
    import resource

    unit = 1 if sys.platform == "darwin" else 1024  # macOS counts bytes, Linux kilobytes
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def state_gradients(step: Callable[[Any, Any], Any], x: Any, initial_state: Any, last_gradient: Any) -> tuple[Any, Any]:
    """Run ``step(x_t, h_prev) -> h_t`` over a sequence and let ``tf.GradientTape`` go back through it.

    x (B, T, D), initial_state (B, U); last_gradient (B, U) is the loss's gradient for the last state.
    Returns the states (B, T, U) and, in the same shape, the loss's gradient for the state of every step.
    """
    import tensorflow as tf

    state, states = tf.convert_to_tensor(initial_state), []
    with tf.GradientTape() as tape:
        tape.watch(state)
        for x_t in tf.unstack(x, axis=1):
            state = step(x_t, state)
            states.append(state)
        loss = tf.reduce_sum(state * last_gradient)  # its gradient for the last state is last_gradient
    return tf.stack(states, axis=1), tf.stack(tape.gradient(loss, states), axis=1)


def how_it_runs(function: Any, *arguments: Any) -> str:
    """Return "eager", "graph" or "XLA": how a call of ``function`` with these tensors is run."""
    if not hasattr(function, "get_concrete_function"):
        return "eager"
    function.get_concrete_function(*arguments)  # builds now: calls that build make TensorFlow warn
    try:
        function.experimental_get_compiler_ir(*arguments)
    except ValueError:  # TensorFlow: "can only be returned for functions marked with 'jit_compile=True'"
        return "graph"
    return "XLA"


def step_milliseconds(make_step: Callable[[], Any], *arguments: Any, repeats: int = 20) -> dict[str, float]:
    """Return the time of one train step, in milliseconds: ``{"eager": ..., "graph": ..., "XLA": ...}``.

    make_step: gives a new step at every call (such as :class:`helpers.probes.StepMaker`). Building and
    compiling are not counted. The shortest of several times: other work on the machine only adds.
    """
    import tensorflow as tf

    ways = {"eager": make_step(), "graph": tf.function(make_step()), "XLA": tf.function(make_step(), jit_compile=True)}
    times = {}
    for name, step in ways.items():
        how_it_runs(step, *arguments)  # builds
        float(step(*arguments))  # compiles
        times[name] = 1000 * min(_timed(step, arguments) for _ in range(repeats))
    return times


def _timed(step: Callable[..., Any], arguments: tuple[Any, ...]) -> float:
    start = time.perf_counter()
    float(step(*arguments))  # reading the number waits for it
    return time.perf_counter() - start


def describe_epochs(dataset: Iterable[Any], x: Any, y: Any, epochs: int) -> tuple[Any, ...]:
    """Say what a pipeline of batches (x, y) makes of the examples ``x`` (N, ...), all different, and ``y`` (N,).

    Returns five things: the sizes of all batches, largest first (0 for what is not a batch); for every
    epoch, whether it holds every example exactly once; whether every example comes with its own label;
    what the first epoch mixes ("nothing", "whole batches", "neighbours" or "everything"); and whether
    the second epoch has another order than the first.
    """
    x, y = np.asarray(x), np.asarray(y)
    number = {example.tobytes(): i for i, example in enumerate(x)}
    sizes, order, fits = [], [], True
    # An endless pipeline is seen from a few batches too many.
    for element in itertools.islice(iter(dataset), 2 * epochs * len(x)):
        if not isinstance(element, tuple | list) or len(element) != 2:
            raise ValueError("the dataset should hold pairs (x, y)")
        x_batch, y_batch = (np.asarray(part) for part in element)
        is_batch = x_batch.ndim == x.ndim
        sizes.append(len(x_batch) if is_batch else 0)
        places = [number.get(example.tobytes(), -1) for example in (x_batch if is_batch else x_batch[None])]
        fits = fits and bool(np.array_equal(y[places], np.atleast_1d(y_batch)))
        order += places
    parts = [order[epoch * len(x) : (epoch + 1) * len(x)] for epoch in range(epochs)]
    complete = [sorted(part) == list(range(len(x))) for part in parts]
    return sorted(sizes, reverse=True), complete, fits, _what_is_mixed(parts[0]), parts[0] != parts[-1]


def _what_is_mixed(order: list[int]) -> str:
    """Say how far the numbers 0 .. N-1 have been shuffled; for N of 150 or more, or chance has a say.

    From a buffer of n elements, none comes out more than n - 1 places early.
    """
    if len(order) < 2 or order == sorted(order):
        return "nothing"
    if np.mean(np.diff(order) == 1) > 0.5:
        return "whole batches"
    earliest = max(number - place for place, number in enumerate(order))
    return "everything" if earliest > 0.6 * len(order) else "neighbours"


def lstm_trace(layer: Any, x: Any) -> dict[str, np.ndarray]:
    """Return what goes on inside a Keras LSTM at every step: ``{"i", "f", "candidate", "o", "c", "h"}``.

    layer: a built ``keras.layers.LSTM``; x (B, T, D), or (T, D) for one sequence. Each of the six
    is (B, T, U), or (T, U), in float64. The layer starts from zeros.
    """
    kernel, recurrent_kernel, bias = (np.asarray(weight, np.float64) for weight in layer.get_weights())
    x = np.asarray(x, np.float64)
    h = c = np.zeros((*x.shape[:-2], len(recurrent_kernel)))
    names = ("i", "f", "candidate", "o", "c", "h")
    steps: dict[str, list[np.ndarray]] = {name: [] for name in names}
    for t in range(x.shape[-2]):
        parts = np.split(x[..., t, :] @ kernel + h @ recurrent_kernel + bias, 4, axis=-1)
        i, f, o = (1 / (1 + np.exp(-parts[place])) for place in (0, 1, 3))
        candidate = np.tanh(parts[2])
        c = f * c + i * candidate
        h = o * np.tanh(c)
        for name, value in zip(names, (i, f, candidate, o, c, h), strict=True):
            steps[name].append(value)
    return {name: np.stack(values, axis=-2) for name, values in steps.items()}


def input_gradient_norms(layer: Any) -> Callable[[Any, Any], np.ndarray]:
    """Return a function ``norms(x, last_gradient)``: how much gradient reaches the input of every step.

    layer: a Keras layer (B, T, D) -> (B, U). The loss is ``sum(layer(x) * last_gradient)``: it looks at the
    last output alone. x (B, T, D), last_gradient (B, U) -> (T,), one norm per step over the whole batch.
    The function is traced once for each shape; new weights of the layer count from the next call on.
    """
    import tensorflow as tf

    @tf.function
    def gradient(x: Any, last_gradient: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(x)
            loss = tf.reduce_sum(layer(x) * last_gradient)
        return tape.gradient(loss, x)

    def norms(x: Any, last_gradient: Any) -> np.ndarray:
        result = gradient(tf.cast(x, tf.float32), tf.cast(last_gradient, tf.float32))
        return np.linalg.norm(np.asarray(result, np.float64), axis=(0, 2))

    return norms
