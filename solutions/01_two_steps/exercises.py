"""Lesson 01: how the inputs of each exercise are drawn."""

import numpy as np

from helpers.grading.authoring import Case, choice, draws, exercise
from helpers.probes import TanhStep

B, D, U = 4, 3, 5  # all different, so that no wrong shape looks right


choice("what_survives")


def weights(rng, features=D, units=U):
    """Draw kernel, recurrent kernel and bias, none of them near zero."""
    return draws(rng, features, units), draws(rng, units, units), draws(rng, units)


@exercise(returns={"h_t": "B U"})
def one_step(rng):
    kernel, recurrent_kernel, bias = weights(rng)
    wide = weights(rng, features=2, units=7)
    return [
        Case(
            "first step, state of zeros",
            (draws(rng, B, D), np.zeros((B, U), np.float32), kernel, recurrent_kernel, bias),
        ),
        Case("a state is passed on", (draws(rng, B, D), draws(rng, B, U), kernel, recurrent_kernel, bias)),
        Case("a state is passed on", (draws(rng, 3, 2), draws(rng, 3, 7), *wide)),
        Case("a state is passed on", (draws(rng, 1, 2), draws(rng, 1, 7), *wide)),
    ]


@exercise(returns={"h_0": "B U", "h_1": "B U"})
def two_steps(rng):
    def case(group, initial_state):
        batch = len(initial_state)
        return Case(group, (TanhStep(*weights(rng)), draws(rng, batch, D), draws(rng, batch, D), initial_state))

    return [
        case("starting from zeros", np.zeros((B, U), np.float32)),
        case("starting from a given state", draws(rng, B, U)),
        case("starting from a given state", draws(rng, 1, U)),
    ]


@exercise(returns={"the number": ""})
def count_parameters(rng):
    sizes = [int(n) for n in rng.choice(np.arange(4, 60), 4, replace=False)]
    return [
        Case("small sizes", (1, 2)),
        Case("small sizes", (3, 5)),
        Case("any sizes", tuple(sizes[:2])),
        Case("any sizes", tuple(sizes[2:])),  # in small numbers, two slips may look like another: these outvote them
    ]


@exercise(returns={"cell": "", "h_t": "B U"})
def keras_cell(rng):
    return [
        Case("your numbers", (*weights(rng), draws(rng, B, D), draws(rng, B, U))),
        Case("other sizes", (*weights(rng, 2, 6), draws(rng, B, 2), draws(rng, B, 6))),
    ]


@exercise(returns={"outputs": "T"})
def joint_outputs(rng):
    by_hand = (
        np.array([1, 2], np.float32),
        np.array([[0.1, 0.2], [0.3, 0.4], [0.5, 0.6]], np.float32),
        np.array([0.1, -0.1], np.float32),
        np.array([[1], [2]], np.float32),
        np.array([0.1], np.float32),
    )
    units = 4
    drawn = (draws(rng, units + 1, units), draws(rng, units), draws(rng, units, 1), draws(rng, 1))
    return [
        Case("the example for paper", by_hand),
        Case("any length, other weights", (draws(rng, 3), *drawn)),
        Case("any length, other weights", (draws(rng, 1), *drawn)),
    ]
