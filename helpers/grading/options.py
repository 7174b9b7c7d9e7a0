"""How a lesson is to be graded: what ``make grade`` can be told."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True)
class Options:
    """How to grade.

    jobs: submissions executed at a time, 0 for one per core. fresh: draw new inputs and execute all again.
    watch: go on with what is handed in later. cluster: address of a dask scheduler. gradebook: URL of a
    database. unconfined: let submissions run with the rights of this process. clear_stale: take back what was given by
    hand to answers that have changed since.
    """

    jobs: int = 0
    fresh: bool = False
    watch: bool = False
    cluster: str = ""
    gradebook: str = ""
    unconfined: bool = False
    clear_stale: bool = False
