"""Scores and comments that people gave, and the answers that they were given to.

A student may hand in again. What was given by hand stays, since nothing of ours takes back what a person wrote; but it
may stand on an answer that is not there any more. Then it is marked as nbgrader marks what a person has to look at, and
named. The mark goes when the score is saved anew in the Formgrader.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Comment, Grade, Gradebook, MissingEntry, SubmittedAssignment
from nbgrader.apps import NbGraderAPI
from nbgrader.preprocessors import SaveAutoGrades
from nbgrader.utils import determine_grade

from helpers.grading import cleanup
from helpers.grading.marks import CHECK_PREFIX, grade_id, marks
from helpers.grading.store import Store, write_whole

SCORE, COMMENT = "the hand-given score of", "the comment on"  # so a note names them


@dataclasses.dataclass(frozen=True)
class Stands:
    """What the answers of a student are, and on which of them stands what was given by hand.

    answers: by exercise, the last that were graded. given: what a person gave, and the answer that it was given to, by
    what it is called. All of them digests.
    """

    answers: Mapping[str, str] = dataclasses.field(default_factory=dict)
    given: Mapping[str, tuple[str, str]] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Cleared:
    """What was taken back, in words."""

    student: str
    words: str


def given(grades: Iterable[Grade], comments: Iterable[Comment]) -> dict[str, str]:
    """What people gave, as digests by what it is called: "the hand-given score of one_step"."""
    found = {}
    for grade in grades:
        if grade.manual_score is not None or grade.extra_credit is not None:
            found[f"{SCORE} {_exercise(grade.name)}"] = _digest(repr((grade.manual_score, grade.extra_credit)))
    for comment in comments:
        if (comment.manual_comment or "").strip():
            found[f"{COMMENT} {comment.name}"] = _digest(comment.manual_comment)
    return found


def stale(stands: Stands, entry: SubmittedAssignment) -> list[str]:
    """What was given by hand and stands on a changed answer, by what it is called."""
    grades, comments = _parts(entry)
    doubted = {_exercise(grade.name) for grade in grades if grade.needs_manual_grade}
    found = []
    for name, value in given(grades, comments).items():
        exercise = name.rpartition(" ")[2]
        of, answer = stands.given.get(name, ("", ""))
        if of == value and exercise in doubted and answer != stands.answers.get(exercise):
            found.append(name)
    return found


def read(store: Store, student: str) -> Stands:
    """What is known of a student's answers; where nothing was kept, what is in autograded/."""
    try:
        content = json.loads(store.stands(student).read_bytes())
        return Stands(content["answers"], {name: (of, answer) for name, (of, answer) in content["given"].items()})
    except (OSError, ValueError, TypeError, KeyError):
        graded = store.course.root / "autograded" / student / store.lesson / f"{store.lesson}.ipynb"
    try:
        return Stands(_answers(nbformat.read(graded, as_version=4)))
    except (OSError, ValueError, AttributeError):
        return Stands()


def clear_stale(api: NbGraderAPI, store: Store) -> list[Cleared]:
    """Take back what was given by hand to answers that have changed since; return it. All or nothing is taken back."""
    cleared = []
    with Gradebook(api.coursedir.db_url, api.course_id) as gradebook:
        for entry in gradebook.find_assignment(store.lesson).submissions:
            grades, comments = _parts(entry)
            names = stale(read(store, entry.student_id), entry)
            for name in names:
                kind, _, exercise = name.rpartition(" ")
                words = []
                for grade in grades:
                    if kind == SCORE and _exercise(grade.name) == exercise:
                        extra = f" and {grade.extra_credit:g} extra" if grade.extra_credit else ""
                        words.append(
                            f"score {'none' if grade.manual_score is None else f'{grade.manual_score:g}'}{extra}"
                        )
                        grade.manual_score = grade.extra_credit = None
                for comment in comments:
                    if kind == COMMENT and comment.name == exercise:
                        words.append(f'comment "{comment.manual_comment}"')
                        comment.manual_comment = None
                cleared += [Cleared(entry.student_id, f"{exercise}, {word}") for word in words]
            exercises = {name.rpartition(" ")[2] for name in names}
            for grade in grades:
                if _exercise(grade.name) in exercises:
                    grade.needs_manual_grade = grade.auto_score is None and grade.manual_score is None
        gradebook.db.commit()
    return cleared


class SaveGrades(SaveAutoGrades):
    """In the place of SaveAutoGrades, which marks everything that was given by hand whenever anything is graded again.

    Here a score is marked where the answer has changed that it, or a comment, was given to.
    """

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        student, store = resources["nbgrader"]["student"], self.parent.desk.store
        self.before: Stands = self.parent.stands[student]
        self.now = _answers(nb)
        self.given: dict[str, tuple[str, str]] = {}
        nb, resources = super().preprocess(nb, resources)
        # Last: a grading that is killed before compares with the same answers again.
        content = json.dumps({"answers": self.now, "given": self.given}).encode()
        store.stands(student).parent.mkdir(mode=0o700, exist_ok=True)
        write_whole(store.stands(student), content)
        return nb, resources

    def _add_score(self, cell: NotebookNode, resources: Any) -> None:
        place = self.notebook_id, self.assignment_id, self.student_id
        grade = self.gradebook.find_grade(cell.metadata.nbgrader["grade_id"], *place)
        exercise = _exercise(grade.name)
        try:
            comments = [self.gradebook.find_comment(exercise, *place)]
        except MissingEntry:
            comments = []
        grade.auto_score, _ = determine_grade(cell, self.log)
        changed = False
        for name, value in given([grade], comments).items():
            of, answer = self.before.given.get(name, ("", ""))
            if of != value or not grade.needs_manual_grade:  # given since, or saved anew: to the last that was graded
                answer = self.before.answers.get(exercise, self.now.get(exercise, ""))
            self.given[name] = value, answer
            changed |= answer != self.now.get(exercise, "")
        grade.needs_manual_grade = changed or (grade.auto_score is None and grade.manual_score is None)
        self.gradebook.db.commit()


def _parts(entry: SubmittedAssignment) -> tuple[list[Grade], list[Comment]]:
    grades = [grade for notebook in entry.notebooks for grade in notebook.grades]
    return grades, [comment for notebook in entry.notebooks for comment in notebook.comments]


def _answers(notebook: NotebookNode) -> dict[str, str]:
    """Digests of the answers in a graded notebook: of the answer's cell and of own cells that make the same."""
    own = [cell.source for cell in notebook.cells if cell.id.startswith("own-cell-")]
    found = {}
    for cell in notebook.cells:
        if marks(cell).get("solution"):
            name = grade_id(cell)
            more = [source for source in own if name in cleanup.MADE.findall(source)]
            found[name] = _digest("\0".join(cleanup.plain(source) for source in (cell.source, *more)))
    return found


def _exercise(name: str) -> str:
    return name.removeprefix(CHECK_PREFIX)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode(errors="backslashreplace")).hexdigest()[:16]
