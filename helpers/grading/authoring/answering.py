"""Run a solution notebook: draw inputs, let the solution answer them, and every mistake and alternative too.

The solution notebook is run through the same ``check`` calls as a student's, with a recorder in
place of the judge: what the solution answers is what is expected. Each known mistake and each
alternative is the solution cell with a small change, asked in the same way.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import inspect
import io
import linecache
import re
import zlib
from collections.abc import Collection, Iterator, Sequence
from types import CodeType
from typing import Any

import numpy as np

from helpers import checks
from helpers.checking import asking
from helpers.checking.answers import Failure, Reply
from helpers.checking.comparing import settled
from helpers.checking.keys import CaseFile, Key, KnownMistake
from helpers.checking.questions import Case, Question
from helpers.checking.results import Score
from helpers.checking.verdicts import Verdict, judge
from helpers.grading.authoring.cases import PUBLIC_SEED, digest
from helpers.grading.authoring.exercises import FILE, Exercise, line_of
from helpers.grading.authoring.sources import read_sources
from helpers.grading.authoring.variants import AuthorError, Mistake, Variant
from helpers.grading.course import Course
from helpers.grading.marks import CHECK_PREFIX, code_cells, grade_id

FEWEST_STEPS = 3  # that the longest case has
DOCUMENTED = re.compile(r"\b(\w+) \(([A-Z](?:, [A-Z])+)\)")


@dataclasses.dataclass(frozen=True)
class Trial:
    """A variant of an exercise's solution and what it answered."""

    variant: Variant
    replies: list[Reply]


@dataclasses.dataclass(frozen=True)
class LessonRun:
    """A solution notebook's answers and those of every variant, for one seed.

    axes: of the parameters of each exercise, as its docstring writes them.
    """

    cases: CaseFile
    trials: dict[str, list[Trial]]
    axes: dict[str, dict[str, str]]

    def verdicts(self) -> Iterator[tuple[str, Variant, Verdict]]:
        """Judge every variant as a student's answer would be judged."""
        for name, trials in self.trials.items():
            for trial in trials:
                yield name, trial.variant, judge(self.cases.questions[name], self.cases.keys[name], trial.replies)

    def problems(self) -> list[str]:
        """Sentences on what must not be released: mistakes without a name, right answers refused, unfit cases."""
        found = [
            f"{variant.where()}: {words}"
            for _, variant, verdict in self.verdicts()
            if (words := _amiss(variant, verdict))
        ]
        for name, question, key in self.cases:
            amiss = [*_axes_amiss(key), *_steps_amiss(question, key, self.axes[name])]
            found += [f"{self.cases.lesson}/{FILE}: {name}: {words}" for words in amiss]
        return found


def run_lesson(course: Course, lesson: str, seed: int = PUBLIC_SEED, only: Collection[str] | None = None) -> LessonRun:
    """Run a solution notebook's cells in this process and collect all answers for ``seed``.

    only: the exercises that are asked; without it, all. Raises AuthorError when the notebook, exercises.py and the
    pages of mistakes do not belong together, or when the solution itself fails.
    """
    return run_seeds(course, lesson, (seed,), only)[seed]


def run_seeds(
    course: Course, lesson: str, seeds: Sequence[int], only: Collection[str] | None = None
) -> dict[int, LessonRun]:
    """Do as :func:`run_lesson` for several seeds; cells that check nothing are run once for all of them."""
    sources = read_sources(course, lesson)
    asked = sources.exercises if only is None else only
    first = _Runner(lesson, sources.exercises, seeds[0], asked)
    runners = [first, *(first.beside(seed) for seed in seeds[1:])]
    with first.recording():
        for cell in code_cells(sources.notebook):
            checks_something = grade_id(cell).startswith(CHECK_PREFIX)
            for runner in runners if checks_something else runners[:1]:
                runner.run(cell)
    made_from = digest(course, lesson)
    runs = {}
    for runner in runners:
        cases = CaseFile(lesson, made_from, runner.seed, runner.questions, runner.keys)
        runs[runner.seed] = LessonRun(cases, runner.trials, runner.axes)
    return runs


def _amiss(variant: Variant, verdict: Verdict) -> str:
    """What is wrong with the verdict on a listed answer, in words; "" when it is as it should be."""
    exercise, name = verdict.exercise, variant.name
    if not isinstance(variant, Mistake):
        said = " ".join(verdict.says)
        return "" if verdict.status == "right" else f"{exercise}: the right answer '{name}' is refused: {said}"
    if verdict.status == "right":
        return f"{exercise}: the mistake '{name}' answers as the solution does: draw inputs that tell them apart."
    if verdict.points >= verdict.max_points:
        return f"{exercise}: the mistake '{name}' gets all points."
    if (verdict.mistake, verdict.says) == (variant.name, (variant.says,)):
        return ""
    if verdict.mistake:
        return (
            f"{exercise}: the mistake '{name}' cannot be told from '{verdict.mistake}': draw inputs that separate them."
        )
    return f"{exercise}: the mistake '{name}' is not named; a student would read: {' '.join(verdict.says)}"


def _axes_amiss(key: Key) -> Iterator[str]:
    """Where ``returns`` does not fit what the solution answers."""
    for answer in key.expected:
        parts = [answer] if len(key.returns) == 1 else answer
        if len(key.returns) > 1 and (not isinstance(answer, list | tuple) or len(answer) != len(key.returns)):
            if isinstance(answer, np.ndarray) and answer.shape == (len(key.returns),):
                continue  # that many single numbers
            yield f"`returns` names {len(key.returns)} results, which is not what the solution returns."
            return
        for (label, axes), part in zip(key.returns, parts, strict=True):
            named = len(axes.split())
            for depth, leaf in _leaves(part):
                if named and named not in (leaf.ndim, leaf.ndim + depth):  # lists in lists may be named as axes, too
                    yield f'`returns` gives {label} the axes "{axes}"; the solution\'s has the shape {leaf.shape}.'
                    return


def _leaves(value: Any, depth: int = 0) -> list[tuple[int, np.ndarray]]:
    """The arrays of an answer, each with how many lists it stands in."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple):
        return [leaf for item in value for leaf in _leaves(item, depth + 1)]
    return [(depth, value)] if isinstance(value, np.ndarray) else []


def _steps_amiss(question: Question, key: Key, axes: dict[str, str]) -> Iterator[str]:
    """Cases that are too short to separate, by the axes of what goes in and of what comes out."""
    longest: dict[str, int] = {}
    for case, answer in zip(question.cases, key.expected, strict=True):
        results = [answer] if len(key.returns) == 1 else answer
        parts = [(named, part) for (_, named), part in zip(key.returns, results, strict=False)]
        parts += [(axes.get(name, ""), part) for name, part in zip(question.parameters, case.inputs, strict=False)]
        for named, part in parts:
            letters = named.split()
            for _, leaf in _leaves(part):
                if "T" in letters and leaf.ndim == len(letters):
                    steps = leaf.shape[letters.index("T")]
                    longest[case.group] = max(longest.get(case.group, 0), steps)
    for group, steps in longest.items():
        if steps < 2:
            yield f"the cases '{group}' have one time step: give one of them more, or mistakes look right."
    if longest and max(longest.values()) < FEWEST_STEPS:
        yield f"no case has {FEWEST_STEPS} time steps or more: with fewer, many mistakes look right."


def documented_axes(function: Any) -> dict[str, str]:
    """Return the axes that a function's docstring gives its parameters: ``x (B, T, D)`` is {"x": "B T D"}."""
    found = DOCUMENTED.findall(inspect.getdoc(function) or "")
    return {name: axes.replace(",", "") for name, axes in found}


class _Recorder(checks.Check):
    """Stands in for a lesson's check: takes what it is handed and judges nothing."""

    def __init__(self, lesson: str, runner: _Runner) -> None:
        super().__init__(lesson, None)
        self.runner = runner

    def __call__(self, name: str, answer: Any = None) -> Score:
        self.runner.handed_over[:] = [(name, answer)]
        return Score(0.0, 0.0)


class _Runner:
    """Runs a notebook's cells in one namespace and asks every variant at its check cell."""

    def __init__(self, lesson: str, exercises: dict[str, Exercise], seed: int, only: Collection[str]) -> None:
        self.lesson, self.exercises, self.seed, self.only = lesson, exercises, seed, only
        self.namespace: dict[str, Any] = {"__name__": "__main__"}
        self.solutions: dict[str, str] = {}
        self.questions: dict[str, Question] = {}
        self.keys: dict[str, Key] = {}
        self.trials: dict[str, list[Trial]] = {}
        self.axes: dict[str, dict[str, str]] = {}
        self.handed_over: list[tuple[str, Any]] = []

    def beside(self, seed: int) -> _Runner:
        """A runner for another seed that asks what is defined in this one's namespace."""
        other = _Runner(self.lesson, self.exercises, seed, self.only)
        other.namespace, other.solutions, other.handed_over = self.namespace, self.solutions, self.handed_over
        return other

    @contextlib.contextmanager
    def recording(self) -> Iterator[None]:
        """While this lasts, a notebook's ``lesson(...)`` gives the recorder instead of a check."""
        import matplotlib

        matplotlib.use("agg")
        original = checks.lesson
        checks.lesson = self.record
        try:
            with contextlib.redirect_stdout(io.StringIO()):
                yield
        finally:
            checks.lesson = original

    def record(self, name: str) -> _Recorder:
        """What ``lesson(name)`` gives while the solution is run."""
        return _Recorder(name, self)

    def run(self, cell: Any) -> None:
        identity = grade_id(cell)
        if identity in self.exercises:
            self.solutions[identity] = cell.source
        if not identity.startswith(CHECK_PREFIX):
            _execute(cell.source, self.namespace, f"{self.lesson}/{identity or cell.id}")
            return
        name = identity.removeprefix(CHECK_PREFIX)
        if name in self.only:
            self._ask_all(self.exercises[name], cell)
        else:  # what the check's cell defines, a later cell may use
            self._hand_over(name, self.solutions[name], cell.source, self.namespace)

    def _ask_all(self, exercise: Exercise, check_cell: Any) -> None:
        name, solution = exercise.name, self.solutions[exercise.name]
        answer = self._hand_over(name, solution, check_cell.source, self.namespace)
        question = self._question(exercise, answer)
        self.axes[name] = documented_axes(answer) if question.is_function else {}
        results = len(exercise.returns)
        expected = [settled(reply.answer, results) for reply in asking.ask(question, answer)]
        for reply in expected:
            if isinstance(reply, Failure):
                raise AuthorError(
                    f"{self.lesson}: the solution of {name} fails its own check: {reply.text} {reply.where}"
                )
            if not _finite(reply):
                raise AuthorError(f"{self.lesson}: the solution of {name} answers NaN or infinity.")
        trials = []
        for variant in exercise.page.variants:
            # A copy, so that a variant's definitions are gone afterwards.
            namespace = dict(self.namespace)
            source = exercise.source(variant, solution)
            given = self._hand_over(name, source, check_cell.source, namespace, variant.where())
            trials.append(Trial(variant, asking.ask(question, given)))
        mistakes = [
            KnownMistake(v.name, v.says, () if v.random else _answers(trial, results), v.random)
            for trial in trials
            if isinstance(v := trial.variant, Mistake)
        ]
        self.trials[name] = trials
        self.questions[name] = question
        self.keys[name] = Key(
            points=float(check_cell.metadata.nbgrader.points),
            returns=tuple(exercise.returns.items()),
            rtol=exercise.rtol,
            atol=exercise.atol,
            reveal=exercise.reveal,
            expected=tuple(expected),
            mistakes=tuple(mistakes),
        )

    def _hand_over(self, name: str, source: str, check: str, namespace: dict[str, Any], place: str = "") -> Any:
        self.handed_over.clear()
        _execute(source, namespace, f"{self.lesson}/{name}", place)
        _execute(check, namespace, f"{self.lesson}/{CHECK_PREFIX}{name}", place)
        if not self.handed_over or self.handed_over[0][0] != name:
            raise AuthorError(f"{self.lesson}: the cell '{CHECK_PREFIX}{name}' does not call check(\"{name}\", ...).")
        return self.handed_over[0][1]

    def _question(self, exercise: Exercise, answer: Any) -> Question:
        if exercise.draw is None:
            return Question(exercise.name, (), (Case("answer"),))
        rng = np.random.default_rng([self.seed, zlib.crc32(exercise.name.encode())])
        place = f"{self.lesson}/{FILE}"
        try:
            drawn = exercise.draw(rng)
        except Exception as error:
            file = exercise.draw.__code__.co_filename
            raise AuthorError(f"{place}{line_of(error, file)} (while it drew inputs for {exercise.name})") from error
        if not isinstance(drawn, list) or not drawn or not all(isinstance(case, Case) for case in drawn):
            raise AuthorError(f"{place}: {exercise.name} should return a list of Case(group, inputs).")
        if not callable(answer):
            raise AuthorError(
                f"{self.lesson}: the check of {exercise.name} is given {answer!r:.60}, and {FILE} draws inputs for a "
                f'function. A question with letters is described by choice("{exercise.name}").'
            )
        parameters = tuple(inspect.signature(answer).parameters)
        for case in drawn:
            if len(case.inputs) != len(parameters):
                raise AuthorError(
                    f"{place}: {exercise.name} draws {len(case.inputs)} inputs for the case '{case.group}'; "
                    f"{exercise.name}({', '.join(parameters)}) takes {len(parameters)}."
                )
        return Question(exercise.name, parameters, tuple(drawn), any(m.random for m in exercise.mistakes))


def _answers(trial: Trial, results: int) -> tuple[Any, ...]:
    return tuple(settled(reply.answer, results) for reply in trial.replies)


def _finite(value: Any) -> bool:
    return all(bool(np.isfinite(leaf).all()) for _, leaf in _leaves(value))


@functools.cache  # what TensorFlow makes of a function's code it keeps as long as that code is the same
def _compiled(source: str, filename: str) -> CodeType:
    return compile(source, filename, "exec")


def _execute(source: str, namespace: dict[str, Any], filename: str, place: str = "") -> None:
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
    try:
        exec(_compiled(source, filename), namespace)
    except AuthorError:
        raise
    except Exception as error:
        start = f"{place}: as a cell, {filename}" if place else filename
        raise AuthorError(f"{start}{line_of(error, filename)}") from error
