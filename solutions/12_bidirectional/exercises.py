"""Lesson 12: how the inputs of each exercise are drawn."""

import numpy as np

from helpers.grading.authoring import Case, choice, draws, exercise
from helpers.probes import MixedSteps, SequenceModel


def whole(*numbers):
    return np.array(numbers, np.int32)


def ragged(rng, batch, steps):
    """Return different lengths: all steps, 1, and between them some that leave two pads or more, one of these first."""
    first, *between = rng.permutation(np.arange(2, steps - 1))[: batch - 2]
    return whole(first, *rng.permutation([1, steps, *between]))


@exercise(returns={"turned": "B T D"})
def reverse_real(rng):
    by_hand = np.array([[[1], [2], [3], [9], [8]], [[4], [5], [6], [7], [0]]], np.float32)
    return [
        Case("nothing padded", (draws(rng, 2, 5, 3), whole(5, 5))),
        Case("the example by hand", (by_hand, whole(3, 4))),
        Case("several lengths", (draws(rng, 4, 7, 3), ragged(rng, 4, 7))),
        Case("several lengths", (draws(rng, 3, 6, 2), ragged(rng, 3, 6))),
        Case("one sequence", (draws(rng, 1, 6, 3), whole(4))),
    ]


@exercise(returns={"outputs": "B T 2U"})
def both_directions(rng):
    def model(features, units):
        shapes = ((features, 4), (4, 4), (4,), (4, units), (units,))
        return SequenceModel(*(draws(rng, *shape) for shape in shapes))

    def case(group, steps, features, units, lengths):
        x = draws(rng, len(lengths), steps, features)
        return Case(group, (model(features, units), model(features, units), x, lengths))

    return [
        case("nothing padded", 5, 3, 2, whole(5, 5)),
        case("several lengths", 7, 2, 3, ragged(rng, 4, 7)),
        case("several lengths", 6, 3, 5, ragged(rng, 3, 6)),
        case("more pads than needed", 7, 3, 2, whole(3, 5, 2)),
        case("more pads than needed", 6, 2, 3, whole(4)),  # one sequence
    ]


@exercise(returns={"merged": ""})
def merged(rng):
    def pair(*shape):
        return draws(rng, *shape), draws(rng, *shape)

    outputs = [Case(f"mode {mode}", (*pair(2, 5, 3), mode)) for mode in ("concat", "sum", "ave", "mul")]
    return [*outputs, *(Case("states", (*pair(4, 3), mode)) for mode in ("concat", "sum", "ave", "mul"))]


@exercise(returns={"summary": "B 2U"})
def summary_of_both(rng):
    by_hand = np.array([[[1, 6], [3, 5], [6, 3], [0, 0]]], np.float32)
    return [
        Case("the example by hand", (by_hand, whole(3))),
        Case("nothing padded", (draws(rng, 3, 5, 8), whole(5, 5, 5))),
        Case("several lengths", (draws(rng, 4, 7, 6), ragged(rng, 4, 7))),
        Case("several lengths", (draws(rng, 3, 6, 10), ragged(rng, 3, 6))),
    ]


@exercise(returns={"leaks": "T"})
def leaks_at(rng):
    def mixing(steps, *leaks, size=0.3):
        mix = np.tril(draws(rng, steps, steps, scale=0.4))
        for output, step in leaks:
            mix[output, step] = size * rng.choice([-1.0, 1.0])
        return mix.astype(np.float32)

    def network(mix, features, units):
        # No sign changes along a column: what is added to all features of a step never cancels.
        return MixedSteps(mix, np.abs(draws(rng, features, units)) * rng.choice([-1.0, 1.0]).astype(np.float32))

    def recurrent(features, units):
        shapes = ((features, 4), (4, 4), (4,), (4, units), (units,))
        return SequenceModel(*(draws(rng, *shape) for shape in shapes))

    full = draws(rng, 6, 6, scale=0.4)
    ahead = np.tril(draws(rng, 5, 5, scale=0.4), 1)
    zeros, ones = draws(rng, 2, 7, 3), draws(rng, 3, 6, 2)
    zeros[:, [2, 6]], ones[:, [1, 4]] = 0.0, 1.0
    falling = MixedSteps(np.abs(mixing(5, (0, 3), (2, 4))), -np.abs(draws(rng, 2, 1)))
    rising = MixedSteps(np.abs(mixing(4, (1, 3), (1, 2))), np.abs(draws(rng, 3, 1)))
    delayed = np.tril(draws(rng, 5, 5, scale=0.4), -1)  # no output sees its own input
    delayed[0, 4] = 0.3
    # Sequence 1 alone leaks: the others are so large that their outputs are 1, whatever is added to a step.
    apart, one_leaks = mixing(5, (1, 2), (0, 3)), draws(rng, 3, 5, 2)
    one_leaks[[0, 2]] = 3_000.0
    apart, kernel = MixedSteps(np.abs(apart), np.abs(draws(rng, 2, 3))), draws(rng, 3, 1)
    # What moves up in one unit, or at one step, moves down as much in another.
    units_cancel = MixedSteps(mixing(6, (1, 4), (0, 2)), np.hstack([kernel, -kernel]))
    steps_cancel = network(mixing(6, (1, 5)), 3, 2)
    steps_cancel.mix[3] = -steps_cancel.mix[1]
    # What moves up in sequence 0 moves down as much in sequence 1: nothing but the sign of its first number is another.
    batch_cancels = MixedSteps(np.abs(mixing(6, (1, 3), (2, 5))), np.abs(draws(rng, 3, 4)), turned=True)
    batch_cancels.mix[:, 0] = 0.0
    opposite = np.repeat(draws(rng, 1, 6, 3), 2, axis=0)
    opposite[:, 0, 0] *= [1.0, -1.0]
    features, units = network(mixing(6, (2, 3), (0, 4)), 3, 2), network(mixing(5, (0, 1), (1, 3)), 2, 3)
    features.mix[:, 5] = 0.0  # the last step moves nothing
    features.kernel[[0, 2]] = units.kernel[:, [0, 2]] = 0.0
    return [
        Case("a one-way network", (recurrent(3, 2), draws(rng, 4, 5, 3))),
        Case("both directions", (network(full, 3, 4), draws(rng, 2, 6, 3))),
        Case("one step ahead", (network(ahead, 2, 3), draws(rng, 4, 5, 2))),
        Case("leaks at some steps", (network(mixing(7, (1, 4), (3, 5)), 3, 2), draws(rng, 2, 7, 3))),
        Case("leaks at some steps", (network(delayed, 4, 2), draws(rng, 3, 5, 4))),
        Case("leaks at some steps", (falling, draws(rng, 1, 5, 2))),
        Case("leaks at some steps", (rising, draws(rng, 1, 4, 3))),
        Case("a leak in one sequence, feature or unit", (apart, one_leaks)),  # sequence 1
        Case("a leak in one sequence, feature or unit", (features, draws(rng, 4, 6, 3))),  # feature 1
        Case("a leak in one sequence, feature or unit", (units, draws(rng, 3, 5, 2))),  # unit 1
        Case("leaks that cancel", (units_cancel, draws(rng, 2, 6, 3))),
        Case("leaks that cancel", (batch_cancels, opposite)),
        Case("leaks that cancel", (steps_cancel, draws(rng, 1, 6, 3))),
        Case("inputs of 0 and 1", (network(mixing(7, (0, 2), (3, 6)), 3, 4), zeros)),
        Case("inputs of 0 and 1", (network(mixing(6, (0, 1), (2, 4)), 2, 3), ones)),
        Case("a weak leak", (network(mixing(6, (1, 3), (0, 5), size=0.0002), 3, 2), draws(rng, 4, 6, 3))),
    ]


def one_way(features, units, classes):
    return 4 * units * (features + units + 1) + classes * (units + 1)


def two_way(features, units, classes):
    return 8 * units * (features + units + 1) + classes * (2 * units + 1)


def largest(budget, cost):
    units = 1
    while cost(units + 1) <= budget:
        units += 1
    return units


@exercise(returns={"units": "", "parameters": ""})
def two_way_units(rng):
    """Sizes at which no known slip gives the right numbers, and some at which the budget is met exactly."""

    def separates(d, u, k):
        budget = one_way(d, u, k)
        n = largest(budget, lambda m: two_way(d, m, k))
        slips = (
            u // 2,
            (u + 1) // 2,
            largest(budget, lambda m: 8 * m * (d + m + 1)),
            largest(budget, lambda m: 8 * m * (d + m + 1) + k * (m + 1)),
            largest(4 * u * (d + u + 1), lambda m: two_way(d, m, k)),
            largest(4 * u * (d + u + 1), lambda m: 8 * m * (d + m + 1)),
            round(u / 2**0.5),
        )
        nearer = two_way(d, n + 1, k) - budget < budget - two_way(d, n, k)
        return n not in slips and nearer

    sizes = [(d, u, k) for d in range(2, 30) for u in range(6, 50) for k in range(2, 30) if len({d, u, k}) == 3]
    chosen = rng.permutation([size for size in sizes if separates(*size)])[:3]
    exact = [s for s in sizes if one_way(*s) in {two_way(s[0], n, s[2]) for n in range(1, s[1])}]
    met = rng.permutation(exact)[:2]
    return [
        Case("the example by hand", (2, 5, 3)),
        Case("any sizes", (5, 2, 3)),  # one unit
        *(Case("any sizes", tuple(int(n) for n in size)) for size in chosen),
        *(Case("a budget met exactly", tuple(int(n) for n in size)) for size in met),
    ]


choice("find_the_bug")
