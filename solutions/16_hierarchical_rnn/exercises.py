"""Lesson 16: how the inputs of each exercise are drawn."""

import numpy as np

from helpers.grading.authoring import Case, choice, draws, exercise
from helpers.probes import MaskedReader, PageScore, RowClassifier

WORDS = ["the", "whale", "of", "sea", "and", "ship", "her", "very", "mr", "moor", "i", "dog"]
STRANGE = ["gam", "xebec", "quoin"]  # words without an id


def array(values):
    return np.array(values, np.float32)


def whole(values):
    return np.array(values, np.int64)


choice("steps_in_sequence")


@exercise(returns={"ids": "B S W", "word_mask": "B S W", "sentence_mask": "B S"})
def page_arrays(rng):
    def case(group, lengths, sentences, words, known):
        """Pages of sentences with these numbers of words; no word twice in a sentence, strange ones among them."""
        vocabulary = {str(word): place + 2 for place, word in enumerate(rng.permutation(WORDS)[:known])}
        pages = [
            [[str(word) for word in rng.permutation([*vocabulary, *STRANGE[:2]])[:length]] for length in page]
            for page in lengths
        ]
        pages[0][0][0] = STRANGE[2]  # so that a real word without an id begins, and one ends
        pages[-1][0][-1] = STRANGE[2]
        return Case(group, (pages, vocabulary, sentences, words))

    by_hand = [[["call", "me", "ahab"], [], ["me"]], [["call", "call"]]], {"call": 2, "me": 3}, 4, 3
    return [
        Case("the example by hand", by_hand),
        case("padding at the end", [[3, 5, 2], [4, 1, 3, 2], [6, 4]], 5, 7, 7),
        case("padding at the end", [[4], [2, 3, 5, 1]], 6, 5, 6),
        case("empty sentences", [[2, 0, 3], [4, 3, 0, 0, 1], [1, 0, 0, 2]], 6, 4, 8),
        case("too long", [[2, 6, 3, 1, 5], [7, 4], [3, 2, 0, 1, 6, 2]], 4, 5, 9),
        case("too long", [[7, 2, 0, 4]], 3, 4, 9),
    ]


@exercise(returns={"vectors": "B S U"})
def each_sentence(rng):
    def case(group, pages, sentences, words, features, units, hidden):
        shapes = ((features, hidden), (hidden, hidden), (hidden,), (hidden, units), (units,))
        encoder = RowClassifier(*(draws(rng, *shape, scale=0.7) for shape in shapes))
        return Case(group, (encoder, draws(rng, pages, sentences, words, features)))

    return [
        case("several pages", 3, 4, 5, 2, 6, 7),
        case("several pages", 5, 2, 3, 4, 7, 6),
        case("one page", 1, 5, 4, 3, 2, 6),
    ]


@exercise(returns={"embedding": "", "word_reader": "", "sentence_reader": "", "dense": ""})
def count_weights(rng):
    def drawn():
        size, sentences, words = int(rng.integers(300, 3000)), int(rng.integers(11, 40)), int(rng.integers(41, 70))
        features, units, page_units = (int(n) for n in rng.permutation(np.arange(13, 90))[:3])
        return size, features, units, page_units, int(rng.integers(3, 11)), sentences, words

    return [
        Case("the example by hand", (10, 3, 2, 4, 5, 6, 7)),
        Case("any sizes", drawn()),
        Case("any sizes", drawn()),
    ]


def reader(rng, features, units):
    return MaskedReader(*(draws(rng, *shape, scale=0.7) for shape in ((features, units), (units, units), (units,))))


def words_of(rows):
    """Return a word mask (B, S, W) from how many words each sentence has, rows (B, S); W is one more than needed."""
    rows = np.array(rows)
    return np.arange(rows.max() + 1) < rows[:, :, None]


@exercise(returns={"vectors": "B S U", "page": "B P"})
def two_levels(rng):
    def case(group, rows, features, units, page_units):
        mask = words_of(rows)
        x = draws(rng, *mask.shape, features)
        return Case(group, (reader(rng, features, units), reader(rng, units, page_units), x, mask))

    def appended(group, rows, features, units, page_units):
        """The same page twice: as it is, and with more padding in both levels, filled with other numbers."""
        once = case(group, rows, features, units, page_units)
        words, sentences, x, mask = once.inputs
        places = [(0, 0), (0, 2), (0, 3)]
        longer = draws(rng, len(x), x.shape[1] + 2, x.shape[2] + 3, features)
        longer[:, : x.shape[1], : x.shape[2]] = x
        return [once, Case(group, (words, sentences, longer, np.pad(mask, places)))]

    by_hand = [
        MaskedReader(array([[1]]), array([[0.5]]), array([0.0])),
        MaskedReader(array([[2]]), array([[1]]), array([0.1])),
    ]
    return [
        Case(
            "the example by hand",
            (*by_hand, array([[[[1], [9]], [[0.5], [-1]], [[9], [9]]]]), words_of([[1, 2, 0]])[:, :, :2]),
        ),
        case("padded words", [[3, 1, 4], [2, 5, 3], [1, 4, 2], [5, 2, 1]], 2, 6, 7),
        case("padded sentences", [[3, 2, 1, 0, 0], [4, 1, 0, 0, 0], [2, 5, 3, 1, 0]], 4, 2, 7),
        case("empty sentences", [[2, 0, 3, 1, 0, 0], [0, 4, 1, 0, 2, 0]], 3, 7, 4),
        *appended("padding appended", [[2, 0, 4, 3], [3, 1, 0, 0], [4, 2, 1, 3]], 5, 2, 6),
        case("one page", [[1, 3, 0, 2]], 2, 3, 6),
    ]


@exercise(returns={"page": "B U"})
def page_mean(rng):
    def case(group, rows, units):
        mask = np.array([[letter == "#" for letter in row] for row in rows])
        return Case(group, (draws(rng, *mask.shape, units, scale=3.0) + np.float32(0.7), mask))

    by_hand = array([[[1, 4], [9, 9], [3, 2]], [[9, 9], [9, 9], [9, 9]]]), np.array([[1, 0, 1], [0, 0, 0]], bool)
    return [
        Case("the example by hand", by_hand),
        case("padded and empty sentences", ("###..", "#.##.", "#....", "##..."), 3),
        case("padded and empty sentences", ("..####", "#.##.#"), 4),
        case("a page of nothing", (".....", "##...", "..#.."), 2),
        case("a page of nothing", ("....",), 3),
    ]


@exercise(returns={"effects": "S"})
def leave_one_out(rng):
    def score(size, features, units, page_units):
        words, sentences = reader(rng, features, units), reader(rng, units, page_units)
        return PageScore(draws(rng, size, features), words, sentences, draws(rng, page_units, scale=3.0))

    def case(group, rows, size=9):
        """A page of ids without unknown words or repeated sentences, and a score that all of its sentences move."""
        mask = words_of([rows])[0]
        while True:
            page = np.where(mask, rng.integers(2, size, mask.shape), 0)
            if len({tuple(row) for row in page.tolist() if row[0]}) == np.count_nonzero(rows):
                return Case(group, (score(size, 3, 5, 4), whole(page)))

    table = MaskedReader(array([[1]]), array([[0]]), array([0.0]))
    by_hand = PageScore(
        array([[0], [1], [2], [-1]]), table, MaskedReader(array([[1]]), array([[0.5]]), array([0])), array([10])
    )
    return [
        Case("the example by hand", (by_hand, whole([[2, 1], [3, 0], [0, 0]]))),
        case("a whole page", [4, 2, 5, 3, 1, 4]),
        case("a whole page", [3, 1, 2, 4]),
        case("empty and padded sentences", [2, 0, 4, 3, 0, 1, 0, 0]),
        case("one sentence", [3]),
    ]
