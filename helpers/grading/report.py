"""Stand-in until the report lands."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from helpers.grading.jobs import Record


def write(records: Sequence[Record], folder: Path, title: str) -> Path:
    """Write the report of a class; return its page."""
    page = folder / f"report_{records[0].lesson}.html"
    page.write_text(f"<!doctype html><title>{title}</title>", encoding="utf-8")
    return page
