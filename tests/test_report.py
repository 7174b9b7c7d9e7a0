"""The report: its numbers against numbers found by hand, its words, and that hostile names stay words."""

import csv
import re
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup

from helpers.checking.keys import CaseFile, Key
from helpers.checking.questions import Question
from helpers.grading import report, report_figures
from helpers.grading.judge import judge_run
from helpers.grading.kernels.jobs import GRADED, MISSING, TAMPERED, TIMED_OUT, UNREADABLE, Item, Record

LESSON = "01_two_steps"


def item(exercise, points, of, mistake="", says="", seconds=1.0, status=""):
    status = status or ("right" if points == of else "partly" if points else "wrong")
    return Item(exercise, points, of, status, mistake, says, seconds)


def record(student, *items, status=GRADED, note="", of=4.0):
    return Record(student, LESSON, "", status, note, sum(i.points for i in items), of, 1.0, items)


def tiny_class():
    """Four submissions that were judged, with 0, 1, 2 and 3 of 4 points, and one that could not be."""
    return [
        record("Dan", item("a", 1, 1, seconds=10.0), item("b", 1, 1), item("c", 1, 2, "m3", "Third.")),
        record(
            "Ann",
            item("a", 0, 1, "m1", "First `x`.", seconds=1.0),
            item("b", 0, 1, says="Not written yet.", status="unwritten"),
            item("c", 0, 2, says="`c` is 1; 2 was expected.\nIn your code: c = 1"),
            status=TIMED_OUT,
            note="1 cell ran into the limit",
        ),
        record(
            "Bob",
            item("a", 0, 1, "m1", "First `x`.", seconds=2.0),
            item("b", 1, 1),
            item("c", 0, 2, says="`c` is 1; 2 was expected.\nIn your code: c = 2 - 1"),
        ),
        record("Cyd", item("a", 1, 1, seconds=3.0), item("b", 0, 1, "m2", "Second."), item("c", 1, 2, "m3", "Third.")),
        record("Abe", status=UNREADABLE, note="not a notebook"),
    ]


def rows(path):
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def soup(written):
    return BeautifulSoup(written.page.read_text(encoding="utf-8"), "html.parser")


def words(element):
    return " ".join(element.get_text().split())


@pytest.fixture
def written(tmp_path):
    return report.write(tiny_class(), tmp_path, "Lesson 01")


def test_exercises_are_counted(written):
    a, b, c = rows(written.exercises)
    assert [row["exercise"] for row in (a, b, c)] == ["a", "b", "c"]
    counted = ("submissions", "right", "partly", "wrong", "unwritten", "unnamed")
    assert [[int(row[name]) for name in counted] for row in (a, b, c)] == [
        [4, 2, 0, 2, 0, 0],
        [4, 2, 0, 1, 1, 0],
        [4, 0, 2, 2, 0, 2],
    ]
    assert [float(row["mean_points"]) for row in (a, b, c)] == [0.5, 0.5, 0.5]
    assert (a["median_seconds"], a["slowest_seconds"], a["slowest_student"]) == ("2.5", "10.0", "Dan")


def test_discrimination_leaves_the_exercise_itself_out(written):
    # a: points 1 0 0 1 against 2 0 1 1 of the others; b: 1 0 1 0 against 2 0 0 2; c: 1 0 0 1 against 2 0 1 1.
    a, b, c = rows(written.exercises)
    assert [row["discrimination"] for row in (a, b, c)] == ["0.707", "0.0", "0.707"]
    assert [row["look_at_it"] for row in (a, b, c)] == ["no", "yes", "no"]
    flagged = [words(row.th) for row in soup(written).find_all("tr") if "look at this exercise" in row.get_text()]
    assert flagged == ["b"]


@pytest.mark.parametrize("points, others", [([1, 1, 1], [0, 1, 2]), ([0, 1, 2], [0.3, 0.3, 0.3]), ([0, 1], [0, 1])])
def test_discrimination_is_not_always_defined(points, others):
    assert report.discrimination(points, others) is None


def test_mistakes_are_counted_and_the_most_frequent_comes_first(written):
    found = [(row["exercise"], row["mistake"], row["times"], row["share"]) for row in rows(written.mistakes)]
    assert found == [("a", "m1", "2", "0.5"), ("c", "m3", "2", "0.5"), ("b", "m2", "1", "0.25")]
    table = next(t for t in soup(written).find_all("table") if "Named mistakes" in t.caption.get_text())
    assert [words(row.find("th")) for row in table.tbody.find_all("tr")] == ["m1", "m3", "m2"]
    assert table.find("code").get_text() == "x"


def test_the_same_message_with_other_code_is_one_candidate(written):
    c = rows(written.exercises)[2]
    assert (c["candidate"], c["candidate_times"]) == ("`c` is 1; 2 was expected.", "2")
    table = next(t for t in soup(written).find_all("table") if "no known mistake" in t.caption.get_text())
    assert [words(cell) for cell in table.tbody.find_all(["th", "td"])] == [
        "c",
        "2",
        "2 candidate",
        "c is 1; 2 was expected.",
    ]


def test_a_cell_without_an_answer_is_no_candidate(tmp_path):
    cases = CaseFile(LESSON, "", 0, {"a": Question("a", (), ())}, {"a": Key(1.0, (), 0.0, 0.0, "", ())})
    late = nbformat.v4.new_output("error", ename="CellTimeoutError", evalue="", traceback=[])
    for outputs in ([], [late]):
        cell = nbformat.v4.new_code_cell(outputs=outputs)
        cell.metadata.nbgrader = {"grade": True, "solution": False, "grade_id": "check-a"}
        (verdict,) = judge_run(cases, nbformat.v4.new_notebook(cells=[cell]))[1]
        says = verdict.says[0]
        page = soup(report.write([record(name, item("a", 0, 1, says=says)) for name in "xyz"], tmp_path, "x"))
        assert says in words(page) and not page.find(class_="warn", string="candidate")


def test_the_head_says_in_words_who_needs_a_look(written):
    head = words(soup(written).header)
    assert "5 students, 3 of them graded fully. The median score is 1.5 of 4 among the 4 that could be judged." in head
    assert head.endswith(
        "2 need a look: timed out (1): Ann (1 cell ran into the limit) unreadable (1): Abe (not a notebook)"
    )


def test_a_tampered_submission_is_graded_and_needs_a_look(tmp_path):
    head = words(soup(report.write([record("Ann", item("a", 1, 1), status=TAMPERED)], tmp_path, "x")).header)
    assert "1 student, 1 of them graded fully." in head and "1 needs a look: tampered (1): Ann" in head


def test_what_to_teach_again(written):
    steps = [words(li) for li in soup(written).find(class_="teach").ol.find_all("li", recursive=False)]
    assert steps == [
        "c: 4 of 4 did not get it right. 2 times m3. They were told: Third. "
        "2 times a message that no known mistake explains: c is 1; 2 was expected.",
        "a: 2 of 4 did not get it right. 2 times m1. They were told: First x.",
        "b: 2 of 4 did not get it right, 1 of these wrote nothing. No two of the wrong answers are alike.",
    ]


def test_little_missed_is_nothing_to_teach_again(tmp_path):
    records = [record(str(n), item("a", float(n > 0), 1), item("b", 1, 1), of=2.0) for n in range(4)]
    assert "The one missed most is a (1 of 4)." in words(
        soup(report.write(records, tmp_path, "x")).find(class_="teach")
    )


def test_the_grid_shows_symbols_the_best_first(written):
    table = soup(written).find("table", class_="grid")
    lines = [[words(cell) for cell in row.find_all(["th", "td"])] for row in table.tbody.find_all("tr")]
    assert lines == [
        ["Dan", "3", "✔right", "✔right", "◐partly 1", "graded"],
        ["Cyd", "2", "✔right", "✘wrong", "◐partly 1", "graded"],
        ["Bob", "1", "✘wrong", "✔right", "✘wrong", "graded"],
        ["Ann", "0", "✘wrong", "○unwritten", "✘wrong", "timed out"],
        ["Abe", "0", "–not judged", "–not judged", "–not judged", "unreadable"],
    ]


NEARLY_ONE = 0.7 + 0.1 + 0.1 + 0.1  # what is 1 on paper


def test_full_marks_have_a_bar_of_their_own():
    def alt(*scores, of):
        found = report_figures.scores([Record("", LESSON, "", GRADED, "", score, of, 1.0) for score in scores])
        return re.search('aria-label="([^"]+)"', found)[1].removeprefix("Bar chart of submissions by points. ")

    assert alt(0, 1, 1.99, 2, 2.99, 3, of=3.0) == "0: 1, 1: 2, 2: 2, 3 all: 1."
    assert alt(2, 2.4, 2.5, of=2.5) == "2 to &lt;2.5: 2, 2.5 all: 1."
    assert alt(4, 5, 99.5, 100, of=100.0) == "0 to &lt;5: 1, 5 to &lt;10: 1, 95 to &lt;100: 1, 100 all: 1."
    assert alt(NEARLY_ONE, of=1.0) == "1 all: 1."


def test_a_sum_with_a_rounding_error_is_full_marks(tmp_path):
    assert NEARLY_ONE < 1
    ann = Record("Ann", LESSON, "", GRADED, "", NEARLY_ONE, 1.0, 1.0, (item("a", 1, 1),))
    page = soup(report.write([ann], tmp_path, "x"))
    assert words(page.figcaption) == "The median is 1 of 1 points; 1 of 1 have full marks"


def test_a_figure_of_nothing_is_nothing():
    assert report_figures.success([]) == report_figures.scores([]) == ""


def test_a_dollar_in_a_name_is_a_dollar():
    assert ">$x^2$</text>" in report_figures.success([("$x^2$", {"right": 1})])


def test_figures_have_text_and_a_text_alternative(written):
    scores, success = soup(written).find_all("svg")
    assert "c: 2 partly right, 2 wrong" in success["aria-label"] and success["role"] == "img"
    assert scores.title.get_text() == scores["aria-label"]
    assert {"a", "b", "c", "✔ 2", "◐ 2", "○ 1"} <= {text.get_text() for text in success.find_all("text")}


def test_the_page_is_accessible(written):
    page = soup(written)
    assert [heading.name for heading in page.find_all(re.compile("^h[1-6]$"))][:3] == ["h1", "h2", "h2"]
    assert all(th.get("scope") in ("row", "col") for th in page.find_all("th"))
    assert all(table.caption for table in page.find_all("table"))
    ids = [element["id"] for element in page.find_all(id=True)]
    assert len(ids) == len(set(ids))
    assert {link["href"].removeprefix("#") for link in page.find_all("a")} <= set(ids)


def contrast(one, other):
    def light(colour):
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True)) + 0.05

    return max(light(one) / light(other), light(other) / light(one))


def test_all_words_can_be_read_in_both_themes(written):
    styles = soup(written).style.get_text()
    themes = [dict(re.findall(r"--(\w+): (#\w{6})", theme)) for theme in re.findall(r":root \{[^}]+\}", styles)]
    assert len(themes) == 2
    for theme in themes:
        for text in ("ink", "quiet", "link", "warn"):
            assert min(contrast(theme[text], theme[ground]) for ground in ("ground", "raised")) >= 4.5, text
    assert all(contrast(fill, text) >= 4.5 for fill, text in report_figures.COLOURS.values())
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{ 7 * 7 }}"


def test_what_students_wrote_arrives_as_text(tmp_path):
    ones = [item(HOSTILE, 0, 1, HOSTILE, HOSTILE), item("b", 0, 1, "", HOSTILE)]
    records = [record(HOSTILE + str(n), *ones, status=TIMED_OUT, note=HOSTILE) for n in range(3)]
    page = soup(report.write(records, tmp_path, HOSTILE))
    assert not page.find_all(["script", "img", "link", "iframe", "object"])
    assert not [tag for tag in page.find_all(True) for name in tag.attrs if name.startswith("on")]
    places = [page.h1, page.header.li, page.find(class_="teach"), page.find("svg", attrs={"aria-label": True})]
    assert all("<script>alert(1)</script>" in words(place) for place in (*places[:3], *page.find_all("table")))
    assert {cell["title"] for cell in page.find_all("td", title=True)} == {HOSTILE}
    assert "49" not in words(page)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", " =", "\r", "＝"])
def test_no_spreadsheet_runs_a_cell(tmp_path, start):
    cell = f'{start}HYPERLINK("x")'
    ones = [item("=a", 0, 1, cell, cell), item("b", 0, 1, "", cell)]
    written = report.write([record(cell, *ones)], tmp_path, "x")
    for row in rows(written.exercises) + rows(written.mistakes):
        assert all(value.lstrip()[:1] not in tuple("=+@\t\r＝") for value in row.values())
    assert rows(written.mistakes)[0]["says"] == "'" + cell
    assert rows(written.exercises)[0]["slowest_student"] == "'" + cell


def test_a_negative_number_stays_a_number(tmp_path):
    records = [record(str(n), item("a", n % 2, 1), item("b", 1 - n % 2, 1)) for n in range(4)]
    assert [row["discrimination"] for row in rows(report.write(records, tmp_path, "x").exercises)] == ["-1.0", "-1.0"]


def test_the_page_asks_for_nothing(written):
    text = written.page.read_text(encoding="utf-8")
    assert "://" not in text and "@import" not in text and "src=" not in text
    assert all(target.startswith("#") for target in re.findall(r"url\(([^)]*)\)", text))
    assert all(target.startswith("#") for target in re.findall(r'href="([^"]*)"', text))
    assert "default-src 'none'" in soup(written).find("meta", content=re.compile("default-src"))["content"]


PERFECT = [item("a", 1, 1), item("b", 2, 2)]
DEGENERATE = {
    "nobody": ([], 0, "Nobody has handed in anything yet"),
    "nothing readable": ([record("Eve", status=UNREADABLE), record("Mo", status=MISSING)], 0, "None could be judged"),
    "one": ([record("Ann", item("a", 0, 1))], 2, "With 1 submission it is a rough figure"),
    "two": ([record(name, item("a", float(name == "x"), 1), item("b", 1, 1)) for name in "xy"], 2, "not defined"),
    "all perfect": ([record(f"{n}", *PERFECT, of=3.0) for n in range(12)], 2, "Nothing: every exercise is right"),
    "all unwritten": ([record("Ann", item("a", 0, 1, status="unwritten"))], 2, "1 of these wrote nothing"),
    "no points to have": ([record("Ann", item("a", 0, 0), of=0.0)], 1, "1 student"),
    "another exercise each": ([record("Ann", item("a", 1, 1)), record("Bob", item("b", 1, 1))], 2, "not judged"),
}


@pytest.mark.parametrize("name", DEGENERATE)
def test_small_and_strange_classes(tmp_path, name):
    records, figures, says = DEGENERATE[name]
    page = soup(report.write(records, tmp_path, "Lesson 01"))
    assert says in words(page)
    assert len(page.find_all("svg")) == len(page.find_all("figure")) == figures
    assert not re.search(r"\b(nan|inf|None of the 0)\b", words(page))


def test_a_rough_figure_is_called_one_only_in_small_classes(tmp_path):
    def told(size):
        records = [record(str(n), item("a", n % 2, 1), item("b", float(n % 3 == 0), 1)) for n in range(size)]
        return "rough figure" in words(soup(report.write(records, tmp_path, "x")))

    assert told(9) and not told(10)


def test_files_are_named_after_the_lesson(tmp_path):
    written = report.write(tiny_class(), tmp_path / "new" / "folder", "Any title")
    assert {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.*")} == {
        "new/folder/report_01_two_steps.html",
        "new/folder/report_01_two_steps.csv",
        "new/folder/report_01_two_steps_mistakes.csv",
    }
    assert all(path.exists() for path in (written.page, written.exercises, written.mistakes))


def test_without_records_the_title_names_the_files(tmp_path):
    assert report.write([], tmp_path, "../01 · Two steps").page == tmp_path / "report_.._01_Two_steps.html"


def test_two_lessons_make_no_report(tmp_path):
    with pytest.raises(ValueError, match="one lesson"):
        report.write([record("Ann"), Record("Bob", "02", "", GRADED, "", 0.0, 1.0, 1.0)], tmp_path, "x")
    assert not list(tmp_path.iterdir())


def test_a_name_that_is_no_text_does_not_stop_the_report(tmp_path):
    name = Path(b"Zo\xeb".decode(errors="surrogateescape")).name
    written = report.write([record(name, item("a", 0, 1))], tmp_path, "x")
    assert r"Zo\udceb" in written.page.read_text(encoding="utf-8")
    assert rows(written.exercises)[0]["slowest_student"] == r"Zo\udceb"
