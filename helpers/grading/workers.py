"""Worker processes on this machine: long-lived, replaced when the system kills one."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import wait as wait_for
from multiprocessing.util import Finalize

from helpers.grading.course import CourseError
from helpers.grading.kernels import execute
from helpers.grading.kernels.jobs import DIED, FAILED, Job, Run

AHEAD = 2  # jobs per worker that are handed over: no worker waits while a run is written down


class Workers:
    """``count`` processes that turn jobs into runs with ``run``."""

    def __init__(self, count: int, run: Callable[[Job], Run] = execute.run) -> None:
        self.count, self.run = count, run
        self.before = set(multiprocessing.active_children())
        self.pool = self._new_pool()

    def runs(self, jobs: Iterable[Job]) -> Iterator[Run]:
        """Execute ``jobs``; give each run as it comes.

        When a worker dies, it cannot be told which job killed it. All that were with the workers are
        executed again at the end, one at a time; one that kills its worker twice then has died.
        """
        waiting, suspects, killed = deque(jobs), deque[Job](), Counter[str]()
        flying: dict[Future[Run], Job] = {}
        while waiting or flying or suspects:
            alone = not waiting and not flying
            source = suspects if alone else waiting
            try:
                while source and len(flying) < (1 if alone else self.count * AHEAD):
                    job = source.popleft()
                    flying[self.pool.submit(self.run, job)] = job
            except BrokenProcessPool:  # found at handing over: this job is not at fault
                source.appendleft(job)
            done = wait(flying, return_when=FIRST_COMPLETED).done
            broken = not done
            for future in done:
                job = flying.pop(future)
                if isinstance(error := future.exception(), BrokenProcessPool):
                    broken = True
                    killed[job.key] += alone
                    if killed[job.key] == 2:
                        yield Run(job.key, DIED, "its worker was killed, twice", job.notebook, 0.0)
                    else:
                        suspects.append(job)
                else:
                    yield failed(job, error) if error else future.result()
            if broken:
                suspects.extend(job for future, job in flying.items() if not _came_back(future))
                flying = {future: job for future, job in flying.items() if _came_back(future)}
                self._replace_pool()

    def close(self, at_once: bool = False) -> None:
        """End the workers; ``at_once`` without waiting for what they do."""
        if at_once:
            for process in set(multiprocessing.active_children()) - self.before:
                process.kill()  # nbclient would take a milder signal for its own; a zygote ends with its owner
        self.pool.shutdown(cancel_futures=True)

    def _new_pool(self) -> ProcessPoolExecutor:
        # Spawned, not forked: threads of this process would not survive a fork.
        return ProcessPoolExecutor(self.count, multiprocessing.get_context("spawn"), _start_worker)

    def _replace_pool(self) -> None:
        self.pool.shutdown()
        self.pool = self._new_pool()
        try:
            self.pool.submit(os.getpid).result()
        except BrokenProcessPool:
            raise CourseError(
                "Worker processes die as soon as they start: is there memory left? "
                "The same command goes on where it stopped."
            ) from None


def failed(job: Job | Run, error: BaseException) -> Run:
    """The run of a job that our own code could not execute, or of a run that it could not judge."""
    return Run(job.key, FAILED, f"{type(error).__name__}: {error}"[:200], job.notebook, 0.0)


def _came_back(future: Future[Run]) -> bool:
    return future.done() and not isinstance(future.exception(), BrokenProcessPool)


def _start_worker() -> None:
    os.setpgid(0, 0)  # Ctrl-C is for the grading process only: nbclient would take it for its own
    Finalize(None, execute.close, exitpriority=1)  # a worker leaves without running atexit's functions
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """A pool's workers would wait for work for ever when the grading process is killed."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    wait_for([parent.sentinel])
    os._exit(1)
