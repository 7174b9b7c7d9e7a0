"""The instructor's commands: ``python -m helpers.grading release|outputs|grade|demo`` (see the Makefile)."""

from __future__ import annotations

import argparse
import dataclasses
import sys
from collections.abc import Sequence
from pathlib import Path

from helpers.grading.course import REPO, Course, CourseError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit status. What the user can mend is told in one sentence."""
    parser = argparse.ArgumentParser(prog="python -m helpers.grading", description=__doc__)
    parser.add_argument("--course", type=Path, default=REPO, help="the course's folder (default: this one)")
    commands = parser.add_subparsers(dest="command", required=True)
    release = commands.add_parser("release", help="make cases and student copies from the solutions")
    release.add_argument("lessons", nargs="*", help="lessons to release (default: all)")
    release.add_argument("--recompute", action="store_true", help="draw and answer all cases again")
    outputs = commands.add_parser("outputs", help="run solution notebooks and store their outputs")
    outputs.add_argument("lessons", nargs="*", help="lessons to run (default: all)")
    grade = commands.add_parser("grade", help="grade what is in submitted/ for one lesson")
    grade.add_argument("lesson")
    grade.add_argument("--jobs", type=int, default=0, help="submissions at a time (default: one per core)")
    grade.add_argument("--fresh", action="store_true", help="draw new inputs and execute everything again")
    grade.add_argument("--watch", action="store_true", help="go on with what is handed in later, until Ctrl-C")
    grade.add_argument("--cluster", default="", metavar="ADDRESS", help="execute on a dask cluster: tcp://host:8786")
    grade.add_argument("--gradebook", default="", metavar="URL", help="use this database: postgresql://user@host/name")
    grade.add_argument("--unconfined", action="store_true", help="let submissions do all that you may do")
    demo = commands.add_parser("demo", help="grade an example class from hand-in to export")
    demo.add_argument("--folder", type=Path, default=REPO / "demo", help="where the example class lives")
    options = parser.parse_args(arguments)
    try:
        _run(options)
    except CourseError as error:
        print(f"Error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        more = ": the same command goes on where it stopped" if options.command == "grade" else ""
        print(f"Stopped{more}.", file=sys.stderr)
        return 130
    return 0


def _run(options: argparse.Namespace) -> None:
    course = Course(options.course.resolve())
    if options.command == "release":
        from helpers.grading.authoring.release import release

        lessons = [course.find(name) for name in options.lessons] or course.lessons()
        release(course, lessons, options.recompute)
    elif options.command == "outputs":
        from helpers.grading.authoring.outputs import store_outputs
        from helpers.grading.authoring.readme import update_lesson_table

        for lesson in [course.find(name) for name in options.lessons] or course.lessons():
            seconds = store_outputs(course, lesson)
            update_lesson_table(course, {lesson: seconds})
            print(f"{lesson}: {seconds:.0f} s", flush=True)
    elif options.command == "grade":
        from helpers.grading.batch import grade
        from helpers.grading.options import Options

        chosen = {field.name: getattr(options, field.name) for field in dataclasses.fields(Options)}
        grade(course, course.find(options.lesson), Options(**chosen))
    elif options.command == "demo":
        from helpers.grading.demo import run_demo

        run_demo(options.folder.resolve())


if __name__ == "__main__":
    sys.exit(main())
