"""What the machinery of checking and grading needs to know of this course, in one place.

Everything else in ``checking`` and ``grading`` would serve another course as it is.
"""

from pathlib import Path

_HERE = Path(__file__).resolve().parent
# In a course's folder the data lie beside the package; where it was installed without that folder, they are in it.
DATA_DIR = _HERE / "files" if (_HERE / "files").is_dir() else _HERE.parent / "data"
PARTS = {"B": "instance", "T": "step", "D": "feature", "U": "unit"}  # one place along each axis, in messages
# Imported before kernels are forked; none may compute while it is imported.
PRELOADED = ("helpers.checks", "helpers.data", "helpers.measure", "helpers.plots", "helpers.probes")
SHOWN = ("helpers", "data/*.*")  # what a confined kernel may read; data/cases holds expected answers and stays away
HIDDEN = "helpers/grading"  # what it may not read of that
AUTHORS = ("exercises.py", "claims.py", "mistakes")  # beside a solution notebook, and never beside a student's
