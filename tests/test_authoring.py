"""An author's way: the template is green, each slip is told in a sentence, and names change everywhere at once."""

import json
import os
import shutil
import subprocess

import nbformat
import pytest

from helpers.checking import keys
from helpers.grading.__main__ import main
from helpers.grading.authoring.cases import up_to_date
from helpers.grading.authoring.readme import END, START, known_seconds, note_run_time, readme, update_lesson_table
from helpers.grading.authoring.release import CONFIG
from helpers.grading.authoring.rename import in_code, in_marks
from helpers.grading.authoring.rules import broken_rules
from helpers.grading.course import REPO, Course
from helpers.grading.marks import grade_id

NAME = "01_my_lesson"
PLACES = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints")


def run(course, *arguments):
    return main(["--course", str(course.root), *arguments])


def new_course(root):
    root.mkdir()
    shutil.copy(REPO / CONFIG, root)
    (root / "README.md").write_text(f"# A course\n\n{START}\n{END}\n\nMore.\n")
    return Course(root)


@pytest.fixture(scope="module")
def released(tmp_path_factory):
    """A course of one lesson, started from the template and released."""
    course = new_course(tmp_path_factory.mktemp("authoring") / "course")
    assert run(course, "lesson", NAME) == 0
    assert run(course, "release", "01") == 0
    return course


@pytest.fixture
def course(released, tmp_path):
    shutil.copytree(released.root, tmp_path / "course", ignore=PLACES)
    return Course(tmp_path / "course")


def told(capsys, course, *arguments):
    """What a command that is refused says to its author."""
    capsys.readouterr()
    assert run(course, *arguments) == 1
    said = capsys.readouterr().err
    assert said.startswith("Error: ") and "Traceback" not in said
    return said.removeprefix("Error: ").strip()


def edit(course, change, lesson=NAME):
    """Change the notebook of a lesson in place."""
    notebook = json.loads(course.solution(lesson).read_text())
    change({cell["id"]: cell for cell in notebook["cells"]}, notebook["cells"])
    course.solution(lesson).write_text(json.dumps(notebook))


def replace(name, old, new):
    """An edit of one of the files beside the notebook, or of the cell with that id."""

    def change(course):
        path = course.solution(NAME).parent / name
        if path.suffix:
            assert old in path.read_text()
            path.write_text(path.read_text().replace(old, new, 1))
        else:

            def source(cells, _):
                text = "".join(cells[name]["source"])
                assert old in text
                cells[name]["source"] = text.replace(old, new, 1)

            edit(course, source)

    return change


def cells(change):
    return lambda course: edit(course, lambda by_id, _: change(by_id))


def figure_without_words(by_id):
    by_id["unrolled"]["outputs"] = [
        {"output_type": "display_data", "metadata": {}, "data": {"text/html": '<img alt="a plot" src="">'}}
    ]


def copied_cell(course):
    edit(course, lambda by_id, cells: cells.append(by_id["close"]))


PAGE = f"{NAME}/mistakes/leaky_step.md"
SLIPS = {  # name: (the slip, words of the sentence)
    "an edit that occurs twice": (
        replace("mistakes/leaky_step.md", "`keep * h_prev` → `h_prev`", "`keep` → `1`"),
        f"{PAGE}, line 11: 'state whole': `keep` occurs 4 times in the cell, not once: quote more of the line.",
    ),
    "an edit that never occurs": (
        replace("mistakes/leaky_step.md", "`keep * h_prev` → `h_prev`", "`keep*h_prev` → `h_prev`"),
        f"{PAGE}, line 11: 'state whole': `keep*h_prev` does not occur in the cell; the nearest line is "
        "`return keep * h_prev + (1 - keep) * x_t`.",
    ),
    "a check without entry": (
        replace("exercises.py", 'choice("what_is_left")', 'choice("what_is_lef")'),
        "the cell 'check-what_is_left' checks 'what_is_left', which exercises.py does not describe; "
        "did you mean 'what_is_lef'?",
    ),
    "an entry without check": (
        replace("check-share_left", "share_left", "share_lost"),
        "01_my_lesson: the cell 'check-share_left' should call check(\"share_left\", ...) once; "
        'it says check("share_lost", ...).',
    ),
    "an entry without a check cell": (
        cells(lambda by_id: by_id["check-share_left"].update(metadata={})),
        "01_my_lesson/exercises.py describes 'share_left', and no cell with the id 'check-share_left' checks it.",
    ),
    "points missing": (
        cells(lambda by_id: by_id["check-leaky_step"]["metadata"]["nbgrader"].pop("points")),
        "01_my_lesson: the cell 'check-leaky_step' has no points: give it some in the Create Assignment panel.",
    ),
    "a misspelt field": (
        replace("exercises.py", '@exercise(returns={"h_t"', '@exercise(retruns={"h_t"'),
        "01_my_lesson/exercises.py, line 11: TypeError: exercise() got an unexpected keyword argument 'retruns', "
        'in `@exercise(retruns={"h_t": "B D"})`',
    ),
    "an exercise described twice": (
        replace("exercises.py", "def share_left(rng)", "def leaky_step(rng)"),
        "01_my_lesson/exercises.py describes 'leaky_step' twice; give one of them another name.",
    ),
    "another lesson in the set-up cell": (
        replace("imports", 'lesson("01_my_lesson")', 'lesson("02_my_lesson")'),
        '01_my_lesson: the set-up cell says lesson("02_my_lesson"): write lesson("01_my_lesson").',
    ),
    "inputs that do not fit": (
        replace("exercises.py", "draws(rng, 2, 3), 0.2)", "draws(rng, 2, 3))"),
        "01_my_lesson/exercises.py: leaky_step draws 2 inputs for the case 'any numbers'; "
        "leaky_step(x_t, h_prev, keep) takes 3.",
    ),
    "a draw that raises": (
        replace("exercises.py", "draws(rng, 2, 3), 0.2)", "draws(rng, 2, side), 0.2)"),
        "01_my_lesson/exercises.py, line 15: NameError: name 'side' is not defined, in",
    ),
    "exercises.py that is no Python": (
        replace("exercises.py", "def leaky_step(rng):", "def leaky_step(rng)"),
        "01_my_lesson/exercises.py, line 12: SyntaxError: expected ':', in `def leaky_step(rng)`",
    ),
    "a solution that raises at top level": (
        replace("share_left", "### END SOLUTION", "### END SOLUTION\nshare_left(1)"),
        "01_my_lesson/share_left, line 6: TypeError: share_left() missing 1 required positional argument: 'steps', "
        "in `share_left(1)`",
    ),
    "a solution that fails its own check": (
        replace("share_left", "keep ** steps", "keep ** steps[0]"),
        "01_my_lesson: the solution of share_left fails its own check:",
    ),
    "a figure without alt text": (
        cells(figure_without_words),
        '01_my_lesson: cell 5 (`plots.draw_unrolled(steps=3, title="One cell, once`) shows a figure with 6 characters',
    ),
    "axes that do not fit": (
        replace("exercises.py", '"B T D"', '"B TT"'),
        'run_leaky: `returns` gives states the axes "B TT"; the solution\'s has the shape (3, 5, 4).',
    ),
    "too few axes": (
        replace("exercises.py", '"h_t": "B D"', '"h_t": "B"'),
        'leaky_step: `returns` gives h_t the axes "B"; the solution\'s has the shape (3, 4).',
    ),
    "one time step only": (
        replace("exercises.py", 'case("several steps", T)', 'case("several steps", 1)'),
        "run_leaky: the cases 'several steps' have one time step: give one of them more, or mistakes look right.",
    ),
    "a mistake that is none": (
        replace("mistakes/leaky_step.md", "`(1 - keep)` → `keep`", "`(1 - keep)` → `(1.0 - keep)`"),
        f"{PAGE}, line 13: leaky_step: the mistake 'keep for both' answers as the solution does: draw inputs",
    ),
    "two mistakes that answer alike": (
        replace("mistakes/leaky_step.md", "`(1 - keep)` → `keep`", "`(1 - keep) * x_t` → `1 * x_t`"),
        f"{PAGE}, line 13: leaky_step: the mistake 'keep for both' cannot be told from 'input whole'",
    ),
    "a right answer that is wrong": (
        replace("mistakes/leaky_step.md", "keep * (h_prev - x_t)", "keep * (x_t - h_prev)"),
        f"{PAGE}, line 18: leaky_step: the right answer 'from the difference' is refused:",
    ),
    "a page without an exercise": (
        lambda course: (course.solution(NAME).parent / "mistakes" / "leaky_steps.md").write_text("# leaky_steps\n"),
        "01_my_lesson/mistakes/leaky_steps.md belongs to no exercise in exercises.py: rename or remove it.",
    ),
    "a page that is missing": (
        lambda course: (course.solution(NAME).parent / "mistakes" / "share_left.md").unlink(),
        "01_my_lesson/mistakes/share_left.md is missing",
    ),
    "a copied cell": (copied_cell, "01_my_lesson/01_my_lesson.ipynb: two cells have the id 'close'"),
    "no notebook": (
        lambda course: course.solution(NAME).write_text("{"),
        "01_my_lesson/01_my_lesson.ipynb cannot be read as a notebook:",
    ),
}


def contents(course):
    rooms = (course.notebooks, course.cases)
    return {path: path.read_bytes() for room in rooms for path in sorted(room.rglob("*")) if path.is_file()}


@pytest.mark.parametrize("name", SLIPS)
def test_a_slip_is_told_in_a_sentence_and_nothing_is_written(course, capsys, name):
    slip, words = SLIPS[name]
    slip(course)
    before = contents(course)
    assert words in told(capsys, course, "release", "01")
    assert contents(course) == before


@pytest.mark.parametrize("name", ["another lesson in the set-up cell", "points missing", "a check without entry"])
def test_outputs_are_refused_with_the_same_sentence(course, capsys, name):
    slip, words = SLIPS[name]
    slip(course)
    assert words in told(capsys, course, "outputs", "01")


def test_outputs_of_cases_that_are_old_are_refused(course, capsys):
    replace("exercises.py", "0.2)", "0.3)")(course)
    assert told(capsys, course, "outputs", "01").endswith("run `make release LESSON=01`.")


def test_several_slips_are_told_at_once(course, capsys):
    for name in ("an edit that never occurs", "points missing", "another lesson in the set-up cell"):
        SLIPS[name][0](course)
    said = told(capsys, course, "release", "01")
    assert said.startswith("3 things are to be mended:\n  ") and len(said.splitlines()) == 4


@pytest.fixture(scope="module")
def green(released, tmp_path_factory):
    """The released lesson with its outputs, run on this course's own cases."""
    course = Course(tmp_path_factory.mktemp("green") / "course")
    shutil.copytree(released.root, course.root)
    shutil.copytree(REPO / "helpers", course.root / "helpers", ignore=PLACES)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(course.root))
        assert run(course, "outputs", "01") == 0
    return course


def test_the_template_is_green_from_the_start(green, capsys):
    assert broken_rules(green, NAME) == []
    assert run(green, "rules") == 0
    assert "01_my_lesson: as it should be" in capsys.readouterr().out
    row = f"| [01 · My lesson](notebooks/{NAME}/{NAME}.ipynb) | 4 | 7 | "
    assert row in readme(green).read_text()


PLOT = 'plots.plot_lines([1, 2], {"a line": [1, 2]}, title="A", xlabel="b", ylabel="c", alt="A plot.")'


def test_a_figure_without_alt_text_is_not_stored(green, tmp_path, capsys, monkeypatch):
    shutil.copytree(green.root, tmp_path / "course")
    course = Course(tmp_path / "course")
    monkeypatch.setenv("PYTHONPATH", str(course.root))
    edit(course, lambda by_id, _: by_id["unrolled"].update(source="from helpers import plots\n" + PLOT))
    before = course.solution(NAME).read_bytes()
    said = told(capsys, course, "outputs", "01")
    assert "cell 5 (`from helpers import plots`) shows a figure with 7 characters of alt text" in said
    assert course.solution(NAME).read_bytes() == before


def test_a_lesson_is_never_overwritten(course, capsys):
    before = course.solution(NAME).read_bytes()
    assert "is there already" in told(capsys, course, "lesson", NAME)
    assert "`make insert NAME=01_other`" in told(capsys, course, "lesson", "01_other")
    assert "call it 02_other" in told(capsys, course, "lesson", "07_other")
    assert "is no name for a lesson" in told(capsys, course, "lesson", "other")
    assert course.solution(NAME).read_bytes() == before


def test_points_reach_the_readme_with_a_release_and_run_times_stay(course):
    update_lesson_table(course, {NAME: 9.0})
    edit(course, lambda by_id, _: by_id["check-leaky_step"]["metadata"]["nbgrader"].update(points=5))
    assert run(course, "release", "01") == 0
    assert "| 4 | 10 | 9 s |" in readme(course).read_text()


def test_a_busy_machine_does_not_rewrite_a_run_time(course):
    def known():
        return known_seconds(readme(course).read_text(), NAME)

    assert note_run_time(course, NAME, 9.2) == "9 s" and known() == 9
    said = note_run_time(course, NAME, 33.0)
    assert said == '33 s; README.md says 9 s, which ARGS="--time" changes' and known() == 9
    assert note_run_time(course, NAME, 11.0, anew=True) == "11 s" and known() == 9
    assert note_run_time(course, NAME, 33.0, anew=True) == "33 s" and known() == 33


@pytest.fixture
def three(course):
    """A course of three lessons that speak of each other, in git."""
    for name in ("02_second", "03_third"):
        assert run(course, "lesson", name) == 0
    replace("opening", "lesson 01: what", "lessons 01, 02 and 03, 28 rows of lesson 02, 28 pixels: what")(course)
    tests = course.root / "tests" / "references"
    tests.mkdir(parents=True)
    (tests / "test_02_second.py").write_text('"""Lesson 02."""\nLESSON = "02_second"\n')
    (course.root / "CHANGELOG.md").write_text("Lesson 02 is new.\n")
    (course.root / "README.md").write_text(
        readme(course).read_text() + "\nSee the next lesson, or LESSON=03.\nLesson 07 is planned.\n"
    )
    (course.root / ".gitignore").write_text("gradebook.db*\n__pycache__/\n")
    assert run(course, "release") == 0
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "three lessons"]):
        git(course, *command)
    return course


def git(course, *command):
    author = {
        "GIT_AUTHOR_NAME": "a",
        "GIT_AUTHOR_EMAIL": "a@b",
        "GIT_COMMITTER_NAME": "a",
        "GIT_COMMITTER_EMAIL": "a@b",
    }
    done = subprocess.run(
        ["git", *command], cwd=course.root, env={**os.environ, **author}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def source(course, lesson, cell):
    notebook = nbformat.read(course.solution(lesson), as_version=4)
    return next(c.source for c in notebook.cells if c.id == cell)


def test_a_lesson_is_inserted_and_the_others_move(three, capsys):
    answers = keys.load(three.case_file("02_second")).keys
    capsys.readouterr()
    assert run(three, "insert", "02_between") == 0
    said = capsys.readouterr().out
    assert three.lessons() == [NAME, "02_between", "03_second", "04_third"]
    assert 'lesson("03_second")' in source(three, "03_second", "imports")
    assert source(three, "04_third", "opening").startswith("# 04 · Third\n")
    assert "lessons 01, 03 and 04, 28 rows of lesson 03, 28 pixels" in source(three, NAME, "opening")
    test = three.root / "tests" / "references" / "test_03_second.py"
    assert test.read_text() == '"""Lesson 03."""\nLESSON = "03_second"\n'
    assert (three.root / "CHANGELOG.md").read_text() == "Lesson 02 is new.\n"
    assert "to read: README.md, line " in said and "See the next lesson, or LESSON=03." in said
    assert ": Lesson 07 is planned." in said
    # What moves keeps its cases: nothing is computed again.
    assert up_to_date(three, "03_second") and up_to_date(three, "04_third")
    assert keys.load(three.case_file("03_second")).keys.keys() == answers.keys()
    assert run(three, "release") == 0
    first = "next: [02 · Between](../02_between/02_between.ipynb)"
    assert first in source(three, NAME, "opening")
    assert "before: [02 · Between](../02_between/02_between.ipynb) · next: [04" in source(three, "03_second", "opening")
    rows = readme(three).read_text()
    assert "| [03 · Second](notebooks/03_second/03_second.ipynb) |" in rows and "02_second" not in rows
    for lesson in three.lessons():  # all but what `make outputs` does
        assert not [s for s in broken_rules(three, lesson) if "outputs" not in s]


def test_a_lesson_is_not_inserted_among_changes_that_were_not_committed(three, capsys):
    replace("opening", "Four exercises", "Some exercises")(three)
    before = git(three, "status", "--porcelain")
    said = told(capsys, three, "insert", "02_between")
    assert "commit yours first (solutions/01_my_lesson/01_my_lesson.ipynb and others)" in said
    assert git(three, "status", "--porcelain") == before
    assert "`make lesson NAME=09_new` adds one behind the last" in told(capsys, three, "insert", "09_new")


def test_an_exercise_is_renamed_everywhere(course, capsys):
    tests = course.root / "tests" / "references"
    tests.mkdir(parents=True)
    test = tests / f"test_{NAME}.py"
    test.write_text('solutions(LESSON)["leaky_step"](x)\nx = keras.leaky_step(leaky_step=1)  # leaky_step\n')
    replace("opening", "**You need**", "The `leaky_step`, or leaky_step. **You need**")(course)
    assert run(course, "rename", "01", "leaky_step", "mix") == 0
    said = capsys.readouterr().out
    folder = course.solution(NAME).parent
    assert (folder / "mistakes" / "mix.md").read_text().startswith("# mix\n")
    assert not (folder / "mistakes" / "leaky_step.md").exists()
    notebook = nbformat.read(course.solution(NAME), as_version=4)
    assert [grade_id(c) for c in notebook.cells if "leaky_step" in grade_id(c) or "mix" in grade_id(c)] == [
        "mix",
        "check-mix",
    ]
    assert "def mix(x_t, h_prev, keep):" in source(course, NAME, "mix")
    assert source(course, NAME, "check-mix") == 'check("mix", mix)'
    assert "The `mix`, or leaky_step." in source(course, NAME, "opening")
    assert test.read_text() == 'solutions(LESSON)["mix"](x)\nx = keras.leaky_step(leaky_step=1)  # leaky_step\n'
    assert f"to read: solutions/{NAME}/{NAME}.ipynb, cell 1: `leaky_step` is now `mix` there" in said
    assert f"to read: solutions/{NAME}/{NAME}.ipynb, cell 1, line 12: The `mix`, or leaky_step." in said
    assert run(course, "release", "01") == 0
    assert "mix" in keys.load(course.case_file(NAME)).keys


def test_what_cannot_be_renamed_is_told(course, capsys):
    assert "has no exercise 'leaky'; there are: what_is_left, leaky_step," in told(
        capsys, course, "rename", "01", "leaky", "mix"
    )
    assert "'run_leaky' is taken" in told(capsys, course, "rename", "01", "leaky_step", "run_leaky")
    assert "'a-b' is no name for a function" in told(capsys, course, "rename", "01", "leaky_step", "a-b")


@pytest.mark.parametrize(
    "before, after",
    [
        ("x = step(a)", "x = go(a)"),
        ('check("step", step)', 'check("go", go)'),
        ('say("step")', 'say("step")'),
        ("tf.step(step=1, my_step=2)", "tf.step(step=1, my_step=2)"),
        ('step = "B"  # a step', 'go = "B"  # a step'),
        ('"""A step."""\nif a == step == b:', '"""A step."""\nif a == go == b:'),
    ],
)
def test_a_name_changes_in_code_alone(before, after):
    assert in_code(before, "step", "go") == after
    assert in_marks(f"A step: `{before}`", "step", "go") == f"A step: `{after}`" or "\n" in before
