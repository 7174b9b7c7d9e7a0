"""Release is a no-op on the committed tree, and what students get works alone and calmly."""

import os
import shutil
import subprocess
import sys

import nbformat
import pytest
from conftest import lesson_run
from demonstrations import independent

from helpers.grading.__main__ import main
from helpers.grading.authoring.cases import PUBLIC_SEED
from helpers.grading.authoring.release import release
from helpers.grading.course import REPO
from helpers.grading.marks import CHECK_PREFIX, grade_id

LEFT_OUT = "skip-execution"  # nbclient leaves cells with this tag out


def contents(course):
    paths = [p for room in ("notebooks", "data") for p in sorted((course.root / room).rglob("*")) if p.is_file()]
    return {str(path.relative_to(course.root)): path.read_bytes() for path in paths}


def test_release_changes_nothing(lesson, copy):
    """All cases drawn and answered anew are those that are committed, and so is the student's copy.

    The answers come from the run that the tests of the cases look at, too: the copy's sources are the course's.
    """
    before = contents(copy)
    release(copy, [lesson], recompute=True, run=lambda course, name: lesson_run(name, PUBLIC_SEED))
    assert contents(copy) == before


@pytest.mark.parametrize("arguments", [[], ["01", "--recompute"]])
def test_the_command_changes_nothing(copy, arguments):
    before = contents(copy)
    assert main(["--course", str(copy.root), "release", *arguments]) == 0
    assert contents(copy) == before


def test_release_restores_what_was_lost(copy):
    before = contents(copy)
    lesson = copy.lessons()[0]
    copy.student_copy(lesson).unlink()
    copy.case_file(lesson).write_bytes(b"damaged")
    assert main(["--course", str(copy.root), "release", lesson[:2]]) == 0
    assert contents(copy).keys() == before.keys()
    assert copy.student_copy(lesson).read_bytes() == before[f"notebooks/{lesson}/{lesson}.ipynb"]


def test_release_works_where_the_environment_is_not_activated(copy, tmp_path):
    copy.gradebook.unlink(missing_ok=True)
    env = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}
    command = [sys.executable, "-m", "helpers.grading", "--course", str(copy.root), "release", copy.lessons()[0]]
    done = subprocess.run(command, env=env, capture_output=True, text=True, cwd=REPO)
    assert done.returncode == 0, done.stderr
    assert not copy.gradebook.exists(), "the instructor's gradebook is to know those lessons only that are graded"


@pytest.fixture(scope="session")
def pack(tmp_path_factory):
    """A student's pack: no solutions, no grading."""
    root = tmp_path_factory.mktemp("pack")
    shutil.copytree(REPO / "notebooks", root / "notebooks")
    shutil.copytree(REPO / "data", root / "data")
    ignore = shutil.ignore_patterns("grading", "__pycache__")
    shutil.copytree(REPO / "helpers", root / "helpers", ignore=ignore)
    return root


def test_an_unwritten_notebook_runs_calmly(lesson, pack, course):
    """Every cell runs, and every check says that its answer is not written yet.

    Left out are demonstrations that do here what they do in the solution, where they run for the test of its
    stored outputs: those whose text is the same and which share no name with any answer, not even through other
    cells (:func:`demonstrations.independent`). Whatever seeds they need they set themselves, as all lessons do.
    """
    path = pack / "notebooks" / lesson / f"{lesson}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    seen = {cell.id for cell in independent(notebook, nbformat.read(course.solution(lesson), as_version=4))}
    for cell in notebook.cells:
        if cell.id in seen:
            cell.metadata.tags = [*cell.metadata.tags, LEFT_OUT]
    nbformat.write(notebook, path)
    command = [sys.executable, "-m", "jupyter", "execute", "--inplace", "--allow-errors", "--timeout=200", str(path)]
    done = subprocess.run(command, env={**os.environ, "PYTHONPATH": str(pack)}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    notebook = nbformat.read(path, as_version=4)
    checked = 0
    for cell in (cell for cell in notebook.cells if cell.cell_type == "code"):
        assert bool(cell.execution_count) == (cell.id not in seen), cell.source
        outputs = cell.outputs
        assert not [out for out in outputs if out.output_type == "error" or out.get("name") == "stderr"], cell.source
        if grade_id(cell).startswith(CHECK_PREFIX):
            box, score = outputs
            assert "not written yet" in box.data["text/plain"], cell.source
            assert score.data["text/plain"] == "0"
            checked += 1
    assert checked >= 4


def test_the_pack_uses_its_own_helpers(pack):
    code = (
        "import importlib.util, helpers.checks\n"
        "print(helpers.checks.__file__, importlib.util.find_spec('helpers.grading'))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=pack, capture_output=True, text=True)
    assert done.stdout.split() == [str(pack / "helpers" / "checks.py"), "None"]


def test_students_modules_do_not_need_grading():
    code = (
        "import sys, helpers.checks, helpers.plots, helpers.measure, helpers.probes\n"
        "print([m for m in sys.modules if m.startswith(('helpers.grading', 'nbgrader'))])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=REPO)
    assert done.stdout.strip() == "[]", done.stderr


def test_the_judging_side_does_not_need_tensorflow():
    code = "import sys, helpers.checking.verdicts, helpers.checking.wire; print('tensorflow' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=REPO)
    assert done.stdout.strip() == "False", done.stderr
