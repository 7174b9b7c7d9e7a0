"""Whether a lesson can be graded here and now; what is missing is told before anything is touched."""

from __future__ import annotations

from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel
from nbgrader.apps import NbGraderAPI

from helpers.grading import gradebook, intake
from helpers.grading.authoring import cases
from helpers.grading.course import Course, CourseError
from helpers.grading.kernels import execute, sandbox
from helpers.grading.options import Options


def require_ready(course: Course, lesson: str, api: NbGraderAPI, options: Options) -> list[str]:
    """Return who handed in. Raises CourseError, with nothing touched, when the lesson cannot be graded."""
    if not cases.up_to_date(course, lesson):
        raise CourseError(f"The cases of {lesson} are older than the lesson: run `make release` first.")
    students = [] if options.watch else intake.students(course, lesson)
    if not options.cluster:
        kernel = execute.kernel_name(not options.unconfined)
        try:
            KernelSpecManager().get_kernel_spec(kernel)
        except NoSuchKernel:
            raise CourseError(
                f"The Jupyter kernel '{kernel}' is missing: run `make setup` to install it again."
            ) from None
        if not options.unconfined:
            require_confinement(sandbox.why_not())
            if course.root != sandbox.REPO and sandbox.shows(course.root):
                raise CourseError(f"Confined submissions could read {course.root}: move it out of Python's folders.")
    gradebook.require(api, options.gradebook)
    return students


def require_confinement(reason: str) -> None:
    """Raise CourseError where there is a ``reason`` why submissions cannot be confined."""
    if reason:
        raise CourseError(
            f"Submissions cannot be confined here: {reason.rstrip('.')}. Mend that, or grade people you trust with "
            "--unconfined, which lets a submission read and write all that you can."
        )
