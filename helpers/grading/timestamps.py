"""Read the time of handing in. What can be read in one way only is read; nothing is guessed."""

from __future__ import annotations

import codecs
import datetime
import re
import zoneinfo
from email.utils import parsedate_to_datetime

from nbgrader.utils import parse_utc

HOW = "write it like 2026-11-28 08:15:00 +0100"
LONGEST = 200  # bytes of a file that holds a time
MARKS = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
ISO = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?) ?(.*)", re.ASCII)
OFFSET = re.compile(r"([+-]\d\d):?(\d\d)?", re.ASCII)
ZONE = re.compile(r"[A-Za-z]\w*(?:[/-]\w+)*", re.ASCII)
# As `nbgrader zip_collect` writes it, without a zone: always UTC.
COLLECTED = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{6})?", re.ASCII)
MAIL = re.compile(r"\w{3}, \d{1,2} \w{3} \d{4} \d\d:\d\d(:\d\d)? ([+-]\d{4}|GMT|UTC)", re.ASCII)


def read(content: bytes | None) -> str:
    """Return the time in ``content``, as nbgrader reads it. Raises ValueError, with a reason, where there is none.

    Dates are those of ISO 8601 with a time zone, of mail, or what nbgrader itself writes. Of ``05.11.2026`` and
    ``11/05/2026`` nobody knows which is the month, and of a clock without a zone not which hour it means.
    """
    text = _text(content or b"")
    if not text:
        raise ValueError("is empty" if content is not None else "is no time")
    moment = _moment(text)
    if moment is None:
        raise ValueError("is no time that can be read in one way only")
    try:
        utc = moment.astimezone(datetime.UTC).replace(tzinfo=None)
    except OverflowError:
        raise ValueError("is no time of this world") from None
    # nbgrader takes +0100 for 100 seconds, among others.
    return text if _as_nbgrader(text) == utc else f"{utc.isoformat(' ')} UTC"


def _text(content: bytes) -> str:
    encoding = next((encoding for mark, encoding in MARKS.items() if content.startswith(mark)), "")
    if not encoding:  # digits in two bytes each, one of them empty
        halves = [encoding for start, encoding in ((1, "utf-16-le"), (0, "utf-16-be")) if not any(content[start::2])]
        encoding = halves[0] if len(halves) == 1 and len(content) > 1 else "ascii"
    return content.decode(encoding, "replace").strip("\ufeff\0 \t\r\n")


def _moment(text: str) -> datetime.datetime | None:
    try:
        if MAIL.fullmatch(text):
            return parsedate_to_datetime(text.replace("UTC", "GMT"))
        if COLLECTED.fullmatch(text):
            text += " UTC"
        if not (match := ISO.fullmatch(text)):
            return None
        day, clock, zone = match.groups()
        moment = datetime.datetime.fromisoformat(f"{day} {clock}")
        where = _zone(zone)
        return moment.replace(tzinfo=where) if where else None
    except (ValueError, OverflowError):
        return None


def _zone(name: str) -> datetime.tzinfo | None:
    if name in ("Z", "z", "UTC", "GMT"):
        return datetime.UTC
    if match := OFFSET.fullmatch(name):
        hours, minutes = int(match[1]), int(match[2] or 0)
        return datetime.timezone(datetime.timedelta(hours=hours, minutes=-minutes if name[0] == "-" else minutes))
    if not ZONE.fullmatch(name):  # a path, among others
        return None
    try:
        return zoneinfo.ZoneInfo(name)
    except (OSError, ValueError, zoneinfo.ZoneInfoNotFoundError):  # the last is a KeyError
        return None


def _as_nbgrader(text: str) -> datetime.datetime | None:
    try:
        found: datetime.datetime | None = parse_utc(text)
    except Exception:  # dateutil raises many kinds, each for another kind of nonsense
        return None
    return found
