"""Open and read files that nobody vouches for: no link is followed, no pipe waited for, nothing read beyond a limit."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from helpers.grading.kernels.jobs import MISSING, NO_NOTEBOOK

# What systems and programs leave in folders by themselves; names that begin with a dot are left out anyway.
JUNK = {"__macosx", "__pycache__", "thumbs.db", "desktop.ini"}


class Refused(Exception):
    """Something that ends here: a status and a note."""

    def __init__(self, status: str, note: str) -> None:
        super().__init__(note)
        self.status, self.note = status, note


def shown(name: str) -> str:
    """A name that others chose, fit to be printed: no control characters, no half characters, not long."""
    text = "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in name)
    return text if len(text) <= 60 else text[:57] + "..."


def is_junk(name: str) -> bool:
    """Whether nobody has written what has this name."""
    return name.startswith(".") or name.casefold() in JUNK


@contextlib.contextmanager
def opened(folder: Path | int, *names: str) -> Iterator[int]:
    """Open a folder below ``folder`` step by step, through real folders only. Raises Refused where one is none."""
    with contextlib.ExitStack() as stack:
        if isinstance(folder, Path):
            # The instructor may keep submitted/ itself elsewhere, behind a link.
            folder = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
            stack.callback(os.close, folder)
        for name in names:
            found = kind(folder, name)
            if found != "a folder":
                raise Refused(NO_NOTEBOOK if found else MISSING, f"{shown(name)} is {found or 'not there'}")
            folder = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=folder)
            stack.callback(os.close, folder)
        yield folder


def kind(folder: int, name: str) -> str:
    """What ``name`` is, in words; "" when it is not there."""
    try:
        mode = os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode
    except FileNotFoundError:
        return ""
    kinds = {stat.S_IFREG: "a file", stat.S_IFDIR: "a folder", stat.S_IFLNK: "a symbolic link", stat.S_IFIFO: "a pipe"}
    return kinds.get(stat.S_IFMT(mode)) or ("a socket" if stat.S_ISSOCK(mode) else "a device")


def content(folder: int, name: str, limit: int) -> bytes | None:
    """Return the content of a regular file; None when it is longer than ``limit`` bytes."""
    # Not blocking: opening a pipe would wait for a writer, should one have taken the file's place.
    handle = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
    with open(handle, "rb") as file:
        state = os.fstat(handle)
        if not stat.S_ISREG(state.st_mode):
            raise Refused(NO_NOTEBOOK, f"{shown(name)} is no file")
        read = file.read(limit + 1) if state.st_size <= limit else None
    return read if read is not None and len(read) <= limit else None
