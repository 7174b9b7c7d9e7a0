"""What the machinery of checking and grading needs to know of this course, in one place.

Everything else in ``checking`` and ``grading`` would serve another course as it is.
"""

PARTS = {"B": "instance", "T": "step", "D": "feature", "U": "unit"}  # one place along each axis, in messages
PRELOADED = ("helpers.data", "helpers.measure", "helpers.plots")  # imported before kernels are forked
SHOWN = ("helpers", "data/*.*")  # what a confined kernel may read; data/cases holds expected answers and stays away
HIDDEN = "helpers/grading"  # what it may not read of that
AUTHORS = ("exercises.py", "mistakes")  # beside a solution notebook, and never beside a student's
