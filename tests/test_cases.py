"""Every mistake is refused and named, every alternative accepted: on inputs nobody has seen."""

import shutil

import numpy as np
import pytest
from conftest import lesson_run

from helpers import casefile
from helpers.answers import pack
from helpers.grading.authoring import Alternative, AuthorError, Case, Exercise, Mistake
from helpers.grading.cases import PUBLIC_SEED, equivalent, up_to_date
from helpers.grading.course import Course

FRESH_SEEDS = (101, 202)


@pytest.mark.parametrize("seed", [PUBLIC_SEED, *FRESH_SEEDS])
def test_mistakes_and_alternatives(lesson, seed):
    problems = []
    for exercise, variant, verdict in lesson_run(lesson, seed).verdicts():
        if isinstance(variant, Mistake):
            named = verdict.mistake == variant.name and verdict.says == (variant.says,)
            if not named or verdict.points >= verdict.max_points:
                problems.append(f"{exercise}: mistake '{variant.name}' was judged {verdict}")
        elif verdict.status != "right":
            problems.append(f"{exercise}: alternative '{variant.name}' was judged {verdict}")
    assert not problems, "\n".join(problems)


def test_the_committed_cases_are_those_of_the_lesson(lesson, course):
    assert up_to_date(course, lesson), "run `make release`"
    assert equivalent(casefile.load(course.case_file(lesson)), lesson_run(lesson, PUBLIC_SEED).cases)


def packed_inputs(exercise):
    arrays = {}
    trees = [pack(case.inputs, arrays) for case in exercise.cases]
    return trees, {key: array.tobytes() for key, array in arrays.items()}


def test_fresh_seeds_give_fresh_inputs(lesson):
    public, fresh = (lesson_run(lesson, seed).cases.exercises for seed in (PUBLIC_SEED, FRESH_SEEDS[0]))
    for name, exercise in public.items():
        if exercise.is_function:
            assert packed_inputs(exercise) != packed_inputs(fresh[name]), f"{name}: every seed draws the same inputs"


def test_case_files_hold_arrays_only(lesson, course):
    with np.load(course.case_file(lesson), allow_pickle=False) as archive:
        assert all(archive[name].dtype.kind in "biuf" for name in archive.files)


def test_a_changed_lesson_makes_its_cases_stale(lesson, course, tmp_path):
    copy = Course(tmp_path)
    shutil.copytree(course.solutions / lesson, copy.solutions / lesson)
    copy.case_file(lesson).parent.mkdir(parents=True)
    shutil.copy(course.case_file(lesson), copy.case_file(lesson))
    assert up_to_date(copy, lesson)
    copy.exercises(lesson).write_text(copy.exercises(lesson).read_text() + "\nCHANGED = True\n")
    assert not up_to_date(copy, lesson)


def test_an_edit_that_does_not_fit_the_solution_blames_the_author():
    with pytest.raises(AuthorError, match="occurs 0 times"):
        Mistake("m", edits=(("tanh", "sigmoid"),)).apply("return x")
    with pytest.raises(AuthorError, match="either edits or a source"):
        Alternative("a").apply("return x")


def test_case_and_exercise_are_what_authors_import():
    assert Case("group").inputs == ()
    assert Exercise("n", {}, "", [], []).draw is None
