"""Start the course: set up what it needs, copy the lessons to my_lessons/, open JupyterLab.

    python start.py                      lesson 01, or the lesson you name: python start.py 05
    python start.py submit 05            make the file to hand in, in hand_in/
    python start.py reset 05             begin lesson 05 anew; your old file is kept

The first start downloads about 750 MB, once. After that a start takes seconds and needs no network.
"""

from __future__ import annotations

import argparse
import itertools
import os
import runpy
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent
READY = ROOT / ".venv" / ".ready"
PYTHON = ROOT / ".venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
NEEDED = ("requirements.lock", "pyproject.toml")


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says; return the exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    words = list(itertools.takewhile(lambda word: not word.startswith("-"), given))
    options = given[len(words) :]
    if {"-h", "--help"} & set(options):
        print(__doc__)
        return 0
    if not _is_set_up() and (code := _set_up()):
        return code
    if Path(sys.prefix).resolve() != (ROOT / ".venv").resolve():  # go on with the course's own Python
        return subprocess.run([str(PYTHON), str(ROOT / "start.py"), *given]).returncode
    sys.path.insert(0, str(ROOT))
    from helpers.copies import CopyError

    try:
        return _run(words, options)
    except CopyError as error:
        print(error, file=sys.stderr)
        return 1


def _run(words: Sequence[str], options: Sequence[str]) -> int:
    """words: a lesson, or a command and a lesson. options: the command's, or JupyterLab's, such as --port 8899."""
    from helpers.copies import Copies, CopyError
    from helpers.handing_in import write_hand_in

    copies = Copies(ROOT)
    command, names = (words[0], words[1:]) if words[:1] in (["submit"], ["reset"]) else ("", words)
    if len(names) > 1 or (command and not names):
        raise CopyError(f"Name one lesson, such as: python start.py {command} 05".replace("  ", " "))
    lesson = copies.find(names[0]) if names else ""
    for sentence in copies.prepare():
        print(sentence, flush=True)
    if not command:
        return _open(copies.own(lesson) if lesson else None, options)
    parser = argparse.ArgumentParser(prog=f"start.py {command} {lesson}")
    if command == "submit":
        parser.add_argument("--name", default="", help="your name, as the file to hand in should have it")
        print(write_hand_in(copies, lesson, parser.parse_args(options).name))
        return 0
    parser.add_argument("--yes", action="store_true", help="do not ask")
    if parser.parse_args(options).yes or _agreed(f"Begin {lesson} anew? Your file is kept under another name."):
        print(f"{lesson} is as it was given to you; your old file is {copies.reset(lesson)}.")
    else:
        print("Nothing was changed.")
    return 0


def _agreed(question: str) -> bool:
    try:
        return input(f"{question} [y/N] ").strip().lower() in ("y", "yes")
    except EOFError:
        return False


def _open(notebook: Path | None, options: Sequence[str]) -> int:
    """Open JupyterLab; kernels find ``helpers`` wherever the course's folder has been moved to."""
    command = [sys.executable, "-m", "jupyterlab", f"--config={ROOT / 'lab' / 'student_lab_config.py'}", *options]
    if notebook is not None:
        command.append(f"--LabApp.default_url=/lab/tree/{notebook.relative_to(ROOT).as_posix()}")
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    try:
        return subprocess.run(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)}).returncode
    except KeyboardInterrupt:
        return 0


def _is_set_up() -> bool:
    """Whether the environment is there, and not older than what it is made from."""
    if not READY.exists() or not PYTHON.exists():
        return False
    return all(READY.stat().st_mtime >= (ROOT / name).stat().st_mtime for name in NEEDED)


def _set_up() -> int:
    READY.unlink(missing_ok=True)
    code: int = runpy.run_path(str(ROOT / "lab" / "setup.py"))["main"]()
    if code == 0:
        READY.touch()
    return code


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("Stopped: the same command goes on.")
