"""Start the course: set up what it needs, copy the lessons to my_lessons/, open JupyterLab.

    python start.py                      lesson 01, or the lesson you name: python start.py 05
    python start.py submit 05            make the file to hand in, in hand_in/
    python start.py reset 05             begin lesson 05 anew; your old file is kept

The first start downloads about 750 MB, once. After that a start takes seconds and needs no network.
"""

from __future__ import annotations

import argparse
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
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="*", metavar="LESSON", help="05; or submit 05, or reset 05")
    parser.add_argument("--name", default="", help="with submit: your name, as the file to hand in should have it")
    parser.add_argument("--yes", action="store_true", help="with reset: do not ask")
    options, others = parser.parse_known_args(arguments)  # the others are JupyterLab's: --no-browser, --port 8899
    if others and options.what[:1] in (["submit"], ["reset"]):
        parser.error(f"{options.what[0]} does not know {' '.join(others)}")
    if not _is_set_up() and (code := _set_up()):
        return code
    if Path(sys.prefix).resolve() != (ROOT / ".venv").resolve():  # go on with the course's own Python
        return subprocess.run([str(PYTHON), str(ROOT / "start.py"), *(arguments or sys.argv[1:])]).returncode
    sys.path.insert(0, str(ROOT))
    from helpers.copies import CopyError

    try:
        return _run(options, others)
    except CopyError as error:
        print(error, file=sys.stderr)
        return 1


def _run(options: argparse.Namespace, others: Sequence[str]) -> int:
    from helpers.copies import Copies, CopyError
    from helpers.handing_in import write_hand_in

    copies = Copies(ROOT)
    command = options.what[0] if options.what[:1] in (["submit"], ["reset"]) else ""
    names = options.what[1:] if command else options.what
    if len(names) > 1 or (command and not names):
        raise CopyError(f"Name one lesson, such as: python start.py {command} 05".replace("  ", " "))
    for sentence in copies.prepare():
        print(sentence, flush=True)
    if command == "submit":
        print(write_hand_in(copies, copies.find(names[0]), options.name))
    elif command == "reset":
        lesson = copies.find(names[0])
        if not options.yes and not _agreed(f"Begin {lesson} anew? Your file is kept under another name."):
            print("Nothing was changed.")
            return 0
        print(f"{lesson} is as it was given to you; your old file is {copies.reset(lesson)}.")
    else:
        return _open(copies.own(copies.find(names[0])) if names else None, others)
    return 0


def _agreed(question: str) -> bool:
    try:
        return input(f"{question} [y/N] ").strip().lower() in ("y", "yes")
    except EOFError:
        return False


def _open(notebook: Path | None, others: Sequence[str]) -> int:
    """Open JupyterLab; kernels find ``helpers`` wherever the course's folder has been moved to."""
    command = [sys.executable, "-m", "jupyterlab", f"--config={ROOT / 'lab' / 'student_lab_config.py'}", *others]
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
