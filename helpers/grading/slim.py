"""Take the outputs out of a notebook's text before it is parsed: grading never reads them, and they may be large."""

from __future__ import annotations

import re

MAX_SKIPPED = 5_000_000  # brackets within outputs; with more, somebody is playing

_STRING = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_DROPPED = rb'"(?:outputs|attachments)"\s*+:\s*+(?=[\[{])'
# Both run to the next place of interest without coming back: a pass takes as long as the text is, whatever it holds.
_KEPT = re.compile(rb'(?:[^"]++|(?!%b)%b)*+' % (_DROPPED, _STRING), re.DOTALL)
_WITHIN = re.compile(rb'(?:[^"\[\]{}]++|%b)*+' % _STRING, re.DOTALL)
_KEY = re.compile(_DROPPED)


class TooManyParts(ValueError):
    """Outputs of so many parts that nobody can have meant them."""


def without_outputs(content: bytes) -> bytes:
    """Return the JSON ``content`` with empty outputs and attachments; what is no JSON stays none.

    Raises TooManyParts.
    """
    parts: list[bytes] = []
    start, skipped = 0, 0
    view = memoryview(content)
    while True:
        end = _end(_KEPT, content, start)
        key = _KEY.match(content, end)
        if key is None:  # the end, or a string that never ends: left to the parser
            parts.append(bytes(view[start:]))
            return b"".join(parts)
        parts.append(bytes(view[start : key.end()]))
        empty = b"[]" if content[key.end()] == ord("[") else b"{}"
        at, depth = key.end(), 0
        while True:
            at = _end(_WITHIN, content, at)
            if at >= len(content) or content[at] == ord('"'):  # it breaks off
                return b"".join(parts)
            depth += 1 if content[at] in b"[{" else -1
            at += 1
            skipped += 1
            if skipped > MAX_SKIPPED:
                raise TooManyParts("it has too many parts")
            if depth == 0:
                break
        parts.append(empty)
        start = at


def _end(pattern: re.Pattern[bytes], content: bytes, start: int) -> int:
    found = pattern.match(content, start)
    return found.end() if found else start
