"""The cases of a lesson as a file: ``data/cases/<lesson>.npz``.

Arrays only, read with ``allow_pickle=False``. The array ``meta`` holds JSON that says which array
belongs where. The file is written by ``helpers.grading.cases`` and read by ``helpers.checks``.
"""

from __future__ import annotations

import dataclasses
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from helpers.answers import pack, unpack

FORMAT = 1
CASES_DIR = Path(__file__).resolve().parent.parent / "data" / "cases"


class CaseFileError(Exception):
    """The cases of a lesson are missing or unreadable; the message says what to do."""


@dataclasses.dataclass(frozen=True)
class Case:
    """Inputs for one call. ``group`` names what the case tests; points are split by group."""

    group: str
    inputs: tuple[Any, ...] = ()


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
class Exercise:
    """All a check needs to judge one exercise.

    parameters: names of the inputs, in order; empty for a value or a choice.
    returns: (name, axes) of each result, axes as in "B T U" or "".
    """

    name: str
    points: float
    parameters: tuple[str, ...]
    returns: tuple[tuple[str, str], ...]
    rtol: float
    atol: float
    reveal: str
    cases: tuple[Case, ...]
    expected: tuple[Any, ...]
    mistakes: tuple[KnownMistake, ...]

    @property
    def asks_twice(self) -> bool:
        """Whether the first case is asked twice, to see answers that are drawn at random."""
        return any(mistake.random for mistake in self.mistakes)

    @property
    def is_function(self) -> bool:
        """Whether a function is asked, rather than a value."""
        return bool(self.parameters)


@dataclasses.dataclass(frozen=True)
class CaseFile:
    """The exercises of one lesson. ``digest`` identifies the lesson text they were made from."""

    lesson: str
    digest: str
    seed: int
    exercises: dict[str, Exercise]

    def to_bytes(self) -> bytes:
        """Return the file's content; the same cases always give the same bytes."""
        arrays: dict[str, np.ndarray] = {}
        meta = {
            "format": FORMAT,
            "lesson": self.lesson,
            "digest": self.digest,
            "seed": self.seed,
            "exercises": [_exercise_to_json(exercise, arrays) for exercise in self.exercises.values()],
        }
        buffer = io.BytesIO()
        text = np.frombuffer(json.dumps(meta, ensure_ascii=False).encode(), np.uint8)
        np.savez_compressed(buffer, **{"meta": text, **arrays})  # type: ignore[arg-type]
        return buffer.getvalue()


def load(path: Path) -> CaseFile:
    """Read a case file. Raises CaseFileError when it is missing, damaged or of another format."""
    try:
        return from_bytes(path.read_bytes())
    except FileNotFoundError:
        raise CaseFileError(f"There are no cases for this lesson ({path.name}): run `make release`.") from None
    except (ValueError, KeyError, TypeError, OSError, EOFError, zipfile.BadZipFile) as error:
        raise CaseFileError(f"{path.name} cannot be read ({type(error).__name__}): run `make release`.") from None


def from_bytes(content: bytes) -> CaseFile:
    """Undo :meth:`CaseFile.to_bytes`. Raises ValueError and its like for anything else."""
    with np.load(io.BytesIO(content), allow_pickle=False) as archive:
        arrays = {key: archive[key] for key in archive.files}
    meta = json.loads(arrays.pop("meta").tobytes())
    if meta["format"] != FORMAT:
        raise ValueError(f"format {meta['format']}, this course reads {FORMAT}")
    for array in arrays.values():
        array.flags.writeable = False
    exercises = [_exercise_from_json(item, arrays) for item in meta["exercises"]]
    return CaseFile(meta["lesson"], meta["digest"], meta["seed"], {item.name: item for item in exercises})


def _exercise_to_json(exercise: Exercise, arrays: dict[str, np.ndarray]) -> dict[str, Any]:
    plain_fields = ("name", "points", "parameters", "returns", "rtol", "atol", "reveal")
    return {
        **{name: getattr(exercise, name) for name in plain_fields},
        "cases": [{"group": case.group, "inputs": pack(case.inputs, arrays)} for case in exercise.cases],
        "expected": [pack(answer, arrays) for answer in exercise.expected],
        "mistakes": [
            {
                "name": mistake.name,
                "says": mistake.says,
                "answers": [pack(answer, arrays) for answer in mistake.answers],
                "random": mistake.random,
            }
            for mistake in exercise.mistakes
        ],
    }


def _exercise_from_json(item: dict[str, Any], arrays: dict[str, np.ndarray]) -> Exercise:
    return Exercise(
        name=item["name"],
        points=item["points"],
        parameters=tuple(item["parameters"]),
        returns=tuple((name, axes) for name, axes in item["returns"]),
        rtol=item["rtol"],
        atol=item["atol"],
        reveal=item["reveal"],
        cases=tuple(Case(case["group"], unpack(case["inputs"], arrays)) for case in item["cases"]),
        expected=tuple(unpack(answer, arrays) for answer in item["expected"]),
        mistakes=tuple(
            KnownMistake(
                mistake["name"],
                mistake["says"],
                tuple(unpack(answer, arrays) for answer in mistake["answers"]),
                mistake["random"],
            )
            for mistake in item["mistakes"]
        ),
    )
