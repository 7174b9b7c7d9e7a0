"""The register of probes: what a case may hold beside arrays and numbers."""

from __future__ import annotations

import dataclasses
from typing import Any, TypeVar, dataclass_transform

Kind = TypeVar("Kind", bound=type[Any])

PROBES: dict[str, type[Any]] = {}  # by name, as case files call them


@dataclass_transform(frozen_default=True, eq_default=False)
def probe(kind: Kind) -> Kind:
    """Make a class a probe: a frozen dataclass of arrays, numbers and other probes, which a case file can hold.

    It is equal to itself alone, so that it can be hashed: a traced function takes it as an argument.
    """
    made = dataclasses.dataclass(frozen=True, eq=False)(kind)
    PROBES[made.__name__] = made
    return made  # type: ignore[return-value]  # the same class, made a dataclass
