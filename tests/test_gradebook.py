"""One truth in the gradebook: what it says now is what every file and every page says."""

import csv
import dataclasses
import datetime
import shutil
import subprocess
import sys
from contextlib import contextmanager

import pytest
from nbgrader.api import Gradebook
from small_lesson import LESSON

from helpers.grading import sample
from helpers.grading.__main__ import main
from helpers.grading.authoring.release import nbgrader_api
from helpers.grading.batch import grade
from helpers.grading.course import CourseError
from helpers.grading.kernels.jobs import GRADED, NO_NOTEBOOK
from helpers.grading.store import Store

POINTS = 2.0  # for the one answer that is right
DUE = datetime.datetime(2026, 2, 3, 12)
HALF = """
from nbgrader.plugins import BasePlugin
class Half(BasePlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return score / 2
c.AssignLatePenalties.plugin_class = Half
"""


def submit(course, student, answers, content=None, handed_in=""):
    folder = course.root / "submitted" / student / LESSON
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{LESSON}.ipynb").write_text(content or sample.fill(course, LESSON, answers))
    if handed_in:
        (folder / "timestamp.txt").write_text(handed_in)


def one_right(course):
    return {"one_step": sample.solution_sources(course, LESSON)["one_step"]}


@contextmanager
def opened(course):
    with Gradebook(f"sqlite:///{course.gradebook}", "rnn") as book:
        yield book
        book.db.commit()


def nbgrader(course, *line):
    command = [sys.executable, "-m", "nbgrader", *line]
    done = subprocess.run(command, cwd=course.root, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    return done


def set_due(course, due):
    with opened(course) as book:
        book.find_assignment(LESSON).duedate = due


def configure(course, text):
    with (course.root / "nbgrader_config.py").open("a") as config:
        config.write(text)


def grades(course):
    with (course.root / "grades.csv").open(newline="", encoding="utf-8") as file:
        return {(row["assignment"], row["student_id"]): row for row in csv.DictReader(file)}


def row(course, student):
    return grades(course)[LESSON, student]


def status(course, student):
    with (course.root / f"status_{LESSON}.csv").open(newline="", encoding="utf-8") as file:
        return next(row for row in csv.DictReader(file) if row["student"] == student)


def runs(course):
    return {path.name: path.stat().st_mtime_ns for path in Store(course, LESSON).runs.iterdir()}


@pytest.fixture(scope="module")
def class_of_two(small, tmp_path_factory):
    """Ada was in time and late is not; nobody has set a due date."""
    course = sample.make_course(tmp_path_factory.mktemp("truth") / "course", small.root, LESSON)
    submit(course, "ada", one_right(course), handed_in="2026-02-03 11:00:00 UTC")
    submit(course, "late", one_right(course), handed_in="2026-02-05 15:00:00 UTC")
    grade(course, LESSON)
    return course


@pytest.fixture
def course(class_of_two, tmp_path):
    shutil.copytree(class_of_two.root, tmp_path / "course")
    return dataclasses.replace(class_of_two, root=tmp_path / "course")


def graded(course):
    return {record.student: record for record in grade(course, LESSON)}


# -- late penalties ------------------------------------------------------------------------


def everywhere(course, student):
    """The score of a student in all that is written, seen to be the same one."""
    record = graded(course)[student]
    page = (course.root / "feedback" / student / LESSON / f"{LESSON}.html").read_text(encoding="utf-8")
    assert float(row(course, student)["score"]) == float(status(course, student)["score"]) == record.score
    assert f"(Score: {record.score} / " in page
    told = status(course, student)["note"]
    assert told == record.note == row(course, student)["note"]
    assert ("taken off" in told) == (float(row(course, student)["late_submission_penalty"]) > 0)
    return record.score


def test_a_penalty_set_after_grading_counts_everywhere_and_executes_nothing(course, capsys):
    before = runs(course)
    configure(course, HALF)
    assert everywhere(course, "late") == POINTS
    set_due(course, DUE)
    assert everywhere(course, "late") == POINTS / 2
    assert "1 of 2 points were taken off for handing in late" in capsys.readouterr().out
    assert (row(course, "late")["raw_score"], row(course, "late")["late_submission_penalty"]) == ("2.0", "1.0")
    report = (course.root / f"report_{LESSON}.html").read_text(encoding="utf-8")
    assert "The median score is 1.5 of 8" in " ".join(report.split())
    assert everywhere(course, "ada") == POINTS
    assert runs(course) == before


def test_a_date_moved_back_and_an_extension_give_the_points_back(course):
    configure(course, "\nc.LateSubmissionPlugin.penalty_method = 'zero'\n")
    set_due(course, DUE)
    assert everywhere(course, "late") == 0
    with opened(course) as book:
        book.grant_extension(LESSON, "late", days=1)
    assert everywhere(course, "late") == 0, "two days were not enough"
    with opened(course) as book:
        book.grant_extension(LESSON, "late", days=3)
    assert everywhere(course, "late") == POINTS
    with opened(course) as book:
        book.grant_extension(LESSON, "late")
    assert everywhere(course, "late") == 0
    set_due(course, None)
    assert everywhere(course, "late") == POINTS


def test_points_given_by_hand_are_halved_too(course):
    configure(course, HALF)
    set_due(course, DUE)
    assert everywhere(course, "late") == POINTS / 2
    with opened(course) as book:
        book.find_grade("check-two_steps", LESSON, LESSON, "late").manual_score = 1.0
    assert everywhere(course, "late") == (POINTS + 1) / 2


def test_an_extension_of_no_date_at_all(course):
    with opened(course) as book:
        book.grant_extension(LESSON, "late", days=1)
    assert everywhere(course, "late") == POINTS


def test_a_plugin_that_fails_is_told_and_nothing_is_changed(course):
    configure(course, HALF.replace("score / 2", "score / 0"))
    set_due(course, DUE)
    before = course.gradebook.read_bytes()
    with pytest.raises(CourseError, match=r"Half cannot say what late loses .*ZeroDivisionError.*: mend it"):
        grade(course, LESSON)
    assert course.gradebook.read_bytes() == before


def test_nbgraders_own_command_and_make_grade_agree_on_who_is_late(course):
    configure(course, HALF)
    set_due(course, DUE)
    nbgrader(course, "autograde", LESSON)
    nbgrader(course, "export")
    stock = grades(course)
    assert stock[LESSON, "late"]["score"] == "1.0", "though nbgrader had graded it before"
    assert everywhere(course, "late") == POINTS / 2
    assert grades(course) == stock
    set_due(course, None)
    nbgrader(course, "autograde", LESSON, "--force")
    nbgrader(course, "export")
    assert row(course, "late")["score"] == "2.0"
    set_due(course, DUE)
    submit(course, "bob", {}, "no notebook")
    button = nbgrader_api(course).autograde  # what the Formgrader's button calls
    assert button(LESSON, "ada", force=True)["success"] and not button(LESSON, "bob", force=True)["success"]
    nbgrader(course, "export")
    stock = grades(course)
    assert (row(course, "late")["score"], row(course, "bob")["status"]) == ("1.0", NO_NOTEBOOK)
    assert everywhere(course, "late") == POINTS / 2
    assert grades(course) == stock


# -- grades.csv ----------------------------------------------------------------------------


def test_a_deleted_file_is_there_again(course):
    names = ["grades.csv", f"status_{LESSON}.csv", f"report_{LESSON}.html", f"report_{LESSON}_mistakes.csv"]
    before = {name: (course.root / name).read_bytes() for name in names}
    for name in names:
        (course.root / name).unlink()
    grade(course, LESSON)
    assert {name: (course.root / name).read_bytes() for name in names} == before


def test_everybody_has_a_line_that_says_what_became_of_it(course):
    with opened(course) as book:
        book.add_student("eve", last_name="Smith, Jr.", first_name='Eve "E."')
        book.add_assignment("02_not_taught")
        book.add_assignment("03_of_last_year", duedate="2020-01-01 00:00:00 UTC")
    submit(course, "bob", {}, "no notebook")
    grade(course, LESSON)
    table = grades(course)
    assert {lesson for lesson, _ in table} == {LESSON, "03_of_last_year"}
    assert {name for lesson, name in table if lesson == LESSON} == {"ada", "late", "bob", "eve"}
    assert [row(course, "ada")[name] for name in ("status", "score", "max_score")] == [GRADED, "2.0", "8.0"]
    assert [row(course, "bob")[name] for name in ("status", "note", "score")] == [NO_NOTEBOOK, "it is not JSON", ""]
    eve = row(course, "eve")
    assert (eve["status"], eve["score"], eve["last_name"], eve["first_name"]) == (
        "nothing handed in",
        "0.0",
        "Smith, Jr.",
        'Eve "E."',
    )
    assert table["03_of_last_year", "ada"]["status"] == "nothing handed in"
    nbgrader(course, "export", "--to", "stock.csv")
    assert (course.root / "stock.csv").read_bytes() == (course.root / "grades.csv").read_bytes()
    nbgrader(course, "export", "--to", "some.csv", "--student", "['eve']", "--assignment", f"['{LESSON}']")
    assert len((course.root / "some.csv").read_text().splitlines()) == 2


def test_nobody_has_failed_what_is_not_due_yet(course):
    with opened(course) as book:
        book.add_student("eve")
    set_due(course, datetime.datetime.now() + datetime.timedelta(days=3))
    grade(course, LESSON)
    assert (row(course, "eve")["status"], row(course, "eve")["score"]) == ("nothing handed in", "")
    submit(course, "eve", {})
    nbgrader(course, "export")
    assert (row(course, "eve")["status"], row(course, "eve")["score"]) == ("not graded yet", "")


def test_a_student_who_has_gone_is_gone(course):
    submit(course, "bob", {}, "no notebook")
    grade(course, LESSON)
    shutil.rmtree(course.root / "submitted" / "bob")
    shutil.rmtree(course.root / "submitted" / "late")
    with opened(course) as book:
        book.remove_student("late")
    nbgrader(course, "export")
    assert grades(course).keys() == {(LESSON, "ada")}
    grade(course, LESSON)
    assert grades(course).keys() == {(LESSON, "ada")}


# -- what was given by hand ------------------------------------------------------------------


def give(course, student, exercise, score=None, comment=None):
    """What the Formgrader writes when a score or a comment is saved."""
    with opened(course) as book:
        grade_ = book.find_grade(f"check-{exercise}", LESSON, LESSON, student)
        if score is not None:
            grade_.manual_score, grade_.needs_manual_grade = score, False
        if comment is not None:
            book.find_comment(exercise, LESSON, LESSON, student).manual_comment = comment


def marked(course, student):
    """The exercises that the Formgrader shows as waiting for a person."""
    with opened(course) as book:
        grades_ = [one for notebook in book.find_submission(LESSON, student).notebooks for one in notebook.grades]
        return {one.name.removeprefix("check-") for one in grades_ if one.needs_manual_grade}


def answer(course, *remarks):
    source = one_right(course)["one_step"]
    return {"one_step": "".join(f"# {remark}\n" for remark in remarks) + source}


STALE = "the hand-given score of one_step and the comment on one_step stand on a changed answer"


@pytest.fixture
def stale(course):
    """Ada has handed in again: of two scores given by hand one stands on a changed answer."""
    give(course, "ada", "one_step", 1.5, "Short, but fine.")
    give(course, "ada", "two_steps", 0.5)
    assert graded(course)["ada"].note == "" and marked(course, "ada") == set()
    submit(course, "ada", answer(course, "better now"))
    assert graded(course)["ada"].note == STALE
    return course


def test_a_score_given_to_a_changed_answer_is_named_until_it_is_saved_anew(stale, capsys):
    assert graded(stale)["ada"].score == 2.0, "it still counts"
    assert STALE in capsys.readouterr().out
    assert status(stale, "ada")["note"] == row(stale, "ada")["note"] == STALE
    assert marked(stale, "ada") == {"one_step"}, "what stands on an unchanged answer is not marked"
    nbgrader(stale, "autograde", LESSON, "--force")
    assert marked(stale, "ada") == {"one_step"}, "nor by nbgrader's own command"
    give(stale, "ada", "one_step", 1.5)
    assert graded(stale)["ada"].note == "" and marked(stale, "ada") == set()
    submit(stale, "ada", answer(stale, "better now", "and better"))
    assert graded(stale)["ada"].note == STALE


def test_an_answer_that_is_as_it_was_takes_the_mark_away(stale):
    submit(stale, "ada", one_right(stale))
    assert graded(stale)["ada"].note == "" and marked(stale, "ada") == set()


def test_a_class_that_was_graded_before_such_marks_were_kept(course):
    give(course, "ada", "one_step", 1.5)
    shutil.rmtree(Store(course, LESSON).folder / "given")
    submit(course, "ada", answer(course, "better now"))
    assert graded(course)["ada"].note == "the hand-given score of one_step stands on a changed answer"


def test_one_command_takes_back_what_stands_on_changed_answers_and_nothing_else(stale, capsys):
    give(stale, "late", "one_step", 0.5, "Not a step.")
    line = ["--course", str(stale.root), "grade", "01", "--clear-stale"]
    assert main(line) == 0
    told = capsys.readouterr().out
    assert 'ada: one_step, score 1.5\nada: one_step, comment "Short, but fine."\n' in told and "late: one" not in told
    assert everywhere(stale, "ada") == 2.5 and marked(stale, "ada") == set()
    assert everywhere(stale, "late") == 0.5
    page = (stale.root / "feedback" / "ada" / LESSON / f"{LESSON}.html").read_text(encoding="utf-8")
    assert "Short, but fine." not in page
    assert main(line) == 0
    assert "Nothing to take back." in capsys.readouterr().out
    assert main([*line, "--watch"]) == 1
    assert "give it without --watch" in capsys.readouterr().err
