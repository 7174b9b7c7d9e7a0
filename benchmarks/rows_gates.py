"""Train the gated networks of lessons 09 and 12 on image rows, as the notes do and at equal cost.

    .venv/bin/python benchmarks/rows_gates.py            # all of MNIST, or the sample where it cannot be had
    .venv/bin/python benchmarks/rows_gates.py --sample

Prints the rows of a Markdown table (with --header its head too), one per network: what was trained, its
parameters, training steps, test accuracy for each seed and in the mean, the loss over the last 100 steps. Seven rows:
the notes' LSTM (32 units, 1,000 steps), the notes' two-way LSTM (2 x 32 units, 2,000 steps) with the softmax taken
twice, as in the notes, and once; at 2,000 steps each, the LSTM and the largest two-way LSTM with at most as many
parameters; and the third note's LSTM (100 units), with the softmax taken twice, as there, and once. Batches of 32,
drawn anew in every epoch, and Adam with a learning rate of 0.001; for the third note batches of 50, 0.0001 and 6,600
steps, which are six epochs of 55,000 images.

With --steps N every network takes N steps, to try the program out; --only NAME takes the networks called so.
"""

from __future__ import annotations

import argparse
import dataclasses
import statistics

from mnist_rows import LEARNING_RATE, accuracy, load_rows, make_step  # the neighbour; sets TensorFlow's log level

import keras  # isort: skip
import numpy as np
import tensorflow as tf

UNITS, CLASSES, BATCH = 32, 10, 32  # as in the notes
LAST = 100  # steps at the end over which the loss is averaged
HEADER = (
    "| Data | Network | Parameters | Steps | Test accuracy by seed | Mean | Notes | Last loss, mean of seeds |\n"
    "|---|---|---|---|---|---|---|---|"
)


@dataclasses.dataclass(frozen=True)
class Way:
    """One row of the table. notes: the accuracy that the old notes report, or "". rate: Adam's learning rate.

    xla: compile the training step, which pays where there are many of them.
    """

    name: str
    units: int
    both: bool
    softmax_twice: bool
    steps: int
    notes: str = ""
    batch: int = BATCH
    rate: float = LEARNING_RATE
    xla: bool = False


def parameters(features: int, units: int, both: bool) -> int:
    """Return what an LSTM classifier of one or two directions costs, its dense layer included."""
    directions = 2 if both else 1
    return directions * 4 * units * (features + units + 1) + CLASSES * (directions * units + 1)


def ways(features: int) -> list[Way]:
    """Return the rows of the table."""
    fair = UNITS
    while parameters(features, fair, both=True) > parameters(features, UNITS, both=False):
        fair -= 1
    return [
        Way(f"LSTM({UNITS})", UNITS, False, False, 1000, ".8604"),
        Way(f"two-way LSTM({UNITS}), softmax twice", UNITS, True, True, 2000, ".8955"),
        Way(f"two-way LSTM({UNITS}), softmax once", UNITS, True, False, 2000),
        Way(f"LSTM({UNITS})", UNITS, False, False, 2000),
        Way(f"two-way LSTM({fair}), equal parameters", fair, True, False, 2000),
        Way("LSTM(100), the third note's, softmax twice", 100, False, True, 6600, "", 50, 1e-4, xla=True),
        Way("LSTM(100), the third note's, softmax once", 100, False, False, 6600, "", 50, 1e-4, xla=True),
    ]


def make_model(way: Way, features: int) -> keras.Model:
    """Return the network: rows (B, 28, features) -> logits (B, CLASSES)."""
    layer: keras.Layer = keras.layers.LSTM(way.units)
    if way.both:
        layer = keras.layers.Bidirectional(layer)
    return keras.Sequential([keras.Input((None, features)), layer, keras.layers.Dense(CLASSES)])


def batches(count: int, steps: int, seed: int, size: int = BATCH) -> np.ndarray:
    """Return which examples are in each batch: (steps, size). Every epoch goes through all in a new order."""
    rng = np.random.default_rng(seed)
    epochs = -(-steps * size // count)
    order = np.concatenate([rng.permutation(count) for _ in range(epochs)])
    return order[: steps * size].reshape(steps, size)


def train(model: keras.Model, places: np.ndarray, x: np.ndarray, y: np.ndarray, way: Way) -> np.ndarray:
    """Train as ``way`` says on the batches named by ``places``; return the loss of every step."""
    step = tf.function(make_step(model, way.softmax_twice, way.rate), jit_compile=way.xla)
    return np.array([float(step(tf.constant(x[batch]), tf.constant(y[batch]))) for batch in places])


def main() -> None:
    """Read the options, run, print the rows."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sample", action="store_true", help="use the sample that comes with the course")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3], help="seeds of weights and batches")
    parser.add_argument("--steps", type=int, help="training steps of every network, instead of the notes'")
    parser.add_argument("--only", default="", help="only the networks whose name contains this")
    parser.add_argument("--header", action="store_true", help="print the head of the table first")
    options = parser.parse_args()

    data, (x_train, y_train), (x_test, y_test) = load_rows(options.sample)
    if options.header:
        print(HEADER)

    features = x_train.shape[2]
    tf.get_logger().setLevel("ERROR")  # a graph of its own for every network is wanted here
    for way in (way for way in ways(features) if options.only in way.name):
        steps = options.steps or way.steps
        shares, losses = [], []
        for seed in options.seeds:
            keras.utils.set_random_seed(seed)
            model = make_model(way, features)
            run = train(model, batches(len(x_train), steps, seed, way.batch), x_train, y_train, way)
            shares.append(accuracy(model, x_test, y_test))
            losses.append(float(run[-LAST:].mean()))
        print(
            f"| {data}, {len(y_train):,} + {len(y_test):,} | {way.name} | {model.count_params():,} | {steps:,} "
            f"| {', '.join(f'{share:.4f}' for share in shares)} | {statistics.mean(shares):.4f} | {way.notes} "
            f"| {statistics.mean(losses):.3f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
