"""Stand-in until confinement lands."""

from __future__ import annotations


def why_not() -> str:
    """Return why submissions cannot be confined on this machine, or "" when they can."""
    return ""
