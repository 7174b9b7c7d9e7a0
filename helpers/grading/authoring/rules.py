"""The standards of a lesson, as functions that say in sentences which of them a lesson does not keep.

:func:`broken_rules` asks them all, so that an author reads everything at once. A rule gets a :class:`Lesson` and
yields a sentence for each place: the exercise or cell, what is wrong, what to do. CONTRIBUTING.md has them as a table.
"""

from __future__ import annotations

import ast
import dataclasses
import html
import re
import statistics
import symtable
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from helpers.facts import AUTHORS
from helpers.grading.authoring.exercises import FILE, Exercise, load_exercises
from helpers.grading.authoring.links import NEXT, link_line, next_line
from helpers.grading.authoring.readme import known_seconds, lesson_row, readme
from helpers.grading.authoring.sources import FEWEST_WORDS, called, misfits, picture_problems, read_notebook
from helpers.grading.authoring.variants import AuthorError, noting
from helpers.grading.course import Course
from helpers.grading.marks import SKIP_TAG, exercise_of, grade_id, is_check

MEDIAN_LINES, MOST_LINES, WIDEST = 8, 25, 120
MOST_CODE_CELLS_IN_A_ROW = 2  # besides an exercise's own pair
FEWEST_EXERCISES, MOST_EXERCISES = 4, 8
FEWEST_MISTAKES, FEWEST_WRONG_LETTERS = 4, 3
SHORTEST_SENTENCE, LONGEST_SENTENCE = 20, 250
FEWEST_FIGURES = 2
OPENING = ("**The promise:**", "**You will**", "**You need**", "**Plan ")
CLOSE = ("## Set up", "## In TensorFlow 1.x notes", "## Summary", "**Fine print.**", "**Further reading:**")
HASTY = re.compile(r"\b(simply|just|obviously|trivially|of course|easy|easily)\b", re.IGNORECASE)
HINTS = ["Hint 1: where to start", "Hint 2: a plan in words", "Hint 3: nearly code"]
HINT = re.compile(r"<details><summary>(Hint \d: [^<]*)</summary>")
FOLDED = (
    "## Predict before you run",
    "\n- **D** ",
    "<details><summary>The answer</summary>",
)  # a question without points
CODE_IN_PROSE = re.compile(r"```.*?```|`[^`]*`|\$\$.*?\$\$|\$[^$]*\$|<code>.*?</code>", re.DOTALL)
PRODUCT = re.compile(r"(?<=[\w)])\*(?!\*)[\w(]")  # in prose, Markdown takes the stars of two products for emphasis
SET_UP = """\
try:
    from helpers.checks import lesson
except ModuleNotFoundError as missing:
    raise ModuleNotFoundError(f"{missing}: pip install the course's folder, the one that holds start.py.") from None
"""
SHOW_POINTS = "check.show_points()"
KNOWN_TAGS = {SKIP_TAG, "nbval-check-output"}
KNOWN_METADATA = {"tags", "nbgrader", "editable", "deletable"}
BEGIN_SOLUTION, YOUR_CODE = "### BEGIN SOLUTION", "# YOUR CODE HERE"


@dataclasses.dataclass
class Lesson:
    """A lesson as it stands in the course, for the rules to look at.

    exercises: None where they cannot be read. student: None where it was not released.
    """

    course: Course
    name: str
    notebook: NotebookNode
    exercises: dict[str, Exercise] | None
    student: NotebookNode | None

    @property
    def number(self) -> str:
        return self.name[:2]

    @property
    def code(self) -> list[NotebookNode]:
        return [cell for cell in self.notebook.cells if cell.cell_type == "code"]

    @property
    def prose(self) -> list[NotebookNode]:
        return [cell for cell in self.notebook.cells if cell.cell_type == "markdown"]

    def called(self, cell: NotebookNode) -> str:
        """Words for a cell: its place, and its id or first line."""
        return called(self.notebook, cell)


Rule = Callable[[Lesson], Iterator[str]]


def broken_rules(course: Course, name: str) -> list[str]:
    """Return a sentence for every place where the lesson ``name`` leaves the standard."""
    problems: list[str] = []
    exercises = None
    with noting(problems):
        exercises = load_exercises(course, name)
    try:
        notebook = read_notebook(course, name)
    except AuthorError as error:
        return [*problems, *error.problems]
    path = course.student_copy(name)
    student = nbformat.read(path, as_version=4) if path.exists() else None
    return problems + said_of(Lesson(course, name, notebook, exercises, student))


def said_of(lesson: Lesson) -> list[str]:
    """Return what all rules say of a lesson."""
    sentences = [*misfits(lesson.name, lesson.notebook, lesson.exercises)]
    for rule in RULES:
        sentences += [f"{lesson.name}: {sentence}" for sentence in rule(lesson)]
    return [*dict.fromkeys(sentences)]


def numbers(lesson: Lesson) -> Iterator[str]:
    """Lessons are numbered from 01 without gaps."""
    place = lesson.course.lessons().index(lesson.name) + 1
    if lesson.number != f"{place:02d}":
        yield f"it is lesson {place} of the course: number it {place:02d}, or insert it with `make insert`."


def short_cells(lesson: Lesson) -> Iterator[str]:
    """Cells hold one thought."""
    lengths = []
    for cell in lesson.code:
        lines = [line for line in cell.source.splitlines() if line.strip() and "SOLUTION" not in line]
        lengths.append(len(lines))
        if len(lines) > MOST_LINES:
            yield f"{lesson.called(cell)} has {len(lines)} lines; {MOST_LINES} are the most: cut it in two."
        for line in cell.source.splitlines():
            if len(line) > WIDEST:
                yield f"{lesson.called(cell)} has a line of {len(line)} characters; {WIDEST} are the most: cut it."
    if lengths and statistics.median(lengths) > MEDIAN_LINES:
        yield f"half of its code cells have more than {MEDIAN_LINES} lines: cut the long ones."


def plain_python(lesson: Lesson) -> Iterator[str]:
    """Code cells are Python, without magics."""
    for cell in lesson.code:
        try:
            ast.parse(cell.source)
        except SyntaxError as error:
            yield f"{lesson.called(cell)}, line {error.lineno}, is not plain Python ({error.msg}): mend it; no % or !."


def prose_between_code(lesson: Lesson) -> Iterator[str]:
    """Not too many code cells follow each other."""
    run = 0
    for cell in lesson.notebook.cells:
        run = 0 if cell.cell_type == "markdown" else run + (not grade_id(cell))
        if run > MOST_CODE_CELLS_IN_A_ROW:
            yield f"{lesson.called(cell)} is the third code cell in a row: say in a text cell what it is for."
            run = 0


def opening_and_close(lesson: Lesson) -> Iterator[str]:
    """A lesson opens and ends like all others."""
    first = lesson.prose[0].source if lesson.prose else ""
    everything = "\n".join(cell.source for cell in lesson.prose)
    if not first.startswith(f"# {lesson.number} · "):
        yield f"the first cell should begin with `# {lesson.number} · ` and a title with a verb."
    for part in OPENING:
        if part not in first:
            yield f"the first cell lacks {part}: write that part of the opening."
    if not 3 <= first.count("\n- ") <= 6:
        yield f"the first cell lists {first.count(chr(10) + '- ')} things below **You will**: list three to six."
    for heading in CLOSE:
        if heading not in everything:
            yield f"no text cell has {heading}: write that part."
    summary = everything.partition("## Summary")[2].count("\n- ")
    if not 3 <= summary <= 6:
        yield f"the summary has {summary} points: write three to six lines with `- `."


def kind_words(lesson: Lesson) -> Iterator[str]:
    """The words take nobody for slow."""
    for cell in lesson.prose:
        for word in HASTY.findall(cell.source):
            yield f"{lesson.called(cell)} says '{word}', which takes a reader for slow: leave the word out."


def products(lesson: Lesson) -> Iterator[str]:
    """Products in prose keep their stars."""
    for cell in lesson.prose:
        if PRODUCT.search(CODE_IN_PROSE.sub(" ", cell.source)):
            yield f"{lesson.called(cell)} has a product whose star Markdown may eat: write `a*b` as code, or a\\*b."


def links(lesson: Lesson) -> Iterator[str]:
    """Links lead somewhere; those to the neighbours are the ones that `make release` writes."""
    here = lesson.course.notebooks / lesson.name
    for cell in lesson.prose:
        for target in re.findall(r"\]\((\.\./[^)#]+)\)", cell.source):
            parts = Path(target).parts
            is_lesson = parts[-1].removesuffix(".ipynb") in lesson.course.lessons()
            if not is_lesson and not (here / target).resolve().exists():
                yield f"{lesson.called(cell)} links to {target}, which is not there."
    if lesson.prose and link_line(lesson.course, lesson.name) not in lesson.prose[0].source.splitlines():
        yield "the links to its neighbours in the first cell are not theirs: run `make release`."
    if lesson.prose and next_line(lesson.course, lesson.name) not in lesson.prose[-1].source.splitlines():
        yield f"the last cell should be the line of links to the next lesson: write `{NEXT}`, and `make release`."


def set_up(lesson: Lesson) -> Iterator[str]:
    """The set-up cell says what to install, and the end how many points there are."""
    first = next((cell for cell in lesson.code if "helpers" in cell.source), None)
    if first is None or not first.source.startswith(SET_UP):
        yield f"the set-up cell should begin with:\n{SET_UP}".replace("\n", " / ").rstrip(" /") + "."
    if not any(cell.source == SHOW_POINTS for cell in lesson.code[-1:]):
        yield f"its last code cell should be `{SHOW_POINTS}`, so that students see what is open."


def exercises(lesson: Lesson) -> Iterator[str]:
    """Four to eight exercises, in one order; a prediction, among them or with its answer in a fold."""
    if lesson.exercises is None:
        return
    described = list(lesson.exercises)
    asked = [exercise_of(cell) for cell in lesson.code if is_check(cell)]
    if set(asked) == set(described) and asked != described:
        yield f"{FILE} describes its exercises in another order than the notebook: {', '.join(asked)}."
    if not FEWEST_EXERCISES <= len(described) <= MOST_EXERCISES:
        yield f"it has {len(described)} exercises: a lesson has {FEWEST_EXERCISES} to {MOST_EXERCISES}."
    folded = any(all(part in cell.source for part in FOLDED) for cell in lesson.prose)
    if not folded and not any(spec.draw is None for spec in lesson.exercises.values()):
        yield f"no exercise asks for a letter: ask for a prediction before something is run, with choice() in {FILE}."


def mistakes(lesson: Lesson) -> Iterator[str]:
    """Every exercise knows enough wrong answers, and what to say to them."""
    for name, spec in (lesson.exercises or {}).items():
        page = f"mistakes/{name}.md"
        wrong = {mistake.name for mistake in spec.mistakes}
        if spec.draw is None and len(wrong) < FEWEST_WRONG_LETTERS:
            yield f"{page} lists {len(wrong)} wrong letters: offer four letters, and say something to three."
        elif spec.draw is not None and len(spec.mistakes) < FEWEST_MISTAKES:
            yield f"{page} lists {len(spec.mistakes)} wrong answers: write at least {FEWEST_MISTAKES}."
        if not spec.alternatives:
            yield f"{page} lists no other right answer below '## Right, too': write one."
        if not spec.reveal.endswith((".", "?")):
            yield f"{page}: what is said of the right answer should end with a full stop."
        said: dict[str, str] = {}
        for mistake in spec.mistakes:
            size = len(mistake.says)
            if not SHORTEST_SENTENCE < size < LONGEST_SENTENCE:
                limits = f"{SHORTEST_SENTENCE} to {LONGEST_SENTENCE}"
                yield f"{page}: what '{mistake.name}' is told has {size} characters; {limits} are read."
            elif mistake.says[-1] not in ".?)":
                yield f"{page}: what '{mistake.name}' is told should end with a full stop."
            if said.setdefault(mistake.name, mistake.says) != mistake.says:
                yield f"{page}: two entries are called '{mistake.name}' and say different things: rename one."


def hints(lesson: Lesson) -> Iterator[str]:
    """Every function to be written has three hints above it, and a docstring."""
    before = ""
    for cell in lesson.notebook.cells:
        if cell.cell_type == "markdown":
            before = cell.source
        spec = (lesson.exercises or {}).get(grade_id(cell))
        if spec is None or spec.draw is None:
            continue
        if HINT.findall(before) != HINTS:
            wanted = "; ".join(HINTS)
            yield f"{spec.name}: the text cell above it should hold three hints in <details>, called {wanted}."
        if "def " not in cell.source or '"""' not in cell.source:
            yield f"{spec.name}: its cell should hold a function with a docstring that gives the shapes."
        if (times := cell.source.count(BEGIN_SOLUTION)) != 1:
            yield f"{spec.name}: its cell has {times} times {BEGIN_SOLUTION}: wrap the answer once."


def figures(lesson: Lesson) -> Iterator[str]:
    """Two figures, each with words for those who cannot see it."""
    for sentence in picture_problems(lesson.name, lesson.notebook):
        yield sentence.removeprefix(f"{lesson.name}: ")
    for cell in lesson.code:
        written, stored = set(_alt_texts(cell)), set(_stored_alt_texts(cell))
        if written and stored and not written >= stored:
            yield f"{lesson.called(cell)} has stored a figure whose alt text is another by now: run `make outputs`."
    for cell in lesson.code:  # before it is run
        size = _alt_text(cell)
        if size is not None and size <= FEWEST_WORDS and not _shows_figure(cell):
            yield f"{lesson.called(cell)} gives a figure {size} characters of alt text: write more than {FEWEST_WORDS}."
    shown = sum(_shows_figure(cell) for cell in lesson.code)
    if shown < FEWEST_FIGURES and not any(cell.execution_count is None for cell in lesson.code):
        yield f"its stored outputs show {shown} figures: draw at least {FEWEST_FIGURES} with helpers.plots."


def stored_outputs(lesson: Lesson) -> Iterator[str]:
    """Outputs are stored, clean, and compared where they are text."""
    fresh = [number for number, cell in enumerate(lesson.notebook.cells, 1) if cell.get("execution_count", 1) is None]
    if fresh:
        places = ("cell " if len(fresh) == 1 else "cells ") + ", ".join(map(str, fresh))
        yield f"never run: {places}: run `make outputs LESSON={lesson.number}`."
    for cell in lesson.code:
        tags = set(cell.metadata.get("tags", []))
        where = lesson.called(cell)
        for tag in sorted(tags - KNOWN_TAGS):
            yield f"{where} has the tag '{tag}': the course's tags are {' and '.join(sorted(KNOWN_TAGS))}."
        if any(out.output_type == "error" or out.get("name") == "stderr" for out in cell.outputs):
            yield f"{where} ends in an error or writes to stderr: mend it, and run `make outputs`."
        text = is_check(cell) or (cell.outputs and not _shows_figure(cell))
        if text and "nbval-check-output" not in tags and SKIP_TAG not in tags:
            other = "" if is_check(cell) else f", or {SKIP_TAG}"
            yield f"{where} shows text that no test compares: tag it nbval-check-output{other}."


def demonstrations(lesson: Lesson) -> Iterator[str]:
    """What only shows something, and every figure, is left out of grading."""
    for cell in lesson.code:
        if grade_id(cell) or SKIP_TAG in cell.metadata.get("tags", []):
            continue
        if _shows_only(cell):
            yield f"{lesson.called(cell)} only shows something: tag it {SKIP_TAG}, so that grading leaves it out."
        elif _draws(cell):  # a picture takes as long as all checks of a short lesson
            yield (
                f"{lesson.called(cell)} draws a figure: tag it {SKIP_TAG}, so that grading leaves it out, and define "
                "what later cells need in a cell before it."
            )


def own_functions(lesson: Lesson) -> Iterator[str]:
    """A page runs to its end before anything is answered: what it shows, it computes with functions of its own."""
    for cell in lesson.code:
        if grade_id(cell):
            continue
        for name in sorted(_read_from_the_page(cell) & set(lesson.exercises or {})):
            yield (
                f"{lesson.called(cell)} uses `{name}`, which is not there, or wrong, until a student has written it: "
                "take a function of helpers/ or of the page."
            )


def metadata(lesson: Lesson) -> Iterator[str]:
    """The files hold what the course needs, and nothing of the machine they were written on."""
    copies = {"the notebook": lesson.notebook, "the student copy": lesson.student}
    for which, notebook in copies.items():
        if notebook is None:
            continue
        try:
            nbformat.validate(notebook)
        except nbformat.ValidationError as error:
            yield f"{which} is not valid: {str(error).splitlines()[0]}"
        names = (
            notebook.metadata.get("kernelspec", {}).get("name"),
            notebook.metadata.get("language_info", {}).get("name"),
        )
        if names != ("python3", "python"):
            yield f"{which} names another kernel than python3: choose 'Python 3 (ipykernel)' in JupyterLab and save."
        for key in sorted(set(notebook.metadata) - {"kernelspec", "language_info"}):
            yield f"{which} has metadata called '{key}', which the course does not use: remove it."
        for key in sorted({key for cell in notebook.cells for key in cell.metadata} - KNOWN_METADATA):
            yield f"{which} has a cell with metadata called '{key}', which the course does not use: remove it."


def student_copy(lesson: Lesson) -> Iterator[str]:
    """What students get holds no answer."""
    if lesson.student is None:
        yield f"it has no student copy: run `make release LESSON={lesson.number}`."
        return
    for cell in lesson.student.cells:
        if cell.cell_type != "code":
            continue
        where = f"the student copy's {called(lesson.student, cell)}"
        if "SOLUTION" in cell.source or cell.outputs:
            yield f"{where} holds an answer or an output: wrap the answer in {BEGIN_SOLUTION}, and `make release`."
        if grade_id(cell) in (lesson.exercises or {}) and YOUR_CODE not in cell.source:
            yield f"{where} leaves nothing to write: wrap the answer in {BEGIN_SOLUTION}, and `make release`."
    folder = lesson.course.notebooks / lesson.name
    for name in sorted({path.name for path in folder.iterdir()} & set(AUTHORS)):
        yield f"notebooks/{lesson.name}/{name} is not for students: remove it; CourseDirectory.ignore should name it."


def row_of_the_readme(lesson: Lesson) -> Iterator[str]:
    """The README lists the lesson as it is."""
    path = readme(lesson.course)
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    if lesson_row(lesson.course, lesson.name, text) not in text.splitlines():
        yield "its row in README.md is missing or old: run `make release`."
    elif known_seconds(text, lesson.name) is None:
        yield f"its run time was never measured: run `make outputs LESSON={lesson.number}`."


def _shows_figure(cell: NotebookNode) -> bool:
    return any("<img" in output.get("data", {}).get("text/html", "") for output in cell.get("outputs", []))


def _alt_text(cell: NotebookNode) -> int | None:
    """How many characters of alt text a cell writes down; None where it writes none, or makes them up."""
    return min(map(len, _alt_texts(cell)), default=None)


def _alt_texts(cell: NotebookNode) -> list[str]:
    """The alt texts that a cell writes down; none where it makes one of them up."""
    try:
        calls = [node for node in ast.walk(ast.parse(cell.source)) if isinstance(node, ast.Call)]
    except SyntaxError:
        return []
    given = [word.value for call in calls for word in call.keywords if word.arg == "alt"]
    texts = [value.value for value in given if isinstance(value, ast.Constant) and isinstance(value.value, str)]
    return texts if len(texts) == len(given) else []


def _stored_alt_texts(cell: NotebookNode) -> list[str]:
    pages = [output.get("data", {}).get("text/html", "") for output in cell.get("outputs", [])]
    return [html.unescape(text) for page in pages for text in re.findall(r'<img[^>]* alt="([^"]*)"', page)]


def _draws(cell: NotebookNode) -> bool:
    """Whether a cell calls a function of ``plots``."""
    try:
        nodes = list(ast.walk(ast.parse(cell.source)))
    except SyntaxError:
        return False
    called = [node.func for node in nodes if isinstance(node, ast.Call)]
    return any(isinstance(f, ast.Attribute) and isinstance(f.value, ast.Name) and f.value.id == "plots" for f in called)


def _read_from_the_page(cell: NotebookNode) -> set[str]:
    """The names of the page that a cell reads, in its functions, too."""
    try:
        table = symtable.symtable(cell.source, "cell", "exec")
    except SyntaxError:
        return set()
    tables, found = [table], set[str]()
    while tables:
        inner = tables.pop()
        whole = inner.get_type() == "module"
        found |= {s.get_name() for s in inner.get_symbols() if s.is_referenced() and (whole or s.is_global())}
        tables += inner.get_children()
    return found


def _shows_only(cell: NotebookNode) -> bool:
    """Whether a cell calls nothing but print and plots, and binds no name."""
    try:
        body = ast.parse(cell.source).body
    except SyntaxError:
        return False
    calls = [item.value for item in body if isinstance(item, ast.Expr) and isinstance(item.value, ast.Call)]
    functions = [ast.unparse(call.func).split("(")[0].split(".")[0] for call in calls]
    return bool(body) and len(calls) == len(body) and set(functions) <= {"plots", "print"}


RULES: tuple[Rule, ...] = (
    numbers,
    short_cells,
    plain_python,
    prose_between_code,
    opening_and_close,
    kind_words,
    products,
    links,
    set_up,
    exercises,
    mistakes,
    hints,
    figures,
    stored_outputs,
    demonstrations,
    own_functions,
    metadata,
    student_copy,
    row_of_the_readme,
)
