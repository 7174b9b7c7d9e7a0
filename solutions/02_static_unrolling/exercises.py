"""Lesson 02: how the inputs of each exercise are drawn."""

import numpy as np

from helpers.grading.authoring import Case, choice, draws, exercise
from helpers.probes import LeakyCell

# All different, and different from the notebook's own B, T, D = 2, 3, 4: no wrong shape looks right, and what was
# counted can be told from what was written down.
B, T, D, U = 7, 5, 2, 6


def draw_batches(rng):
    return [Case("a small batch", (draws(rng, B, T, D),)), Case("another length", (draws(rng, 5, 7, 1),))]


@exercise(returns={"steps": "B D"})
def to_steps(rng):
    return draw_batches(rng)


@exercise(returns={"x": "B T U"})
def from_steps(rng):
    return [
        Case("a small batch", ([draws(rng, B, U) for _ in range(T)],)),
        Case("another length", ([draws(rng, 2, 3) for _ in range(6)],)),
    ]


@exercise(returns={"x": "T B D"})
def to_time_major(rng):
    return draw_batches(rng)


def cell(rng):
    return LeakyCell(draws(rng, D, U), draws(rng, U, U), draws(rng, U))


def draw_loops(as_list):
    """Return a draw function for loops over a list of steps, or over one (B, T, D) tensor."""

    def case(rng, group, steps, initial_state):
        x = draws(rng, B, steps, D)
        return Case(group, (cell(rng), [x[:, t] for t in range(steps)] if as_list else x, initial_state))

    def draw(rng):
        zeros = np.zeros((B, U), np.float32)
        return [
            case(rng, "starting from zeros", T, zeros),
            case(rng, "starting from a given state", T, draws(rng, B, U)),
            case(rng, "any length", 8, draws(rng, B, U)),
            case(rng, "any length", 1, draws(rng, B, U)),
        ]

    return draw


@exercise(returns={"outputs": "", "state": "B U"})
def static_rnn(rng):
    return draw_loops(as_list=True)(rng)


@exercise(returns={"outputs": "B T U", "state": "B U"})
def unroll(rng):
    return draw_loops(as_list=False)(rng)


choice("longer_sequence")


@exercise(returns={"nodes": ""})
def predict_nodes(rng):
    def case(group, steps, once, per_step):
        return Case(group, (steps, once + 2 * per_step, once + 4 * per_step))

    once, per_step, steps = (int(n) for n in rng.integers((20, 5, 30), (60, 30, 400)))
    return [
        case("the example by hand", 10, 16, 7),
        case("other graphs", steps, once, per_step),
        case("other graphs", 3, 41, 12),
    ]
