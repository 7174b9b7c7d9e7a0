"""Lesson 17: how the inputs of each exercise are drawn."""

import numpy as np

from helpers.grading.authoring import Case, choice, draws, exercise
from helpers.probes import DecoderStep

END_BY_HAND, A, B = 2, 3, 4  # the ids of the tree in the page


def array(values):
    return np.array(values, np.float32)


@exercise(returns={"inputs": "B S", "targets": "B S"})
def decoder_arrays(rng):
    def case(group, lengths, start, end):
        """Answers of these lengths, without the marks' ids; each ends in another id than it begins with."""
        words = [word for word in range(3, 40) if word not in (start, end)]
        return Case(group, ([[int(word) for word in rng.permutation(words)[:n]] for n in lengths], start, end))

    return [
        Case("the example by hand", ([[7, 4, 9], [5]], 1, 2)),
        case("answers of several lengths", [4, 2, 6, 3], 1, 2),
        case("answers of several lengths", [3, 5, 1], 41, 40),
        case("an answer of nothing", [3, 0, 2, 4, 1], 2, 1),
        case("one answer", [5], 1, 2),
    ]


@exercise(returns={"h": "B 2*U", "c": "B 2*U"})
def join_states(rng):
    def case(group, batch, units):
        return Case(group, ([draws(rng, batch, units) for _ in range(4)],))

    by_hand = [array([[1]]), array([[10]]), array([[2]]), array([[20]])]
    return [
        Case("the example by hand", (by_hand,)),
        case("several sequences", 3, 5),
        case("several sequences", 5, 2),
        case("one sequence", 1, 4),
    ]


@exercise(returns={"loss": ""})
def masked_loss(rng):
    def case(group, lengths, steps, size):
        lengths = np.array(lengths)
        targets = np.where(np.arange(steps) < lengths[:, None], rng.integers(1, size, (len(lengths), steps)), 0)
        return Case(group, (draws(rng, len(lengths), steps, size, scale=3.0), targets.astype(np.int64)))

    thirds = array([[[0, 0, 0], [np.log(2), 0, 0]], [[0, np.log(2), 0], [9, 0, 0]]])
    return [
        Case("the example by hand", (thirds, np.array([[1, 2], [1, 0]], np.int64))),
        case("ragged answers", [4, 1, 6], 6, 5),
        case("ragged answers", [2, 5, 3, 7], 8, 4),
        case("nothing padded", [4, 4], 4, 7),
        case("one answer", [3], 5, 6),
    ]


def decoder(rng, size, units, spread=2.0):
    shapes = ((size, units), (units, units), (units, size), (size,))
    return DecoderStep(*(draws(rng, *shape, scale=spread) for shape in shapes))


def greedy_walk(step, state, start, end, limit):
    """Return the tokens of the greedy answer, with its end mark, and how close the closest choice was."""
    token, tokens, margin = start, [], np.inf
    while len(tokens) < limit and token != end:
        logs, state = step.follow(token, state)
        first, second = np.sort(logs)[::-1][:2]
        token, margin = int(np.argmax(logs)), min(margin, first - second)
        tokens.append(token)
    return tokens, margin


def walk_case(rng, group, wanted, size, units, limit, ends=True):
    """A decoder whose greedy answer has ``wanted`` tokens, of several kinds, and ends with the end mark, or not.

    Without the limit the end mark would come, some tokens later: who forgets the limit does not wait for ever.
    """
    while True:
        step, state = decoder(rng, size, units), draws(rng, units)
        start, end = (int(mark) for mark in rng.permutation(size)[:2])
        tokens, margin = greedy_walk(step, state, start, end, limit)
        fits = len(tokens) == wanted and (tokens[-1] == end) == ends and margin > 0.05
        whole = tokens if ends else greedy_walk(step, state, start, end, 3 * limit)[0]
        if fits and (wanted < 3 or len(set(tokens)) > 2) and whole[-1] == end and len(whole) != limit + 1:
            return Case(group, (step, state, start, end, limit))


TREE = {  # probabilities of the next token behind each: 0, start, end, "a", "b"
    0: [0.2, 0.2, 0.2, 0.2, 0.2],
    1: [0.0, 0.0, 0.0, 0.6, 0.4],
    2: [0.0, 0.0, 1.0, 0.0, 0.0],
    A: [0.0, 0.0, 0.3, 0.3, 0.4],
    B: [0.0, 0.0, 0.7, 0.2, 0.1],
}


def tree():
    """The small decoder of the page: what follows depends on the last token alone, with the probabilities of TREE."""
    return DecoderStep(
        array(20 * np.eye(5)),  # tanh(20) is 1: the state says which token was last
        array(np.zeros((5, 5))),
        array([np.log(np.maximum(row, 1e-9)) for row in TREE.values()]),
        array(np.zeros(5)),
    )


@exercise(returns={"tokens": "S"})
def greedy(rng):
    return [
        Case("the example by hand", (tree(), array(np.zeros(5)), 1, END_BY_HAND, 4)),
        walk_case(rng, "the end mark comes", 4, 6, 5, 9),
        walk_case(rng, "the end mark comes", 6, 7, 4, 10),
        walk_case(rng, "the end mark comes", 1, 5, 4, 6),
        walk_case(rng, "the limit comes first", 5, 6, 3, 5, ends=False),
        walk_case(rng, "the limit comes first", 8, 7, 5, 8, ends=False),
        walk_case(rng, "the end mark comes at the limit", 4, 6, 4, 4),
    ]


choice("wide_beam")


def last_beam(case, width=0, kept_by=lambda tokens, total: total, of_each=None):
    """Return the (tokens, total) that a beam ends with, and by how much the closest cut was decided.

    of_each: how many continuations of each hypothesis are looked at, the most probable ones; None for all.
    """
    step, state, start, end, asked, limit, _ = case
    beam, margin = [([], 0.0, state)], np.inf
    for _ in range(limit):
        longer = []
        for tokens, total, kept in beam:
            if tokens and tokens[-1] == end:
                longer.append((tokens, total, kept))
                continue
            logs, new_state = step.follow(tokens[-1] if tokens else start, kept)
            likely = np.argsort(-logs)[:of_each]
            longer += [([*tokens, int(token)], total + float(logs[token]), new_state) for token in likely]
        longer.sort(key=lambda one: -kept_by(*one[:2]))
        beam, dropped = longer[: width or asked], longer[width or asked :]
        if dropped:
            margin = min(margin, kept_by(*beam[-1][:2]) - kept_by(*dropped[0][:2]))
    return [(tokens, total) for tokens, total, _ in beam], margin


def best_of(beam, score):
    """Return the tokens with the best score, and its lead over the second."""
    ranked = sorted(((score(tokens, total), tokens) for tokens, total in beam), reverse=True)
    return ranked[0][1], (ranked[0][0] - ranked[1][0] if len(ranked) > 1 else np.inf)


def beam_case(rng, group, size, units, width, limit, power, others):
    """A search with a clear answer; the greedy one and those of ``others``, wrong ways to search, are all different."""

    def divided(tokens, total):
        return total / len(tokens) ** power

    while True:
        state = draws(rng, units)
        start, end = (int(mark) for mark in rng.permutation(size)[:2])
        case = decoder(rng, size, units, 1.5), state, start, end, width, limit, power
        beam, margin = last_beam(case)
        best, lead = best_of(beam, divided)
        answers = {tuple(best), tuple(greedy_walk(*case[:4], limit)[0])}
        if min(margin, lead) > 0.02 and len(answers) == 2 and len(best) > 1:
            answers |= {tuple(other(case, beam, divided)) for other in others}
            if len(answers) == len(others) + 2:
                return Case(group, case)


def wider(case, beam, divided):
    return best_of(last_beam(case, case[4] + 1)[0], divided)[0]


def narrower(case, beam, divided):
    return best_of(last_beam(case, case[4] - 1)[0], divided)[0]


def much_wider(case, beam, divided):
    return best_of(last_beam(case, case[4] ** 3)[0], divided)[0]


def cut_in_each(case, beam, divided):
    """The best continuations of every hypothesis are kept, so that there are more of them after every step."""
    return best_of(last_beam(case, case[4] ** case[5], of_each=case[4])[0], divided)[0]


def ended_alone(case, beam, divided):
    """Choose among those that have ended; where none has, the answer is no use here: it is the right one."""
    return best_of([one for one in beam if one[0][-1] == case[3]] or beam, divided)[0]


def by_total(case, beam, divided):
    return best_of(beam, lambda tokens, total: total)[0]


def by_mean(case, beam, divided):
    return best_of(beam, lambda tokens, total: total / len(tokens))[0]


def multiplied(case, beam, divided):
    return best_of(beam, lambda tokens, total: total * len(tokens) ** case[6])[0]


def without_the_end(case, beam, divided):
    return best_of(beam, lambda tokens, total: total / max(1, len(tokens) - (tokens[-1] == case[3])) ** case[6])[0]


def with_the_start(case, beam, divided):
    return best_of(beam, lambda tokens, total: total / (len(tokens) + 1) ** case[6])[0]


def divided_on_the_way(case, beam, divided):
    return best_of(last_beam(case, kept_by=divided)[0], divided)[0]


@exercise(returns={"tokens": "S", "total": ""})
def beam_search(rng):
    return [
        Case("the example by hand", (tree(), array(np.zeros(5)), 1, END_BY_HAND, 2, 4, 0.0)),
        Case("the example by hand", (tree(), array(np.zeros(5)), 1, END_BY_HAND, 2, 4, 1.0)),
        beam_case(rng, "the best total", 6, 4, 3, 6, 0.0, [much_wider, by_mean, cut_in_each]),
        beam_case(rng, "the best total", 5, 6, 4, 7, 0.0, [wider, narrower]),
        beam_case(rng, "the best total", 5, 5, 3, 6, 0.0, [narrower, by_mean]),
        beam_case(rng, "the limit comes first", 7, 5, 3, 4, 0.0, [ended_alone]),
        beam_case(rng, "divided by the length", 5, 4, 4, 7, 1.0, [by_total, multiplied]),
        beam_case(rng, "divided by the length", 6, 5, 5, 6, 0.7, [by_mean, without_the_end]),
        beam_case(rng, "divided by the length", 5, 5, 4, 6, 1.2, [by_total, divided_on_the_way, ended_aside]),
        beam_case(rng, "divided by the length", 6, 3, 4, 6, 1.0, [by_total, with_the_start]),
        beam_case(rng, "divided by the length", 5, 4, 3, 6, 0.5, [by_total, by_mean]),
        beam_case(rng, "divided by the length", 6, 4, 3, 7, 1.0, [much_wider, every_end]),
    ]


def ended_aside(case, beam, divided, every=False):
    """Those that end leave the beam and are chosen from at the end: if they were among the best, or every one."""
    step, state, start, end, width, limit, _ = case
    going, ended = [([start], 0.0, state)], []
    for _ in range(limit):
        longer = []
        for tokens, total, kept in going:
            logs, new_state = step.follow(tokens[-1], kept)
            longer += [([*tokens, token], total + float(value), new_state) for token, value in enumerate(logs)]
        longer.sort(key=lambda one: -one[1])
        ended += [one for one in (longer if every else longer[:width]) if one[0][-1] == end]
        going = [one for one in longer if one[0][-1] != end][:width] if every else longer[:width]
        going = [one for one in going if one[0][-1] != end]
    return best_of([(tokens[1:], total) for tokens, total, _ in ended + going], divided)[0]


def every_end(case, beam, divided):
    return ended_aside(case, beam, divided, every=True)


def masks(lengths, steps):
    return np.arange(steps) < np.array(lengths)[:, None]


@exercise(returns={"context": "B S D", "weights": "B S T"})
def dot_attention(rng):
    def case(group, lengths, steps, queries, units, features):
        sizes = ((queries, units), (steps, units), (steps, features))
        return Case(group, (*(draws(rng, len(lengths), *size) for size in sizes), masks(lengths, steps)))

    ln3 = float(np.log(3))
    by_hand = array([[[ln3]]]), array([[[1], [0], [5]]]), array([[[8], [4], [100]]]), masks([2], 3)
    return [
        Case("the example by hand", by_hand),
        case("ragged sequences", [4, 1, 6], 6, 5, 3, 7),
        case("ragged sequences", [2, 5], 7, 3, 4, 6),
        case("nothing padded", [5, 5, 5], 5, 4, 2, 6),
        case("one query", [3, 6, 2, 4], 6, 1, 5, 4),
        case("one query", [1], 1, 1, 4, 3),
        case("one sequence", [3], 5, 4, 6, 2),
    ]


@exercise(returns={"context": "B S D", "weights": "B S T"})
def additive_attention(rng):
    def case(group, lengths, steps, queries, sizes):
        size, features, units = sizes
        inputs = draws(rng, len(lengths), queries, size), draws(rng, len(lengths), steps, features)
        weights = draws(rng, size, units), draws(rng, features, units), draws(rng, units, scale=3.0)
        return Case(group, (*inputs, masks(lengths, steps), *weights))

    by_hand = (
        array([[[0.5]]]),
        array([[[0.5], [-0.5], [4]]]),
        masks([2], 3),
        array([[1]]),
        array([[1]]),
        array([2]),
    )
    return [
        Case("the example by hand", by_hand),
        case("ragged sequences", [4, 1, 6], 6, 5, (3, 7, 4)),
        case("ragged sequences", [2, 5], 7, 3, (6, 4, 5)),
        case("nothing padded", [5, 5, 5], 5, 4, (2, 6, 3)),
        case("one query", [3, 6, 2, 4], 6, 1, (5, 3, 7)),
        case("one sequence", [3], 5, 4, (6, 2, 3)),
    ]
