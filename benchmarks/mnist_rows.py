"""Train lesson 07's network for one epoch, and time its loop eagerly and compiled, in one run.

    .venv/bin/python benchmarks/mnist_rows.py            # all of MNIST, or the sample where it cannot be had
    .venv/bin/python benchmarks/mnist_rows.py --sample

Prints one row of a Markdown table (with --header the table's head too): data, seed, how the weights start,
test accuracy after the first epoch, ms per step eagerly and compiled, their ratio. The settings are those of
the notes: SimpleRNN(150), batches of 150, Adam with a learning rate of 0.001. "Eager" is the training loop as
one writes it down first; "compiled" is the same step inside tf.function. Times are the median of turns taken
alternately, so that other work on the machine meets both alike.
"""

from __future__ import annotations

import argparse
import math
import statistics
import time
from collections.abc import Callable
from typing import Any

from helpers.data import DataError, load_mnist_rows  # before TensorFlow: sets its log level

import keras  # isort: skip
import numpy as np
import tensorflow as tf

UNITS, CLASSES, BATCH, LEARNING_RATE = 150, 10, 150, 0.001  # as in the notes
TURNS, STEPS_PER_TURN = 9, 10
HEADER = (
    "| Data | Seed | Start | Test accuracy after epoch 1 | Eager, ms per step | Compiled, ms per step | Ratio |\n"
    "|---|---|---|---|---|---|---|"
)

Step = Callable[[Any, Any], Any]


def make_model(features: int, start: str) -> keras.Model:
    """Return the network. start: "keras" (orthogonal recurrent kernel) or "old" (as BasicRNNCell began)."""
    options = {}
    if start == "old":  # one Glorot-uniform matrix for [x, h]
        limit = math.sqrt(6 / (features + UNITS + UNITS))
        options = {
            name: keras.initializers.RandomUniform(-limit, limit)
            for name in ("kernel_initializer", "recurrent_initializer")
        }
    return keras.Sequential(
        [
            keras.Input((None, features)),
            keras.layers.SimpleRNN(UNITS, **options),
            keras.layers.Dense(CLASSES),
        ]
    )


def make_step(model: keras.Model) -> Step:
    """Return a train step for ``model``: (x, y) -> loss."""
    optimizer = keras.optimizers.Adam(LEARNING_RATE)
    optimizer.build(model.trainable_variables)

    def step(x: Any, y: Any) -> Any:
        with tf.GradientTape() as tape:
            losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=model(x))
            loss = tf.reduce_mean(losses)
        optimizer.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)
        return loss

    return step


def accuracy(model: keras.Model, x: np.ndarray, y: np.ndarray, batch: int = 1000) -> float:
    """Return the share of right answers over all of x (N, T, D), y (N,)."""
    right = 0
    for start in range(0, len(y), batch):
        answers = np.argmax(model(x[start : start + batch]), axis=1)
        right += int(np.sum(answers == y[start : start + batch]))
    return right / len(y)


def load_rows(sample: bool) -> tuple[str, tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]:
    """Return which data they are, and the data; the sample too where all of MNIST cannot be had."""
    if not sample:
        try:
            return "all of MNIST", *load_mnist_rows(full=True)
        except DataError as error:
            print(f"<!-- {error} -->")
    return "sample", *load_mnist_rows()


def time_both(features: int, start: str, x: Any, y: Any) -> tuple[float, float]:
    """Return the ms of a step on one batch, eagerly and compiled; the two take turns."""
    steps = {
        "eager": make_step(make_model(features, start)),
        "compiled": tf.function(make_step(make_model(features, start))),
    }
    times: dict[str, list[float]] = {name: [] for name in steps}
    for turn in range(TURNS + 1):
        for name, step in steps.items():
            began = time.perf_counter()
            for _ in range(STEPS_PER_TURN):
                float(step(x, y))
            if turn:  # the first turn builds the graph and warms up
                times[name].append(1000 * (time.perf_counter() - began) / STEPS_PER_TURN)
    return statistics.median(times["eager"]), statistics.median(times["compiled"])


def main() -> None:
    """Read the options, run, print the row."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sample", action="store_true", help="use the sample that comes with the course")
    parser.add_argument("--seed", type=int, default=1, help="seed of weights and batches (default 1)")
    parser.add_argument("--start", choices=("keras", "old"), default="keras", help="how the weights start")
    parser.add_argument("--header", action="store_true", help="print the head of the table first")
    options = parser.parse_args()

    data, (x_train, y_train), (x_test, y_test) = load_rows(options.sample)
    keras.utils.set_random_seed(options.seed)
    features = x_train.shape[2]
    model = make_model(features, options.start)
    step = tf.function(make_step(model), reduce_retracing=True)
    dataset = tf.data.Dataset.from_tensor_slices((x_train, y_train))
    for x, y in dataset.shuffle(len(x_train), seed=options.seed).batch(BATCH):
        step(x, y)
    share = accuracy(model, x_test, y_test)
    eager, compiled = time_both(features, options.start, tf.constant(x_train[:BATCH]), tf.constant(y_train[:BATCH]))
    if options.header:
        print(HEADER)
    print(
        f"| {data}, {len(y_train):,} + {len(y_test):,} | {options.seed} | {options.start} "
        f"| {share:.4f} | {eager:.1f} | {compiled:.1f} | {eager / compiled:.1f} |"
    )


if __name__ == "__main__":
    main()
