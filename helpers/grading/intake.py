"""Read what a student handed in. The first thing to touch it, so it trusts nothing: no name, no kind, no size.

Nothing is followed, executed or unpacked, and nothing is changed. A hand-in gives a notebook that is safe to send on
(see :mod:`helpers.grading.cleanup`) and the files beside it, as data; or it gives the reason why not.

Where several notebooks lie, the one to grade is chosen by what they hold: one of this lesson with answers before one
without, then the one of the right name in the right place. What was decided is said in the note.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import os
import re
import sys
import sysconfig
import unicodedata
from collections.abc import Sequence
from importlib.machinery import PathFinder
from pathlib import Path, PurePosixPath

import nbformat
from nbformat import NotebookNode

from helpers.grading import cleanup, editions, files, finding, timestamps
from helpers.grading.course import Course, CourseError
from helpers.grading.files import Refused, shown
from helpers.grading.finding import HERE, HOME, NAMED, Candidate, Found
from helpers.grading.kernels.jobs import MISSING, NO_NOTEBOOK, UNREADABLE
from helpers.grading.store import Store

MAX_READ = 250_000_000  # bytes of a student's notebooks together, with their outputs
MAX_LOOKED = 12  # notebooks of one student that are looked into
MAX_FILES_SIZE = 10_000_000  # bytes of all other files together
MAX_FILES = 100
MAX_ENTRIES = 1000  # names looked at, of files and folders
MAX_FOLDERS = 8  # folders within folders
MAX_NAME = 128  # characters of a student's name; a column of nbgrader's gradebook
TIMESTAMP = "timestamp.txt"

NO_DATA = {".ipynb", ".pth"}  # never handed on
COMPILED = {".pyc", ".pyd", ".so"}  # never handed on either, and importable
# IPython and matplotlib read these from the folder they start in.
SETTINGS = re.compile(r"(ipython|jupyter)\w*config\.(py|json)|matplotlibrc")
AT_START = {"sitecustomize", "usercustomize"}  # modules that Python imports by itself


@dataclasses.dataclass(frozen=True)
class HandIn:
    """What one student handed in for one lesson.

    status: None when it can be executed, else MISSING, NO_NOTEBOOK or UNREADABLE. note: a phrase for the instructor.
    notebook: the released notebook with the student's answers and own cells. files: what else the notebook may
    read, by relative name. repairs: what was not as it was released and was put back. timestamp: as nbgrader reads it.
    not_asked: exercises of the release that the edition it was made with does not have.
    """

    student: str
    status: str | None
    note: str = ""
    notebook: NotebookNode | None = None
    files: tuple[tuple[str, bytes], ...] = ()
    repairs: tuple[str, ...] = ()
    timestamp: str = ""
    not_asked: frozenset[str] = frozenset()


def students(course: Course, lesson: str) -> list[str]:
    """Names of the folders that hold something for ``lesson``. Raises CourseError when there is none.

    Some may not be names that a gradebook can keep; :func:`read` says so.
    """
    names = folders(course)
    found = [name for name in names if concerns(course, lesson, name)]
    if not found:
        raise CourseError(
            f"submitted/ holds nothing for {lesson}: put notebooks into submitted/STUDENT/{lesson}/ first."
        )
    return found


def folders(course: Course) -> list[str]:
    """Names of all that may be a student's folder, whatever it holds."""
    folder = course.root / "submitted"
    return sorted(name for name in os.listdir(folder) if not files.is_junk(name)) if folder.is_dir() else []


def concerns(course: Course, lesson: str, student: str) -> bool:
    """Whether the folder of ``student`` holds anything for ``lesson``, in the right place or in another.

    Who handed in other lessons only is not concerned. Who handed in something that is no lesson's for certain, and
    nothing else, is.
    """
    # lexists: a dangling link was handed in too, and is to be told.
    if os.path.lexists(course.root / "submitted" / student / lesson):
        return True
    try:
        with files.opened(course.root / "submitted", student) as folder:
            return _Choice(course, lesson, folder).concerns()
    except (OSError, Refused):
        return False


def read(course: Course, lesson: str, student: str) -> HandIn:
    """Read what ``student`` handed in for ``lesson``. Whatever it is, there is an answer.

    A student whose folder's name no gradebook can keep comes back as UNREADABLE, with a name that can be printed.
    Raises CourseError when the lesson's released notebook cannot be read.
    """
    student_copy = course.student_copy(lesson)
    released(student_copy)
    if problem := _name_problem(student):
        return HandIn(shown(student), UNREADABLE, problem)
    timestamp, doubt = "", ""
    try:
        with files.opened(course.root / "submitted", student) as folder:
            choice = _Choice(course, lesson, folder)
            timestamp, doubt = _timestamp(folder, choice.folder())
            chosen = choice.chosen()
            beside = _Beside(chosen.candidate.path.name, course.lessons() if choice.folder() == HERE else ())
            with files.opened(folder, *choice.folder().parts) as around:
                beside.collect(around)
    except Refused as refused:
        return HandIn(student, refused.status, _joined(refused.note, doubt), timestamp=timestamp)
    except FileNotFoundError:
        return HandIn(student, MISSING, "it was gone while it was read")
    except OSError as error:
        return HandIn(student, UNREADABLE, f"cannot be read ({error.strerror})", timestamp=timestamp)
    kept = beside.files(_released_files(student_copy.parent))
    notes = [*beside.notes][:3] + ["and more"] * (len(beside.notes) > 3)
    made = chosen.cleaned
    assert made is not None
    note = _joined(made.note, *choice.notes(), doubt, *notes)
    return HandIn(student, None, note, made.notebook, kept, (*made.repairs, *beside.repairs), timestamp, made.not_asked)


def _joined(*notes: str) -> str:
    return "; ".join(note for note in notes if note)


def _name_problem(student: str) -> str:
    """Why nbgrader cannot keep this name, which it takes for a pattern of files and strips of spaces; "" if it can."""
    if not student.isprintable():  # as are the halves of characters that stand for bytes outside UTF-8
        return "the folder's name holds characters that are no text: rename it"
    if student != student.strip() or set(student) & set("*?[]{}/\\") or student.startswith("."):
        return "the folder's name cannot be a student's name: rename it without * ? [ ] { } / \\ and outer spaces"
    return "" if 0 < len(student) <= MAX_NAME else f"the folder's name is longer than {MAX_NAME} characters: rename it"


# -- which notebook -----------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class _Look:
    """What a look into a candidate gave: whose notebook it is, or why it is none; if it is this lesson's, cleaned."""

    candidate: Candidate
    lesson: str = ""
    status: str = ""
    problem: str = ""
    cleaned: editions.Cleaned | None = None
    answers: frozenset[str] = frozenset()

    @property
    def own(self) -> int:
        """How much it holds of the student's own: 2 with answers, 1 with other cells, else 0."""
        added = self.cleaned is not None and any(
            cell.id.startswith("own-cell-") for cell in self.cleaned.notebook.cells
        )
        return 2 if self.answers else int(added)


class _Choice:
    """Which of the notebooks in a student's folder is the hand-in for a lesson."""

    def __init__(self, course: Course, lesson: str, folder: int) -> None:
        self.course, self.lesson, self.folder_handle = course, lesson, folder
        self.notebook = f"{lesson}.ipynb"
        self.right = PurePosixPath(lesson, self.notebook)
        self.release = released(course.student_copy(lesson))
        self.editions = editions.kept(Store(course, lesson))
        lessons = course.lessons()
        self.found: Found = finding.find(folder, lesson, lessons if lesson in lessons else [*lessons, lesson])
        self.left = MAX_READ
        self.looks = [self._look(candidate) for candidate in self.found.candidates[:MAX_LOOKED]]
        self.usable = [look for look in self.looks if look.cleaned is not None]
        # Stable: the likeliest place and name come first among those that hold as much.
        self.usable.sort(key=lambda look: -look.own)

    def _look(self, candidate: Candidate) -> _Look:
        name = candidate.path.name
        if candidate.kind != "a file":
            return _Look(candidate, status=NO_NOTEBOOK, problem=f"{shown(name)} is {candidate.kind}")
        try:
            with files.opened(self.folder_handle, *candidate.path.parent.parts) as folder:
                content = files.content(folder, name, self.left)
            if content is None:
                too_large = f"{shown(name)} is larger than {MAX_READ // 1_000_000} MB"
                return _Look(candidate, status=UNREADABLE, problem=too_large)
            self.left -= len(content)
            cells = cleanup.parse(content)
            if whose := self._other_lesson(cells):
                return _Look(candidate, whose, UNREADABLE, f"a notebook, but that of {whose}")
            cleaned = editions.clean(cells, self.release, self.editions)
        except cleanup.NotANotebook as error:
            return _Look(candidate, status=NO_NOTEBOOK, problem=str(error))
        except cleanup.Unusable as error:
            return _Look(candidate, status=UNREADABLE, problem=str(error))
        except Refused as refused:
            return _Look(candidate, status=refused.status, problem=refused.note)
        except OSError as error:
            return _Look(candidate, status=UNREADABLE, problem=f"cannot be read ({error.strerror})")
        return _Look(candidate, self.lesson, "", "", cleaned, cleanup.answered(cleaned.notebook, self.release))

    def _other_lesson(self, cells: Sequence[cleanup.Cell]) -> str:
        """The other lesson that a notebook belongs to, or "": lessons have names of exercises in common."""
        here = cleanup.exercises_in(cells, self.release)
        if here > len([cell for cell in self.release.cells if cell.metadata.get("nbgrader")]) / 2:
            return ""
        best = {}
        for lesson in self.course.lessons():
            with contextlib.suppress(CourseError):
                best[lesson] = cleanup.exercises_in(cells, released(self.course.student_copy(lesson)))
        lesson = max(best, key=lambda name: best[name], default="")
        return lesson if lesson and best[lesson] > here else ""

    def chosen(self) -> _Look:
        """The notebook to grade. Raises Refused, with the reason, when there is none."""
        if not self.usable:
            raise self._refusal()
        return self.usable[0]

    def folder(self) -> PurePosixPath:
        """The folder of what was handed in, below the student's; the lesson's own when there is nothing to grade."""
        return self.usable[0].candidate.path.parent if self.usable else PurePosixPath(self.lesson)

    def concerns(self) -> bool:
        """Whether anything here is, or may be, a hand-in for the lesson."""
        found = self.found
        if self.usable or any(item.place == HOME for item in (*found.candidates, *found.others)):
            return True
        unknown = [look for look in self.looks if not look.lesson]
        others = [look for look in self.looks if look.lesson]
        if any(look.candidate.place <= NAMED or look.candidate.meant == self.lesson for look in unknown):
            return True
        if any(item.place <= NAMED or item.meant == self.lesson for item in found.others):
            return True
        if found.named and not others:
            return True
        return not others and not found.elsewhere and bool(unknown or found.others)

    def notes(self) -> list[str]:
        """What was decided, in words; nothing where a hand-in is as it should be."""
        chosen = self.usable[0]
        notes = []
        right = next((look for look in self.looks if look.candidate.path == self.right), None)
        name = self._name(chosen.candidate)
        if chosen is not right:
            if right is None:
                why = f"there is no {self.right if self._is_away(chosen.candidate) else self.notebook}"
            elif right.cleaned is None:
                why = f"{self.notebook} cannot be graded ({right.problem})"
            else:
                why = f"{self.notebook} holds no answers"
            notes.append(f"{name} was graded: {why}")
        aside = [look for look in self.usable[1:] if look.own and look.cleaned != chosen.cleaned]
        for look in aside[:2]:
            counts = f"{len(look.answers)} exercises, {name} {len(chosen.answers)}"
            notes.append(f"{self._name(look.candidate)} was left aside: it answers {counts}")
        if len(aside) > 2:
            notes.append(f"{len(aside) - 2} more notebooks with answers were left aside")
        if not chosen.own:
            notes += [f"{self._name(item)} was not looked into: unpack it" for item in self._archives()[:1]]
            if len(self.found.candidates) > MAX_LOOKED:
                notes.append(f"of {len(self.found.candidates)} notebooks {MAX_LOOKED} were looked into")
        return notes

    def _is_away(self, candidate: Candidate) -> bool:
        return candidate.path.parent != PurePosixPath(self.lesson)

    def _name(self, candidate: Candidate) -> str:
        """A file's name; with its folders where it is not in the lesson's own."""
        return shown(str(candidate.path) if self._is_away(candidate) else candidate.path.name)

    def _archives(self) -> list[Candidate]:
        """Archives that may hold the hand-in."""
        return [item for item in self.found.others if finding.ARCHIVE.search(item.path.name)]

    def _refusal(self) -> Refused:
        """Why nothing can be graded, from what lies nearest to where it should."""
        for look in self.looks:
            if look.candidate.path in (self.right, PurePosixPath(self.lesson)):
                packed = [f"{self._name(item)} was not looked into: unpack it" for item in self._archives()[:1]]
                return Refused(look.status, _joined(look.problem, *packed))
        wanted = self.notebook if PurePosixPath(self.lesson) in self.found.named else self.right
        return Refused(MISSING, ", but ".join([f"there is no {wanted}", *self._lying()]))

    def _lying(self) -> list[str]:
        """What lies there instead, in one phrase: the likeliest."""
        looks = [f"{self._name(look.candidate)} ({look.problem})" for look in self.looks]
        packed = [f"{self._name(item)}: unpack it" for item in self._archives()]
        others = [self._name(item) for item in self.found.others]
        empty = [f"{shown(str(path))} holds nothing" for path in self.found.named]
        return (looks or packed or others or empty)[:1]


def _timestamp(folder: int, place: PurePosixPath) -> tuple[str, str]:
    """The time of handing in, and what is doubtful about it. What collected it wrote it into the outermost folder."""
    for depth in range(min(1, len(place.parts)), len(place.parts) + 1):
        around = PurePosixPath(*place.parts[:depth])
        try:
            with files.opened(folder, *around.parts) as opened:
                if files.kind(opened, TIMESTAMP) != "a file":
                    continue
                content = files.content(opened, TIMESTAMP, timestamps.LONGEST)
        except (OSError, Refused):
            continue
        try:
            return timestamps.read(content), ""
        except ValueError as error:
            said = f"the time of handing in could not be read: {TIMESTAMP} {error}"
            return "", f"{said}; {timestamps.HOW}"
    return "", ""


# -- files beside the notebook ----------------------------------------------------------------


class _Beside:
    """Files that were handed in with the notebook. They reach its kernel as data, and hide nothing from it."""

    def __init__(self, notebook: str, lessons: Sequence[str] = ()) -> None:
        self.notebook = PurePosixPath(notebook)
        self.lessons = lessons  # beside whose folders the notebook lies: they are no data of its
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
            path = above / name
            if files.is_junk(name) or path == self.notebook:
                continue
            if self.lessons and above == HERE and finding.meant_lesson(name, self.lessons):
                continue
            try:
                self._take(folder, path)
            except (OSError, Refused):
                self._note(f"{shown(str(path))} could not be read")

    def _note(self, text: str) -> None:
        self.notes[text] = None

    def _take(self, folder: int, path: PurePosixPath) -> None:
        kind = files.kind(folder, path.name)
        if kind not in ("a file", "a folder"):
            self.repairs.append(f"{shown(str(path))} was {kind} and was left out")
        elif not path.name.isprintable():
            self._note(f"{shown(str(path))} was left out for its name")
        elif kind == "a folder" and len(path.parts) > MAX_FOLDERS:
            self._note(f"folders in more than {MAX_FOLDERS} folders were left out")
        elif kind == "a folder":
            with files.opened(folder, path.name) as inner:
                self.collect(inner, path)
        elif str(path) != TIMESTAMP and path.suffix not in NO_DATA:
            self._take_file(folder, path)

    def _take_file(self, folder: int, path: PurePosixPath) -> None:
        if path.suffix in COMPILED | {".py"}:
            top = path.parts[0]
            self.modules[top] = top if len(path.parts) > 1 else top.split(".")[0]
        if path.suffix in COMPILED:
            return
        content = files.content(folder, path.name, MAX_FILES_SIZE - self.size)
        if content is None:
            self._note(f"files beyond {MAX_FILES_SIZE // 1_000_000} MB were left out")
        elif len(self.contents) == MAX_FILES:
            self._note(f"files beyond the first {MAX_FILES} were left out")
        else:
            # A Mac spells umlauts in files' names in two characters, and finds them by either spelling.
            self.contents[unicodedata.normalize("NFC", str(path))] = content
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


def released(path: Path) -> NotebookNode:
    """The released notebook at ``path``, which nobody may change. Raises CourseError where it cannot be read."""
    try:
        return _read_release(path, path.stat().st_mtime_ns)
    except (OSError, ValueError):
        raise CourseError(f"The released notebook {path.name} cannot be read: run `make release` first.") from None


@functools.lru_cache(maxsize=64)
def _read_release(path: Path, changed: int) -> NotebookNode:
    return nbformat.read(path, as_version=4)


def _released_files(folder: Path) -> dict[str, bytes]:
    """Files that were released beside the notebook, which students have not written."""
    paths = (path for path in folder.rglob("*") if path.is_file() and path.suffix not in NO_DATA | COMPILED)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths if path.name[0] != "."}
