"""The marks on a notebook's cells: nbgrader's ids and points, and this course's tags."""

from __future__ import annotations

from typing import Any

from nbgrader.utils import compute_checksum

CHECK_PREFIX = "check-"  # the id of a check cell is this and the exercise's name
SKIP_TAG = "demo"  # on cells that grading leaves out


def marks(cell: Any) -> dict[str, Any]:
    """Return what nbgrader notes of a cell; empty for a cell that it does not know."""
    found: dict[str, Any] = cell.metadata.get("nbgrader", {})
    return found


def grade_id(cell: Any) -> str:
    """Return a cell's nbgrader id, or "" for a cell nbgrader does not know."""
    found: str = marks(cell).get("grade_id", "")
    return found


def is_edited(cell: Any) -> bool:
    """Whether a marked cell says something else than nbgrader noted when it was released."""
    noted = marks(cell).get("checksum")
    return noted is not None and noted != compute_checksum(cell)


def is_check(cell: Any) -> bool:
    """Whether points are given for this cell: it is graded, and no answer."""
    return cell.cell_type == "code" and bool(marks(cell).get("grade")) and not marks(cell).get("solution")


def exercise_of(cell: Any) -> str:
    """Return the exercise whose answer or check a cell holds, by its id."""
    return grade_id(cell).removeprefix(CHECK_PREFIX)


def code_cells(notebook: Any) -> list[Any]:
    """Return the code cells that grading runs: all but demonstrations."""
    return [
        cell for cell in notebook.cells if cell.cell_type == "code" and SKIP_TAG not in cell.metadata.get("tags", [])
    ]
