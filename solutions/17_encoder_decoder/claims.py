"""What lesson 17 says of its networks, of its search, and of where they look (see benchmarks/claims.py)."""

import numpy as np

LENGTHS = (2, 4, 6, 8, 10, 12)
KINDS = ("state alone", "with attention")
MEMORIES = ("state of 16 x 16 numbers", "attention, 256 numbers in all", "attention, 32 numbers a pair")
HURT, MISS = "you hurt him .", "i miss my cat ."
LOOKED_AT = (  # of a pair shown: row of the word written, column of the word that it stands for, both words
    (HURT, 0, 0, "tu: you"),
    (HURT, 1, 2, "l': him"),
    (HURT, 3, 1, "blessé: hurt"),
    (MISS, 0, 2, "mon: my"),
    (MISS, 1, 3, "chat: cat"),
    (MISS, 2, 0, "me: i"),
    (MISS, 3, 1, "manque: miss"),
)

CLAIMS = {
    "12 digits, words right with the right past": lambda page: page.forced.mean(),
    "12 digits, words right with its own": lambda page: page.own.mean(),
    "12 digits, first word right": lambda page: page.own[:, 0].mean(),
    **{
        f"{name}, {length} digits: share right": lambda page, name=name, place=place: page.right[name][place]
        for name in KINDS
        for place, length in enumerate(LENGTHS)
    },
    "20 rows of 5 digits, right, greedy": lambda page: page.hits[0].mean(),
    "20 rows of 5 digits, right, beam of 3": lambda page: page.hits[1].mean(),
    "5 digits, rows for which the beam finds a more probable answer": lambda page: np.mean(
        page.totals[1] > page.totals[0] + 1e-4
    ),
    "5 digits, rows for which the beam finds a less probable answer": lambda page: np.mean(
        page.totals[1] < page.totals[0] - 1e-4
    ),
    "seven digits: rows whose largest weight is at the digit written, or beside it": lambda page: _near(page, 1),
    "seven digits: rows whose largest weight is at the digit written": lambda page: _near(page, 0),
    **{
        f"French: weight of {words}": lambda page, at=(pair, row, column): page.looks[at[0]][at[1], at[2]]
        for pair, row, column, words in LOOKED_AT
    },
    **{
        f"French: rank of {words} (0: looked at most)": lambda page, at=(pair, row, column): int(
            np.sum(page.looks[at[0]][at[1]] > page.looks[at[0]][at[1], at[2]])
        )
        for pair, row, column, words in LOOKED_AT
    },
    **{
        f"recall of {pairs} pairs, {name}": lambda page, name=name, place=place: page.recall[name][place]
        for name in MEMORIES
        for place, pairs in enumerate((2, 4, 8, 16, 32, 64))
    },
}

COMPARISONS = {
    "12 digits, words right: right past minus own": lambda page: page.forced.mean() - page.own.mean(),
    "5 digits, right: beam of 3 minus greedy": lambda page: page.hits[1].mean() - page.hits[0].mean(),
    **{
        f"{length} digits, right: attention minus state alone": lambda page, place=place: (
            page.right[KINDS[1]][place] - page.right[KINDS[0]][place]
        )
        for place, length in enumerate(LENGTHS)
    },
}


def _near(page, far):
    """The share of the seven digits that are written while the largest weight is at most ``far`` steps away."""
    largest = np.argmax(page.seven_weights[:7], axis=1)
    return np.mean(np.abs(largest - np.arange(7)[::-1]) <= far)
