"""The students' pack works by itself: nothing in it belongs to grading, or points to what is not in it."""

import os
import re
import shutil
import subprocess
import sys
import zipfile
from importlib.util import find_spec

import nbformat
import pytest
from test_setup import wheel

from helpers.grading.course import REPO, Course
from helpers.grading.pack import write_pack

LINK = re.compile(r"\]\(([^)#\s]+)\)")


def texts(pack):
    for path in pack.rglob("*.md"):
        yield path, path.read_text(encoding="utf-8")
    for path in pack.rglob("*.ipynb"):
        yield from ((path, cell.source) for cell in nbformat.read(path, 4).cells if cell.cell_type == "markdown")


def test_nothing_of_grading_is_in_it(pack):
    names = {path.relative_to(pack).as_posix() for path in pack.rglob("*") if path.is_file()}
    assert {"start.py", "README.md", "requirements.lock", "lab/setup.py", "helpers/checks.py"} <= names
    assert not [name for name in names if re.search("grading|solutions|tests/|exercises.py|mistakes|__pycache__", name)]
    lock = (pack / "requirements.lock").read_text()
    assert "tensorflow==" in lock and not re.search("^(nbgrader|pytest|ruff|mypy)==", lock, re.MULTILINE)
    assert "### BEGIN SOLUTION" not in "".join(path.read_text() for path in pack.rglob("*.ipynb"))


def test_every_link_leads_to_something_in_it(pack):
    for path, text in texts(pack):
        for target in LINK.findall(text):
            assert "://" in target or (path.parent / target).exists(), f"{path.name}: {target}"
    for path, text in texts(pack):
        if path.suffix == ".md":
            assert not re.search(r"`make |Makefile|CONTRIBUTING|solutions/|build_", text), path


def test_the_same_course_gives_the_same_file(tmp_path):
    first, second = (write_pack(Course(REPO), tmp_path / name).read_bytes() for name in "ab")
    assert first == second


@pytest.fixture(scope="module")
def unpacked(pack, tmp_path_factory):
    """A pack of one's own, whose lock file names one small package, and where that is to be had."""
    folder = tmp_path_factory.mktemp("student")
    root, index = folder / "mein größter Kurs", folder / "index"
    shutil.copytree(pack, root, ignore=shutil.ignore_patterns("data", "0[2-9]*", "1*"))
    index.mkdir()
    (root / "requirements.lock").write_text("# made by a test\n" + wheel(index, "small", {"small.py": ""}))
    return root, index


def start(root, index, *arguments):
    """Start the course as a student does, from another folder."""
    settings = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(index), "UV_NO_INDEX": "1", "UV_FIND_LINKS": str(index)}
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"} | settings
    command = [sys.executable, str(root / "start.py"), *arguments]
    return subprocess.run(command, cwd="/", env=environment, capture_output=True, text=True)


def test_one_command_sets_up_and_the_next_one_does_not(unpacked):
    root, index = unpacked
    first = start(root, index, "submit", "01", "--name", "ada")
    assert first.returncode == 0, first.stdout + first.stderr
    assert "GB on disk" in first.stdout and "Copied 1 lessons to my_lessons/" in first.stdout
    assert (root / "hand_in" / "ada__01_two_steps.ipynb").exists()
    again = start(root, index, "submit", "01")
    assert again.stdout.startswith("hand_in/ada__01_two_steps.ipynb is the file")
    python = root / ".venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    program = "import helpers; print(helpers.__file__)"  # as an editor would that knows the environment alone
    done = subprocess.run([python, "-I", "-c", program], capture_output=True, text=True)
    assert done.stdout.strip() == str(root / "helpers" / "__init__.py"), done.stderr
    moved = root.rename(root.with_name("woanders"))
    assert start(moved, index, "submit", "01").stdout.startswith("hand_in/ada"), "the folder may be moved"


@pytest.fixture(scope="module")
def installed(pack, tmp_path_factory):
    """What pip installs of a pack, where its folder is not: the wheel, unpacked."""
    folder = tmp_path_factory.mktemp("wheel")
    assert find_spec("hatchling"), "the set-up brings it"
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    done = subprocess.run(command, cwd=pack, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    (made,) = folder.glob("*.whl")
    with zipfile.ZipFile(made) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def test_an_installed_package_finds_its_cases_and_data_anywhere(installed, tmp_path):
    program = f"""
import sys
sys.path.insert(0, {str(installed)!r})
import helpers.checks, helpers.data
assert helpers.checks.__file__.startswith({str(installed)!r})
check = helpers.checks.lesson("01_two_steps")
check("what_survives", "Z")
print(len(helpers.data.load_sunspots()[0]), helpers.data.load_mnist_rows()[0][0].shape)
"""
    done = subprocess.run([sys.executable, "-I", "-c", program], cwd=tmp_path, capture_output=True, text=True)
    assert "what_survives: not right yet" in done.stdout and "309 (4000, 28, 28)" in done.stdout, done.stderr


def test_the_first_cell_says_what_to_install(pack, lesson):
    cells = nbformat.read(pack / "notebooks" / lesson / f"{lesson}.ipynb", as_version=4).cells
    source = next(cell.source for cell in cells if cell.cell_type == "code" and "lesson(" in cell.source)
    with pytest.raises(ModuleNotFoundError, match=r"No module named 'helpers': pip install the course's folder"):
        exec(source, {"__builtins__": _without()})


def _without():
    """Python's own names, with an import that knows no helpers."""
    import builtins

    def find(name, *others):
        if name.partition(".")[0] == "helpers":
            raise ModuleNotFoundError("No module named 'helpers'", name="helpers")
        return builtins.__import__(name, *others)

    return {**vars(builtins), "__import__": find}
