"""Editions of a lesson: each notebook that was ever released or graded here, and which of them a hand-in was made with.

A lesson is changed while a course goes on. Who handed in before is graded by what was asked then: an older edition is
no tampering, and what it did not ask does not count against anybody.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import hashlib
import math
import os
from collections.abc import Collection, Sequence
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from helpers.grading import cleanup
from helpers.grading.cleanup import DELETED, POINTS, Cell, Sorting
from helpers.grading.course import Course
from helpers.grading.marks import CHECK_PREFIX, grade_id, is_edited, marks
from helpers.grading.store import Store, write_whole

NAMED = 3  # exercises that a note names


def keep(store: Store, notebook: NotebookNode) -> None:
    """Keep a released notebook as the newest edition. One that somebody has written answers into is none."""
    if any(is_edited(cell) for cell in notebook.cells):
        return
    for folder in (store.folder.parent, store.folder, store.editions):
        folder.mkdir(mode=0o700, exist_ok=True)
    path = store.editions / f"{_digest(notebook)}.ipynb"
    if not path.exists():
        write_whole(path, nbformat.writes(notebook).encode())
    elif [edition for edition in _paths(store)][:1] != [path]:
        os.utime(path)  # released again


def keep_released(course: Course, lesson: str) -> None:
    """Keep what is released now, if it is anything: before it is written over, and once it is written."""
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError, AttributeError):  # what is spoilt is no edition
        keep(Store(course, lesson), nbformat.read(course.student_copy(lesson), as_version=4))


def kept(store: Store) -> list[NotebookNode]:
    """The editions of a lesson, the newest first. Nobody may change them."""
    return [edition for path in _paths(store) if (edition := _read(path)) is not None]


def _paths(store: Store) -> list[Path]:
    return sorted(store.editions.glob("*.ipynb"), key=lambda path: (path.stat().st_mtime_ns, path.name), reverse=True)


def _digest(notebook: NotebookNode) -> str:
    parts = [repr((cell.id, cell.cell_type, cell.source, sorted(marks(cell).items()))) for cell in notebook.cells]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]


@functools.lru_cache(maxsize=256)
def _read(path: Path) -> NotebookNode | None:
    try:
        return nbformat.read(path, as_version=4)
    except (OSError, ValueError):
        return None  # the disk has damaged it: as if it had not been kept


# -- which one a hand-in was made with -----------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class Cleaned:
    """A hand-in on the footing of the release.

    repairs: what was not as it was in the hand-in's own edition, in words. note: which edition that was, in words; ""
    when it is the release. not_asked: the exercises of the release that the edition does not have.
    """

    notebook: NotebookNode
    repairs: tuple[str, ...]
    note: str = ""
    not_asked: frozenset[str] = frozenset()


def clean(cells: Sequence[Cell], release: NotebookNode, editions: Sequence[NotebookNode] = ()) -> Cleaned:
    """Put a hand-in on the footing of the release, by the edition that it was made with.

    That is the one from which the fewest things were changed; among equals the release, then the newest. What is
    missing or has other points, but was not edited, may come from an edition that nobody has kept: it is told in the
    note and is no repair. Raises cleanup.Unusable.
    """
    notebook, repairs = cleanup.clean(cells, release)
    if not repairs and not _unknown(cells, release):
        return Cleaned(notebook, repairs)
    made_with, fewest = release, _distance(cells, release)
    for edition in editions:
        if not _has_more(cells, release, edition) and (distance := _distance(cells, edition)) < fewest:
            made_with, fewest = edition, distance
    if made_with is release:
        sorting = _sorted(cells, release)
        return Cleaned(notebook, *_excused(sorting))
    notebook, _ = cleanup.clean(_translated(cells, made_with, release), release)
    repairs, note = _excused(_sorted(cells, made_with))
    not_asked = _exercises(release) - _exercises(made_with)
    withdrawn = _exercises(made_with) - _exercises(release)
    told = ["made with an earlier edition"]
    if not_asked:
        told.append(f"that did not ask {_names(not_asked)}, which {'is' if len(not_asked) == 1 else 'are'} not counted")
    if withdrawn:
        told.append(f"{'and ' if not_asked else 'that '}asked {_names(withdrawn)}, which nobody is asked any more")
    return Cleaned(notebook, repairs, "; ".join(part for part in (" ".join(told), note) if part), not_asked)


def _sorted(cells: Sequence[Cell], edition: NotebookNode) -> Sorting:
    sorting = Sorting(edition)
    sorting.sort(cells)
    return sorting


def _unknown(cells: Sequence[Cell], edition: NotebookNode) -> int:
    """How many cells bear the mark of an exercise that an edition does not have."""
    known = {grade_id(cell) for cell in edition.cells}
    return sum(bool(cell.grade_id) and cell.grade_id not in known for cell in cells)


def _distance(cells: Sequence[Cell], edition: NotebookNode) -> tuple[int, int]:
    return len(_sorted(cells, edition).changes()), _unknown(cells, edition)


def _has_more(cells: Sequence[Cell], release: NotebookNode, edition: NotebookNode) -> bool:
    """Whether a hand-in has a cell of the release that an edition lacks: then it was not made with that edition."""
    lacking = Sorting(release).official.keys() - Sorting(edition).official.keys()
    return any(name in lacking for cell in cells for name in (cell.grade_id, cell.id))


def _excused(sorting: Sorting) -> tuple[tuple[str, ...], str]:
    """What was edited, in words; and, calmly, what may come from an edition that nobody has kept."""
    repairs, missing, pointed = [], [], []
    sorting.notebook()  # this counts what has to be cut
    for identity, change in sorting.changes():
        name = identity.removeprefix(CHECK_PREFIX)
        if change == DELETED and name not in sorting.first:
            missing.append(name)  # with its answer: who deletes a check to deceive keeps what it checks
        elif change == POINTS and _is_points(sorting.first[identity].marks.get("points")):
            pointed.append(name)
        else:
            repairs.append(f"{sorting.title(identity)} {change}")
    told = [f"{_names(missing)} {'is' if len(missing) == 1 else 'are'} not in it"] * bool(missing)
    told += [f"{_names(pointed)} had other points"] * bool(pointed)
    note = f"made with another edition: {', '.join(told)}" if told else ""
    return (*repairs, *sorting.cuts()), note


def _is_points(value: object) -> bool:
    return isinstance(value, int | float) and math.isfinite(value) and value >= 0


def _exercises(edition: NotebookNode) -> frozenset[str]:
    names = (grade_id(cell) for cell in edition.cells)
    return frozenset(name.removeprefix(CHECK_PREFIX) for name in names if name.startswith(CHECK_PREFIX))


def _names(exercises: Collection[str]) -> str:
    names = sorted(exercises)
    return ", ".join(names[:NAMED]) + (f" and {len(names) - NAMED} more" if len(names) > NAMED else "")


def _translated(cells: Sequence[Cell], edition: NotebookNode, release: NotebookNode) -> list[Cell]:
    """A hand-in made with an edition as if it had been made with the release: what the student wrote, and nothing else.

    Withdrawn exercises are left out. What stands as it was released then stands as it is released now.
    """
    old, new = Sorting(edition), Sorting(release)
    translated = []
    for cell, identity in zip(cells, old.identities(cells), strict=True):
        if identity is None:
            translated.append(cell)
            continue
        untouched = cleanup.plain(cell.source) == cleanup.plain(old.official[identity].source)
        if identity not in new.official:
            if not old.marks(identity) and not untouched:
                translated.append(dataclasses.replace(cell, id="", marks={}))  # a cell of the student's own by now
        elif untouched:
            translated.append(dataclasses.replace(cell, source=new.official[identity].source))
        else:
            translated.append(cell)
    return translated
