"""The file that a student hands in: ``hand_in/NAME__LESSON.ipynb``, as the instructor's side collects it."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

from helpers.copies import OWN, Copies, CopyError, free_name, open_exercises, read

FOLDER = "hand_in"
ALLOWED = re.compile(r"[\w.-]+")  # what a collector of files takes for a name


def write_hand_in(copies: Copies, lesson: str, name: str = "") -> str:
    """Write the file to hand in for ``lesson``; return what to say about it.

    name: the student's, asked for once and remembered in ``my_lessons/.name``. The file says what the copy says; an
    earlier file that says something else is kept in ``hand_in/earlier/``.
    Raises CopyError where the copy cannot be read or the name cannot be part of a file's name.
    """
    notebook = read(copies.own(lesson))
    exercises, still_open = open_exercises(notebook, read(copies.pristine(lesson)))
    target = copies.root / FOLDER / f"{_name(copies.root, name)}__{lesson}.ipynb"
    target.parent.mkdir(exist_ok=True)
    content = copies.own(lesson).read_bytes()
    if target.exists() and target.read_bytes() != content:
        target.replace(free_name(target.parent / "earlier" / target.name))
    target.write_bytes(content)
    said = f"{target.relative_to(copies.root)} is the file to hand in. "
    if not still_open:
        return f"{said}All {len(exercises)} exercises are written."
    written = f"{len(exercises) - len(still_open)} of {len(exercises)} exercises are written"
    return f"{said}{written}; open: {', '.join(still_open)}. Did you save the notebook?"


def _name(root: Path, given: str) -> str:
    remembered = root / OWN / ".name"
    name = given or (remembered.read_text(encoding="utf-8").strip() if remembered.exists() else "")
    if not name:
        try:
            name = input("Your name, as your instructor knows you (letters, digits, . - _): ")
        except EOFError:
            raise CopyError("Say who you are: python start.py submit LESSON --name ada") from None
    name = unicodedata.normalize("NFC", name.strip()).replace(" ", ".")
    if not ALLOWED.fullmatch(name) or "__" in name:
        raise CopyError(f"'{name}' cannot be part of a file's name: use letters, digits and . - _, without __.")
    remembered.write_text(name + "\n", encoding="utf-8")
    return name
