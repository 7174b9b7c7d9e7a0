"""Workers on other machines, through dask.distributed: the same jobs, the same runs.

Jobs and runs travel as pickles: the scheduler and its workers must be machines you trust, in a network
you trust. What a submission does stays in its kernel, as on this machine.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator

from helpers.grading.course import CourseError
from helpers.grading.kernels import execute, sandbox
from helpers.grading.kernels.jobs import DIED, Job, Run
from helpers.grading.workers import failed

SECONDS = 10  # for the scheduler to answer, and for the first worker to be there


class Cluster:
    """The workers of the dask scheduler at ``address``."""

    def __init__(self, address: str) -> None:
        """Connect. Raises CourseError when dask is missing, nobody answers or there are no workers."""
        try:
            from distributed import Client
        except ImportError:
            raise CourseError("--cluster needs dask: run `pip install -e '.[cluster]'` first.") from None
        logging.getLogger("distributed.client").setLevel(logging.CRITICAL)  # what matters is told in a sentence
        self.address = address
        try:
            self.client = Client(address, timeout=SECONDS, set_as_default=False)
        except (OSError, ValueError, TypeError, ImportError) as error:
            raise CourseError(
                f"No dask scheduler answers at {address} ({type(error).__name__}): start one, or correct the address."
            ) from None
        try:
            self.client.wait_for_workers(1, timeout=SECONDS)
        except TimeoutError:
            self.close()
            raise CourseError(f"The cluster at {address} has no workers: start one with `dask worker`.") from None

    def why_not_confined(self) -> str:
        """Why one of the workers cannot confine submissions, or ""."""
        reasons: dict[str, str] = self.client.run(sandbox.why_not)
        return next((f"{reason} (worker {worker})" for worker, reason in reasons.items() if reason), "")

    def runs(self, jobs: Iterable[Job]) -> Iterator[Run]:
        """Execute ``jobs``; give each run as it comes. A worker that dies loses nothing."""
        from distributed import CancelledError, KilledWorker, as_completed

        waiting = {self.client.submit(execute.run, job, pure=False): job for job in jobs}
        for future in as_completed(waiting, loop=self.client.loop):
            job: Job = waiting[future]
            try:
                run: Run = future.result()
            except KilledWorker:
                run = Run(job.key, DIED, "its workers were killed", job.notebook, 0.0)
            except CancelledError:
                raise CourseError(
                    f"The cluster at {self.address} is gone: start it again, then the same command goes on."
                ) from None
            except Exception as error:
                run = failed(job, error)
            yield run
            future.release()  # the scheduler need not keep it

    def close(self, at_once: bool = False) -> None:
        """Leave the cluster; its workers stay warm for the next grading."""
        self.client.close()
