"""Lesson 19: how the inputs of each exercise are drawn."""

import numpy as np

from helpers.grading.authoring import Case, choice, draws, exercise
from helpers.probes import JoinSteps, ScanStates

B, T, D, U = 3, 6, 5, 4  # all different, so that no wrong shape looks right


def array(values):
    return np.array(values, np.float32)


def column(*values):
    """One sequence of one unit: (1, T, 1)."""
    return array(values)[None, :, None]


def factors(rng, *shape):
    """Factors a near 1, of both signs: their products over many steps neither vanish nor explode."""
    return (rng.uniform(0.85, 1.15, shape) * rng.choice([-1.0, 1.0], shape)).astype(np.float32)


choice("which_scans")


@exercise(returns={"a": "", "b": ""})
def combine(rng):
    def pair(*shape):
        return draws(rng, *shape), draws(rng, *shape)

    return [
        Case("the example by hand", ((array(2), array(3)), (array(-1), array(2)))),
        Case("several units", (pair(B, U), pair(B, U))),
        Case("whole sequences", (pair(B, T, U), pair(B, T, U))),
        Case("whole sequences", (pair(2, 7, 5), pair(2, 7, 5))),
    ]


BY_HAND = column(0.5, 2, -1, 0.5), column(1, 3, 2, 4)
AND_ROUNDS = {"a_all": "B T U", "b_all": "B T U", "joined by combine": "", "in few rounds": ""}


def scans(rng):
    """Cases of both scans: T a power of two and not, one step, many steps."""

    def case(group, batch, steps, units):
        return Case(group, (JoinSteps(), factors(rng, batch, steps, units), draws(rng, batch, steps, units)))

    return [
        Case("the example by hand", (JoinSteps(), *BY_HAND)),
        case("T a power of two", B, 8, U),
        case("any T", 2, 7, 5),
        case("any T", 4, 6, 3),
        case("any T", 3, 1, 5),
        case("few rounds", 2, 60, 3),
        case("few rounds", 1, 64, 2),
    ]


@exercise(returns=AND_ROUNDS)
def scan_by_doubling(rng):
    return scans(rng)


@exercise(returns=AND_ROUNDS)
def scan_by_halves(rng):
    return scans(rng)


@exercise(returns={"states": "B T U"})
def all_states(rng):
    def case(group, batch, steps, units):
        inputs = factors(rng, batch, steps, units), draws(rng, batch, steps, units), draws(rng, batch, units)
        return Case(group, (JoinSteps(), *inputs))

    return [
        Case("the example by hand", (JoinSteps(), *BY_HAND, array([[2]]))),
        case("several units", B, T, U),
        case("several units", 4, 7, 3),
        case("one sequence", 1, 9, 2),
        case("any T", 3, 1, 5),
        case("any T", 2, 17, 3),
    ]


def weights(rng, features, units):
    return draws(rng, features, 2 * units, scale=1.5), draws(rng, 2 * units)


@exercise(returns={"h_t": "B U"})
def min_gru_step(rng):
    def case(group, batch, features, units):
        return Case(group, (draws(rng, batch, features), draws(rng, batch, units), *weights(rng, features, units)))

    by_hand = ([[2.0]], [[0.5]], [[0.8, 0.4]], [0.1, -1.2])
    return [
        Case("the example by hand", tuple(array(values) for values in by_hand)),
        case("several units", B, D, U),
        case("other sizes", 2, 3, 6),
        case("other sizes", 5, 1, 4),
    ]


@exercise(returns={"states": "B T U"})
def min_gru(rng):
    def case(group, batch, steps, features, units):
        x, h0 = draws(rng, batch, steps, features), draws(rng, batch, units)
        return Case(group, (ScanStates(), x, h0, *weights(rng, features, units)))

    by_hand = ([[[2.0], [-1.0]]], [[0.5]], [[0.8, 0.4]], [0.1, -1.2])
    return [
        Case("the example by hand", (ScanStates(), *(array(values) for values in by_hand))),
        case("several units", B, T, D, U),
        case("other sizes", 2, 7, 3, 6),
        case("other sizes", 5, 4, 1, 3),
        case("one sequence", 1, 8, 4, 2),
    ]


@exercise(returns={"states": "B T U"}, rtol=1e-3, atol=1e-4)
def states_in_logs(rng):
    def logs(low, high, *shape):
        return np.log(rng.uniform(low, high, shape)).astype(np.float32)

    def case(group, batch, steps, units, low=0.3, high=0.95):
        shape = batch, steps, units
        return Case(group, (logs(low, high, *shape), logs(0.3, 3.0, *shape), logs(0.5, 4.0, batch, units)))

    by_hand = (column(0.5, 0.5, 0.25), column(3, 1, 2), array([[2]]))
    return [
        Case("the example by hand", tuple(np.log(values) for values in by_hand)),
        case("several units", B, T, U),
        case("any T", 2, 1, 5),
        case("any T", 4, 7, 3),
        case("long sequences", 2, 400, 3),
        case("long sequences", 1, 500, 2, 0.02, 0.5),
    ]
