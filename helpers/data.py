"""The data of the lessons: made from a formula or read from ``data/``. Nothing is downloaded."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

DATA_DIR = Path(__file__).resolve().parent.parent / "data"


# -- series ---------------------------------------------------------------------------------


def notes_series(t: Any) -> np.ndarray:
    """Return ``t * sin(t) / 3 + 2 * sin(5 * t)`` for every time in ``t``: the series of the old notes.

    t: a number or an array of any shape, in radians; the result has the same shape, in float64.
    Sampled at equal distances, it obeys a linear rule exactly: each value is a fixed weighted sum of
    the six before it (four for ``t * sin(t)``, two for ``sin(5 * t)``).
    """
    t = np.asarray(t, np.float64)
    return t * np.sin(t) / 3 + 2 * np.sin(5 * t)


def load_sunspots() -> tuple[np.ndarray, np.ndarray]:
    """Return the years 1700 to 2008 (309,) int64 and their mean sunspot numbers (309,) float32.

    Read from ``data/sunspots.csv``; ``data/README.md`` names origin and licence. Raises
    FileNotFoundError when the file is missing.
    """
    table = np.loadtxt(DATA_DIR / "sunspots.csv", delimiter=",", skiprows=1)
    return table[:, 0].astype(np.int64), table[:, 1].astype(np.float32)
