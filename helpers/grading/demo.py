"""An example class, from hand-in to export: what grading does, seen in one command."""

from __future__ import annotations

from pathlib import Path

from helpers.grading.authoring.exercises import load_exercises
from helpers.grading.course import REPO, Course
from helpers.grading.sample import alternatives, collect, fill, hand_in, make_course, solution_sources

LESSON = "01_two_steps"
NAMED_MISTAKES = {  # submission: exercise, mistake
    "mistake-transposed": ("one_step", "recurrent kernel transposed"),
    "mistake-forgot-state": ("two_steps", "first state forgotten"),
    "mistake-x-before-h": ("joint_outputs", "[x, h] for [h, x]"),
}
RAISING = "def one_step(x_t, h_prev, kernel, recurrent_kernel, bias):\n    return x_t @ h_prev\n"
ENDLESS = "def two_steps(step, x_0, x_1, initial_state):\n    while True:\n        pass\n"
EXPECTED = {  # submission: points it deserves, out of 10
    "alternative": 10.0,
    "endless": 8.0,
    "half-done": 5.0,
    "mistake-forgot-state": 8.0,
    "mistake-transposed": 9.0,
    "mistake-x-before-h": 8.0,
    "not-a-notebook": 0.0,
    "perfect": 10.0,
    "raising": 8.0,
    "unfinished": 0.0,
}


def run_demo(folder: Path) -> None:
    """Make a course in ``folder``, hand in the example class, collect, grade, export."""
    course = make_course(folder, REPO, LESSON)
    print(f"1. release   {LESSON} -> {course.student_copy(LESSON)}")
    archive = hand_in(course, LESSON, example_class(course))
    print(f"2. hand in   {archive}")
    collect(course, LESSON)
    print(f"3. collect   {course.root / 'submitted'}\n4. autograde, feedback, export\n")
    from helpers.grading.batch import grade

    grade(course, LESSON)


def example_class(course: Course) -> dict[str, str]:
    """Return the content of every example submission by name."""
    exercises = load_exercises(course, LESSON)
    right = solution_sources(course, LESSON)
    names = list(right)

    def with_mistake(exercise: str, mistake: str) -> str:
        described = exercises[exercise]
        variant = next(m for m in described.mistakes if m.name == mistake)
        return fill(course, LESSON, {**right, exercise: described.source(variant, right[exercise])})

    return {
        "perfect": fill(course, LESSON, right),
        "alternative": fill(course, LESSON, alternatives(exercises, right)),
        "half-done": fill(course, LESSON, {name: right[name] for name in names[: len(names) // 2]}),
        **{name: with_mistake(*which) for name, which in NAMED_MISTAKES.items()},
        "unfinished": fill(course, LESSON, {}),
        "raising": fill(course, LESSON, {**right, "one_step": RAISING}),
        "endless": fill(course, LESSON, {**right, "two_steps": ENDLESS}),
        "not-a-notebook": "Dear teacher, my homework is in the other file.\n",
    }
