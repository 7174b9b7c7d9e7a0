"""Which demonstrations need no second run: none that could notice what a student has written."""

import nbformat
import pytest
from demonstrations import independent

ANSWER = {"nbgrader": {"grade_id": "step", "solution": True}}
CHECK = {"nbgrader": {"grade_id": "check-step", "grade": True}}


def notebook(*cells):
    code = nbformat.v4.new_code_cell
    return nbformat.v4.new_notebook(
        cells=[code(source, id=f"c{i}", metadata=metadata) for i, (source, metadata) in enumerate(cells)]
    )


def left_out(*cells, instead=()):
    """The demonstrations, by their number, that are left out of these cells (demonstrations where it says nothing)."""
    cells = [cell if isinstance(cell, tuple) else (cell, {"tags": ["demo"]}) for cell in cells]
    others = [(source, metadata) for (_, metadata), source in zip(cells, instead, strict=True)] if instead else cells
    return [int(cell.id[1:]) for cell in independent(notebook(*cells), notebook(*others))]


STUB = ("def step(x):\n    raise NotImplementedError()", ANSWER)
CHECKED = ("check('step', step)", CHECK)


def test_what_shares_no_name_with_an_answer_is_left_out():
    assert left_out(("import tf", {}), STUB, CHECKED, "x = tf.ones(3)\nprint(x)", "print([step for step in x])") == [
        3,
        4,
    ]


@pytest.mark.parametrize(
    "cells",
    [
        [STUB, "print(step(1))"],
        [STUB, "def twice(x):\n    return step(step(x))"],
        [STUB, "print([step(x) for x in range(3)])"],
        ["def later():\n    return step(1)", STUB],
        [STUB, ("states = step(1)", {}), "print(states)"],
        [STUB, ("states = []", {}), ("states.append(step(1))", {}), "print(states)"],
        [STUB, ("f = step", {}), ("g = f", {}), "print(g(1))"],
        [STUB, ("def run():\n    return step(1)\ncheck('step', run)", CHECK), "print(run())"],
        [STUB, ("print('no demonstration')", {})],
    ],
)
def test_what_could_notice_an_answer_is_run(cells):
    assert left_out(*cells) == []


def test_what_the_solution_binds_beside_its_answer_is_an_answers_too():
    cells = [STUB, ("helper = 1", {}), "print(helper)"]
    assert left_out(*cells) == [2]
    assert left_out(*cells, instead=["def step(x): ...\nhelper = 1", "helper = 1", "print(helper)"]) == []


def test_an_edited_demonstration_is_run():
    assert left_out(STUB, "print(1)", "print(2)", instead=[STUB[0], "print(1)", "print(3)"]) == [1]


def test_what_another_demonstration_needs_is_run_with_it():
    assert left_out(STUB, "data = 1", "more = data", "print(step(more))", "print(4)") == [4]
