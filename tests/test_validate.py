"""nbgrader's Validate says what the check says: no wrong and no unwritten answer is called partly right."""

import nbformat
import pytest
from nbgrader.validator import Validator

from helpers.checking.keys import CASES_DIR, load

LESSON = "01_two_steps"
START = f'from helpers.checks import lesson\ncheck = lesson("{LESSON}")'
WRONG = "def one_step(x_t, h_prev, kernel, recurrent_kernel, bias):\n    return x_t @ kernel\n"


def exercise(name, source):
    """An answer and its check."""
    answer, check = nbformat.v4.new_code_cell(source), nbformat.v4.new_code_cell(f'check("{name}", {name})')
    points = load(CASES_DIR / f"{LESSON}.npz").keys[name].points
    common = {"locked": False, "schema_version": 3, "task": False}
    answer.metadata.nbgrader = {**common, "grade": False, "solution": True, "grade_id": name}
    check.metadata.nbgrader = {
        **common,
        "grade": True,
        "solution": False,
        "grade_id": f"check-{name}",
        "points": points,
    }
    return [answer, check]


@pytest.fixture(scope="module")
def failed(tmp_path_factory):
    """What Validate says of each check that it is not content with."""
    cells = [nbformat.v4.new_code_cell(START), *exercise("one_step", WRONG)]
    cells += exercise("two_steps", "def two_steps(step, x_0, x_1, initial_state):\n    raise NotImplementedError()\n")
    path = tmp_path_factory.mktemp("validate") / f"{LESSON}.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    found = Validator().validate(str(path))["failed"]
    return {cell["source"]: cell["raw_error"] for cell in found}


def test_validate_says_what_is_wrong(failed):
    said = failed['check("one_step", one_step)']
    assert "one_step: not right yet (0 of " in said and len(said.splitlines()) > 1
    assert "two_steps: not written yet (0 of 2 points)" in failed['check("two_steps", two_steps)']
    assert "Partial credit" not in "".join(failed.values())
