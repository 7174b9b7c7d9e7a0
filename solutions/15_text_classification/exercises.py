"""Lesson 15: how the inputs of each exercise are drawn."""

from collections import Counter
from itertools import pairwise

import numpy as np

from helpers.grading.authoring import Case, draws, exercise

WORDS = ["the", "whale", "of", "sea", "and", "ship", "her", "very", "mr", "moor", "i", "dog"]


def array(values):
    return np.array(values, np.float32)


def whole(values, dtype=np.int64):
    return np.array(values, dtype)


def cut(rng, tokens, lengths):
    """Shuffle tokens and cut them into texts of these lengths; what is left goes to the last."""
    tokens = [str(token) for token in rng.permutation(tokens)]
    ends = np.cumsum(lengths)
    return [tokens[start:end] for start, end in zip([0, *ends], [*ends, len(tokens)], strict=True)]


@exercise(returns={"ids": "N T"})
def encode(rng):
    def case(group, known, strange, often, texts, size, length):
        """Tokens of unequal frequency, and texts in which others are frequent; redrawn until no known slip is right."""
        while True:
            known, counts = list(rng.permutation(known)), list(often)
            train = cut(rng, np.repeat(known, counts), [2, 0, 5, 3, 7, 4])
            others = cut(rng, [*np.repeat(strange, [often[0], 5]), *known, *known[-2:]], texts)
            first = list(dict.fromkeys(token for text in train for token in text))
            in_texts = Counter(token for text in train for token in dict.fromkeys(text)).most_common()
            with_leak = Counter(token for text in train + others for token in text).most_common()
            alone = Counter(token for text in others for token in text).most_common()
            right = known[: size - 2]
            by = [[token for token, _ in found[: size - 2]] for found in (in_texts, with_leak, alone)]
            wrong = [*by, first[: size - 2], sorted(known)[: size - 2], known[::-1][: size - 2]]
            long = [text for text in others if len(text) > length]
            met = all(set(text[:length]) - set(right) and set(text[:length]) & set(right) for text in long)
            apart = all(text[:length] != text[-length:] for text in long)
            if all(right != other for other in wrong) and long and met and apart:
                return Case(group, (train, others, size, length))

    by_hand = [list("anna"), list("nan")], [list("anton"), list("na")], 4, 6
    return [
        Case("the example by hand", by_hand),
        case("letters", list("abcdefg"), list("yz"), [11, 9, 7, 5, 4, 3, 1], [3, 7, 1], 6, 6),
        case("letters", list("mnopqr"), list("xy"), [12, 9, 8, 6, 4, 2], [8, 0, 2], 5, 5),
        case("words", WORDS[:7], WORDS[-2:], [13, 10, 8, 5, 4, 3, 2], [4, 9, 1], 7, 7),
    ]


@exercise(returns={"counts": "B V"})
def bag(rng):
    def case(group, lengths, longest, size):
        """Texts of unequal length with repeated ids, of which each occurs somewhere but the largest."""
        while True:
            rows = [rng.integers(1, size - 1, length).tolist() + [0] * (longest - length) for length in lengths]
            counts = np.stack([np.bincount(row, minlength=size) for row in rows])
            if (
                counts[:, 1].any()
                and counts[:, 1:].max() > 2
                and len({tuple(row) for row in counts.tolist()}) == len(rows)
            ):
                return Case(group, (whole(rows, np.int32), size))  # as tf.range gives

    return [
        Case("the example by hand", (whole([[3, 2, 1, 3, 0, 0], [2, 2, 0, 0, 0, 0]], np.int32), 5)),
        case("texts of different lengths", [4, 9, 6], 9, 6),
        case("texts of different lengths", [7, 3, 1, 5], 8, 5),
        case("no padding", [6, 6], 6, 7),
    ]


@exercise(returns={"dtable": "V D"})
def embedding_gradient(rng):
    def case(group, batch, steps, size, features):
        """Every batch repeats an id within a text and across texts, holds padding, and leaves an id out."""
        while True:
            ids = rng.integers(1, size, (batch, steps))
            ids[0, -2:] = 0
            found = Counter(ids[ids > 0].tolist())
            texts = Counter(i for row in ids.tolist() for i in set(row) - {0})
            across = batch == 1 or max(texts.values()) > 1
            if len(found) < size - 1 and size - 1 in found and any(found[i] > texts[i] for i in found) and across:
                return Case(group, (ids, draws(rng, batch, steps, features), size))

    by_hand = whole([[2, 3, 2]]), array([[[1, 10], [2, 20], [4, 40]]]), 5
    return [
        Case("the example by hand", by_hand),
        case("any batch", 3, 5, 9, 4),
        case("any batch", 4, 6, 11, 3),
        case("one text", 1, 7, 8, 2),
    ]


@exercise(
    returns={"loss": "", "accuracy": "", "what is shown": "batch figure", "new weights": ""},
)
def run_epoch(rng):
    def case(group, sizes, steps, size, features, classes):
        """Most of the texts are told right at first, none of the last batch: no mean of means is that of all."""
        weights = [
            draws(rng, size, features, scale=2),
            draws(rng, features, classes, scale=1.5),
            draws(rng, classes, scale=0.3),
        ]
        batches = []
        for number, batch in enumerate(sizes):
            ids = rng.integers(0, size, (batch, steps))
            told = (weights[0][ids].mean(axis=1) @ weights[1] + weights[2]).argmax(axis=1)
            wrong = batch if number == len(sizes) - 1 else 1 + number % 2
            told[:wrong] = (told[:wrong] + rng.integers(1, classes, wrong)) % classes
            batches.append((whole(ids), whole(told)))
        return Case(group, (weights, batches))

    return [
        case("a smaller last batch", (7, 7, 3), 4, 9, 5, 6),
        case("a smaller last batch", (5, 5, 5, 2), 6, 8, 7, 4),
        case("batches of one size", (5, 5, 5), 4, 9, 6, 3),
    ]


def stopped(losses, patience):
    best = 0
    for epoch, loss in enumerate(losses):
        if loss < losses[best]:
            best = epoch
        elif epoch - best >= patience:
            return epoch, best
    return len(losses) - 1, best


@exercise(returns={"last": "", "best": ""})
def stop_early(rng):
    def case(group, patience, fits):
        """Losses that fall, rise and fall again, with two decimals."""
        while True:
            epochs = int(rng.integers(8, 14))
            losses = (1.5 - 0.08 * np.arange(epochs) + rng.normal(0, 0.15, epochs)).round(2)
            last, best = stopped(losses, patience)
            if len(set(losses)) == epochs and fits(losses.tolist(), last, best, epochs):
                return Case(group, (losses.tolist(), patience))

    def dips_later(losses, last, best, epochs):
        """It stops, after a rise that was no stop, and the lowest loss of all would have come later."""
        rises = sum(later > earlier for earlier, later in pairwise(losses[: last + 1]))
        falls = any(losses[epoch] < losses[epoch - 1] for epoch in range(best + 1, last + 1))  # and yet no new best
        begins = losses[1] > losses[0]  # the highest is not the first
        ends = 3 < last < epochs - 2 and min(losses) < losses[best]
        return begins and ends and best > 1 and rises > last - best and falls

    def to_the_end(losses, last, best, epochs):
        rises = sum(later > earlier for earlier, later in pairwise(losses))
        return last == epochs - 1 and 1 < best < last and rises > 3

    def soon(losses, last, best, epochs):
        return 2 < last < epochs - 2 and min(losses) < losses[best]

    def equal(patience):
        """A loss that comes a second time is no better."""
        low, high = sorted(rng.uniform(0.4, 1.2, 2).round(2).tolist())
        return [high + 0.5, low, low + 0.1, low, *([low + 0.2] * patience), low - 0.1]

    return [
        Case("the example by hand", ([0.9, 0.7, 0.8, 0.6, 0.65, 0.7, 0.5], 2)),
        case("it stops", 2, dips_later),
        case("it stops", 3, dips_later),
        case("it runs to the end", 4, to_the_end),
        Case("the same loss twice", (equal(3), 3)),
        case(
            "patience of one",
            1,
            lambda losses, last, best, epochs: 2 < last < epochs - 2 and min(losses) < losses[best],
        ),
    ]


def layer(rng, features, units):
    return [draws(rng, *shape, scale=0.7) for shape in ((features, units), (units, units), (units,))]


@exercise(returns={"outputs": "B U"})
def two_cells(rng):
    def case(group, batches, steps, features, units, training):
        weights = layer(rng, features, units[0]), layer(rng, *units)
        return Case(group, (*weights, [draws(rng, batch, steps, features) for batch in batches], training))

    ones = [array([[1]]), array([[0.5]]), array([0])], [array([[2]]), array([[-1]]), array([0.1])]
    return [
        case("training", (4, 4, 4), 5, 6, (5, 3), True),
        Case("the example by hand", (*ones, [array([[[1], [0]]])], False)),
        case("training", (3, 3), 4, 5, (3, 4), True),
        case("inference", (3, 3, 3), 5, 4, (4, 6), False),
        case("batches of different sizes", (4, 2), 3, 4, (5, 3), False),
        case("batches of different sizes", (1, 3), 4, 3, (4, 5), False),
    ]


@exercise(returns={"logits": "B C"})
def head(rng):
    def case(group, batch, layers, hidden, classes, training=False):
        """``layers`` has a number of units for each layer of a GRU, a pair of them for each of an LSTM."""
        states, joined = [], 0
        for units in layers:
            pair = isinstance(units, tuple)
            parts = [draws(rng, batch, part) for part in (units if pair else (units,))]
            states.append(parts if pair else parts[0])
            joined += sum(part.shape[1] for part in parts)
        dense = [
            (draws(rng, rows, columns), draws(rng, columns)) for rows, columns in ((joined, hidden), (hidden, classes))
        ]
        return Case(group, (states, *dense, training))

    by_hand = (
        [array([[1]]), array([[-2]])],
        (array([[2, -1], [1, 1]]), array([0.5, 0])),
        (array([[2, -1, 4], [1, 1, 1]]), array([0, 1, -3])),
        False,
    )
    return [
        Case("the example by hand", by_hand),
        case("states of GRUs", 4, (2, 3), 7, 6),
        case("states of GRUs", 3, (3, 2, 5), 8, 4),
        case("states of LSTMs", 5, ((2, 2), (3, 3)), 8, 4),
        case("states of LSTMs", 1, ((4, 4), (2, 2)), 9, 7),
        case("training", 5, (4, 3), 8, 6, training=True),
        case("training", 4, ((2, 2), (3, 3)), 9, 5, training=True),
    ]


@exercise(returns={"precision": "C", "recall": "C", "f1": "C", "macro_f1": "", "micro_f1": ""})
def scores(rng):
    def case(group, sizes, never=None, beyond=0):
        """Classes of unequal size, about two thirds right; one may be answered never, one without texts.

        beyond: how many classes come behind these that have neither texts nor answers.
        """
        while True:
            truth = rng.permutation(np.repeat(np.arange(len(sizes)), sizes))
            answers = np.where(rng.random(len(truth)) < 0.65, truth, rng.integers(0, len(sizes), len(truth)))
            if never is not None:
                answers[answers == never] = (never + 1) % len(sizes)
            table = np.zeros((len(sizes), len(sizes)), int)
            np.add.at(table, (truth, answers), 1)
            others = [i for i, size in enumerate(sizes) if i != never and size]
            right, told, there = np.diag(table)[others], table.sum(0)[others], table.sum(1)[others]
            differ = (abs(right / told - right / there) > 0.03).all()
            called = table.sum(0)[np.array(sizes) == 0]  # a class without texts is answered all the same
            if (right > 0).all() and (called > 0).all() and differ and (table != table.T).any():
                return Case(group, (whole(truth, np.int32), whole(answers, np.int32), len(sizes) + beyond))

    # Whole numbers of 32 bits, as tf.range gives: an answer may compare with them.
    by_hand = whole([0, 0, 0, 0, 1, 1, 1], np.int32), whole([0, 0, 0, 1, 1, 0, 0], np.int32), 2
    return [
        Case("the example by hand", by_hand),
        case("all classes", [20, 9, 14]),
        case("all classes", [7, 25, 12, 16]),
        case("a class that is never answered", [12, 20, 8, 15], never=2),
        case("a class without texts", [13, 0, 21, 9]),
        case("a class without texts", [11, 18, 8], beyond=1),
    ]
