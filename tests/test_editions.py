"""A lesson changes while a course goes on: nobody is accused, nothing given by hand is lost, all points are right."""

import json
import re
import shutil

import nbformat
import pytest
from nbgrader.utils import compute_checksum
from small_lesson import LESSON
from test_gradebook import grades, nbgrader, opened, status, submit

from helpers.grading import cleanup, editions, intake, sample
from helpers.grading.authoring.release import nbgrader_api, release
from helpers.grading.batch import grade
from helpers.grading.course import CourseError
from helpers.grading.kernels.jobs import GRADED, NOT_ASKED
from helpers.grading.marks import grade_id
from helpers.grading.store import Store

ADDED = "sums"  # the exercise that comes and goes
WORTH = 2  # points of it


# -- which edition a hand-in was made with: no kernel runs -----------------------------------------


@pytest.fixture(scope="module")
def now(small):
    return nbformat.read(small.student_copy(LESSON), as_version=4)


def changed(notebook, change):
    """An edition: ``change`` is made and the marks are put right, as a release would."""
    other = nbformat.from_dict(json.loads(json.dumps(notebook)))
    change(other)
    for cell in other.cells:
        if cell.metadata.get("nbgrader"):
            cell.metadata.nbgrader.checksum = compute_checksum(cell)
    return other


def cell(notebook, name):
    return next(cell for cell in notebook.cells if grade_id(cell) == name)


def without(*names):
    ids = {identity for name in names for identity in (name, f"check-{name}")}
    return lambda notebook: notebook.update(cells=[cell for cell in notebook.cells if grade_id(cell) not in ids])


def points(name, value):
    return lambda notebook: cell(notebook, f"check-{name}").metadata.nbgrader.update(points=value)


def source(name, text):
    return lambda notebook: cell(notebook, name).update(source=text)


def answered(notebook, name="one_step"):
    """What a student hands in who has written one answer."""
    return changed_freely(notebook, source(name, f"def {name}(*a):\n    return 1\n"))


def changed_freely(notebook, change):
    """A hand-in: what the student changed, whatever the marks say."""
    other = nbformat.from_dict(json.loads(json.dumps(notebook)))
    change(other)
    return other


def cleaned(handed_in, release_, *kept):
    return editions.clean(cleanup.parse(nbformat.writes(handed_in).encode()), release_, kept)


def test_what_an_earlier_edition_did_not_ask_is_not_counted(now):
    earlier = changed(now, without(ADDED, "which"))
    found = cleaned(answered(earlier), now, earlier)
    assert found.repairs == () and found.not_asked == {ADDED, "which"}
    assert found.note == "made with an earlier edition that did not ask sums, which, which are not counted"
    assert cell(found.notebook, "one_step").source == "def one_step(*a):\n    return 1\n"
    assert [grade_id(cell) for cell in found.notebook.cells] == [grade_id(cell) for cell in now.cells]


def test_what_is_withdrawn_is_ignored(now):
    later = changed(now, without(ADDED))
    found = cleaned(answered(answered(now), ADDED), later, now)
    assert (found.repairs, found.not_asked) == ((), frozenset())
    assert found.note == "made with an earlier edition that asked sums, which nobody is asked any more"
    assert not [cell for cell in found.notebook.cells if "sums" in cell.source and cell.cell_type == "code"]


@pytest.mark.parametrize(
    "change", [points("one_step", 5), source("check-one_step", 'check("one_step", one_step)  # old')]
)
def test_an_earlier_check_is_no_edited_one(now, change):
    earlier = changed(now, change)
    found = cleaned(answered(earlier), now, earlier)
    assert (found.repairs, found.note) == ((), "made with an earlier edition")
    assert cell(found.notebook, "check-one_step") == cell(now, "check-one_step")


def test_an_earlier_stub_is_no_answer(now):
    earlier = changed(now, source("two_steps", "def two_steps(*everything):\n    raise NotImplementedError\n"))
    earlier = changed(earlier, points("one_step", 5))
    found = cleaned(answered(earlier), now, earlier)
    assert cleanup.answered(found.notebook, now) == {"one_step"}


def test_an_edited_check_is_one_in_any_edition(now):
    earlier = changed(now, without(ADDED))
    cheat = changed_freely(answered(earlier), source("check-one_step", "1000"))
    found = cleaned(cheat, now, earlier)
    assert found.repairs == ("the check of one_step was edited",) and found.not_asked == {ADDED}


def test_who_deletes_what_was_asked_has_not_an_earlier_edition(now):
    heading = nbformat.v4.new_markdown_cell("## The new exercise", id="heading-of-sums")
    newer = changed(now, lambda notebook: notebook.cells.insert(0, heading))
    earlier = changed(now, without(ADDED))
    found = cleaned(changed_freely(answered(newer), without(ADDED)), newer, earlier)
    assert found.not_asked == frozenset() and found.note == "made with another edition: sums is not in it"
    lost = changed_freely(answered(now), lambda notebook: notebook.cells.remove(cell(notebook, "check-sums")))
    assert cleaned(lost, now, earlier).repairs == ("the check of sums was deleted",)


def test_the_current_edition_goes_before_others(now):
    earlier = changed(now, source("check-one_step", 'check("one_step", one_step)  # old'))
    assert cleaned(answered(now), now, earlier) == cleaned(answered(now), now)
    assert cleaned(answered(now), now, earlier).note == ""


def test_editions_are_kept_once_and_without_answers(now, small, tmp_path):
    course = sample.make_course(tmp_path / "course", small.root, LESSON)
    store = Store(course, LESSON)
    earlier = changed(now, without(ADDED))
    for edition in (earlier, now, answered(now), now):
        editions.keep(store, edition)
    assert len(list(store.editions.iterdir())) == 2
    assert [len(edition.cells) for edition in editions.kept(store)] == [len(now.cells), len(earlier.cells)]
    editions.keep(store, earlier)
    assert len(editions.kept(store)[0].cells) == len(earlier.cells), "released again it is the newest"
    folder = course.root / "submitted" / "ada" / LESSON
    folder.mkdir(parents=True)
    (folder / f"{LESSON}.ipynb").write_text(nbformat.writes(answered(earlier)))
    (store.editions / "damaged.ipynb").write_text("{")
    assert intake.read(course, LESSON, "ada").not_asked == {ADDED}


# -- a lesson that changes while it is graded ------------------------------------------------------


def withdraw(course, name):
    """Take an exercise out of the lesson's sources; return what puts it back."""
    notebook, described = course.solution(LESSON), course.exercises(LESSON)
    page = described.parent / "mistakes" / f"{name}.md"
    files = {path: path.read_bytes() for path in (notebook, described, page)}
    nb = nbformat.read(notebook, as_version=4)
    without(name)(nb)
    nbformat.write(nb, notebook)
    text = described.read_text()
    described.write_text(re.sub(rf"@exercise[^@]*?def {name}\(.*?(?=\n@|\Z)", "", text, flags=re.DOTALL))
    page.unlink()
    return lambda: [path.write_bytes(content) for path, content in files.items()]


def most(course):
    with opened(course) as book:
        return book.find_assignment(LESSON).max_score


def hand_in(course, student):
    submit(course, student, sample.solution_sources(course, LESSON))


@pytest.fixture(scope="module")
def course(small, tmp_path_factory):
    """A course whose lesson is released and graded without an exercise, which is added then; ada handed in before."""
    course = sample.make_course(tmp_path_factory.mktemp("editions") / "course", small.root, LESSON)
    shutil.rmtree(course.notebooks / LESSON)
    put_back = withdraw(course, ADDED)
    release(course, [LESSON])
    hand_in(course, "ada")
    grade(course, LESSON)
    assert most(course) == 8 - WORTH
    with opened(course) as book:
        book.find_grade("check-one_step", LESSON, LESSON, "ada").manual_score = 1.5
    put_back()
    release(course, [LESSON])
    hand_in(course, "bob")
    return course


def test_an_exercise_may_be_added_after_grading(course):
    ada, bob = grade(course, LESSON)
    assert (ada.status, ada.score, ada.max_score) == (GRADED, 8 - WORTH - 0.5, 8 - WORTH)
    assert ada.note == "made with an earlier edition that did not ask sums, which is not counted"
    assert [item.status for item in ada.items if item.exercise == ADDED] == [NOT_ASKED]
    assert (bob.status, bob.score, bob.max_score, bob.note) == (GRADED, 8, 8, "")
    assert most(course) == 8
    assert grades(course)[LESSON, "ada"]["max_score"] == status(course, "ada")["max_score"] == str(8.0 - WORTH)
    page = (course.root / "feedback" / "ada" / LESSON / f"{LESSON}.html").read_text(encoding="utf-8")
    assert f"(Score: {ada.score} / {ada.max_score})" in page and "This was not asked in the edition" in page
    report = (course.root / f"report_{LESSON}.html").read_text(encoding="utf-8")
    assert '<span class="hidden">not asked</span>' in report
    before = course.gradebook.read_bytes()
    assert grade(course, LESSON) == [ada, bob]
    assert course.gradebook.read_bytes() == before


def test_an_exercise_with_points_given_by_hand_is_not_withdrawn(course, capsys):
    grade(course, LESSON)
    with opened(course) as book:
        book.find_grade("check-sums", LESSON, LESSON, "bob").manual_score = 0.5
        book.find_comment(ADDED, LESSON, LESSON, "ada").manual_comment = "Have a look at this one."
    put_back = withdraw(course, ADDED)
    release(course, [LESSON])
    before = course.gradebook.read_bytes()
    words = r"no longer asks what carries points or comments given by hand: sums \(given to ada, bob\)"
    with pytest.raises(CourseError, match=words):
        grade(course, LESSON)
    released = course.student_copy(LESSON).read_bytes()
    result = nbgrader_api(course).generate_assignment(LESSON, force=True)  # the Formgrader's button
    assert not result["success"] and re.search(words, result["log"])
    assert course.gradebook.read_bytes() == before and course.student_copy(LESSON).read_bytes() == released
    put_back()
    release(course, [LESSON])
    with opened(course) as book:
        book.find_grade("check-sums", LESSON, LESSON, "bob").manual_score = None
        book.find_comment(ADDED, LESSON, LESSON, "ada").manual_comment = None


def test_an_exercise_may_be_withdrawn_after_grading(course):
    put_back = withdraw(course, ADDED)
    release(course, [LESSON])
    nbgrader(course, "autograde", LESSON, "--force")
    nbgrader(course, "export")
    assert most(course) == 8 - WORTH
    stock = grades(course)
    ada, bob = grade(course, LESSON)
    assert (ada.score, bob.score, bob.max_score) == (8 - WORTH - 0.5, 8 - WORTH, 8 - WORTH)
    assert (ada.note, bob.note) == ("", "made with an earlier edition that asked sums, which nobody is asked any more")
    assert {name: row["score"] for name, row in stock.items()} == {
        name: row["score"] for name, row in grades(course).items()
    }
    put_back()
    release(course, [LESSON])


def test_generating_in_the_formgrader_adds_and_changes_what_is_asked(course):
    api = nbgrader_api(course)
    put_back = withdraw(course, ADDED)
    nb = nbformat.read(course.solution(LESSON), as_version=4)
    cell(nb, "check-two_steps").metadata.nbgrader.points = 4
    nbformat.write(nb, course.solution(LESSON))
    assert api.generate_assignment(LESSON, force=True)["success"]
    assert most(course) == 8 - WORTH - 2 + 4
    between = [grade_id(cell) for cell in nbformat.read(course.student_copy(LESSON), as_version=4).cells]
    put_back()
    result = api.generate_assignment(LESSON, force=True)
    assert result["success"], result["log"]
    assert most(course) == 8
    kept = editions.kept(Store(course, LESSON))[0].cells
    assert [grade_id(cell) for cell in kept] == between, "what was written over is kept"
    with opened(course) as book:
        assert {
            grade.name for notebook in book.find_submission(LESSON, "bob").notebooks for grade in notebook.grades
        } == {
            name
            for name in (grade_id(cell) for cell in nbformat.read(course.student_copy(LESSON), 4).cells)
            if name.startswith("check-")
        }
