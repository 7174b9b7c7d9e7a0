"""Put a notebook that was handed in on the footing of the released one, and say what had to be put back.

Of a notebook that was handed in, four things are read: the kind, the id, the marks and the source of each cell.
Everything else (outputs, other metadata, the kernel's name) comes from the release or is not there at all.
"""

from __future__ import annotations

import codecs
import copy
import dataclasses
import difflib
import json
import re
from collections import defaultdict, deque
from collections.abc import Sequence
from typing import Any

import nbformat
from nbformat import NotebookNode

from helpers.grading import marks as noted
from helpers.grading.marks import CHECK_PREFIX, SKIP_TAG, grade_id
from helpers.grading.slim import TooManyParts, without_outputs

MAX_NOTEBOOK = 20_000_000  # bytes, outputs aside
MAX_OWN = 500  # cells that a student added
MAX_CELLS = 20_000  # cells of any kind; with more, somebody is playing
MAX_PARTS = 1_000_000  # objects and lists of the JSON: a file full of brackets costs minutes and gigabytes
MAX_SOURCE = 100_000  # characters of one cell
# What a cell says about being run or forgiven; on a graded cell that is the release's to say.
EXECUTION_TAGS = {SKIP_TAG, "skip-execution", "raises-exception"}

DELETED, POINTS = "was deleted", "had its points edited"  # what another edition may explain


class NotANotebook(ValueError):
    """The file is something else; the message says what."""


class Unusable(ValueError):
    """A notebook, but not one that can be graded; the message says why."""


@dataclasses.dataclass(frozen=True)
class Cell:
    """One cell as it was handed in: plain values only."""

    kind: str
    id: str
    source: str
    marks: dict[str, Any]
    tags: frozenset[str]

    @property
    def grade_id(self) -> str:
        return _text(self.marks.get("grade_id"))


def parse(content: bytes) -> list[Cell]:
    """Return the cells of a notebook file of format 3 or 4. Raises NotANotebook or Unusable, nothing else.

    nbformat's own reader is not used here: it trusts the types it finds and raises whatever follows from them.
    """
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):  # some editors save so
        try:
            content = content.decode("utf-16").encode()
        except UnicodeDecodeError:
            raise NotANotebook("it is not text in UTF-8") from None
    try:
        content = without_outputs(content)
    except TooManyParts as error:
        raise Unusable(str(error)) from None
    if len(content) > MAX_NOTEBOOK:
        raise Unusable(f"it is larger than {MAX_NOTEBOOK // 1_000_000} MB, outputs aside")
    if content.count(b"{") + content.count(b"[") > MAX_PARTS:
        raise Unusable("it has too many parts")
    try:
        notebook = json.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise NotANotebook(_other_kind(content) or "it is not text in UTF-8") from None
    except (ValueError, RecursionError, MemoryError):
        raise NotANotebook(_other_kind(content) or "it is not JSON") from None
    if not isinstance(notebook, dict) or "nbformat" not in notebook:
        raise NotANotebook("it is JSON, but no notebook")
    form = notebook["nbformat"]
    if form not in (3, 4):
        which = f" ({form})" if type(form) is int and 0 <= form < 1000 else ""
        raise Unusable(f"a notebook of an unknown format{which}")
    sheets = notebook.get("worksheets") if form == 3 else [notebook]
    cells = [cell for sheet in _list(sheets) for cell in _list(_dict(sheet).get("cells"))]
    if len(cells) > MAX_CELLS:
        raise Unusable(f"a notebook of {len(cells)} cells")
    return [_cell(cell, form) for cell in cells if isinstance(cell, dict)]


def _other_kind(content: bytes) -> str:
    """What a file is instead of JSON, where its beginning tells."""
    start = content.lstrip(codecs.BOM_UTF8 + b" \t\r\n")[:20].lower()
    if not start:
        return "the file is empty"
    if start.startswith(b"pk\x03\x04"):
        return "it is a zip archive: unpack it"
    return "it is a web page: the notebook itself is wanted" if start.startswith((b"<!doctype", b"<html")) else ""


def _cell(raw: dict[str, Any], form: int) -> Cell:
    metadata = _dict(raw.get("metadata"))
    source = raw.get("source", raw.get("input"))  # format 3 calls the source of code its input
    if isinstance(source, list):
        lines = [line for line in source if isinstance(line, str)]
        source = ("\n" if form == 3 and not lines[0].endswith("\n") else "").join(lines) if lines else ""
    tags = frozenset(tag for tag in _list(metadata.get("tags")) if isinstance(tag, str))
    return Cell(_text(raw.get("cell_type")), _text(raw.get("id")), _text(source), _dict(metadata.get("nbgrader")), tags)


def _text(value: Any) -> str:
    # JSON can spell half a character (a lone surrogate), which no file can hold.
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else ""


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def clean(cells: Sequence[Cell], release: NotebookNode) -> tuple[NotebookNode, tuple[str, ...]]:
    """Return the released notebook with the answers and own cells among ``cells``, and what was put back, in words.

    The same cells give the same notebook, ids included: it is what a run is known by. Of a cell that was handed
    in twice the first counts; the second half of an answer that was split in two stays as a cell of the
    student's. Edited released cells that nothing is graded by stay beside the released ones, but for demonstrations.
    Texts of the student's are left out: nothing runs them, and the instructor's browser would show their HTML.

    Raises Unusable when no cell belongs to an exercise of the release.
    """
    sorting = Sorting(release)
    sorting.sort(cells)
    if not any(sorting.marks(identity) for identity in sorting.first):
        raise Unusable("a notebook, but none of this course's: no exercise of the lesson is in it")
    return sorting.notebook(), tuple(sorting.repairs())


def exercises_in(cells: Sequence[Cell], release: NotebookNode) -> int:
    """How many graded cells of the release, answers and checks, are among ``cells``."""
    sorting = Sorting(release)
    sorting.sort(cells)
    return sum(bool(sorting.marks(identity)) for identity in sorting.first)


def answered(notebook: NotebookNode, release: NotebookNode) -> frozenset[str]:
    """The exercises that a notebook which :func:`clean` gave holds an answer to, right or wrong.

    An answer is a solution cell that says something else than the released one, or a cell of the student's own that
    makes what the exercise asks for.
    """
    stubs = {grade_id(cell): plain(cell.source) for cell in release.cells if noted.marks(cell).get("solution")}
    released = {cell.id for cell in release.cells}
    found = set()
    for cell in notebook.cells:
        name = grade_id(cell)
        if name in stubs:
            found |= {name} if cell.source.strip() and plain(cell.source) != stubs[name] else set()
        elif cell.id not in released:
            found |= set(MADE.findall(cell.source)) & stubs.keys()
    return frozenset(found)


MADE = re.compile(r"^(?:@.*\n)*(?:def +|class +)?(\w+)(?= *[(=:])", re.MULTILINE)


class Sorting:
    """Which cell handed in is which released one."""

    def __init__(self, release: NotebookNode) -> None:
        self.release = release
        self.official: dict[str, NotebookNode] = {grade_id(cell) or cell.id: cell for cell in release.cells}
        self.first: dict[str, Cell] = {}  # released cells as they were handed in, in the order of the hand-in
        self.again: set[str] = set()  # checks that came more than once
        self.own: dict[str, list[Cell]] = defaultdict(list)  # by the released cell they follow
        self.own_count = 0
        self.long: list[str] = []  # cells that were cut

    def marks(self, identity: str) -> dict[str, Any]:
        """The released marks of a cell; empty for one that has no part in grading."""
        return self.official[identity].metadata.get("nbgrader", {})

    def sort(self, cells: Sequence[Cell]) -> None:
        place = ""  # the top
        for cell, identity in zip(cells, self.identities(cells), strict=True):
            if identity is None:
                self._keep(cell, place)
            elif identity not in self.first:
                self.first[identity] = cell
                place = identity
                released = self.official[identity]
                # An edited demonstration is left out like the demonstration itself, which may run for minutes.
                if not self.marks(identity) and SKIP_TAG not in released.metadata.get("tags", []):
                    self._keep_if_changed(cell, released.source, place)
            elif self.marks(identity) and not self.marks(identity).get("solution"):
                self.again.add(identity)
            else:
                self._keep_if_changed(cell, self.first[identity].source, place)

    def identities(self, cells: Sequence[Cell]) -> list[str | None]:
        """Name the released cell that each is, by its marks, its id or else its text: older formats have no ids."""
        found = [next((name for name in (cell.grade_id, cell.id) if name in self.official), None) for cell in cells]
        named = set(found)
        unnamed: dict[tuple[str, str], deque[str]] = defaultdict(deque)
        for identity, released in self.official.items():
            if identity not in named:
                unnamed[released.cell_type, plain(released.source)].append(identity)
        for i, cell in enumerate(cells):
            if found[i] is None and (same := unnamed.get((cell.kind, plain(cell.source)))):
                found[i] = same.popleft()
        return found

    def _keep_if_changed(self, cell: Cell, source: str, place: str) -> None:
        if plain(cell.source) != plain(source):
            self._keep(cell, place)

    def _keep(self, cell: Cell, place: str) -> None:
        if cell.kind == "code" and cell.source.strip():
            self.own_count += 1
            if self.own_count <= MAX_OWN:
                self.own[place].append(cell)

    def notebook(self) -> NotebookNode:
        """The released notebook with what the student wrote in it."""
        cells: list[NotebookNode] = []
        waiting = [self._own_cell(cell) for cell in self.own[""]]
        for released in self.release.cells:
            identity = grade_id(released) or released.id
            # Own cells stand before the next released cell that is there. A stub put back for a deleted answer
            # thus comes before what the student wrote instead; a check that is put back comes behind it.
            check = self.marks(identity) and not self.marks(identity).get("solution")
            if identity in self.first or check:
                cells += waiting
                waiting = []
            cells.append(self._released_cell(identity))
            waiting += [self._own_cell(cell) for cell in self.own[identity]]
        cells += waiting
        for number, cell in enumerate((cell for cell in cells if not cell.id), 1):
            cell.id = f"own-cell-{number}"
        whole = copy.deepcopy({key: value for key, value in self.release.items() if key != "cells"})
        return NotebookNode(whole, cells=cells)

    def _released_cell(self, identity: str) -> NotebookNode:
        cell = copy.deepcopy(self.official[identity])
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
        if self.marks(identity).get("solution") and identity in self.first:
            cell.source = self._source(self.first[identity], identity)
        return cell

    def _own_cell(self, cell: Cell) -> NotebookNode:
        new = nbformat.v4.new_code_cell(self._source(cell, "a cell of the student's own"))
        # A copied demonstration is still one: running it would cost the student the time of the answers.
        new.metadata, new.id = NotebookNode({"tags": [SKIP_TAG]} if SKIP_TAG in cell.tags else {}), ""
        return new

    def _source(self, cell: Cell, name: str) -> str:
        if len(cell.source) > MAX_SOURCE:
            self.long.append(name)
        return cell.source[:MAX_SOURCE]

    # -- what had to be put back ----------------------------------------------------------

    def repairs(self) -> list[str]:
        """What is not as it was released, in words; call it after :meth:`notebook`."""
        return [f"{self.title(identity)} {change}" for identity, change in self.changes()] + self.cuts()

    def changes(self) -> list[tuple[str, str]]:
        """The released cells that are not as they were released, each with what was done to it, in words."""
        found = []
        # A tool that keeps no metadata takes the marks off every cell. One who takes them off one cell means it.
        stripped = not any(cell.marks for cell in self.first.values())
        moved = self._moved()
        for identity, released in self.official.items():
            if self.marks(identity):
                changes = self._changes(identity, released, stripped)
                changes += ["was there more than once"] * (identity in self.again) + ["was moved"] * (identity in moved)
                found += [(identity, change) for change in changes]
        return found

    def cuts(self) -> list[str]:
        """What was too long or too much; known after :meth:`notebook`."""
        found = [f"{name} was longer than {MAX_SOURCE} characters and was cut" for name in dict.fromkeys(self.long)]
        if self.own_count > MAX_OWN:
            found.append(f"of {self.own_count} cells of the student's own {MAX_OWN} were kept")
        return found

    def title(self, identity: str) -> str:
        """What a released cell is called in a repair."""
        return _title(identity, self.marks(identity))

    def _changes(self, identity: str, released: NotebookNode, stripped: bool) -> list[str]:
        cell, marks = self.first.get(identity), self.marks(identity)
        answer = bool(marks.get("solution"))
        if cell is None:
            return [] if answer else [DELETED]  # who deletes an answer has deceived nobody
        changes = []
        if cell.kind != released.cell_type:
            changes.append(f"was turned into {cell.kind if cell.kind in ('code', 'markdown', 'raw') else 'no cell'}")
        if not answer and plain(cell.source) != plain(released.source):
            changes.append("was edited" if cell.source.strip() else "was emptied")
        if not cell.marks:
            changes += [] if stripped or answer else ["lost its marks"]
        else:
            fields = ("grade", "solution", "locked", "task")
            if any(cell.marks.get(field, False) != marks.get(field, False) for field in fields):
                changes.append("had its marks edited")
            if marks.get("grade") and cell.marks.get("points") != marks.get("points"):
                changes.append(POINTS)
        added = cell.tags - set(released.metadata.get("tags", []))
        if added & EXECUTION_TAGS if answer else added:
            changes.append("had its tags edited")
        return changes

    def _moved(self) -> set[str]:
        """Checks that stand elsewhere: in another order, or before the answer that they check."""
        graded = [name for name in self.official if self.marks(name) and name in self.first]
        checks = [name for name in graded if not self.marks(name).get("solution")]
        handed_in = [name for name in self.first if name in set(checks)]
        blocks = difflib.SequenceMatcher(None, checks, handed_in, autojunk=False).get_matching_blocks()
        moved = set(checks) - {name for block in blocks for name in checks[block.a : block.a + block.size]}
        position = {name: i for i, name in enumerate(self.first)}
        answer = ""
        for name in graded:
            if self.marks(name).get("solution"):
                answer = name
            elif answer and position[name] < position[answer]:
                moved.add(name)
        return moved


def _title(identity: str, marks: dict[str, Any]) -> str:
    if marks.get("solution"):
        return f"the answer cell of {identity}"
    name = identity.removeprefix(CHECK_PREFIX)
    return f"the check of {name}" if name != identity else f"the locked cell {identity}"


def plain(source: str) -> str:
    """A source without what editors change by themselves: line ends and spaces before them."""
    return "\n".join(line.rstrip() for line in source.splitlines()).rstrip("\n")
