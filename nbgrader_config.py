"""nbgrader's settings for this course. Read by nbgrader, by JupyterLab's formgrader and by make."""

import os
import sys
from pathlib import Path

c = get_config()  # noqa: F821  (given by traitlets)

# nbgrader calls the alembic program to make a gradebook. Where the environment is not activated, that
# program is found only beside this Python.
PROGRAMS = str(Path(sys.executable).parent)
if PROGRAMS not in os.environ.get("PATH", "").split(os.pathsep):
    os.environ["PATH"] = PROGRAMS + os.pathsep + os.environ.get("PATH", "")

c.CourseDirectory.course_id = "rnn"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "notebooks"
# exercises.py and mistakes/ hold the known mistakes and right answers: they must not reach students. claims.py is the
# authors' alone, too.
c.CourseDirectory.ignore = [
    ".ipynb_checkpoints",
    "*.pyc",
    "__pycache__",
    "exercises.py",
    "claims.py",
    "mistakes",
    ".jupyter_cache",
]

c.GenerateAssignment.exporter_class = "helpers.grading.plugins.ReleaseExporter"
c.GenerateAssignment.preprocessors = [
    "nbgrader.preprocessors.LockCells",
    "nbgrader.preprocessors.ClearSolutions",
    "helpers.grading.plugins.CalmStubs",
    "nbgrader.preprocessors.ClearOutput",
    "nbgrader.preprocessors.CheckCellMetadata",
    "nbgrader.preprocessors.ComputeChecksums",
    "helpers.grading.plugins.SaveCells",
    "nbgrader.preprocessors.ClearHiddenTests",
    "nbgrader.preprocessors.ClearMarkScheme",
    "nbgrader.preprocessors.ComputeChecksums",
    "nbgrader.preprocessors.CheckCellMetadata",
    "helpers.grading.plugins.NoteRelease",
]

# One way to grade, whether `make grade`, `nbgrader autograde` or the Formgrader's button asks for it: a hand-in is
# put on the footing of the released notebook, executed confined on fresh inputs, and judged by this side.
c.Autograde.exporter_class = "helpers.grading.plugins.HandInExporter"
c.Autograde.sanitize_preprocessors = []
c.Autograde.autograde_preprocessors = [
    "helpers.grading.plugins.ExecuteApart",
    "nbgrader.preprocessors.LimitOutput",
    "helpers.grading.byhand.SaveGrades",
    "helpers.grading.penalties.LatePenalties",
    "helpers.grading.plugins.KeepRecord",
]
c.GenerateFeedback.exporter_class = "helpers.grading.plugins.FeedbackExporter"
c.GenerateFeedback.preprocessors = [
    "helpers.grading.plugins.AskedGrades",
    "nbconvert.preprocessors.CSSHTMLHeaderPreprocessor",
]
# `nbgrader export` writes the same grades.csv as `make grade`.
c.ExportApp.plugin_class = "helpers.grading.grades.GradesExport"
# Where the system cannot confine, grading refuses. True lets submissions do all that you may do: for people you trust.
# c.ExecuteApart.unconfined = True

# Validate, too, leaves demonstrations out.
c.ExecutePreprocessor.skip_cells_with_tag = "demo"
# The limit of one cell in seconds: an endless loop costs this much, then grading goes on.
c.ExecutePreprocessor.timeout = 20
# Nobody else on the machine can listen in on a kernel.
c.KernelManager.transport_encryption = "auto"

# Archives from a learning platform: STUDENT__LESSON.ipynb inside a zip (`nbgrader zip_collect`).
c.FileNameCollectorPlugin.named_regexp = r".*?(?P<student_id>[\w.-]+?)__(?P<file_id>.+)$"
