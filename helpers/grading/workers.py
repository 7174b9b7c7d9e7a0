"""Worker processes on this machine: long-lived, replaced when the system kills one."""

from __future__ import annotations

import multiprocessing
import os
import socket
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, ThreadPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import wait as wait_for
from multiprocessing.util import Finalize

from helpers.grading.course import CourseError
from helpers.grading.kernels import execute, provisioners
from helpers.grading.kernels.jobs import DIED, FAILED, Job, Run
from helpers.grading.kernels.provisioners import Zygote, ZygoteError

AHEAD = 2  # jobs per worker that are handed over: no worker waits while a run is written down


class Workers:
    """``count`` processes that turn jobs into runs with ``run``.

    A thread for each holds a pool of one process: when that dies, it is known which job it had. The kernels of
    all are forked from one preloaded process.
    """

    def __init__(self, count: int, run: Callable[[Job], Run] = execute.run) -> None:
        self.count, self.run = count, run
        self.before = set(multiprocessing.active_children())
        self.threads = ThreadPoolExecutor(count)
        self.own = threading.local()  # of each thread: its pool
        self.pools: list[ProcessPoolExecutor] = []
        self.flying: dict[Future[Run], Job] = {}
        self.zygote: Zygote | None = None
        self.starting = threading.Lock()

    def runs(self, jobs: Iterable[Job]) -> Iterator[Run]:
        """Execute ``jobs``; give each run as it comes.

        A worker that dies fails its own job only. That is executed again at the end; when it kills its
        worker twice, it has died. Raises CourseError when workers cannot start.
        """
        waiting, killed = deque(jobs), set[str]()
        if waiting and self.zygote is None and self.run is execute.run and sys.platform == "linux":
            self.zygote = Zygote(waiting[0].confined)  # gets ready while the workers start
        while waiting or self.flying:
            while waiting and len(self.flying) < self.count * AHEAD:
                job = waiting.popleft()
                self.flying[self.threads.submit(self._execute, job)] = job
            for future in wait(self.flying, return_when=FIRST_COMPLETED).done:
                job, error = self.flying.pop(future), future.exception()
                if isinstance(error, CourseError):
                    raise error
                if not isinstance(error, BrokenProcessPool):
                    yield failed(job, error) if error else future.result()
                elif job.key in killed:
                    yield Run(job.key, DIED, "its worker was killed, twice", job.notebook, 0.0)
                else:
                    killed.add(job.key)
                    waiting.append(job)

    def close(self, at_once: bool = False) -> None:
        """End the workers; ``at_once`` without waiting for what they do."""
        self.threads.shutdown(wait=not at_once, cancel_futures=True)
        while at_once and wait(self.flying, timeout=0.1).not_done:  # a thread may be starting its worker
            self._kill()
        if at_once:
            self._kill()
        for pool in self.pools:
            pool.shutdown()
        if self.zygote:
            self.zygote.close()

    def _execute(self, job: Job) -> Run:
        """Execute ``job`` in this thread's worker. Raises BrokenProcessPool when that dies of it."""
        if (pool := getattr(self.own, "pool", None)) is None:
            pool = self.own.pool = self._new_pool()
        try:
            return pool.submit(self.run, job).result()
        except BrokenProcessPool:
            self.own.pool = None
            raise

    def _new_pool(self) -> ProcessPoolExecutor:
        # Spawned, not forked: threads of this process would not survive a fork.
        way = (self.zygote.confined, self.zygote.control) if self.zygote else None
        pool = ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), _start_worker, (way,))
        self.pools.append(pool)
        try:
            pool.submit(os.getpid).result()
        except BrokenProcessPool:
            raise CourseError(
                "Worker processes die as soon as they start: is there memory left? "
                "The same command goes on where it stopped."
            ) from None
        with self.starting:
            if self.zygote and not self.zygote.pid:
                try:
                    self.zygote.wait()
                except ZygoteError:  # workers then start one each, which says in their runs what is wrong
                    self.zygote.close()
                    self.zygote = None
        return pool

    def _kill(self) -> None:
        for process in set(multiprocessing.active_children()) - self.before:
            process.kill()  # nbclient would take a milder signal for its own; a zygote ends with its owner


def failed(job: Job | Run, error: BaseException) -> Run:
    """The run of a job that our own code could not execute, or of a run that it could not judge."""
    return Run(job.key, FAILED, f"{type(error).__name__}: {error}"[:200], job.notebook, 0.0)


def _start_worker(way: tuple[bool, socket.socket] | None) -> None:
    os.setpgid(0, 0)  # Ctrl-C is for the grading process only: nbclient would take it for its own
    if way:
        provisioners.use(*way)
    Finalize(None, execute.close, exitpriority=1)  # a worker leaves without running atexit's functions
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """A pool's workers would wait for work for ever when the grading process is killed."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    wait_for([parent.sentinel])
    os._exit(1)
