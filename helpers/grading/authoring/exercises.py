"""What ``solutions/<lesson>/exercises.py`` is written with: how the inputs of each exercise are drawn.

What is said of right and wrong answers stands in pages beside it (:mod:`helpers.grading.authoring.mistakes`). Nothing
right is written twice: expected answers come from running the solution notebook.
"""

from __future__ import annotations

import contextlib
import contextvars
import dataclasses
import importlib.util
import linecache
import traceback
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np

from helpers.checking.questions import Case
from helpers.grading.authoring.mistakes import Page, read_page
from helpers.grading.authoring.variants import Alternative, AuthorError, Mistake, Variant, noting, source_of
from helpers.grading.course import Course

Draw = Callable[[np.random.Generator], list[Case]]
FILE = "exercises.py"
PAGES = "mistakes"
NO_PAGE = Page("")  # before the pages are read


@dataclasses.dataclass(frozen=True)
class Exercise:
    """One exercise, named as in the notebook: ``check("name", ...)``.

    returns: names and axes of the results, e.g. {"outputs": "T B U", "state": "B U"}. draw: gives the cases
    from a random generator; None when a letter is asked. page: what is said of answers.
    """

    name: str
    returns: Mapping[str, str]
    draw: Draw | None = None
    rtol: float = 1e-4
    atol: float = 1e-5
    page: Page = NO_PAGE

    @property
    def reveal(self) -> str:
        """The sentence a student reads once the answer is right: why it works."""
        return self.page.reveal

    @property
    def mistakes(self) -> tuple[Mistake, ...]:
        """The known wrong answers; several with one name are spellings of one mistake."""
        return self.page.mistakes

    @property
    def alternatives(self) -> tuple[Alternative, ...]:
        """Right answers written another way."""
        return self.page.alternatives

    def source(self, variant: Variant, solution: str) -> str:
        """Return the cell that one of the page's variants stands for."""
        return source_of(variant, self.page.variants, solution)


_described: contextvars.ContextVar[list[Exercise]] = contextvars.ContextVar("described")


def exercise(*, returns: Mapping[str, str], rtol: float = 1e-4, atol: float = 1e-5) -> Callable[[Draw], Exercise]:
    """Describe the exercise that the decorated function is called after; the function draws its cases.

    ::

        @exercise(returns={"h_t": "B U"})
        def one_step(rng):
            return [Case("several units", (draws(rng, 4, 3), draws(rng, 4, 5)))]
    """

    def describe(draw: Draw) -> Exercise:
        return _add(Exercise(draw.__name__, dict(returns), draw, rtol, atol))

    return describe


def choice(name: str) -> Exercise:
    """Describe an exercise answered with a letter, which the notebook assigns to a variable of this name."""
    return _add(Exercise(name, {name: ""}))


def _add(described: Exercise) -> Exercise:
    _described.get([]).append(described)
    return described


def draws(rng: np.random.Generator, *shape: int, scale: float = 1.0) -> np.ndarray:
    """Draw float32 numbers that separate: none is near 0, where many mistakes look right."""
    size = rng.uniform(0.2, 1.0, shape) * rng.choice([-1.0, 1.0], shape)
    return (scale * size).astype(np.float32)


def load_exercises(course: Course, lesson: str) -> dict[str, Exercise]:
    """Return the exercises of a lesson as exercises.py and its pages describe them. Raises AuthorError."""
    found = described_exercises(course, lesson)
    pages = course.exercises(lesson).parent / PAGES
    problems: list[str] = []
    for name, described in found.items():
        with noting(problems):
            found[name] = dataclasses.replace(described, page=read_page(pages / f"{name}.md", name))
    for strange in sorted({page.stem for page in pages.glob("*.md")} - set(found)):
        problems.append(f"{lesson}/{PAGES}/{strange}.md belongs to no exercise in {FILE}: rename or remove it.")
    if problems:
        raise AuthorError(*problems)
    return found


def described_exercises(course: Course, lesson: str) -> dict[str, Exercise]:
    """Return the exercises of a lesson as exercises.py alone describes them, without pages. Raises AuthorError."""
    path = course.exercises(lesson)
    if not path.exists():
        raise AuthorError(f"Lesson {lesson} has no {FILE} beside its notebook.")
    found: dict[str, Exercise] = {}
    for described in _run(path, lesson):
        if described.name in found:
            raise AuthorError(f"{lesson}/{FILE} describes '{described.name}' twice; give one of them another name.")
        found[described.name] = described
    return found


def _run(path: Path, lesson: str) -> list[Exercise]:
    """Execute an exercises.py and return what it describes, in order."""
    spec = importlib.util.spec_from_file_location(f"exercises_{lesson}", path)
    assert spec is not None and spec.loader is not None
    with _collecting() as described:
        try:
            spec.loader.exec_module(importlib.util.module_from_spec(spec))
        except Exception as error:
            raise AuthorError(f"{lesson}/{FILE}{line_of(error, str(path))}") from error
    return described


def line_of(error: Exception, filename: str) -> str:
    """Say where in ``filename`` an exception was raised, and what it says: ``, line 3: NameError: ...``."""
    if isinstance(error, SyntaxError):
        number, text = error.lineno, error.msg
    else:
        lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == filename]
        number, text = (lines[-1] if lines else None), str(error)
    where = f", line {number}" if number else ""
    linecache.checkcache(filename)
    line = linecache.getline(filename, number).strip() if number else ""
    quoted = f", in `{line}`" if line else ""
    return f"{where}: {type(error).__name__}: {' '.join(text.split())}{quoted}"


@contextlib.contextmanager
def _collecting() -> Iterator[list[Exercise]]:
    described: list[Exercise] = []
    token = _described.set(described)
    try:
        yield described
    finally:
        _described.reset(token)
