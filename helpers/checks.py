"""``check("name", answer)``: judge one exercise of a lesson and say what to do next.

A notebook begins with ``check = lesson("01_two_steps")`` and ends each exercise with
``check("one_step", one_step)``. The call shows a result box and returns a :class:`Score`.
"""

from __future__ import annotations

import base64
import difflib
import html
import io
import json
import os
import re
from pathlib import Path
from typing import Any

import numpy as np

from helpers.answers import pack
from helpers.asking import ask
from helpers.casefile import CASES_DIR, CaseFile, CaseFileError, Exercise, load
from helpers.verdicts import Reply, Verdict, judge

INPUTS_VARIABLE = "COURSE_GRADING_INPUTS"  # names the file of inputs in a hardened grading
ANSWERS = "application/vnd.course.answers"  # the mime type under which answers leave a kernel

ICONS = {"right": "✔", "partly": "◐", "wrong": "✘", "unwritten": "○"}
COLOURS = {"right": "#1a7f37", "partly": "#9a6700", "wrong": "#c62828", "unwritten": "#6e7781"}
# Both colours come from JupyterLab's theme; outside Lab the fallbacks are a readable pair.
BOX = (
    "border-left:6px solid {colour};padding:.6em 1em;margin:.4em 0;max-width:60em;"
    "background:var(--jp-layout-color2,#f3f3f3);color:var(--jp-content-font-color1,#111)"
)


class Score(float):
    """Points of an exercise. Its repr is the bare number, which nbgrader reads as the points."""

    max_points: float

    def __new__(cls, points: float, max_points: float) -> Score:
        score = super().__new__(cls, points)
        score.max_points = max_points
        return score

    def __repr__(self) -> str:
        return f"{float(self):g}"

    def _repr_html_(self) -> str:
        return f"<small>{self!r} of {self.max_points:g} points</small>"


class ResultBox:
    """A verdict as a page shows it: HTML in Jupyter, plain text elsewhere."""

    def __init__(self, verdict: Verdict, reveal: str = "") -> None:
        self.verdict = verdict
        self.reveal = reveal if verdict.status == "right" else ""

    def lines(self) -> list[str]:
        """The box as plain lines, headline first."""
        v = self.verdict
        words = {"right": "right", "partly": "partly right", "wrong": "not right yet", "unwritten": "not written yet"}
        head = f"{ICONS[v.status]} {v.exercise}: {words[v.status]} ({v.points:g} of {v.max_points:g} points)"
        body = list(v.says)
        if v.status in ("partly", "wrong") and len(v.groups) > 1:
            body.append("  ".join(f"{'✔' if ok else '✘'} {group}" for group, ok in v.groups))
        if self.reveal:
            body.append(self.reveal)
        if v.printed and v.status != "right":
            body.append("Your code printed: " + v.printed.rstrip())
        return [head, *body]

    def __repr__(self) -> str:
        return "\n".join(self.lines())

    def _repr_html_(self) -> str:
        head, *body = self.lines()
        paragraphs = "".join(
            f'<div style="margin-top:.35em;white-space:pre-wrap">{_to_html(line)}</div>' for line in body
        )
        style = BOX.format(colour=COLOURS[self.verdict.status])
        return f'<div style="{style}"><b>{html.escape(head)}</b>{paragraphs}</div>'


class Check:
    """The check of one lesson; calling it judges one exercise."""

    def __init__(self, lesson: str, cases: CaseFile | None, problem: str = "") -> None:
        self.lesson = lesson
        self.cases = cases
        self.problem = problem

    def __call__(self, name: str, answer: Any = None) -> Score:
        """Judge ``answer`` (a function, a value, a model) as the exercise ``name``; show the verdict."""
        if self.cases is None:
            return _show(Verdict(str(name), 0.0, 0.0, "wrong", (self.problem,)))
        exercise = self.cases.exercises.get(name) if isinstance(name, str) else None
        if exercise is None:
            return _show(Verdict(str(name), 0.0, 0.0, "wrong", (self._unknown(name),)))
        return _show(self.judge(exercise, answer), exercise.reveal)

    def judge(self, exercise: Exercise, answer: Any) -> Verdict:
        """Return the verdict on ``answer`` without showing it."""
        return judge(exercise, ask(exercise, answer))

    def _unknown(self, name: Any) -> str:
        assert self.cases is not None
        names = list(self.cases.exercises)
        close = difflib.get_close_matches(str(name), names, 1)
        hint = f"Did you mean '{close[0]}'?" if close else f"There are: {', '.join(names)}."
        return f"Lesson {self.lesson} has no exercise '{name}'. {hint}"


class Courier(Check):
    """The check of a hardened grading: it has inputs and no expected answers, so it cannot judge.

    It asks as usual and hands the answers over in the cell's output; the grading side judges them.
    """

    def __call__(self, name: str, answer: Any = None) -> Score:
        """Ask ``answer`` and hand over what it answered."""
        from IPython.display import display

        exercise = self.cases.exercises.get(name) if self.cases and isinstance(name, str) else None
        if exercise is not None:
            replies = write_replies(ask(exercise, answer))
            display({ANSWERS: replies, "text/plain": "recorded"}, raw=True)
        return Score(0.0, 0.0)


def write_replies(replies: list[Reply]) -> str:
    """Return replies as one text: an npz of arrays and JSON, in base64."""
    arrays: dict[str, np.ndarray] = {}
    items = [
        {
            "answer": pack(reply.answer, arrays),
            "again": pack(reply.again, arrays),
            "changed": list(reply.changed),
            "printed": reply.printed,
        }
        for reply in replies
    ]
    meta = np.frombuffer(json.dumps(items).encode(), np.uint8)
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **{"meta": meta, **arrays})  # type: ignore[arg-type]
    return base64.b64encode(buffer.getvalue()).decode()


def lesson(name: str) -> Check:
    """Return the check for a lesson, such as ``lesson("01_two_steps")``.

    Missing or damaged cases do not raise: each check then says what to do. In a hardened grading the
    environment names a file of inputs, and the check only collects answers.
    """
    if inputs := os.environ.get(INPUTS_VARIABLE):
        return Courier(name, load(Path(inputs)))
    try:
        return Check(name, load(CASES_DIR / f"{name}.npz"))
    except CaseFileError as error:
        return Check(name, None, str(error))


def _show(verdict: Verdict, reveal: str = "") -> Score:
    from IPython.display import display

    display(ResultBox(verdict, reveal))
    return Score(verdict.points, verdict.max_points)


def _to_html(line: str) -> str:
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(line))
