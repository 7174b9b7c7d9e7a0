"""The standards of a lesson, as tests, so that they hold for every later lesson."""

import ast
import re
import statistics

import nbformat
import pytest

from helpers.facts import AUTHORS
from helpers.grading.authoring.exercises import load_exercises
from helpers.grading.course import REPO, Course
from helpers.grading.marks import CHECK_PREFIX, SKIP_TAG, grade_id

MEDIAN_LINES, MOST_LINES = 8, 25
MOST_CODE_CELLS_IN_A_ROW = 2  # besides an exercise's own pair
HASTY = re.compile(r"\b(simply|just|obviously|trivially|of course|easy|easily)\b", re.IGNORECASE)
HINTS = ["Hint 1: where to start", "Hint 2: a plan in words", "Hint 3: nearly code"]
NO_PROSE = re.compile(r"```.*?```|`[^`]*`|\$\$.*?\$\$|\$[^$]*\$|<code>.*?</code>", re.DOTALL)
PRODUCT = re.compile(r"(?<=[\w)])\*(?!\*)[\w(]")  # in prose, Markdown takes the stars of two products for emphasis
KNOWN_TAGS = {"demo", "nbval-check-output"}


@pytest.fixture
def notebook(lesson, course):
    return nbformat.read(course.solution(lesson), as_version=4)


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def text(notebook):
    return "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")


def lines(cell):
    return [line for line in cell.source.splitlines() if line.strip() and "SOLUTION" not in line]


def test_cells_are_short(notebook):
    lengths = [len(lines(cell)) for cell in code_cells(notebook)]
    assert statistics.median(lengths) <= MEDIAN_LINES
    assert max(lengths) <= MOST_LINES
    assert all(len(line) <= 120 for cell in code_cells(notebook) for line in cell.source.splitlines())


def test_code_is_plain_python(notebook):
    for cell in code_cells(notebook):
        ast.parse(cell.source)


def test_prose_stands_between_code(notebook):
    run = 0
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            run = 0
        elif not grade_id(cell):
            run += 1
        assert run <= MOST_CODE_CELLS_IN_A_ROW, cell.source


def test_opening_and_close(lesson, notebook):
    first, last = notebook.cells[0].source, text(notebook)
    number = lesson[:2]
    assert first.startswith(f"# {number} · ")
    for part in ("**The promise:**", "**You will**", "**You need**", "**Plan ", "](../../README.md)"):
        assert part in first, part
    assert 3 <= first.count("\n- ") <= 6
    for heading in ("## Set up", "## In TensorFlow 1.x notes", "## Summary", "**Fine print.**", "**Further reading:**"):
        assert heading in last, heading
    summary = last.split("## Summary")[1]
    assert 3 <= summary.count("\n- ") <= 6


def test_the_words_take_nobody_for_slow(notebook):
    assert not HASTY.findall(text(notebook))


def test_products_in_prose_keep_their_stars(notebook):
    assert not PRODUCT.findall(NO_PROSE.sub(" ", text(notebook))), "write `a*b`, or a\\*b"


def test_links_between_lessons_lead_somewhere(lesson, notebook, course):
    for target in re.findall(r"\]\((\.\./[^)#]+)\)", text(notebook)):
        assert (course.notebooks / lesson / target).resolve().exists(), target


def test_exercises(lesson, notebook, course):
    specs = load_exercises(course, lesson)
    asked = [
        grade_id(cell).removeprefix(CHECK_PREFIX)
        for cell in notebook.cells
        if cell.metadata.get("nbgrader", {}).get("grade")
    ]
    assert asked == list(specs), "exercises.py and the notebook list the same exercises in the same order"
    assert 4 <= len(specs) <= 7
    assert any(spec.draw is None for spec in specs.values()), "at least one prediction before running"
    for name, spec in specs.items():
        letters = spec.draw is None
        assert len(spec.mistakes) >= (3 if letters else 4), name
        assert len(spec.alternatives) >= 1, name
        assert spec.reveal.endswith((".", "?")), name
        said = {(mistake.name, mistake.says) for mistake in spec.mistakes}
        assert len(said) == len({mistake.name for mistake in spec.mistakes}), f"{name}: one name, one sentence"
        for mistake in spec.mistakes:
            assert 20 < len(mistake.says) < 250 and mistake.says[-1] in ".?)", (name, mistake.name)


def test_every_function_exercise_has_a_hint_ladder_and_a_docstring(lesson, notebook, course):
    specs = load_exercises(course, lesson)
    before = ""
    for cell in notebook.cells:
        name = grade_id(cell)
        if name in specs and specs[name].draw is not None:
            labels = re.findall(r"<details><summary>(Hint \d: [^<]*)</summary>", before)
            assert labels == HINTS, f"{name}: three hints, called like everywhere"
            assert "def " in cell.source and '"""' in cell.source, f"{name}: a docstring with shapes"
            assert cell.source.count("### BEGIN SOLUTION") == 1
        if cell.cell_type == "markdown":
            before = cell.source


def test_figures_have_alt_text(notebook):
    figures = 0
    for cell in code_cells(notebook):
        for output in cell.outputs:
            data = output.get("data", {})
            assert "image/png" not in data, "show figures through helpers.plots: they need alt text"
            if "<img" in data.get("text/html", ""):
                figures += 1
                alt = re.search(r'<img alt="([^"]*)"', data["text/html"])
                assert alt and len(alt.group(1)) > 60
    assert figures >= 2


def test_stored_outputs(notebook):
    for cell in code_cells(notebook):
        tags = set(cell.metadata.get("tags", []))
        assert tags <= KNOWN_TAGS, tags
        assert cell.execution_count, "run `make outputs`"
        assert not [out for out in cell.outputs if out.output_type == "error" or out.get("name") == "stderr"]
        if cell.outputs and "nbval-check-output" not in tags:
            shows_figure = any("<img" in out.get("data", {}).get("text/html", "") for out in cell.outputs)
            assert shows_figure or SKIP_TAG in tags, f"compare this output, or tag the cell demo: {cell.source}"


def shows_only(cell):
    """Whether a cell calls nothing but print and plots, and binds no name."""
    body = ast.parse(cell.source).body
    calls = [item.value for item in body if isinstance(item, ast.Expr) and isinstance(item.value, ast.Call)]
    functions = [ast.unparse(call.func).split("(")[0].split(".")[0] for call in calls]
    return bool(body) and len(calls) == len(body) and set(functions) <= {"plots", "print"}


def test_cells_that_only_show_something_are_left_out_of_grading(notebook):
    for cell in code_cells(notebook):
        if not grade_id(cell) and shows_only(cell):
            assert SKIP_TAG in cell.metadata.get("tags", []), f"tag it demo: {cell.source}"


def test_metadata_is_clean(lesson, notebook, course):
    for path in (course.solution(lesson), course.student_copy(lesson)):
        nb = nbformat.read(path, as_version=4)
        nbformat.validate(nb)
        assert nb.metadata.kernelspec.name == "python3"
        assert nb.metadata.language_info.name == "python"
        assert set(nb.metadata) == {"kernelspec", "language_info"}
        assert {key for cell in nb.cells for key in cell.metadata} <= {"tags", "nbgrader", "editable", "deletable"}
        assert len({cell.id for cell in nb.cells}) == len(nb.cells)


def test_the_student_copy_holds_no_answer(lesson, course):
    student = nbformat.read(course.student_copy(lesson), as_version=4)
    specs = load_exercises(course, lesson)
    for cell in code_cells(student):
        assert "SOLUTION" not in cell.source and not cell.outputs
        if grade_id(cell) in specs:
            assert "# YOUR CODE HERE" in cell.source
    beside = {path.name for path in (course.notebooks / lesson).iterdir()}
    assert not beside & set(AUTHORS), "what authors write is not for students"


def test_the_readme_lists_every_lesson(lesson, repo):
    row = re.search(
        rf"^\| \[.*\]\(notebooks/{lesson}/{lesson}\.ipynb\) .*\| \d+ s \|$", (repo / "README.md").read_text(), re.M
    )
    assert row, "run `make outputs`"


def test_lessons_are_numbered_without_gaps():
    assert [name[:2] for name in Course(REPO).lessons()] == [
        f"{n:02d}" for n in range(1, len(Course(REPO).lessons()) + 1)
    ]
