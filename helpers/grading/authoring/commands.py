"""The commands of an author: release, outputs, rules, lesson, insert, rename (see the Makefile)."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from helpers.grading.authoring.variants import AuthorError
from helpers.grading.course import Course

Command = Callable[[Course, argparse.Namespace], None]


def add_commands(commands: Any) -> None:
    """Add the author's commands to argparse's ``commands``; each notes its function as ``author``."""

    def add(name: str, run: Command, words: str) -> argparse.ArgumentParser:
        parser: argparse.ArgumentParser = commands.add_parser(name, help=words)
        parser.set_defaults(author=run)
        return parser

    release = add("release", _release, "make cases and student copies from the solutions")
    release.add_argument("lessons", nargs="*", help="lessons to release (default: all)")
    release.add_argument("--recompute", action="store_true", help="draw and answer all cases again")
    outputs = add("outputs", _outputs, "run solution notebooks and store their outputs")
    outputs.add_argument("lessons", nargs="*", help="lessons to run (default: all)")
    outputs.add_argument("--time", action="store_true", help="write run times that are clearly other than the known")
    rules = add("rules", _rules, "say which of the standards a lesson does not keep")
    rules.add_argument("lessons", nargs="*", help="lessons to look at (default: all)")
    lesson = add("lesson", _lesson, "start a lesson from the template")
    lesson.add_argument("name", help="its number and name: 15_my_lesson")
    insert = add("insert", _insert, "start a lesson between others, which move up by one")
    insert.add_argument("name", help="its number and name: 05_my_lesson")
    rename = add("rename", _rename, "give an exercise another name")
    rename.add_argument("lesson")
    rename.add_argument("old")
    rename.add_argument("new")


def _chosen(course: Course, options: argparse.Namespace) -> list[str]:
    return [course.find(name) for name in options.lessons] or course.lessons()


def _release(course: Course, options: argparse.Namespace) -> None:
    from helpers.grading.authoring.release import release

    release(course, _chosen(course, options), options.recompute)


def _outputs(course: Course, options: argparse.Namespace) -> None:
    from helpers.grading.authoring.outputs import store_outputs
    from helpers.grading.authoring.readme import note_run_time

    for lesson in _chosen(course, options):
        seconds = store_outputs(course, lesson)
        print(f"{lesson}: {note_run_time(course, lesson, seconds, options.time)}", flush=True)


def _rules(course: Course, options: argparse.Namespace) -> None:
    from helpers.grading.authoring.rules import broken_rules

    lessons = _chosen(course, options)
    if problems := [sentence for lesson in lessons for sentence in broken_rules(course, lesson)]:
        raise AuthorError(*problems)
    print(f"{', '.join(lessons)}: as they should be" if len(lessons) > 1 else f"{lessons[0]}: as it should be")


def _lesson(course: Course, options: argparse.Namespace) -> None:
    from helpers.grading.authoring.start import next_steps, start_lesson

    start_lesson(course, options.name)
    print(next_steps(options.name))


def _insert(course: Course, options: argparse.Namespace) -> None:
    from helpers.grading.authoring.insert import insert_lesson
    from helpers.grading.authoring.start import next_steps

    for line in insert_lesson(course, options.name):
        print(line)
    print(next_steps(options.name))


def _rename(course: Course, options: argparse.Namespace) -> None:
    from helpers.grading.authoring.rename import rename_exercise

    for line in rename_exercise(course, course.find(options.lesson), options.old, options.new):
        print(line)
