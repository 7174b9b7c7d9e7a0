"""What lesson 09 says of its networks, fresh and trained (see benchmarks/claims.py)."""

import numpy as np

CLAIMS = {
    **{
        f"{name}: gradient that arrives at step 0": lambda page, name=name: [run[0] for run in page.reaches[name]]
        for name in ("LSTM, forget bias 4.3", "LSTM, forget bias 1", "LSTM, forget bias 0", "SimpleRNN")
    },
    "Reber, SimpleRNN: last letter but one right": lambda page: _echo(page, "SimpleRNN"),
    "Reber, LSTM: last letter but one right": lambda page: _echo(page, "LSTM"),
    "the unit's forget gate, after T, largest over the last letters": lambda page: _gate(page, "T").max(),
    "the unit's forget gate, after T, smallest over the last letters": lambda page: _gate(page, "T").min(),
    "the unit's forget gate, after P, smallest over the last letters": lambda page: _gate(page, "P").min(),
    "the unit's cell state at the end, after T": lambda page: page.traces["T"]["c"][-1, page.unit],
    "the unit's cell state at the end, after P": lambda page: page.traces["P"]["c"][-1, page.unit],
    "rows, SimpleRNN(75): test accuracy": lambda page: page.row_shares["SimpleRNN"],
    "rows, LSTM(32): test accuracy": lambda page: page.row_shares["LSTM"],
    "swapped states: largest |h|": lambda page: [ends[1] for ends in page.swaps.values()],
    "swapped states: largest |c|": lambda page: [ends[2] for ends in page.swaps.values()],
}

COMPARISONS = {
    "Reber, LSTM minus SimpleRNN": lambda page: np.subtract(_echo(page, "LSTM"), _echo(page, "SimpleRNN")),
    "rows, LSTM(32) minus SimpleRNN(75)": lambda page: np.subtract(
        page.row_shares["LSTM"], page.row_shares["SimpleRNN"]
    ),
    **{
        f"cut after {cut} rows, swapped minus right": lambda page, cut=cut: (
            page.swaps[cut, "c, h"][0] - page.swaps[cut, "h, c"][0]
        )
        for cut in (7, 14, 24)
    },
}


def _echo(page, name):
    return [page.echo_accuracy(model) for model in page.trained[name]]


def _gate(page, letter):
    return page.traces[letter]["f"][3:, page.unit]  # while it waits: after B, T or P, B
