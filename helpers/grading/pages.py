"""Feedback pages, written in processes of their own while the next hand-ins are judged."""

from __future__ import annotations

import dataclasses
import multiprocessing
import os
from concurrent.futures import Future, ProcessPoolExecutor
from functools import cache

from nbgrader.apps import NbGraderAPI

from helpers.grading import gradebook
from helpers.grading.authoring.release import nbgrader_api
from helpers.grading.course import Course


@dataclasses.dataclass(frozen=True)
class Pages:
    """Writes a student's feedback page; ``count`` at a time."""

    course: Course
    db_url: str
    count: int
    pool: ProcessPoolExecutor = dataclasses.field(init=False)

    def __post_init__(self) -> None:
        pool = ProcessPoolExecutor(self.count, multiprocessing.get_context("spawn"), _start)
        object.__setattr__(self, "pool", pool)

    def write(self, lesson: str, student: str) -> Future[str]:
        """Begin a page; what comes of it is what went wrong, or ""."""
        return self.pool.submit(_write, self.course, self.db_url, lesson, student)

    def close(self) -> None:
        """End the processes."""
        self.pool.shutdown(cancel_futures=True)


def _start() -> None:
    os.setpgid(0, 0)  # Ctrl-C is for the grading process: nbgrader would take it for an error of the student


@cache
def _api(course: Course, db_url: str) -> NbGraderAPI:
    api = nbgrader_api(course)
    api.coursedir.db_url = db_url
    return api


def _write(course: Course, db_url: str, lesson: str, student: str) -> str:
    with gradebook.opened_once():
        return gradebook.write_feedback(_api(course, db_url), lesson, student)
