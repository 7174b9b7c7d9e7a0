"""The commands of instructors and authors: ``python -m helpers.grading --help`` lists them (see the Makefile)."""

from __future__ import annotations

import argparse
import dataclasses
import sys
from collections.abc import Sequence
from pathlib import Path

from helpers.grading.authoring.commands import add_commands
from helpers.grading.course import REPO, Course, CourseError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit status. What the user can mend is told in one sentence."""
    parser = argparse.ArgumentParser(prog="python -m helpers.grading", description=__doc__)
    parser.add_argument("--course", type=Path, default=REPO, help="the course's folder (default: this one)")
    commands = parser.add_subparsers(dest="command", required=True)
    add_commands(commands)
    grade = commands.add_parser("grade", help="grade what is in submitted/ for one lesson")
    grade.add_argument("lesson")
    grade.add_argument("--jobs", type=int, default=0, help="submissions at a time (default: one per core)")
    grade.add_argument("--fresh", action="store_true", help="draw new inputs and execute everything again")
    grade.add_argument("--watch", action="store_true", help="go on with what is handed in later, until Ctrl-C")
    grade.add_argument("--cluster", default="", metavar="ADDRESS", help="execute on a dask cluster: tcp://host:8786")
    grade.add_argument("--gradebook", default="", metavar="URL", help="use this database: postgresql://user@host/name")
    grade.add_argument("--unconfined", action="store_true", help="let submissions do all that you may do")
    cleared = "take back scores and comments given by hand to answers that have changed since"
    grade.add_argument("--clear-stale", action="store_true", help=cleared)
    demo = commands.add_parser("demo", help="grade an example class from hand-in to export")
    demo.add_argument("--folder", type=Path, default=REPO / "demo", help="where the example class lives")
    feedback = commands.add_parser("feedback", help="pack the feedback pages of one lesson")
    feedback.add_argument("lesson")
    commands.add_parser("pack", help="write the zip file for students")
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
    if hasattr(options, "author"):
        options.author(course, options)
    elif options.command == "grade":
        from helpers.grading.batch import grade
        from helpers.grading.options import Options

        chosen = {field.name: getattr(options, field.name) for field in dataclasses.fields(Options)}
        grade(course, course.find(options.lesson), Options(**chosen))
    elif options.command == "feedback":
        from helpers.grading.returning import write_feedback_zips

        everybody, *each = write_feedback_zips(course, course.find(options.lesson))
        print(f"{everybody}: the pages of all {len(each)}; a zip for each of them is in {each[0].parent}")
    elif options.command == "pack":
        from helpers.grading.pack import write_pack

        print(write_pack(course))
    elif options.command == "demo":
        from helpers.grading.demo import run_demo

        run_demo(options.folder.resolve())


if __name__ == "__main__":
    sys.exit(main())
