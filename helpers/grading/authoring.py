"""What ``solutions/<lesson>/exercises.py`` is written with.

An exercise is described beside its solution: how to draw inputs, how close is close enough, which
mistakes are known and which other answers are right. Nothing right is written here twice: expected
answers come from running the solution notebook.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from helpers.casefile import Case

__all__ = ["Alternative", "Case", "Exercise", "Mistake", "choice", "draws"]

Edit = tuple[str, str]


class AuthorError(Exception):
    """An exercise contradicts its notebook; the message says where."""


@dataclasses.dataclass(frozen=True)
class Variant:
    """Another version of a solution cell: small ``edits`` (old text, new text) or a whole ``source``."""

    name: str
    edits: tuple[Edit, ...] = ()
    source: str = ""

    def apply(self, solution: str) -> str:
        """Return the solution cell's source with this variant's change."""
        if bool(self.edits) == bool(self.source):
            raise AuthorError(f"'{self.name}' needs either edits or a source")
        if self.source:
            return self.source
        for old, new in self.edits:
            if solution.count(old) != 1:
                raise AuthorError(
                    f"'{self.name}': {old!r} occurs {solution.count(old)} times in the solution, not once"
                )
            solution = solution.replace(old, new)
        return solution


@dataclasses.dataclass(frozen=True)
class Mistake(Variant):
    """A wrong answer that somebody will give. ``says`` is the teacher's reply to it.

    random: the mistake answers differently each time (it draws weights, say), so it is known by
    that and not by its answers.
    """

    says: str = ""
    random: bool = False


@dataclasses.dataclass(frozen=True)
class Alternative(Variant):
    """A right answer written another way."""


@dataclasses.dataclass(frozen=True)
class Exercise:
    """One exercise, named as in the notebook: ``check("name", ...)``.

    draw: gives the cases from a random generator; None when a value or a letter is asked.
    returns: names and axes of the results, e.g. {"outputs": "T B U", "state": "B U"}.
    reveal: the sentence a student reads once the answer is right: why it works.
    """

    name: str
    returns: Mapping[str, str]
    reveal: str
    mistakes: Sequence[Mistake]
    alternatives: Sequence[Alternative]
    draw: Callable[[np.random.Generator], list[Case]] | None = None
    rtol: float = 1e-4
    atol: float = 1e-5


def draws(rng: np.random.Generator, *shape: int, scale: float = 1.0) -> np.ndarray:
    """Draw float32 numbers that separate: none is near 0, where many mistakes look right."""
    size = rng.uniform(0.2, 1.0, shape) * rng.choice([-1.0, 1.0], shape)
    return (scale * size).astype(np.float32)


def choice(name: str, right: str, wrong: Mapping[str, str], reveal: str) -> Exercise:
    """An exercise answered with a letter. ``wrong`` maps every other letter to its own reply.

    In the notebook the letter is assigned to a variable of the exercise's name.
    """
    mistakes = [Mistake(f"answers {key}", source=f'{name} = "{key}"', says=says) for key, says in wrong.items()]
    alternatives = [Alternative("in lower case", source=f'{name} = "{right.lower()}"')]
    return Exercise(name, {name: ""}, reveal, mistakes, alternatives)
