"""Release is a no-op on the committed tree, and what students get works alone and calmly."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from conftest import lesson_run
from demonstrations import independent
from small_lesson import LESSON

from helpers.copies import Copies
from helpers.grading.__main__ import main
from helpers.grading.authoring.cases import PUBLIC_SEED
from helpers.grading.authoring.release import CONFIG, release
from helpers.grading.course import REPO, Course
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


# -- what somebody has written into notebooks/ ----------------------------------------------------


@pytest.fixture
def released(small, tmp_path):
    """A small course that was released, as on a fresh clone: nobody has noted what."""
    return Course(shutil.copytree(small.root, tmp_path / "course", ignore=shutil.ignore_patterns(".grading")))


def change(path, what):
    notebook = nbformat.read(path, as_version=4)
    what(notebook.cells)
    nbformat.write(notebook, path)
    return path.read_bytes()


def answer(cells):
    next(cell for cell in cells if grade_id(cell) == "one_step").source = "def one_step():\n    return 'mine'"


def note(cells):
    cells.insert(3, nbformat.v4.new_markdown_cell("What I do not understand yet."))


def run(cells):
    for cell in cells:
        if cell.cell_type == "code":
            cell.execution_count, cell.outputs = 7, [nbformat.v4.new_output("stream", text="seen")]


@pytest.mark.parametrize(
    ("written", "words"), [(answer, "holds answers to one_step"), (note, "a cell that no release")]
)
@pytest.mark.parametrize("noted", [False, True], ids=["fresh clone", "released here"])
def test_a_release_does_not_write_over_work(released, capsys, written, words, noted):
    if noted:
        release(released, [LESSON])
    path = released.student_copy(LESSON)
    before = change(path, written)
    assert main(["--course", str(released.root), "release", "01"]) == 1
    said = capsys.readouterr().err
    assert words in said and "`make lab` copies it to my_lessons/" in said
    assert path.read_bytes() == before
    assert Copies(released.root).prepare() and path.read_bytes() == before
    assert (released.root / "my_lessons" / LESSON / f"{LESSON}.ipynb").read_bytes() == before
    path.unlink()
    assert main(["--course", str(released.root), "release", "01"]) == 0


def test_nbgraders_own_command_does_not_write_over_work_either(released):
    before = change(released.student_copy(LESSON), answer)
    command = [Path(sys.executable).with_name("nbgrader"), "generate_assignment", LESSON, "--force"]
    done = subprocess.run(command, cwd=released.root, capture_output=True, text=True)
    assert done.returncode != 0 and "holds answers to one_step" in done.stderr
    assert released.student_copy(LESSON).read_bytes() == before


def test_what_nbgraders_own_command_has_released_may_be_released_again(released):
    command = [Path(sys.executable).with_name("nbgrader"), "generate_assignment", LESSON, "--force"]
    assert subprocess.run(command, cwd=released.root, capture_output=True).returncode == 0
    change(released.solution(LESSON), lambda cells: cells[0].update(source=cells[0].source + "\n\nOne sentence more."))
    release(released, [LESSON])
    assert "One sentence more." in nbformat.read(released.student_copy(LESSON), as_version=4).cells[0].source


def test_work_in_a_neighbour_that_only_gets_other_links_is_safe(tmp_path, capsys):
    course = Course(tmp_path)
    for room in ("solutions", "notebooks"):
        for lesson in Course(REPO).lessons()[:2]:
            shutil.copytree(REPO / room / lesson, tmp_path / room / lesson)
    for name in ("README.md", CONFIG):
        shutil.copy(REPO / name, tmp_path)
    first, second = course.lessons()
    change(course.solution(second), lambda cells: cells[0].update(source=cells[0].source.replace("Unroll", "Roll out")))
    before = change(course.student_copy(first), answer)
    assert main(["--course", str(tmp_path), "release", second]) == 1
    assert f"{first}.ipynb holds answers to one_step" in capsys.readouterr().err
    assert course.student_copy(first).read_bytes() == before
    assert course.solution(first).read_bytes() == (REPO / "solutions" / first / f"{first}.ipynb").read_bytes()


def test_a_changed_text_is_work_too(released, capsys):
    release(released, [LESSON])
    change(released.student_copy(LESSON), lambda cells: cells[0].update(source=cells[0].source + " I tried more."))
    assert main(["--course", str(released.root), "release", "01"]) == 1
    assert "a cell that no release wrote" in capsys.readouterr().err


def test_what_was_only_opened_and_run_is_released_again(released):
    before = released.student_copy(LESSON).read_bytes()
    change(released.student_copy(LESSON), run)
    release(released, [LESSON])
    assert released.student_copy(LESSON).read_bytes() == before


@pytest.mark.parametrize("by", ["note", "git"])
def test_an_author_may_take_a_cell_out(released, by):
    if by == "note":
        release(released, [LESSON])
    else:
        who = ["-c", "user.name=a", "-c", "user.email=a@b"]
        for command in (["init", "-q"], ["add", "-A"], [*who, "commit", "-qm", "x"]):
            subprocess.run(["git", *command], cwd=released.root, check=True)
    change(released.solution(LESSON), lambda cells: cells.remove(next(c for c in cells if c.cell_type == "markdown")))
    release(released, [LESSON])
    paths = released.student_copy(LESSON), released.solution(LESSON)
    assert len({len(nbformat.read(path, as_version=4).cells) for path in paths}) == 1


def test_what_cannot_be_read_is_not_written_over(released, capsys):
    released.student_copy(LESSON).write_bytes(b"half a notebook")
    assert main(["--course", str(released.root), "release", "01"]) == 1
    assert "nobody knows what is in it" in capsys.readouterr().err
    assert released.student_copy(LESSON).read_bytes() == b"half a notebook"


def test_release_works_where_the_environment_is_not_activated(copy, tmp_path):
    copy.gradebook.unlink(missing_ok=True)
    env = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}
    command = [sys.executable, "-m", "helpers.grading", "--course", str(copy.root), "release", copy.lessons()[0]]
    done = subprocess.run(command, env=env, capture_output=True, text=True, cwd=REPO)
    assert done.returncode == 0, done.stderr
    assert not copy.gradebook.exists(), "the instructor's gradebook is to know those lessons only that are graded"


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
        "print(helpers.checks.__file__, importlib.util.find_spec('helpers.grading'), sep='\\n')"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=pack, capture_output=True, text=True)
    assert done.stdout.splitlines() == [str(pack / "helpers" / "checks.py"), "None"]


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
