"""What an author writes of a lesson, read together: the notebook, exercises.py and the pages of mistakes.

All that contradicts itself is told at once, before anything is run.
"""

from __future__ import annotations

import ast
import contextlib
import dataclasses
import difflib
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

import nbformat
from nbformat import NotebookNode

from helpers.grading.authoring.exercises import FILE, Exercise, described_exercises, load_exercises
from helpers.grading.authoring.variants import AuthorError, noting
from helpers.grading.course import Course
from helpers.grading.marks import CHECK_PREFIX, SKIP_TAG, grade_id, is_check, marks

FEWEST_WORDS = 60  # characters of a figure's alt text
IMAGE = re.compile(r'<img(?: alt="([^"]*)")?')


@dataclasses.dataclass(frozen=True)
class Sources:
    """A lesson as its author writes it."""

    lesson: str
    notebook: NotebookNode
    exercises: dict[str, Exercise]


def read_sources(course: Course, lesson: str) -> Sources:
    """Read what is written of ``lesson``. Raises AuthorError with everything in it that does not fit together."""
    problems: list[str] = []
    notebook, exercises = None, None
    with noting(problems):
        exercises = load_exercises(course, lesson)
    if exercises is None:  # a name that was misspelt is told beside its page that is missing
        with contextlib.suppress(AuthorError):
            exercises = described_exercises(course, lesson)
    with noting(problems):
        notebook = read_notebook(course, lesson)
        problems += misfits(lesson, notebook, exercises)
    if problems or notebook is None or exercises is None:
        raise AuthorError(*problems)
    return Sources(lesson, notebook, exercises)


def read_notebook(course: Course, lesson: str) -> NotebookNode:
    """Return a solution notebook. Raises AuthorError where the file cannot be read as one."""
    place = f"{lesson}/{lesson}.ipynb"
    try:
        text = course.solution(lesson).read_text(encoding="utf-8")
        ids = [cell.get("id") for cell in json.loads(text)["cells"]]
        if twice := [identity for identity in ids if identity and ids.count(identity) > 1]:  # nbformat would make it up
            raise AuthorError(f"{place}: two cells have the id '{twice[0]}': delete one and write it into a new cell.")
        return nbformat.reads(text, as_version=4)
    except (OSError, ValueError, LookupError, TypeError, nbformat.ValidationError) as error:
        why = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise AuthorError(f"{place} cannot be read as a notebook: {why[:150]}") from None


def misfits(lesson: str, notebook: NotebookNode, exercises: dict[str, Exercise] | None) -> Iterator[str]:
    """Sentences on what does not fit together; ``exercises`` is None where they could not be read."""
    yield from _set_up(lesson, notebook)
    code = [(called(notebook, cell), cell) for cell in notebook.cells if cell.cell_type == "code"]
    answers: dict[str, NotebookNode] = {}
    checked: set[str] = set()
    for where, cell in code:
        identity = grade_id(cell)
        name = identity.removeprefix(CHECK_PREFIX)
        if identity and SKIP_TAG in cell.metadata.get("tags", []):
            yield f"{lesson}: {where} is tagged {SKIP_TAG}, so grading leaves it out: remove the tag."
        if identity.startswith(CHECK_PREFIX):
            if name in checked:
                yield f"{lesson}: a second cell has the id '{identity}': give each exercise one check."
            checked.add(name)
            yield from _check_cell(lesson, cell, name, answers, exercises)
        elif identity:
            if identity in answers:
                yield f"{lesson}: a second cell has the id '{identity}': one of them needs another."
            answers[identity] = cell
            if not marks(cell).get("solution") and identity in (exercises or ()):
                yield f"{lesson}: the cell '{identity}' is not marked as an answer: make it an 'Autograded answer'."
        elif marks(cell).get("grade") or marks(cell).get("solution"):
            yield f"{lesson}: {where} is marked for grading and has no id: an exercise's name, or {CHECK_PREFIX}NAME."
    for name, cell in answers.items():
        if marks(cell).get("solution") and name not in checked:
            yield (
                f"{lesson}: the cell '{name}' is an answer that no cell with the id '{CHECK_PREFIX}{name}' checks"
                f"{_close(name, checked)}"
            )
    for name, exercise in (exercises or {}).items():
        if name not in checked:
            yield (
                f"{lesson}/{FILE} describes '{name}', and no cell with the id '{CHECK_PREFIX}{name}' checks it"
                f"{_close(name, checked - set(exercises or ()))}"
            )
        if name in answers:
            for variant in exercise.page.variants:
                problems: list[str] = []
                with noting(problems):
                    exercise.source(variant, answers[name].source)
                yield from problems


def _set_up(lesson: str, notebook: NotebookNode) -> Iterator[str]:
    """What is wrong with the ``lesson("...")`` of the set-up cell."""
    named = [name for cell in notebook.cells if cell.cell_type == "code" for name in _named(cell.source, "lesson")]
    if not named:
        yield f'{lesson}: no cell says check = lesson("{lesson}"): write it into the set-up cell.'
    for other in named:
        if other != lesson:
            yield f'{lesson}: the set-up cell says lesson("{other}"): write lesson("{lesson}").'


def _check_cell(
    lesson: str, cell: NotebookNode, name: str, answers: dict[str, NotebookNode], exercises: dict[str, Exercise] | None
) -> Iterator[str]:
    identity = f"{CHECK_PREFIX}{name}"
    if exercises is not None and name not in exercises:
        close = _close(name, exercises)
        yield f"{lesson}: the cell '{identity}' checks '{name}', which {FILE} does not describe{close}"
    if name not in answers:
        yield f"{lesson}: no cell with the id '{name}' stands above '{identity}'{_close(name, answers)}"
    if not is_check(cell):
        yield f"{lesson}: the cell '{identity}' gives no points: mark it as 'Autograder tests'."
        return
    points = marks(cell).get("points")
    if not isinstance(points, int | float) or points <= 0:
        yield f"{lesson}: the cell '{identity}' has no points: give it some in the Create Assignment panel."
    asked = _named(cell.source, "check")
    if asked != [name]:
        said = f'says check("{asked[0]}", ...)' if asked else "has no such call"
        yield f"{lesson}: the cell '{identity}' should call check(\"{name}\", ...) once; it {said}."


def picture_problems(lesson: str, notebook: NotebookNode) -> Iterator[str]:
    """Figures among the stored outputs that somebody who cannot see them knows nothing of."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            where = f"{lesson}: {called(notebook, cell)}"
            if "image/png" in data:
                yield f"{where} shows a figure without alt text: draw it with helpers.plots, and run the cell again."
            found = IMAGE.search(data.get("text/html", ""))
            if found and len(found.group(1) or "") <= FEWEST_WORDS:
                yield (
                    f"{where} shows a figure with {len(found.group(1) or '')} characters of alt text: give alt= a "
                    f"sentence of more than {FEWEST_WORDS} on what is to be seen, and run the cell again."
                )


def called(notebook: NotebookNode, cell: NotebookNode) -> str:
    """Words for a cell: its place, and its id or its first line."""
    place = next(number for number, other in enumerate(notebook.cells, 1) if other is cell)
    lines = [line.strip() for line in cell.source.splitlines() if line.strip()]
    name = f"'{grade_id(cell)}'" if grade_id(cell) else f"`{lines[0][:50]}`" if lines else "empty"
    return f"cell {place} ({name})"


def _named(source: str, function: str) -> list[str]:
    """The names that a cell calls ``function`` with, as in ``check("one_step", ...)``."""
    try:
        calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    except SyntaxError:  # told when it is run, with its line
        return []
    first = [call.args[0] for call in calls if ast.unparse(call.func) == function and call.args]
    return [str(node.value) for node in first if isinstance(node, ast.Constant)]


def _close(name: str, names: Iterable[str]) -> str:
    close: list[Any] = difflib.get_close_matches(name, list(names), 1)
    return f"; did you mean '{close[0]}'?" if close else "."
