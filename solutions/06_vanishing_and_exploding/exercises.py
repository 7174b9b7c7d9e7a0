"""Lesson 06: how the inputs of each exercise are drawn."""

import numpy as np

from helpers.grading.authoring import Case, choice, draws, exercise

# All different, and different from the notebook's own 4, 50, 3, 32: no wrong shape looks right.
B, T, U = 3, 6, 5


@exercise(returns={"norms": "T"})
def gradient_norms(rng):
    by_hand = (
        np.array([[2.0]], np.float32),
        np.array([[[0.5], [0.8], [0.6]]], np.float32),
        np.array([[1.0]], np.float32),
    )
    return [
        Case("the example by hand", by_hand),
        Case("several units", (draws(rng, U, U), draws(rng, B, T, U, scale=0.9), draws(rng, B, U))),
        Case("any length", (draws(rng, 7, 7), draws(rng, 2, 9, 7, scale=0.9), draws(rng, 2, 7))),
        Case("any length", (draws(rng, 4, 4), draws(rng, 5, 1, 4, scale=0.9), draws(rng, 5, 4))),
        Case("any length", (draws(rng, 4, 4), draws(rng, 1, 8, 4, scale=0.9), draws(rng, 1, 4))),
    ]


@exercise(returns={"scaled": "U U"})
def scale_to_radius(rng):
    by_hand = np.array([[0.5, 1.0], [0.0, -2.0]], np.float32)
    complex_pair = np.array([[0.1, -1.5, 0.0], [1.5, 0.1, 0.0], [0.4, 0.3, 0.7]], np.float32)  # radius 1.503
    return [
        Case("the example by hand", (by_hand, 0.8)),
        Case("any matrix", (draws(rng, U, U), 1.25)),
        Case("any matrix", (draws(rng, 7, 7, scale=0.1), 0.8)),
        Case("complex eigenvalues", (complex_pair, 0.9)),
    ]


choice("radius_with_tanh")


@exercise(returns={"orthogonal": "U U"}, atol=1e-4)
def make_orthogonal(rng):
    def matrix(units):  # far from singular, so that rounding stays small
        return draws(rng, units, units) + 2 * np.eye(units, dtype=np.float32)[rng.permutation(units)]

    by_hand = np.array([[3.0, 1.0], [4.0, 2.0]], np.float32)
    return [
        Case("the example by hand", (by_hand, 1.0)),
        Case("any matrix", (matrix(U), 1.0)),
        Case("any matrix", (matrix(7), 1.0)),
        Case("another gain", (matrix(4), 1.4)),
    ]


@exercise(returns={"clipped": "", "norm": ""})
def clip_by_global_norm(rng):
    def gradients(scale):
        return [np.asarray(scale * draws(rng, *shape), np.float32) for shape in ((2, U), (U, U), (U,), ())]

    by_hand = [np.array(g, np.float32) for g in ([2.0, 2.0], [-1.0], [4.0])]
    return [
        Case("above the limit", (by_hand, 2.0)),
        Case("above the limit", (gradients(1.5), 3.0)),
        Case("above the limit", (gradients(20), 0.7)),
        Case("below the limit", (by_hand, 10.0)),
        Case("below the limit", (by_hand, 5.2)),  # hardly
        Case("below the limit", (gradients(0.05), 2.5)),
        Case("below the limit", (gradients(0.4), 4.0)),  # longer than 1
        Case("below the limit", (gradients(0.1), 0.9)),
        Case("gradients of zero", ([np.zeros((3, 4), np.float32), np.zeros(4, np.float32)], 0.5)),
    ]


@exercise(returns={"free": "w,b", "clipped": "w,b"})
def cliff_step(rng):
    def case(group, size, learning_rate, limit):
        point, gradient = np.array([5.0, -2.5]) + 0.3 * draws(rng, 2), size * draws(rng, 2).astype(np.float64)
        return Case(group, (point, gradient, learning_rate, limit))

    by_hand = (np.array([5.0, -2.5]), np.array([30.0, 40.0]), 0.1, 2.0)
    return [
        Case("on the wall", by_hand),
        case("on the wall", 70.0, 0.25, 1.6),
        case("on the wall", 9.0, 0.04, 0.8),
        # Of different signs, with a sum that is above the limit, too.
        Case("on the wall", (np.array([5.2, -2.6]), np.array([60.0, -25.0]), 0.15, 1.4)),
        case("on the plain", 0.3, 0.2, 2.0),
        case("on the plain", 0.1, 0.5, 2.6),  # below learning_rate * limit
        Case("on the plain", (np.array([4.7, -2.2]), np.array([1.2, -1.6]), 0.3, 2.3)),  # hardly below the limit
        Case("on the plain", (np.array([4.2, -2.1]), np.zeros(2), 0.3, 0.9)),
    ]


choice("find_the_bug")
