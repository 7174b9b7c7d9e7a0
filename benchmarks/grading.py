"""Grade a class beside plain ``nbgrader autograde``, in one run, and print the rows of a Markdown table.

    .venv/bin/python benchmarks/grading.py --lesson 03

The class holds right answers, other right answers and known mistakes in turns. Both gradings get the same
submissions, and have to agree on every score. Plain means nbgrader without this course's settings for
Autograde. Per submission: seconds by the clock with one and with several workers, and those that its cells
took, which no grading can save; the difference is what grading adds. Drawing fresh inputs and starting
TensorFlow, paid once per lesson, is counted apart. Plain nbgrader writes no feedback; here it is in the time.
``--cluster`` adds the same class on one and on two workers of a local dask cluster.
"""

from __future__ import annotations

import argparse
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import nbformat
from nbgrader.api import Gradebook

from helpers.grading import sample
from helpers.grading.authoring.exercises import load_exercises
from helpers.grading.authoring.release import CONFIG
from helpers.grading.course import REPO, Course
from helpers.grading.kernels.jobs import Run
from helpers.grading.store import Store

PLAIN = """
from nbgrader.converters import Autograde
c.Autograde.exporter_class = Autograde.exporter_class.default_value
c.Autograde.sanitize_preprocessors = Autograde.sanitize_preprocessors.default()
c.Autograde.autograde_preprocessors = Autograde.autograde_preprocessors.default()
"""  # nbgrader as it comes: in its own process, unconfined, in a cold kernel
FIRST = "first"  # graded before the clock starts: it pays for what is paid once


def class_of(course: Course, lesson: str, count: int) -> dict[str, str]:
    """Return ``count`` submissions: every third right, every third right in another way, every third with a mistake."""
    exercises = load_exercises(course, lesson)
    right = sample.solution_sources(course, lesson)
    others = {**right, **sample.alternatives(exercises, right)}
    mistakes = [(name, mistake) for name, one in exercises.items() for mistake in one.mistakes]
    result = {}
    for number in range(count):
        name, mistake = mistakes[number * 7 % len(mistakes)]
        answers = (right, others, {**right, name: exercises[name].source(mistake, right[name])})[number % 3]
        # A word of one's own: two students with the same notebook would be executed once.
        own = {**answers, name: answers[name] + f"\n# student {number}"}
        result[f"student-{number:02}"] = sample.fill(course, lesson, own)
    return result


def hand_in(course: Course, lesson: str, submissions: dict[str, str]) -> None:
    for student, content in submissions.items():
        path = course.root / "submitted" / student / lesson / f"{lesson}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")


def timed(command: Sequence[str], folder: Path) -> float:
    """Run a command and return its seconds; its output is shown when it fails."""
    start = time.perf_counter()
    environment = {**os.environ, "PYTHONPATH": str(REPO)}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stdout[-2000:] + done.stderr[-2000:])
    return time.perf_counter() - start


def grade(course: Course, lesson: str, *options: str) -> float:
    line = [sys.executable, "-m", "helpers.grading", "--course", str(course.root), "grade", lesson, *options]
    return timed(line, course.root)


def scores(course: Course, lesson: str) -> dict[str, float]:
    with Gradebook(f"sqlite:///{course.gradebook}", "rnn") as gradebook:
        return {entry.student.id: entry.score for entry in gradebook.assignment_submissions(lesson)}


def prepared(folder: Path, lesson: str) -> tuple[Course, float]:
    """Return a course whose fresh inputs are drawn, and the seconds that took with one submission graded."""
    course = sample.make_course(folder, REPO, lesson)
    hand_in(course, lesson, {FIRST: sample.fill(course, lesson, {})})
    return course, grade(course, lesson)


def cell_seconds(run: Run) -> float:
    """Return how long a run's cells were busy, all together."""
    total = 0.0
    for cell in nbformat.reads(run.notebook, as_version=4).cells:
        times = cell.metadata.get("execution", {})
        if "iopub.status.idle" in times:
            begin, end = (datetime.fromisoformat(times[f"iopub.status.{word}"]) for word in ("busy", "idle"))
            total += (end - begin).total_seconds()
    return total


def on_cluster(folder: Path, lesson: str, workers: int, submissions: dict[str, str]) -> float:
    """Grade on a local cluster of ``workers``, warm before the clock starts; return the seconds."""
    course, _ = prepared(folder, lesson)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": folder}
    dask = [sys.executable, "-m", "dask"]
    lines = [[*dask, "scheduler", "--host", "127.0.0.1", "--port", address.rpartition(":")[2], "--no-dashboard"]]
    lines += [[*dask, "worker", address, "--nthreads", "1", "--no-dashboard"]] * workers
    environment = {**os.environ, "PYTHONPATH": str(REPO)}
    started = [subprocess.Popen(line, env=environment, **quiet) for line in lines]
    try:
        time.sleep(10)  # a scheduler knows its workers only after a while
        warm_up = {f"warm-{number}": sample.fill(course, lesson, {}) for number in range(workers)}
        hand_in(course, lesson, warm_up)
        grade(course, lesson, "--fresh", "--cluster", address)
        hand_in(course, lesson, submissions)
        return grade(course, lesson, "--cluster", address)
    finally:
        for process in reversed(started):
            process.terminate()
            process.wait()


def main() -> None:
    """Grade the class both ways and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lesson", default="03", help="which lesson (default 03)")
    parser.add_argument("--students", type=int, default=30, help="size of the class (default 30)")
    parser.add_argument("--jobs", type=int, default=2, help="submissions at a time (default 2)")
    parser.add_argument("--cluster", action="store_true", help="also one and two workers of a dask cluster")
    options = parser.parse_args()
    lesson, count = Course(REPO).find(options.lesson), options.students
    with tempfile.TemporaryDirectory() as place:
        single, once = prepared(Path(place, "single"), lesson)
        submissions = class_of(single, lesson, count)
        ours = Course(Path(place, "ours"))
        shutil.copytree(single.root, ours.root)
        hand_in(single, lesson, submissions)
        hand_in(ours, lesson, submissions)
        alone = grade(single, lesson, "--jobs", "1")
        store = Store(single, lesson)
        cells = statistics.mean(cell_seconds(store.run(store.kept(name).record.key)) for name in submissions)
        seconds = grade(ours, lesson, "--jobs", str(options.jobs))
        again = grade(ours, lesson, "--jobs", str(options.jobs))
        plain = sample.make_course(Path(place, "plain"), REPO, lesson)
        with (plain.root / CONFIG).open("a", encoding="utf-8") as config:
            config.write(PLAIN)
        hand_in(plain, lesson, submissions)
        nbgrader = [sys.executable, "-m", "nbgrader"]
        timed([*nbgrader, "generate_assignment", lesson, "--force"], plain.root)
        stock = timed([*nbgrader, "autograde", lesson], plain.root)
        theirs = scores(plain, lesson)
        apart = {name: (score, theirs[name]) for name, score in scores(ours, lesson).items() if name in theirs}
        different = {name: pair for name, pair in apart.items() if abs(pair[0] - pair[1]) > 1e-9}
        print(
            "| Lesson | Plain nbgrader | This course, one worker | Its cells alone | Added | Several workers | Ratio |"
        )
        print("|---|---|---|---|---|---|---|")
        print(
            f"| {lesson} | {stock / count:.2f} | {alone / count:.2f} | {cells:.2f} | {alone / count - cells:.2f} "
            f"| {seconds / count:.2f} | {stock / seconds:.1f} |"
        )
        print(f"\nSeconds for each of {count}; {options.jobs} workers; {once:.0f} s once for the lesson.")
        print(f"\nGrading again: {again:.1f} s in all. Scores that differ: {different or 'none'}.")
        if options.cluster:
            one, two = (on_cluster(Path(place, f"cluster{n}"), lesson, n, submissions) for n in (1, 2))
            print(f"Cluster: one worker {one / count:.2f} s each, two {two / count:.2f}; ratio {one / two:.2f}.")


if __name__ == "__main__":
    main()
