"""Grade a class: every submission gets a terminal status, whatever it does.

This process reads what was handed in, judges and writes; it never executes a student's code. Workers
execute, on this machine or on a cluster. What they gave is kept, so that a grading that was stopped goes
on where it was, and grading again executes only what is new.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from typing import Protocol

from nbgrader.apps import NbGraderAPI

from helpers.grading import byhand, editions, exports, gradebook, intake, penalties, plugins
from helpers.grading.authoring.release import nbgrader_api
from helpers.grading.course import Course, CourseError
from helpers.grading.desk import Desk, drawn_cases, limits_of
from helpers.grading.gradebook import Marks
from helpers.grading.intake import HandIn
from helpers.grading.kernels.jobs import FAILED, Job, Record, Run
from helpers.grading.marks import CHECK_PREFIX
from helpers.grading.options import Options
from helpers.grading.pages import Pages
from helpers.grading.progress import Bar, printable
from helpers.grading.ready import require_confinement, require_ready
from helpers.grading.registry import register
from helpers.grading.store import Kept, Store
from helpers.grading.watch import arrivals
from helpers.grading.workers import Workers, failed

PAGES_AHEAD = 8  # feedback pages that may be on their way while hand-ins are judged


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
    count = options.jobs or os.cpu_count() or 1
    with store.opened(), _executor(options, count, len(students)) as executor:
        pages = Pages(course, api.coursedir.db_url, count)
        try:
            register(api, course, lesson)
            editions.keep(store, intake.released(course.student_copy(lesson)))
            drawn = drawn_cases(store, options.fresh)
            desk = Desk(store, drawn, limits_of(api.config), not options.unconfined)
            with plugins.opened(desk):
                return _Grading(desk, api, executor, pages, options).all(students)
        except OSError as error:  # a disk that has become full, most often
            raise CourseError(
                f"{error.filename or store.folder}: {error.strerror or error}; "
                "mend that, then the same command goes on where it stopped."
            ) from error
        finally:
            pages.close()


class _Grading:
    """One grading of a lesson: what all its steps need."""

    def __init__(self, desk: Desk, api: NbGraderAPI, executor: Executor, pages: Pages, options: Options) -> None:
        self.desk, self.course, self.lesson, self.store = desk, desk.course, desk.lesson, desk.store
        self.api, self.executor, self.pages, self.options = api, executor, pages, options
        self.records: dict[str, Record] = {}  # by student, as they were judged
        self.keys: dict[str, str] = {}  # by student
        self.marks: dict[str, Marks] = {}  # by student: what the gradebook says

    def all(self, students: list[str]) -> list[Record]:
        """Grade ``students``, and with --watch whoever comes later, until Ctrl-C."""
        if not self.options.watch:
            self.some(students)
            if self.options.clear_stale:
                self.clear_stale(students)
            return self.finish(tell=True)
        with contextlib.suppress(KeyboardInterrupt):
            print(f"Waiting for submissions of {self.lesson}; Ctrl-C ends this.", flush=True)
            for changed in arrivals(self.course, self.lesson):
                self.some(changed)
                self.finish(tell=False)
        return self.finish(tell=True)

    def some(self, students: list[str]) -> None:
        """Bring ``students`` to a status: execute what is not known yet, judge, write."""
        waiting: dict[str, list[HandIn]] = {}
        jobs: dict[str, Job] = {}
        with Bar(len(students)) as bar, gradebook.opened_once():
            penalties.settle(self.api, self.lesson)  # first: pages and records show them
            self.marks = gradebook.all_marks(self.api, self.store)
            writing: dict[Future[str], Kept] = {}

            def done(record: Record) -> None:
                self.records[record.student] = record
                bar.step(record.student, record.status)

            def settle(hand_in: HandIn, run: Run | None) -> None:
                settled = self.settle(hand_in, run)
                if isinstance(settled, Record):
                    done(settled)
                else:
                    writing[self.pages.write(self.lesson, hand_in.student)] = settled
                finish_pages(at_most=PAGES_AHEAD)

            def finish_pages(at_most: int) -> None:
                """Keep what has its page; go on when ``at_most`` are left without."""
                while writing and (len(writing) > at_most or any(page.done() for page in writing)):
                    for page in wait(writing, return_when=FIRST_COMPLETED).done:
                        kept = writing.pop(page)
                        if wrong := page.result():
                            record = dataclasses.replace(kept.record, status=FAILED, note=wrong)
                            kept = dataclasses.replace(kept, record=record)
                        done(self.keep(kept, None))

            for student in students:
                hand_in = self.desk.read(student)
                job = self.desk.job(hand_in)
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
            finish_pages(at_most=0)

    def clear_stale(self, students: list[str]) -> None:
        """Take back what was given by hand to answers that have changed since, and say so."""
        cleared = byhand.clear_stale(self.api, self.store)
        print("\nTaken back, since the answers have changed:" if cleared else "\nNothing to take back.")
        for one in cleared:
            print(f"{printable(one.student)}: {printable(one.words)}")
        changed = {one.student for one in cleared}
        if again := [student for student in students if student in changed]:
            self.some(again)

    def settle(self, hand_in: HandIn, run: Run | None) -> Record | Kept:
        """Judge and write down one submission; what is written already stays untouched.

        Return its record, or, where its page is still to be written, what is to be kept then.
        """
        student, marks, kept = hand_in.student, self.marks.get(hand_in.student), self.store.kept(hand_in.student)
        if run is None or run.status == FAILED:  # nothing to judge: the gradebook stays as it is
            status, note = (run.status, run.note) if run else (hand_in.status or FAILED, hand_in.note)
            record = Record(student, self.lesson, "", status, note, 0.0, self.desk.most, 0.0)
            return self.keep(Kept(record, hand_in.timestamp, ""), kept)
        try:
            judged = self.desk.judge(hand_in, run)
        except Exception as error:  # a kernel may have sent anything: the class goes on
            return self.settle(hand_in, failed(run, error))
        record = judged.record
        same = kept is not None and marks is not None and self.is_written(record, hand_in.timestamp, kept, marks)
        if same and kept and marks and kept.by_hand == marks.by_hand:
            return kept.record
        self.store.forget(student)
        if not same:
            self.desk.decided[student] = judged
            wrong = gradebook.write(self.api, self.lesson, hand_in)
            del self.desk.decided[student]
            if wrong:
                return self.keep(
                    Kept(dataclasses.replace(record, status=FAILED, note=wrong), hand_in.timestamp, ""), None
                )
        if marks := gradebook.marks_of(self.api, self.store, student):
            self.marks[student] = marks
        return Kept(record, hand_in.timestamp, marks.by_hand if marks else "")

    def is_written(self, record: Record, timestamp: str, kept: Kept, marks: Marks) -> bool:
        """Whether nbgrader's side already says what ``record`` says, whatever was changed by hand."""
        return (
            kept.record == record
            and kept.timestamp == timestamp
            and all(marks.auto.get(CHECK_PREFIX + item.exercise) == item.points for item in record.items)
            and gradebook.written(self.course, self.lesson, record.student)
        )

    def keep(self, new: Kept, old: Kept | None) -> Record:
        if new != old:
            self.store.keep(new)
        return new.record

    def finish(self, tell: bool) -> list[Record]:
        """Remove what belongs to nobody, write exports and report; ``tell`` them in a table."""
        told = [gradebook.told(record, self.marks.get(student)) for student, record in self.records.items()]
        records = sorted(told, key=lambda record: record.student)
        if not records:
            return []
        self.store.prune(set(self.keys.values()), set(self.records))
        exports.write(self.store, self.api, records)
        if tell:
            exports.print_table(self.course, self.lesson, records, self.api)
        return records


@contextlib.contextmanager
def _executor(options: Options, count: int, students: int) -> Iterator[Executor]:
    """Workers for as long as this lasts; when it ends early, they end at once."""
    executor: Executor
    if options.cluster:
        from helpers.grading.cluster import Cluster

        executor = cluster = Cluster(options.cluster)
    else:
        executor = Workers(count if options.watch else min(count, students))
    try:
        if options.cluster and not options.unconfined:
            require_confinement(cluster.why_not_confined())
        yield executor
    except BaseException:
        executor.close(at_once=True)
        raise
    executor.close(at_once=options.watch)
