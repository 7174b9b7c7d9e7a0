"""Grade a class: every submission gets a terminal status, whatever it does.

This process reads what was handed in, judges and writes; it never executes a student's code. Workers
execute, on this machine or on a cluster. What they gave is kept, so that a grading that was stopped goes
on where it was, and grading again executes only what is new.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import multiprocessing
import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from typing import Any, Protocol

import nbformat
from nbformat import NotebookNode
from nbgrader.apps import NbGraderAPI

from helpers.checking.keys import CaseFile
from helpers.checking.verdicts import Verdict
from helpers.grading import exports, gradebook, intake
from helpers.grading.authoring import cases
from helpers.grading.authoring.release import nbgrader_api, register
from helpers.grading.course import Course, CourseError
from helpers.grading.gradebook import Marks
from helpers.grading.intake import HandIn
from helpers.grading.judge import judge_run
from helpers.grading.kernels.jobs import FAILED, GRADED, TAMPERED, Item, Job, Limits, Record, Run
from helpers.grading.marks import CHECK_PREFIX, grade_id
from helpers.grading.options import Options
from helpers.grading.progress import Bar
from helpers.grading.ready import require_confinement, require_ready
from helpers.grading.store import Kept, Store
from helpers.grading.watch import arrivals
from helpers.grading.workers import Workers, failed


class Executor(Protocol):
    """What executes jobs: workers here or on a cluster."""

    def runs(self, jobs: Iterable[Job]) -> Iterator[Run]: ...
    def close(self, at_once: bool = False) -> None: ...


def grade(course: Course, lesson: str, options: Options | None = None) -> list[Record]:
    """Autograde, give feedback and export for every submission of ``lesson``; print a table.

    Raises CourseError before anything is graded when the course is not ready for it.
    """
    options = options or Options()
    api = nbgrader_api(course)
    students = require_ready(course, lesson, api, options)
    store = Store(course, lesson)
    with store.opened(), _executor(options, len(students)) as executor:
        try:
            return _Grading(course, lesson, api, store, executor, options).all(students)
        except OSError as error:  # a disk that has become full, most often
            raise CourseError(
                f"{error.filename or store.folder}: {error.strerror or error}; "
                "mend that, then the same command goes on where it stopped."
            ) from error


class _Grading:
    """One grading of a lesson: what all its steps need."""

    def __init__(
        self, course: Course, lesson: str, api: NbGraderAPI, store: Store, executor: Executor, options: Options
    ) -> None:
        self.course, self.lesson, self.api, self.store = course, lesson, api, store
        self.executor, self.options = executor, options
        self.drawn = _drawn(course, lesson, store, options.fresh)
        self.questions = self.drawn.sheet.to_bytes()
        self.limits = Limits(cell_seconds=int(api.config.ExecutePreprocessor.get("timeout", Limits.cell_seconds)))
        self.records: dict[str, Record] = {}
        self.keys: dict[str, str] = {}  # by student
        self.changed = False
        register(api, course, lesson)

    def all(self, students: list[str]) -> list[Record]:
        """Grade ``students``, and with --watch whoever comes later, until Ctrl-C."""
        if not self.options.watch:
            self.some(students)
            return self.finish(tell=True)
        with contextlib.suppress(KeyboardInterrupt):
            print(f"Waiting for submissions of {self.lesson}; Ctrl-C ends this.", flush=True)
            for changed in arrivals(self.course, self.lesson):
                self.some(changed)
                self.finish(tell=False)
        return self.finish(tell=True)

    def some(self, students: list[str]) -> None:
        """Bring ``students`` to a status: execute what is not known yet, judge, write."""
        self.marks, self.most = gradebook.all_marks(self.api, self.lesson)
        waiting: dict[str, list[HandIn]] = {}
        jobs: dict[str, Job] = {}
        with Bar(len(students)) as bar:

            def settle(hand_in: HandIn, run: Run | None) -> None:
                record = self.settle(hand_in, run)
                self.records[record.student] = record
                bar.step(record.student, record.status)

            for student in students:
                hand_in = intake.read(self.course, self.lesson, student)
                job = self.job(hand_in)
                self.keys[student] = job.key if job else ""
                if job is None or (run := self.store.run(job.key)) is not None:
                    settle(hand_in, run if job else None)
                else:  # copied work waits for the same run
                    waiting.setdefault(job.key, []).append(hand_in)
                    jobs.setdefault(job.key, job)
            for run in self.executor.runs(jobs.values()) if jobs else ():
                if run.seconds:  # else its worker was lost: the next grading tries again
                    self.store.keep_run(run)
                for hand_in in waiting[run.key]:
                    settle(hand_in, run)

    def job(self, hand_in: HandIn) -> Job | None:
        """What is to be executed; None when there is nothing that could be."""
        if hand_in.status is not None:
            return None
        text, confined = nbformat.writes(hand_in.notebook), not self.options.unconfined
        return Job(hand_in.student, self.lesson, text, hand_in.files, self.questions, self.limits, confined)

    def settle(self, hand_in: HandIn, run: Run | None) -> Record:
        """Judge and write down one submission; what is written already stays untouched."""
        student, marks, kept = hand_in.student, self.marks.get(hand_in.student), self.store.kept(hand_in.student)
        if run is None or run.status == FAILED:  # nothing to judge: the gradebook stays as it is
            status, note = (run.status, run.note) if run else (hand_in.status or FAILED, hand_in.note)
            if marks and marks.score:
                note += "; the score is that of an earlier hand-in"
            record = Record(student, self.lesson, "", status, note, marks.score if marks else 0.0, self.most, 0.0)
            return self.keep(Kept(record, hand_in.timestamp, ""), kept)
        try:
            judged, record = self.judge(hand_in, run)
        except Exception as error:  # a kernel may have sent anything: the class goes on
            return self.settle(hand_in, failed(run, error))
        same = kept is not None and marks is not None and self.is_written(record, hand_in.timestamp, kept, marks)
        if same and kept and marks and (kept.by_hand, kept.record.score) == (marks.by_hand, marks.score):
            return kept.record
        self.store.forget(student)
        wrong = "" if same else gradebook.write(self.api, self.store.staged, hand_in, judged, self.lesson)
        wrong = wrong or gradebook.write_feedback(self.api, self.lesson, student)
        if wrong:
            record = dataclasses.replace(record, status=FAILED, note=wrong)
        marks = gradebook.marks_of(self.api, self.lesson, student)
        record = dataclasses.replace(record, score=marks.score if marks else 0.0)
        return self.keep(Kept(record, hand_in.timestamp, marks.by_hand if marks else ""), None)

    def judge(self, hand_in: HandIn, run: Run) -> tuple[NotebookNode, Record]:
        """The judged notebook, and the record of it that still lacks its score."""
        executed: Any = nbformat.v4.reads(run.notebook)  # unlike nbformat.reads it has no word on strange outputs
        judged, verdicts = judge_run(self.drawn, executed)
        items = tuple(_item(verdict, judged, self.limits.cell_seconds) for verdict in verdicts)
        status, note = run.status, run.note
        if status == GRADED and hand_in.repairs:
            more = len(hand_in.repairs) - 3
            status, note = TAMPERED, "; ".join(hand_in.repairs[:3]) + (f"; and {more} more" if more > 0 else "")
        return judged, Record(
            hand_in.student, self.lesson, run.key, status, note, 0.0, self.most, round(run.seconds, 2), items
        )

    def is_written(self, record: Record, timestamp: str, kept: Kept, marks: Marks) -> bool:
        """Whether nbgrader's side already says what ``record`` says, whatever was changed by hand."""
        return (
            dataclasses.replace(kept.record, score=0.0) == record
            and kept.timestamp == timestamp
            and all(marks.auto.get(CHECK_PREFIX + item.exercise) == item.points for item in record.items)
            and gradebook.written(self.course, self.lesson, record.student)
        )

    def keep(self, new: Kept, old: Kept | None) -> Record:
        if new != old:
            self.store.keep(new)
            self.changed = True
        return new.record

    def finish(self, tell: bool) -> list[Record]:
        """Remove what belongs to nobody, write exports and report; ``tell`` them in a table."""
        records = sorted(self.records.values(), key=lambda record: record.student)
        if not records:
            return []
        self.changed |= self.store.prune(set(self.keys.values()), set(self.records))
        if self.changed or not exports.page(self.course, self.lesson).exists():
            exports.write_scores(self.course, self.api)
            exports.write_statuses(self.course, self.lesson, records)
            from helpers.grading import report  # brings matplotlib, which takes its time

            report.write(records, self.course.root, self.lesson)
            self.changed = False
        if tell:
            exports.print_table(self.course, self.lesson, records, self.api)
        return records


def _item(verdict: Verdict, notebook: NotebookNode, most_seconds: float) -> Item:
    ids = {verdict.exercise, CHECK_PREFIX + verdict.exercise}
    seconds = sum(min(_seconds(cell), most_seconds) for cell in notebook.cells if grade_id(cell) in ids)
    says = "\n".join(verdict.says)
    return Item(
        verdict.exercise, verdict.points, verdict.max_points, verdict.status, verdict.mistake, says, round(seconds, 2)
    )


def _seconds(cell: NotebookNode) -> float:
    """How long a cell ran. The kernel says when it was busy: it is not to be believed, nor to break anything."""
    times = cell.metadata.get("execution", {})
    try:
        start, end = (datetime.datetime.fromisoformat(times[f"iopub.status.{word}"]) for word in ("busy", "idle"))
        return max((end - start).total_seconds(), 0.0)
    except (KeyError, TypeError, ValueError):
        return 0.0


@contextlib.contextmanager
def _executor(options: Options, students: int) -> Iterator[Executor]:
    """Workers for as long as this lasts; when it ends early, they end at once."""
    executor: Executor
    if options.cluster:
        from helpers.grading.cluster import Cluster

        executor = cluster = Cluster(options.cluster)
    else:
        count = options.jobs or os.cpu_count() or 1
        executor = Workers(count if options.watch else min(count, students))
    try:
        if options.cluster and not options.unconfined:
            require_confinement(cluster.why_not_confined())
        yield executor
    except BaseException:
        executor.close(at_once=True)
        raise
    executor.close(at_once=options.watch)


def _drawn(course: Course, lesson: str, store: Store, fresh: bool) -> CaseFile:
    """The cases of this lesson's grading: kept ones, or new ones when the lesson has changed."""
    kept = store.drawn()
    if kept is None or fresh or kept.digest != cases.digest(course, lesson):
        # In a process of its own: it brings TensorFlow, which this one has no use for.
        with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
            content = pool.submit(_draw, course, lesson).result()
        store.keep_drawn(content)
        kept = CaseFile.from_bytes(content)
    return kept


def _draw(course: Course, lesson: str) -> bytes:
    from helpers.grading.authoring.answering import draw_cases

    return draw_cases(course, lesson).to_bytes()
