"""What the tests in this folder share: the functions of a lesson's solution, and TensorFlow 1 in a process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from helpers.grading.course import REPO, Course
from helpers.grading.sample import solution_sources

TF1_PROGRAM = Path(__file__).with_name("tf1_operations.py")


@cache
def solutions(lesson: str) -> dict[str, Any]:
    """Return the functions that a lesson's solution cells define."""
    namespace: dict[str, Any] = {"tf": tf, "keras": keras, "np": np}
    for source in solution_sources(Course(REPO), lesson).values():
        exec(source, namespace)
    return namespace


def tf1(data: Mapping[str, np.ndarray], operation: str) -> dict[str, np.ndarray]:
    """Run an operation of TensorFlow 1 in a process of its own; return its arrays."""
    done = subprocess.run(
        [sys.executable, str(TF1_PROGRAM), operation],
        input=json.dumps({name: np.asarray(value).tolist() for name, value in data.items()}),
        env={**os.environ, "TF_USE_LEGACY_KERAS": "1", "TF_CPP_MIN_LOG_LEVEL": "3"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return {name: np.array(value) for name, value in json.loads(done.stdout.splitlines()[-1]).items()}
