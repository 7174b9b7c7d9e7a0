"""Late penalties, of a whole lesson, from what the gradebook says now: due dates, extensions, times and points.

nbgrader sets the penalty of a submission while it grades that submission, and never again. A due date that is moved, an
extension that is granted or a point that is given by hand afterwards would thus count for nobody who has been graded.
"""

from __future__ import annotations

from typing import Any

from nbformat import NotebookNode
from nbgrader.api import Assignment, Gradebook, SubmittedAssignment, SubmittedNotebook
from nbgrader.apps import NbGraderAPI
from nbgrader.preprocessors import AssignLatePenalties
from sqlalchemy.orm import contains_eager, undefer

from helpers.grading.course import CourseError


class LatePenalties(AssignLatePenalties):
    """In the place of nbgrader's AssignLatePenalties, by the same settings, and for those graded earlier as well."""

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        place = resources["nbgrader"]
        with Gradebook(place["db_url"]) as gradebook:
            self.settle(gradebook, place["assignment"], place["student"])
        return nb, resources

    def settle(self, gradebook: Gradebook, lesson: str, student: str = "") -> None:
        """Compute anew the penalties of ``student``, or of everybody who handed in ``lesson``, and write what changed.

        Raises CourseError where the plugin that the instructor has set cannot say what the penalty is.
        """
        if not self.enabled:
            return
        self.init_plugin()
        wanted = gradebook.db.query(SubmittedNotebook).join(SubmittedNotebook.assignment)
        wanted = wanted.join(SubmittedAssignment.assignment).filter(Assignment.name == lesson)
        if student:
            wanted = wanted.filter(SubmittedAssignment.student_id == student)
        together = contains_eager(SubmittedNotebook.assignment).contains_eager(SubmittedAssignment.assignment)
        for notebook in wanted.options(together, undefer(SubmittedNotebook.score)).populate_existing():
            penalty = self._penalty(notebook)
            if notebook.late_submission_penalty != penalty:
                notebook.late_submission_penalty = penalty
        gradebook.db.commit()

    def _penalty(self, notebook: SubmittedNotebook) -> float | None:
        """The points to take off; None where nobody is late."""
        handed_in, student = notebook.assignment, notebook.assignment.student_id
        # An extension of no due date at all makes nobody late; nbgrader would add it to nothing.
        late = handed_in.total_seconds_late if handed_in.assignment.duedate else 0
        if late <= 0:
            return None
        try:
            penalty = self.plugin_inst.late_submission_penalty(student, notebook.score, late)
            return None if penalty is None else self._check_late_penalty(notebook, penalty)
        except Exception as error:  # the plugin is the instructor's own
            raise CourseError(
                f"{self.plugin_class.__name__} cannot say what {student} loses for being late "
                f"({type(error).__name__}: {error}): mend it, or take c.AssignLatePenalties.plugin_class out of "
                "nbgrader_config.py."
            ) from error


def settle(api: NbGraderAPI, lesson: str) -> None:
    """Compute anew the penalties of everybody who handed in ``lesson``. Raises CourseError."""
    with Gradebook(api.coursedir.db_url, api.course_id) as gradebook:
        LatePenalties(parent=api).settle(gradebook, lesson)
