"""What lesson 05 says of fresh and trained networks (see benchmarks/claims.py)."""

import numpy as np

CLAIMS = {
    "share of drecurrent at lag 0": lambda page: [shares[0] for shares in _shares(page)],
    "share of drecurrent at lags 0 to 3": lambda page: [shares[:4].sum() for shares in _shares(page)],
    "lags whose share is larger than that of the lag before": lambda page: [
        np.sum(np.diff(shares) > 0) for shares in _shares(page)
    ],
    "state carried, chunks of 1: error": lambda page: page.carried[:, 0],
    "state carried, chunks of 2 to 4: smallest error": lambda page: page.carried[:, 1:4].min(axis=1),
    "state carried, chunks of 2 to 4: largest error": lambda page: page.carried[:, 1:4].max(axis=1),
    "state carried, chunks of 5 or more: largest error": lambda page: page.carried[:, 4:].max(axis=1),
    "state set back, chunks of 1 to 4: smallest error": lambda page: page.set_back[:, :4].min(axis=1),
    **{
        f"state set back, chunks of {k}: error over the share of steps that lost it": lambda page, k=k: (
            page.set_back[:, page.CHUNKS.index(k)] / _lost(page, k)
        )
        for k in (5, 6, 10)
    },
    "state set back, chunks of 20: error": lambda page: page.set_back[:, -1],
    "state carried, chunks of 20: error": lambda page: page.carried[:, -1],
    "cell as drawn: error": lambda page: np.ravel(page.untrained),
    "chunks of up to 4: networks of 8 worse than as drawn": lambda page: page.worse[:4],
    "chunks of 5 or more: networks of 8 worse than as drawn": lambda page: page.worse[4:],
}

COMPARISONS = {}


def _shares(page):
    return page.sizes / page.sizes.sum(axis=1, keepdims=True)


def _lost(page, k):
    """The share of measured steps whose lag reaches over the border before them."""
    steps = np.arange(page.LAG, page.STEPS)
    return np.mean(steps % k < page.LAG)
