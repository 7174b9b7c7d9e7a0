"""The set-up installs what is pinned, hash by hash, with uv or with pip; nothing here asks the network."""

import base64
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import distribution
from importlib.util import find_spec
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from helpers.grading.course import REPO

LOCK = (REPO / "requirements.lock").read_text(encoding="utf-8")
ENTRIES = [entry for entry in re.split(r"\n(?=\S)", LOCK.strip()) if not entry.startswith("#")]
PINNED = {entry.split()[0] for entry in ENTRIES}


def direct():
    """The requirements of requirements.txt and of the project's extras."""
    for name in ("requirements.txt", "requirements-students.txt"):
        for line in (REPO / name).read_text(encoding="utf-8").splitlines():
            if (text := line.partition("#")[0].strip()) and not text.startswith("-r"):
                yield Requirement(text)
    project = tomllib.loads((REPO / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for extra in project["optional-dependencies"].values():
        yield from map(Requirement, extra)


@pytest.mark.parametrize("requirement", list(direct()), ids=lambda requirement: requirement.name)
def test_the_lock_file_has_every_direct_requirement(requirement):
    (version,) = requirement.specifier
    assert version.operator == "==", "pin it"
    assert f"{canonicalize_name(requirement.name)}=={version.version}" in PINNED, "`make lock` is due"


def test_every_entry_of_the_lock_file_has_hashes():
    assert [entry.split()[0] for entry in ENTRIES if "--hash=sha256:" not in entry] == []


def test_the_lock_file_names_no_host_and_no_folder():
    assert not re.search(r"://|^-|(?<![\w.])/|\\\w", LOCK, re.MULTILINE)


# -- setting up, with a lock file of one small package -------------------------------------------


def wheel(folder, name, files, entry_points=""):
    """Write a wheel of ``files`` into ``folder``; return its line for a lock file."""
    info = f"{name}-1.0.dist-info"
    texts = {
        **files,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/entry_points.txt": entry_points,
    }

    def line(path, text):
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
        return f"{path},sha256={digest},{len(text.encode())}\n"

    record = "".join(line(path, text) for path, text in texts.items()) + f"{info}/RECORD,,\n"
    target = folder / f"{name}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(target, "w") as archive:
        for path, text in {**texts, f"{info}/RECORD": record}.items():
            archive.writestr(path, text)
    return f"{name}==1.0 \\\n    --hash=sha256:{hashlib.sha256(target.read_bytes()).hexdigest()}\n    # via a test\n"


@pytest.fixture
def bare(tmp_path):
    """A course that is not set up: the project's own files, a lock file of its own, and a folder for an index."""
    course, index, backend = tmp_path / "course", tmp_path / "index", tmp_path / "backend"
    for folder in (course / "lab", index, backend):
        folder.mkdir(parents=True)
    for name in ("Makefile", "pyproject.toml", "README.md", "lab/setup.py"):
        shutil.copyfile(REPO / name, course / name)
    shutil.copytree(REPO / "lab" / "kernels", course / "lab" / "kernels")
    for name in ("helpers/grading/__init__.py", "data/cases/01_two_steps.npz"):  # a whole course, no students' pack
        (course / name).parent.mkdir(parents=True)
        (course / name).touch()
    (course / "helpers" / "__init__.py").touch()
    for name in ("hatchling", "editables", "packaging", "pathspec", "pluggy", "trove_classifiers"):
        spec = find_spec(name)  # what builds the course, linked rather than installed once more
        place = Path(spec.origin)
        place = place.parent if place.name == "__init__.py" else place
        (backend / place.name).symlink_to(place)
    small = wheel(index, "small", {"small.py": "WORKS = True\n"})
    (course / "requirements.lock").write_text("# made by a test\n" + small)
    return course, index, backend


def set_up(bare):
    course, index, backend = bare
    settings = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(index), "UV_NO_INDEX": "1", "UV_FIND_LINKS": str(index)}
    command = ["make", "--no-print-directory", f"PYTHON={sys.executable}", "setup"]
    environment = {**os.environ, **settings, "PYTHONPATH": str(backend), "UV_CACHE_DIR": str(index.parent / "cache")}
    return subprocess.run(command, cwd=course, env=environment, capture_output=True, text=True)


def is_set_up(course):
    """Whether the package works, and Jupyter finds what the course brings for it."""
    program = "import small, helpers\nfrom importlib.metadata import entry_points\n"
    program += "print(*sorted(entry_points(group='jupyter_client.kernel_provisioners').names))"
    python = course / ".venv" / "bin" / "python"
    done = subprocess.run([python, "-I", "-c", program], capture_output=True, text=True)
    kernels = course / ".venv" / "share" / "jupyter" / "kernels"
    return (
        done.stdout.split() == ["course-confined", "course-warm"]
        and sorted(path.parent.name for path in kernels.glob("*/kernel.json")) == ["course-confined", "course-warm"]
        and (course / ".venv" / ".ready").exists()
    )


def add_uv(bare):
    """Put the real uv, as it is installed here, on the index, its program behind a script of a package."""
    course, index, _ = bare
    program = next(file for file in distribution("uv").files if file.name == "uv").locate()
    start = "import os, sys\ndef main():\n    print('uv is at work', flush=True)\n"
    start += f"    os.execv({str(program)!r}, sys.argv)\n"
    with (course / "requirements.lock").open("a") as lock:
        lock.write(wheel(index, "uv", {"uv.py": start}, "[console_scripts]\nuv = uv:main\n"))


@pytest.mark.parametrize("uv", [False, True], ids=["pip", "uv"])
def test_a_bare_course_is_set_up(bare, uv):
    if uv:
        add_uv(bare)
    done = set_up(bare)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "GB on disk" in done.stdout
    assert ("uv is at work" in done.stdout, "pip takes over" in done.stdout) == (uv, not uv)
    assert is_set_up(bare[0])
    assert list((bare[0] / ".venv").rglob("__pycache__/small.*.pyc")), "each start would compile it anew"


def test_a_file_with_another_hash_is_refused(bare):
    add_uv(bare)
    wheel(bare[1], "small", {"small.py": "WORKS = 'for somebody else'\n"})
    done = set_up(bare)
    assert done.returncode != 0
    assert "hash" in (done.stdout + done.stderr).lower() and "The set-up has failed" in done.stdout
    assert not (bare[0] / ".venv" / ".ready").exists()
    assert not list((bare[0] / ".venv").rglob("small.py"))


def test_an_older_environment_is_brought_up_to_date(bare):
    course, index, _ = bare
    assert set_up(bare).returncode == 0
    (course / ".venv" / "share" / "jupyter" / "kernels" / "course-warm" / "kernel.json").unlink()
    lock = course / "requirements.lock"
    lock.write_text(lock.read_text() + wheel(index, "newer", {"newer.py": ""}))
    os.utime(lock, (2**31, 2**31))
    assert set_up(bare).returncode == 0
    assert is_set_up(course) and list((course / ".venv").rglob("newer.py"))
    lock.write_text(lock.read_text() + "gone==1.0 \\\n    --hash=sha256:" + "0" * 64 + "\n")
    os.utime(lock, (2**31 + 9, 2**31 + 9))
    assert set_up(bare).returncode != 0
    assert not (course / ".venv" / ".ready").exists(), "a set-up that failed is not ready"


def test_an_unfit_python_is_told():
    program = "import runpy, sys; sys.version_info = (3, 10, 1); "
    program += f"runpy.run_path({str(REPO / 'lab' / 'setup.py')!r}, run_name='__main__')"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 1 and "Python 3.11, 3.12 or 3.13 is needed" in done.stdout
