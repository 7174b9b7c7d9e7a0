"""Lesson 14: how the inputs of each exercise are drawn."""

import numpy as np

from helpers.grading.authoring import Case, choice, draws, exercise
from helpers.probes import TanhStep

X_MASKED, H_MASKED = "x_t = x_t * x_mask", "h_read = h * h_mask"


MEMORY, CANDIDATE = "c = c * mask_t + new", "c = c + new * mask_t"


def array(values):
    return np.array(values, np.float32)


def uniform(rng, *shape):
    """Draw uniform numbers in [0, 1), one from each of as many equal stretches: never all large or all small."""
    count = int(np.prod(shape))
    return ((rng.permutation(count) + rng.uniform(0.1, 0.9, count)) / count).reshape(shape).astype(np.float32)


def with_ties(u, rate):
    """Let the smallest number that is kept be the rate itself. Rates in eighths: the same in float32 and float64."""
    return np.where(u == u[u >= rate].min(initial=1), np.float32(rate), u)


@exercise(returns={"dropped": ""})
def dropout(rng):
    return [  # a large case first: it is asked twice, and who draws again must not get the same by chance
        Case("any shape", (draws(rng, 6, 9), with_ties(uniform(rng, 6, 9), 0.25), 0.25)),
        Case("the example by hand", (array([[1, 2, 3, 4]]), array([[0.1, 0.5, 0.9, 0.4]]), 0.5)),
        Case("any shape", (draws(rng, 2, 3, 7), with_ties(uniform(rng, 2, 3, 7), 0.75), 0.75)),
        Case("any shape", (draws(rng, 9), uniform(rng, 9), 0.4)),
        Case("nothing dropped", (draws(rng, 3, 2), array([[0.0, 0.7], [0.2, 0.9], [0.0, 0.4]]), 0.0)),
    ]


choice("which_rate")


def rows_differ(kept):
    """Whether no two rows are equal, and every row and every column holds both a kept and a dropped number."""
    mixed = all((kept.any(axis) & ~kept.all(axis)).all() for axis in (0, 1))
    return mixed and len(np.unique(kept, axis=0)) == len(kept)


@exercise(returns={"masks": "B T D"})
def masks_over_time(rng):
    def numbers(instances, steps, features, rate):
        while True:
            u = uniform(rng, instances, steps, features)
            u[:, 0] = with_ties(u[:, 0], rate)
            kept = u >= rate
            first, last = kept[:, 0], kept[:, -1]
            apart = all(not np.array_equal(first, other) for other in (last, kept.all(1), kept.any(1), kept[:, 1]))
            mean = u.mean(axis=1) >= rate
            apart &= not np.array_equal(first, mean) and not np.array_equal(mean, kept.any(1))
            if rows_differ(first) and apart and rows_differ(kept[0]):
                return u

    by_hand = array([[[0.2, 0.7], [0.9, 0.1], [0.5, 0.8]]])
    new, one = "a new mask at every step", "one mask for all steps"
    return [  # a large case first, as above
        Case(new, (numbers(3, 6, 4, 0.375), 0.375, False)),
        Case("the example by hand", (by_hand, 0.5, False)),
        Case("the example by hand", (by_hand, 0.5, True)),
        Case(new, (numbers(2, 4, 5, 0.25), 0.25, False)),
        Case(one, (numbers(3, 6, 4, 0.375), 0.375, True)),
        Case(one, (numbers(2, 4, 5, 0.625), 0.625, True)),
    ]


def mask(rng, rows, columns, rate):
    """Draw a scaled mask (rows, columns) with rows that differ and columns that are mixed."""
    while True:
        kept = rng.random((rows, columns)) >= rate
        if rows_differ(kept):
            return (kept / (1 - rate)).astype(np.float32)


@exercise(returns={"h_t": "B U"})
def dropout_step(rng):
    def case(group, batch, features, units, rates):
        shapes = ((batch, features), (batch, units), (features, units), (units, units), (units,))
        masks = mask(rng, batch, features, rates[0]), mask(rng, batch, units, rates[1])
        return Case(group, (*(draws(rng, *shape, scale=0.8) for shape in shapes), *masks))

    by_hand = ([[1, 3]], [[-1]], [[0.5], [1]], [[0.25]], [0.1], [[2, 0]], [[2]])
    return [  # a large case first, as above
        case("several units", 3, 4, 6, (0.5, 0.25)),
        Case("the example by hand", tuple(array(values) for values in by_hand)),
        case("other sizes", 4, 6, 3, (0.2, 0.6)),
        case("other sizes", 2, 3, 5, (0.4, 0.5)),
    ]


@exercise(returns={"states": "B T U"})
def run_with_dropout(rng):
    def case(group, batch, steps, features, units, training):
        step = TanhStep(*(draws(rng, *shape, scale=0.7) for shape in ((features, units), (units, units), (units,))))
        x, h0 = draws(rng, batch, steps, features), draws(rng, batch, units)
        masks = mask(rng, batch, features, 0.25), mask(rng, batch, units, 0.5)
        return Case(group, (step, x, h0, *masks, training))

    step = TanhStep(array([[1.0]]), array([[0.5]]), array([0.1]))
    by_hand = (step, array([[[0.2], [0.4]]]), array([[0.5]]), array([[2]]), array([[0]]))
    return [  # a large case first: by hand, a mask of 0 makes many mistakes look alike
        case("training", 3, 5, 4, 6, True),
        Case("the example by hand", (*by_hand, True)),
        Case("the example by hand", (*by_hand, False)),
        case("training", 2, 4, 3, 5, True),
        case("inference", 3, 5, 4, 6, False),
        case("inference", 2, 4, 3, 7, False),
    ]


@exercise(returns={"memories": "B T U"})
def carry(rng):
    def case(group, batch, steps, units, rate, drop):
        while True:
            kept = rng.random((batch, steps, units)) >= rate
            if rows_differ(kept[:, 0]) and rows_differ(kept[0]):
                break
        masks = (kept / (1 - rate)).astype(np.float32)
        return Case(group, (draws(rng, batch, units), draws(rng, batch, steps, units), masks, drop))

    by_hand = array([[1]]), array([[[0.5], [0.5], [0.5]]]), array([[[2], [0], [2]]])
    memory, candidate = "drop the memory", "drop the candidates"
    return [
        Case("the example by hand", (*by_hand, "memory")),
        Case("the example by hand", (*by_hand, "candidate")),
        case(memory, 3, 5, 4, 0.3, "memory"),
        case(memory, 2, 4, 6, 0.5, "memory"),
        case(candidate, 3, 5, 4, 0.3, "candidate"),
        case(candidate, 2, 4, 6, 0.5, "candidate"),
    ]


choice("find_the_bug")
