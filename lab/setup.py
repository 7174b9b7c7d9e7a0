"""Create .venv and install into it what requirements.lock names: ``make setup`` and ``start.py`` run this.

Each file that comes from the package index is checked against the hashes of the lock file. uv installs; where
there is no uv, or it cannot reach an index that pip is set to, pip does the same, with the same check.
"""

import locale
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = ROOT / ".venv"
PROGRAMS = ENVIRONMENT / ("Scripts" if os.name == "nt" else "bin")
PYTHON = str(PROGRAMS / "python")
LOCK = ROOT / "requirements.lock"
# As pip does by itself: where Python may not write beside its packages, each start would compile TensorFlow anew.
COMPILED = "--compile-bytecode"
SIZE = "about 750 MB to download, 3 GB on disk"
CAPTURED = {"capture_output": True, "text": True}


def main() -> int:
    """Set up; return the exit code."""
    if not (3, 11) <= sys.version_info[:2] <= (3, 13):  # TensorFlow has wheels for these
        version = "Python 3.11, 3.12 or 3.13 is needed, this is {}.{}".format(*sys.version_info)
        print(f"{version}: make lab PYTHON=python3.12, or python3.12 start.py")
        return 1
    print(f"Setting up .venv: {SIZE}.", flush=True)
    clear = ["--clear"] if of_another_python() else []
    if not run(sys.executable, "-m", "venv", *clear, ENVIRONMENT):
        return 1
    pip = [PYTHON, "-m", "pip", "install", "--disable-pip-version-check"]
    if install_uv(pip) and install(PROGRAMS / "uv", "pip", "install", "--python", PYTHON, COMPILED):
        return 0
    print("pip takes over, which takes a few minutes.", flush=True)
    if install(*pip):
        return 0
    print("The set-up has failed; the reason stands above. The same command tries again.", flush=True)
    return 1


def install_uv(pip: list) -> bool:
    """Install the uv of the lock file with ``pip``; say whether that worked."""
    text = LOCK.read_text(encoding="utf-8")
    _, start, rest = text.partition("\nuv==")
    with tempfile.TemporaryDirectory() as folder:
        alone = Path(folder, "uv.txt")
        alone.write_text((start + rest.partition("\n    #")[0]).strip(" \\\n"), encoding="utf-8")
        return bool(start) and run(*pip, "--only-binary", ":all:", "--require-hashes", "-r", alone)


def install(*installer: object) -> bool:
    """Install the lock file's packages, then the course itself: it has no hash, and its needs are there."""
    if not run(*installer, "--require-hashes", "-r", LOCK):
        return False
    if not (ROOT / "helpers" / "grading").is_dir():  # a student's pack: nothing of it has to be built
        return link()
    return run(*installer, "--no-deps", "--no-build-isolation", "--force-reinstall", "--editable", ".")


def link() -> bool:
    """Let the environment's Python find ``helpers`` in this folder, whichever program starts it."""
    found = subprocess.run([PYTHON, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], **CAPTURED)
    if found.returncode:
        return False
    path = Path(found.stdout.strip(), "course.pth")
    # Until Python 3.13 such a file is read in the system's own encoding, then in UTF-8.
    encoding = "utf-8" if sys.version_info >= (3, 13) else locale.getpreferredencoding(False)
    try:
        path.write_text(f"{ROOT}\n", encoding=encoding)
    except UnicodeEncodeError:  # start.py names the folder by itself, too
        path.unlink(missing_ok=True)
    return True


def of_another_python() -> bool:
    """Whether .venv is there, with another version of Python than this one."""
    settings = ENVIRONMENT / "pyvenv.cfg"
    version = "version = {}.{}.".format(*sys.version_info)
    return settings.exists() and version not in settings.read_text(encoding="utf-8")


def run(*command: object) -> bool:
    """Run ``command`` at the course's root, its output to be seen; say whether it went well."""
    return subprocess.run([str(part) for part in command], cwd=ROOT).returncode == 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("Stopped: the same command goes on.")
