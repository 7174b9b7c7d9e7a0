"""What is expected of an exercise, and the cases of a lesson as a file: ``data/cases/<lesson>.npz``.

Arrays only, read with ``allow_pickle=False``; no solution code. The file is written by
:mod:`helpers.grading.authoring.cases` and read by :mod:`helpers.checks`.
"""

from __future__ import annotations

import dataclasses
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from helpers.checking.packing import pack, read, unpack, write
from helpers.checking.questions import Question, Sheet, question_from_json, question_to_json
from helpers.facts import DATA_DIR

FORMAT = "cases 2"
CASES_DIR = DATA_DIR / "cases"
CURE = "get the course anew, or as its author run `make release`."


class CaseFileError(Exception):
    """The cases of a lesson are missing or unreadable; the message says what to do."""


@dataclasses.dataclass(frozen=True)
class KnownMistake:
    """A wrong answer somebody is likely to give, and what a kind teacher says to it.

    ``answers`` are its answers to the cases; empty when ``random``: it answers differently each time.
    """

    name: str
    says: str
    answers: tuple[Any, ...] = ()
    random: bool = False


@dataclasses.dataclass(frozen=True)
class Key:
    """What the answers to a question are judged by.

    returns: (name, axes) of each result, axes as in "B T U" or "". expected: one answer per case.
    reveal: the sentence a student reads once the answer is right.
    """

    points: float
    returns: tuple[tuple[str, str], ...]
    rtol: float
    atol: float
    reveal: str
    expected: tuple[Any, ...]
    mistakes: tuple[KnownMistake, ...] = ()


@dataclasses.dataclass(frozen=True)
class CaseFile:
    """Questions and keys of one lesson, by exercise. ``digest`` identifies the lesson text they were made from."""

    lesson: str
    digest: str
    seed: int
    questions: dict[str, Question]
    keys: dict[str, Key]

    @property
    def sheet(self) -> Sheet:
        """The questions alone: all that a student's kernel may see."""
        return Sheet(self.lesson, self.questions)

    def __iter__(self) -> Iterator[tuple[str, Question, Key]]:
        for name, question in self.questions.items():
            yield name, question, self.keys[name]

    def to_bytes(self) -> bytes:
        """Return the file's content; the same cases always give the same bytes."""
        arrays: dict[str, np.ndarray] = {}
        exercises = [
            {"question": question_to_json(question, arrays), "key": _key_to_json(key, arrays)}
            for _, question, key in self
        ]
        head = {"format": FORMAT, "lesson": self.lesson, "digest": self.digest, "seed": self.seed}
        return write({**head, "exercises": exercises}, arrays)

    @classmethod
    def from_bytes(cls, content: bytes) -> CaseFile:
        """Undo :meth:`to_bytes`. Raises ValueError and its like for anything else."""
        meta, arrays = read(content)
        if meta["format"] != FORMAT:
            raise ValueError(f"format {meta['format']}, this course reads {FORMAT}")
        questions = [question_from_json(item["question"], arrays) for item in meta["exercises"]]
        keys = [_key_from_json(item["key"], arrays) for item in meta["exercises"]]
        names = [question.name for question in questions]
        by_name = dict(zip(names, questions, strict=True)), dict(zip(names, keys, strict=True))
        return cls(meta["lesson"], meta["digest"], meta["seed"], *by_name)


def load(path: Path) -> CaseFile:
    """Read a case file. Raises CaseFileError when it is missing, damaged or of another format."""
    try:
        return CaseFile.from_bytes(path.read_bytes())
    except FileNotFoundError:
        raise CaseFileError(f"There are no cases for this lesson ({path.name}): {CURE}") from None
    except (ValueError, KeyError, TypeError, OSError, EOFError, zipfile.BadZipFile) as error:
        raise CaseFileError(f"{path.name} cannot be read ({type(error).__name__}): {CURE}") from None


def _key_to_json(key: Key, arrays: dict[str, np.ndarray]) -> dict[str, Any]:
    return {
        **{name: getattr(key, name) for name in ("points", "returns", "rtol", "atol", "reveal")},
        "expected": [pack(answer, arrays) for answer in key.expected],
        "mistakes": [
            {
                "name": mistake.name,
                "says": mistake.says,
                "answers": [pack(answer, arrays) for answer in mistake.answers],
                "random": mistake.random,
            }
            for mistake in key.mistakes
        ],
    }


def _key_from_json(item: dict[str, Any], arrays: dict[str, np.ndarray]) -> Key:
    mistakes = tuple(
        KnownMistake(
            mistake["name"],
            mistake["says"],
            tuple(unpack(answer, arrays) for answer in mistake["answers"]),
            mistake["random"],
        )
        for mistake in item["mistakes"]
    )
    return Key(
        points=item["points"],
        returns=tuple((name, axes) for name, axes in item["returns"]),
        rtol=item["rtol"],
        atol=item["atol"],
        reveal=item["reveal"],
        expected=tuple(unpack(answer, arrays) for answer in item["expected"]),
        mistakes=mistakes,
    )
