"""Values as files: plain values and the inputs of cases through JSON and arrays, without pickle.

``pack`` and ``unpack`` turn a value into JSON and a dictionary of arrays and back; ``write`` and ``read`` put
both into one npz. Whatever comes from a student's process is read by :mod:`helpers.checking.wire` instead.
"""

from __future__ import annotations

import dataclasses
import io
import json
from typing import Any

import numpy as np

import helpers.probes  # noqa: F401  (registers the course's probes)
from helpers.checking.answers import Failure
from helpers.probes.registry import PROBES


def pack(value: Any, arrays: dict[str, np.ndarray]) -> Any:
    """Return ``value`` as JSON; its arrays are added to ``arrays`` (the same one only once).

    ``value`` may hold, beside plain values, Python numbers (kept as such: a T is not a tensor),
    Failures and the probes of :mod:`helpers.probes`.
    """
    if value is None or type(value) in (str, bool, int, float):
        return value
    if isinstance(value, np.ndarray):
        return {"array": _store(value, arrays)}
    if type(value) in (list, tuple):
        return {type(value).__name__: [pack(item, arrays) for item in value]}
    if type(value) is dict:
        return {"dict": {key: pack(item, arrays) for key, item in value.items()}}
    if isinstance(value, Failure):
        return {"failure": dataclasses.asdict(value)}
    if type(value).__name__ in PROBES:
        fields = {field.name: pack(getattr(value, field.name), arrays) for field in dataclasses.fields(value)}
        return {"probe": type(value).__name__, "fields": fields}
    raise TypeError(f"a case cannot hold a {type(value).__name__}")


def unpack(tree: Any, arrays: Any) -> Any:
    """Undo :func:`pack`. ``arrays`` is any mapping from key to array, such as an open npz."""
    if not isinstance(tree, dict):
        return tree
    if "array" in tree:
        return arrays[tree["array"]]
    if "list" in tree:
        return [unpack(item, arrays) for item in tree["list"]]
    if "tuple" in tree:
        return tuple(unpack(item, arrays) for item in tree["tuple"])
    if "dict" in tree:
        return {key: unpack(item, arrays) for key, item in tree["dict"].items()}
    if "failure" in tree:
        return Failure(**tree["failure"])
    fields = {key: unpack(item, arrays) for key, item in tree["fields"].items()}
    return PROBES[tree["probe"]](**fields)


def _store(array: np.ndarray, arrays: dict[str, np.ndarray]) -> str:
    for key, stored in arrays.items():
        if stored.dtype == array.dtype and stored.shape == array.shape and stored.tobytes() == array.tobytes():
            return key
    key = f"a{len(arrays)}"
    arrays[key] = array
    return key


def write(meta: Any, arrays: dict[str, np.ndarray]) -> bytes:
    """Return JSON and the arrays it speaks of as an npz; the same content always gives the same bytes."""
    buffer = io.BytesIO()
    text = np.frombuffer(json.dumps(meta).encode(), np.uint8)
    np.savez_compressed(buffer, **{"meta": text, **arrays})  # type: ignore[arg-type]
    return buffer.getvalue()


def read(content: bytes) -> tuple[Any, dict[str, np.ndarray]]:
    """Undo :func:`write`; the arrays cannot be written to. Raises ValueError and its like for anything else."""
    with np.load(io.BytesIO(content), allow_pickle=False) as archive:
        arrays = {key: archive[key] for key in archive.files}
    meta = json.loads(arrays.pop("meta").tobytes())
    for array in arrays.values():
        array.flags.writeable = False
    return meta, arrays
