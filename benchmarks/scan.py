"""Train minGRU beside GRU and LSTM at equal parameters, on the tasks of lessons 09 and 10.

    .venv/bin/python benchmarks/scan.py              # both tasks, five seeds
    .venv/bin/python benchmarks/scan.py --seeds 10 --task rows

Four networks: an LSTM, a GRU, a minGRU in one layer and a minGRU in two, each the largest with at most as many
parameters as the LSTM, the dense layer at the end included. Two tasks: the image rows of lesson 10 (14 steps of two
rows, LSTM of 24 units) and the embedded Reber strings of lesson 09 (LSTM of 16 units), where the accuracy is that of
the last letter but one. Each is trained twice: as Keras starts it, and with a bias of 3 at the gate that keeps (z of
GRU and minGRU, f of the LSTM), in all layers. Seed by seed all networks see the same examples in the same order. Every
training step runs under XLA; minGRU is scanned by doubling, which XLA can compile.

Prints the rows of a Markdown table, then every comparison as the mean of the differences, seed by seed, with its
interval of 95 percent (Student's t). TF_ENABLE_ONEDNN_OPTS=0 or 1 in front chooses how TensorFlow sums.
"""

from __future__ import annotations

import argparse
import functools
import os
from collections.abc import Callable, Mapping
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf
from claims import interval  # the neighbour

from helpers.data import REBER_LETTERS, load_mnist_rows, one_hot_letters, reber_strings

LONGEST = 40  # letters; the few strings that are longer are left out
Task = tuple[Callable[[int], Any], Callable[[keras.Model], float]]  # examples from a seed; the accuracy of a model


def scan(a: tf.Tensor, b: tf.Tensor) -> tf.Tensor:
    """Return all states of ``h_t = a_t * h_prev + b_t`` from a start of zeros; a, b and states are (B, T, U)."""
    distance, steps = 1, a.shape[1]
    while distance < steps:
        lack = [[0, 0], [distance, 0], [0, 0]]
        earlier_a = tf.pad(a[:, :-distance], lack, constant_values=1.0)
        earlier_b = tf.pad(b[:, :-distance], lack)
        a, b = earlier_a * a, a * earlier_b + b
        distance *= 2
    return b


class MinGRU(keras.layers.Layer):
    """The minimal GRU of Feng and others (2024), without logarithms: (B, T, D) -> (B, T, units)."""

    def __init__(self, units: int) -> None:
        super().__init__()
        self.dense = keras.layers.Dense(2 * units)

    def call(self, x: tf.Tensor) -> tf.Tensor:
        """Return the state of every step."""
        keep, candidate = tf.split(self.dense(x), 2, axis=-1)
        z = tf.sigmoid(keep)
        return scan(z, (1 - z) * candidate)


def layers_of(kind: str, units: int) -> list[keras.layers.Layer]:
    """Return the recurrent layers of a network."""
    if kind.startswith("minGRU"):
        return [MinGRU(units) for _ in range(2 if "two" in kind else 1)]
    return [getattr(keras.layers, kind)(units, return_sequences=True)]


class Network(keras.Model):
    """Recurrent layers and a dense one: (B, T, D) -> logits (B, T, classes), or (B, classes) of the last step."""

    def __init__(self, kind: str, units: int, classes: int, last: bool) -> None:
        super().__init__()
        self.recurrent, self.dense, self.last = layers_of(kind, units), keras.layers.Dense(classes), last

    def call(self, x: tf.Tensor) -> tf.Tensor:
        """Return the logits."""
        for layer in self.recurrent:
            x = layer(x)
        return self.dense(x[:, -1] if self.last else x)


def open_gates(layer: keras.layers.Layer, bias: float) -> None:
    """Set the bias of the gate that keeps: z of a GRU or minGRU, f of an LSTM."""
    weights = layer.get_weights()
    *_, biases = weights
    units = biases.shape[-1] // (2 if isinstance(layer, MinGRU) else 3 if isinstance(layer, keras.layers.GRU) else 4)
    first = units if isinstance(layer, keras.layers.LSTM) else 0
    (biases[0] if biases.ndim == 2 else biases)[first : first + units] = bias  # a GRU of Keras has two rows
    layer.set_weights(weights)


def largest(make: Callable[[int], Network], x: np.ndarray, budget: int) -> int:
    """Return the largest number of units with which a network has at most ``budget`` parameters."""
    units = 1
    while parameters(make(units + 1), x) <= budget:
        units += 1
    return units


def parameters(model: Network, x: np.ndarray) -> int:
    """Return how many parameters a network has."""
    model(x[:1])
    return model.count_params()


def rows() -> Task:
    """Two rows of an image at a step, ten classes; 6 epochs of batches of 200."""
    (x, y), (x_test, y_test) = load_mnist_rows()
    x, x_test = x.reshape(-1, 14, 56), x_test.reshape(-1, 14, 56)

    def batches(seed: int) -> Any:
        rng = np.random.default_rng(seed)
        for places in np.concatenate([rng.permutation(len(y)) for _ in range(6)]).reshape(-1, 200):
            yield x[places], np.eye(10, dtype=np.float32)[y[places]], np.ones(200, np.float32)

    return batches, lambda model: float(np.mean(np.argmax(model(x_test), axis=1) == y_test))


def reber() -> Task:
    """The next letter at every step; 4 epochs of batches of 32 out of 3,000 strings."""

    def examples(count: int, seed: int) -> Any:
        strings = [string for string in reber_strings(count, seed) if len(string) <= LONGEST]
        letters = one_hot_letters(strings)
        letters = np.pad(letters, [[0, 0], [0, LONGEST - letters.shape[1]], [0, 0]])
        return strings, letters[:, :-1], letters[:, 1:]

    def batches(seed: int) -> Any:
        _, x, y = examples(3000, 100 + seed)
        rng = np.random.default_rng(seed)
        for places in np.concatenate([rng.permutation(len(x))[: len(x) // 32 * 32] for _ in range(4)]).reshape(-1, 32):
            yield x[places], y[places], y[places].sum(axis=-1)

    strings, x_test, _ = examples(1000, 1)
    at = np.array([len(string) - 3 for string in strings])  # the step before the last letter but one
    is_t = np.array([string[-2] == "T" for string in strings])

    def accuracy(model: keras.Model) -> float:
        logits = np.asarray(model(x_test))[np.arange(len(at)), at]
        says_t = logits[:, REBER_LETTERS.index("T")] > logits[:, REBER_LETTERS.index("P")]
        return float(np.mean(says_t == is_t))

    return batches, accuracy


def accuracies(make: Callable[[], Network], task: Task, seeds: range, starts: Mapping[str, float | None]) -> Any:
    """Train a network from every seed and start; return its accuracies by start. One compiled step serves all."""
    batches, accuracy = task
    model, optimizer = make(), keras.optimizers.Adam(0.01)
    model(next(batches(0))[0])
    optimizer.build(model.trainable_variables)
    start = [variable.numpy() for variable in optimizer.variables]

    @tf.function(jit_compile=True)
    def step(x: tf.Tensor, y: tf.Tensor, weight: tf.Tensor) -> None:
        with tf.GradientTape() as tape:
            losses = tf.nn.softmax_cross_entropy_with_logits(labels=y, logits=model(x, training=True))
            loss = tf.reduce_sum(losses * weight) / tf.reduce_sum(weight)
        optimizer.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)

    def trained(seed: int, bias: float | None) -> float:
        keras.utils.set_random_seed(seed)
        fresh = make()
        fresh(next(batches(0))[0])
        for layer in fresh.recurrent if bias is not None else ():
            open_gates(layer, bias)
        model.set_weights(fresh.get_weights())
        for variable, value in zip(optimizer.variables, start, strict=True):
            variable.assign(value)
        for batch in batches(seed):
            step(*map(tf.constant, batch))
        return accuracy(model)

    return {name: [trained(seed, bias) for seed in seeds] for name, bias in starts.items()}


SETTINGS = {"rows": (rows, 24, 10, True), "reber": (reber, 16, 7, False)}  # task, units of the LSTM, classes, last
STARTS = {"as Keras starts it": None, "bias of 3": 3.0}  # of the gate that keeps
PAIRS = (("minGRU", "GRU"), ("minGRU, two layers", "GRU"), ("minGRU, two layers", "minGRU"), ("minGRU", "LSTM"),
         ("minGRU, two layers", "LSTM"))  # fmt: skip


def main() -> None:
    """Read the options, train, print the rows and the comparisons."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=5, help="how many seeds (default 5)")
    parser.add_argument("--task", choices=SETTINGS, help="one of the tasks (default: both)")
    options = parser.parse_args()
    for name in [options.task] if options.task else list(SETTINGS):
        make_task, lstm_units, classes, last = SETTINGS[name]
        task = make_task()
        x, *_ = next(task[0](0))
        budget = parameters(Network("LSTM", lstm_units, classes, last), x)
        found = {}
        for kind in ("LSTM", "GRU", "minGRU", "minGRU, two layers"):
            of_units = functools.partial(Network, kind, classes=classes, last=last)
            units = largest(of_units, x, budget)
            make = functools.partial(of_units, units)
            found[kind] = accuracies(make, task, range(options.seeds), STARTS)
            count = parameters(make(), x)
            for start, shares in found[kind].items():
                listed = ", ".join(f"{share:.3f}" for share in shares)
                print(
                    f"| {name} | {kind} | {units} | {count:,} | {start} | {listed} | {np.mean(shares):.3f} |",
                    flush=True,
                )
        for start in STARTS:
            for one, other in PAIRS:
                differences = list(np.subtract(found[one][start], found[other][start]))
                print(f"{name}, {start}, {one} minus {other}: {interval(differences)}", flush=True)
        for kind, by_start in found.items():
            differences = list(np.subtract(by_start["bias of 3"], by_start["as Keras starts it"]))
            print(f"{name}, {kind}, bias of 3 minus as Keras starts it: {interval(differences)}", flush=True)


if __name__ == "__main__":
    main()
