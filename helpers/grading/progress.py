"""How far a grading is: a bar on a terminal, a line per submission elsewhere."""

from __future__ import annotations

import time
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from helpers.grading.kernels.jobs import GRADED


class Bar:
    """Progress through ``total`` submissions; a context manager."""

    def __init__(self, total: int) -> None:
        self.total, self.done, self.start = total, 0, time.perf_counter()
        self.console = Console(markup=False, highlight=False, soft_wrap=True)
        columns: Any = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("to go"))
        self.bar = Progress(*columns, TimeRemainingColumn(), console=self.console, transient=True)
        self.task = self.bar.add_task("", total=total)

    def __enter__(self) -> Bar:
        if self.console.is_terminal:
            self.bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self.console.is_terminal:
            self.bar.stop()

    def step(self, student: str, status: str) -> None:
        """One submission more has its ``status``."""
        self.done += 1
        name = printable(student)
        if self.console.is_terminal:
            self.bar.advance(self.task)
            if status != GRADED:  # the others are in the table
                self.console.print(f"{name}: {status}")
            return
        left = (time.perf_counter() - self.start) / self.done * (self.total - self.done)
        print(f"[{self.done}/{self.total}] {name}: {status}, {left:.0f} s to go", flush=True)


def printable(text: str) -> str:
    """A name as a terminal can show it: a folder's may hold control characters."""
    return "".join(char if char.isprintable() else "?" for char in text)
