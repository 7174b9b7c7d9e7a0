"""Measure what helps a plain network to remember over 24 steps of noise: lesson 06's task, one remedy at a time.

    .venv/bin/python benchmarks/remedies.py --header
    TF_ENABLE_ONEDNN_OPTS=0 .venv/bin/python benchmarks/remedies.py

Prints a row of a Markdown table for every remedy: the accuracy on held-out sequences after the one epoch of the lesson,
from the narrow start, which learns nothing by itself, and from Glorot's, which learns in most draws. The figures are
those of all seeds, the smallest first. Guessing has 0.25.
"""

from __future__ import annotations

import argparse
import dataclasses
import os
import sys
from collections.abc import Callable

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf

UNITS, LENGTH, CLASSES, SEQUENCES, HELD_OUT, BATCH = 32, 25, 4, 20_000, 2_000, 64
NOISE, NARROW = 0.2, 0.1
STARTS: dict[str, Callable[[int], keras.Initializer]] = {
    "narrow uniform": lambda seed: keras.initializers.RandomUniform(-NARROW, NARROW, seed=seed),
    "Glorot uniform": lambda seed: keras.initializers.GlorotUniform(seed=seed),
}


class NormalizedCell(keras.layers.SimpleRNNCell):
    """A SimpleRNNCell with layer normalisation of its sum: tanh(norm(x_t @ kernel + h_prev @ recurrent_kernel)).

    Source: Ba, Kiros and Hinton, Layer normalization, 2016.
    """

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        super().build(input_shape)
        self.norm = keras.layers.LayerNormalization()
        self.norm.build((None, self.units))

    def call(
        self, x_t: tf.Tensor, states: list[tf.Tensor], training: bool = False
    ) -> tuple[tf.Tensor, list[tf.Tensor]]:
        """Take one step: x_t (B, D), one state (B, U) -> output (B, U), [new state (B, U)]."""
        h = self.activation(self.norm(x_t @ self.kernel + states[0] @ self.recurrent_kernel + self.bias))
        return h, [h]


@dataclasses.dataclass(frozen=True)
class Remedy:
    """One row: what is different from the plain network with Adam."""

    name: str
    activation: str = "tanh"
    cell: type[keras.layers.SimpleRNNCell] = keras.layers.SimpleRNNCell
    optimizer: Callable[[], keras.Optimizer] = keras.optimizers.Adam
    start: Callable[[int], keras.Initializer] | None = None


REMEDIES = (
    Remedy("none: tanh, Adam"),
    Remedy("an orthogonal start", start=lambda seed: keras.initializers.Orthogonal(seed=seed)),
    Remedy("clipping by the global norm, 1.0", optimizer=lambda: keras.optimizers.Adam(global_clipnorm=1.0)),
    Remedy("ReLU", activation="relu"),
    Remedy("ReLU, started from the identity", activation="relu", start=lambda seed: keras.initializers.Identity()),
    Remedy("layer normalisation", cell=NormalizedCell),
    Remedy("RMSprop", optimizer=keras.optimizers.RMSprop),
    Remedy("SGD, rate 0.1, momentum 0.9", optimizer=lambda: keras.optimizers.SGD(0.1, momentum=0.9)),
)


def draw_recall_task(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return sequences (N, T, 4) that begin with their class, then noise, and the classes (N,)."""
    rng = np.random.default_rng(seed)
    y = rng.integers(CLASSES, size=SEQUENCES)
    x = rng.normal(scale=NOISE, size=(SEQUENCES, LENGTH, CLASSES))
    x[:, 0] = np.eye(CLASSES)[y]
    return x, y


def accuracy(remedy: Remedy, start: Callable[[int], keras.Initializer], seed: int) -> float:
    """Train one network for an epoch; return its accuracy on held-out sequences."""
    keras.utils.set_random_seed(seed)
    x, y = draw_recall_task(seed)
    cell = remedy.cell(UNITS, remedy.activation, recurrent_initializer=(remedy.start or start)(seed))
    model = keras.Sequential([keras.Input((LENGTH, CLASSES)), keras.layers.RNN(cell), keras.layers.Dense(CLASSES)])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(remedy.optimizer(), loss, metrics=["accuracy"])
    model.fit(x[HELD_OUT:], y[HELD_OUT:], batch_size=BATCH, verbose=0)
    return float(model.evaluate(x[:HELD_OUT], y[:HELD_OUT], batch_size=500, verbose=0)[1])


def main() -> int:
    """Read the options, measure, print the rows."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=5, help="networks of each kind (default 5)")
    parser.add_argument("--only", default="", help="only the remedies whose name contains this")
    parser.add_argument("--header", action="store_true", help="print the table's header first")
    options = parser.parse_args()
    if options.seeds < 1:
        parser.error("--seeds must be at least 1")
    if options.header:
        print("| Remedy | " + " | ".join(STARTS) + " |")
        print("|---|" + "---|" * len(STARTS))
    for remedy in (remedy for remedy in REMEDIES if options.only in remedy.name):
        found = [sorted(accuracy(remedy, start, seed) for seed in range(options.seeds)) for start in STARTS.values()]
        cells = [" ".join(f"{share:.2f}" for share in shares) for shares in found]
        print(f"| {remedy.name} | " + " | ".join(cells) + " |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
