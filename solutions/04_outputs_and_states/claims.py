"""What lesson 04 says of fresh and trained networks, and of times (see benchmarks/claims.py)."""

import numpy as np

CLAIMS = {
    **{
        f"{start}: mean distance at step {step}": lambda page, start=start, place=place: [
            run[place] for run in page.curves[start]
        ]
        for start in ("from zeros", "h and c swapped")
        for step, place in ((10, 0), (29, -1))
    },
    "mean distance at step 10, swapped over zeros": lambda page: [
        swapped[0] / zeros[0]
        for swapped, zeros in zip(page.curves["h and c swapped"], page.curves["from zeros"], strict=True)
    ],
    "no time axis: last loss over the variance within a wave": lambda page: page.losses[-1] / page.spread,
    "time axis kept: last loss over the variance within a wave": lambda page: page.kept[-1] / page.spread,
    "no time axis: answer for wave 0, absolute": lambda page: np.abs(page.answer),
    **{
        f"T = 256, {how}: {route} over at once": lambda page, how=how, route=route: (
            getattr(page, how)[route][-1] / getattr(page, how)["at once"][-1]
        )
        for how in ("direct", "traced")
        for route in ("step by step", "Dense", "TimeDistributed")
    },
    **{
        f"called directly, {route}: T = 256 over T = 4": lambda page, route=route: (
            page.direct[route][-1] / page.direct[route][0]
        )
        for route in ("step by step", "TimeDistributed", "at once", "Dense")
    },
    "as a graph, T = 4: slowest route over the quickest": lambda page: (
        max(times[0] for times in page.traced.values()) / min(times[0] for times in page.traced.values())
    ),
}

COMPARISONS = {}
