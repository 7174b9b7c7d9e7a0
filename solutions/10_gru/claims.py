"""What lesson 10 says of its networks, fresh and trained (see benchmarks/claims.py)."""

import numpy as np

BUDGETS = {1512: 0, 3312: 1, 7776: 2}

CLAIMS = {
    **{
        f"bias of z at {bias}: difference left after {steps} steps": lambda page, bias=bias, steps=steps: page.left[
            bias
        ][steps - 1]
        for bias in (3, 0, -3)
        for steps in (1, 2, 5, 20)
    },
    "store task, 1 unit: squared error": lambda page: page.store_errors[1],
    "store task, 8 units: squared error": lambda page: page.store_errors[8],
    "store task, 1 unit: mean z without a flag": lambda page: page.z_store[1][~page.flagged].mean(),
    "store task, 1 unit: mean z with a flag": lambda page: page.z_store[1][page.flagged].mean(),
    "store task, 8 units: how many z fall by more than 0.3 at a flag": lambda page: np.sum(_fall(page) > 0.3),
    "store task, 8 units: how many z move by less than 0.15": lambda page: np.sum(np.abs(_fall(page)) < 0.15),
    "ms per call, GRU over LSTM": lambda page: _time(page, "GRU, after", "LSTM"),
    "ms per call, GRU before over after": lambda page: _time(page, "GRU, before", "GRU, after"),
    **{
        f"{kind}, {budget} parameters: test accuracy": lambda page, kind=kind, place=place: [
            run[place] for run in page.accuracies[kind]
        ]
        for budget, place in BUDGETS.items()
        for kind in ("SimpleRNN", "GRU", "LSTM")
    },
}

COMPARISONS = {
    "store task, squared error, 8 units minus 1": lambda page: page.store_errors[8] - page.store_errors[1],
    **{
        f"{budget} parameters, test accuracy, {one} minus {other}": (
            lambda page, one=one, other=other, place=place: [
                a[place] - b[place] for a, b in zip(page.accuracies[one], page.accuracies[other], strict=True)
            ]
        )
        for budget, place in BUDGETS.items()
        for one, other in (("GRU", "SimpleRNN"), ("LSTM", "SimpleRNN"), ("GRU", "LSTM"))
    },
}


def _fall(page):
    z = page.z_store[8]
    return z[~page.flagged].mean(axis=0) - z[page.flagged].mean(axis=0)


def _time(page, one, other):
    return page.costs[one].call_seconds / page.costs[other].call_seconds
