"""What nbgrader_config.py names: this course's part in nbgrader's own steps.

``nbgrader autograde``, the Formgrader's button and ``make grade`` are one way, because all three run nbgrader's
``Autograde`` with these settings. :class:`HandInExporter` reads what was handed in, trusts nothing in it and puts it on
the footing of the released notebook; :class:`ExecuteApart` stands where nbgrader would execute it: the notebook runs
confined, on inputs that nobody has seen, and the process that runs nbgrader judges its answers.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import re
import tempfile
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import nbformat
from jinja2 import BytecodeCache, Environment
from jinja2.bccache import Bucket
from nbconvert import HTMLExporter, NotebookExporter
from nbconvert.exporters import TemplateExporter
from nbconvert.filters import Highlight2HTML
from nbconvert.filters.widgetsdatatypefilter import WidgetsDataTypeFilter
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI
from nbgrader.converters import Autograde, GenerateAssignment
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import GetGrades, NbGraderPreprocessor
from traitlets import Bool

from helpers.grading import byhand, editions, intake, penalties, registry
from helpers.grading.authoring.at_stake import note_release, work_in
from helpers.grading.course import Course, CourseError
from helpers.grading.desk import Desk, Judged, drawn_cases, limits_of
from helpers.grading.intake import HandIn
from helpers.grading.judge import was_not_asked
from helpers.grading.kernels.jobs import FAILED, Job, Record, Run
from helpers.grading.marks import is_check
from helpers.grading.store import Kept, Store
from helpers.grading.workers import Workers

_desks: dict[tuple[Path, str], Desk] = {}


@contextlib.contextmanager
def opened(desk: Desk) -> Iterator[None]:
    """While this lasts, nbgrader's steps in this process grade at ``desk`` instead of one of their own."""
    place = desk.course.root, desk.lesson
    _desks[place] = desk
    try:
        yield
    finally:
        del _desks[place]


_idle: list[Workers] = []  # the Formgrader's server keeps them: its next button is answered sooner


def _workers(jobs: int) -> Workers:
    """Workers of this process, for as long as it lives."""
    count = min(os.cpu_count() or 1, jobs)
    if not _idle or _idle[0].count < count:
        _close_workers()
        _idle.append(Workers(count))
    return _idle[0]


@atexit.register
def _close_workers() -> None:
    while _idle:
        _idle.pop().close()


class CalmStubs(NbGraderPreprocessor):
    """Make stubs that stand outside a function harmless.

    nbgrader replaces a solution by ``raise NotImplementedError()``. In a function that is right: the
    check reports it calmly. At the top level of a cell it would stop Run All with a traceback.
    """

    def preprocess_cell(self, cell: Any, resources: Any, index: int) -> tuple[Any, Any]:
        lines = cell.source.split("\n")
        cell.source = "\n".join(line for line in lines if line != "raise NotImplementedError()")
        return cell, resources


class SaveCells(NbGraderPreprocessor):
    """In the place of nbgrader's: cells may be added and removed though somebody has handed in."""

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        place = resources["nbgrader"]
        with Gradebook(place["db_url"]) as gradebook:
            registry.put(gradebook, place["assignment"], place["notebook"], nb)
        return nb, resources


class NoteRelease(NbGraderPreprocessor):
    """The last step of a release: what it writes is noted, so that the next one knows what somebody has added."""

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        root = Path(self.parent.parent.coursedir.root).resolve()
        note_release(Course(root), resources["nbgrader"]["assignment"], nb.cells)
        return nb, resources


class ReleaseExporter(NotebookExporter):
    """GenerateAssignment's exporter. nbgrader removes what was released before it asks its gradebook: here it is asked
    when the release starts, and where it refuses, that is said in a sentence and nothing is touched."""

    def __init__(self, config: Any = None, **options: Any) -> None:
        super().__init__(config=config, **options)
        if not isinstance(self.parent, GenerateAssignment) or self.parent.no_database:
            return
        coursedir = self.parent.coursedir
        course = Course(Path(coursedir.root).resolve())
        with Gradebook(coursedir.db_url, coursedir.course_id) as gradebook:
            for name in (name for found in self.parent.assignments.values() for name in found):
                source, lesson = nbformat.read(name, as_version=4), Path(name).parent.name
                try:
                    if at_stake := [*work_in(course, lesson)]:
                        raise CourseError(at_stake[0])
                    registry.require_kept(gradebook, lesson, Path(name).stem, source)
                except CourseError as error:
                    self.log.error(str(error))
                    raise NbGraderException(str(error)) from error
                if lesson in course.lessons():
                    editions.keep_released(course, lesson)


class HandInExporter(NotebookExporter):
    """Autograde's exporter. nbgrader never opens what a student handed in: it is given a cleaned copy of it.

    Made when a grading starts, before anything is converted. Where the lesson cannot be graded here, or nothing
    that was handed in can be read, it says so in a sentence and nothing is touched.
    """

    optimistic_validation = Bool(True, help="Validate once, after all steps").tag(config=True)

    def __init__(self, config: Any = None, **options: Any) -> None:
        super().__init__(config=config, **options)
        self.judged: dict[str, Judged] = {}  # by student
        self.stands: dict[str, byhand.Stands] = {}  # by student: read before nbgrader removes what was graded before
        self.times: dict[str, str] = {}  # by student whose record is to be kept: when it was handed in
        if isinstance(self.parent, Autograde):
            try:
                self._take_over(self.parent)
            except CourseError as error:
                self.log.error(str(error))
                raise NbGraderException(str(error)) from error

    def _take_over(self, autograde: Autograde) -> None:
        """Let ``autograde`` work on cleaned copies of the hand-ins that it has found, and of those it has missed."""
        coursedir = autograde.coursedir
        course, lesson = Course(Path(coursedir.root).resolve()), coursedir.assignment_id
        if desk := _desks.get((course.root, lesson)):  # `make grade` has staged and judged what is to be written
            self.desk, self.judged = desk, desk.decided
            self.stands = {student: byhand.read(desk.store, student) for student in self.judged}
            return
        self.desk = desk = self._new_desk(course, lesson, coursedir.db_url)
        self.staged = tempfile.TemporaryDirectory(prefix="hand-ins-")
        ready: dict[str, HandIn] = {}
        found = [Path(folder).parent.name for folder in autograde.assignments]
        for student in [*found, *self._missed(course, lesson, found, coursedir)]:
            hand_in = desk.read(student)
            if hand_in.status is None:
                ready[student] = hand_in
                if hand_in.note:
                    self.log.warning(f"{hand_in.student}: {hand_in.note}.")
            else:
                self.log.error(f"{hand_in.student}: {hand_in.status} ({hand_in.note}); the others are graded.")
                record = Record(hand_in.student, lesson, "", hand_in.status, hand_in.note, 0.0, desk.most, 0.0)
                desk.store.keep(Kept(record, hand_in.timestamp, ""))
        if not ready:
            raise CourseError(f"Nothing that was handed in for {lesson} can be graded.")
        self._execute(desk, ready)
        self.stands = {student: byhand.read(desk.store, student) for student in self.judged}
        self.times = {student: ready[student].timestamp for student in self.judged}
        autograde.assignments = {}
        for student in self.judged:
            notebook = stage(Path(self.staged.name), ready[student], lesson)
            autograde.assignments[str(notebook.parent)] = [str(notebook)]
        if not autograde.assignments:
            raise CourseError(f"Grading {lesson} failed; the lines above say how.")
        autograde.coursedir = staged(coursedir, self.staged.name)

    def _missed(self, course: Course, lesson: str, found: list[str], coursedir: CourseDirectory) -> list[str]:
        """Students whose hand-in lies elsewhere than where nbgrader looks, among those it was asked for."""
        excluded = {name.strip() for name in coursedir.student_id_exclude.split(",")}
        asked = [name for name in intake.folders(course) if fnmatchcase(name, coursedir.student_id)]
        return [name for name in asked if name not in {*found, *excluded} and intake.concerns(course, lesson, name)]

    def from_filename(self, filename: str, resources: Any = None, **options: Any) -> Any:
        """Convert a cleaned hand-in: nbgrader asks once to clean it, with no step of its own, and once to grade it."""
        text = Path(filename).read_text(encoding="utf-8")
        resources = self._init_resources(resources)
        if not self._preprocessors:
            return text, resources
        # Not read through nbformat, which validates, copies and upgrades what has been written a moment ago.
        graded, resources = self._preprocess(nbformat.v4.reads(text), resources)
        return nbformat.v4.writes(graded), resources

    def _new_desk(self, course: Course, lesson: str, db_url: str) -> Desk:
        """The desk for a grading that nbgrader's own command or button has begun."""
        from helpers.grading.ready import require_lesson, require_runnable

        api = NbGraderAPI(config=self.config)
        api.coursedir.db_url = db_url
        confined = not ExecuteApart(parent=self).unconfined
        require_lesson(course, lesson)
        require_runnable(course, confined, f"c.{ExecuteApart.__name__}.unconfined = True in nbgrader_config.py")
        store = Store(course, lesson)
        with store.opened():
            registry.register(api, course, lesson)
            editions.keep(store, intake.released(course.student_copy(lesson)))
            drawn = drawn_cases(store)
            penalties.settle(api, lesson)  # nbgrader goes on with those alone that it has not graded yet
        return Desk(store, drawn, limits_of(self.config), confined)

    def _execute(self, desk: Desk, hand_ins: dict[str, HandIn]) -> None:
        """Execute what has not been executed yet, and judge everything."""
        jobs: dict[str, Job] = {name: job for name, hand_in in hand_ins.items() if (job := desk.job(hand_in))}
        runs: dict[str, Run] = {job.key: run for job in jobs.values() if (run := desk.store.run(job.key))}
        missing = {job.key: job for job in jobs.values() if job.key not in runs}
        for number, run in enumerate(_workers(len(missing)).runs(missing.values()) if missing else (), 1):
            self.log.info("Executed %d of %d: %s", number, len(missing), run.status)
            if run.seconds:
                desk.store.keep_run(run)
            runs[run.key] = run
        for student, job in jobs.items():
            run = runs[job.key]
            if run.status == FAILED:
                self.log.error(f"{student}: {run.note}; the others are graded.")
                continue
            try:
                self.judged[student] = desk.judge(hand_ins[student], run)
            except Exception as error:  # a kernel may have sent anything: the class goes on
                self.log.error(f"{student}: {type(error).__name__}: {error}; the others are graded.")


def staged(coursedir: CourseDirectory, folder: str) -> CourseDirectory:
    """A course directory that finds hand-ins in ``folder``. Whoever else uses the given one still finds submitted/."""
    given = {name: getattr(coursedir, name) for name in coursedir.trait_names(config=True)}
    return CourseDirectory(parent=coursedir.parent, **given | {"submitted_directory": folder})


def stage(folder: Path, hand_in: HandIn, lesson: str) -> Path:
    """Write a cleaned hand-in below ``folder`` as nbgrader expects it; return its notebook."""
    place = folder / hand_in.student / lesson
    place.mkdir(parents=True)
    nbformat.write(hand_in.notebook, place / f"{lesson}.ipynb")
    if hand_in.timestamp:
        (place / "timestamp.txt").write_text(hand_in.timestamp, encoding="utf-8")
    return place / f"{lesson}.ipynb"


class ExecuteApart(NbGraderPreprocessor):
    """In the place of nbgrader's Execute: the outputs are those of a confined run, judged by this process."""

    unconfined = Bool(
        False,
        help="Let submissions run with all your rights, where the system cannot confine them: for people you trust",
    ).tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        student = resources["nbgrader"]["student"]
        judged = self.parent.judged[student].notebook
        # Strict: a run of another notebook must not be taken for one of this.
        for cell, ran in zip(nb.cells, judged.cells, strict=True):
            if cell.source != ran.source or cell.cell_type != ran.cell_type:
                raise ValueError("the run is one of another notebook")
            if cell.cell_type == "code":
                cell.outputs = ran.outputs
                cell.execution_count = ran.execution_count
                if "execution" in ran.metadata:
                    cell.metadata.execution = {key: str(value) for key, value in ran.metadata.execution.items()}
        return nb, resources


class KeepRecord(NbGraderPreprocessor):
    """The last step of nbgrader's own command or button: what became of a hand-in is kept, as `make grade` keeps it."""

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        student = resources["nbgrader"]["student"]
        if student in self.parent.times:
            record = self.parent.judged[student].record
            self.parent.desk.store.keep(Kept(record, self.parent.times[student], ""))
        return nb, resources


class AskedGrades(GetGrades):
    """In the place of GetGrades: what was not asked of a student is not in the points that the student could have."""

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        nb, resources = super().preprocess(nb, resources)
        for cell in nb.cells:
            if is_check(cell) and was_not_asked(cell):
                resources["nbgrader"]["max_score"] -= cell.metadata.nbgrader["points"]
                cell.metadata.nbgrader["points"] = 0.0
        return nb, resources


class _Compiled(BytecodeCache):
    """Compiled templates, kept in memory: nbgrader makes a new exporter for every page, which compiles nine of them."""

    def __init__(self) -> None:
        self.codes: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self.codes:
            bucket.bytecode_from_string(self.codes[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.codes[bucket.key] = bucket.bytecode_to_string()


_compiled = _Compiled()
UNDESCRIBED = re.compile(r"<img(?![^>]*\balt=)")


class FeedbackExporter(HTMLExporter):
    """nbgrader's exporter of feedback pages, for many pages in a row."""

    optimistic_validation = Bool(True, help="Validate once, after all steps").tag(config=True)

    def _create_environment(self) -> Environment:
        environment: Environment = super()._create_environment()
        environment.bytecode_cache = _compiled
        return environment

    def from_notebook_node(self, nb: NotebookNode, resources: Any = None, **options: Any) -> Any:
        """Make the page. It is parsed again, to describe pictures, only where one has no description."""
        language = nb.metadata.get("language_info", {})
        lexer = language.get("pygments_lexer", language.get("name"))
        resources = self._init_resources(resources)
        self.register_filter("highlight_code", Highlight2HTML(pygments_lexer=lexer, parent=self))
        shown = WidgetsDataTypeFilter(notebook_metadata=self._nb_metadata, parent=self, resources=resources)
        self.register_filter("filter_data_type", shown)
        page, made = TemplateExporter.from_notebook_node(self, nb, resources, **options)
        if UNDESCRIBED.search(page):
            return super().from_notebook_node(nb, resources, **options)
        return page, made
