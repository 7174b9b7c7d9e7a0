"""What lesson 16 says of its networks, their speed, and what decides their answers (see benchmarks/claims.py)."""

import numpy as np

CLAIMS = {
    "400 words: time of a gradient, flat over two levels": lambda page: page.ratios[-1],
    "TimeDistributed over reshape: nodes": lambda page: page.wrapper.nodes / page.reshaped.nodes,
    "TimeDistributed over reshape: time": lambda page: page.wrapper.call_seconds / page.reshaped.call_seconds,
    **{
        f"three authors, {name}: accuracy on {what}": lambda page, name=name, place=place: page.shares[name][place]
        for name in ("two levels", "bag of words")
        for place, what in enumerate(("its own pages", "other books"))
    },
    "the page: lead": lambda page: page.lead,
    "the page: sum of all effects minus lead": lambda page: page.effects.sum() - page.lead,
    **{
        f"last five sentences over the first five, {order}": lambda page, order=order: page.late[order]
        for order in ("as written", "in reverse order")
    },
    "size of the effect, last place over the mean of all": lambda page: [
        size[-1] / size.mean() for size in page.sizes.values()
    ],
}

COMPARISONS = {
    "three authors, other books, bag of words minus two levels": lambda page: (
        page.shares["bag of words"][1] - page.shares["two levels"][1]
    ),
    "last five minus first five, size of the effect, as written": lambda page: np.subtract(
        page.sizes["as written"][-5:].mean(), page.sizes["as written"][:5].mean()
    ),
}
