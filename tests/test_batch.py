"""A class is graded to its end: stopped, resumed, watched, on lost workers, clusters and databases."""

import csv
import dataclasses
import json
import os
import re
import resource
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import nbformat
import parts_at_fault
import pytest
from nbgrader.api import Gradebook
from small_lesson import LESSON

from helpers.grading import sample, workers
from helpers.grading.__main__ import main
from helpers.grading.batch import grade
from helpers.grading.course import REPO, CourseError
from helpers.grading.kernels import sandbox
from helpers.grading.kernels.jobs import DIED, FAILED, GRADED, MISSING, NO_NOTEBOOK, TAMPERED, UNREADABLE, Run
from helpers.grading.marks import grade_id
from helpers.grading.options import Options
from helpers.grading.store import Store

POINTS = 2  # for the one answer that is right
LONGER = 120  # seconds, for what should take a few


def submit(course, student, answers, content=None):
    path = course.root / "submitted" / student / LESSON / f"{LESSON}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content or sample.fill(course, LESSON, answers))
    return path


def note(course, text):
    """One right answer, with a remark in it that makes it a text of its own."""
    source = sample.solution_sources(course, LESSON)["one_step"]
    return {"one_step": f"# {text}\n{source}"}


def stamps(folder):
    return {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}


def until(condition, process=None):
    end = time.monotonic() + LONGER
    while not condition():
        assert time.monotonic() < end and (process is None or process.poll() is None)
        time.sleep(0.05)


@contextmanager
def command(course, *more):
    line = [sys.executable, "-u", "-m", "helpers.grading", "--course", str(course.root), "grade", "01", *more]
    how = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    with subprocess.Popen(line, cwd=REPO, start_new_session=True, **how) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.fixture(scope="module")
def fresh(small, tmp_path_factory):
    """A course with inputs drawn; tests work on copies of it."""
    course = sample.make_course(tmp_path_factory.mktemp("batch") / "course", small.root, LESSON)
    submit(course, "nobody", {}, "no notebook")
    grade(course, LESSON)
    shutil.rmtree(course.root / "submitted" / "nobody")
    return course


@pytest.fixture
def course(fresh, tmp_path):
    shutil.copytree(fresh.root, tmp_path / "course")
    return dataclasses.replace(fresh, root=tmp_path / "course")


# -- one class, graded several times --------------------------------------------------------


@pytest.fixture(scope="module")
def graded(fresh, tmp_path_factory):
    """A class of four, two of whom handed in the same work; one edited a check."""
    root = tmp_path_factory.mktemp("graded") / "course"
    shutil.copytree(fresh.root, root)
    course = dataclasses.replace(fresh, root=root)
    submit(course, "ada", note(course, "ada"))
    submit(course, "bob", note(course, "ada"))
    submit(course, "eve adams", {})
    nb = nbformat.reads(sample.fill(course, LESSON, note(course, "mal")), as_version=4)
    next(cell for cell in nb.cells if grade_id(cell) == "check-one_step").source = "100"
    submit(course, "mal", {}, nbformat.writes(nb))
    (course.root / "submitted" / "bob" / LESSON / "timestamp.txt").write_text("2026-02-03 15:00:00 UTC")
    return course, {record.student: record for record in grade(course, LESSON)}


def test_every_submission_gets_a_status_and_its_score(graded):
    course, records = graded
    assert {name: (record.status, record.score) for name, record in records.items()} == {
        "ada": (GRADED, POINTS),
        "bob": (GRADED, POINTS),
        "eve adams": (GRADED, 0),
        "mal": (TAMPERED, POINTS),
    }
    assert "one_step" in records["mal"].note
    with Gradebook(f"sqlite:///{course.gradebook}", "rnn") as book:
        assert {entry.student_id: entry.score for entry in book.assignment_submissions(LESSON)} == {
            name: record.score for name, record in records.items()
        }
        assert book.find_submission(LESSON, "bob").timestamp.year == 2026


def test_items_tell_what_was_right_and_how_long_it_took(graded):
    items = {item.exercise: item for item in graded[1]["ada"].items}
    assert [name for name, item in items.items() if item.status == "right"] == ["one_step"]
    assert items["one_step"].points == items["one_step"].max_points == POINTS
    assert {item.status for item in graded[1]["eve adams"].items} == {"unwritten"}
    assert 0 < items["one_step"].seconds < 20


def test_copied_work_is_executed_once(graded):
    course, records = graded
    assert records["ada"].key == records["bob"].key
    assert len(list(Store(course, LESSON).runs.iterdir())) == 3


def test_what_is_kept_is_for_the_owner_only(graded):
    store = Store(graded[0], LESSON)
    assert store.folder.stat().st_mode & 0o077 == 0
    assert store.drawn_file.stat().st_mode & 0o077 == 0


def everything(course):
    store = Store(course, LESSON)
    folders = [store.runs, store.records, *(course.root / "feedback").glob(f"*/{LESSON}")]
    files = [store.drawn_file, course.gradebook, course.root / "grades.csv", *course.root.glob("report_*")]
    return [stamps(folder) for folder in folders], [path.stat().st_mtime_ns for path in files]


def test_grading_again_executes_and_writes_nothing(graded):
    course, records = graded
    before = everything(course)
    assert {record.student: record for record in grade(course, LESSON)} == records
    assert everything(course) == before


def test_what_people_gave_by_hand_survives(graded):
    course, _ = graded
    with Gradebook(f"sqlite:///{course.gradebook}", "rnn") as book:
        given = book.find_grade("check-one_step", LESSON, LESSON, "mal")
        given.manual_score = 0.5
        book.find_comment("one_step", LESSON, LESSON, "mal").manual_comment = "Ask before you edit a check."
        book.db.commit()
    runs = stamps(Store(course, LESSON).runs)
    feedback = course.root / "feedback" / "mal" / LESSON / f"{LESSON}.html"
    for _ in range(2):
        scores = {record.student: record.score for record in grade(course, LESSON)}
        assert scores["mal"] == 0.5 and scores["ada"] == POINTS
        assert "Ask before you edit a check." in feedback.read_text(encoding="utf-8")
    assert stamps(Store(course, LESSON).runs) == runs
    submit(course, "mal", note(course, "mal, again"))
    scores = {record.student: record.score for record in grade(course, LESSON)}
    assert scores["mal"] == 0.5, "nor does a new hand-in undo it"


def test_a_changed_gradebook_is_put_right(graded):
    course, _ = graded
    with Gradebook(f"sqlite:///{course.gradebook}", "rnn") as book:
        book.find_grade("check-two_steps", LESSON, LESSON, "eve adams").auto_score = 1
        book.db.commit()
    assert {record.student: record.score for record in grade(course, LESSON)}["eve adams"] == 0


def test_fresh_executes_everything_on_new_inputs(graded):
    course, _ = graded
    store = Store(course, LESSON)
    before, drawn = set(stamps(store.runs)), store.drawn_file.read_bytes()
    records = grade(course, LESSON, Options(fresh=True))
    assert store.drawn_file.read_bytes() != drawn
    assert len(set(stamps(store.runs))) == 3 and not set(stamps(store.runs)) & before
    assert sum(record.score for record in records) == 2 * POINTS + 0.5


def test_a_changed_lesson_draws_anew(graded):
    course, _ = graded
    drawn = Store(course, LESSON).drawn_file
    before = drawn.read_bytes()
    shutil.copytree(course.root, course.root.with_name("changed"))
    course = dataclasses.replace(course, root=course.root.with_name("changed"))
    course.exercises(LESSON).write_text(course.exercises(LESSON).read_text() + "\nNEWER = True\n")
    assert main(["--course", str(course.root), "release"]) == 0
    shutil.rmtree(course.root / "submitted")
    submit(course, "nobody", {}, "no notebook")
    assert grade(course, LESSON)[0].status == NO_NOTEBOOK
    assert Store(course, LESSON).drawn_file.read_bytes() != before
    assert not list(Store(course, LESSON).runs.iterdir()), "runs of the old inputs are gone"


# -- stopped, and gone on with ----------------------------------------------------------------


def test_killed_half_way_it_goes_on_where_it_stopped(course):
    names = [f"student-{number}" for number in range(3)]
    for name in names:
        submit(course, name, note(course, name))
    store = Store(course, LESSON)
    with command(course, "--jobs", "1") as process:
        until(lambda: len(list(store.runs.glob("*.json"))) >= 1, process)
        os.killpg(process.pid, signal.SIGKILL)
    before = {name: stamp for name, stamp in stamps(store.runs).items() if name.endswith(".json")}
    assert 1 <= len(before) < 3
    records = grade(course, LESSON)
    assert [(record.status, record.score) for record in records] == [(GRADED, POINTS)] * 3
    after = stamps(store.runs)
    assert len(after) == 3, "nothing half-written is left"
    assert {name: after[name] for name in before} == before, "what was there was not executed again"


def test_ctrl_c_says_how_to_go_on(course):
    for number in range(2):
        submit(course, f"student-{number}", note(course, f"student-{number}"))
    with command(course, "--jobs", "1") as process:
        assert "[1/2]" in process.stdout.readline()
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does
        told, _ = process.communicate(timeout=LONGER)
    assert process.returncode == 130
    assert told.splitlines()[-1] == "Stopped: the same command goes on where it stopped."
    assert "Traceback" not in told
    assert {record.status for record in grade(course, LESSON)} == {GRADED}


def test_watch_grades_what_comes_later(course):
    submit(course, "early", note(course, "early"))
    store, status = Store(course, LESSON), course.root / f"status_{LESSON}.csv"
    with command(course, "--watch", "--jobs", "1") as process:
        until(lambda: store.kept("early"), process)
        path = submit(course, "late", {}, "no notebook yet")
        until(lambda: store.kept("late"), process)
        path.write_text(sample.fill(course, LESSON, note(course, "late")))
        until(lambda: "late,graded,2" in status.read_text(), process)
        os.killpg(process.pid, signal.SIGINT)
        told, _ = process.communicate(timeout=LONGER)
    assert process.returncode == 0 and "Traceback" not in told
    assert told.splitlines()[-1] == "2 submissions: 2 graded"


def test_two_gradings_of_a_lesson_do_not_meet(course):
    submit(course, "ada", {})
    with Store(course, LESSON).opened(), pytest.raises(CourseError, match="is being graded already"):
        grade(course, LESSON)


def test_a_damaged_run_is_executed_again(course):
    submit(course, "ada", note(course, "ada"))
    grade(course, LESSON)
    store = Store(course, LESSON)
    (run,) = store.runs.iterdir()
    whole = len(run.read_bytes())
    run.write_bytes(run.read_bytes()[:100])
    assert grade(course, LESSON)[0].score == POINTS
    assert len(run.read_bytes()) > whole / 2


# -- workers ------------------------------------------------------------------------------------


@contextmanager
def local(count=2):
    pool = workers.Workers(count, parts_at_fault.run)
    yield pool
    pool.close()


def test_a_lost_worker_loses_nothing(tmp_path):
    jobs = [parts_at_fault.job(f"fine:{number}") for number in range(6)]
    jobs[2:2] = [parts_at_fault.job("kill"), parts_at_fault.job(f"once:{tmp_path / 'seen'}")]
    jobs.append(parts_at_fault.job("raise"))
    with local() as pool:
        runs = {run.notebook: run for run in pool.runs(jobs)}
    assert len(runs) == len(jobs)
    assert {name: run.status for name, run in runs.items() if run.status != GRADED} == {"kill": DIED, "raise": FAILED}
    assert "a slip in our own code" in runs["raise"].note


def test_a_lost_worker_fails_its_own_job_only(tmp_path):
    files = [tmp_path / str(number) for number in range(6)]
    jobs = [parts_at_fault.job(job) for file in files for job in (f"count:{file}", f"kill:{file}")]
    with local() as pool:
        died = [run.notebook for run in pool.runs(jobs) if run.status == DIED]
    assert sorted(died) == sorted(f"kill:{file}" for file in files)
    assert [file.read_text() for file in files] == ["once "] * 6, "what was under way elsewhere is not executed again"


def test_workers_that_cannot_start_are_told(monkeypatch):
    monkeypatch.setattr(workers, "_start_worker", parts_at_fault.start_and_die)
    with local() as pool, pytest.raises(CourseError, match="die as soon as they start"):
        list(pool.runs([parts_at_fault.job("fine")]))


def test_workers_end_with_the_grading_that_started_them(tmp_path):
    program = (
        "import os, parts_at_fault\nfrom helpers.grading.workers import Workers\n"
        "if __name__ == '__main__':\n"
        "    [run] = Workers(1, parts_at_fault.run).runs([parts_at_fault.job('pid')])\n"
        "    print(run.notebook, flush=True)\n"
        "    os.kill(os.getpid(), 9)\n"
    )
    (tmp_path / "killed.py").write_text(program)
    path = os.pathsep.join([str(REPO), str(REPO / "tests")])
    done = subprocess.run(
        [sys.executable, tmp_path / "killed.py"],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": path},
    )
    worker = int(done.stdout)
    until(lambda: not Path(f"/proc/{worker}/cmdline").exists() or not Path(f"/proc/{worker}/cmdline").read_bytes())


class Instead:
    """An executor whose runs say what a test wants."""

    def __init__(self, notebook, status=GRADED):
        self.notebook, self.status = notebook, status

    def runs(self, jobs):
        for job in jobs:
            yield Run(job.key, self.status, "told by a test", self.notebook(job.notebook), 1.0)

    def close(self, at_once=False): ...


@pytest.fixture
def instead(monkeypatch):
    def use(notebook, status=GRADED):
        monkeypatch.setattr(workers.Workers, "runs", Instead(notebook, status).runs)

    return use


def strange(text):
    """Outputs that a kernel may send and no notebook may hold."""
    nb = json.loads(text)
    for cell in nb["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"] = [
                {"output_type": "display_data", "data": {"text/plain": 5}, "metadata": {}},
                {"output_type": "nonsense"},
                {"output_type": "error", "ename": ["?"]},
            ]
            cell["metadata"]["execution"] = {"iopub.status.busy": "now", "iopub.status.idle": 7}
    return json.dumps(nb)


@pytest.mark.parametrize(
    "notebook, status", [(strange, GRADED), (lambda text: "{}", FAILED), (lambda text: "no notebook", FAILED)]
)
def test_strange_runs_do_not_stop_the_class(course, instead, notebook, status, capsys):
    submit(course, "ada", {})
    submit(course, "bob", {}, "no notebook")
    instead(notebook)
    ada, bob = grade(course, LESSON)
    assert (ada.status, ada.score) == (status, 0), ada.note
    assert bob.status == NO_NOTEBOOK
    assert "Traceback" not in "".join(capsys.readouterr())


def test_a_run_of_another_notebook_is_not_taken_over(course, instead):
    submit(course, "ada", {})
    instead(lambda text: text.replace("def one_step", "def two_steps"))
    (ada,) = grade(course, LESSON)
    assert (ada.status, ada.score) == (FAILED, 0) and "another notebook" in ada.note


def test_a_slip_of_ours_leaves_an_earlier_grade_alone(course, instead):
    submit(course, "ada", note(course, "first"))
    assert grade(course, LESSON)[0].score == POINTS
    submit(course, "ada", note(course, "second"))
    instead(lambda text: text, FAILED)
    (ada,) = grade(course, LESSON)
    assert (ada.status, ada.score) == (FAILED, POINTS) and "earlier hand-in" in ada.note


def test_a_name_that_nbgrader_takes_for_a_pattern_is_told(course, instead):
    submit(course, "a*", {})
    submit(course, "ada", {})
    instead(lambda text: text)
    assert [(r.status, "rename it" in r.note) for r in grade(course, LESSON)] == [
        (UNREADABLE, True),
        (GRADED, False),
    ]


def test_names_of_folders_cannot_hurt(course, capsys):
    name = "=1+2 \x1b[31m"
    submit(course, name, {}, "no notebook")
    grade(course, LESSON)
    assert "\x1b" not in capsys.readouterr().out
    with (course.root / f"status_{LESSON}.csv").open(newline="") as file:
        assert [row["student"] for row in csv.DictReader(file)] == ["'=1+2 \\x1b[31m"]


# -- hand-ins as they come -----------------------------------------------------------------------

FORMULA = "=1+1"


def untidy(course):
    """A class that hands in as it comes; what each of them should be told."""
    written = sample.fill(course, LESSON, note(course, "untidy"))
    files = {
        f"ada/{LESSON}/{LESSON}.ipynb": sample.fill(course, LESSON, {}),
        f"ada/{LESSON}/{LESSON}-Copy1.ipynb": written,
        f"ada/{LESSON}/timestamp.txt": "28.11.2026 08:15",
        f"bob/{LESSON}/{LESSON}/my work.ipynb": written,
        f"bob/{LESSON}/timestamp.txt": "\ufeff2026-11-28T08:15:00+01:00",
        "eve/01/small.ipynb": written,
        "kim/letter.txt": "Dear teacher",
        "zoe/02_another/02_another.ipynb": "{}",
        f"{FORMULA}/{LESSON}/{LESSON}.ipynb": written,
    }
    for name, content in files.items():
        path = course.root / "submitted" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return files


TOLD = {
    "ada": (GRADED, f"{LESSON}-Copy1.ipynb was graded: {LESSON}.ipynb holds no answers; the time of handing"),
    "bob": (GRADED, f"{LESSON}/{LESSON}/my work.ipynb was graded: there is no {LESSON}/{LESSON}.ipynb"),
    "eve": (GRADED, f"01/small.ipynb was graded: there is no {LESSON}/{LESSON}.ipynb"),
    "kim": (MISSING, f"there is no {LESSON}/{LESSON}.ipynb, but letter.txt"),
    FORMULA: (GRADED, ""),
}
SCORES = {student: POINTS for student, (status, _) in TOLD.items() if status == GRADED}


def in_the_gradebook(course):
    with Gradebook(f"sqlite:///{course.gradebook}", "rnn") as book:
        found = {entry.student_id: entry for entry in book.assignment_submissions(LESSON)}
        times = {name: entry.timestamp and str(entry.timestamp) for name, entry in found.items()}
        return {name: entry.score for name, entry in found.items()}, times


def test_an_untidy_class_is_graded_and_told(course):
    files = untidy(course)
    records = {record.student: record for record in grade(course, LESSON)}
    assert records.keys() == TOLD.keys(), "and nobody who handed in another lesson only"
    for student, (status, told) in TOLD.items():
        assert (records[student].status, records[student].note[: len(told)]) == (status, told)
    scores, times = in_the_gradebook(course)
    assert scores == SCORES and times["bob"] == "2026-11-28 07:15:00" and times["ada"] is None
    lying = [path for path in (course.root / "submitted").rglob("*") if path.is_file()]
    assert {str(path.relative_to(course.root / "submitted")) for path in lying} == files.keys(), "nothing is moved"
    # A spreadsheet takes no name for a formula, in whatever file.
    tables = {path.name: path.read_text(encoding="utf-8") for path in course.root.glob("*.csv")}
    assert f"'{FORMULA}" in tables["grades.csv"] and f"'{FORMULA}" in tables[f"status_{LESSON}.csv"]
    for name, text in tables.items():
        cells = [cell for row in csv.reader(text.splitlines()) for cell in row]
        assert not [cell for cell in cells if cell[:1] in set("=+-@") and not cell[1:].replace(".", "").isdigit()], name
    assert {record.student: record for record in grade(course, LESSON)} == records


def test_nbgraders_own_command_grades_an_untidy_class_alike(course):
    untidy(course)
    line = [sys.executable, "-m", "nbgrader", "autograde", LESSON]
    done = subprocess.run(line, cwd=course.root, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    for student, (status, told) in TOLD.items():
        assert not told or f"{student}: {told if status == GRADED else f'{status} ({told}'}" in done.stderr
    assert "zoe" not in done.stderr
    scores, times = in_the_gradebook(course)
    assert scores == SCORES and times["bob"] == "2026-11-28 07:15:00"


# -- bad input ------------------------------------------------------------------------------------


def complaint(capsys, course, *more):
    before = course.gradebook.read_bytes()
    assert main(["--course", str(course.root), "grade", "01", *more]) == 1
    lines = capsys.readouterr().err.strip().splitlines()
    assert len(lines) == 1 and lines[0].startswith("Error: "), lines
    assert course.gradebook.read_bytes() == before
    return lines[0]


def test_a_course_that_confined_kernels_could_read_is_refused(course, capsys, monkeypatch):
    submit(course, "ada", {})
    shows = sandbox.shows
    monkeypatch.setattr(sandbox, "shows", lambda path: path == course.root or shows(path))
    assert "move it out" in complaint(capsys, course)


def test_no_confinement_asks_for_a_flag(course, capsys, monkeypatch):
    submit(course, "ada", {}, "no notebook")
    monkeypatch.setattr("helpers.grading.kernels.sandbox.why_not", lambda: "no user namespaces.")
    assert "cannot be confined here: no user namespaces. Mend" in complaint(capsys, course)
    assert grade(course, LESSON, Options(unconfined=True))[0].status == NO_NOTEBOOK


def test_a_full_disk(course, capsys):
    submit(course, "ada", {})
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, limits[1]))
    try:
        assert "cannot be written (File too large)" in complaint(capsys, course)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def test_an_address_that_is_no_url(course, capsys):
    submit(course, "ada", {})
    assert "is no URL" in complaint(capsys, course, "--gradebook", "my grades")


def test_another_programs_database(course, capsys):
    submit(course, "ada", {})
    other = course.root / "other.db"
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE friends (name TEXT)")
    assert "other.db cannot be read" in complaint(capsys, course, "--gradebook", f"sqlite:///{other}")


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


# -- PostgreSQL -----------------------------------------------------------------------------------


def programs():
    """The folder of PostgreSQL's server programs: the system's, or those of a package that brings them along."""
    beside = shutil.which("initdb")
    folders = [Path(beside).resolve().parent] if beside else sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    return folders[-1] if folders else Path(find_spec("pgserver").origin).parent / "pginstall" / "bin"


@pytest.fixture(scope="module")
def postgresql():
    """The URL of a server of its own."""
    folder = programs()
    home = Path(tempfile.mkdtemp(prefix="course-postgresql-"))  # pytest's own folders are closed to others
    # PostgreSQL refuses to run as root.
    user = {"user": "nobody", "group": "nogroup", "extra_groups": []} if os.getuid() == 0 else {}
    if user:
        shutil.chown(home, "nobody", "nogroup")
    port, quiet = free_port(), {"cwd": "/", "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    data = str(home / "data")
    subprocess.run([folder / "initdb", "-D", data, "-U", "rnn", "-A", "trust"], check=True, **quiet, **user)
    options = ["-h", "127.0.0.1", "-p", str(port), "-k", "", "-c", "fsync=off"]
    server = subprocess.Popen([folder / "postgres", "-D", data, *options], **quiet, **user)

    def answers():
        line = [folder / "pg_isready", "-h", "127.0.0.1", "-p", str(port)]
        return subprocess.run(line, **quiet).returncode == 0

    until(answers, server)
    yield f"postgresql://rnn@127.0.0.1:{port}/postgres"
    server.terminate()
    server.wait()
    shutil.rmtree(home)


def test_a_class_in_postgresql(course, postgresql, capsys):
    submit(course, "ada", note(course, "ada"))
    submit(course, "bob", {}, "no notebook")
    before = course.gradebook.read_bytes()
    for _ in range(2):
        assert [record.score for record in grade(course, LESSON, Options(gradebook=postgresql))] == [POINTS, 0]
    assert course.gradebook.read_bytes() == before
    with Gradebook(postgresql.replace("postgresql:", "postgresql+psycopg:"), "rnn") as book:
        assert [entry.student_id for entry in book.assignment_submissions(LESSON)] == ["ada"]
    config = course.root / "nbgrader_config.py"
    config.write_text(config.read_text() + f'\nc.CourseDirectory.db_url = "{postgresql}"\n')
    records = grade(course, LESSON)
    assert [record.score for record in records] == [POINTS, 0], "the configured address is used too"
    assert "postgresql" in capsys.readouterr().out


def test_a_database_that_does_not_answer(course, capsys):
    submit(course, "ada", {})
    said = complaint(capsys, course, "--gradebook", f"postgresql://rnn:secret@127.0.0.1:{free_port()}/grades")
    assert "is the server running" in said and "secret" not in said


# -- a cluster -------------------------------------------------------------------------------------


@pytest.fixture
def cluster(tmp_path):
    """A scheduler and two workers, as the README starts them: its address, and how to kill a worker."""
    started = []

    def start(*line):
        how = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "start_new_session": True, "cwd": tmp_path}
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(REPO), os.environ.get("PYTHONPATH", "")])}
        started.append(subprocess.Popen([sys.executable, "-m", "dask", *line], env=environment, **how))
        return started[-1]

    address = f"tcp://127.0.0.1:{free_port()}"
    start("scheduler", "--host", "127.0.0.1", "--port", address.rpartition(":")[2], "--no-dashboard")
    both = [start("worker", address, "--nthreads", "1", "--no-dashboard", "--name", str(n)) for n in range(2)]
    yield address, both
    for process in started:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def test_a_cluster_worker_that_is_killed_loses_nothing(course, cluster):
    address, both = cluster
    for number in range(6):
        submit(course, f"student-{number}", note(course, f"student-{number}"))
    store = Store(course, LESSON)
    with command(course, "--cluster", address) as process:
        until(lambda: len(list(store.runs.glob("*.json"))) >= 2, process)
        os.killpg(both[0].pid, signal.SIGKILL)
        told, _ = process.communicate(timeout=LONGER)
    assert process.returncode == 0, told
    assert re.search(r"^6 submissions: 6 graded$", told, re.MULTILINE), told


def test_a_cluster_that_does_not_answer(course, capsys):
    submit(course, "ada", {})
    assert "No dask scheduler answers" in complaint(capsys, course, "--cluster", f"tcp://127.0.0.1:{free_port()}")


def test_a_cluster_without_dask(course, capsys, monkeypatch):
    submit(course, "ada", {})
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert "pip install -e '.[cluster]'" in complaint(capsys, course, "--cluster", "tcp://127.0.0.1:1")
