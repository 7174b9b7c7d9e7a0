"""nbgrader preprocessors that judge apart: answers out of the kernel, verdicts from the trusted side.

``CleanUp`` makes a submission safe to run: graded cells and tags come from the released notebook.
``JudgeAnswers`` comes after execution, reads the answers, and replaces the outputs of every graded cell
by a verdict. No verdict, no points. Nothing the student's process computed about itself counts.
"""

from __future__ import annotations

import copy
import dataclasses
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Unicode

from helpers import casefile
from helpers.casefile import CaseFile, Exercise
from helpers.grading.cases import CHECK_PREFIX, grade_id
from helpers.grading.wire import WireError, read_replies
from helpers.results import ANSWERS, ResultBox, Score
from helpers.verdicts import Verdict, judge

LATE = "The cell ran into its time limit."
LATE_ERRORS = {"CellTimeoutError", "KeyboardInterrupt"}  # what nbgrader writes, and what its interrupt leaves
MAX_CELLS = 500
MAX_SOURCE = 100_000  # characters of one cell


def inputs_only(cases: CaseFile) -> CaseFile:
    """Return cases without what is expected: all that a student's kernel may see."""

    def strip(exercise: Exercise) -> Exercise:
        # That one of the mistakes is random makes the check ask twice; it needs no more than that.
        asks_twice = (casefile.KnownMistake("", "", (), True),) if exercise.asks_twice else ()
        return dataclasses.replace(exercise, expected=(), mistakes=asks_twice, reveal="", rtol=0.0, atol=0.0)

    stripped = {name: strip(exercise) for name, exercise in cases.exercises.items()}
    return CaseFile(cases.lesson, "", 0, stripped)


class CleanUp(NbGraderPreprocessor):
    """Put a submission on the footing of the released notebook before it runs.

    Graded and locked cells, and all tags and marks, are the released ones; of a cell handed in twice the
    first counts; a missing check is put back. Cells the student added stay, as plain code.
    """

    released = Unicode(help="path of the released notebook").tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        release = nbformat.read(self.released, as_version=4)
        answers, own = _take_apart(nb, release)
        cells = []
        for cell in copy.deepcopy(release.cells):
            identity = grade_id(cell)
            if identity in answers:
                cell.source = answers[identity]
            cells.append(cell)
            cells += own.pop(identity or cell.id, [])
        nb.cells, nb.metadata = cells, copy.deepcopy(release.metadata)
        return nb, resources


def _take_apart(nb: NotebookNode, release: NotebookNode) -> tuple[dict[str, str], dict[str, list[NotebookNode]]]:
    """Return a submission's answers by exercise, and its own cells by the released cell they follow."""
    official = {grade_id(cell) or cell.id: cell for cell in release.cells}
    place = next(cell.id for cell in release.cells if cell.cell_type == "code")  # behind the set-up
    answers: dict[str, str] = {}
    own: dict[str, list[NotebookNode]] = {}
    for cell in nb.cells[:MAX_CELLS]:
        identity = grade_id(cell) or cell.get("id", "")
        source = cell.source[:MAX_SOURCE]
        marks = official[identity].metadata.get("nbgrader", {}) if identity in official else {}
        if marks.get("solution") and identity not in answers:
            answers[identity] = source
        elif (
            cell.cell_type == "code" and not marks and (identity not in official or official[identity].source != source)
        ):
            own.setdefault(place, []).append(nbformat.v4.new_code_cell(source))
        if identity in official:
            place = identity
    return answers, own


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
