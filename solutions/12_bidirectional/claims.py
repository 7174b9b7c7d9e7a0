"""What lesson 12 says of its networks, fresh and trained (see benchmarks/claims.py)."""

import numpy as np

ONE_WAY, TWO_WAY, TWICE = "one-way, 32 units", "two-way, 2 x 18 units", "two-way, softmax twice"

CLAIMS = {
    "peaks, one-way: right": lambda page: page.peaks["one-way"],
    "peaks, two-way: right": lambda page: page.peaks["two-way"],
    "fresh layer, forward half, output 11: moved by input 11 over input 0": lambda page: (
        page.maps["forward half"][11, 11] / page.maps["forward half"][11, 0]
    ),
    "fresh layer, both: mean of the diagonal": lambda page: np.diag(page.maps["both"]).mean(),
    "fresh layer, both: the two far corners": lambda page: (page.maps["both"][0, 11], page.maps["both"][11, 0]),
    "noise, one-way: smallest error of a step": lambda page: page.errors["one-way"].min(),
    "noise, one-way: largest error of a step": lambda page: page.errors["one-way"].max(),
    "noise, two-way: largest error of steps 0 to 9": lambda page: page.errors["two-way"][:-1].max(),
    "noise, two-way: mean error of all steps": lambda page: page.errors["two-way"].mean(),
    "noise, two-way: error at step 10": lambda page: page.errors["two-way"][-1],
    **{
        f"rows, {name}: {what}": lambda page, name=name, score=score: [score(run) for run in page.results[name]]
        for name in (ONE_WAY, TWO_WAY, TWICE)
        for what, score in {
            "test accuracy": lambda run: run[0],
            "loss, steps 0 to 24": lambda run: run[1][:25].mean(),
            "loss, last 25 steps": lambda run: run[1][-25:].mean(),
        }.items()
    },
}

COMPARISONS = {
    "peaks, two-way minus one-way": lambda page: np.subtract(page.peaks["two-way"], page.peaks["one-way"]),
    "rows, two-way minus one-way": lambda page: _accuracy(page, TWO_WAY) - _accuracy(page, ONE_WAY),
    "rows, two-way, softmax twice minus once": lambda page: _accuracy(page, TWICE) - _accuracy(page, TWO_WAY),
}


def _accuracy(page, name):
    return np.array([accuracy for accuracy, _ in page.results[name]])
