"""Lesson 13: how the inputs of each exercise are drawn."""

import numpy as np

from helpers.grading.authoring import Case, choice, draws, exercise
from helpers.probes import LeakyCell

# All different, and different from the notebook's own sizes: no wrong shape looks right.
B, T = 3, 6


def array(values):
    return np.array(values, np.float32)


def draw_layer(rng, features, units):
    return tuple(draws(rng, *shape, scale=0.7) for shape in ((features, units), (units, units), (units,)))


@exercise(returns={"top": "B U", "new_states": "B U"})
def stack_step(rng):
    def case(group, batch, features, units):
        inputs = [features, *units[:-1]]
        cells = [LeakyCell(*draw_layer(rng, d, u), keep=0.25) for d, u in zip(inputs, units, strict=True)]
        states = [draws(rng, batch, u) for u in units]
        return Case(group, (draws(rng, batch, features), states, cells))

    by_hand = [LeakyCell(array([[1]]), array([[1]]), array([-1])), LeakyCell(array([[2]]), array([[-1]]), array([0.1]))]
    return [
        Case("the example by hand", (array([[1]]), [array([[0.5]]), array([[0.8]])], by_hand)),
        case("layers of one size", 3, 5, (5, 5, 5)),
        case("layers of one size", 1, 4, (4, 4)),
        case("layers of different sizes", 2, 3, (6, 4)),
        case("layers of different sizes", 3, 2, (4, 7, 5, 6)),
        case("a single layer", 4, 2, (5,)),
    ]


@exercise(returns={"outputs": "B T U", "final_states": "B U"})
def run_stack(rng):
    def case(group, batch, steps, features, units):
        inputs = [features, *units[:-1]]
        weights = [draw_layer(rng, d, u) for d, u in zip(inputs, units, strict=True)]
        return Case(group, (draws(rng, batch, steps, features), weights, [draws(rng, batch, u) for u in units]))

    by_hand = [(array([[1]]), array([[1]]), array([-1])), (array([[2]]), array([[-1]]), array([0.1]))]
    return [
        Case("the example by hand", (array([[[1], [0]]]), by_hand, [array([[0.5]]), array([[0.8]])])),
        case("layers of one size", B, T, 4, (4, 4, 4)),
        case("layers of one size", 1, 4, 5, (5, 5)),  # one sequence
        case("layers of different sizes", 2, 5, 3, (6, 4)),
        case("layers of different sizes", 3, 4, 2, (4, 7, 5, 6)),
    ]


choice("shared_cell")


def stack_cost(features, layers, units):
    return units * (features + units + 1) + (layers - 1) * units * (2 * units + 1)


def largest(budget, count):
    units = 0
    while count(units + 1) <= budget:
        units += 1
    return units


@exercise(returns={"units": "", "parameters": ""})
def widest(rng):
    """Sizes at which no known slip gives the right numbers, and one that meets the budget exactly."""

    def separates(features, layers, budget):
        units = largest(budget, lambda n: stack_cost(features, layers, n))
        share = largest(budget // layers, lambda n: n * (features + n + 1))
        single = largest(budget, lambda n: n * (features + n + 1))
        below = budget - stack_cost(features, layers, units)
        above = stack_cost(features, layers, units + 1) - budget
        return units not in (share, single // layers) and 0 < above < below

    sizes = [
        (features, layers, budget)
        for features in range(7, 70, 3)
        for layers in range(3, 7)
        for budget in range(400, 9_000, 300)
    ]
    chosen = rng.permutation([size for size in sizes if separates(*size)])[:4]
    triples = [tuple(int(number) for number in size) for size in chosen]
    exact = int(rng.integers(3, 40)), int(rng.integers(2, 6)), int(rng.integers(5, 30))
    budget = stack_cost(*exact)
    # More than 100 units: a search that stops at some round number is seen.
    large = int(rng.integers(7, 70)), int(rng.integers(3, 7)), int(rng.integers(150_000, 200_000))
    return [
        Case("the example by hand", (2, 3, 110)),
        *(Case("any sizes", triple) for triple in triples),
        Case("any sizes", large),
        Case("a budget met exactly", (exact[0], exact[1], budget)),
        Case("one layer", (int(rng.integers(3, 40)), 1, int(rng.integers(300, 5_000)))),
        Case("room for one unit", (int(rng.integers(8, 20)), 3, 30)),
    ]


@exercise(returns={"states": "B U"})
def from_joined(rng):
    def case(group, batch, *units):
        return Case(group, (draws(rng, batch, 2 * sum(units)), list(units)))

    return [
        Case("the example by hand", (array([[1, 2, 3, 4, 5, 6]]), [2, 1])),
        case("layers of one size", 4, 3, 3, 3),
        case("layers of different sizes", 3, 5, 2),
        case("layers of different sizes", 2, 2, 7, 4),
    ]


@exercise(returns={"h_t": "B U"})
def norm_step(rng):
    def case(group, batch, features, units, epsilon, scale=1.0):
        shapes = ((batch, features), (batch, units), (features, units), (units, units), (units,))
        x_t, h_prev, kernel, recurrent_kernel, bias = (draws(rng, *shape) for shape in shapes)
        small = [scale * weight for weight in (kernel, recurrent_kernel, bias)]
        small = [weight.astype(np.float32) for weight in small]
        return Case(group, (x_t, h_prev, *small, draws(rng, units), draws(rng, units), epsilon))

    by_hand = ([[1]], [[1, 2]], [[-1, 1]], [[1, 0], [0.5, 0.5]], [0, 1], [1, 2], [0, -1])
    return [
        Case("the example by hand", (*(array(values) for values in by_hand), 0.001)),
        case("several units", 3, 4, 6, 0.001),
        case("several units", 5, 2, 3, 0.02),
        case("sums that are nearly equal", 2, 3, 5, 0.01, scale=0.05),
    ]


@exercise(returns={"outputs": "B T U"})
def residual_stack(rng):
    def case(group, batch, steps, features, layers, units):
        inputs = [features] + [units] * (layers - 1)
        weights = [draw_layer(rng, d, units) for d in inputs]
        return Case(group, (draws(rng, batch, steps, features), weights))

    by_hand = [(array([[1]]), array([[1]]), array([-1])), (array([[2]]), array([[-1]]), array([0.1]))]
    return [
        Case("the example by hand", (array([[[1.5], [0]]]), by_hand)),
        case("features as many as units", B, T, 4, 3, 4),
        case("features as many as units", 1, 5, 3, 4, 3),  # one sequence
        case("other sizes", 2, 5, 3, 4, 6),
        case("other sizes", 4, 3, 5, 2, 2),
    ]
