"""What lesson 13 says of its networks, fresh and trained (see benchmarks/claims.py)."""

import numpy as np

CLAIMS = {
    **{
        f"{depth} layers, 400 steps: squared error from step 1 on": lambda page, depth=depth: page.errors[depth - 1]
        for depth in (1, 2, 3, 4)
    },
    **{
        f"kernels times {scale}, {way}: gradient at the lowest layer over the top": lambda page, scale=scale, way=way: (
            page.norms[way, scale][0] / page.norms[way, scale][-1]
        )
        for scale in (1.0, 0.25)
        for way in ("plain stack", "with shortcuts")
    },
    "kernels times 0.25, plain stack: layers that pass on less than half": lambda page: np.sum(
        np.divide(page.norms["plain stack", 0.25][:-1], page.norms["plain stack", 0.25][1:]) < 0.5
    ),
}

COMPARISONS = {
    f"400 steps, {one} layers minus {other}": lambda page, one=one, other=other: np.subtract(
        page.errors[one - 1], page.errors[other - 1]
    )
    for one, other in ((2, 1), (3, 1), (4, 1), (2, 3), (2, 4))
}
