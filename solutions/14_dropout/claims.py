"""What lesson 14 says of its trained networks (see benchmarks/claims.py)."""

import numpy as np

RATES = (0.0, 0.5)

CLAIMS = {
    **{
        f"300 images, rate {rate}: {what}": lambda page, rate=rate, score=score: [
            score(page, *run) for run in page.runs[rate]
        ]
        for rate in RATES
        for what, score in {
            "loss on the 300": lambda page, model, losses: losses[-1, 0],
            "loss on others": lambda page, model, losses: losses[-1, 1],
            "epoch of the smallest loss on others": lambda page, model, losses: page.EPOCHS[losses[:, 1].argmin()],
            "smallest loss on others": lambda page, model, losses: losses[:, 1].min(),
            "accuracy on others": lambda page, model, losses: _accuracy(page, model),
        }.items()
    },
    **{
        f"notes' network, rate {rate}, dropout {name}: squared error": lambda page, rate=rate, on=on: np.mean(
            (page.trained[rate](page.fresh_x, training=on).numpy() - page.fresh_y) ** 2
        )
        for rate in RATES
        for name, on in (("on", True), ("off", False))
    },
    **{
        f"notes' network, rate 0.5, dropout on: squared error at step {step}": lambda page, step=step: np.mean(
            (page.on - page.fresh_y)[:, step] ** 2
        )
        for step in (0, 1, 2, 5, 10, 19)
    },
    "notes' network, rate 0.5, off: size of the forecasts": lambda page: _size(page, page.ask(page.fresh_x).numpy()),
    "notes' network, rate 0.5, mean of 30: squared error": lambda page: np.mean((page.mean_of_30 - page.fresh_y) ** 2),
    "notes' network, rate 0.5, mean of 30: size": lambda page: _size(page, page.mean_of_30),
    "copy the last value": lambda page: np.mean((page.fresh_x - page.fresh_y) ** 2),
}

COMPARISONS = {
    "300 images, loss on others, rate 0.5 minus none": lambda page: _minus(page, lambda m, losses: losses[-1, 1]),
    "300 images, accuracy on others, rate 0.5 minus none": lambda page: _minus(page, lambda m, _: _accuracy(page, m)),
    "300 images, rate 0.5, accuracy, dropout on minus off": lambda page: [
        _accuracy(page, model, training=True) - _accuracy(page, model) for model, _ in page.runs[0.5]
    ],
    "300 images, rate 0.5, accuracy, mean of 30 minus off": lambda page: (
        page.accuracy(np.mean(page.noisy, axis=0)) - page.accuracy(page.answers[0])
    ),
    "notes' network, rate 0.5, squared error, dropout off minus on": lambda page: (
        np.mean((page.ask(page.fresh_x).numpy() - page.fresh_y) ** 2) - np.mean((page.on - page.fresh_y) ** 2)
    ),
}


def _accuracy(page, model, training=False):
    return np.mean(np.argmax(model(page.others[0], training=training), axis=1) == page.others[1])


def _minus(page, score):
    return [score(*one) - score(*other) for one, other in zip(page.runs[0.5], page.runs[0.0], strict=True)]


def _size(page, forecasts):
    return np.sum(forecasts * page.fresh_y) / np.sum(page.fresh_y**2)
