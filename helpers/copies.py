"""A student's own copies of the lessons: ``my_lessons/`` beside the pristine ``notebooks/``.

A lesson is copied once. When the course has a newer edition of it, the answers are carried over into that one, exercise
by exercise, and the old file is kept. Nothing that a person wrote is ever written over.

In ``my_lessons/.given/`` lies each lesson as it was given: what differs from that, a student has written.
"""

from __future__ import annotations

import copy
import dataclasses
import datetime
import itertools
import json
import os
import shutil
from pathlib import Path
from typing import Any

Notebook = dict[str, Any]
OWN, GIVEN, PRISTINE = "my_lessons", ".given", "notebooks"
YOUR_CODE = "# YOUR CODE HERE"  # what nbgrader writes in the place of an answer


class CopyError(Exception):
    """A copy cannot be made or changed; the message is one sentence that says what to do."""


@dataclasses.dataclass(frozen=True)
class Copies:
    """The lessons of a course in ``root``, and a student's copies of them."""

    root: Path

    def lessons(self) -> list[str]:
        """Names of all lessons, in order."""
        return sorted(path.stem for path in (self.root / PRISTINE).glob("*/*.ipynb") if path.stem == path.parent.name)

    def find(self, name: str) -> str:
        """Return the lesson called ``name``: its name, its beginning, or its number as 5 or 05. Raises CopyError."""
        lessons = self.lessons()
        short = name.zfill(2) if name.isdigit() else name
        hits = [lesson for lesson in lessons if lesson == name] or [x for x in lessons if short and x.startswith(short)]
        if len(hits) != 1:
            raise CopyError(f"There is no lesson '{name}'; there are: {', '.join(lessons) or 'none'}.")
        return hits[0]

    def pristine(self, lesson: str) -> Path:
        return self.root / PRISTINE / lesson / f"{lesson}.ipynb"

    def own(self, lesson: str) -> Path:
        return self.root / OWN / lesson / f"{lesson}.ipynb"

    def given(self, lesson: str) -> Path:
        return self.root / OWN / GIVEN / f"{lesson}.ipynb"

    def prepare(self) -> list[str]:
        """Make the copies that are missing, renew those of older editions; return what was done, in sentences.

        A copy that cannot be read stays as it is, and the sentence says so. Raises CopyError where nothing can be
        written.
        """
        try:
            said = [sentence for lesson in self.lessons() for sentence in self._prepare(lesson)]
        except OSError as error:
            raise CopyError(f"{error.filename or OWN} cannot be written ({error.strerror}): make room there.") from None
        made = [sentence for sentence in said if sentence.startswith("copied ")]
        others = [sentence for sentence in said if sentence not in made]
        return ([f"Copied {len(made)} lessons to {OWN}/: work there."] if made else []) + others

    def reset(self, lesson: str) -> Path:
        """Begin ``lesson`` anew; return where the old copy was kept. Raises CopyError where there is no copy."""
        if not self.own(lesson).exists():
            raise CopyError(f"There is no copy of {lesson} in {OWN}/ yet: nothing to reset.")
        kept = self._keep(lesson, "before the reset")
        self._begin(lesson, self.pristine(lesson).read_bytes())
        return kept

    def _prepare(self, lesson: str) -> list[str]:
        newest = self.pristine(lesson).read_bytes()
        if not self.own(lesson).exists():
            before = self._number_before(lesson)
            if before is None:
                self._begin(lesson, newest)
                return [f"copied {lesson}"]
            return self._renew(lesson, before, newest)
        if self.given(lesson).exists() and self.given(lesson).read_bytes() == newest:
            return []
        return self._renew(lesson, lesson, newest)

    def _number_before(self, lesson: str) -> str | None:
        """The lesson of another number that this one was before others were put between them, if there is a copy."""
        there, slug = self.lessons(), lesson.partition("_")[2]
        found = sorted(path.stem for path in (self.root / OWN).glob(f"*_{slug}/*_{slug}.ipynb"))
        gone = (name for name in found if name not in there and name.partition("_")[2] == slug)
        return next(gone, None) if slug else None

    def _renew(self, lesson: str, source: str, newest: bytes) -> list[str]:
        """Write the newest edition of ``lesson`` with what stands in the copy of ``source``, which stays or is kept."""
        try:
            own, new = _read(self.own(source).read_bytes()), _read(newest)
        except ValueError:
            return [f"{self.own(source)} is no notebook any more, so it stays as it is, of an older edition."]
        try:
            before = _read(self.given(source).read_bytes())
        except (OSError, ValueError):
            before = new  # nobody knows what it was: whatever differs may be the student's
        if not differs(own, before):  # nothing of the student's is in it
            self._begin(lesson, newest)
            return [f"{lesson}: there is a newer edition, and you have it."]
        merged, remarks = carry_over(own, before, new)
        kept = self._keep(lesson, "before the update") if source == lesson else self.own(source)
        self._begin(lesson, newest, merged)
        said = f"{lesson}: there is a newer edition; your answers are in it, and the old file is {kept.name}."
        return [said, *(f"{lesson}: {remark}" for remark in remarks)]

    def _begin(self, lesson: str, newest: bytes, merged: Notebook | None = None) -> None:
        """Write the copy first, then what it was given: a stop between the two costs an update, no answer."""
        content = newest if merged is None else json.dumps(merged, indent=1, ensure_ascii=False).encode() + b"\n"
        for path, what in ((self.own(lesson), content), (self.given(lesson), newest)):
            path.parent.mkdir(parents=True, exist_ok=True)
            fresh = path.with_name(f".{path.name}.{os.urandom(4).hex()}.new")  # another start may be doing the same
            fresh.write_bytes(what)
            os.replace(fresh, path)

    def _keep(self, lesson: str, when: str) -> Path:
        """Copy the student's file to a name that is free; return it."""
        own = self.own(lesson)
        stamp = datetime.datetime.now().strftime("%Y-%m-%d %H.%M")
        kept = free_name(own.with_name(f"{lesson} ({when}, {stamp}).ipynb"))
        shutil.copy2(own, kept)
        return kept


def free_name(path: Path) -> Path:
    """Return ``path``, or where something is called so, the first of ``name 2``, ``name 3`` ... that is free."""
    path.parent.mkdir(parents=True, exist_ok=True)
    names = (path.with_name(f"{path.stem} {number}{path.suffix}") for number in itertools.count(2))
    return path if not path.exists() else next(name for name in names if not name.exists())


def differs(own: Notebook, given: Notebook) -> bool:
    """Whether a student has written anything: a cell of another text, one more, or one less."""
    return [_identity(cell) for cell in own["cells"]] != [_identity(cell) for cell in given["cells"]]


def carry_over(own: Notebook, given: Notebook, new: Notebook) -> tuple[Notebook, list[str]]:
    """Return the edition ``new`` with what a student wrote into ``own``, which was given as ``given``; and remarks.

    Answers go into the cells of their exercises. Cells of the student's own stand behind the cell that they stood
    behind. A given cell that the student has changed, and an answer to an exercise that is not there any more, stay as
    cells of the student's own.
    """
    before = {_name(cell): _text(cell) for cell in given["cells"]}
    by_text = {(cell["cell_type"], _text(cell).strip()): _name(cell) for cell in given["cells"]}
    places = {_name(cell): cell for cell in new["cells"]}
    answers: dict[str, Notebook] = {}
    behind: dict[str, list[Notebook]] = {}
    remarks: list[str] = []
    place = ""
    for cell in own["cells"]:
        name = _name(cell)
        if name not in before:  # some programs take the ids away
            name = by_text.get((cell["cell_type"], _text(cell).strip()), name)
        written = name not in before or _text(cell) != before[name]
        if name in places and name not in answers:
            place = name
            if not written or _is_solution(places[name]):
                answers[name] = cell
                continue
        if written and _text(cell).strip():
            if name not in places and name in before and _is_solution(cell):
                remarks.append(f"the exercise {name} is not asked any more; your answer is still there.")
            elif name in places:
                remarks.append(f"a cell that you had changed ({_begins(cell)}) now stands below the new one.")
            behind.setdefault(place, []).append(_as_own(cell))
    merged = copy.deepcopy(new)
    merged["cells"] = [*behind.get("", [])]
    for cell in copy.deepcopy(new["cells"]):
        name = _name(cell)
        mine = answers.get(name)
        if mine is not None and _is_solution(cell) and _text(mine) != before.get(name):
            if YOUR_CODE not in _text(cell) and _text(cell) != _text(mine):  # somebody has answered in notebooks/, too
                behind.setdefault(name, []).insert(0, _as_own(cell))
            cell["source"] = mine["source"]
        if mine is not None and _text(mine) == _text(cell) and cell["cell_type"] == "code":
            cell["outputs"], cell["execution_count"] = mine.get("outputs", []), mine.get("execution_count")
        merged["cells"] += [cell, *behind.get(name, [])]
    return merged, remarks


def open_exercises(notebook: Notebook, pristine: Notebook) -> tuple[list[str], list[str]]:
    """Return the exercises of a lesson, and those of them whose cells say what they said in ``pristine``."""
    stubs = {_name(cell): _text(cell) for cell in pristine["cells"] if _is_solution(cell)}
    written = {_name(cell) for cell in notebook["cells"] if _text(cell) != stubs.get(_name(cell))}
    return list(stubs), [name for name in stubs if name not in written]


def read(path: Path) -> Notebook:
    """Return a notebook. Raises CopyError where the file is none."""
    try:
        return _read(path.read_bytes())
    except (OSError, ValueError):
        raise CopyError(f"{path} cannot be read as a notebook: open it in JupyterLab and save it.") from None


def _read(content: bytes) -> Notebook:
    notebook = json.loads(content)
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if not isinstance(cells, list) or not all(isinstance(cell, dict) and "cell_type" in cell for cell in cells):
        raise ValueError("no notebook")
    return notebook


def _marks(cell: Notebook) -> dict[str, Any]:
    return cell.get("metadata", {}).get("nbgrader", {})


def _name(cell: Notebook) -> str:
    """What a cell is known by: its exercise's name, or its id."""
    return _marks(cell).get("grade_id") or cell.get("id", "")


def _is_solution(cell: Notebook) -> bool:
    return bool(_marks(cell).get("solution"))


def _text(cell: Notebook) -> str:
    source = cell.get("source", "")
    return source if isinstance(source, str) else "".join(source)


def _identity(cell: Notebook) -> tuple[str, str, str]:
    return _name(cell), cell["cell_type"], _text(cell)


def _begins(cell: Notebook) -> str:
    return _text(cell).strip().splitlines()[0][:40]


def _as_own(cell: Notebook) -> Notebook:
    """The cell as one of the student's own: without the marks of an exercise, and with an id of its own."""
    own = copy.deepcopy(cell)
    own["metadata"] = {key: value for key, value in own.get("metadata", {}).items() if key != "nbgrader"}
    own["id"] = f"own-{os.urandom(4).hex()}"
    return own
