"""Lesson 10: how the inputs of each exercise are drawn."""

import numpy as np

from helpers.grading.authoring import Case, choice, draws, exercise

# All different, and different from the notebook's own sizes: no wrong shape looks right.
B, D, U = 3, 4, 7


choice("which_way")


def array(values):
    return np.array(values, np.float32)


@exercise(returns={"h_t": "B U"})
def gru_step(rng):
    def case(group, batch, features, units):
        shapes = ((batch, features), (batch, units), (features, 3 * units), (units, 3 * units), (3 * units,))
        return Case(group, tuple(draws(rng, *shape, scale=0.8) for shape in shapes))

    by_hand = ([[2.0]], [[0.5]], [[0.8, -1.2, 0.4]], [[-0.8, 0.6, -1.2]], [0.5, 1.1, -1.2])
    return [
        Case("the example by hand", tuple(array(values) for values in by_hand)),
        case("several units", B, D, U),
        case("other sizes", 2, 6, 3),
        case("other sizes", 5, 1, 4),
    ]


@exercise(returns={"h_t": "B U"})
def gru_step_after(rng):
    def case(group, batch, features, units):
        shapes = ((batch, features), (batch, units), (features, 3 * units), (units, 3 * units), (2, 3 * units))
        return Case(group, tuple(draws(rng, *shape, scale=0.8) for shape in shapes))

    bias = [[0.5, 1.1, -1.2], [0.0, 0.0, 0.7]]
    by_hand = ([[2.0]], [[0.5]], [[0.8, -1.2, 0.4]], [[-0.8, 0.6, -1.2]], bias)
    return [
        Case("the example by hand", tuple(array(values) for values in by_hand)),
        case("several units", B, D, U),
        case("other sizes", 2, 6, 3),
        case("other sizes", 5, 1, 4),
    ]


@exercise(returns={"kernel": "D 3U", "recurrent_kernel": "U 3U", "bias": ""})
def flip_z(rng):
    def case(group, features, units, *bias):
        shapes = ((features, 3 * units), (units, 3 * units), bias)
        return Case(group, tuple(draws(rng, *shape) for shape in shapes))

    by_hand = ([[0.8, -1.2, 0.4]], [[-0.8, 0.6, -1.2]], [0.5, 1.1, -1.2])
    return [
        Case("the example by hand", tuple(array(values) for values in by_hand)),
        case("one bias", D, U, 3 * U),
        case("one bias", 7, 2, 6),
        case("two biases", 3, 4, 2, 12),
    ]


@exercise(returns={"kernel": "D 3U", "recurrent_kernel": "U 3U", "bias": "3U"})
def from_tf1(rng):
    def case(group, features, units):
        rows = features + units
        shapes = ((rows, 2 * units), (2 * units,), (rows, units), (units,))
        return Case(group, tuple(draws(rng, *shape) for shape in shapes))

    by_hand = ([[1, 2], [3, 4]], [5, 6], [[7], [8]], [9])
    return [
        Case("the example by hand", tuple(array(values) for values in by_hand)),
        case("fewer features than units", 2, 7),
        case("more features than units", 6, 4),
    ]


def largest(budget, count):
    units = 0
    while count(units + 1) <= budget:
        units += 1
    return units


@exercise(returns={"the three numbers": ""})
def same_budget(rng):
    """Sizes at which no known slip gives the right numbers, and some at which a budget is met exactly."""

    def separates(features, units):
        a, budget = features + 1, 4 * units * (features + units + 1)
        gru = largest(budget, lambda n: 3 * n * (n + a + 1))
        plain = largest(budget, lambda n: n * (n + a))
        in_bracket = budget // (3 * (units + a + 1))  # U where n belongs
        slips = (
            largest(budget, lambda n: 3 * n * (n + a)),
            largest(budget, lambda n: 3 * n * (n + a - 1)),
            largest(budget, lambda n: 4 * n * (n + a + 1)),
            4 * units // 3,
            round(4 * units / 3),
            in_bracket,
        )
        more = 3 * (gru + 1) * (gru + a + 2) - budget < budget - 3 * gru * (gru + a + 1)
        more = more and in_bracket != 4 * units // 3
        return gru not in slips and more and plain not in (4 * units, largest(budget, lambda n: n * (n + a - 1)))

    def nearer(features, units):
        """Whether one unit more is nearer to the budget, though a count that lacks a bias does not reach it."""
        a, budget = features + 1, 4 * units * (features + units + 1)
        gru = largest(budget, lambda n: 3 * n * (n + a + 1))
        plain = largest(budget, lambda n: n * (n + a))
        left = budget - 3 * gru * (gru + a + 1), budget - plain * (plain + a)
        beyond = 3 * (gru + 1) * (gru + a + 2) - budget, (plain + 1) * (plain + a + 1) - budget
        return 3 * (gru + 1) < beyond[0] < left[0] and plain + 1 < beyond[1] < left[1]

    def roomy(features, units):
        """Whether a GRU without any bias has room for no unit more: it is none that is one unit too large."""
        a, budget = features + 1, 4 * units * (features + units + 1)
        return largest(budget, lambda n: 3 * n * (n + a + 1)) == largest(budget, lambda n: 3 * n * (n + a - 1))

    def exact(features, units):
        a, budget = features + 1, 4 * units * (features + units + 1)
        gru = largest(budget, lambda n: 3 * n * (n + a + 1))
        plain = largest(budget, lambda n: n * (n + a))
        return 3 * gru * (gru + a + 1) == budget or plain * (plain + a) == budget

    sizes = [(features, units) for features in range(2, 60) for units in range(2, 90) if features != units]
    apart = rng.permutation([size for size in sizes if separates(*size)])
    large = apart[apart[:, 1] >= 30][:1]  # more than 60 units of the plain network: a search with an end misses them
    chosen = [*large, *apart[:2]]
    near = rng.permutation([size for size in sizes if nearer(*size)])[:1]
    room = rng.permutation([size for size in sizes if roomy(*size)])[:1]
    met = rng.permutation([size for size in sizes if exact(*size)])[:2]
    return [
        Case("the example by hand", (2, 3)),
        *(Case("any sizes", (int(d), int(u))) for d, u in (*chosen, *near, *room)),
        *(Case("a budget met exactly", (int(d), int(u))) for d, u in met),
    ]


choice("find_the_bug")
