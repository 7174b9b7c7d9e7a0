"""Time the training loops on image rows that the notes and lesson 07 speak of: eagerly, as a graph, with XLA.

    .venv/bin/python benchmarks/eager.py             # all of MNIST, or the sample where it cannot be had
    .venv/bin/python benchmarks/eager.py --sample

Prints a Markdown table, a row for each network: the milliseconds of one step of each loop, and how many times slower
the eager one is. The first two are the eager loops of the notes as they stand: an LSTM of 32 units and a two-way one
(with its second softmax), and batches of 32 that ``tf.data`` repeats, shuffles in a buffer of 10,000 and prefetches.
Fetching a batch is a part of the time, as it is in a loop. The third is lesson 07's network in batches of 150. Times
are medians of turns taken alternately, so that other work on the machine meets all alike.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from typing import Any

import mnist_rows  # the neighbours; they set TensorFlow's log level
import rows_gates

import keras  # isort: skip
import tensorflow as tf

WAYS: dict[str, Callable[[Any], Any]] = {
    "eager": lambda step: step,
    "graph": tf.function,
    "XLA": lambda step: tf.function(step, jit_compile=True),
}
BUFFER = 10_000  # as in the notes
HEADER = (
    "| Network | Batch | Eager, ms a step | Graph | XLA | Eager / graph | Eager / XLA |\n|---|---|---|---|---|---|---|"
)


def networks(features: int) -> dict[str, tuple[Callable[[], keras.Model], int, bool]]:
    """Return by name: what makes the network, its batch size, and whether its softmax is taken twice."""
    one_way, two_way, *_ = rows_gates.ways(features)
    return {
        "the notes' LSTM(32)": (lambda: rows_gates.make_model(one_way, features), rows_gates.BATCH, False),
        "the notes' two-way LSTM(32)": (lambda: rows_gates.make_model(two_way, features), rows_gates.BATCH, True),
        "lesson 07's SimpleRNN(150)": (lambda: mnist_rows.make_model(features), mnist_rows.BATCH, False),
    }


def time_ways(make: Callable[[], keras.Model], batches: tf.data.Dataset, twice: bool, turns: int) -> list[float]:
    """Return the median milliseconds of one turn of the loop, by the way its step is run."""
    steps = [way(mnist_rows.make_step(make(), twice)) for way in WAYS.values()]
    loops, times = [iter(batches) for _ in steps], [[] for _ in steps]  # type: ignore[var-annotated]
    for turn in range(turns + 2):  # the first two trace and warm up
        for step, loop, spent in zip(steps, loops, times, strict=True):
            began = time.perf_counter()
            float(step(*next(loop)))
            if turn > 1:
                spent.append(1000 * (time.perf_counter() - began))
    return [statistics.median(spent) for spent in times]


def main() -> None:
    """Read the options, measure, print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sample", action="store_true", help="use the sample that comes with the course")
    parser.add_argument("--turns", type=int, default=60, help="timed steps of each loop (default 60)")
    options = parser.parse_args()
    _, (x, y), _ = mnist_rows.load_rows(options.sample)
    dataset = tf.data.Dataset.from_tensor_slices((x, y)).repeat().shuffle(BUFFER)
    print(HEADER)
    for name, (make, size, twice) in networks(x.shape[2]).items():
        batches = dataset.batch(size).prefetch(1)
        eager, graph, xla = time_ways(make, batches, twice, options.turns)
        found = f"{eager:.1f} | {graph:.1f} | {xla:.1f} | {eager / graph:.1f} | {eager / xla:.1f}"
        print(f"| {name} | {size} | {found} |", flush=True)


if __name__ == "__main__":
    main()
