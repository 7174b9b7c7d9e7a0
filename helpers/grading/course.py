"""Where things are in a course folder, and the error that speaks to an instructor."""

from __future__ import annotations

import dataclasses
import difflib
from pathlib import Path

REPO = Path(__file__).resolve().parents[2]


class CourseError(Exception):
    """Something the instructor can mend; the message is one sentence that says how."""


@dataclasses.dataclass(frozen=True)
class Course:
    """A folder with nbgrader's layout: solutions/ (source), notebooks/ (release), submitted/, ..."""

    root: Path = REPO

    @property
    def solutions(self) -> Path:
        return self.root / "solutions"

    @property
    def notebooks(self) -> Path:
        return self.root / "notebooks"

    @property
    def gradebook(self) -> Path:
        return self.root / "gradebook.db"

    @property
    def cases(self) -> Path:
        return self.root / "data" / "cases"

    def lessons(self) -> list[str]:
        """Names of all lessons, in order."""
        return sorted(path.parent.name for path in self.solutions.glob("*/*.ipynb") if path.stem == path.parent.name)

    def solution(self, lesson: str) -> Path:
        return self.solutions / lesson / f"{lesson}.ipynb"

    def student_copy(self, lesson: str) -> Path:
        return self.notebooks / lesson / f"{lesson}.ipynb"

    def exercises(self, lesson: str) -> Path:
        return self.solutions / lesson / "exercises.py"

    def case_file(self, lesson: str) -> Path:
        return self.cases / f"{lesson}.npz"

    def find(self, name: str) -> str:
        """Return the lesson called ``name``, which may be shortened to its number (3 or 03) or its beginning."""
        lessons = self.lessons()
        name = name.zfill(2) if name.isdigit() else name
        hits = [lesson for lesson in lessons if lesson == name] or [x for x in lessons if name and x.startswith(name)]
        if len(hits) == 1:
            return hits[0]
        close = difflib.get_close_matches(name, lessons, 1)
        hint = f"did you mean {close[0]}?" if close else f"there are: {', '.join(lessons) or 'none'}."
        raise CourseError(f"There is no lesson '{name}'; {hint}")
