"""What lesson 15 says of the counters and readers that it trains itself (see benchmarks/claims.py)."""

import numpy as np

VOWELS = "aeiou"

CLAIMS = {
    **{
        f"names, groups of up to {longest} letters: test accuracy": lambda page, longest=longest: page.counted[longest]
        for longest in (1, 2, 3)
    },
    "names, first epoch: loss of batch 10": lambda page: page.log[0][0],
    "names, first epoch: loss of batch 40": lambda page: page.log[-1][0],
    "names, GRU(64): loss in epoch 0": lambda page: page.history["loss"][0],
    "names, GRU(64): loss in the last epoch": lambda page: page.history["loss"][-1],
    "names, GRU(64): best epoch": lambda page: np.argmin(page.history["val_loss"]),
    "names, GRU(64): lowest validation loss": lambda page: min(page.history["val_loss"]),
    "names, GRU(64): last validation loss": lambda page: page.history["val_loss"][-1],
    "names, GRU(64): test accuracy": lambda page: page.right.mean(),
    "letters: size of rows before training": lambda page: np.linalg.norm(page.before[2:28], axis=1).mean(),
    "letters: size of rows after training": lambda page: np.linalg.norm(page.after[2:28], axis=1).mean(),
    "of five vowels, those whose nearest row is a vowel's, before training": lambda page: _alike(page, page.before),
    "of five vowels, those whose nearest row is a vowel's, after training": lambda page: _alike(page, page.after),
    "authors, bag of words: test accuracy": lambda page: page.share,
    "authors, bag of words: lowest F1": lambda page: min(page.f1),
    "authors, bag of words: highest F1": lambda page: max(page.f1),
    "authors, place of the highest F1 (6: london)": lambda page: np.argmax(page.f1),
    "authors, place of the lowest F1 (2: dickens)": lambda page: np.argmin(page.f1),
    **{
        f"authors, {name}: F1": lambda page, place=place: page.f1[place]
        for place, name in enumerate(("austen", "bronte", "dickens", "doyle", "eliot", "hardy", "london", "melville"))
    },
    "authors, most frequent error: true author (3: doyle)": lambda page: _worst(page)[0],
    "authors, most frequent error: answer (7: melville)": lambda page: _worst(page)[1],
    "authors, hardy: recall minus precision": lambda page: _recall(page, 5) - _precision(page, 5),
    "authors, bag of words, split at random: test accuracy": lambda page: page.at_random,
}

COMPARISONS = {
    "names, pairs minus single letters": lambda page: page.counted[2] - page.counted[1],
    "names, triples minus pairs": lambda page: page.counted[3] - page.counted[2],
    "names, GRU(64): last validation loss minus lowest": lambda page: (
        page.history["val_loss"][-1] - min(page.history["val_loss"])
    ),
    "authors, split at random minus split by book": lambda page: page.at_random - page.share,
}


def _alike(page, rows):
    """How many vowels have a vowel for the nearest row, by the cosine."""
    rows = rows[2:28] - rows[2:28].mean(axis=0)
    rows = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    likeness = rows @ rows.T - 2 * np.eye(len(rows))
    letters = [str(letter) for letter in page.letters[2:28]]
    return sum(letters[likeness[letters.index(vowel)].argmax()] in VOWELS for vowel in VOWELS)


def _table(page):
    counts = np.zeros((10, 10), int)
    np.add.at(counts, (page.test_authors, page.answers), 1)
    return counts


def _worst(page):
    errors = _table(page) * (1 - np.eye(10, dtype=int))
    return np.unravel_index(errors.argmax(), errors.shape)


def _recall(page, author):
    table = _table(page)
    return table[author, author] / table[author].sum()


def _precision(page, author):
    table = _table(page)
    return table[author, author] / table[:, author].sum()
