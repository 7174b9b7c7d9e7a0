"""What lesson 06 says of fresh and trained networks (see benchmarks/claims.py)."""

import numpy as np

STARTS = ("narrow uniform", "Glorot uniform", "orthogonal")

CLAIMS = {
    **{
        f"with tanh, radius {radius}: gradient at step 0, relative to step 49": lambda page, radius=radius: [
            float(norms[0]) for _, norms in page.tanh_runs[radius]
        ]
        for radius in (3.0, 2.0, 1.3, 1.0)
    },
    **{
        f"{start}: gradient at step 0, relative to step 49": lambda page, start=start: [
            float(norms[0]) for norms in page.start_norms[start]
        ]
        for start in STARTS
    },
    **{
        f"{start}: spectral radius": lambda page, start=start: [
            np.abs(np.linalg.eigvals(kernel)).max() for kernel in page.kernels[start]
        ]
        for start in STARTS
    },
    **{f"{start}: accuracy on the recall task": lambda page, start=start: page.recalled[start] for start in STARTS},
}

COMPARISONS = {
    "accuracy, orthogonal minus Glorot uniform": lambda page: np.subtract(
        page.recalled["orthogonal"], page.recalled["Glorot uniform"]
    ),
}
