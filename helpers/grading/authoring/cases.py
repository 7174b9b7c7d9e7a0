"""The cases of a lesson as files: what they are made from, whether they are current, how they are kept."""

from __future__ import annotations

import ast
import contextlib
import hashlib
import secrets
from typing import Any

import nbformat

from helpers.checking import keys
from helpers.checking.comparing import same
from helpers.checking.keys import CaseFile, Key
from helpers.checking.questions import Question
from helpers.grading.authoring.exercises import load_exercises
from helpers.grading.course import Course
from helpers.grading.marks import code_cells, grade_id

PUBLIC_SEED = 2026


def digest(course: Course, lesson: str) -> str:
    """Identify what a lesson's cases are made from: its exercises.py, its pages of mistakes, the code of its cells."""
    exercises = load_exercises(course, lesson)  # first: it tells an author what cannot be read
    notebook = nbformat.read(course.solution(lesson), as_version=4)
    # As a syntax tree: comments and layout change no case.
    parts = [ast.dump(ast.parse(course.exercises(lesson).read_text(encoding="utf-8")))]
    for exercise in exercises.values():
        parts.append(repr(exercise.page.content))
    parts += [cell.source for cell in code_cells(notebook)]
    parts += [
        f"{grade_id(cell)}={cell.metadata.nbgrader.get('points')}" for cell in code_cells(notebook) if grade_id(cell)
    ]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def new_seed() -> int:
    """A seed that nobody knows: what is drawn from it nobody has seen."""
    return secrets.randbits(63)


def shares(course: Course, lesson: str, count: int) -> list[list[str]]:
    """Deal a lesson's exercises to ``count`` processes, those with many known answers first."""
    dealt: list[list[str]] = [[] for _ in range(count)]
    loads = [0] * count
    exercises = load_exercises(course, lesson)
    for name in sorted(exercises, key=lambda name: len(exercises[name].page.variants), reverse=True):
        least = loads.index(min(loads))
        dealt[least].append(name)
        loads[least] += len(exercises[name].page.variants)
    return dealt


def join(course: Course, lesson: str, parts: list[CaseFile]) -> CaseFile:
    """Return the cases of a lesson from those of its shares."""
    questions = {name: question for part in parts for name, question in part.questions.items()}
    answers = {name: key for part in parts for name, key in part.keys.items()}
    order = list(load_exercises(course, lesson))
    first = parts[0]
    return CaseFile(
        first.lesson,
        first.digest,
        first.seed,
        {name: questions[name] for name in order},
        {name: answers[name] for name in order},
    )


def up_to_date(course: Course, lesson: str) -> bool:
    """Whether the committed cases were made from the lesson as it is now."""
    try:
        return keys.load(course.case_file(lesson)).digest == digest(course, lesson)
    except keys.CaseFileError:
        return False


def equivalent(old: CaseFile, new: CaseFile) -> bool:
    """Whether two case files agree but for rounding, which differs between processors."""
    heads = [(file.lesson, file.digest, file.seed, list(file.questions)) for file in (old, new)]
    return heads[0] == heads[1] and all(
        _words(*before) == _words(*after) and _same_answers(before[2], after[2])
        for before, after in zip(old, new, strict=True)
    )


def _words(name: str, question: Question, key: Key) -> Any:
    mistakes = tuple((m.name, m.says, m.random, len(m.answers)) for m in key.mistakes)
    asked = name, question.parameters, question.asks_twice, tuple(case.group for case in question.cases)
    return asked, mistakes, (key.points, key.returns, key.rtol, key.atol, key.reveal, len(key.expected))


def _same_answers(old: Key, new: Key) -> bool:
    pairs = list(zip(old.expected, new.expected, strict=True))
    for m, n in zip(old.mistakes, new.mistakes, strict=True):
        pairs += zip(m.answers, n.answers, strict=True)
    return all(same(a, b, old.rtol / 10, old.atol / 10) for a, b in pairs)


def save(course: Course, cases: CaseFile) -> bool:
    """Write ``cases``, unless the file already says the same. Return whether it was written."""
    path = course.case_file(cases.lesson)
    with contextlib.suppress(keys.CaseFileError):
        if equivalent(keys.load(path), cases):
            return False
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(cases.to_bytes())
    return True
