"""Students work on copies of their own: nothing that they wrote is lost, whatever happens to the lessons."""

import json
import os
import shutil
import subprocess
import sys
import threading

import nbformat
import pytest
from environments import lend_environment

from helpers.copies import Copies, CopyError, carry_over
from helpers.grading.course import REPO
from helpers.grading.finding import meant_lesson
from helpers.handing_in import write_hand_in

LESSON = "01_small"
ANSWER = "def double(x):\n    return x * 2  # mine, with an ä"


@pytest.fixture
def copies(small, tmp_path):
    root = tmp_path / "a course, größer"
    shutil.copytree(small.root / "notebooks", root / "notebooks")
    return Copies(root)


def cells(path):
    return nbformat.read(path, as_version=4).cells


def edit(path, change):
    notebook = nbformat.read(path, as_version=4)
    change(notebook.cells)
    nbformat.write(notebook, path)
    return path.read_bytes()


def exercise(found, name=None):
    """The first answer cell, or that of an exercise."""
    marked = (cell for cell in found if cell.metadata.get("nbgrader", {}).get("solution"))
    return next(cell for cell in marked if name in (None, cell.metadata.nbgrader.grade_id))


def answer(path, text=ANSWER):
    return edit(path, lambda found: exercise(found).update(source=text, outputs=[], execution_count=7))


def new_edition(copies, change):
    edit(copies.pristine(LESSON), change)


def files(copies):
    return {path: path.read_bytes() for path in (copies.root / "my_lessons").rglob("*") if path.is_file()}


def test_a_copy_is_made_once_and_left_alone(copies):
    assert copies.prepare() == ["Copied 1 lessons to my_lessons/: work there."]
    assert copies.own(LESSON).read_bytes() == copies.pristine(LESSON).read_bytes()
    written = answer(copies.own(LESSON))
    assert copies.prepare() == []
    assert copies.own(LESSON).read_bytes() == written


def test_a_newer_edition_reaches_who_has_written_nothing(copies):
    copies.prepare()
    new_edition(copies, lambda found: found[0].update(source="# A new title"))
    assert copies.prepare() == [f"{LESSON}: there is a newer edition, and you have it."]
    assert copies.own(LESSON).read_bytes() == copies.pristine(LESSON).read_bytes()
    assert len(files(copies)) == 2, "nothing was there to be kept"


def test_answers_are_carried_over_and_the_old_file_is_kept(copies):
    copies.prepare()
    path = copies.own(LESSON)
    answer(path)
    name = exercise(cells(path)).metadata.nbgrader.grade_id

    def more(found):
        place = found.index(exercise(found))
        found.insert(place + 1, nbformat.v4.new_markdown_cell("A note of mine."))
        found.insert(0, nbformat.v4.new_code_cell("first = 1"))
        found[-1].source += "\nand a word of mine"

    old = edit(path, more)

    def changed(found):
        found[0].source = "# A new title"
        found.insert(1, nbformat.v4.new_markdown_cell("A new paragraph."))
        exercise(found, name).source = "def double(x, more):\n    # YOUR CODE HERE\n    raise NotImplementedError()"

    new_edition(copies, changed)
    said = copies.prepare()
    assert "your answers are in it" in said[0] and "had changed" in said[1]
    found = cells(path)
    texts = [cell.source for cell in found]
    assert texts[:3] == ["first = 1", "# A new title", "A new paragraph."]
    place = found.index(exercise(found, name))
    assert texts[place : place + 2] == [ANSWER, "A note of mine."]
    assert any("and a word of mine" in text for text in texts)
    assert len({cell.id for cell in found}) == len(found)
    kept = [content for file, content in files(copies).items() if "before the update" in file.name]
    assert kept == [old]
    assert copies.prepare() == []


def test_an_exercise_that_is_gone_keeps_its_answer(copies):
    copies.prepare()
    answer(copies.own(LESSON))
    new_edition(copies, lambda found: found.remove(exercise(found)))
    assert "not asked any more; your answer is still there" in copies.prepare()[1]
    (mine,) = (cell for cell in cells(copies.own(LESSON)) if cell.source == ANSWER)
    assert "nbgrader" not in mine.metadata


def test_outputs_stay_where_the_text_is_the_same(copies):
    copies.prepare()
    answer(copies.own(LESSON))
    new_edition(copies, lambda found: found[0].update(source="# A new title"))
    copies.prepare()
    mine = exercise(cells(copies.own(LESSON)))
    assert (mine.source, mine.execution_count) == (ANSWER, 7)


def test_an_answer_that_was_doubled_is_there_twice(copies):
    copies.prepare()

    def twice(found):
        first = exercise(found)
        again = nbformat.from_dict(json.loads(json.dumps(first)))
        first.source, again.source, again.id = "tried = 1", "tried = 2", "again"
        found.insert(found.index(first) + 1, again)

    edit(copies.own(LESSON), twice)
    new_edition(copies, lambda found: found[0].update(source="# A new title"))
    copies.prepare()
    texts = [cell.source for cell in cells(copies.own(LESSON))]
    assert "tried = 1" in texts and "tried = 2" in texts


@pytest.mark.parametrize("content", [b"", b"no json", b'{"cells": 3}', b"[]", b'{"cells": ["x"]}'])
def test_what_is_no_notebook_any_more_stays(copies, content):
    copies.prepare()
    copies.own(LESSON).write_bytes(content)
    new_edition(copies, lambda found: found[0].update(source="# A new title"))
    assert "stays as it is" in copies.prepare()[0]
    assert copies.own(LESSON).read_bytes() == content


def test_without_the_edition_it_came_from_nothing_is_lost(copies):
    copies.prepare()
    old = answer(copies.own(LESSON))
    copies.given(LESSON).unlink()
    new_edition(copies, lambda found: found[0].update(source="# A new title"))
    copies.prepare()
    texts = [cell.source for cell in cells(copies.own(LESSON))]
    assert ANSWER in texts and "# A new title" in texts
    assert old in files(copies).values()


def test_a_lesson_that_got_another_number_brings_its_answers(copies):
    copies.prepare()
    old = answer(copies.own(LESSON))
    (copies.root / "notebooks" / LESSON).rename(copies.root / "notebooks" / "02_small")
    moved = copies.root / "notebooks" / "02_small"
    (moved / f"{LESSON}.ipynb").rename(moved / "02_small.ipynb")
    assert "your answers are in it" in copies.prepare()[0]
    assert exercise(cells(copies.own("02_small"))).source == ANSWER
    assert copies.own(LESSON).read_bytes() == old
    assert copies.prepare() == []


def test_a_program_that_takes_ids_away_doubles_nothing(copies):
    copies.prepare()
    answer(copies.own(LESSON))
    notebook = json.loads(copies.own(LESSON).read_text())
    for cell in notebook["cells"]:
        del cell["id"]
    copies.own(LESSON).write_text(json.dumps({**notebook, "nbformat_minor": 4}))
    new_edition(copies, lambda found: found[0].update(source="# A new title"))
    copies.prepare()
    found = cells(copies.own(LESSON))
    assert len(found) == len(cells(copies.pristine(LESSON))) and exercise(found).source == ANSWER


def test_a_damaged_note_of_what_was_given_loses_nothing(copies):
    copies.prepare()
    old = answer(copies.own(LESSON))
    copies.given(LESSON).write_bytes(b"damaged")
    assert "your answers are in it" in copies.prepare()[0]
    assert exercise(cells(copies.own(LESSON))).source == ANSWER and old in files(copies).values()


def test_two_answers_in_two_places_are_both_kept(copies):
    copies.prepare()
    answer(copies.own(LESSON), "in_my_copy = 1")
    answer(copies.pristine(LESSON), "in_notebooks = 1")
    copies.prepare()
    texts = [cell.source for cell in cells(copies.own(LESSON))]
    assert texts.index("in_notebooks = 1") == texts.index("in_my_copy = 1") + 1


def test_a_reset_keeps_the_old_file_each_time(copies):
    copies.prepare()
    first = answer(copies.own(LESSON), "tried = 1")
    copies.reset(LESSON)
    second = answer(copies.own(LESSON), "tried = 2")
    copies.reset(LESSON)
    assert copies.own(LESSON).read_bytes() == copies.pristine(LESSON).read_bytes()
    assert {first, second} <= set(files(copies).values())


def test_where_nothing_was_written_nothing_is_carried_over(copies):
    given = json.loads(copies.pristine(LESSON).read_text())
    assert carry_over(given, given, given) == (given, [])


def test_where_nothing_can_be_written_it_is_told(copies):
    (copies.root / "my_lessons").write_text("a file of this name")
    with pytest.raises(CopyError, match="cannot be written"):
        copies.prepare()


def test_lessons_are_found_by_number(copies):
    assert copies.find("1") == copies.find("01") == copies.find("01_small") == LESSON
    with pytest.raises(CopyError, match="there are: 01_small"):
        copies.find("17")


# -- handing in -----------------------------------------------------------------------------------


def test_the_file_to_hand_in_is_one_that_is_collected(copies):
    copies.prepare()
    said = write_hand_in(copies, LESSON, "Ada Byron")
    path = copies.root / "hand_in" / f"Ada.Byron__{LESSON}.ipynb"
    assert path.name in said and "0 of" in said
    assert meant_lesson(path.name.partition("__")[2], [LESSON]) == LESSON
    first = path.read_bytes()
    written = answer(copies.own(LESSON))
    assert "1 of" in write_hand_in(copies, LESSON), "the name is remembered"
    assert path.read_bytes() == written
    assert [file.read_bytes() for file in (path.parent / "earlier").iterdir()] == [first]


@pytest.mark.parametrize("name", ["../ada", "a/b", "ada__01", "*", "-" * 3 + "!"])
def test_a_name_that_no_file_can_have_is_refused(copies, name):
    copies.prepare()
    with pytest.raises(CopyError, match="letters, digits"):
        write_hand_in(copies, LESSON, name)
    assert not (copies.root / "hand_in").exists()


# -- start.py -------------------------------------------------------------------------------------


@pytest.fixture
def started(copies):
    """A course in a folder with a space and an umlaut, with this environment for its own."""
    for name in ("start.py", "requirements.lock", "pyproject.toml"):
        shutil.copyfile(REPO / name, copies.root / name)
    (copies.root / "helpers").symlink_to(REPO / "helpers")
    lend_environment(copies.root)
    return copies


def start(copies, *arguments, reply=""):
    command = [sys.executable, str(copies.root / "start.py"), *arguments]
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    return subprocess.run(command, cwd="/", env=environment, input=reply, capture_output=True, text=True)


def test_reset_asks_first(started):
    started.prepare()
    written = answer(started.own(LESSON))
    assert "Nothing was changed" in start(started, "reset", "1", reply="n\n").stdout
    assert "Nothing was changed" in start(started, "reset", "1").stdout, "nobody there to ask"
    assert started.own(LESSON).read_bytes() == written
    done = start(started, "reset", "1", reply="y\n")
    assert "your old file is" in done.stdout, done.stderr
    assert written in files(started).values()


def test_submit_from_the_command_line(started):
    assert f"hand_in/ada__{LESSON}.ipynb is the file" in start(started, "submit", "01", "--name", "ada").stdout
    refused = start(started, "submit", "02")
    assert refused.returncode == 1 and refused.stderr.startswith("There is no lesson '02'")


def test_two_starts_at_a_time_leave_one_whole_copy(copies):
    threads = [threading.Thread(target=copies.prepare) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert copies.own(LESSON).read_bytes() == copies.pristine(LESSON).read_bytes()
    assert not list((copies.root / "my_lessons").rglob(".*.new"))
