"""Train the deep networks of lessons 13 and 14 on the notes' series, with dropout in several places.

    python benchmarks/deep_series.py --header

Prints a row of a Markdown table for every network: layers of 100 units, 1,500 steps of Adam with batches of 50, as in
the notes: ReLU and a learning rate of 0.001 as in lesson 08, then tanh and 0.01 with dropout. The errors are mean
squared errors with the spread of the seeds: in training (the mean of the last 100 steps, with dropout on), then on
fresh windows with dropout on and off, and off without step 0, whose value nobody can know.
"""

from __future__ import annotations

import argparse
import dataclasses
import sys

import series  # the neighbour; sets TensorFlow's log level

import keras  # isort: skip
import numpy as np
import tensorflow as tf

UNITS, LAST = 100, 100
COLUMNS = ("training", "fresh, dropout on", "fresh, off", "off, from step 1")


@dataclasses.dataclass(frozen=True)
class Network:
    """One row: the share dropped at every step in front of each layer and behind the last one, or by Keras itself."""

    name: str
    in_front: tuple[float, ...]
    behind: float = 0.0
    one_mask: float = 0.0
    activation: str = "tanh"
    rate: float = 0.01

    def build(self, seed: int) -> keras.Sequential:
        """Return the network with the weights of ``seed``."""
        keras.utils.set_random_seed(seed)
        layers: list[keras.Layer] = []
        for rate in self.in_front:
            layers += [keras.layers.Dropout(rate)] if rate else []
            options = {"return_sequences": True, "unroll": True, "dropout": self.one_mask}
            layers.append(keras.layers.SimpleRNN(UNITS, self.activation, **options))
        layers += [keras.layers.Dropout(self.behind)] if self.behind else []
        return keras.Sequential([keras.Input((series.N_STEPS, 1)), *layers, keras.layers.Dense(1)])


NETWORKS = (
    Network("1 layer, ReLU", (0.0,), activation="relu", rate=0.001),
    Network("3 layers, ReLU", (0.0, 0.0, 0.0), activation="relu", rate=0.001),
    Network("1 layer", (0.0,)),
    Network("3 layers", (0.0, 0.0, 0.0)),
    Network("3 layers, half of every layer's input dropped, as in the notes", (0.5, 0.5, 0.5)),
    Network("3 layers, half of the first layer's input dropped", (0.5, 0.0, 0.0)),
    Network("3 layers, half dropped between the layers", (0.0, 0.5, 0.5)),
    Network("3 layers, half of every layer's output dropped, `output_keep_prob=0.5`", (0.0, 0.5, 0.5), behind=0.5),
    Network("3 layers, Keras's `dropout=0.5`: one mask for all steps", (0.0, 0.0, 0.0), one_mask=0.5),
)


def train(model: keras.Sequential, rate: float, seed: int, steps: int) -> float:
    """Train a network; return its mean squared error in the last steps of training, with dropout on."""
    optimizer, rng = keras.optimizers.Adam(rate), np.random.default_rng(seed)
    optimizer.build(model.trainable_variables)

    @tf.function
    def step(x: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(model(x, training=True) - y))
        optimizer.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)
        return loss

    losses = [float(step(*map(tf.constant, series.draw_windows(rng, series.BATCH)))) for _ in range(steps)]
    return float(np.mean(losses[-LAST:]))


def errors(network: Network, seed: int, steps: int, fresh: tuple[np.ndarray, np.ndarray]) -> list[float]:
    """Train one network; return its four errors, in the order of COLUMNS."""
    model = network.build(seed)
    in_training = train(model, network.rate, seed, steps)
    on, off = ((model(fresh[0], training=training).numpy() - fresh[1]) ** 2 for training in (True, False))
    return [in_training, float(on.mean()), float(off.mean()), float(off[:, 1:].mean())]


def main() -> int:
    """Read the options, measure, print the rows."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=3, help="how many networks of each kind (default 3)")
    parser.add_argument("--steps", type=int, default=1500, help="training steps of each (default 1500, as the notes)")
    parser.add_argument("--only", default="", help="only the networks whose name contains this")
    parser.add_argument("--header", action="store_true", help="print the table's header first")
    options = parser.parse_args()
    if min(options.seeds, options.steps) < 1:
        parser.error("--seeds and --steps must be at least 1")
    if options.header:
        print("| Network | Parameters | " + " | ".join(COLUMNS) + " |")
        print("|---|---|" + "---|" * len(COLUMNS))
    tf.get_logger().setLevel("ERROR")  # a graph of its own for every network is wanted here
    fresh = series.draw_windows(np.random.default_rng(99), 2000)
    for network in (network for network in NETWORKS if options.only in network.name):
        found = np.array([errors(network, seed, options.steps, fresh) for seed in range(1, options.seeds + 1)])
        spread = " | ".join(f"{low:.3g} to {high:.3g}" for low, high in zip(found.min(0), found.max(0), strict=True))
        print(f"| {network.name} | {network.build(0).count_params():,} | {spread} |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
