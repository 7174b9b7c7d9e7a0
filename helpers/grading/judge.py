"""A preprocessor of nbgrader that judges apart: answers out of the kernel, verdicts from the trusted side.

Before execution, :mod:`helpers.grading.cleanup` has put the notebook on the footing of the released one.
``JudgeAnswers`` comes after execution, reads the answers, and replaces the outputs of every graded cell
by a verdict. No verdict, no points. Nothing the student's process computed about itself counts.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor

from helpers import casefile
from helpers.casefile import CaseFile, Exercise
from helpers.grading.cases import CHECK_PREFIX, grade_id
from helpers.grading.wire import WireError, read_replies
from helpers.results import ANSWERS, ResultBox, Score
from helpers.verdicts import Verdict, judge

LATE = "The cell ran into its time limit."
LATE_ERRORS = {"CellTimeoutError", "KeyboardInterrupt"}  # what nbgrader writes, and what its interrupt leaves


def inputs_only(cases: CaseFile) -> CaseFile:
    """Return cases without what is expected: all that a student's kernel may see."""

    def strip(exercise: Exercise) -> Exercise:
        # That one of the mistakes is random makes the check ask twice; it needs no more than that.
        asks_twice = (casefile.KnownMistake("", "", (), True),) if exercise.asks_twice else ()
        return dataclasses.replace(exercise, expected=(), mistakes=asks_twice, reveal="", rtol=0.0, atol=0.0)

    stripped = {name: strip(exercise) for name, exercise in cases.exercises.items()}
    return CaseFile(cases.lesson, "", 0, stripped)


class JudgeAnswers(NbGraderPreprocessor):
    """Replace the outputs of every graded cell by the verdict on the answers found in them."""

    cases: CaseFile  # set by the grader, never by configuration
    verdicts: tuple[Verdict, ...] = ()  # of the notebook that was judged last

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        self.verdicts = ()
        return super().preprocess(nb, resources)

    def preprocess_cell(self, cell: NotebookNode, resources: Any, index: int) -> tuple[NotebookNode, Any]:
        marks = cell.metadata.get("nbgrader", {})
        if cell.cell_type != "code" or not marks.get("grade") or marks.get("solution"):
            return cell, resources
        name = grade_id(cell).removeprefix(CHECK_PREFIX)
        exercise = self.cases.exercises.get(name)
        verdict = self.judge(name, exercise, cell)
        self.verdicts += (verdict,)
        cell.outputs = verdict_outputs(verdict, exercise.reveal if exercise else "")
        return cell, resources

    def judge(self, name: str, exercise: Exercise | None, cell: NotebookNode) -> Verdict:
        """The verdict on a cell's answers; zero points where there is nothing to judge."""
        if exercise is None:
            return Verdict(name, 0.0, 0.0, "wrong", ("This cell is not judged by the course.",))
        texts = [out.data[ANSWERS] for out in cell.outputs if out.output_type == "display_data" and ANSWERS in out.data]
        if len(texts) == 1:
            try:
                return judge(exercise, read_replies(texts[0], len(exercise.cases)))
            except WireError:
                reason = "The answers of this cell could not be read."
        else:
            errors = {out.ename for out in cell.outputs if out.output_type == "error"}
            reason = LATE if errors & LATE_ERRORS else "The cell gave no answer."
        return Verdict(name, 0.0, exercise.points, "wrong", (reason,))


def judge_run(cases: CaseFile, notebook: NotebookNode) -> tuple[NotebookNode, tuple[Verdict, ...]]:
    """Judge an executed notebook; return it with the verdicts in it, and the verdicts."""
    for cell in notebook.cells:
        if cell.cell_type == "code":  # a kernel can send what no notebook may hold
            cell.outputs = [output for output in cell.outputs if _is_output(output)]
    judging = JudgeAnswers()
    judging.cases = cases
    judged, _ = judging(notebook, {})
    return judged, judging.verdicts


def _is_output(output: Any) -> bool:
    return nbformat.validator.isvalid(output, ref="output", version=4)


def verdict_outputs(verdict: Verdict, reveal: str) -> list[NotebookNode]:
    """The outputs that ``check`` would have shown for this verdict."""
    box, score = ResultBox(verdict, reveal), Score(verdict.points, verdict.max_points)
    new = nbformat.v4.new_output
    return [
        new("display_data", {"text/plain": repr(box), "text/html": box._repr_html_()}),
        new("execute_result", {"text/plain": repr(score), "text/html": score._repr_html_()}, execution_count=1),
    ]


def write_inputs(cases: CaseFile, folder: Path) -> Path:
    """Write the inputs of ``cases`` for a student's kernel to read; return the file."""
    path = folder / f"{cases.lesson}.npz"
    path.write_bytes(inputs_only(cases).to_bytes())
    return path
