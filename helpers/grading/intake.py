"""Read what a student handed in. The first thing to touch it, so it trusts nothing: no name, no kind, no size.

Nothing is followed, executed or unpacked. A hand-in gives a notebook that is safe to send on (see
:mod:`helpers.grading.cleanup`) and the files beside it, as data; or it gives the reason why not.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import os
import re
import stat
import sys
import sysconfig
from collections.abc import Iterator
from importlib.machinery import PathFinder
from pathlib import Path, PurePosixPath

import nbformat
from nbformat import NotebookNode
from nbgrader.utils import parse_utc

from helpers.grading import cleanup
from helpers.grading.course import Course, CourseError
from helpers.grading.kernels.jobs import MISSING, NO_NOTEBOOK, UNREADABLE

MAX_NOTEBOOK = 20_000_000  # bytes
MAX_FILES_SIZE = 10_000_000  # bytes of all other files together
MAX_FILES = 100
MAX_ENTRIES = 1000  # names looked at, of files and folders
MAX_FOLDERS = 8  # folders within folders
MAX_NAME = 128  # characters of a student's name; a column of nbgrader's gradebook
TIMESTAMP = "timestamp.txt"
HERE = PurePosixPath()

NO_DATA = {".ipynb", ".pth"}  # never handed on
COMPILED = {".pyc", ".pyd", ".so"}  # never handed on either, and importable
# IPython and matplotlib read these from the folder they start in.
SETTINGS = re.compile(r"(ipython|jupyter)\w*config\.(py|json)|matplotlibrc")
AT_START = {"sitecustomize", "usercustomize"}  # modules that Python imports by itself
PLAIN_TIMESTAMP = re.compile(r"[\w:+. -]{8,60}(?:(?<=\w)/\w+)*", re.ASCII)


@dataclasses.dataclass(frozen=True)
class HandIn:
    """What one student handed in for one lesson.

    status: None when it can be executed, else MISSING, NO_NOTEBOOK or UNREADABLE. note: a phrase for the instructor.
    notebook: the released notebook with the student's answers and own cells. files: what else the notebook may
    read, by relative name. repairs: what was not as it was released and was put back. timestamp: as nbgrader reads it.
    """

    student: str
    status: str | None
    note: str = ""
    notebook: NotebookNode | None = None
    files: tuple[tuple[str, bytes], ...] = ()
    repairs: tuple[str, ...] = ()
    timestamp: str = ""


class _Refused(Exception):
    """A hand-in that ends here: a status and a note."""

    def __init__(self, status: str, note: str) -> None:
        super().__init__(note)
        self.status, self.note = status, note


def students(course: Course, lesson: str) -> list[str]:
    """Names of the folders that hold something for ``lesson``. Raises CourseError when there is none.

    Some may not be names that a gradebook can keep; :func:`read` says so.
    """
    folder = course.root / "submitted"
    names = os.listdir(folder) if folder.is_dir() else []
    # lexists: a dangling link was handed in too, and is to be told.
    found = sorted(name for name in names if not name.startswith(".") and os.path.lexists(folder / name / lesson))
    if not found:
        raise CourseError(
            f"submitted/ holds nothing for {lesson}: put notebooks into submitted/STUDENT/{lesson}/ first."
        )
    return found


def read(course: Course, lesson: str, student: str) -> HandIn:
    """Read what ``student`` handed in for ``lesson``. Whatever it is, there is an answer.

    A student whose folder's name no gradebook can keep comes back as UNREADABLE, with a name that can be printed.
    Raises CourseError when the lesson's released notebook cannot be read.
    """
    release = _released(course.student_copy(lesson))
    if problem := _name_problem(student):
        return HandIn(shown(student), UNREADABLE, problem)
    timestamp = ""
    try:
        with _folder(course.root / "submitted", student, lesson) as folder:
            timestamp = _timestamp(folder)
            content = _notebook(folder, f"{lesson}.ipynb")
            try:
                notebook, repairs = cleanup.clean(cleanup.parse(content), release)
            except cleanup.NotANotebook as error:
                raise _Refused(NO_NOTEBOOK, str(error)) from None
            except cleanup.Unusable as error:
                raise _Refused(UNREADABLE, str(error)) from None
            beside = _Beside()
            beside.collect(folder)
    except _Refused as refused:
        return HandIn(student, refused.status, refused.note, timestamp=timestamp)
    except FileNotFoundError:
        return HandIn(student, MISSING, "it was gone while it was read")
    except OSError as error:
        return HandIn(student, UNREADABLE, f"cannot be read ({error.strerror})", timestamp=timestamp)
    files = beside.files(_released_files(course.student_copy(lesson).parent))
    note = "; ".join([*beside.notes][:3] + ["and more"] * (len(beside.notes) > 3))
    return HandIn(student, None, note, notebook, files, (*repairs, *beside.repairs), timestamp)


def shown(name: str) -> str:
    """A name that others chose, fit to be printed: no control characters, no half characters, not long."""
    text = "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in name)
    return text if len(text) <= 60 else text[:57] + "..."


def _name_problem(student: str) -> str:
    """Why nbgrader cannot keep this name, which it takes for a pattern of files and strips of spaces; "" if it can."""
    if not student.isprintable():  # as are the halves of characters that stand for bytes outside UTF-8
        return "the folder's name holds characters that are no text: rename it"
    if student != student.strip() or set(student) & set("*?[]{}/\\") or student.startswith("."):
        return "the folder's name cannot be a student's name: rename it without * ? [ ] { } / \\ and outer spaces"
    return "" if 0 < len(student) <= MAX_NAME else f"the folder's name is longer than {MAX_NAME} characters: rename it"


# -- files that nobody vouches for ------------------------------------------------------------


@contextlib.contextmanager
def _folder(submitted: Path, *names: str) -> Iterator[int]:
    """Open submitted/STUDENT/LESSON step by step, through real folders only."""
    with contextlib.ExitStack() as stack:
        # The instructor may keep submitted/ itself elsewhere, behind a link.
        folder = os.open(submitted, os.O_RDONLY | os.O_DIRECTORY)
        stack.callback(os.close, folder)
        for name in names:
            kind = _kind(folder, name)
            if kind != "a folder":
                raise _Refused(NO_NOTEBOOK if kind else MISSING, f"{name} is {kind or 'not there'}")
            folder = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=folder)
            stack.callback(os.close, folder)
        yield folder


def _kind(folder: int, name: str) -> str:
    """What ``name`` is, in words; "" when it is not there."""
    try:
        mode = os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode
    except FileNotFoundError:
        return ""
    kinds = {stat.S_IFREG: "a file", stat.S_IFDIR: "a folder", stat.S_IFLNK: "a symbolic link", stat.S_IFIFO: "a pipe"}
    return kinds.get(stat.S_IFMT(mode)) or ("a socket" if stat.S_ISSOCK(mode) else "a device")


def _content(folder: int, name: str, limit: int) -> bytes | None:
    """Return the content of a regular file; None when it is longer than ``limit`` bytes."""
    # Not blocking: opening a pipe would wait for a writer, should one have taken the file's place.
    handle = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
    with open(handle, "rb") as file:
        state = os.fstat(handle)
        if not stat.S_ISREG(state.st_mode):
            raise _Refused(NO_NOTEBOOK, f"{shown(name)} is no file")
        content = file.read(limit + 1) if state.st_size <= limit else None
    return content if content is not None and len(content) <= limit else None


def _notebook(folder: int, name: str) -> bytes:
    kind = _kind(folder, name)
    if not kind:
        others = [other for other in sorted(os.listdir(folder)) if other.endswith(".ipynb")]
        raise _Refused(MISSING, f"there is no {name}" + (f", but {shown(others[0])}" if others else ""))
    if kind != "a file":
        raise _Refused(NO_NOTEBOOK, f"{name} is {kind}")
    content = _content(folder, name, MAX_NOTEBOOK)
    if content is None:
        raise _Refused(UNREADABLE, f"{name} is larger than {MAX_NOTEBOOK // 1_000_000} MB")
    return content


def _timestamp(folder: int) -> str:
    """The time of handing in, where nbgrader would take it for one; else "", as it would stop at it."""
    if _kind(folder, TIMESTAMP) != "a file":
        return ""
    text = (_content(folder, TIMESTAMP, 200) or b"").decode("ascii", "replace").strip()
    # dateutil looks for time zones that begin with a slash anywhere on the disk.
    if not PLAIN_TIMESTAMP.fullmatch(text):
        return ""
    try:
        parse_utc(text)
    except Exception:  # dateutil raises many kinds, each for another kind of nonsense
        return ""
    return text


# -- files beside the notebook ----------------------------------------------------------------


class _Beside:
    """Files that were handed in with the notebook. They reach its kernel as data, and hide nothing from it."""

    def __init__(self) -> None:
        self.contents: dict[str, bytes] = {}
        self.modules: dict[str, str] = {}  # first part of the name: what could be imported by it
        self.repairs: list[str] = []
        self.notes: dict[str, None] = {}  # a set in order
        self.size = self.entries = 0

    def collect(self, folder: int, above: PurePosixPath = HERE) -> None:
        """Read what may be read below ``folder``."""
        for name in sorted(os.listdir(folder)):
            self.entries += 1
            if self.entries > MAX_ENTRIES:
                self._note(f"files beyond the first {MAX_ENTRIES} were left out")
                return
            if name.startswith(".") or name == "__pycache__":
                continue
            path = above / name
            try:
                self._take(folder, path)
            except (OSError, _Refused):
                self._note(f"{shown(str(path))} could not be read")

    def _note(self, text: str) -> None:
        self.notes[text] = None

    def _take(self, folder: int, path: PurePosixPath) -> None:
        kind = _kind(folder, path.name)
        if kind not in ("a file", "a folder"):
            self.repairs.append(f"{shown(str(path))} was {kind} and was left out")
        elif not path.name.isprintable():
            self._note(f"{shown(str(path))} was left out for its name")
        elif kind == "a folder" and len(path.parts) > MAX_FOLDERS:
            self._note(f"folders in more than {MAX_FOLDERS} folders were left out")
        elif kind == "a folder":
            inner = os.open(path.name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=folder)
            try:
                self.collect(inner, path)
            finally:
                os.close(inner)
        elif str(path) != TIMESTAMP and path.suffix not in NO_DATA:
            self._take_file(folder, path)

    def _take_file(self, folder: int, path: PurePosixPath) -> None:
        if path.suffix in COMPILED | {".py"}:
            top = path.parts[0]
            self.modules[top] = top if len(path.parts) > 1 else top.split(".")[0]
        if path.suffix in COMPILED:
            return
        content = _content(folder, path.name, MAX_FILES_SIZE - self.size)
        if content is None:
            self._note(f"files beyond {MAX_FILES_SIZE // 1_000_000} MB were left out")
        elif len(self.contents) == MAX_FILES:
            self._note(f"files beyond the first {MAX_FILES} were left out")
        else:
            self.contents[str(path)] = content
            self.size += len(content)

    def files(self, released: dict[str, bytes]) -> tuple[tuple[str, bytes], ...]:
        """The files to hand on: the released ones, and the student's that stand in nobody's way."""
        hiding = {top for top, module in self.modules.items() if _exists(module)}
        hiding |= {top for top in (name.split("/")[0] for name in self.contents) if SETTINGS.fullmatch(top)}
        kept = dict(released)
        for name, content in self.contents.items():
            if name.split("/")[0] in hiding:
                continue
            if not any(_in_the_way(name, other) for other in released):
                kept[name] = content
            elif released.get(name) != content:
                self.repairs.append(f"{shown(name)} is the released one again")
        self.repairs += [f"{shown(top)} was left out: the course or Python has that name" for top in sorted(hiding)]
        return tuple(sorted(kept.items()))


def _in_the_way(name: str, other: str) -> bool:
    """Whether two names cannot stand in one folder: the same, or one a folder of the other."""
    return name == other or other.startswith(name + "/") or name.startswith(other + "/")


def _exists(module: str) -> bool:
    """Whether there is a module of this name without the student's folder. Nothing is imported to find out."""
    if module == "test":  # Python's tests of itself: nothing loads them, and students like the name
        return False
    if module in sys.stdlib_module_names or module in AT_START:
        return True
    spec = PathFinder.find_spec(module, [path for path in sys.path if path])
    if spec is None or spec.origin:
        return spec is not None
    # A folder without __init__.py: `google` in the installed packages is a module, `data` in the course is not.
    installed = {Path(sysconfig.get_path(kind)) for kind in ("purelib", "platlib")}
    return any(Path(place).parent in installed for place in spec.submodule_search_locations or ())


# -- the release, which is trusted ------------------------------------------------------------


def _released(path: Path) -> NotebookNode:
    try:
        return _read_release(path, path.stat().st_mtime_ns)
    except (OSError, ValueError):
        raise CourseError(f"The released notebook {path.name} cannot be read: run `make release` first.") from None


@functools.lru_cache(maxsize=4)
def _read_release(path: Path, changed: int) -> NotebookNode:
    return nbformat.read(path, as_version=4)


def _released_files(folder: Path) -> dict[str, bytes]:
    """Files that were released beside the notebook, which students have not written."""
    paths = (path for path in folder.rglob("*") if path.is_file() and path.suffix not in NO_DATA | COMPILED)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths if path.name[0] != "."}
