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

CODE = re.compile(r"```.*?```|`[^`\n]*`|<code>.*?</code>|^# \w+$", re.DOTALL | re.MULTILINE)


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
    changed = [_notebook(course, lesson, old, new)]
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
    left = mentions(course, re.compile(rf"(?<!\w){re.escape(old)}(?!\w)"), lesson)
    return [
        *changed,
        *(f"to read: {line}" for line in left),
        f"Look at it (git diff), then make release LESSON={lesson[:2]}.",
    ]


def in_code(text: str, old: str, new: str) -> str:
    """Replace the name ``old`` in Python code, but not an attribute (``tf.old``) or an argument (``old=1``)."""
    return re.sub(rf"(?<![\w.]){re.escape(old)}(?!\w|=[^=])", new, text)


def in_marks(text: str, old: str, new: str) -> str:
    """Replace the name ``old`` in Markdown where it is marked as code, and in a title that is nothing else."""
    return CODE.sub(lambda found: in_code(found.group(), old, new), text)


def _notebook(course: Course, lesson: str, old: str, new: str) -> str:
    path = course.solution(lesson)
    notebook = nbformat.read(path, as_version=4)
    names = {old: new, CHECK_PREFIX + old: CHECK_PREFIX + new}
    for cell in notebook.cells:
        cell.source = (in_code if cell.cell_type == "code" else in_marks)(cell.source, old, new)
        if grade_id(cell) in names:
            marks(cell)["grade_id"] = names[grade_id(cell)]
        cell.id = names.get(cell.id, cell.id)
    nbformat.write(notebook, path)
    return f"solutions/{lesson}/{lesson}.ipynb was changed"
