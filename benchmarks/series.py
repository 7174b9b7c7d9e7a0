"""Measure the forecasting program of lesson 08 and print one row of a Markdown table.

Two things: the mean squared error that the notes' program reaches, for several seeds; and the time of
one training step of the same program written as an eager Python loop over the 20 time steps, against
the same step as a graph and compiled with XLA, measured in turns in one run::

    python benchmarks/series.py --header
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf

from helpers.data import notes_series

T_MIN, T_MAX, SPACING, N_STEPS = 0.0, 30.0, 0.1, 20  # the notes' range and window
UNITS, BATCH, RATE = 100, 50, 1e-3
Step = Callable[[np.ndarray, np.ndarray], tf.Tensor]


def draw_windows(rng: np.random.Generator, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return inputs and targets (count, N_STEPS, 1) of windows that begin at random times."""
    start = T_MIN + rng.random((count, 1)) * (T_MAX - T_MIN - N_STEPS * SPACING)
    values = notes_series(start + np.arange(N_STEPS + 1) * SPACING).astype(np.float32)
    return values[:, :-1, None], values[:, 1:, None]


def new_network(seed: int) -> keras.Sequential:
    """Return the notes' network with the weights of ``seed``."""
    keras.utils.set_random_seed(seed)
    layer = keras.layers.SimpleRNN(UNITS, activation="relu", return_sequences=True)
    return keras.Sequential([keras.Input((None, 1)), layer, keras.layers.Dense(1)])


def training_step(model: keras.Sequential, forward: Callable[[tf.Tensor], tf.Tensor]) -> Step:
    """Return step(inputs, targets) -> loss: one step of Adam on the model that ``forward`` runs."""
    optimizer = keras.optimizers.Adam(RATE)
    optimizer.build(model.trainable_variables)

    def step(inputs: np.ndarray, targets: np.ndarray) -> tf.Tensor:
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(forward(inputs) - targets))
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
        return loss

    return step


def run_in_python(model: keras.Sequential) -> Callable[[tf.Tensor], tf.Tensor]:
    """Return the forward pass as a Python loop: cell and projection at every step, as the wrapper does it."""
    layer, projection = model.layers

    def forward(inputs: tf.Tensor) -> tf.Tensor:
        state, predictions = tf.zeros((len(inputs), UNITS)), []
        for x_t in tf.unstack(tf.convert_to_tensor(inputs), axis=1):
            output, (state,) = layer.cell(x_t, [state])
            predictions.append(projection(output))
        return tf.stack(predictions, axis=1)

    return forward


def train(seed: int, steps: int, fresh: tuple[np.ndarray, np.ndarray]) -> float:
    """Train one network; return its mean squared error on fresh windows, over all steps."""
    model, rng = new_network(seed), np.random.default_rng(seed)
    step = tf.function(training_step(model, model))
    for i in range(steps):
        loss = step(*draw_windows(rng, BATCH))
        if i % 500 == 0:
            print(f"seed {seed}, step {i}: {float(loss):.4f}", file=sys.stderr, flush=True)
    return float(tf.reduce_mean(tf.square(model(fresh[0]) - fresh[1])))


def compare_speed(rounds: int) -> list[float]:
    """Return the median milliseconds of one training step: eager loop, graph, XLA; they take turns."""
    models = [new_network(0) for _ in range(3)]
    steps: tuple[Step, ...] = (
        training_step(models[0], run_in_python(models[0])),
        tf.function(training_step(models[1], models[1])),
        tf.function(training_step(models[2], models[2]), jit_compile=True),
    )
    rng = np.random.default_rng(0)
    times: tuple[list[float], ...] = ([], [], [])
    for turn in range(rounds + 2):  # the first two turns trace and warm up
        batch, losses = draw_windows(rng, BATCH), []
        for step, spent in zip(steps, times, strict=True):
            start = time.perf_counter()
            losses.append(float(step(*batch)))
            if turn > 1:
                spent.append(1000 * (time.perf_counter() - start))
        if turn == 0 and not np.allclose(losses, losses[0], rtol=1e-3):
            raise RuntimeError(f"the programs disagree before any training: {losses}")
    return [statistics.median(spent) for spent in times]


def main() -> int:
    """Read the options, measure, print the row."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=3, help="how many networks to train (default 3)")
    parser.add_argument("--steps", type=int, default=1500, help="training steps of each (default 1500, as the notes)")
    parser.add_argument("--rounds", type=int, default=50, help="timed training steps of either kind (default 50)")
    parser.add_argument("--header", action="store_true", help="print the table's header first")
    options = parser.parse_args()
    if min(options.seeds, options.steps, options.rounds) < 1:
        parser.error("--seeds, --steps and --rounds must be at least 1")
    fresh = draw_windows(np.random.default_rng(99), 2000)
    errors = [train(seed, options.steps, fresh) for seed in range(options.seeds)]
    eager, graph, xla = compare_speed(options.rounds)
    if options.header:
        print("| Program | MSE by seed | Eager loop, ms a step | Graph | XLA | Eager / graph | Eager / XLA |")
        print("|---|---|---|---|---|---|---|")
    found = ", ".join(f"{error:.4f}" for error in errors)
    print(
        f"| notes' series, ReLU RNN({UNITS}), {options.steps} steps of batch {BATCH} | {found} "
        f"| {eager:.1f} | {graph:.1f} | {xla:.1f} | {eager / graph:.1f} | {eager / xla:.1f} |"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
