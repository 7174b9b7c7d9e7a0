"""The one writer of nbgrader's gradebook, of autograded/ and of feedback/: nbgrader's own converters.

nbgrader is handed a staged copy of the cleaned notebook and never opens what a student handed in. Its
step that executes is replaced by one that takes over the outputs of a judged run.
"""

from __future__ import annotations

import dataclasses
import hashlib
import re
import shutil
import signal
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

import nbformat
from jinja2 import BytecodeCache, Environment
from jinja2.bccache import Bucket
from nbconvert import HTMLExporter
from nbformat import NotebookNode
from nbgrader.api import Gradebook, MissingEntry, SubmittedAssignment
from nbgrader.apps import NbGraderAPI
from nbgrader.converters import Autograde
from nbgrader.preprocessors import Execute
from nbgrader.utils import capture_log, temp_attrs
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import SAWarning

from helpers.grading.authoring.release import last_error
from helpers.grading.course import Course, CourseError
from helpers.grading.intake import HandIn

# nbgrader's own queries trip this warning; it tells an instructor nothing.
warnings.filterwarnings("ignore", category=SAWarning)


class _Compiled(BytecodeCache):
    """Compiled templates, kept in memory: nbgrader makes a new exporter for every page, which compiles nine of them."""

    codes: ClassVar[dict[str, bytes]] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self.codes:
            bucket.bytecode_from_string(self.codes[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.codes[bucket.key] = bucket.bytecode_to_string()


class FeedbackExporter(HTMLExporter):
    """nbgrader's exporter of feedback pages, for many pages in a row."""

    def _create_environment(self) -> Environment:
        environment: Environment = super()._create_environment()
        environment.bytecode_cache = _Compiled()
        return environment


@dataclasses.dataclass(frozen=True)
class Marks:
    """What the gradebook says of one submission.

    auto: points by cell, as judged. by_hand: identifies scores and comments that people gave.
    """

    score: float
    auto: dict[str, float | None]
    by_hand: str


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


def all_marks(api: NbGraderAPI, lesson: str) -> tuple[dict[str, Marks], float]:
    """What the gradebook says of every submission of ``lesson``, and the most points there are."""
    with Gradebook(api.coursedir.db_url, api.course_id) as gradebook:
        assignment = gradebook.find_assignment(lesson)
        return {entry.student_id: _marks(entry) for entry in assignment.submissions}, assignment.max_score


def marks_of(api: NbGraderAPI, lesson: str, student: str) -> Marks | None:
    """What the gradebook says of one submission; None when it knows of none."""
    try:
        with Gradebook(api.coursedir.db_url, api.course_id) as gradebook:
            return _marks(gradebook.find_submission(lesson, student))
    except (MissingEntry, UnicodeEncodeError):  # a name that is no text is in no database
        return None


def _marks(entry: SubmittedAssignment) -> Marks:
    grades = [grade for notebook in entry.notebooks for grade in notebook.grades]
    comments = [comment for notebook in entry.notebooks for comment in notebook.comments]
    given = sorted(repr((grade.name, grade.manual_score, grade.extra_credit)) for grade in grades)
    said = sorted(repr((comment.name, comment.manual_comment)) for comment in comments)
    by_hand = hashlib.sha256(repr((given, said)).encode()).hexdigest()[:16]
    return Marks(entry.score, {grade.name: grade.auto_score for grade in grades}, by_hand)


def write(api: NbGraderAPI, staged: Path, hand_in: HandIn, judged: NotebookNode, lesson: str) -> str:
    """Autograde a cleaned notebook with the outputs of ``judged``; return what went wrong, or ""."""
    shutil.rmtree(staged, ignore_errors=True)
    folder = staged / hand_in.student / lesson
    folder.mkdir(parents=True)
    nbformat.write(hand_in.notebook, folder / f"{lesson}.ipynb")
    if hand_in.timestamp:
        (folder / "timestamp.txt").write_text(hand_in.timestamp, encoding="utf-8")
    source = str(staged.relative_to(api.coursedir.root))
    with temp_attrs(api.coursedir, submitted_directory=source), _selected(api, lesson, hand_in.student):
        autograde = Autograde(coursedir=api.coursedir, parent=api)
        autograde.force = autograde.create_student = True
        steps = list(autograde.autograde_preprocessors)
        steps[steps.index(Execute)] = take_over(judged)
        autograde.autograde_preprocessors = steps
        outcome = capture_log(autograde)
    shutil.rmtree(staged, ignore_errors=True)
    return "" if outcome["success"] else _why(outcome)


def _why(outcome: dict[str, Any]) -> str:
    """The error itself, out of nbgrader's log: its own last words only point there."""
    said = re.findall(r"^ *((?:\w+\.)*\w*(?:Error|Exception|Entry)\b.*)$", outcome.get("log", ""), re.MULTILINE)
    return said[-1][:200] if said else last_error(outcome)[:200]


def take_over(judged: NotebookNode) -> Callable[[NotebookNode, Any], tuple[NotebookNode, Any]]:
    """The step in the place of nbgrader's Execute: the outputs are those of a judged run."""

    def step(notebook: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        # Strict: a run of another notebook must not be taken for one of this.
        for cell, ran in zip(notebook.cells, judged.cells, strict=True):
            if cell.source != ran.source or cell.cell_type != ran.cell_type:
                raise ValueError("the run is one of another notebook")
            if cell.cell_type == "code":
                cell.outputs = ran.outputs
                cell.execution_count = ran.execution_count
                if "execution" in ran.metadata:
                    cell.metadata.execution = {key: str(value) for key, value in ran.metadata.execution.items()}
        return notebook, resources

    return step


def write_feedback(api: NbGraderAPI, lesson: str, student: str) -> str:
    """Write the page a student gets back; return what went wrong, or ""."""
    api.config.GenerateFeedback.exporter_class = FeedbackExporter
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
