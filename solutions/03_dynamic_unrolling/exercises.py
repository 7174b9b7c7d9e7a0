"""Lesson 03: how the inputs of each exercise are drawn."""

import numpy as np

from helpers.grading.authoring import Case, choice, draws, exercise
from helpers.probes import LeakyCell

# All different, and different from the notebook's own T, D, U = 6, 3, 4: no wrong shape looks right.
B, T, D, U = 3, 5, 2, 7


choice("four_times_longer")


def cell(rng, units=U):
    return LeakyCell(draws(rng, D, units), draws(rng, units, units), draws(rng, units))


@exercise(returns={"outputs": "B T U", "state": "B U"})
def dynamic_rnn(rng):
    def case(group, steps, initial_state):
        return Case(group, (cell(rng), draws(rng, B, steps, D), initial_state))

    return [
        case("starting from zeros", T, np.zeros((B, U), np.float32)),
        case("starting from a given state", T, draws(rng, B, U)),
        case("any length", 8, draws(rng, B, U)),
        case("any length", 1, draws(rng, B, U)),
    ]


choice("wrong_mask")


@exercise(returns={"outputs": "B T U", "state": "B U"})
def ragged_rnn(rng):
    def case(group, lengths, steps=T, units=U):
        x, initial_state = draws(rng, len(lengths), steps, D), draws(rng, len(lengths), units)
        return Case(group, (cell(rng, units), x, initial_state, np.array(lengths, np.int32)))

    long = int(rng.integers(6, 9))
    return [
        # As many sequences as units: only here does a mask over the wrong axis run without an error.
        case("different lengths", [2, 4, 1, 5], units=4),
        case("different lengths", [int(n) for n in rng.permutation([3, 1, 5])]),
        case("all as long as x", [T, T, T]),
        case("all shorter than x", [int(n) for n in rng.permutation([2, 4, 3])], steps=long),
        case("an empty sequence", [0, 4, 2]),
    ]


@exercise(returns={"last outputs": "B U"})
def last_outputs(rng):
    def case(group, lengths, steps):
        # Padding that is not zero, so that what was read there can be told apart.
        return Case(group, (draws(rng, len(lengths), steps, U), np.array(lengths, np.int32)))

    return [
        case("all shorter than the batch", [2, 4, 3], 5),
        case("one as long as the batch", [int(n) for n in rng.permutation([8, 1, 5, 3])], 8),
        case("all as long as the batch", [5, 5, 5], 5),
    ]


@exercise(returns={"traces": ""})
def count_traces(rng):
    few = [int(n) for n in rng.choice(np.arange(3, 60), 3, replace=False)]
    mixed = [few[0], few[1], few[0], few[2], few[1], few[1]]
    names = {"none": "no signature", "open": "T left open", "relaxed": "reduce_retracing"}
    return [
        Case(group, (lengths, signature))
        for signature, group in names.items()
        for lengths in ([5, 7, 5, 9], mixed, [few[2]] * 4, [])
    ]


def draw_batches(rng):
    # Four different ones. Two sizes of each, crossed: what fixes B, T or both is refused in calls of its own.
    shapes = [(3, 5), (3, 7), (3, 5), (4, 5), (4, 7)]
    return [Case("five batches", ([draws(rng, batch, steps, D) for batch, steps in shapes],))]


@exercise(returns={"refused calls": "", "traces": "", "results": "B D"})
def trace_once(rng):
    (case,) = draw_batches(rng)
    (batches,) = case.inputs
    return [Case("five batches, and one with a feature too many", ([*batches, draws(rng, 3, 5, D + 1)],))]
