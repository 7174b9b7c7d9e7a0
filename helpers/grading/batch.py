"""Grade a class: every submission gets a terminal status, whatever it does."""

from __future__ import annotations

import atexit
import contextlib
import csv
import dataclasses
import multiprocessing
import os
import signal
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from typing import Any

import nbformat
from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel
from nbformat import NotebookNode
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.apps import NbGraderAPI
from nbgrader.converters import Autograde
from nbgrader.plugins import CsvExportPlugin
from nbgrader.preprocessors import Execute, NbGraderPreprocessor
from sqlalchemy.exc import SAWarning
from traitlets import Unicode

from helpers import casefile
from helpers.casefile import CaseFile
from helpers.grading import cases, cleanup, kernels
from helpers.grading.course import Course, CourseError
from helpers.grading.intake import students as submissions
from helpers.grading.judge import LATE, LATE_ERRORS, JudgeAnswers, write_inputs
from helpers.grading.release import last_error, nbgrader_api, register
from helpers.results import INPUTS_VARIABLE

KERNEL = kernels.WARM_KERNEL if sys.platform == "linux" else "python3"  # forking needs Linux


@dataclasses.dataclass(frozen=True)
class Result:
    """What became of one submission.

    status: "graded", or why not all of it could be ("timed out", "died", "unreadable", "missing").
    """

    student: str
    status: str
    score: float
    max_score: float
    seconds: float
    note: str = ""


# nbgrader's own queries trip this warning; it tells an instructor nothing.
warnings.filterwarnings("ignore", category=SAWarning)


def grade(course: Course, lesson: str, jobs: int = 0) -> list[Result]:
    """Autograde, give feedback and export for every submission of ``lesson``; print a table.

    jobs: submissions graded at the same time; 0 means one per processor core.

    Raises CourseError before anything is graded when the course is not ready for it.
    """
    api = nbgrader_api(course)
    _require_ready(course, lesson, api)
    students = submissions(course, lesson)
    register(api, course, lesson)
    results = _grade_all(course, lesson, students, jobs)
    export = export_scores(course, api)
    print_table(course, lesson, results, export)
    return results


def _grade_all(course: Course, lesson: str, students: list[str], jobs: int) -> list[Result]:
    """Grade every submission in worker processes, each with a preloaded process for its kernels."""
    from helpers.grading.running import draw_cases  # brings TensorFlow, which workers need not load

    drawn = draw_cases(course, lesson).to_bytes()
    workers = min(jobs or os.cpu_count() or 1, len(students))
    start, done = time.perf_counter(), []
    # Spawned, not forked: this process has run TensorFlow, whose threads would not survive a fork.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, context, _start_worker, (course, lesson, drawn)) as pool:
        waiting = {pool.submit(_grade_in_worker, student) for student in students}
        for future in as_completed(waiting):
            result = future.result()
            done.append(result)
            left = (time.perf_counter() - start) / len(done) * (len(students) - len(done))
            print(f"[{len(done)}/{len(students)}] {result.student}: {result.status}, {left:.0f} s to go", flush=True)
        for _ in range(workers):
            pool.submit(kernels.stop)
    return sorted(done, key=lambda result: result.student)


_worker: dict[str, Any] = {}  # what a worker process keeps between submissions


def _start_worker(course: Course, lesson: str, drawn: bytes) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the main process's to handle
    warnings.filterwarnings("ignore", category=SAWarning)
    api = nbgrader_api(course)
    stack = contextlib.ExitStack()
    stack.enter_context(judged_apart(api, course, lesson, casefile.from_bytes(drawn)))
    atexit.register(stack.close)
    _worker.update(api=api, course=course, lesson=lesson)


def _grade_in_worker(student: str) -> Result:
    return grade_one(_worker["api"], _worker["course"], _worker["lesson"], student)


class CleanUp(NbGraderPreprocessor):
    """Put a submission on the footing of the released notebook before it runs."""

    released = Unicode(help="path of the released notebook").tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        release = nbformat.read(self.released, as_version=4)
        clean, _ = cleanup.clean(cleanup.parse(nbformat.writes(nb).encode()), release)
        return clean, resources


@contextlib.contextmanager
def judged_apart(api: NbGraderAPI, course: Course, lesson: str, drawn: CaseFile) -> Iterator[None]:
    """While this lasts, autograding cleans submissions up and judges them outside the student's process."""
    autograde = api.config.Autograde
    autograde.sanitize_preprocessors = [CleanUp, *_default("sanitize_preprocessors")]
    bound = type("JudgeAnswers", (JudgeAnswers,), {"cases": drawn})
    steps = _default("autograde_preprocessors")
    steps.insert(steps.index(Execute) + 1, bound)
    autograde.autograde_preprocessors = steps
    api.config.ExecutePreprocessor.kernel_name = KERNEL
    api.config.CleanUp.released = str(course.student_copy(lesson))
    with tempfile.TemporaryDirectory(prefix="inputs-") as folder:
        os.environ[INPUTS_VARIABLE] = str(write_inputs(drawn, Path(folder)))
        try:
            yield
        finally:
            del os.environ[INPUTS_VARIABLE]


def _default(trait: str) -> list[type]:
    return list(Autograde.class_traits()[trait].default())


def _require_ready(course: Course, lesson: str, api: NbGraderAPI) -> None:
    if not cases.up_to_date(course, lesson):
        raise CourseError(f"The cases of {lesson} are older than the lesson: run `make release` first.")
    try:
        KernelSpecManager().get_kernel_spec(KERNEL)
    except NoSuchKernel:
        raise CourseError(f"The Jupyter kernel '{KERNEL}' is missing: run `make setup` to install it again.") from None
    wanted = api.course_id
    if not course.gradebook.exists():
        return
    try:
        with Gradebook(api.coursedir.db_url, wanted) as gradebook:
            known = {assignment.course_id for assignment in gradebook.assignments}
    except Exception as error:  # sqlalchemy's errors name its internals, not the cure
        raise CourseError(
            f"{course.gradebook.name} cannot be read ({type(error).__name__}): restore it or move it away."
        ) from None
    if known - {wanted}:
        raise CourseError(
            f"The gradebook belongs to course '{sorted(known)[0]}', nbgrader_config.py says '{wanted}': "
            "set CourseDirectory.course_id back or move gradebook.db away."
        )


def grade_one(api: NbGraderAPI, course: Course, lesson: str, student: str) -> Result:
    """Autograde one submission and write its feedback."""
    start = time.perf_counter()

    def result(status: str, note: str = "") -> Result:
        score, top = _score(api, lesson, student)
        return Result(student, status, score, top, time.perf_counter() - start, note)

    problem = unreadable(course.root / "submitted" / student / lesson / f"{lesson}.ipynb")
    if problem is not None:
        return result(*problem)
    outcome = api.autograde(lesson, student, force=True, create=True)
    if not outcome["success"]:
        died = "DeadKernelError" in str(outcome.get("error"))
        return result("died" if died else "failed", "the kernel died" if died else last_error(outcome))
    api.generate_feedback(lesson, student, force=True)
    graded = nbformat.read(course.root / "autograded" / student / lesson / f"{lesson}.ipynb", as_version=4)
    late = [cell for cell in graded.cells if _ran_late(cell)]
    if late:
        return result("timed out", f"{len(late)} cell(s) ran into the limit")
    return result("graded")


def unreadable(path: Path) -> tuple[str, str] | None:
    """Return (status, note) for a file that cannot be graded at all, else None."""
    if not path.exists():
        return "missing", f"there is no {path.name}"
    try:
        notebook = nbformat.read(path, as_version=4)
    except Exception as error:  # nbformat raises many kinds, each for another kind of damage
        return "unreadable", f"not a notebook ({type(error).__name__})"
    if not any(cases.grade_id(cell) for cell in notebook.cells):
        return "unreadable", "a notebook, but none of this course's"
    return None


def _ran_late(cell: Any) -> bool:
    outputs = cell.get("outputs", [])
    return any(out.get("ename") in LATE_ERRORS or LATE in out.get("data", {}).get("text/plain", "") for out in outputs)


def _score(api: NbGraderAPI, lesson: str, student: str) -> tuple[float, float]:
    with Gradebook(api.coursedir.db_url, api.course_id) as gradebook:
        top = gradebook.find_assignment(lesson).max_score
        try:
            return gradebook.find_submission(lesson, student).score, top
        except MissingEntry:
            return 0.0, top


def export_scores(course: Course, api: NbGraderAPI) -> Path:
    """Write all scores of the gradebook as CSV, through nbgrader's exporter."""
    path = course.root / "grades.csv"
    exporter = CsvExportPlugin(parent=api)
    exporter.to = str(path)
    with Gradebook(api.coursedir.db_url, api.course_id) as gradebook:
        exporter.export(gradebook)
    return path


def print_table(course: Course, lesson: str, results: list[Result], export: Path) -> None:
    """Print a line per submission and where to look; write the statuses beside the export."""
    statuses = course.root / f"status_{lesson}.csv"
    with statuses.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow([field.name for field in dataclasses.fields(Result)])
        writer.writerows(dataclasses.astuple(result) for result in results)
    width = max(len(result.student) for result in results)
    print(f"\n{'student':{width}}  score        status")
    for result in results:
        note = f" ({result.note})" if result.note else ""
        print(f"{result.student:{width}}  {result.score:4g} of {result.max_score:<4g} {result.status}{note}")
    print(f"\nscores    {export}\nstatuses  {statuses}\nfeedback  {course.root / 'feedback'}")
    print(f"gradebook {course.gradebook} (formgrader: `make lab`, then the Formgrader tab)")
