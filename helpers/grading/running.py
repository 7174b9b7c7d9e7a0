"""Run a solution notebook: draw inputs, let the solution answer them, and every mistake and alternative too.

The solution notebook is run through the same ``check`` calls as a student's, with a recorder in
place of the judge: what the solution answers is what is expected. Each known mistake and each
alternative is the solution cell with a small edit, asked in the same way.
"""

from __future__ import annotations

import contextlib
import dataclasses
import inspect
import io
import linecache
import secrets
import zlib
from collections.abc import Iterator
from typing import Any

import nbformat
import numpy as np

from helpers import asking, casefile, checks
from helpers.answers import Failure
from helpers.casefile import CaseFile, KnownMistake
from helpers.grading.authoring import AuthorError, Exercise, Mistake, Variant
from helpers.grading.cases import CHECK_PREFIX, PUBLIC_SEED, code_cells, digest, grade_id, load_specs
from helpers.grading.course import Course, CourseError
from helpers.verdicts import Reply, Verdict, judge


@dataclasses.dataclass(frozen=True)
class Trial:
    """A variant of an exercise's solution and what it answered."""

    variant: Variant
    replies: list[Reply]


@dataclasses.dataclass(frozen=True)
class LessonRun:
    """A solution notebook's answers and those of every variant, for one seed."""

    cases: CaseFile
    trials: dict[str, list[Trial]]
    specs: dict[str, Exercise]

    def verdicts(self) -> Iterator[tuple[str, Variant, Verdict]]:
        """Judge every variant as a student's answer would be judged."""
        for name, trials in self.trials.items():
            for trial in trials:
                yield name, trial.variant, judge(self.cases.exercises[name], trial.replies)


def run_lesson(course: Course, lesson: str, seed: int = PUBLIC_SEED) -> LessonRun:
    """Run a solution notebook's cells in this process and collect all answers for ``seed``.

    Raises AuthorError when the notebook and exercises.py do not belong together, and CourseError when
    the solution itself fails.
    """
    specs = load_specs(course, lesson)
    notebook = nbformat.read(course.solution(lesson), as_version=4)
    runner = _Runner(lesson, specs, seed)
    with runner.recording():
        for cell in code_cells(notebook):
            runner.run(cell)
    missing = set(specs) - set(runner.exercises)
    if missing:
        raise AuthorError(f"{lesson}: exercises.py describes {sorted(missing)}, the notebook never checks them")
    exercises = {name: runner.exercises[name] for name in runner.exercises}
    cases = CaseFile(lesson, digest(course, lesson), seed, exercises)
    return LessonRun(cases, runner.trials, specs)


def draw_cases(course: Course, lesson: str) -> CaseFile:
    """Return cases nobody has seen, answered by the solution; the seed is drawn for this grading."""
    return run_lesson(course, lesson, secrets.randbits(63)).cases


class _Recorder(checks.Check):
    """Stands in for a lesson's check: takes what it is handed and judges nothing."""

    def __init__(self, lesson: str, runner: _Runner) -> None:
        super().__init__(lesson, None)
        self.runner = runner

    def __call__(self, name: str, answer: Any = None) -> checks.Score:
        self.runner.handed_over = (name, answer)
        return checks.Score(0.0, 0.0)


class _Runner:
    """Runs a notebook's cells in one namespace and asks every variant at its check cell."""

    def __init__(self, lesson: str, specs: dict[str, Exercise], seed: int) -> None:
        self.lesson, self.specs, self.seed = lesson, specs, seed
        self.namespace: dict[str, Any] = {"__name__": "__main__"}
        self.solutions: dict[str, str] = {}
        self.exercises: dict[str, casefile.Exercise] = {}
        self.trials: dict[str, list[Trial]] = {}
        self.handed_over: Any = None

    @contextlib.contextmanager
    def recording(self) -> Iterator[None]:
        """While this lasts, a notebook's ``lesson(...)`` gives the recorder instead of a check."""
        import matplotlib

        matplotlib.use("agg")
        original = checks.lesson
        checks.lesson = lambda name: _Recorder(name, self)
        try:
            with contextlib.redirect_stdout(io.StringIO()):
                yield
        finally:
            checks.lesson = original

    def run(self, cell: Any) -> None:
        identity = grade_id(cell)
        if identity in self.specs:
            self.solutions[identity] = cell.source
        if not identity.startswith(CHECK_PREFIX):
            _execute(cell.source, self.namespace, f"{self.lesson}/{identity or cell.id}")
            return
        name = identity.removeprefix(CHECK_PREFIX)
        if name not in self.specs or name not in self.solutions:
            raise AuthorError(f"{self.lesson}: {identity} has no solution cell or no entry in exercises.py")
        self._ask_all(self.specs[name], cell)

    def _ask_all(self, spec: Exercise, check_cell: Any) -> None:
        answer = self._hand_over(spec, self.solutions[spec.name], check_cell.source, self.namespace)
        exercise = self._without_answers(spec, answer, float(check_cell.metadata.nbgrader.points))
        expected = [reply.answer for reply in asking.ask(exercise, answer)]
        for reply in expected:
            if isinstance(reply, Failure):
                raise CourseError(
                    f"{self.lesson}: the solution of {spec.name} fails its own check: {reply.text} {reply.where}"
                )
            if not _finite(reply):
                raise CourseError(f"{self.lesson}: the solution of {spec.name} answers NaN or infinity")
        trials = []
        for variant in (*spec.mistakes, *spec.alternatives):
            # A copy, so that a variant's definitions are gone afterwards.
            namespace = dict(self.namespace)
            given = self._hand_over(spec, variant.apply(self.solutions[spec.name]), check_cell.source, namespace)
            trials.append(Trial(variant, asking.ask(exercise, given)))
        mistakes = [
            KnownMistake(v.name, v.says, () if v.random else tuple(r.answer for r in trial.replies), v.random)
            for trial in trials
            if isinstance(v := trial.variant, Mistake)
        ]
        self.trials[spec.name] = trials
        self.exercises[spec.name] = dataclasses.replace(exercise, expected=tuple(expected), mistakes=tuple(mistakes))

    def _hand_over(self, spec: Exercise, solution: str, check: str, namespace: dict[str, Any]) -> Any:
        self.handed_over = None
        _execute(solution, namespace, f"{self.lesson}/{spec.name}")
        _execute(check, namespace, f"{self.lesson}/{CHECK_PREFIX}{spec.name}")
        if self.handed_over is None or self.handed_over[0] != spec.name:
            raise AuthorError(f'{self.lesson}: the check cell of {spec.name} does not call check("{spec.name}", ...)')
        return self.handed_over[1]

    def _without_answers(self, spec: Exercise, answer: Any, points: float) -> casefile.Exercise:
        rng = np.random.default_rng([self.seed, zlib.crc32(spec.name.encode())])
        drawn = spec.draw(rng) if spec.draw else [casefile.Case("answer")]
        parameters = tuple(inspect.signature(answer).parameters) if spec.draw else ()
        # A first version so that `ask` knows whether to ask twice; answers follow.
        mistakes = tuple(KnownMistake(m.name, m.says, (), m.random) for m in spec.mistakes)
        return casefile.Exercise(
            name=spec.name,
            points=points,
            parameters=parameters,
            returns=tuple(spec.returns.items()),
            rtol=spec.rtol,
            atol=spec.atol,
            reveal=spec.reveal,
            cases=tuple(drawn),
            expected=(),
            mistakes=mistakes,
        )


def _finite(value: Any) -> bool:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple):
        return all(_finite(item) for item in value)
    return not isinstance(value, np.ndarray) or bool(np.isfinite(value).all())


def _execute(source: str, namespace: dict[str, Any], filename: str) -> None:
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
    try:
        exec(compile(source, filename, "exec"), namespace)
    except Exception as error:
        raise CourseError(f"{filename} raised {type(error).__name__}: {error}") from error
