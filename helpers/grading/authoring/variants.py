"""Other versions of a solution cell: known mistakes, and right answers written another way."""

from __future__ import annotations

import contextlib
import dataclasses
import difflib
from collections.abc import Iterable, Iterator

from helpers.grading.course import CourseError

Edit = tuple[str, str]


class AuthorError(CourseError):
    """A lesson contradicts itself; each of the ``problems`` says in a sentence where, and what to do."""

    def __init__(self, *problems: str) -> None:
        several = "\n  ".join([f"{len(problems)} things are to be mended:", *problems])
        super().__init__(problems[0] if len(problems) == 1 else several)
        self.problems = problems


@contextlib.contextmanager
def noting(problems: list[str]) -> Iterator[None]:
    """Add what an AuthorError says to ``problems`` and go on, so that an author reads all of them at once."""
    try:
        yield
    except AuthorError as error:
        problems += error.problems


@dataclasses.dataclass(frozen=True)
class Variant:
    """Another version of a solution cell: small ``edits`` (old text, new text) or a whole ``source``.

    place: where it is written, for messages. base: the listed variant that the edits change; "" for the solution.
    """

    name: str
    edits: tuple[Edit, ...] = ()
    source: str = ""
    base: str = ""
    place: str = ""

    def apply(self, solution: str) -> str:
        """Return ``solution`` with this variant's change. Raises AuthorError when an edit does not fit it once."""
        if bool(self.edits) == bool(self.source):
            raise AuthorError(f"{self.where()}: '{self.name}' needs either edits or a whole cell.")
        if self.source:
            return self.source
        text = solution
        for old, new in self.edits:
            if (times := text.count(old)) != 1:
                raise AuthorError(f"{self.where()}: '{self.name}': {_misfit(old, times, text)}")
            text = text.replace(old, new)
        if text == solution:
            raise AuthorError(f"{self.where()}: '{self.name}' changes nothing.")
        return text

    def where(self) -> str:
        """The place of this variant, or words for it."""
        return self.place or "a variant"


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


def source_of(variant: Variant, listed: Iterable[Variant], solution: str) -> str:
    """Return the cell that ``variant`` stands for, which may be an edit of another one that is ``listed``."""
    by_name: dict[str, Variant] = {}
    for other in listed:
        by_name.setdefault(other.name, other)
    chain = [variant]
    while base := chain[-1].base:
        if base not in by_name:
            close = difflib.get_close_matches(base, by_name, 1)
            hint = f"; did you mean '{close[0]}'?" if close else "."
            raise AuthorError(
                f"{variant.where()}: '{chain[-1].name}' is an edit of '{base}', which is not listed{hint}"
            )
        if by_name[base] in chain:
            raise AuthorError(f"{variant.where()}: '{variant.name}' is, in the end, an edit of itself.")
        chain.append(by_name[base])
    for step in reversed(chain):
        solution = step.apply(solution)
    return solution


def _misfit(old: str, times: int, text: str) -> str:
    """Why an edit does not fit, in words, with the line that comes nearest."""
    parts = [line.strip() for line in old.splitlines() if line.strip()] or [old]
    quoted = f"`{parts[0]}`" if len(parts) == 1 else f"`{parts[0]}`, with what follows it here,"
    if times:
        return f"{quoted} occurs {times} times in the cell, not once: quote more of the line."
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    wanted = next((part for part in parts if part not in lines), max(parts, key=len))
    near = difflib.get_close_matches(wanted, lines, 1, 0.3)
    inside = [line for line in lines if difflib.SequenceMatcher(None, wanted, line).find_longest_match().size > 5]
    nearest = near or inside[:1]
    return f"{quoted} does not occur in the cell" + (f"; the nearest line is `{nearest[0]}`." if nearest else ".")
