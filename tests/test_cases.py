"""Every mistake is refused and named, every alternative accepted: on inputs nobody has seen."""

import shutil

import numpy as np
import pytest
from conftest import SEEDS, lesson_run

from helpers.checking import keys
from helpers.checking.packing import pack
from helpers.grading.authoring.cases import PUBLIC_SEED, equivalent, up_to_date
from helpers.grading.course import Course


@pytest.mark.parametrize("seed", SEEDS)
def test_mistakes_and_alternatives(lesson, seed):
    """What `make release` refuses, on seeds that it has not seen."""
    problems = lesson_run(lesson, seed).problems()
    assert not problems, "\n".join(problems)


def test_the_committed_cases_are_those_of_the_lesson(lesson, course):
    assert up_to_date(course, lesson), "run `make release`"
    assert equivalent(keys.load(course.case_file(lesson)), lesson_run(lesson, PUBLIC_SEED).cases)


def packed_inputs(exercise):
    arrays = {}
    trees = [pack(case.inputs, arrays) for case in exercise.cases]
    return trees, {key: array.tobytes() for key, array in arrays.items()}


def test_fresh_seeds_give_fresh_inputs(lesson):
    public, fresh = (lesson_run(lesson, seed).cases.questions for seed in SEEDS[:2])
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
    whole = copy.exercises(lesson).read_text()
    copy.exercises(lesson).write_text(whole + "\nCHANGED = True\n")
    assert not up_to_date(copy, lesson)
    copy.exercises(lesson).write_text(whole + "\n# only a remark\n")
    assert up_to_date(copy, lesson)
    page = next(copy.exercises(lesson).parent.glob("mistakes/*.md"))
    title, reveal, rest = page.read_text().split("\n\n", 2)
    page.write_text(f"{title}\n\n{reveal} Truly.\n\n{rest}")
    assert not up_to_date(copy, lesson)
