"""Judge an executed notebook apart: answers out of the kernel, verdicts from the trusted side.

Before execution, :mod:`helpers.grading.cleanup` has put the notebook on the footing of the released one. Here
the answers are read and the outputs of every graded cell are replaced by a verdict. No verdict, no points.
Nothing the student's process computed about itself counts.
"""

from __future__ import annotations

from typing import Any

import nbformat
from nbformat import NotebookNode

from helpers.checking.keys import CaseFile
from helpers.checking.results import ResultBox, Score
from helpers.checking.verdicts import Verdict, judge
from helpers.checking.wire import ANSWERS, WireError, read_replies
from helpers.grading.marks import exercise_of, is_check

LATE = "The cell ran into its time limit."
NO_ANSWER = "The cell gave no answer."
LATE_ERRORS = {"CellTimeoutError", "KeyboardInterrupt"}  # what execution writes, and what its interrupt leaves


def judge_run(cases: CaseFile, notebook: NotebookNode) -> tuple[NotebookNode, tuple[Verdict, ...]]:
    """Judge an executed notebook; return it with the verdicts in it, and the verdicts."""
    verdicts = []
    sound = _is_sound(notebook)
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        if not sound:  # a kernel can send what no notebook may hold
            cell.outputs = [output for output in cell.outputs if _is_output(output)]
        if is_check(cell):
            name = exercise_of(cell)
            verdict = _judge_cell(cases, name, cell)
            verdicts.append(verdict)
            cell.outputs = verdict_outputs(verdict, cases.keys[name].reveal if name in cases.keys else "")
    return notebook, tuple(verdicts)


def _judge_cell(cases: CaseFile, name: str, cell: NotebookNode) -> Verdict:
    """The verdict on a cell's answers; zero points where there is nothing to judge."""
    if name not in cases.keys:
        return Verdict(name, 0.0, 0.0, "wrong", ("This cell is not judged by the course.",))
    question, key = cases.questions[name], cases.keys[name]
    texts = [out.data[ANSWERS] for out in cell.outputs if out.output_type == "display_data" and ANSWERS in out.data]
    if len(texts) == 1:
        try:
            return judge(question, key, read_replies(texts[0], len(question.cases)))
        except WireError:
            reason = "The answers of this cell could not be read."
    else:
        errors = {out.ename for out in cell.outputs if out.output_type == "error"}
        reason = LATE if errors & LATE_ERRORS else NO_ANSWER
    return Verdict(name, 0.0, key.points, "wrong", (reason,))


def _is_sound(notebook: NotebookNode) -> bool:
    return nbformat.validator.isvalid(notebook, version=4)


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
