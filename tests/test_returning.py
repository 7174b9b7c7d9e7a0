"""Feedback comes back as zip files: one a student, and one of all."""

import zipfile

import pytest

from helpers.grading.__main__ import main
from helpers.grading.course import Course

LESSON = "01_small"


@pytest.fixture
def course(small, tmp_path):
    course = Course(tmp_path)
    course.solution(LESSON).parent.mkdir(parents=True)
    course.solution(LESSON).write_bytes(small.solution(LESSON).read_bytes())
    return course


def hand_back(course, *students):
    for student in students:
        page = course.root / "feedback" / student / LESSON / f"{LESSON}.html"
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(f"<p>for {student}</p>", encoding="utf-8")


def test_one_zip_each_and_one_of_all(course, capsys):
    hand_back(course, "ada", "jörg müller")
    assert main(["--course", str(course.root), "feedback", "01"]) == 0
    assert "the pages of all 2" in capsys.readouterr().out
    with zipfile.ZipFile(course.root / "returned" / f"feedback_{LESSON}.zip") as archive:
        assert archive.namelist() == [f"ada__{LESSON}.html", f"jörg müller__{LESSON}.html"]
    with zipfile.ZipFile(course.root / "returned" / LESSON / "jörg müller.zip") as archive:
        assert archive.read(f"{LESSON}.html").decode() == "<p>for jörg müller</p>"
    (course.root / "feedback" / "ada" / LESSON / f"{LESSON}.html").unlink()
    assert main(["--course", str(course.root), "feedback", "01"]) == 0
    assert [path.name for path in (course.root / "returned" / LESSON).iterdir()] == ["jörg müller.zip"]


def test_before_anything_is_graded_it_is_told(course, capsys):
    assert main(["--course", str(course.root), "feedback", "01"]) == 1
    assert "run `make grade LESSON=01` first" in capsys.readouterr().err
