"""Every solution notebook runs from top to bottom and gives its stored outputs (nbval)."""

import contextlib
import io
import sys
import time

import pytest

from helpers.grading.kernels.provisioners import WARM_KERNEL

MOST_SECONDS = 60
# Warm kernels are forked from one preloaded process for all lessons; elsewhere than on Linux nbval starts cold ones.
KERNEL = ["--nbval-kernel-name", WARM_KERNEL] if sys.platform == "linux" else ["--nbval-current-env"]
APART = ["-c", "/dev/null", "-p", "no:cacheprovider", "-p", "no:xdist", "-q", "--no-header"]  # from the suite's own run


def test_solution_gives_its_stored_outputs(lesson, course):
    start = time.perf_counter()
    options = [*APART, "--rootdir", str(course.root), "--nbval-lax", "--nbval-cell-timeout=300", *KERNEL]
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        code = pytest.main([*options, str(course.solution(lesson))])
    assert code == pytest.ExitCode.OK, said.getvalue()[-4000:]
    print(f"{lesson} ran in {time.perf_counter() - start:.0f} s (a lesson should need no more than {MOST_SECONDS} s)")
