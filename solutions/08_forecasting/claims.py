"""What lesson 08 says of its trained networks (see benchmarks/claims.py)."""

import numpy as np

KS = (1, 2, 5, 11)  # years ahead

CLAIMS = {
    "squared error over all steps": lambda page: page.squares.mean(axis=(1, 2)),
    "squared error at the last step": lambda page: page.squares[:, :, -1].mean(axis=1),
    "squared error at step 0": lambda page: page.squares[:, :, 0].mean(axis=1),
    "share of step 0 in the error, percent": lambda page: [
        100 * square[:, 0].mean() / square.mean(axis=0).sum() for square in page.squares
    ],
    "squared error at step 3, network over linear rule": lambda page: (
        page.squares[:, :, 3].mean(axis=1) / page.linear_by_step[3]
    ),
    "squared error at steps 3 to 19, network over linear rule, smallest": lambda page: [
        np.min(square.mean(axis=0)[3:] / np.array(page.linear_by_step[3:])) for square in page.squares
    ],
    "free run from the series: steps within 1 of the truth": lambda page: [
        int(np.argmax(np.abs(run[1] - page.truth[page.N_STEPS :]) > 1)) for run in page.runs
    ],
    "free run from the series: largest value": lambda page: [np.abs(run[1]).max() for run in page.runs],
    "free run from zeros: largest value": lambda page: [np.abs(run[0]).max() for run in page.runs],
    "RMSE 1 step ahead": lambda page: page.net_errors[:, 0],
    "RMSE 10 steps ahead": lambda page: page.net_errors[:, 9],
    "RMSE 10 steps ahead over 1 step ahead": lambda page: page.net_errors[:, 9] / page.net_errors[:, 0],
    "RMSE 40 steps ahead": lambda page: page.net_errors[:, 39],
    "RMSE 40 steps ahead, copying": lambda page: page.copy_errors[39],
    "linear rule: largest RMSE": lambda page: page.linear_errors.max(),
    "sunspots: step with the smallest error on 1900 to 1939": lambda page: page.best_steps,
    **{f"sunspots, RMSE {k} ahead": lambda page, k=k: page.sun_net_errors[:, k - 1] for k in KS},
    "sunspots, median network, RMSE 3 to 11 ahead, largest": lambda page: np.median(page.sun_net_errors, axis=0)[
        2:
    ].max(),
    "intervals for 80 of 100 years: share held, networks": lambda page: page.held,
    "intervals for 80 of 100 years: share held, plain": lambda page: np.mean(
        (page.low <= page.off) & (page.off <= page.high)
    ),
    "mean width of the networks' intervals over the plain one's": lambda page: (
        np.ptp(page.bands[..., ::2], axis=2).mean(axis=1) / (page.high - page.low)
    ),
    "split by time: smallest test RMSE": lambda page: page.std * np.sqrt(page.by_time.min()),
    "split by time: step of the smallest": lambda page: 10 * (1 + page.by_time.argmin()),
    "split by time: test RMSE after 400 steps": lambda page: page.std * np.sqrt(page.by_time[-1]),
    "shuffled: test RMSE after 100 steps": lambda page: page.std * np.sqrt(page.leaking[9]),
    "shuffled: test RMSE after 200 steps": lambda page: page.std * np.sqrt(page.leaking[19]),
    "shuffled: test RMSE after 400 steps": lambda page: page.std * np.sqrt(page.leaking[-1]),
}

COMPARISONS = {
    "RMSE 40 steps ahead, network minus copying": lambda page: page.net_errors[:, 39] - page.copy_errors[39],
    **{
        f"sunspots, RMSE {k} ahead, network minus linear rule": lambda page, k=k: (
            page.sun_net_errors[:, k - 1] - page.sun_errors["linear rule"][k - 1]
        )
        for k in KS
    },
    **{
        f'sunspots, RMSE {k} ahead, network minus "as 11 years ago"': lambda page, k=k: (
            page.sun_net_errors[:, k - 1] - page.sun_errors["as 11 years ago"][k - 1]
        )
        for k in (2, 3, 5, 11)
    },
}
