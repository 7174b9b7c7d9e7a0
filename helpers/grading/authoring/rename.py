"""Another name for an exercise, in every file of its lesson that holds the old one."""

from __future__ import annotations

import re

import nbformat

from helpers.grading.authoring.exercises import PAGES
from helpers.grading.authoring.links import title
from helpers.grading.authoring.mentions import mentions
from helpers.grading.authoring.sources import read_sources
from helpers.grading.course import Course, CourseError
from helpers.grading.marks import CHECK_PREFIX, grade_id, marks

WORDS = r'"""[\s\S]*?"""|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'|#[^\n]*'  # strings and comments
CODE = re.compile(r"```.*?```|`[^`\n]*`|<code>.*?</code>", re.DOTALL)


def rename_exercise(course: Course, lesson: str, old: str, new: str) -> list[str]:
    """Rename an exercise; return a line for each file that changed, and for each place that is left to read.

    Code changes wherever the name stands as a word of its own, prose only inside code marks. Raises CourseError
    where there is no such exercise, or the new name is taken or no name.
    """
    exercises = read_sources(course, lesson).exercises
    if old not in exercises:
        raise CourseError(f"{title(course, lesson)} has no exercise '{old}'; there are: {', '.join(exercises)}.")
    if not new.isidentifier() or new in exercises:
        raise CourseError(f"'{new}' is {'taken' if new in exercises else 'no name for a function'}: choose another.")
    folder = course.solution(lesson).parent
    changed = _notebook(course, lesson, old, new)
    (folder / PAGES / f"{old}.md").rename(folder / PAGES / f"{new}.md")
    changed.append(f"solutions/{lesson}/{PAGES}/{old}.md is now {new}.md")
    files = [course.exercises(lesson), *sorted((folder / PAGES).glob("*.md"))]
    files += sorted((course.root / "tests" / "references").glob(f"test_{lesson}.py"))
    for path in files:
        text = path.read_text(encoding="utf-8")
        after = in_code(text, old, new) if path.suffix == ".py" else in_marks(text, old, new)
        if after != text:
            path.write_text(after, encoding="utf-8")
            changed.append(f"{path.relative_to(course.root)} was changed")
    left = mentions(course, re.compile(_name(old)), lesson)
    return [
        *changed,
        *(f"to read: {line}" for line in left),
        f"Look at it (git diff), then make release LESSON={lesson[:2]}.",
    ]


def in_code(text: str, old: str, new: str) -> str:
    """Replace the name ``old`` in Python code; not in words, an attribute (``tf.old``) or an argument (``old=1``).

    A string changes where it names an exercise: ``check("old", ...)``, ``choice("old")``, ``solutions["old"]``.
    """

    def replace(found: re.Match[str]) -> str:
        part = found.group()
        if part == old:
            return new
        is_name = part[1:-1] == old and text[: found.start()].endswith(("check(", "choice(", "["))
        return part.replace(old, new) if is_name else part

    return re.compile(f"{WORDS}|{_name(old)}", re.DOTALL).sub(replace, text)


def in_marks(text: str, old: str, new: str) -> str:
    """Replace the name ``old`` in Markdown where it is marked as code, and in a page's title."""
    text = re.sub(rf"\A# {re.escape(old)}$", f"# {new}", text, flags=re.MULTILINE)
    return CODE.sub(lambda found: in_code(found.group(), old, new), text)


def _name(old: str) -> str:
    """A pattern for ``old`` as a name of its own."""
    return rf"(?<![\w.]){re.escape(old)}(?!\w|=[^=])"


def _notebook(course: Course, lesson: str, old: str, new: str) -> list[str]:
    path = course.solution(lesson)
    notebook = nbformat.read(path, as_version=4)
    names = {old: new, CHECK_PREFIX + old: CHECK_PREFIX + new}
    changed = [f"solutions/{lesson}/{lesson}.ipynb was changed"]
    for number, cell in enumerate(notebook.cells, 1):
        after = (in_code if cell.cell_type == "code" else in_marks)(cell.source, old, new)
        if after != cell.source and cell.cell_type == "markdown":  # it may have meant something else of that name
            changed.append(f"to read: solutions/{lesson}/{lesson}.ipynb, cell {number}: `{old}` is now `{new}` there")
        cell.source = after
        if grade_id(cell) in names:
            marks(cell)["grade_id"] = names[grade_id(cell)]
        cell.id = names.get(cell.id, cell.id)
    nbformat.write(notebook, path)
    return changed
