"""CSV files that a spreadsheet opens as text: what students wrote must not run as a formula."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any


def write_csv(path: Path, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write ``rows`` under ``columns``; a cell that would be a formula begins with an apostrophe.

    A file that holds just that stays untouched: a spreadsheet that has it open is not told of a change.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows([no_formula(cell) for cell in row] for row in rows)
    content = text.getvalue().encode(errors="backslashreplace")  # a folder's name need not be UTF-8
    if not path.exists() or path.read_bytes() != content:
        path.write_bytes(content)


def no_formula(cell: Any) -> Any:
    """A cell that no spreadsheet takes for a formula. Numbers stay numbers, also below zero."""
    if not isinstance(cell, str):
        return cell
    # Some spreadsheets skip blanks before the sign, and take its full-width form as well.
    start = unicodedata.normalize("NFKC", cell).lstrip()[:1]
    return "'" + cell if start in tuple("=+-@") or cell[:1] in tuple("\t\r\n") else cell
