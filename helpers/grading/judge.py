"""Judge an executed notebook apart: answers out of the kernel, verdicts from the trusted side.

Before execution, :mod:`helpers.grading.cleanup` has put the notebook on the footing of the released one. Here
the answers are read and the outputs of every graded cell are replaced by a verdict. No verdict, no points.
Nothing the student's process computed about itself counts.
"""

from __future__ import annotations

import re
from typing import Any

import nbformat
from nbformat import NotebookNode

from helpers.checking.keys import CaseFile
from helpers.checking.results import ResultBox, Score
from helpers.checking.verdicts import Verdict, judge
from helpers.checking.wire import ANSWERS, WireError, read_replies
from helpers.grading.kernels.jobs import DIED, GRADED, MEMORY, NOT_ASKED, TIMED_OUT
from helpers.grading.marks import exercise_of, grade_id, is_check

ABOUT_THE_CELL = ("The cell ", "The kernel ")  # so begins what says nothing of what a student thought
LATE = "The cell ran into its time limit."
NO_ANSWER = "The cell gave no answer."
LATE_ERRORS = {"CellTimeoutError", "KeyboardInterrupt"}  # what execution writes, and what its interrupt leaves
UNREAD_ERRORS = {"SyntaxError", "IndentationError", "TabError"}
ENDINGS = {
    DIED: "The kernel ended by itself",
    MEMORY: "The kernel was ended, because it used too much memory,",
    TIMED_OUT: "The kernel was ended at its time limit",
}
LONGEST = 300  # characters of what a kernel says of an error


def judge_run(
    cases: CaseFile, notebook: NotebookNode, status: str = GRADED
) -> tuple[NotebookNode, tuple[Verdict, ...]]:
    """Judge an executed notebook; return it with the verdicts in it, and the verdicts.

    status: that of its run, which says how a kernel ended before the notebook did.
    """
    verdicts = []
    sound = _is_sound(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    silences = {id(cell): _silence(code, index, status) for index, cell in enumerate(code) if is_check(cell)}
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        if not sound:  # a kernel can send what no notebook may hold
            cell.outputs = [output for output in cell.outputs if _is_output(output)]
        if is_check(cell):
            name = exercise_of(cell)
            verdict = _judge_cell(cases, name, cell, silences[id(cell)])
            verdicts.append(verdict)
            cell.outputs = verdict_outputs(verdict, cases.keys[name].reveal if name in cases.keys else "")
    return notebook, tuple(verdicts)


def _judge_cell(cases: CaseFile, name: str, cell: NotebookNode, silence: str) -> Verdict:
    """The verdict on a cell's answers; zero points and ``silence``, a reason, where there is nothing to judge."""
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
        reason = silence
    return Verdict(name, 0.0, key.points, "wrong", (reason,))


def _silence(code: list[NotebookNode], index: int, status: str) -> str:
    """Why a check, the cell at ``index``, has no answer: the kernel had ended, or a cell raised."""
    check, name = code[index], exercise_of(code[index])
    own = [cell for cell in code[:index] if grade_id(cell) == name]
    if any(error[0] in LATE_ERRORS for error in _errors(check)):
        return LATE
    reached = [place for place, cell in enumerate(code) if _was_run(cell)]
    if status in ENDINGS and reached and reached[-1] <= index:
        return f"{ENDINGS[status]} in {_place(code[reached[-1]])}: this check had no answer by then."
    for cell in own:
        for kind, text in _errors(cell):
            if kind in UNREAD_ERRORS:
                return f"The cell of `{name}` cannot be run: {kind}{_line(cell, text)}"
            if kind in LATE_ERRORS:
                return f"The cell of `{name}` ran into its time limit."
            return f"The cell of `{name}` stopped with {kind}: {text}"
    for kind, text in _errors(check):
        return f"The cell of the check stopped with {kind}: {text}"
    return NO_ANSWER


def _errors(cell: NotebookNode) -> list[tuple[str, str]]:
    """Names and texts of what a cell raised, as far as they are texts: a kernel can send anything."""
    found = []
    for out in cell.outputs:
        kind, text = out.get("ename"), out.get("evalue")
        if out.get("output_type") == "error" and isinstance(kind, str) and isinstance(text, str):
            found.append((kind[:LONGEST], " ".join(text.split())[:LONGEST]))
    return found


def _line(cell: NotebookNode, text: str) -> str:
    """Where a syntax error is and what the line says, from its text: "invalid syntax (1234.py, line 3)"."""
    found = re.fullmatch(r"(.*) \([^()]*, line (\d+)\)", text)
    if found is None:
        return f": {text}"
    lines, number = cell.source.splitlines(), int(found[2])
    source = lines[number - 1].strip()[:LONGEST] if 0 < number <= len(lines) else ""
    return f" in line {number}{f' (`{source}`)' if source else ''}: {found[1]}"


def _was_run(cell: NotebookNode) -> bool:
    # nbclient puts it there before it sends the cell. What it later holds is the kernel's word that it is busy, and
    # a kernel that ends at once takes that word with it.
    return "execution" in cell.metadata


def _place(cell: NotebookNode) -> str:
    name = exercise_of(cell)
    if is_check(cell):
        return f"the check of `{name}`"
    first = next((line.strip() for line in cell.source.splitlines() if line.strip()), "")
    return f"the cell of `{name}`" if name else f"the cell that begins with `{first[:80]}`"


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


def not_asked_outputs(says: str) -> list[NotebookNode]:
    """The outputs of a check whose exercise was not asked of this student: no verdict, no points, and a mark."""
    new = nbformat.v4.new_output
    return [
        new("display_data", {"text/plain": says}, metadata={NOT_ASKED: True}),
        new("execute_result", {"text/plain": "0"}, execution_count=1),
    ]


def was_not_asked(cell: NotebookNode) -> bool:
    """Whether a check in a graded notebook is one whose exercise was not asked."""
    return cell.cell_type == "code" and any(output.get("metadata", {}).get(NOT_ASKED) for output in cell.outputs)
