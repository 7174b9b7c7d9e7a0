"""Which demonstrations of a student's copy do the same as in the solution, whatever the student writes."""

from __future__ import annotations

import dataclasses
import symtable
from typing import Any

from helpers.grading.marks import SKIP_TAG, grade_id


@dataclasses.dataclass(frozen=True)
class _Names:
    """What a cell mentions at all, what it binds, and which of that are modules and what comes from them."""

    mentioned: frozenset[str]
    bound: frozenset[str]
    imported: frozenset[str]


def independent(student: Any, solution: Any) -> list[Any]:
    """Return the demonstrations of a student's copy that give there what they give in the solution.

    Such a cell carries the tag `demo` and has the same text in both copies. It shares no name with any answer, not
    even through other cells: a name is an answer's when a cell of an exercise binds it, and so is every name that a
    cell mentions together with such a one, because that cell may bind it or change it. What is imported is nobody's:
    no lesson changes a module. Left out are those whose names another demonstration needs that does depend on an
    answer; cells that are no demonstrations need none, since grading runs them without.
    """
    cells = [cell for cell in student.cells if cell.cell_type == "code"]
    names = {cell.id: _names(cell.source) for cell in cells}
    modules = frozenset[str]().union(*(found.imported for found in names.values()))
    bound = frozenset[str]().union(*(found.bound for found in names.values())) - modules  # others are Python's own
    used = {name: found.mentioned & bound for name, found in names.items()}
    of_answers = _of_answers(cells + [cell for cell in solution.cells if cell.cell_type == "code"], used)

    same = {cell.id: cell.source for cell in solution.cells}
    demos = [cell for cell in cells if SKIP_TAG in cell.metadata.get("tags", [])]
    alone = [cell for cell in demos if same.get(cell.id) == cell.source and not used[cell.id] & of_answers]
    while True:
        running = frozenset[str]().union(*(used[cell.id] for cell in demos if cell not in alone))
        needed = [cell for cell in alone if names[cell.id].bound & running]
        if not needed:
            return alone
        alone = [cell for cell in alone if cell not in needed]


def _of_answers(cells: list[Any], used: dict[str, frozenset[str]]) -> frozenset[str]:
    """The names that answers bind, and those that other cells mention beside them, as far as that goes."""
    exercises = [cell for cell in cells if grade_id(cell)]
    found = frozenset[str]().union(*(_names(cell.source).bound for cell in exercises))
    others = [mentioned for name, mentioned in used.items() if name not in {cell.id for cell in exercises}]
    while True:
        more = found.union(*(mentioned for mentioned in others if mentioned & found))
        if more == found:
            return found
        found = more


def _names(source: str) -> _Names:
    """The names of the notebook that a cell has to do with; what is local to a function is its own affair."""
    table = symtable.symtable(source, "cell", "exec")
    symbols = [table.lookup(name) for name in table.get_identifiers()]
    return _Names(
        frozenset(_mentioned(table)),
        frozenset(s.get_name() for s in symbols if s.is_assigned() or s.is_imported() or s.is_namespace()),
        frozenset(s.get_name() for s in symbols if s.is_imported()),
    )


def _mentioned(table: symtable.SymbolTable) -> set[str]:
    symbols = map(table.lookup, table.get_identifiers())
    found = {s.get_name() for s in symbols if table.get_type() == "module" or s.is_global()}
    return found.union(*map(_mentioned, table.get_children()))
