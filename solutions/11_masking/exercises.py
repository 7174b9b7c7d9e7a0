"""Lesson 11: how the inputs of each exercise are drawn."""

import numpy as np

from helpers.grading.authoring import Case, choice, draws, exercise
from helpers.probes import LeakyCell


def array(values):
    return np.array(values, np.float32)


def ragged(rng, lengths, features):
    """Draw sequences of these lengths; the longest and the shortest are neither first nor last."""
    return [draws(rng, length, features, scale=5.0) for length in lengths]


@exercise(returns={"x": "N T D", "lengths": "N"})
def pad_to_longest(rng):
    by_hand = [array([[0.5], [1.5]]), array([[2.5], [3.5], [4.5]]), array([[5.5]])]
    more = int(rng.integers(22, 27))  # longer than any sequence of the notebook
    with_zeros = ragged(rng, [3, 5, 1, 2], 4)
    with_zeros[0][1, 2] = with_zeros[1][3] = 0.0  # real numbers, whatever they look like
    return [
        Case("the example by hand", (by_hand, -1)),
        Case("several features", (ragged(rng, [4, 2, 7, 5], 3), -1.0)),
        Case("another value", (ragged(rng, [6, 3, more, 2, 4], 2), 7)),
        Case("another value", (with_zeros, 0.25)),
        Case("one sequence", (ragged(rng, [4], 3), -2.0)),
    ]


def padded(rng, lengths, steps, features, value):
    """Draw x (B, T, D) and lengths. One feature of a real step has the padding's value, and one whole real step."""
    x = draws(rng, len(lengths), steps, features) + np.float32(value)
    for row, length in enumerate(lengths):
        x[row, length:] = value
    x[0, 0, 0] = x[1, 0, -1] = value
    x[1, 1] = 0.0  # a real step whose sum is the value
    x[1, 1, :2] = value + 1, -1
    x[2, 1] = value
    return x.astype(np.float32), np.array(lengths, np.int32), value


@exercise(returns={"by_length": "B T", "by_value": "B T"})
def two_masks(rng):
    by_hand = array([[[5, -1], [6, 7], [8, 9]], [[4, 3], [-1, -1], [-1, -1]]])
    one = draws(rng, 1, 5, 4)
    one[0, 3:] = one[0, 0, :2] = 2.0
    return [
        Case("the example by hand", (by_hand, np.array([3, 1], np.int32), -1.0)),
        Case("all steps needed", padded(rng, [4, 6, 3, 2, 5], 6, 3, -1.0)),
        Case("more padding than needed", padded(rng, [2, 5, 4, 1], 8, 2, 3.0)),
        Case("more padding than needed", padded(rng, [7, 3, 5], 9, 4, 0.0)),
        Case("one sequence", (one, np.array([3], np.int32), 2.0)),
    ]


def mask_of(rows):
    """Return a mask from texts: "##." is True, True, False."""
    return np.array([[letter == "#" for letter in row] for row in rows])


@exercise(returns={"outputs": "B T U", "state": "B U"})
def masked_rnn(rng):
    def case(group, rows, features, units):
        mask = mask_of(rows)
        cell = LeakyCell(draws(rng, features, units), draws(rng, units, units, scale=0.7), draws(rng, units))
        instances, steps = mask.shape
        return Case(group, (cell, draws(rng, instances, steps, features), mask, draws(rng, instances, units)))

    return [
        case("padding behind", ("###..", "#####", "#...."), 2, 4),
        case("padding behind", ("####..", "##....", "#####.", "####.."), 5, 3),
        case("padding in front", ("..####", "######", "...###", "....##"), 3, 7),
        case("holes", ("#.##..#", "##...#.", "####.##"), 4, 2),
        case("one sequence", (".##.#.",), 2, 3),
    ]


@exercise(returns={"per_sequence": "B", "overall": ""})
def masked_means(rng):
    def case(group, rows):
        mask = mask_of(rows)
        values = draws(rng, *mask.shape, scale=3.0) + np.float32(0.7)
        values[1, 3] = 0.0  # a real value that happens to be zero
        return Case(group, (values, mask))

    by_hand = (array([[1, 2, 6, 9, 9], [5, 9, 9, 9, 9]]), mask_of(("###..", "#....")))
    return [
        Case("the example by hand", by_hand),
        case("padding behind", ("###..", "#####", "#....", "##...")),
        case("padding anywhere", ("..#####", "#.##..#", "....###")),
        Case("one sequence", (draws(rng, 1, 6), mask_of((".##.#.",)))),
    ]


@exercise(returns={"outputs": "B T-1 D", "mask": "B T-1"})
def differences(rng):
    def case(group, rows, features):
        mask = mask_of(rows)
        return Case(group, (draws(rng, *mask.shape, features), mask))

    return [
        case("padding behind", ("###..", "#####", "#....", "##..."), 2),
        case("padding behind", ("####..", "######", "##...."), 1),
        case("padding anywhere", ("..####", "#.##.#", "...###", "##.###", "######"), 3),
        Case("no mask", (draws(rng, 3, 4, 2), None)),
    ]


@exercise(returns={"in_order, by_length": ""})
def padded_steps(rng):
    """Draw lengths at which every slip gives other numbers than the right ones; the last batch is sometimes short."""

    def separates(lengths, batch):
        def count(lengths):
            parts = [lengths[at : at + batch] for at in range(0, len(lengths), batch)]
            return sum(len(part) * max(part) - sum(part) for part in parts), parts

        in_order, parts = count(lengths)
        ranked, last = count(sorted(lengths))[0], count(sorted(lengths))[1][-1]
        backwards = count(sorted(lengths, reverse=True))[0]
        short = len(last) < batch
        return (
            in_order > ranked > 0
            and 3 < len(set(lengths)) < len(lengths)
            and count(sorted(set(lengths)))[0] != ranked
            and len(parts[-1]) * max(parts[-1]) > sum(parts[-1])
            and (not short or (backwards != ranked and len(last) * max(last) > sum(last)))
        )

    def drawn(group, count, batch):
        while True:
            lengths = [int(length) for length in rng.integers(2, 30, count)]
            if separates(lengths, batch):
                return Case(group, (lengths, batch))

    return [
        Case("the example by hand", ([5, 2, 3, 6, 4], 2)),
        drawn("full batches", 12, 4),
        drawn("full batches", 10, 5),
        drawn("a short last batch", 11, 3),
        drawn("a short last batch", 17, 5),
    ]


choice("find_the_bug")
