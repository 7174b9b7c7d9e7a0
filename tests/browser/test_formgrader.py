"""The Formgrader's Autograde button, pressed in a real browser for a class of cheats: one way to grade."""

import contextlib
import sys

import attacks
import pytest
from browser_parts import jupyter_lab, wait
from nbgrader.api import Gradebook
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.common.by import By
from small_lesson import LESSON, POINTS

from helpers.grading import sample
from helpers.grading.batch import grade

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="confinement needs Linux")


@pytest.fixture(scope="module")
def course(small, tmp_path_factory):
    course = sample.make_course(tmp_path_factory.mktemp("formgrader") / "course", small.root, LESSON)
    attacks.hand_in(course, LESSON)
    return course


@pytest.fixture(scope="module")
def address(course):
    with jupyter_lab(course.root, f"--ServerApp.root_dir={course.root}", "--allow-root") as address:
        yield address


def boxes(browser):
    return [box for box in browser.find_elements(By.CSS_SELECTOR, ".modal") if box.is_displayed()]


def press(browser, student):
    """Press a student's button; return what the page says then."""
    for row in browser.find_elements(By.CSS_SELECTOR, "tbody tr"):
        if student in [part.text for part in row.find_elements(By.CSS_SELECTOR, ".student-id")]:
            row.find_element(By.CSS_SELECTOR, ".autograde a").click()
            break
    text = wait(browser, lambda b: next((box.text for box in boxes(b) if "autograd" in box.text.lower()), ""))

    def gone(b):  # a box that is still moving in does not hear the click
        for box in boxes(b):
            with contextlib.suppress(WebDriverException):
                box.find_element(By.CSS_SELECTOR, ".modal-footer button").click()
        return not boxes(b)

    wait(browser, gone)
    return text


def test_the_button_grades_as_make_grade_does(course, address, browser, tmp_path):
    assert not course.gradebook.exists(), "a fresh clone"
    browser.get(f"{address}/formgrader/manage_submissions/{LESSON}")
    wait(browser, lambda b: b.find_elements(By.CSS_SELECTOR, ".autograde a"))
    browser.save_screenshot(str(tmp_path / "before.png"))
    students = sorted(path.name for path in (course.root / "submitted").iterdir())
    told = {student: press(browser, student) for student in students}
    browser.save_screenshot(str(tmp_path / "after.png"))
    refused = [student for student, text in told.items() if "Success" not in text]
    assert refused == sorted(attacks.UNREADABLE), told
    assert all("Nothing that was handed in" in told[student] for student in refused), told
    with Gradebook(f"sqlite:///{course.gradebook}", "rnn") as book:
        pressed = {entry.student_id: entry.score for entry in book.assignment_submissions(LESSON)}
    assert all(pressed[student] == 0 for student in attacks.CHEATS if student not in attacks.UNREADABLE)
    assert all(pressed[student] == POINTS for student in attacks.HONEST)
    records = {record.student: record.score for record in grade(course, LESSON)}
    assert pressed == {student: score for student, score in records.items() if student not in attacks.UNREADABLE}
