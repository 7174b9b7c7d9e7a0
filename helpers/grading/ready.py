"""Whether a lesson can be graded here and now; what is missing is told before anything is touched."""

from __future__ import annotations

from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel
from nbgrader.apps import NbGraderAPI

from helpers.grading import gradebook, intake
from helpers.grading.authoring import cases
from helpers.grading.course import Course, CourseError
from helpers.grading.kernels import execute, sandbox
from helpers.grading.options import Options

WAY_OUT = "--unconfined"


def require_ready(course: Course, lesson: str, api: NbGraderAPI, options: Options) -> list[str]:
    """Return who handed in. Raises CourseError, with nothing touched, when the lesson cannot be graded."""
    if options.watch and options.clear_stale:
        raise CourseError("--clear-stale takes back what one grading has found: give it without --watch.")
    require_lesson(course, lesson)
    students = [] if options.watch else intake.students(course, lesson)
    if not options.cluster:
        require_runnable(course, not options.unconfined)
    gradebook.require(api, options.gradebook)
    return students


def require_lesson(course: Course, lesson: str) -> None:
    """Raise CourseError where ``lesson`` is none of this course's, or its cases are not those of its notebook."""
    if lesson not in course.lessons():
        raise CourseError(f"'{lesson}' is no lesson in {course.solutions}, so nothing here can judge it.")
    if not cases.up_to_date(course, lesson):
        raise CourseError(f"The cases of {lesson} are older than the lesson: run `make release` first.")


def require_runnable(course: Course, confined: bool, way_out: str = WAY_OUT) -> None:
    """Raise CourseError where submissions cannot be executed, or not be confined, on this machine."""
    kernel = execute.kernel_name(confined)
    try:
        KernelSpecManager().get_kernel_spec(kernel)
    except NoSuchKernel:
        raise CourseError(f"The Jupyter kernel '{kernel}' is missing: run `make setup` to install it again.") from None
    if confined:
        require_confinement(sandbox.why_not(), way_out)
        if course.root != sandbox.REPO and sandbox.shows(course.root):
            raise CourseError(f"Confined submissions could read {course.root}: move it out of Python's folders.")


def require_confinement(reason: str, way_out: str = WAY_OUT) -> None:
    """Raise CourseError where there is a ``reason`` why submissions cannot be confined."""
    if reason:
        raise CourseError(
            f"Submissions cannot be confined here: {reason.rstrip('.')}. Mend that, or grade people you trust with "
            f"{way_out}, which lets a submission read and write all that you can."
        )
