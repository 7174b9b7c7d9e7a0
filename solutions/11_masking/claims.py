"""What lesson 11 says of its trained networks (see benchmarks/claims.py)."""

import numpy as np

MORE = (0, 1, 2, 3, 5, 10)  # pads appended

CLAIMS = {
    **{
        f"{name}, {more} more pads: accuracy": lambda page, name=name, more=more: [
            curve[more] for curve in page.curves[name]
        ]
        for name in ("no mask", "mask")
        for more in MORE
    },
    "no mask, 1 to 12 more pads: smallest accuracy": lambda page: [min(c[1:]) for c in page.curves["no mask"]],
    "no mask, 1 to 12 more pads: largest accuracy": lambda page: [max(c[1:]) for c in page.curves["no mask"]],
    "no mask: how far ten more pads move a logit": lambda page: [_moved(page, model) for model in page.unmasked],
    "mask: how far ten more pads move a logit": lambda page: [_moved(page, model) for model in page.masked],
    "one difference: right": lambda page: page.right.mean(),
    "the notes' LSTM(32), 2,000 steps: accuracy": lambda page: page.hits.mean(),
    "the notes' LSTM(32): share of batches of 32 without an error": lambda page: np.mean(page.single == 1),
}

COMPARISONS = {
    "padded as in training, mask minus no mask": lambda page: [
        with_mask[0] - without[0]
        for with_mask, without in zip(page.curves["mask"], page.curves["no mask"], strict=True)
    ],
    "one difference minus the notes' LSTM(32)": lambda page: page.right.mean() - page.hits.mean(),
}


def _moved(page, model):
    return np.abs(model(page.to_padded(page.test_sequences, 30)) - model(page.x_test)).max()
