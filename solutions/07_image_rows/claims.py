"""What lesson 07 says of its trained networks, and of times (see benchmarks/claims.py)."""

import numpy as np

CLAIMS = {
    "test accuracy after 1 epoch": lambda page: [hits[0].mean() for hits in page.correct],
    "test accuracy after 15 epochs": lambda page: [hits[-1].mean() for hits in page.correct],
    "test accuracy in percent where the epoch was chosen minus elsewhere": lambda page: [
        100 * page.choosing_gap(hits, np.random.default_rng(1)) for hits in page.correct
    ],
    "single batches of one network, largest minus smallest accuracy": lambda page: [
        np.ptp([hits[-1, start : start + 150].mean() for start in range(0, 1000, 150)]) for hits in page.correct
    ],
    "three networks, largest minus smallest accuracy": lambda page: np.ptp([hits[-1].mean() for hits in page.correct]),
    "trained for 28 rows, stopped after 1 to 14: largest accuracy": lambda page: page.stopped[:14].max(),
    "trained for 28 rows, stopped after 1 to 21: largest accuracy": lambda page: page.stopped[:21].max(),
    "trained for 28 rows, stopped after 24": lambda page: page.stopped[23],
    "trained for 28 rows, stopped after 26": lambda page: page.stopped[25],
    "trained for 7 rows, 5 epochs": lambda page: page.trained_for[6],
    "trained for 14 rows, 5 epochs": lambda page: page.trained_for[13],
    "trained for 21 rows, 5 epochs": lambda page: page.trained_for[20],
    "trained for 28 rows, 5 epochs": lambda page: page.trained_for[27],
    "softmax once: training loss of epoch 15": lambda page: [losses[-1] for losses in page.train_losses],
    "softmax twice: training loss of epoch 1": lambda page: page.buggy_losses[0],
    "softmax twice: training loss of epoch 15": lambda page: page.buggy_losses[-1],
    "8 units, 10 images: eager / graph": lambda page: _ratio(page, "8 units, 10 images", "graph"),
    "8 units, 10 images: eager / XLA": lambda page: _ratio(page, "8 units, 10 images", "XLA"),
    "150 units, 150 images: eager / graph": lambda page: _ratio(page, "150 units, 150 images", "graph"),
    "150 units, 150 images: eager / XLA": lambda page: _ratio(page, "150 units, 150 images", "XLA"),
    "eager, 150 units over 8 units": lambda page: (
        page.times["150 units, 150 images"]["eager"] / page.times["8 units, 10 images"]["eager"]
    ),
}

COMPARISONS = {
    "test accuracy, softmax twice minus once": lambda page: page.buggy_hits.mean() - page.correct[-1][-1].mean(),
    "test accuracy after 5 epochs, 21 rows minus 28": lambda page: page.trained_for[20] - page.trained_for[27],
    "test accuracy after 5 epochs, 14 rows minus 28": lambda page: page.trained_for[13] - page.trained_for[27],
}


def _ratio(page, size, way):
    return page.times[size]["eager"] / page.times[size][way]
