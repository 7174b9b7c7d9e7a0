"""Run a solution notebook in a fresh kernel and store its outputs in it."""

from __future__ import annotations

import copy
import time

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode
from traitlets.config import Config

from helpers.grading.course import Course, CourseError

CELL_SECONDS = 300


def store_outputs(course: Course, lesson: str) -> float:
    """Run the solution of ``lesson`` and write its outputs; return the run time in seconds.

    Raises CourseError, and leaves the file as it was, when a cell fails or writes to stderr.
    """
    path = course.solution(lesson)
    notebook = nbformat.read(path, as_version=4)
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
        raise CourseError(f"{lesson} does not run: {error.ename}: {error.evalue}") from None
    duration = time.perf_counter() - start
    for cell in notebook.cells:
        noise = [out.text for out in cell.get("outputs", []) if out.output_type == "stream" and out.name == "stderr"]
        if noise:
            raise CourseError(
                f"{lesson}: a cell writes to stderr, which costs points when graded: {noise[0].strip()[:200]}"
            )
        _require_full_points(lesson, cell)
    notebook.metadata = metadata
    nbformat.write(notebook, path)
    return duration


def _require_full_points(lesson: str, cell: NotebookNode) -> None:
    marks = cell.metadata.get("nbgrader", {})
    if not marks.get("grade"):
        return
    given = [out.data["text/plain"] for out in cell.outputs if out.output_type == "execute_result"]
    if given != [f"{float(marks['points']):g}"]:
        raise CourseError(
            f"{lesson}: {marks['grade_id']} gives {given} of {marks['points']} points; is `make release` due?"
        )
