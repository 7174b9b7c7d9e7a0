"""What a student's process may see of an exercise: its inputs, and how to ask for answers.

A :class:`Sheet` of questions is all that a kernel gets in a hardened grading. What is expected stands in a
:class:`~helpers.checking.keys.Key`, a type of its own that never crosses.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from helpers.checking.packing import pack, read, unpack, write

FORMAT = "questions 1"


@dataclasses.dataclass(frozen=True)
class Case:
    """Inputs for one call. ``group`` names what the case tests; points are split by group."""

    group: str
    inputs: tuple[Any, ...] = ()


@dataclasses.dataclass(frozen=True)
class Question:
    """One exercise as it is asked.

    parameters: names of the inputs, in order; empty for a value or a choice. asks_twice: whether
    every case is asked twice, to see answers that are drawn at random; two draws of one case may be equal.
    """

    name: str
    parameters: tuple[str, ...]
    cases: tuple[Case, ...]
    asks_twice: bool = False

    @property
    def is_function(self) -> bool:
        """Whether a function is asked, rather than a value."""
        return bool(self.parameters)


@dataclasses.dataclass(frozen=True)
class Sheet:
    """The questions of one lesson, by name."""

    lesson: str
    questions: dict[str, Question]

    def to_bytes(self) -> bytes:
        """Return the sheet as a file's content; the same questions always give the same bytes."""
        arrays: dict[str, np.ndarray] = {}
        questions = [question_to_json(question, arrays) for question in self.questions.values()]
        return write({"format": FORMAT, "lesson": self.lesson, "questions": questions}, arrays)

    @classmethod
    def from_bytes(cls, content: bytes) -> Sheet:
        """Undo :meth:`to_bytes`. Raises ValueError and its like for anything else."""
        meta, arrays = read(content)
        if meta["format"] != FORMAT:
            raise ValueError(f"format {meta['format']}, this course reads {FORMAT}")
        questions = [question_from_json(item, arrays) for item in meta["questions"]]
        return cls(meta["lesson"], {question.name: question for question in questions})


def question_to_json(question: Question, arrays: dict[str, np.ndarray]) -> dict[str, Any]:
    """Return a question as JSON; its arrays are added to ``arrays``."""
    return {
        "name": question.name,
        "parameters": list(question.parameters),
        "cases": [{"group": case.group, "inputs": pack(case.inputs, arrays)} for case in question.cases],
        "asks_twice": question.asks_twice,
    }


def question_from_json(item: dict[str, Any], arrays: dict[str, np.ndarray]) -> Question:
    """Undo :func:`question_to_json`."""
    cases = tuple(Case(case["group"], unpack(case["inputs"], arrays)) for case in item["cases"])
    return Question(item["name"], tuple(item["parameters"]), cases, item["asks_twice"])
