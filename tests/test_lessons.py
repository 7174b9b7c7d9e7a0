"""Every lesson keeps the standards, and each standard notices what it is for."""

import copy

import nbformat
import pytest

from helpers.grading.authoring.exercises import Exercise, load_exercises
from helpers.grading.authoring.mistakes import Page
from helpers.grading.authoring.rules import Lesson, broken_rules, said_of
from helpers.grading.authoring.sources import read_notebook
from helpers.grading.authoring.variants import Mistake
from helpers.grading.course import REPO, Course
from helpers.grading.marks import grade_id

NAME = "02_static_unrolling"


def test_every_standard_is_kept(lesson, course):
    problems = broken_rules(course, lesson)
    assert not problems, "\n".join(["", *problems])


@pytest.fixture(scope="module")
def whole():
    course = Course(REPO)
    student = nbformat.read(course.student_copy(NAME), as_version=4)
    return Lesson(course, NAME, read_notebook(course, NAME), load_exercises(course, NAME), student)


@pytest.fixture
def broken(whole):
    """A lesson in memory, to be broken in one way."""
    return Lesson(
        whole.course,
        whole.name,
        copy.deepcopy(whole.notebook),
        dict(whole.exercises),
        copy.deepcopy(whole.student),
    )


def cell(lesson, name):
    return next(cell for cell in lesson.notebook.cells if name in (grade_id(cell), cell.id))


def write(name, old, new):
    def change(lesson):
        found = cell(lesson, name)
        assert old in found.source
        found.source = found.source.replace(old, new)

    return change


def tags(name, *others):
    return lambda lesson: cell(lesson, name).metadata.update(tags=list(others))


def page(name, **changes):
    def change(lesson):
        old = lesson.exercises[name]
        fields = {"reveal": old.reveal, "mistakes": old.mistakes, "alternatives": old.alternatives, **changes}
        lesson.exercises[name] = Exercise(name, old.returns, old.draw, page=Page(**fields))

    return change


def alt(words):
    def change(lesson):
        data = cell(lesson, "cell-05").outputs[0].data
        data["text/html"] = f'<img alt="{words}" src="">' if words is not None else '<img src="">'

    return change


def only(count):
    def change(lesson):
        lesson.exercises = dict(list(lesson.exercises.items())[:count])

    return change


def without_letters(lesson):
    lesson.exercises = {name: spec for name, spec in lesson.exercises.items() if spec.draw}


def say(says, name="some mistake"):
    return Mistake(name, source="unroll = 1", says=says)


def crowd(lesson):
    place = lesson.notebook.cells.index(cell(lesson, "cell-07"))
    lesson.notebook.cells[place:place] = [nbformat.v4.new_code_cell("x = 1", execution_count=1) for _ in range(2)]


def another_kernel(lesson):
    lesson.notebook.metadata.kernelspec.name = "mine"


LONG = "x = 1\n" * 26
BREAKS = {
    "number": (lambda lesson: setattr(lesson, "name", "03_dynamic_unrolling"), "should begin with `# 03 · `"),
    "long cell": (write("cell-07", "B, T", LONG + "B, T"), "cell 7 (`x = 1`) has 29 lines; 25 are the most"),
    "wide line": (write("cell-07", "B, T", f"# {'x' * 130}\nB, T"), "has a line of 132 characters"),
    "long cells": (
        lambda lesson: (
            [c.update(source="x = 1\n" * 9) for c in lesson.code if not grade_id(c)]
            and [c.update(source=c.source + "\n" + "x = 1\n" * 9) for c in lesson.code if grade_id(c)]
        ),
        "half of its code cells have more than 8 lines",
    ),
    "a magic": (write("cell-07", "B, T", "%time\nB, T"), "cell 7 (`%time`), line 1, is not plain Python"),
    "code without prose": (crowd, "is the third code cell in a row"),
    "title": (write("cell-01", "# 02 · ", "# 2: "), "the first cell should begin with `# 02 · `"),
    "promise": (write("cell-01", "**The promise:**", ""), "the first cell lacks **The promise:**"),
    "list": (write("cell-01", "\n- ", "\n* "), "the first cell lists 0 things"),
    "close": (write("cell-41", "**Fine print.**", ""), "no text cell has **Fine print.**"),
    "summary": (write("cell-41", "\n- ", "\n* "), "the summary has 0 points"),
    "hasty": (
        write("cell-04", "Python runs", "Python simply runs"),
        "cell 4 (`## From two steps to T steps`) says 'simply'",
    ),
    "product": (write("cell-21", "By hand", "a*b*c. By hand"), "cell 21 (`"),
    "link": (write("cell-04", "In lesson 01", "In [01](../01_one/01_one.ipynb)"), "links to ../01_one/01_one.ipynb"),
    "neighbours": (write("cell-01", "before: [01 · Take", "before: [01 · Make"), "links to its neighbours"),
    "next": (
        lambda lesson: lesson.notebook.cells.pop(),
        "the last cell should be the line of links to the next lesson",
    ),
    "what to install": (
        write("cell-03", "the one that holds start.py", "somehow"),
        "the set-up cell should begin with",
    ),
    "points so far": (
        lambda lesson: lesson.notebook.cells.remove(cell(lesson, "your-points")),
        "its last code cell should be `check.show_points()`",
    ),
    "order": (
        lambda lesson: setattr(lesson, "exercises", dict(reversed(lesson.exercises.items()))),
        "exercises.py describes its exercises in another order than the notebook: to_steps, from_steps",
    ),
    "few exercises": (only(3), "it has 3 exercises: a lesson has 4 to 8"),
    "no letter": (without_letters, "no exercise asks for a letter"),
    "check without entry": (only(6), "the cell 'check-predict_nodes' checks 'predict_nodes', which exercises.py does"),
    "entry without check": (
        lambda lesson: lesson.notebook.cells.remove(cell(lesson, "check-unroll")),
        "describes 'unroll', and no cell with the id 'check-unroll' checks it",
    ),
    "few mistakes": (page("unroll", mistakes=(say("x" * 30 + "."),)), "mistakes/unroll.md lists 1 wrong answers"),
    "few letters": (page("longer_sequence", mistakes=()), "mistakes/longer_sequence.md lists 0 wrong letters"),
    "no alternative": (page("unroll", alternatives=()), "mistakes/unroll.md lists no other right answer"),
    "open end": (page("unroll", reveal="So it is"), "what is said of the right answer should end with a full stop"),
    "short sentence": (page("unroll", mistakes=(say("No."),) * 4), "what 'some mistake' is told has 3 characters"),
    "no full stop": (page("unroll", mistakes=(say("x" * 30),) * 4), "'some mistake' is told should end with a full"),
    "two sentences": (
        page("unroll", mistakes=(say("x" * 30 + "."), say("y" * 30 + "."))),
        "two entries are called 'some mistake' and say different things",
    ),
    "hints": (
        write("cell-08", "Hint 2: a plan in words", "Hint 2"),
        "to_steps: the text cell above it should hold three",
    ),
    "docstring": (write("to_steps", '"""', "'''"), "to_steps: its cell should hold a function with a docstring"),
    "solution mark": (write("to_steps", "### BEGIN SOLUTION", ""), "to_steps: its cell has 0 times ### BEGIN SOLUTION"),
    "short alt text": (alt("A plot."), "cell 5 (`plots.draw_unrolled"),
    "no alt text": (alt(None), "shows a figure with 0 characters of alt text"),
    "bare figure": (
        lambda lesson: cell(lesson, "cell-05").outputs[0].data.update({"image/png": "xx"}),
        "shows a figure without alt text: draw it with helpers.plots",
    ),
    "short alt text, not run": (
        lambda lesson: cell(lesson, "cell-05").update(source='plots.plot_lines(alt="A plot.")', outputs=[]),
        'cell 5 (`plots.plot_lines(alt="A plot.")`) gives a figure 7 characters of alt text',
    ),
    "another alt text than the stored one": (
        lambda lesson: cell(lesson, "cell-05").update(source=f'plots.plot_lines(alt="{"A plot. " * 20}")'),
        "has stored a figure whose alt text is another by now",
    ),
    "few figures": (lambda lesson: cell(lesson, "cell-05").update(outputs=[]), "its stored outputs show 1 figures"),
    "unknown tag": (tags("cell-05", "demo", "hide"), "has the tag 'hide'"),
    "never run": (
        lambda lesson: cell(lesson, "cell-07").update(execution_count=None),
        "never run: cell 7: run `make outputs LESSON=02`",
    ),
    "stderr": (
        lambda lesson: cell(lesson, "cell-07").outputs[0].update(name="stderr"),
        "ends in an error or writes to stderr",
    ),
    "not compared": (tags("cell-07"), "shows text that no test compares"),
    "check not compared": (tags("check-unroll"), "shows text that no test compares"),
    "not a demo": (tags("cell-05"), "only shows something: tag it demo"),
    "a figure that is graded": (
        write("cell-07", "B, T", "unit = 0\nplots.plot_lines(unit)\nB, T"),
        "draws a figure: tag it demo",
    ),
    "a student's function": (
        write("cell-07", "B, T", "def show():\n    return unroll([1], None)\nB, T"),
        "uses `unroll`, which is not there, or wrong, until a student has written it",
    ),
    "kernel": (another_kernel, "the notebook names another kernel than python3"),
    "metadata": (lambda lesson: lesson.notebook.metadata.update(widgets={}), "has metadata called 'widgets'"),
    "cell metadata": (
        lambda lesson: cell(lesson, "cell-05").metadata.update(collapsed=True),
        "has a cell with metadata called 'collapsed'",
    ),
    "not released": (lambda lesson: setattr(lesson, "student", None), "it has no student copy: run `make release"),
    "an answer for students": (
        lambda lesson: lesson.student.cells[4].update(source="### BEGIN SOLUTION"),
        "holds an answer or an output",
    ),
    "nothing to write": (
        lambda lesson: next(c for c in lesson.student.cells if grade_id(c) == "unroll").update(source="x = 1"),
        "leaves nothing to write",
    ),
    "set-up": (write("cell-03", "02_static", "2_static"), 'the set-up cell says lesson("2_static_unrolling")'),
    "points": (
        lambda lesson: cell(lesson, "check-unroll").metadata.nbgrader.pop("points"),
        "the cell 'check-unroll' has no points",
    ),
    "another check": (write("check-unroll", '"unroll"', '"unrol"'), 'should call check("unroll", ...) once; it says'),
    "an answer in a demo": (tags("unroll", "demo"), "is tagged demo, so grading leaves it out"),
    "an edit that fits no more": (write("unroll", "axis=1", "1"), "does not occur in the cell"),
}


def test_the_whole_lesson_breaks_no_rule(whole):
    assert not said_of(whole)


@pytest.mark.parametrize("name", BREAKS)
def test_a_broken_rule_is_told_in_a_sentence(broken, name):
    breaks, words = BREAKS[name]
    breaks(broken)
    told = said_of(broken)
    assert any(words in sentence for sentence in told), told
    for sentence in told:
        assert sentence.startswith(broken.name) and "\n" not in sentence and sentence.endswith((".", "?")), sentence


def test_every_rule_is_seen_to_catch_something(whole, tmp_path):
    """The two rules that read files: numbers and the README's row."""
    gap = Course(tmp_path)
    for name in ("01_one", "03_three"):
        gap.solution(name).parent.mkdir(parents=True)
        gap.solution(name).write_text(nbformat.writes(whole.notebook))
    told = said_of(Lesson(gap, "03_three", whole.notebook, whole.exercises, None))
    assert "03_three: it is lesson 2 of the course: number it 02, or insert it with `make insert`." in told
    assert "03_three: its row in README.md is missing or old: run `make release`." in told


def test_everything_wrong_is_told_at_once(broken):
    write("cell-04", "Python runs", "Python just runs")(broken)
    alt("")(broken)
    only(2)(broken)
    told = "\n".join(said_of(broken))
    assert all(words in told for words in ("'just'", "alt text", "it has 2 exercises", "check-unroll"))
