"""Lesson 09: how the inputs of each exercise are drawn."""

import numpy as np

from helpers.grading.authoring import Case, choice, draws, exercise


def step_inputs(rng, instances, features, units):
    """Draw x_t, h_prev, c_prev, kernel, recurrent kernel and bias of one step."""
    return (
        draws(rng, instances, features),
        draws(rng, instances, units, scale=0.8),
        draws(rng, instances, units, scale=1.6),
        draws(rng, features, 4 * units),
        draws(rng, units, 4 * units, scale=0.7),
        draws(rng, 4 * units),
    )


BY_HAND = tuple(
    np.array(numbers, np.float32)
    for numbers in ([[1.0]], [[0.5]], [[2.0]], [[1, 2, 1, 0]], [[-2, 0, 1, 2]], [0, -1, -1, -2])
)


@exercise(returns={"h_t": "B U", "c_t": "B U"})
def lstm_step(rng):
    return [
        Case("the example by hand", BY_HAND),
        Case("several units", step_inputs(rng, 3, 2, 5)),
        Case("several units", step_inputs(rng, 2, 7, 3)),
    ]


choice("how_many")


@exercise(returns={"c_t": "B U", "h_t": "B U"}, rtol=1e-2, atol=2e-2)
def gate_bias(rng):
    def case(behaviour, instances, units):
        return Case(behaviour, (behaviour, units, draws(rng, instances, units), draws(rng, instances, units, scale=2)))

    return [
        case("remember", 2, 3),
        case("remember", 3, 1),
        case("add", 3, 5),
        case("add", 2, 1),
        case("erase", 3, 2),
        case("erase", 2, 5),
        case("overwrite", 2, 4),
        case("overwrite", 2, 6),
    ]


@exercise(returns={"bias": ""})
def memory_bias(rng):
    drawn = [
        (round(float(share), 3), int(steps))
        for share, steps in zip(rng.uniform(0.1, 0.8, 3), rng.integers(5, 60, 3), strict=True)
    ]
    return [
        Case("the example by hand", (0.5, 2)),
        *(Case("any share", pair) for pair in drawn),
        Case("one step", (0.3, 1)),
    ]


@exercise(returns={"h_t": "B U", "c_t": "B U"})
def peephole_step(rng):
    by_hand = (*BY_HAND, np.array([[1.0], [-0.5], [2.0]], np.float32))
    return [
        Case("the example by hand", by_hand),
        Case("several units", (*step_inputs(rng, 4, 2, 5), draws(rng, 3, 5))),
        Case("several units", (*step_inputs(rng, 2, 4, 7), draws(rng, 3, 7, scale=0.8))),
    ]


@exercise(returns={"kernel": "D 4U", "recurrent_kernel": "U 4U", "bias": "4U"})
def keras_weights(rng):
    def case(group, features, units, forget_bias):
        matrix, bias = draws(rng, features + units, 4 * units), draws(rng, 4 * units)
        return Case(group, (matrix, bias, features, forget_bias))

    by_hand = (np.array([[1, 2, 3, 4], [5, 6, 7, 8]], np.float32), np.array([0.1, 0.2, 0.3, 0.4], np.float32), 1, 1.0)
    return [
        Case("the example by hand", by_hand),
        case("any size", 2, 5, 1.0),
        case("any size", 7, 3, 1.0),
        case("another forget bias", 4, 2, 0.0),
        case("another forget bias", 3, 4, 2.5),
    ]


choice("find_the_bug")
