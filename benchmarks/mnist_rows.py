"""Train lesson 07's network for one epoch, with its weights started in two ways.

    .venv/bin/python benchmarks/mnist_rows.py --header            # all of MNIST, or the sample where it cannot be had
    .venv/bin/python benchmarks/mnist_rows.py --images 55000
    .venv/bin/python benchmarks/mnist_rows.py --sample

Prints a row of a Markdown table for each way to start: data, training images and steps, start, test accuracy after
the first epoch by seed, and the mean. The settings are those of the notes: SimpleRNN(150), batches of 150, Adam with a
learning rate of 0.001. All of MNIST is read from where Keras keeps it (``$KERAS_HOME/datasets/mnist.npz``), and
downloaded once if it is not there.
"""

from __future__ import annotations

import argparse
import math
import statistics
from collections.abc import Callable
from typing import Any

from helpers.data import DataError, load_mnist_rows  # before TensorFlow: sets its log level

import keras  # isort: skip
import numpy as np
import tensorflow as tf

UNITS, CLASSES, BATCH, LEARNING_RATE = 150, 10, 150, 0.001  # as in the notes
STARTS = {"keras": "Keras: orthogonal recurrent kernel", "old": "old cell: one Glorot-uniform matrix for [x, h]"}
HEADER = "| Data | Images | Steps | Start | Test accuracy after epoch 1, by seed | Mean |\n|---|---|---|---|---|---|"

Step = Callable[[Any, Any], Any]


def make_model(features: int, start: str = "keras") -> keras.Model:
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


def make_step(model: keras.Model, softmax_twice: bool = False, rate: float = LEARNING_RATE) -> Step:
    """Return a train step for ``model``: (x, y) -> loss; with ``softmax_twice`` the loss is handed a softmax."""
    optimizer = keras.optimizers.Adam(rate)
    optimizer.build(model.trainable_variables)

    def step(x: Any, y: Any) -> Any:
        with tf.GradientTape() as tape:
            logits = model(x)
            if softmax_twice:
                logits = tf.nn.softmax(logits)
            losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=y, logits=logits)
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


def main() -> None:
    """Read the options, run, print the rows."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sample", action="store_true", help="use the sample that comes with the course")
    parser.add_argument("--images", type=int, help="train on the first so many images (default: all)")
    parser.add_argument("--seeds", type=int, default=5, help="how many networks of each kind (default 5)")
    parser.add_argument("--header", action="store_true", help="print the head of the table first")
    options = parser.parse_args()

    data, (x_train, y_train), test = load_rows(options.sample)
    x_train, y_train = x_train[: options.images], y_train[: options.images]
    if options.header:
        print(HEADER)
    tf.get_logger().setLevel("ERROR")  # a graph of its own for every network is wanted here
    dataset = tf.data.Dataset.from_tensor_slices((x_train, y_train))
    for start, words in STARTS.items():
        shares = []
        for seed in range(1, options.seeds + 1):
            keras.utils.set_random_seed(seed)
            model = make_model(x_train.shape[2], start)
            step = tf.function(make_step(model), reduce_retracing=True)
            for x, y in dataset.shuffle(len(x_train), seed=seed).batch(BATCH):
                step(x, y)
            shares.append(accuracy(model, *test))
        found = ", ".join(f"{share:.4f}" for share in shares)
        steps = -(-len(y_train) // BATCH)
        print(
            f"| {data} | {len(y_train):,} | {steps} | {words} | {found} | {statistics.mean(shares):.4f} |", flush=True
        )


if __name__ == "__main__":
    main()
