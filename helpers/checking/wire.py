"""Questions on their way into a kernel, answers on their way out: what both ends agree on.

Answers are JSON and arrays in one text, read without pickle, size-capped. The kernel that wrote them is not
trusted. What is read here becomes plain values or is refused.
"""

from __future__ import annotations

import base64
import binascii
import io
import json
import math
import zipfile
import zlib
from typing import Any

import numpy as np
from numpy.lib import format as npy

from helpers.checking.answers import MAX_DEPTH, MAX_ELEMENTS, MAX_WHOLE, Failure, Reply
from helpers.checking.packing import pack, unpack, write

QUESTIONS_VARIABLE = "COURSE_GRADING_QUESTIONS"  # names the file of questions in a hardened grading
ANSWERS = "application/vnd.course.answers"  # the mime type under which answers leave a kernel
MAX_TEXT = 4 * 8 * MAX_ELEMENTS  # base64 of the largest honest answer, and some room
MAX_ENTRIES = 10_000
DTYPES = {"bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"} | {
    "float16",
    "float32",
    "float64",
}


class WireError(ValueError):
    """The text is not a set of answers that a check has written."""


def write_replies(replies: list[Reply]) -> str:
    """Return replies as one text: an npz of arrays and JSON, in base64."""
    arrays: dict[str, np.ndarray] = {}
    items = [
        {
            "answer": pack(reply.answer, arrays),
            "again": pack(reply.again, arrays),
            "changed": list(reply.changed),
            "printed": reply.printed,
        }
        for reply in replies
    ]
    return base64.b64encode(write(items, arrays)).decode()


def read_replies(text: Any, count: int) -> list[Reply]:
    """Return the ``count`` replies in ``text``. Raises WireError for anything else."""
    if not isinstance(text, str) or len(text) > MAX_TEXT:
        raise WireError("not a text, or too long")
    try:
        arrays = _read_arrays(base64.b64decode(text, validate=True))
        items = json.loads(arrays.pop("meta").tobytes())
        if not isinstance(items, list) or len(items) != count:
            raise WireError(f"not {count} replies")
        return [_reply(item, arrays) for item in items]
    except WireError:
        raise
    except (ValueError, KeyError, TypeError, RecursionError, OSError, EOFError, AttributeError) as error:
        raise WireError(type(error).__name__) from None
    except (binascii.Error, zipfile.BadZipFile, zlib.error, NotImplementedError, MemoryError) as error:
        raise WireError(type(error).__name__) from None


def _read_arrays(content: bytes) -> dict[str, np.ndarray]:
    """Read an npz; sizes and dtypes are checked in the headers, before anything is allocated."""
    arrays, elements = {}, 0
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if len(archive.infolist()) > MAX_ENTRIES:
            raise WireError("too many arrays")
        for entry in archive.infolist():
            with archive.open(entry) as file:
                if npy.read_magic(file) != (1, 0):
                    raise WireError("unknown array format")
                shape, fortran, dtype = npy.read_array_header_1_0(file)
                size = math.prod(shape)
                is_text = entry.filename == "meta.npy" and dtype.name == "uint8"
                elements += 0 if is_text else size
                many = elements > 2 * MAX_ELEMENTS or (is_text and size > MAX_TEXT)
                if dtype.name not in DTYPES or many or min(shape, default=0) < 0:
                    raise WireError("array refused")
                data = file.read(size * dtype.itemsize + 1)
            if len(data) != size * dtype.itemsize:
                raise WireError("array of another length than it says")
            array = np.frombuffer(data, dtype).reshape(shape, order="F" if fortran else "C")
            arrays[entry.filename.removesuffix(".npy")] = array
    return arrays


def _reply(item: Any, arrays: dict[str, np.ndarray]) -> Reply:
    answer, again = (_plain_only(unpack(item[key], arrays)) for key in ("answer", "again"))
    changed, printed = item["changed"], item["printed"]
    if (
        not isinstance(printed, str)
        or not isinstance(changed, list)
        or not all(isinstance(name, str) for name in changed)
    ):
        raise WireError("not a reply")
    return Reply(answer, again, tuple(name[:100] for name in changed[:20]), printed[:3000])


def _plain_only(value: Any, depth: int = 0) -> Any:
    """Let arrays, numbers, texts, lists and failures pass; a probe has no place in an answer."""
    if depth > MAX_DEPTH + 1:
        raise WireError("nested too deep")
    if isinstance(value, list | tuple):
        return type(value)(_plain_only(item, depth + 1) for item in value)
    if isinstance(value, dict):
        return {str(key): _plain_only(item, depth + 1) for key, item in value.items()}
    if isinstance(value, Failure):
        if not all(isinstance(part, str) and len(part) < 2000 for part in (value.kind, value.text, value.where)):
            raise WireError("not a failure")
        return value
    if value is None or isinstance(value, str | bool | float | np.ndarray):
        return value
    if isinstance(value, int) and abs(value) <= MAX_WHOLE:
        return value
    raise WireError(f"a {type(value).__name__} is no answer")
