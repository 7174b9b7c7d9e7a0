"""What travels between the steps of grading: a job to execute, its run, and the record that is kept.

intake makes a :class:`Job` of what a student handed in; a worker, on this machine or another, makes a
:class:`Run` of it; the grading process judges the run, writes the gradebook and keeps a :class:`Record`.
"""

from __future__ import annotations

import dataclasses
import hashlib

MEGABYTE = 1 << 20

# Terminal statuses: every submission ends with one of them.
GRADED = "graded"
TAMPERED = "tampered"  # graded, but locked cells had been changed and were put back
TIMED_OUT = "timed out"
MEMORY = "killed for memory"
DIED = "died"
UNREADABLE = "unreadable"
NO_NOTEBOOK = "not a notebook"
MISSING = "missing"
FAILED = "failed"  # grading itself went wrong; the note says how
STATUSES = (GRADED, TAMPERED, TIMED_OUT, MEMORY, DIED, UNREADABLE, NO_NOTEBOOK, MISSING, FAILED)

NOT_ASKED = "not asked"  # the status of an exercise that the edition of a hand-in does not have


@dataclasses.dataclass(frozen=True)
class Limits:
    """What one submission may use."""

    cell_seconds: int = 20
    total_seconds: int = 300
    memory_mb: int = 3000
    processes: int = 400  # threads count too; TensorFlow starts some dozens
    disk_mb: int = 200
    output_mb: int = 8


@dataclasses.dataclass(frozen=True)
class Job:
    """One submission to execute: all that a worker needs, so that it can be sent anywhere.

    notebook: the cleaned notebook as JSON. files: other files that were handed in, by relative name.
    questions: those of this grading, a :class:`~helpers.checking.questions.Sheet` as bytes.
    """

    student: str
    lesson: str
    notebook: str
    files: tuple[tuple[str, bytes], ...]
    questions: bytes
    limits: Limits = Limits()
    confined: bool = True

    @property
    def key(self) -> str:
        """Identify what is executed. The same key gives the same run, whoever handed it in."""
        parts = [
            self.lesson.encode(),
            self.notebook.encode(),
            self.questions,
            repr((self.limits, self.confined)).encode(),
        ]
        parts += [part for name, content in self.files for part in (name.encode(), content)]
        # Each part by its own hash: no two lists of parts can run together into one.
        return hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()[:32]


@dataclasses.dataclass(frozen=True)
class Run:
    """An executed job. notebook: with outputs, as far as it came. status: GRADED when it came to its end."""

    key: str
    status: str
    note: str
    notebook: str
    seconds: float


@dataclasses.dataclass(frozen=True)
class Item:
    """One exercise of a graded submission.

    status: "right", "partly", "wrong" or "unwritten", or NOT_ASKED, with no points to be had. mistake: name of the
    known mistake, or "". says: what the student is told. seconds: what the answer's and the check's cells took to run.
    """

    exercise: str
    points: float
    max_points: float
    status: str
    mistake: str
    says: str
    seconds: float


@dataclasses.dataclass(frozen=True)
class Record:
    """What became of one submission. status: one of STATUSES. max_score: of what was asked of this student."""

    student: str
    lesson: str
    key: str
    status: str
    note: str
    score: float
    max_score: float
    seconds: float
    items: tuple[Item, ...] = ()
