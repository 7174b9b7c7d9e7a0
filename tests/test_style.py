"""Style and types of the code, as `make lint` checks them."""

import subprocess
import sys

import pytest

from helpers.grading.course import REPO


@pytest.mark.parametrize("program", ["ruff check .", "ruff format --check .", "mypy"])
def test_there_is_nothing_to_complain_about(program):
    done = subprocess.run([sys.executable, "-m", *program.split()], cwd=REPO, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
