"""Whatever is handed in, intake answers; what was edited is put back and named; honest work gives no repair."""

import copy
import itertools
import json
import os
import random
import shutil
import socket

import nbformat
import pytest
from nbgrader.utils import parse_utc
from small_lesson import LESSON

from helpers.grading import cleanup, files, intake, sample, slim, timestamps
from helpers.grading.authoring.exercises import load_exercises
from helpers.grading.course import REPO, Course, CourseError
from helpers.grading.files import Refused
from helpers.grading.kernels import jobs
from helpers.grading.marks import grade_id
from helpers.grading.watch import arrivals

NAME = f"{LESSON}.ipynb"
NUMBER = itertools.count()


@pytest.fixture(scope="module")
def desk(small, tmp_path_factory):
    """A course to hand in to."""
    return sample.make_course(tmp_path_factory.mktemp("intake") / "course", small.root, LESSON)


@pytest.fixture(scope="module")
def released(desk):
    return nbformat.read(desk.student_copy(LESSON), as_version=4)


@pytest.fixture(scope="module")
def perfect(desk):
    """A perfect notebook; `edited` gives copies to spoil."""
    return nbformat.reads(sample.fill(desk, LESSON, sample.solution_sources(desk, LESSON)), as_version=4)


def folder_of(course, student):
    folder = course.root / "submitted" / student / LESSON
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def hand_in(course, notebook=None, files=None):
    """Hand in a notebook (JSON, text or bytes) and files beside it; return what intake makes of it."""
    student = f"student-{next(NUMBER)}"
    folder = folder_of(course, student)
    if notebook is not None:
        content = notebook if isinstance(notebook, str | bytes) else json.dumps(notebook)
        (folder / NAME).write_bytes(content.encode() if isinstance(content, str) else content)
    for name, content in (files or {}).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return intake.read(course, LESSON, student)


def edited(notebook, *edits):
    spoilt = json.loads(json.dumps(notebook))
    for edit in edits:
        edit(spoilt)
    return spoilt


def at(notebook, name):
    """Where the cell of this id stands."""
    return next(i for i, cell in enumerate(notebook["cells"]) if cell.get("id") == name)


def cell(notebook, name):
    return notebook["cells"][at(notebook, name)]


def own(source, kind="code", **more):
    code = {"outputs": [], "execution_count": None} if kind == "code" else {}
    return {"cell_type": kind, "id": f"mine-{next(NUMBER)}", "metadata": {}, "source": source, **code, **more}


def sources(notebook):
    return [cell.source for cell in notebook.cells]


# -- honest work --------------------------------------------------------------------------


def test_an_honest_class_is_read_without_repairs(desk):
    right = sample.solution_sources(desk, LESSON)
    answers = {
        "perfect": right,
        "alternative": sample.alternatives(load_exercises(desk, LESSON), right),
        "half-done": dict(list(right.items())[:2]),
        "unfinished": {},
    }
    contents = {name: sample.fill(desk, LESSON, given) for name, given in answers.items()}
    for name, content in (contents | {"not-a-notebook": "Dear teacher, my homework is in the other file.\n"}).items():
        read = hand_in(desk, content)
        if name == "not-a-notebook":
            assert (read.status, read.notebook) == (jobs.NO_NOTEBOOK, None)
        else:
            wanted = nbformat.reads(content, as_version=4)
            assert (read.status, read.note, read.repairs, read.files) == (None, "", (), ())
            assert read.notebook == wanted, "nothing but the answers differs from the release"


def add_own_cells(notebook):
    for place in (0, 3, 12, len(notebook["cells"])):
        notebook["cells"].insert(place, own(f"print({place})"))
    notebook["cells"].insert(5, own("My *notes*", "markdown"))
    notebook["cells"].append(own("   "))


def run_it(notebook):
    for number, item in enumerate(cell for cell in notebook["cells"] if cell["cell_type"] == "code"):
        item["execution_count"] = number
        item["outputs"] = [{"output_type": "stream", "name": "stdout", "text": ["1.0\n"]}]


def decorate(notebook):
    for item in notebook["cells"]:
        item["metadata"].update(collapsed=True, trusted=True, jupyter={"source_hidden": True}, colab={"id": "x"})


def split_answer(notebook):
    """As JupyterLab splits: both halves keep the marks."""
    where = at(notebook, "one_step")
    whole = notebook["cells"][where]["source"]
    second = copy.deepcopy(notebook["cells"][where]) | {"id": "half", "source": whole}
    notebook["cells"][where]["source"] = "helper = 1"
    notebook["cells"].insert(where + 1, second)


def as_format_3(notebook):
    converted = nbformat.convert(nbformat.from_dict(notebook), 3)
    notebook.clear()
    notebook.update(json.loads(nbformat.writes(converted, version=3)))


def without_ids(notebook):
    notebook["nbformat_minor"] = 0
    for item in notebook["cells"]:
        del item["id"]


def without_metadata(notebook):
    for item in notebook["cells"]:
        item["metadata"] = {}


def tag_own_cells(notebook):
    notebook["cells"].insert(3, own("print(1)", metadata={"tags": ["todo", "raises-exception"]}))


def other_line_ends(notebook):
    for item in notebook["cells"]:
        item["source"] = item["source"].replace("\n", "  \r\n") + "\n"


HONEST = {
    "own cells anywhere": add_own_cells,
    "outputs and counts": run_it,
    "metadata of editors": decorate,
    "tags on own cells": tag_own_cells,
    "line ends": other_line_ends,
    "another kernel": lambda nb: nb["metadata"].update(kernelspec={"name": "home"}, language_info={"name": "julia"}),
    "an answer split in two": split_answer,
    "format 3": as_format_3,
    "format 4.0": without_ids,
    "format 4.9": lambda nb: nb.update(nbformat_minor=9, new_field=1),
    "a tool that keeps no metadata": without_metadata,
    "sources in lines": lambda nb: [c.update(source=c["source"].splitlines(True)) for c in nb["cells"]],
    "an edited plot": lambda nb: cell(nb, "cell-05").update(source="plots.draw_unrolled(steps=3)"),
    "an answer written elsewhere": lambda nb: nb["cells"].insert(
        at(nb, "one_step"), own(nb["cells"].pop(at(nb, "one_step"))["source"])
    ),
}


@pytest.mark.parametrize("name", HONEST)
def test_honest_noise_gives_no_repair(desk, released, perfect, name):
    read = hand_in(desk, edited(perfect, HONEST[name]))
    assert (read.status, read.note, read.repairs) == (None, "", ())
    nbformat.validate(read.notebook)
    assert read.notebook.metadata == released.metadata
    # Every released cell is there once and in its order; between them, the student's.
    theirs = [c for c in read.notebook.cells if c.id.startswith("own-cell-")]
    graded = [grade_id(c) or c.id for c in read.notebook.cells if c not in theirs]
    assert graded == [grade_id(c) or c.id for c in released.cells]
    for c in theirs:
        assert c.cell_type == "code" and c.source.strip() and c.metadata == {}
    # The answers count, wherever they were written; and they come before their check.
    names = [grade_id(c) for c in read.notebook.cells]
    for exercise, source in sample.solution_sources(desk, LESSON).items():
        where = [i for i, s in enumerate(sources(read.notebook)) if cleanup.plain(s) == cleanup.plain(source)]
        assert where and names.index(exercise) <= where[0] < names.index(f"check-{exercise}")


def test_released_cells_are_not_run_twice_where_a_format_has_no_ids(desk, released, perfect):
    assert len(hand_in(desk, edited(perfect, without_ids)).notebook.cells) == len(released.cells)


def test_own_cells_stay_where_they_are(desk, perfect):
    read = hand_in(desk, edited(perfect, lambda nb: nb["cells"].insert(at(nb, "check-one_step"), own("between = 1"))))
    where = sources(read.notebook).index("between = 1")
    assert [c.id for c in read.notebook.cells[where - 1 : where + 2]] == ["one_step", "own-cell-1", "check-one_step"]


def test_a_byte_order_mark_is_no_damage(desk, perfect):
    assert hand_in(desk, b"\xef\xbb\xbf" + json.dumps(perfect).encode()).notebook == perfect


def test_a_check_that_is_put_back_comes_behind_what_the_student_wrote(desk, perfect):
    def replace_check(notebook):
        notebook["cells"][at(notebook, "check-one_step")] = own("helper = 1")

    read = hand_in(desk, edited(perfect, replace_check))
    where = sources(read.notebook).index("helper = 1")
    assert [c.id for c in read.notebook.cells[where - 1 : where + 2]] == ["one_step", "own-cell-1", "check-one_step"]


def test_what_replaces_a_deleted_answer_runs_after_its_stub(desk, perfect):
    written = sample.solution_sources(desk, LESSON)["one_step"]
    read = hand_in(desk, edited(perfect, HONEST["an answer written elsewhere"]))
    where = sources(read.notebook).index(written)
    assert [c.id for c in read.notebook.cells[where - 1 : where + 2]] == ["one_step", "own-cell-1", "check-one_step"]
    assert "YOUR CODE HERE" in read.notebook.cells[where - 1].source


def test_edited_and_copied_demonstrations_are_not_run(desk, released):
    release = copy.deepcopy(released)
    release.cells[4].metadata.tags = ["demo"]
    handed_in = json.loads(nbformat.writes(release))
    handed_in["cells"][4]["source"] = "train_for_hours()"
    handed_in["cells"].append(own("train_for_hours()", metadata={"tags": ["demo"]}))
    notebook, repairs = cleanup.clean(cleanup.parse(json.dumps(handed_in).encode()), release)
    hours = [c for c in notebook.cells if c.source == "train_for_hours()"]
    assert [c.metadata for c in hours] == [{"tags": ["demo"]}] and repairs == ()


def test_the_same_hand_in_gives_the_same_notebook(desk, perfect):
    """A run is known by its notebook; ids drawn at random would execute everything again."""
    noisy = edited(perfect, add_own_cells, split_answer, without_ids)
    assert nbformat.writes(hand_in(desk, noisy).notebook) == nbformat.writes(hand_in(desk, noisy).notebook)


# -- edited notebooks ---------------------------------------------------------------------

CHECK = "check-one_step"


def meta(name, **changes):
    return lambda nb: cell(nb, name)["metadata"]["nbgrader"].update(changes)


def tags(name, *new):
    return lambda nb: cell(nb, name)["metadata"].update(tags=list(new))


def become(name, kind):
    return lambda nb: cell(nb, name).update(cell_type=kind)


def double(name, **changes):
    return lambda nb: nb["cells"].append(copy.deepcopy(cell(nb, name)) | {"id": "again"} | changes)


def move(name, place):
    return lambda nb: nb["cells"].insert(place, nb["cells"].pop(at(nb, name)))


THE = "the check of one_step "
EDITS = {
    "check edited": (lambda nb: cell(nb, CHECK).update(source="1000"), THE + "was edited"),
    "check emptied": (lambda nb: cell(nb, CHECK).update(source=[]), THE + "was emptied"),
    "check without source": (lambda nb: cell(nb, CHECK).pop("source"), THE + "was emptied"),
    "check of numbers": (lambda nb: cell(nb, CHECK).update(source=3), THE + "was emptied"),
    "check deleted": (lambda nb: nb["cells"].pop(at(nb, CHECK)), THE + "was deleted"),
    "check doubled": (double(CHECK), THE + "was there more than once"),
    "forged double": (double(CHECK, source="1000"), THE + "was there more than once"),
    "check moved down": (move(CHECK, 18), THE + "was moved"),
    "check before its answer": (move(CHECK, 8), THE + "was moved"),
    "check as text": (become(CHECK, "markdown"), THE + "was turned into markdown"),
    "check as raw": (become(CHECK, "raw"), THE + "was turned into raw"),
    "check of an unknown kind": (become(CHECK, ["code"]), THE + "was turned into no cell"),
    "answer as text": (become("one_step", "markdown"), "the answer cell of one_step was turned into markdown"),
    "points of no number": (meta(CHECK, points=[float("nan")]), THE + "had its points edited"),
    "not graded": (meta(CHECK, grade=False), THE + "had its marks edited"),
    "not locked": (meta(CHECK, locked=False), THE + "had its marks edited"),
    "check as answer": (meta(CHECK, solution=True), THE + "had its marks edited"),
    "answer as check": (meta("one_step", grade=True), "the answer cell of one_step had its marks edited"),
    "no marks": (lambda nb: cell(nb, CHECK)["metadata"].pop("nbgrader"), THE + "lost its marks"),
    "marks of a text": (lambda nb: cell(nb, CHECK)["metadata"].update(nbgrader="x"), THE + "lost its marks"),
    "metadata a list": (lambda nb: cell(nb, CHECK).update(metadata=[]), THE + "lost its marks"),
    "skip-execution": (tags(CHECK, "skip-execution"), THE + "had its tags edited"),
    "demo": (tags(CHECK, "demo", 3, None), THE + "had its tags edited"),
    "raises-exception": (tags(CHECK, "raises-exception"), THE + "had its tags edited"),
    "another tag": (tags(CHECK, "nbval-check-output", "mine"), THE + "had its tags edited"),
    "answer skipped": (tags("one_step", "demo"), "the answer cell of one_step had its tags edited"),
}


@pytest.mark.parametrize("name", EDITS)
def test_edited_cells_are_put_back_and_named(desk, perfect, name):
    edit, repair = EDITS[name]
    read = hand_in(desk, edited(perfect, edit))
    assert (read.status, read.repairs) == (None, (repair,))
    assert read.notebook == perfect


def gone(*names):
    return lambda nb: nb.update(cells=[cell for cell in nb["cells"] if cell.get("id") not in names])


ANOTHER_EDITION = {
    "other points": (meta(CHECK, points=1000), "made with another edition: one_step had other points"),
    "an exercise less": (gone("sums", "check-sums"), "made with another edition: sums is not in it"),
}


@pytest.mark.parametrize("name", ANOTHER_EDITION)
def test_what_an_edition_that_nobody_kept_explains_is_no_repair(desk, perfect, name):
    edit, note = ANOTHER_EDITION[name]
    read = hand_in(desk, edited(perfect, edit))
    assert (read.status, read.repairs, read.note, read.not_asked) == (None, (), note, frozenset())


def test_the_first_of_a_doubled_answer_counts(desk, perfect):
    wrong = double("one_step", source="def one_step(*a): return 0")
    read = hand_in(desk, edited(perfect, wrong))
    assert [c.source for c in read.notebook.cells if grade_id(c) == "one_step"] == [cell(perfect, "one_step")["source"]]
    assert sources(read.notebook)[-1].startswith("def one_step(*a)"), "the other one is the student's own cell"


def test_doubled_cell_ids_give_a_valid_notebook(desk, perfect):
    same = edited(perfect, lambda nb: nb["cells"].extend([own(f"x = {i}", id="cell-05") for i in range(3)]))
    read = hand_in(desk, same)
    assert read.repairs == () and len({c.id for c in read.notebook.cells}) == len(read.notebook.cells)
    assert sources(read.notebook)[-3:] == ["x = 0", "x = 1", "x = 2"]


def test_marks_and_tags_of_own_cells_do_not_reach_the_grading(desk, perfect):
    marks = {"grade": True, "grade_id": "bonus", "points": 100, "locked": False, "solution": False}
    boast = own("100", metadata={"nbgrader": marks, "tags": ["raises-exception"]})
    read = hand_in(desk, edited(perfect, lambda nb: nb["cells"].append(boast)))
    assert (read.notebook.cells[-1].source, read.notebook.cells[-1].metadata) == ("100", {})


def test_ten_thousand_cells(desk, perfect):
    """The answers behind them count; only so many are kept."""
    crowd = [own(f"x = {i}") for i in range(10_000)]
    read = hand_in(desk, edited(perfect, lambda nb: nb.update(cells=crowd + nb["cells"])))
    assert read.repairs == (f"of 10000 cells of the student's own {cleanup.MAX_OWN} were kept",)
    assert len(read.notebook.cells) == cleanup.MAX_OWN + len(perfect["cells"])
    assert read.notebook.cells[cleanup.MAX_OWN :] == perfect.cells


def test_endless_answers_are_cut(desk, perfect):
    read = hand_in(desk, edited(perfect, lambda nb: cell(nb, "one_step").update(source="#" * 200_000)))
    assert read.repairs == ("one_step was longer than 100000 characters and was cut",)
    assert max(map(len, sources(read.notebook))) == cleanup.MAX_SOURCE


def test_half_characters_do_not_reach_a_file(desk, perfect):
    read = hand_in(desk, edited(perfect, lambda nb: cell(nb, "one_step").update(source="x = '\ud800'")))
    nbformat.writes(read.notebook).encode()


# -- no notebook, or none to use ----------------------------------------------------------

DEEP = '{"nbformat": 4, "cells": ' + "[" * 100_000 + "]" * 100_000 + "}"
UNUSABLE = {
    "nothing": (b"", jobs.NO_NOTEBOOK, "empty"),
    "a letter": ("Dear teacher", jobs.NO_NOTEBOOK, "not JSON"),
    "cut off": ('{"nbformat": 4, "cells": [', jobs.NO_NOTEBOOK, "not JSON"),
    "bytes": (b"\xff\xfe\x00", jobs.NO_NOTEBOOK, "UTF-8"),
    "deeply nested": (DEEP, jobs.NO_NOTEBOOK, "not JSON"),
    "nested beyond counting": ("[" * 5_000_000, jobs.UNREADABLE, "too many parts"),
    "a number": ("1e999", jobs.NO_NOTEBOOK, "no notebook"),
    "a long number": ('{"nbformat": ' + "9" * 10_000 + "}", jobs.NO_NOTEBOOK, "not JSON"),
    "NaN": ("NaN", jobs.NO_NOTEBOOK, "no notebook"),
    "a list": ("[]", jobs.NO_NOTEBOOK, "no notebook"),
    "an empty object": ("{}", jobs.NO_NOTEBOOK, "no notebook"),
    "format 99": ('{"nbformat": 99, "cells": []}', jobs.UNREADABLE, "unknown format (99)"),
    "format NaN": ('{"nbformat": NaN, "cells": []}', jobs.UNREADABLE, "unknown format"),
    "a format of lists": ('{"nbformat": ' + "[" * 900 + "]" * 900 + "}", jobs.UNREADABLE, "unknown format"),
    "no cells": ('{"nbformat": 4}', jobs.UNREADABLE, "none of this course's"),
    "cells no list": ('{"nbformat": 4, "cells": {"0": 1}}', jobs.UNREADABLE, "none of this course's"),
    "cells of nothing": ('{"nbformat": 4, "cells": [null, 1, "x", [], {}]}', jobs.UNREADABLE, "none of this course's"),
    "sheets no list": ('{"nbformat": 3, "worksheets": 7}', jobs.UNREADABLE, "none of this course's"),
    "another course": (nbformat.writes(nbformat.v4.new_notebook()), jobs.UNREADABLE, "none of this course's"),
    "too many cells": ('{"nbformat": 4, "cells": [' + "{}," * 30_000 + "{}]}", jobs.UNREADABLE, "30001 cells"),
    "too large": (b" " * (cleanup.MAX_NOTEBOOK + 1), jobs.UNREADABLE, "larger than 20 MB"),
}  # fmt: skip


@pytest.mark.parametrize("name", UNUSABLE)
def test_what_cannot_be_graded_gets_a_status(desk, name):
    content, status, note = UNUSABLE[name]
    read = hand_in(desk, content)
    assert (read.status, read.notebook) == (status, None) and note in read.note


def test_another_lessons_notebook_is_not_graded(desk):
    """Its cells have other exercises, but plain cells of the same ids."""
    other = (REPO / "notebooks/02_static_unrolling/02_static_unrolling.ipynb").read_bytes()
    assert hand_in(desk, other).status == jobs.UNREADABLE


def test_nothing_handed_in(desk):
    assert intake.read(desk, LESSON, "nobody").status == jobs.MISSING
    read = hand_in(desk, files={"homework final.ipynb": b"{}"})
    assert (read.status, read.note) == (
        jobs.MISSING,
        f"there is no {NAME}, but homework final.ipynb (it is JSON, but no notebook)",
    )


def link_to_another(desk, path):
    folder_of(desk, "victim").joinpath(NAME).write_text(sample.fill(desk, LESSON, {}))
    path.symlink_to(desk.root / "submitted" / "victim" / LESSON / NAME)


def bind_socket(desk, path):
    with socket.socket(socket.AF_UNIX) as server:
        here = os.open(path.parent, os.O_RDONLY)  # by a short name: socket names may not be long
        server.bind(f"/proc/self/fd/{here}/{path.name}")
        os.close(here)


NO_FILE = {
    "symbolic link": link_to_another,
    "dangling symbolic link": lambda desk, path: path.symlink_to("nowhere"),
    "pipe": lambda desk, path: os.mkfifo(path),
    "folder": lambda desk, path: path.mkdir(),
}
NO_FILE |= {"socket": bind_socket} if os.path.exists("/proc/self/fd") else {}


@pytest.mark.parametrize("kind", NO_FILE)
@pytest.mark.timeout(20)  # opening a pipe would wait for ever
def test_a_notebook_that_is_no_file(desk, kind):
    folder = folder_of(desk, f"no-file-{next(NUMBER)}")
    NO_FILE[kind](desk, folder / NAME)
    read = intake.read(desk, LESSON, folder.parent.name)
    assert (read.status, read.notebook) == (jobs.NO_NOTEBOOK, None)
    assert read.note == f"{NAME} is a {kind.removeprefix('dangling ')}"


def test_devices_are_not_read(desk):
    with pytest.raises(Refused):
        files.content(os.open("/dev", os.O_RDONLY), "zero", 10)


@pytest.mark.parametrize("which", ["student", "lesson"])
def test_folders_that_are_links_are_refused(desk, perfect, which):
    target = folder_of(desk, "linked-to")
    (target / NAME).write_text(json.dumps(perfect))
    thief = desk.root / "submitted" / f"thief-{which}"
    if which == "student":
        thief.symlink_to(target.parent)
    else:
        thief.mkdir()
        (thief / LESSON).symlink_to(target)
    assert thief.name in intake.students(desk, LESSON), "handed in, and to be told"
    read = intake.read(desk, LESSON, thief.name)
    assert (read.status, read.notebook) == (jobs.NO_NOTEBOOK, None) and "symbolic link" in read.note


# -- names --------------------------------------------------------------------------------


def test_students_are_listed_by_their_folders(small, tmp_path):
    course = sample.make_course(tmp_path / "course", small.root, LESSON)
    with pytest.raises(CourseError, match=f"submitted/ holds nothing for {LESSON}"):
        intake.students(course, LESSON)
    for name in ("zoe", "ada lovelace", ".hidden", "b\ufeffob"):
        folder_of(course, name)
    (course.root / "submitted" / "zoe.txt").write_text("a file")
    (course.root / "submitted" / "idle" / "02_static_unrolling").mkdir(parents=True)
    (course.root / "submitted" / "link").mkdir()
    (course.root / "submitted" / "link" / LESSON).symlink_to("nowhere")
    assert intake.students(course, LESSON) == ["ada lovelace", "b\ufeffob", "link", "zoe"]


NAMES = [
    "*",
    "a[d]a",
    "ad?",
    " ada",
    "ada ",
    "a\nda",
    "ad\x1b[2J",
    os.fsdecode(b"ad\xe4"),
    "ada\u202e",
    "x" * 200,
    "..",
    "",
]


@pytest.mark.parametrize("name", NAMES)
def test_names_no_gradebook_can_keep(desk, name):
    """nbgrader takes a name for a pattern and strips it: "*" would grade everybody, "ada " would grade ada."""
    read = intake.read(desk, LESSON, name)
    assert read.status == jobs.UNREADABLE and "rename it" in read.note
    assert read.student.isprintable() and len(read.student) <= 60


def test_names_no_disk_can_keep(desk):
    """The system's own refusals are told too."""
    read = intake.read(desk, LESSON, "李" * 100)
    assert (read.status, read.note) == (jobs.UNREADABLE, "cannot be read (File name too long)")


@pytest.mark.parametrize("name", ["ada", "ada lovelace", "Zoë", "Zoe\u0308", "李", "a.b+c@d_e-f", "o'hara, jr"])
def test_names_of_people(desk, perfect, name):
    (folder_of(desk, name) / NAME).write_text(json.dumps(perfect))
    read = intake.read(desk, LESSON, name)
    assert (read.student, read.status) == (name, None)


# -- hand-ins as they come ----------------------------------------------------------------

OTHER = "02_static_unrolling"
COPY = f"{LESSON}-Copy1.ipynb"


@pytest.fixture(scope="module")
def two_lessons(small, tmp_path_factory):
    """A course that has another lesson beside the small one."""
    course = sample.make_course(tmp_path_factory.mktemp("two") / "course", small.root, LESSON)
    for room in ("solutions", "notebooks"):
        shutil.copytree(REPO / room / OTHER, course.root / room / OTHER)
    return course


@pytest.fixture
def pile(two_lessons, perfect):
    """Hand in files by their paths below the student's folder; give the student's name."""

    def put(contents):
        student = f"untidy-{next(NUMBER)}"
        (two_lessons.root / "submitted" / student).mkdir(parents=True)
        for name, content in contents.items():
            path = two_lessons.root / "submitted" / student / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return student

    return put


@pytest.fixture(scope="module")
def texts(two_lessons):
    """Notebooks of the small lesson by what they hold, and one of the other lesson."""
    right = sample.solution_sources(two_lessons, LESSON)
    first = dict(list(right.items())[:1])
    return {
        "empty": sample.fill(two_lessons, LESSON, {}),
        "one": sample.fill(two_lessons, LESSON, first),
        "all": sample.fill(two_lessons, LESSON, right),
        "other": (REPO / "notebooks" / OTHER / f"{OTHER}.ipynb").read_text(encoding="utf-8"),
        "broken": "{",
    }


def count(course, notebook):
    return len(cleanup.answered(notebook, nbformat.read(course.student_copy(LESSON), as_version=4)))


HERE = f"{LESSON}/"
ALL, ONE = 5, 1  # exercises
# What lies there, how many exercises the graded notebook answers, and what the note says: all of it where it is "".
UNTIDY = {
    "as it should be": ({HERE + NAME: "all"}, ALL, ""),
    "an untouched copy beside": ({HERE + NAME: "all", HERE + COPY: "empty"}, ALL, ""),
    "the same twice": ({HERE + NAME: "all", HERE + COPY: "all"}, ALL, ""),
    "the work in the copy": (
        {HERE + NAME: "empty", HERE + COPY: "all"},
        ALL,
        f"{COPY} was graded: {NAME} holds no ans",
    ),
    "the work under any name": ({HERE + NAME: "empty", HERE + "final.ipynb": "one"}, ONE, "final.ipynb was graded"),
    "work in both": (
        {HERE + NAME: "one", HERE + COPY: "all"},
        ONE,
        f"{COPY} was left aside: it answers {ALL} exercises, {NAME} 1",
    ),
    "a broken one beside the copy": (
        {HERE + NAME: "broken", HERE + COPY: "one"},
        ONE,
        f"{COPY} was graded: {NAME} cannot be graded (it is not JSON)",
    ),
    "a scratch pad beside": ({HERE + NAME: "one", HERE + "x.ipynb": "{}", HERE + "y.ipynb": "other"}, ONE, ""),
    **{
        f"called {name}": ({HERE + name: "all"}, ALL, f"{name} was graded: there is no {NAME}")
        for name in ("small.ipynb", f"{LESSON} (1).ipynb", COPY, "01_SMALL.ipynb", "01_small.IPYNB", "Übung 1.ipynb")
    },
    "as text": ({HERE + NAME + ".txt": "all"}, ALL, f"{NAME}.txt was graded"),
    "as JSON": ({HERE + f"{LESSON}.json": "all"}, ALL, f"{LESSON}.json was graded"),
    "in a folder of its own": ({f"{HERE}{HERE}x.ipynb": "all"}, ALL, f"{HERE}{HERE}x.ipynb was graded"),
    "two folders down": ({f"{HERE}hand-in/{HERE}{NAME}": "all"}, ALL, "was graded: there is no"),
    **{
        f"in {folder}/": ({f"{folder}/{NAME}": "all"}, ALL, f"{folder}/{NAME} was graded: there is no {HERE}{NAME}")
        for folder in ("01_Small", "01", "1", "small", "Lesson 1", "01-small (1)", "homework", "submission/01_small")
    },
    "in no folder": ({NAME: "all", "notes.txt": "x"}, ALL, f"{NAME} was graded: there is no {HERE}{NAME}"),
    "in no folder, of any name": ({"hw.ipynb": "one"}, ONE, "hw.ipynb was graded"),
    "in the other lesson's folder": ({f"{OTHER}/{NAME}": "one"}, ONE, f"{OTHER}/{NAME} was graded"),
    "beside the other lesson": ({f"{OTHER}/{OTHER}.ipynb": "other", "hw.ipynb": "one"}, ONE, "hw.ipynb was graded"),
    "untouched there, worked here": (
        {HERE + NAME: "empty", "01/x.ipynb": "all"},
        ALL,
        "01/x.ipynb was graded: 01_small",
    ),
    "from a Mac": ({HERE + NAME: "all", f"{HERE}._{NAME}": "\0", f"__MACOSX/{HERE}._{NAME}": "\0"}, ALL, ""),
    "from Windows": ({HERE + NAME: "all", HERE + "Thumbs.db": "\0", HERE + "desktop.ini": "x"}, ALL, ""),
    "an archive beside no answers": (
        {HERE + NAME: "empty", HERE + "work.zip": "PK"},
        0,
        "work.zip was not looked into",
    ),
    "data in an archive": ({HERE + NAME: "one", HERE + "data.zip": "PK"}, ONE, ""),
}


@pytest.mark.parametrize("name", UNTIDY)
def test_what_is_clear_is_graded_wherever_it_lies(two_lessons, pile, texts, name):
    contents, answers, note = UNTIDY[name]
    student = pile({path: texts.get(content, content) for path, content in contents.items()})
    folder = two_lessons.root / "submitted" / student
    before = sorted((path, path.stat().st_mtime_ns) for path in folder.rglob("*"))
    read = intake.read(two_lessons, LESSON, student)
    assert (read.status, read.repairs) == (None, ())
    assert count(two_lessons, read.notebook) == answers
    assert note in read.note and bool(note) == bool(read.note)
    assert student in intake.students(two_lessons, LESSON)
    assert sorted((path, path.stat().st_mtime_ns) for path in folder.rglob("*")) == before, "nothing is moved"


# Status and note of what cannot be graded; a status of None: the student does not appear.
UNCLEAR = {
    "an archive": ({HERE + f"{LESSON}.zip": "PK"}, jobs.MISSING, f"there is no {NAME}, but {LESSON}.zip: unpack it"),
    "an archive of a notebook's name": (
        {HERE + NAME: b"PK\x03\x04\x14\0"},
        jobs.NO_NOTEBOOK,
        "a zip archive: unpack it",
    ),
    "a web page": ({HERE + NAME: "<!DOCTYPE html>"}, jobs.NO_NOTEBOOK, "it is a web page"),
    "a print": ({HERE + f"{LESSON}.pdf": "%PDF"}, jobs.MISSING, f"there is no {NAME}, but {LESSON}.pdf"),
    "an empty folder": ({HERE + ".DS_Store": ""}, jobs.MISSING, f"there is no {NAME}, but {LESSON} holds nothing"),
    "an empty folder by number": ({"01/.x": ""}, jobs.MISSING, f"there is no {HERE}{NAME}, but 01 holds nothing"),
    "a loose archive": ({"all my work.zip": "PK"}, jobs.MISSING, "but all my work.zip: unpack it"),
    "a loose letter": ({"letter.txt": "Dear teacher"}, jobs.MISSING, f"there is no {HERE}{NAME}, but letter.txt"),
    "a letter in a folder of the number": ({"01_homework/letter.txt": "x"}, jobs.MISSING, "but 01_homework/letter.txt"),
    "a notebook of no lesson": ({"hw/x.ipynb": "{}"}, jobs.MISSING, "but hw/x.ipynb (it is JSON, but no notebook)"),
    "cut off": ({"01/x.ipynb": "{"}, jobs.MISSING, f"there is no {HERE}{NAME}, but 01/x.ipynb (it is not JSON)"),
    "the other lesson's here": ({HERE + NAME: "other"}, jobs.UNREADABLE, f"a notebook, but that of {OTHER}"),
    "an archive of the lesson's name": (
        {f"{OTHER}/{OTHER}.ipynb": "other", f"{LESSON}.zip": "PK"},
        jobs.MISSING,
        f"{LESSON}.zip: unpack it",
    ),
    "the other lesson only": ({f"{OTHER}/{OTHER}.ipynb": "other"}, None, ""),
    "the other lesson by number": ({f"2/{OTHER}.ipynb": "other"}, None, ""),
    "the other lesson in no folder": ({"x.ipynb": "other"}, None, ""),
    "the other lesson, and notes": ({f"{OTHER}/{OTHER}.ipynb": "other", "notes.txt": "x", "pad.ipynb": "{}"}, None, ""),
    "the other lesson in this one's number": ({"01/x.ipynb": "other"}, None, ""),
    "an assignment that is no lesson": ({"project/project.ipynb": "{}", "notes.txt": "x"}, None, ""),
    "a lesson that is not here": ({"07_images/hw.ipynb": "{}"}, None, ""),
    "nothing": ({}, None, ""),
}


@pytest.mark.parametrize("name", UNCLEAR)
def test_what_is_unclear_is_told_and_nobody_is_accused(two_lessons, pile, texts, name):
    contents, status, note = UNCLEAR[name]
    student = pile({path: texts.get(content, content) for path, content in contents.items()})
    assert intake.concerns(two_lessons, LESSON, student) == (status is not None)
    read = intake.read(two_lessons, LESSON, student)
    assert read.notebook is None
    if status:
        assert read.status == status and note in read.note


def test_the_other_lesson_is_found_in_this_ones_folder(two_lessons, pile, texts):
    for place in (f"01/{OTHER}.ipynb", f"{LESSON}/{OTHER}.ipynb", "2/x.ipynb"):
        student = pile({place: texts["other"]})
        assert intake.concerns(two_lessons, OTHER, student)
        assert intake.read(two_lessons, OTHER, student).note.startswith(f"{place} was graded")


def test_a_name_that_lessons_share_does_not_make_a_notebook_this_lessons(tmp_path):
    """Seven lessons have an exercise `find_the_bug`."""
    first, second = "05_backprop_through_time", "06_vanishing_and_exploding"
    course = Course(tmp_path)
    for room, lesson in itertools.product(("solutions", "notebooks"), (first, second)):
        shutil.copytree(REPO / room / lesson, tmp_path / room / lesson)
    (tmp_path / "submitted" / "ada" / first).mkdir(parents=True)
    shutil.copy(course.student_copy(second), tmp_path / "submitted" / "ada" / first / f"{first}.ipynb")
    read = intake.read(course, first, "ada")
    assert (read.status, read.note) == (jobs.UNREADABLE, f"a notebook, but that of {second}")


def test_watching_sees_what_lies_elsewhere(small, tmp_path, texts):
    course = sample.make_course(tmp_path / "course", small.root, LESSON)
    for path in (f"ada/{HERE}{NAME}", "bob/01/x.ipynb", "eve/hw.ipynb"):
        (course.root / "submitted" / path).parent.mkdir(parents=True)
        (course.root / "submitted" / path).write_text(texts["one"], encoding="utf-8")
    other = course.root / "submitted" / "zoe" / "02_other"
    other.mkdir(parents=True)
    (other / "02_other.ipynb").write_text("{}")
    assert next(arrivals(course, LESSON)) == ["ada", "bob", "eve"]


def test_what_lies_beside_the_graded_notebook_goes_with_it(two_lessons, pile, texts):
    beside = {
        "01/x.ipynb": texts["all"],
        "01/data.csv": "1",
        "01/timestamp.txt": "2026-11-28 07:15:00 UTC",
        "y.txt": "",
    }
    read = intake.read(two_lessons, LESSON, pile(beside))
    assert (read.files, read.timestamp) == ((("data.csv", b"1"),), WINTER)
    loose = {"x.json": texts["all"], "data.csv": "1", f"{OTHER}/a.csv": "2", "more/b.csv": "3"}
    read = intake.read(two_lessons, LESSON, pile(loose))
    assert read.files == (("data.csv", b"1"), ("more/b.csv", b"3"))


def test_the_time_is_that_of_the_outermost_folder(two_lessons, pile, texts):
    """Whatever collected the hand-ins wrote it there; one further down came with the student's files."""
    times = {f"{HERE}timestamp.txt": "2026-11-28 07:15:00 UTC", f"{HERE}x/timestamp.txt": "2020-01-01 00:00:00 UTC"}
    read = intake.read(two_lessons, LESSON, pile({f"{HERE}x/{NAME}": texts["all"], **times}))
    assert read.timestamp == "2026-11-28 07:15:00 UTC"


def test_files_of_a_mac_are_found_by_the_usual_spelling(two_lessons, pile, texts):
    read = intake.read(two_lessons, LESSON, pile({HERE + NAME: texts["all"], HERE + "da\u0308ten.csv": "1"}))
    assert read.files == (("d\u00e4ten.csv", b"1"),)


def test_many_notebooks_are_not_all_looked_into(two_lessons, pile, texts):
    crowd = {f"{HERE}{number:02}.ipynb": texts["empty"] for number in range(30)}
    read = intake.read(two_lessons, LESSON, pile(crowd))
    assert read.status is None and f"of 30 notebooks {intake.MAX_LOOKED} were looked into" in read.note


# -- as platforms and editors leave them ----------------------------------------------------


def from_colab(notebook):
    """Ids move into the metadata; the format is the oldest of its kind."""
    notebook.update(nbformat_minor=0, metadata={"colab": {"provenance": []}, "kernelspec": {"name": "python3"}})
    for item in notebook["cells"]:
        item["metadata"] = {**item["metadata"], "id": item.pop("id"), "outputId": "x"}


def from_deepnote(notebook):
    notebook["metadata"] = {"deepnote_notebook_id": "x", "deepnote_execution_queue": []}
    for number, item in enumerate(notebook["cells"]):
        item.update(id=f"{number:032x}", metadata={"cell_id": f"{number:032x}", "deepnote_cell_type": "code"})
        item["block_group"] = "x"


def from_kaggle(notebook):
    notebook["nbformat_minor"] = 4
    for item in notebook["cells"]:
        item.pop("id")
        item["metadata"] = {"_uuid": "x", "_cell_guid": "y", "trusted": True, "execution": {"iopub.status.busy": "x"}}


def renew_ids(notebook):
    for number, item in enumerate(notebook["cells"]):
        item["id"] = f"{number:08x}"


PLATFORMS = {
    "Colab": from_colab,
    "VS Code": lambda nb: [c["metadata"].update(vscode={"languageId": "python"}) for c in nb["cells"]],
    "Deepnote": from_deepnote,
    "Kaggle": from_kaggle,
    "new ids": renew_ids,
    **{f"format 4.{minor}": lambda nb, minor=minor: nb.update(nbformat_minor=minor) for minor in range(6)},
}


@pytest.mark.parametrize("name", PLATFORMS)
def test_answers_arrive_from_any_platform(desk, perfect, name):
    read = hand_in(desk, edited(perfect, PLATFORMS[name]))
    assert (read.status, read.note, read.repairs) == (None, "", ())
    assert count(desk, read.notebook) == ALL


ENCODINGS = {
    "a byte order mark": lambda text: text.encode("utf-8-sig"),
    "UTF-16": lambda text: text.encode("utf-16"),
    "line ends of Windows": lambda text: text.replace("\n", "\r\n").encode(),
    "letters as escapes": lambda text: json.dumps(json.loads(text)).encode(),
}


@pytest.mark.parametrize("name", ENCODINGS)
def test_encodings_are_no_damage(desk, perfect, name):
    assert hand_in(desk, ENCODINGS[name](json.dumps(perfect, ensure_ascii=False, indent=1))).notebook == perfect


# -- outputs, however large -----------------------------------------------------------------

LINES = [f'{{"[step]": {number}}} \\" \n' for number in range(1000)]


def test_outputs_are_not_read(desk, perfect):
    """Of 30 MB that are outputs the answers are read as ever."""
    image = {"output_type": "display_data", "metadata": {}, "data": {"image/png": "A" * 30_000_000}}
    outputs = [image, {"output_type": "stream", "name": "stdout", "text": LINES}]
    large = edited(perfect, lambda nb: [c.update(outputs=outputs) for c in nb["cells"][5:8] if "outputs" in c][:1])
    large["cells"][0]["attachments"] = {"x.png": {"image/png": "A" * 100}}
    read = hand_in(desk, large)
    assert (read.status, read.note, read.repairs) == (None, "", ()) and read.notebook == perfect


def test_nothing_but_outputs_is_taken_out(perfect):
    tricky = {
        "cells": [{"outputs": LINES, "source": ['"outputs": [', '{"outputs": [1]}', "\\"], "outputs2": [1]}],
        "metadata": {"outputs": {"a": [1, {"b": "]"}]}, "x": "outputs", "outputs ": [1], "y": '\\"'},
        "outputs": 3,
    }
    wanted = copy.deepcopy(tricky)
    wanted["cells"][0]["outputs"], wanted["metadata"]["outputs"] = [], {}
    for indent in (None, 1):
        assert json.loads(slim.without_outputs(json.dumps(tricky, indent=indent).encode())) == wanted


@pytest.mark.parametrize("end", ["[", "[1", '["', '[{"a": "b', "[]", '[]}, "'])
def test_outputs_that_break_off_are_no_json(end):
    with pytest.raises(cleanup.NotANotebook, match="not JSON"):
        cleanup.parse(('{"nbformat": 4, "cells": [{"outputs": ' + end).encode())


@pytest.mark.timeout(120)
def test_bombs_of_brackets_in_outputs(desk):
    read = hand_in(desk, '{"nbformat": 4, "cells": [{"outputs": ' + "[" * (slim.MAX_SKIPPED + 1))
    assert (read.status, read.note) == (jobs.UNREADABLE, "it has too many parts")


def test_notebooks_of_a_student_have_a_limit_together(desk, perfect, monkeypatch):
    monkeypatch.setattr(intake, "MAX_READ", 1000)
    assert hand_in(desk, perfect).status == jobs.UNREADABLE


# -- files beside the notebook ------------------------------------------------------------

HARMLESS = {
    "notes.txt": b"notes",
    "my_data.csv": b"1,2",
    "data/series.csv": b"1",
    "test/series.csv": b"1",
    "helpers.csv": b"1",
    "test.py": b"x = 1",
    "mytools.py": b"x = 1",
    "mylib/__init__.py": b"",
    "mylib/random.py": b"a module of mylib hides nothing",
    "lab/plots.py": b"the course has a folder lab, but no module",
}
SILENT = {
    ".hidden": b"",
    ".git/config": b"",
    "__pycache__/mytools.cpython-311.pyc": b"",
    "draft.ipynb": b"{}",
    ".ipynb_checkpoints/random.py": b"",
    "fast.so": b"",
    "mytools.pyc": b"",
    "paths.pth": b"import os",
}


def test_data_and_own_modules_are_handed_on(desk, perfect):
    read = hand_in(desk, perfect, HARMLESS | SILENT)
    assert (read.repairs, read.note) == ((), "")
    assert read.files == tuple(sorted(HARMLESS.items()))


HIDING = [
    *("random.py", "numpy.py", "helpers.py", "numpy/__init__.py", "helpers/checks.py", "sitecustomize.py", "random.so"),
    *("usercustomize.py", "ipython_config.py", "ipython_kernel_config.json", "matplotlibrc", "google/protobuf.py"),
    *("json.cpython-311-x86_64-linux-gnu.so", "keras.pyc", "tensorflow/sub/deep.py", "nbgrader_config.py"),
]


@pytest.mark.parametrize("name", HIDING)
def test_files_that_hide_a_module_are_left_out(desk, perfect, name):
    read = hand_in(desk, perfect, {name: b"raise SystemExit", "notes.txt": b""})
    top = name.split("/")[0]
    assert read.repairs == (f"{top} was left out: the course or Python has that name",)
    assert read.files == (("notes.txt", b""),)


def test_nothing_is_imported_to_find_out(desk, perfect, tmp_path, monkeypatch):
    (tmp_path / "spy.py").write_text("raise RuntimeError('imported')")
    monkeypatch.syspath_prepend(tmp_path)
    assert len(hand_in(desk, perfect, {"spy.py": b""}).repairs) == 1


def test_released_files_are_the_released_ones(small, tmp_path, perfect):
    course = sample.make_course(tmp_path / "course", small.root, LESSON)
    beside = course.student_copy(LESSON).parent
    (beside / "prices.csv").write_bytes(b"1,2,3")
    (beside / "more").mkdir()
    (beside / "more" / "a.csv").write_bytes(b"4")
    released = (("more/a.csv", b"4"), ("prices.csv", b"1,2,3"))
    assert hand_in(course, perfect).files == released
    assert hand_in(course, perfect, dict(released)).repairs == ()
    for forged in ({"prices.csv": b"9"}, {"prices.csv/x": b"9"}, {"more": b"9"}):
        read = hand_in(course, perfect, forged)
        assert read.files == released and read.repairs == (f"{next(iter(forged))} is the released one again",)


@pytest.mark.timeout(20)
def test_links_and_pipes_beside_the_notebook_are_left_out(desk, perfect):
    folder = folder_of(desk, "links")
    (folder / NAME).write_text(json.dumps(perfect))
    (folder / "sub").mkdir()
    (folder / "sub" / "passwords.txt").symlink_to("/etc/passwd")
    (folder / "everything").symlink_to("/")
    os.mkfifo(folder / "wait.txt")
    (folder / intake.TIMESTAMP).symlink_to("/etc/hostname")
    read = intake.read(desk, LESSON, "links")
    assert (read.status, read.files, read.timestamp) == (None, (), "")
    assert set(read.repairs) == {
        "everything was a symbolic link and was left out",
        "sub/passwords.txt was a symbolic link and was left out",
        "timestamp.txt was a symbolic link and was left out",
        "wait.txt was a pipe and was left out",
    }


TOO_MUCH = {
    "bytes": ({"a.bin": b"0" * 6_000_000, "b.bin": b"0" * 6_000_000, "c.txt": b""}, "beyond 10 MB", {"a.bin", "c.txt"}),
    "files": ({f"{i:03}.txt": b"" for i in range(120)}, "first 100", {f"{i:03}.txt" for i in range(100)}),
    "folders": ({"a/" * 12 + "x.txt": b"", "y.txt": b""}, "more than 8 folders", {"y.txt"}),
    "names": ({f"{i:04}.ipynb": b"" for i in range(1100)}, "first 1000", set()),
    "odd names": ({os.fsdecode(b"\xdcbung.txt"): b"", "new\nline.txt": b"", "z": b""}, "for its name", {"z"}),
    "many odd names": ({f"{i}\n": b"" for i in range(200)}, "; and more", set()),
}


@pytest.mark.parametrize("what", TOO_MUCH)
def test_too_much_beside_the_notebook_is_left_out(desk, perfect, what):
    """That is a matter of size, not of cheating: it is noted, and is no repair."""
    files, note, kept = TOO_MUCH[what]
    read = hand_in(desk, perfect, files)
    assert (
        (read.status, read.repairs) == (None, ())
        and note in read.note
        and read.note.isprintable()
        and len(read.note) < 300
    )
    assert {name for name, _ in read.files} == kept


# -- the time of handing in ---------------------------------------------------------------

WINTER = "2026-11-28 07:15:00 UTC"
TIMES = {
    "2026-02-02 15:58:23.948203 UTC": "2026-02-02 15:58:23.948203 UTC",
    "2026-02-02 15:58:23 America/New_York": "2026-02-02 15:58:23 America/New_York",
    "2026-11-28 08:15:00 +0100\n": WINTER,  # nbgrader would take it for a hundred seconds
    "2026-11-28T08:15:00+01:00": "2026-11-28T08:15:00+01:00",
    "2026-11-28 08:15:00 +01": WINTER,
    "2026-11-28T07:15Z": "2026-11-28T07:15Z",
    "2026-07-28 08:15 Europe/Berlin": "2026-07-28 08:15 Europe/Berlin",
    "2026-11-28 03:45:00 -0330": WINTER,
    "Sat, 28 Nov 2026 08:15:00 +0100": "Sat, 28 Nov 2026 08:15:00 +0100",
    "2026-11-28 07:15:00": "2026-11-28 07:15:00",  # as nbgrader's zip_collect writes it, always in UTC
    "\ufeff2026-11-28 07:15:00 UTC\r\n": WINTER,
}


def moment(text):
    """As nbgrader reads what it is given."""
    return parse_utc(text).replace(microsecond=0)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", TIMES)
def test_a_time_that_can_be_read_is_read(text, encoding):
    assert timestamps.read(text.encode(encoding)) == TIMES[text]


def test_times_reach_nbgrader_as_they_were_meant(desk, perfect):
    for text in TIMES:
        if "-11-28" in text or "Nov" in text:
            read = hand_in(desk, perfect, {intake.TIMESTAMP: text.encode("utf-16")})
            assert (read.note, read.files, read.repairs) == ("", (), ()) and moment(read.timestamp) == moment(WINTER)


NO_TIMES = [
    *("", "yesterday evening", "28.11.2026 08:15", "05.11.2026 08:15 UTC", "11/28/2026 8:15 AM", "11/05/2026"),
    *("2026-11-28", "2026-11-28 08:15", "2026-11-28T08:15:00", "2026-13-28 08:15:00 UTC", "2026-11-28 25:15:00 UTC"),
    *("2026-11-28 08:15:00 /etc/localtime", "2026-11-28 08:15:00 ../../etc/localtime", "2026-11-28 08:15:00 Mars/Base"),
    *("2026-11-28 08:15:00 99999999999999999999", "0001-01-01 00:00:00+09:00", "2026-11-28 " + "0" * 5000),
    *("\u0662\u0660\u0662\u0666-01-01 08:15:00 UTC", "2026-11-28 08:15:00 +9900", "1795850100"),
]


@pytest.mark.parametrize("text", NO_TIMES)
def test_a_time_that_would_be_guessed_is_told(desk, perfect, text):
    read = hand_in(desk, perfect, {intake.TIMESTAMP: text.encode()})
    assert (read.status, read.timestamp, read.files, read.repairs) == (None, "", (), ())
    assert "the time of handing in could not be read" in read.note
    assert "write it like 2026-11-28 08:15:00 +0100" in read.note


# -- anything at all ----------------------------------------------------------------------

ODD = [None, True, -1, 1e999, float("nan"), 10**400, "", "x", "\ud800\0", [], {}, [[]], {"nbgrader": []}, ["code", 3]]


def mutate(value, rng, depth=0):
    """Replace, drop or double something somewhere in a JSON value."""
    if isinstance(value, dict | list) and value and rng.random() < 1 - depth / 8:
        key = rng.choice(list(value)) if isinstance(value, dict) else rng.randrange(len(value))
        action = rng.random()
        if action < 0.7:
            value[key] = mutate(value[key], rng, depth + 1)
        elif action < 0.8:
            del value[key]
        elif isinstance(value, list):
            value.insert(rng.randrange(len(value)), copy.deepcopy(value[key]))
        else:
            value[rng.choice(["source", "cell_type", "nbgrader", "metadata", "tags", "id"])] = copy.deepcopy(
                rng.choice(ODD)
            )
        return value
    return copy.deepcopy(rng.choice(ODD))


@pytest.mark.parametrize("edit", [lambda nb: None, without_ids, without_metadata, as_format_3, move("cell-05", 0)])
def test_every_lesson_comes_back_as_it_was_released(course, lesson, edit):
    released = nbformat.read(course.student_copy(lesson), as_version=4)
    cells = cleanup.parse(json.dumps(edited(released, edit)).encode())
    assert cleanup.clean(cells, released) == (released, ())


def test_random_damage_never_raises(desk, perfect):
    rng = random.Random(3)
    path = folder_of(desk, "fuzz") / NAME
    seen = set()
    for _ in range(300):
        damaged = edited(perfect)
        for _ in range(rng.randrange(1, 12)):
            damaged = mutate(damaged, rng)
        content = json.dumps(damaged).encode()
        if rng.random() < 0.2:
            content = content[: rng.randrange(len(content))] + rng.randbytes(3)
        path.write_bytes(content)
        read = intake.read(desk, LESSON, "fuzz")
        seen.add(read.status)
        if read.status is None:
            nbformat.validate(read.notebook)
            nbformat.writes(read.notebook).encode()
    assert seen == {None, jobs.NO_NOTEBOOK, jobs.UNREADABLE}
