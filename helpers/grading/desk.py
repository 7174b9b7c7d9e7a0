"""What grading one lesson needs, whichever button or command asks for it: its questions and keys, what was executed.

A desk reads a hand-in, says what is to be executed, and judges the run. It writes nothing into the gradebook.
"""

from __future__ import annotations

import dataclasses
import datetime
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import nbformat
from nbformat import NotebookNode
from traitlets.config import Config

from helpers.checking.keys import CaseFile
from helpers.checking.verdicts import Verdict
from helpers.grading import intake
from helpers.grading.authoring import cases
from helpers.grading.course import Course
from helpers.grading.intake import HandIn
from helpers.grading.judge import judge_run, not_asked_outputs
from helpers.grading.kernels.jobs import GRADED, NOT_ASKED, TAMPERED, Item, Job, Limits, Record, Run
from helpers.grading.marks import CHECK_PREFIX, exercise_of, grade_id, is_check
from helpers.grading.store import Store

NOT_IN_IT = "This was not asked in the edition that was handed in: it is not counted."
DRAWERS = 2  # processes that draw fresh inputs; each starts TensorFlow


@dataclasses.dataclass(frozen=True)
class Judged:
    """A hand-in that was executed and judged: the notebook with its verdicts, and the record that lacks its score."""

    notebook: NotebookNode
    record: Record


class Desk:
    """The grading of one lesson."""

    def __init__(self, store: Store, drawn: CaseFile, limits: Limits, confined: bool) -> None:
        self.course, self.lesson, self.store = store.course, store.lesson, store
        self.drawn, self.limits, self.confined = drawn, limits, confined
        self.questions = drawn.sheet.to_bytes()
        self.decided: dict[str, Judged] = {}  # by student: staged for nbgrader and judged, about to be written
        self.most = sum(key.points for key in drawn.keys.values())

    def read(self, student: str) -> HandIn:
        """Read what a student handed in."""
        return intake.read(self.course, self.lesson, student)

    def job(self, hand_in: HandIn) -> Job | None:
        """What is to be executed; None when there is nothing that could be."""
        if hand_in.status is not None:
            return None
        text = nbformat.writes(hand_in.notebook)
        return Job(hand_in.student, self.lesson, text, hand_in.files, self.questions, self.limits, self.confined)

    def judge(self, hand_in: HandIn, run: Run) -> Judged:
        """Judge what executing a hand-in gave. Raises whatever strange runs lead to."""
        executed: Any = nbformat.v4.reads(run.notebook)  # unlike nbformat.reads it has no word on strange outputs
        judged, verdicts = judge_run(self.drawn, executed, run.status)
        not_asked = hand_in.not_asked & self.drawn.keys.keys()
        items = tuple(
            Item(verdict.exercise, 0.0, 0.0, NOT_ASKED, "", NOT_IN_IT, 0.0)
            if verdict.exercise in not_asked
            else _item(verdict, judged, self.limits.cell_seconds)
            for verdict in verdicts
        )
        for cell in judged.cells:
            if is_check(cell) and exercise_of(cell) in not_asked:
                cell.outputs = not_asked_outputs(NOT_IN_IT)
        most = self.most - sum(self.drawn.keys[name].points for name in not_asked)
        status, note = run.status, run.note
        if status == GRADED and hand_in.repairs:
            more = len(hand_in.repairs) - 3
            status, note = TAMPERED, "; ".join(hand_in.repairs[:3]) + (f"; and {more} more" if more > 0 else "")
        note = "; ".join(part for part in (note, hand_in.note) if part)
        seconds = round(run.seconds, 2)
        record = Record(hand_in.student, self.lesson, run.key, status, note, 0.0, most, seconds, items)
        return Judged(judged, record)


def limits_of(config: Config) -> Limits:
    """The limits of a submission, with nbgrader's own setting for those of a cell."""
    return Limits(cell_seconds=int(config.ExecutePreprocessor.get("timeout", Limits.cell_seconds)))


def drawn_cases(store: Store, fresh: bool = False) -> CaseFile:
    """The cases of this lesson's grading: kept ones, or new ones when the lesson has changed or ``fresh`` ones are due.

    Call it with the store opened.
    """
    course, lesson = store.course, store.lesson
    kept = store.drawn()
    if kept is None or fresh or kept.digest != cases.digest(course, lesson):
        # In processes of their own: they bring TensorFlow, which this one has no use for.
        with ProcessPoolExecutor(DRAWERS, multiprocessing.get_context("spawn")) as pool:
            seed = cases.new_seed()
            shares = cases.shares(course, lesson, DRAWERS)
            drawing = [pool.submit(_draw, course, lesson, seed, share) for share in shares]
            kept = cases.join(course, lesson, [CaseFile.from_bytes(part.result()) for part in drawing])
        store.keep_drawn(kept.to_bytes())
    return kept


def _draw(course: Course, lesson: str, seed: int, exercises: list[str]) -> bytes:
    from helpers.grading.authoring.answering import run_lesson

    return run_lesson(course, lesson, seed, exercises).cases.to_bytes()


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
