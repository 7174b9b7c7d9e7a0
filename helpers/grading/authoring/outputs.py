"""Run a solution notebook in a fresh kernel and store its outputs in it."""

from __future__ import annotations

import copy
import re
import time

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode
from traitlets.config import Config

from helpers.grading.authoring.cases import up_to_date
from helpers.grading.authoring.sources import called, picture_problems, read_sources
from helpers.grading.authoring.variants import AuthorError
from helpers.grading.course import Course

CELL_SECONDS = 300


def store_outputs(course: Course, lesson: str) -> float:
    """Run the solution of ``lesson`` and write its outputs; return the run time in seconds.

    Raises AuthorError, and leaves the file as it was, when a cell fails, writes to stderr
    or shows a figure without alt text, and when a solution does not get all of its points.
    """
    path = course.solution(lesson)
    notebook = read_sources(course, lesson).notebook
    if not up_to_date(course, lesson):
        raise AuthorError(f"{lesson}: its cases are not those of the lesson: run `make release LESSON={lesson[:2]}`.")
    metadata = copy.deepcopy(notebook.metadata)  # a kernel would write its exact version into it
    client = NotebookClient(
        notebook,
        timeout=CELL_SECONDS,
        kernel_name="python3",
        record_timing=False,
        coalesce_streams=True,  # how a print arrives in pieces differs from run to run
        config=Config(KernelManager={"transport_encryption": "auto"}),
        resources={"metadata": {"path": str(path.parent)}},
    )
    start = time.perf_counter()
    try:
        client.execute()
    except CellExecutionError as error:
        raise AuthorError(f"{lesson}: {_failure(notebook, error)}") from None
    duration = time.perf_counter() - start
    for cell in notebook.cells:
        noise = [out.text for out in cell.get("outputs", []) if out.output_type == "stream" and out.name == "stderr"]
        if noise:
            raise AuthorError(
                f"{lesson}: {called(notebook, cell)} writes to stderr, which costs points when graded: "
                f"{noise[0].strip()[:200]}"
            )
        _require_full_points(lesson, cell)
    if unseen := [*picture_problems(lesson, notebook)]:
        raise AuthorError(*unseen)
    notebook.metadata = metadata
    nbformat.write(notebook, path)
    return duration


def _require_full_points(lesson: str, cell: NotebookNode) -> None:
    marks = cell.metadata.get("nbgrader", {})
    if not marks.get("grade"):
        return
    given = [out.data["text/plain"] for out in cell.outputs if out.output_type == "execute_result"]
    if given != [f"{float(marks['points']):g}"]:
        raise AuthorError(
            f"{lesson}: the solution of {cell.metadata.nbgrader.grade_id} gets {' and '.join(given) or 'none'} of its "
            f"{marks['points']} points; the cell's own output in JupyterLab says why."
        )


def _failure(notebook: NotebookNode, error: CellExecutionError) -> str:
    """Which cell raised what, in which of its lines."""
    said = f"{error.ename}: {' '.join(str(error.evalue).split())}"
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                lines = re.findall(r"-+> (\d+)", re.sub(r"\x1b\[[\d;]*m", "", "\n".join(output.traceback)))
                where = f", line {lines[0]}," if lines else ""
                return f"{called(notebook, cell)}{where} raises {said}"
    return said
