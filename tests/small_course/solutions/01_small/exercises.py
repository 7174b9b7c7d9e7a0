"""The lesson for tests: how the inputs of each exercise are drawn."""

import numpy as np

from helpers.grading.authoring import Case, choice, draws, exercise
from helpers.probes import TanhStep

B, D, U = 4, 3, 5

choice("which")


def weights(rng):
    return draws(rng, D, U), draws(rng, U, U), draws(rng, U)


@exercise(returns={"h_t": "B U"})
def one_step(rng):
    return [
        Case("state of zeros", (draws(rng, B, D), np.zeros((B, U), np.float32), *weights(rng))),
        Case("a state is passed on", (draws(rng, B, D), draws(rng, B, U), *weights(rng))),
    ]


@exercise(returns={"h_0": "B U", "h_1": "B U"})
def two_steps(rng):
    return [Case("two steps", (TanhStep(*weights(rng)), draws(rng, B, D), draws(rng, B, D), draws(rng, B, U)))]


@exercise(returns={"the number": ""})
def count_parameters(rng):
    return [Case("any sizes", (int(rng.integers(3, 9)), int(rng.integers(10, 60))))]


@exercise(returns={"sums": "T"})
def sums(rng):
    return [Case("five numbers", (draws(rng, 5),))]
