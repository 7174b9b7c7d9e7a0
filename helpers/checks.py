"""``check("name", answer)``: judge one exercise of a lesson and say what to do next.

A notebook begins with ``check = lesson("01_two_steps")`` and ends each exercise with
``check("one_step", one_step)``. The call shows a result box and returns a
:class:`~helpers.checking.results.Score`.
"""

from __future__ import annotations

import dataclasses
import difflib
import os
import sys
from pathlib import Path
from typing import Any

from helpers.checking import asking, state
from helpers.checking.keys import CASES_DIR, CaseFile, CaseFileError, load
from helpers.checking.questions import Sheet
from helpers.checking.results import PointsBox, ResultBox, Score
from helpers.checking.verdicts import Verdict, judge
from helpers.checking.wire import ANSWERS, QUESTIONS_VARIABLE, write_replies

__all__ = ["Check", "Courier", "lesson"]


class Check:
    """The check of one lesson; calling it judges one exercise."""

    def __init__(self, lesson: str, cases: CaseFile | None, problem: str = "") -> None:
        self.lesson = lesson
        self.cases = cases
        self.problem = problem
        self.verdicts: dict[str, Verdict] = {}  # the last one on each exercise

    def __call__(self, name: str, answer: Any = None) -> Score:
        """Judge ``answer`` (a function, a value, a model) as the exercise ``name``; show the verdict."""
        if self.cases is None or not isinstance(name, str) or name not in self.cases.keys:
            problem = self.problem if self.cases is None else _unknown(self.cases, name)
            return _show(Verdict(str(name), 0.0, 0.0, "wrong", (problem,)))
        self.verdicts[name] = self.judge(name, answer)
        return _show(self.verdicts[name], self.cases.keys[name].reveal)

    def show_points(self) -> None:
        """Show the points so far, and which exercises are open: those of the checks that were run in this session."""
        from IPython.display import display

        if self.cases is None:
            print(self.problem)
        else:
            most = {name: key.points for name, key in self.cases.keys.items()}
            display(PointsBox(self.verdicts, most))

    def judge(self, name: str, answer: Any) -> Verdict:
        """Return the verdict on ``answer`` without showing it. Raises KeyError where there is no such exercise."""
        assert self.cases is not None
        question = self.cases.questions[name]
        replies = asking.ask(question, answer)
        with state.usual_errors():
            verdict = judge(question, self.cases.keys[name], replies)
        if verdict.status in ("wrong", "partly") and (remark := state.lasting()):
            verdict = dataclasses.replace(verdict, says=(*verdict.says, remark))
        return verdict


class Courier:
    """The check of a hardened grading: it has questions and no keys, so it cannot judge.

    It asks as usual and hands the answers over in the cell's output; the grading side judges them.
    """

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet

    def __call__(self, name: str, answer: Any = None) -> Score:
        """Ask ``answer`` and hand over what it answered."""
        from IPython.display import display

        question = self.sheet.questions.get(name) if isinstance(name, str) else None
        if question is not None:
            display({ANSWERS: write_replies(asking.ask(question, answer)), "text/plain": "recorded"}, raw=True)
        return Score(0.0, 0.0)

    def show_points(self) -> None:
        """Nothing: points are given on the grading side."""


def lesson(name: str) -> Check | Courier:
    """Return the check for a lesson, such as ``lesson("01_two_steps")``.

    Missing or damaged cases do not raise: each check then says what to do. In a hardened grading the
    environment names a file of questions, and the check only collects answers.
    """
    asking.start()
    if questions := os.environ.get(QUESTIONS_VARIABLE):
        return Courier(Sheet.from_bytes(Path(questions).read_bytes()))
    try:
        return Check(name, load(CASES_DIR / f"{name}.npz"))
    except CaseFileError as error:
        return Check(name, None, str(error))


def _unknown(cases: CaseFile, name: Any) -> str:
    names = list(cases.keys)
    close = difflib.get_close_matches(str(name), names, 1)
    hint = f"Did you mean '{close[0]}'?" if close else f"There are: {', '.join(names)}."
    return f"Lesson {cases.lesson} has no exercise '{name}'. {hint}"


def _show(verdict: Verdict, reveal: str = "") -> Score:
    from IPython.display import display

    box = ResultBox(verdict, reveal)
    display(box)
    if os.environ.get("NBGRADER_VALIDATING") and verdict.status != "right":
        # nbgrader's Validate shows what was written there; anything else that lacks points it calls partial credit.
        print(*box.lines(), sep="\n", file=sys.stderr)
    return Score(verdict.points, verdict.max_points)
