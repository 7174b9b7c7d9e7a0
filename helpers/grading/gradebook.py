"""The one writer of nbgrader's gradebook, of autograded/ and of feedback/: nbgrader's own converters.

What they do differently here, nbgrader_config.py says (see :mod:`helpers.grading.plugins`).
"""

from __future__ import annotations

import dataclasses
import hashlib
import re
import signal
import tempfile
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook, MissingEntry, SubmittedAssignment
from nbgrader.apps import NbGraderAPI
from nbgrader.converters import Autograde
from nbgrader.utils import capture_log, temp_attrs
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import SAWarning

from helpers.grading import byhand
from helpers.grading.authoring.release import last_error
from helpers.grading.course import Course, CourseError
from helpers.grading.intake import HandIn
from helpers.grading.kernels.jobs import Record
from helpers.grading.plugins import stage, staged
from helpers.grading.store import Store

# nbgrader's own queries trip this warning; it tells an instructor nothing.
warnings.filterwarnings("ignore", category=SAWarning)


@dataclasses.dataclass(frozen=True)
class Marks:
    """What the gradebook says of one submission.

    raw: the score before the penalty. penalty: points taken off for being late. auto: points by cell, as judged.
    by_hand: identifies what people and dates have made of it: scores and comments given by hand, the penalty.
    stale: what was given by hand to an answer that has changed since, in words.
    """

    raw: float
    penalty: float
    auto: dict[str, float | None]
    by_hand: str
    stale: tuple[str, ...] = ()

    @property
    def score(self) -> float:
        """What counts. A penalty may be that of a higher score, until it is computed anew."""
        return max(0.0, self.raw - self.penalty)


def resolve(url: str) -> URL:
    """The database at ``url``; of the drivers for PostgreSQL it is the one this course installs."""
    address = make_url(url)
    if address.drivername in ("postgres", "postgresql"):
        address = address.set(drivername="postgresql+psycopg")
    if address.get_backend_name() == "postgresql" and "connect_timeout" not in address.query:
        address = address.update_query_dict({"connect_timeout": "10"})
    return address


def require(api: NbGraderAPI, url: str = "") -> None:
    """Let ``api`` use the gradebook at ``url`` (or the configured one), once it is known to be usable.

    Only reads: a gradebook that is not used stays as it was. Raises CourseError.
    """
    wanted = api.course_id
    try:
        address = resolve(url or api.coursedir.db_url)
    except Exception:
        raise CourseError("The gradebook's address is no URL: write one like postgresql://user@host/name.") from None
    file = address.database if address.get_backend_name() == "sqlite" else None
    api.coursedir.db_url = address.render_as_string(hide_password=False)
    label = name(api)
    if file and not Path(file).exists():
        return
    try:
        engine = create_engine(address)
        with engine.connect() as connection:
            tables = inspect(connection).get_table_names()
            known = set()
            if tables:
                known = {row[0] for row in connection.execute(text("SELECT DISTINCT course_id FROM assignment"))}
        engine.dispose()
    except ModuleNotFoundError as error:
        raise CourseError(
            f"The gradebook {label} needs the package '{error.name}': run `pip install -e '.[postgresql]'` first."
        ) from None
    except Exception as error:  # sqlalchemy's errors name its internals, not the cure
        cure = "restore it or move it away" if file else "is the server running, and is this its address?"
        raise CourseError(f"The gradebook {label} cannot be read ({type(error).__name__}): {cure}.") from None
    if known - {wanted}:
        raise CourseError(
            f"The gradebook belongs to course '{sorted(known)[0]}', nbgrader_config.py says '{wanted}': "
            f"set CourseDirectory.course_id back or move {label} away."
        )


def name(api: NbGraderAPI) -> str:
    """The gradebook's name, as an instructor may see it: a file, or an address without its password."""
    address = make_url(api.coursedir.db_url)
    if address.get_backend_name() == "sqlite" and address.database:
        return Path(address.database).name
    return address.render_as_string(hide_password=True)


@contextmanager
def opened_once() -> Iterator[None]:
    """While this lasts, nbgrader's steps share one connection to a gradebook; by themselves each of them opens it.

    Each step still has a session of its own, so that it sees what others have written. One that opens the gradebook
    while another step has it open gets a connection of its own.
    """
    begin, end = Gradebook.__init__, Gradebook.close
    idle: dict[tuple[str, str], Gradebook] = {}
    engines = []

    def begin_shared(self: Any, db_url: str, course_id: str = "default_course", authenticator: Any = None) -> None:
        known = idle.pop((db_url, course_id), None)
        if known is None:
            begin(self, db_url, course_id, authenticator)
            engines.append(self.engine)
        else:
            self.__dict__.update(known.__dict__)
        self.place = db_url, course_id

    def end_shared(self: Any) -> None:
        self.db.remove()
        idle[self.place] = self

    Gradebook.__init__, Gradebook.close = begin_shared, end_shared
    try:
        yield
    finally:
        Gradebook.__init__, Gradebook.close = begin, end
        for engine in engines:
            engine.dispose()


def all_marks(api: NbGraderAPI, store: Store) -> dict[str, Marks]:
    """What the gradebook says of every submission of a lesson, by student."""
    with Gradebook(api.coursedir.db_url, api.course_id) as gradebook:
        entries = gradebook.find_assignment(store.lesson).submissions
        return {entry.student_id: marks_in(entry, store) for entry in entries}


def marks_of(api: NbGraderAPI, store: Store, student: str) -> Marks | None:
    """What the gradebook says of one submission; None when it knows of none."""
    try:
        with Gradebook(api.coursedir.db_url, api.course_id) as gradebook:
            return marks_in(gradebook.find_submission(store.lesson, student), store)
    except (MissingEntry, UnicodeEncodeError):  # a name that is no text is in no database
        return None


def marks_in(entry: SubmittedAssignment, store: Store) -> Marks:
    """What an entry of an open gradebook says."""
    grades = [grade for notebook in entry.notebooks for grade in notebook.grades]
    comments = [comment for notebook in entry.notebooks for comment in notebook.comments]
    penalty, given = entry.late_submission_penalty, byhand.given(grades, comments)
    by_hand = hashlib.sha256(repr((sorted(given.items()), penalty)).encode()).hexdigest()[:16]
    stale = byhand.stale(byhand.read(store, entry.student_id), entry) if given else []
    return Marks(entry.score, penalty, {grade.name: grade.auto_score for grade in grades}, by_hand, tuple(stale))


def told(record: Record, marks: Marks | None) -> Record:
    """What became of a submission, with what the gradebook says of it now: its score, and why it is not another."""
    if marks is None:
        return record
    notes = [record.note]
    if not record.items and marks.raw:
        notes.append("the score is that of an earlier hand-in")
    if marks.stale:
        stand = "stands" if len(marks.stale) == 1 else "stand"
        notes.append(f"{' and '.join(marks.stale)} {stand} on a changed answer")
    if marks.penalty:
        notes.append(f"{marks.penalty:g} of {marks.raw:g} points were taken off for handing in late")
    return dataclasses.replace(record, score=marks.score, note="; ".join(note for note in notes if note))


def write(api: NbGraderAPI, lesson: str, hand_in: HandIn) -> str:
    """Let nbgrader autograde a hand-in that the open desk has judged; return what went wrong, or ""."""
    with _selected(api, lesson, hand_in.student), tempfile.TemporaryDirectory(prefix="hand-ins-") as folder:
        stage(Path(folder), hand_in, lesson)
        autograde = Autograde(coursedir=staged(api.coursedir, folder), parent=api)
        autograde.force = autograde.create_student = True
        outcome = capture_log(autograde)
    return "" if outcome["success"] else _why(outcome)


def _why(outcome: dict[str, Any]) -> str:
    """The error itself, out of nbgrader's log: its own last words only point there."""
    said = re.findall(r"^ *((?:\w+\.)*\w*(?:Error|Exception|Entry)\b.*)$", outcome.get("log", ""), re.MULTILINE)
    return said[-1][:200] if said else last_error(outcome)[:200]


def write_feedback(api: NbGraderAPI, lesson: str, student: str) -> str:
    """Write the page a student gets back; return what went wrong, or ""."""
    with _selected(api, lesson, student):
        outcome = api.generate_feedback(lesson, api.coursedir.student_id, force=True)
    return "" if outcome["success"] else _why(outcome)


def written(course: Course, lesson: str, student: str) -> bool:
    """Whether the folders hold what :func:`write` and :func:`write_feedback` wrote."""
    return (course.root / "autograded" / student / lesson / f"{lesson}.ipynb").exists() and (
        course.root / "feedback" / student / lesson / f"{lesson}.html"
    ).exists()


@contextmanager
def _selected(api: NbGraderAPI, lesson: str, student: str) -> Iterator[None]:
    """Point nbgrader at one student; intake lets no name through that it would take for a pattern."""
    with temp_attrs(api.coursedir, assignment_id=lesson, student_id=student), uninterrupted():
        yield


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Put Ctrl-C off: nbgrader would take it for an error of the student it is writing."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    pressed = []
    before = signal.signal(signal.SIGINT, lambda *_: pressed.append(True))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if pressed:
        raise KeyboardInterrupt
