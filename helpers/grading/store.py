"""What grading keeps between its runs: ``.grading/<lesson>/`` of a course.

drawn.npz: the inputs of this lesson's grading and what is expected. runs/: what executing gave, by job.
records/: what became of each student. given/: the answers that people gave points to.
editions/: the notebooks that were released. Every file is written whole or not at all, so that a grading killed at any
moment goes on where it stopped.
"""

from __future__ import annotations

import contextlib
import dataclasses
import fcntl
import hashlib
import json
import os
import tempfile
from collections.abc import Collection, Iterator
from pathlib import Path

from helpers.checking import keys
from helpers.checking.keys import CaseFile
from helpers.grading.course import Course, CourseError
from helpers.grading.kernels.jobs import Item, Record, Run

ROOM = 4 << 20  # bytes that must be free before a grading starts


@dataclasses.dataclass(frozen=True)
class Kept:
    """A record as it was judged, and the state it was written in.

    timestamp: the hand-in's. by_hand: what people and dates had made of it in the gradebook.
    """

    record: Record
    timestamp: str
    by_hand: str


class Store:
    """The kept files of one lesson."""

    def __init__(self, course: Course, lesson: str) -> None:
        self.course, self.lesson = course, lesson
        self.folder = course.root / ".grading" / lesson
        self.runs, self.records, self.editions = (self.folder / name for name in ("runs", "records", "editions"))
        self.drawn_file = self.folder / "drawn.npz"

    @contextlib.contextmanager
    def opened(self) -> Iterator[None]:
        """Make the folders and hold the lock: two gradings of a lesson would write over each other.

        Raises CourseError when the folder cannot be written, or another grading holds it.
        """
        try:
            for folder in (self.folder.parent, self.folder, self.runs, self.records):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            trial = self.folder / "trial"
            write_whole(trial, bytes(ROOM))
            trial.unlink()
            lock = (self.folder / "lock").open("w")
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise CourseError(f"{self.folder} cannot be written ({reason}): make room or change its rights.") from None
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise CourseError("This lesson is being graded already: wait for that run, or end it.") from None
            yield

    def drawn(self) -> CaseFile | None:
        """The cases drawn for this lesson's grading, if there are any that can be read."""
        try:
            return keys.load(self.drawn_file)
        except keys.CaseFileError:
            return None

    def keep_drawn(self, content: bytes) -> None:
        write_whole(self.drawn_file, content)

    def run(self, key: str) -> Run | None:
        """The run kept under ``key``; None when there is none, or the disk has damaged it."""
        with contextlib.suppress(OSError, ValueError, TypeError):
            run = Run(**json.loads((self.runs / f"{key}.json").read_bytes()))
            return run if run.key == key else None
        return None

    def keep_run(self, run: Run) -> None:
        write_whole(self.runs / f"{run.key}.json", json.dumps(dataclasses.asdict(run)).encode())

    def kept(self, student: str) -> Kept | None:
        """What was kept of ``student``, once everything about this student had been written."""
        return _read_kept(self._record(student))

    def all_kept(self) -> list[Kept]:
        """What was kept of everybody. Reads only: there need not be anything."""
        return [kept for path in sorted(self.records.glob("*.json")) if (kept := _read_kept(path))]

    def keep(self, kept: Kept) -> None:
        write_whole(self._record(kept.record.student), json.dumps(dataclasses.asdict(kept)).encode())

    def forget(self, student: str) -> None:
        """Forget a student's record: what follows is true only once a new one is kept."""
        self._record(student).unlink(missing_ok=True)

    def stands(self, student: str) -> Path:
        """The file that says which answers stand under what was given to a student by hand."""
        return self.folder / "given" / self._record(student).name

    def prune(self, keys: Collection[str], students: Collection[str]) -> None:
        """Remove runs and records that belong to nothing handed in."""
        wanted = {f"{key}.json" for key in keys}
        for path in self.runs.iterdir():
            if path.name not in wanted:
                path.unlink()
        present = {self._record(student) for student in students}
        for path in self.records.iterdir():
            if path not in present:
                path.unlink()

    def _record(self, student: str) -> Path:
        # By hash: a student's name may be longer or stranger than a file's may be.
        return self.records / f"{hashlib.sha256(os.fsencode(student)).hexdigest()[:32]}.json"


def _read_kept(path: Path) -> Kept | None:
    with contextlib.suppress(OSError, ValueError, TypeError, KeyError):
        content = json.loads(path.read_bytes())
        items = tuple(Item(**item) for item in content["record"].pop("items"))
        return Kept(Record(**content["record"], items=items), content["timestamp"], content["by_hand"])
    return None


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that it is there whole or not at all, readable by its owner only."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
