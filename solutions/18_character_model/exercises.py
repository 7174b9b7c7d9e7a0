"""Lesson 18: how the inputs of each exercise are drawn."""

import numpy as np

from helpers.grading.authoring import Case, draws, exercise
from helpers.probes import Chooser, ChunkLoss, NextStep


def array(values):
    return np.array(values, np.float32)


def whole(values):
    return np.array(values, np.int64)


@exercise(returns={"x": "N B T", "y": "N B T"})
def streams(rng):
    def case(group, batch, steps, chunks, left):
        """Ids that do not repeat, so that no piece is taken for another; ``left`` of them are left over."""
        length = batch * steps * chunks + 1 + left
        return Case(group, (rng.permutation(length + 20)[:length].astype(np.int64), batch, steps))

    return [
        case("ids left over", 3, 4, 9, 7),  # the first case is asked twice: nine chunks hardly come in one order twice
        Case("the example by hand", (np.arange(14, dtype=np.int64), 2, 3)),
        case("ids left over", 2, 5, 3, 9),
        case("ids left over", 5, 2, 4, 9),
        case("nothing left over", 4, 3, 5, 0),
        case("as long as the chunks, without a last target", 3, 4, 2, 11),
        case("one row", 1, 4, 3, 2),
    ]


@exercise(returns={"losses": "E N", "state": "B U"})
def run_epochs(rng):
    def case(group, rows, steps, chunks, units, size, epochs):
        shapes = ((size, units), (units, units), (units, size))
        step = ChunkLoss(*(draws(rng, *shape) for shape in shapes))
        ids = rng.integers(size, size=(chunks, rows, steps + 1))
        return Case(group, (step, ids[:, :, :-1], ids[:, :, 1:], draws(rng, rows, units), epochs))

    return [
        case("one epoch", 3, 4, 5, 2, 7, 1),
        case("several epochs", 4, 3, 5, 6, 8, 2),
        case("several epochs", 2, 5, 4, 3, 9, 3),
        case("one row", 1, 3, 4, 5, 6, 2),
    ]


@exercise(returns={"bits": "", "perplexity": ""})
def bits_and_perplexity(rng):
    def case(group, rows, steps, size, shift=0.0):
        """What came is likely at some steps and unlikely at others; the first row is foreseen worse than the rest."""
        logits = draws(rng, rows, steps, size, scale=2.5)
        y = rng.integers(size, size=(rows, steps))
        y[1:, 0] = logits[1:, 0].argmax(axis=-1)
        y[0] = logits[0].argmin(axis=-1)
        return Case(group, (logits + np.float32(shift), y))

    by_hand = np.log(array([[[1 / 2, 1 / 4, 1 / 8, 1 / 8]] * 2]))
    return [
        Case("the example by hand", (by_hand, whole([[0, 2]]))),
        case("several rows", 3, 4, 6),
        case("several rows", 4, 3, 7),
        case("one row", 1, 5, 4),
        case("large logits", 2, 5, 6, shift=800.0),
    ]


@exercise(returns={"probabilities": "B V"})
def temper(rng):
    def logits(rows, size):
        return draws(rng, rows, size, scale=2.0) + draws(rng, rows, size)

    by_hand = np.log(array([[1 / 2, 1 / 4, 1 / 4]]))
    offsets = array([[900.0], [-900.0], [0.0]])
    return [
        Case("the example by hand", (by_hand, 0.5)),
        Case("below 1", (logits(3, 5), 0.6)),
        Case("below 1", (logits(4, 6), 0.35)),
        Case("above 1", (logits(2, 7), 1.7)),
        Case("above 1", (logits(5, 4), 2.6)),
        Case("one row", (logits(1, 6), 0.8)),
        Case("large logits", (logits(3, 6) + offsets, 0.7)),
        Case("large logits", (logits(3, 4) + offsets[::-1], 1.4)),
    ]


def distributions(rng, rows, size):
    """Draw probabilities (rows, size) of which no two are near each other, the likeliest at different places."""
    while True:
        shares = rng.dirichlet(np.full(size, 1.3), rows)
        gaps = np.diff(np.sort(shares, axis=1), axis=1)
        places = shares.argmax(axis=1)
        apart = rows == 1 or len(set(places.tolist())) > 1
        if gaps.min() > 0.01 and shares.min() > 0.01 and apart and (places != 0).all() and (places != size - 1).all():
            return shares.astype(np.float32)


@exercise(returns={"probabilities": "B V"})
def top_k(rng):
    ties = array([[0.2, 0.4, 0.2, 0.2], [0.125, 0.125, 0.5, 0.25], [0.3, 0.1, 0.3, 0.3]])
    return [
        Case("the example by hand", (ties[:1], 2)),
        Case("no two alike", (distributions(rng, 3, 6), 2)),
        Case("no two alike", (distributions(rng, 4, 7), 3)),
        Case("no two alike", (distributions(rng, 2, 5), 4)),
        Case("no two alike", (distributions(rng, 1, 6), 3)),
        Case("the likeliest alone", (distributions(rng, 3, 5), 1)),
        Case("equally likely ones", (ties[1:], 3)),
        Case("equally likely ones", (ties[[2, 0]], 2)),
    ]


@exercise(returns={"probabilities": "B V"})
def top_p(rng):
    def case(group, rows, size):
        """A p that is not near any sum, and for which the sets have different sizes in the rows."""
        while True:
            shares, p = distributions(rng, rows, size), round(float(rng.uniform(0.45, 0.85)), 2)
            sums = np.cumsum(-np.sort(-shares, axis=1), axis=1)
            sizes = 1 + (sums < p).sum(axis=1)
            unsorted = 1 + (np.cumsum(shares, axis=1) < p).sum(axis=1)
            differ = (rows == 1 or len(set(sizes.tolist())) > 1) and any(unsorted != sizes)
            if abs(sums - p).min() > 0.01 and differ and sizes.min() > 1 and sizes.max() < size:
                return Case(group, (shares, p))

    eighths = array([[0.125, 0.5, 0.125, 0.25], [0.25, 0.125, 0.125, 0.5]])
    return [
        Case("the example by hand", (eighths[:1], 0.75)),
        case("the sum passes p", 3, 6),
        case("the sum passes p", 4, 5),
        case("the sum passes p", 1, 7),
        Case("the sum is p", (eighths, 0.75)),
        Case("the sum is p", (eighths[::-1], 0.5)),
        Case("the likeliest is enough", (eighths, 0.3)),
        Case("equally likely ones", (eighths, 0.8)),
    ]


@exercise(returns={"ids": "length", "extra steps": ""})
def generate(rng):
    def case(group, size, units, prefix, length):
        """A writer whose next id depends on all it has read: other histories give other ids, at once and later."""
        while True:
            recurrent, output = draws(rng, units, units, scale=0.8), draws(rng, units, size, scale=2.0)
            step = NextStep(draws(rng, size, units, scale=0.8), recurrent, output)
            choose, state = Chooser(draws(rng, size)), draws(rng, 1, units)
            start = [int(i) for i in rng.permutation(size)[:prefix]]
            if separates(step, choose, start, state, length):
                return Case(group, (step, choose, start, state, length))

    return [
        case("a longer prefix", 9, 4, 5, 6),
        case("a longer prefix", 8, 5, 3, 8),
        case("one id", 7, 3, 1, 7),
        case("a short answer", 8, 6, 4, 2),
    ]


def written(step, choose, read, state, length, greedy=False):
    """The ids that are written after reading some, and the states on the way."""
    for token in read:
        logits, state = step(token, state)
    ids = []
    for _ in range(length):
        ids.append(int(np.argmax(logits)) if greedy else choose(logits))
        logits, state = step(ids[-1], state)
    return ids


def separates(step, choose, start, state, length):
    ids = written(step, choose, start, state, length)
    zeros, n = np.zeros_like(state), length
    alone, fresh = [], start[-1]
    for _ in range(n):  # a state that is forgotten after every id
        alone.append(written(step, choose, [fresh], state, 1)[0])
        fresh = alone[-1]
    others = [
        alone,
        written(step, choose, start, zeros, n),
        written(step, choose, start, state, n, greedy=True),
        written(step, choose, [*start, start[-1]], state, n),
        written(step, choose, start, state, n + 1)[1:],
    ]
    if len(start) > 1:
        others += [written(step, choose, read, state, n) for read in (start[-1:], start[:1], start[::-1], start[:-1])]
    return len(set(ids)) > 1 and all(other != ids for other in others)


@exercise(returns={"length": "", "passage": ""})
def longest_copy(rng):
    def letters(count):
        return "".join(rng.choice(list("abcdefghij"), count))

    def planted(group, before, copy, behind, training_before, training_behind, first=None):
        """A copy in the middle of both texts; ``first``: a shorter one that stands before it."""
        training = letters(training_before) + copy + letters(training_behind) + (first or "")
        text = (first or "") + "XY" + letters(before) + "Z" + copy + "W" + letters(behind)
        return Case(group, (text, training))

    word = "".join(rng.choice(list("klmnopqrst"), 12))
    first, second, third = word[:4], word[4:8], word[8:]
    return [
        Case("the example by hand", ("the sea, the ship", "a ship on the sea")),
        planted("in the middle", 20, word, 15, 30, 40),
        planted("in the middle", 12, f"{word[:4]} {word[4:8]}, {word[8:]}", 18, 25, 20, first=word[:7]),
        Case("in the middle", (f"X{word[:10]}Y", f"{letters(9)}{word[:6]}{letters(9)}{word[3:10]}{letters(9)}")),
        Case("at an end", (letters(5) + "X" + word, word + letters(30))),
        Case("at an end", (word + "X" + letters(6), letters(30) + word)),
        Case("equally long ones", (f"X{first}Y{second}Z{third}", f"{second}{letters(9)}{third}.{first}")),
        Case("capitals and blanks", (f"{word[:3]}{word[3:7].upper()}{word[7:]}", letters(9) + word)),
        Case("capitals and blanks", (f"{word[:5]} {word[5:8]} {word[8:]}", word + letters(9))),
        Case("capitals and blanks", (f"XY {word[:6]}\nZ", f"{letters(9)} {word[:6]}\n{letters(9)}")),
        Case("all or nothing", (word, letters(20) + word + letters(5))),
        Case("all or nothing", ("XYZXY", letters(30))),
    ]
