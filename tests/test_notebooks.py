"""Every solution notebook runs from top to bottom and gives its stored outputs (nbval)."""

import subprocess
import sys
import time

from helpers.grading.kernels.provisioners import WARM_KERNEL

MOST_SECONDS = 60


def test_solution_gives_its_stored_outputs(lesson, course):
    start = time.perf_counter()
    command = [
        sys.executable,
        "-m",
        "pytest",
        "--nbval-lax",
        "--nbval-cell-timeout=300",
        # A warm kernel saves seconds for every lesson; elsewhere than on Linux it is this environment's own.
        *(["--nbval-kernel-name", WARM_KERNEL] if sys.platform == "linux" else ["--nbval-current-env"]),
    ]
    options = ["-q", "--no-header", "-c", "/dev/null", "--rootdir", str(course.root), "-p", "no:cacheprovider"]
    done = subprocess.run([*command, *options, str(course.solution(lesson))], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-4000:]
    print(f"{lesson} ran in {time.perf_counter() - start:.0f} s (a lesson should need no more than {MOST_SECONDS} s)")
