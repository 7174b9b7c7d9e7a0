"""Warm kernels: jupyter_client provisioners that fork each kernel from a preloaded process.

A cold kernel spends seconds on ``import tensorflow``. A warm one is forked from a process that has it
imported already (:mod:`helpers.grading.kernels.zygote`), and behaves like any other afterwards. The kernelspec
``course-warm`` uses it as it is, ``course-confined`` inside the walls of :mod:`helpers.grading.kernels.sandbox`.
Their messages go over sockets that are bound here and handed to the fork. Linux only.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import os
import select
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning import LocalProvisioner
from traitlets import Int

from helpers.checking.wire import QUESTIONS_VARIABLE
from helpers.grading.kernels import sandbox
from helpers.grading.kernels.jobs import Limits

WARM_KERNEL = "course-warm"
CONFINED_KERNEL = "course-confined"
START_SECONDS = 120  # for the preloading, on a slow disk
FORK_SECONDS = 30
MAX_MESSAGE = 1 << 16
MAX_FILES = 20 << 20  # bytes of all files that come along into a confined kernel
MAX_COUNT = 200  # of these files
PORTS = ("shell_port", "iopub_port", "stdin_port", "control_port", "hb_port")
LATCHED = {  # read once, at import
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    # One thread only: the numerical libraries must not start theirs before the fork.
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
}


class ZygoteError(RuntimeError):
    """The preloaded process could not be started or did not fork; the message says why."""


class Forks:
    """A way to a preloaded process that forks kernels; ``confined`` says what they will be."""

    def __init__(self, confined: bool, control: socket.socket) -> None:
        self.confined, self.control = confined, control
        self.lock = threading.Lock()

    def alive(self) -> bool:
        """Whether the process still listens."""
        ended = select.poll()
        ended.register(self.control, 0)  # that the other end is closed is told unasked
        return not ended.poll(0)

    def fork(self, request: dict[str, Any], listeners: list[socket.socket]) -> ForkedKernel:
        """Start a kernel. Raises ZygoteError when there is none."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.settimeout(FORK_SECONDS)
        # In a file of memory, which only the fork reads: no later kernel finds it in the zygote.
        with theirs, os.fdopen(os.memfd_create("request"), "wb") as file:
            file.write(json.dumps({**request, "confined": self.confined}).encode())
            file.seek(0)
            handles = [theirs.fileno(), file.fileno(), *(listener.fileno() for listener in listeners)]
            try:
                with self.lock:
                    socket.send_fds(self.control, [b"fork"], handles)
            except OSError as error:
                ours.close()
                raise ZygoteError(f"the preloaded process is gone ({error})") from None
        try:
            message, received, _, _ = socket.recv_fds(ours, MAX_MESSAGE, 1)
        except OSError as error:
            message, received = json.dumps({"error": str(error)}).encode(), []
        answer = json.loads(message or b'{"error": "the preloaded process does not fork"}')
        if "pid" not in answer:
            ours.close()
            raise ZygoteError(answer.get("error", "the kernel did not start"))
        return ForkedKernel(ours, answer["pid"], received[0])

    def close(self) -> None:
        """Give the way up; the process ends with the last one."""
        self.control.close()


class Zygote(Forks):
    """A preloaded process and the way to it, which other processes may be given, too.

    Made without waiting for it to be ready: :meth:`wait` does.
    """

    def __init__(self, confined: bool) -> None:
        control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        super().__init__(confined, control)
        program = [sys.executable, "-P", "-m", "helpers.grading.kernels.zygote", str(theirs.fileno())]
        if confined:
            # From here on nothing of this process's environment exists for the kernels.
            environment = {**sandbox.KERNEL_ENVIRONMENT, **LATCHED, "PYTHONPATH": str(sandbox.REPO)}
            program = sandbox.command([*program, "--confined"], environment)
        else:
            environment = {**os.environ, **LATCHED}
            environment["PYTHONPATH"] = os.pathsep.join([str(sandbox.REPO), os.environ.get("PYTHONPATH", "")])
        self.process = subprocess.Popen(
            program,
            pass_fds=[theirs.fileno()],
            env=environment,
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            process_group=0,  # Ctrl-C is for its owner
        )
        theirs.close()
        self.pid = 0  # not that of self.process, where bubblewrap stands between

    def wait(self) -> Zygote:
        """Wait until it can fork. Raises ZygoteError when it did not start."""
        self.control.settimeout(START_SECONDS)
        try:
            ready = self.control.recv(MAX_MESSAGE)
        except OSError:
            ready = b""
        if not ready:
            self.process.kill()
            _, noise = self.process.communicate()
            raise ZygoteError(f"the preloaded process did not start: {noise.decode(errors='replace').strip()[-300:]}")
        self.pid = json.loads(ready)["pid"]
        return self

    def alive(self) -> bool:
        return self.process.poll() is None

    def close(self) -> None:
        """End the process and every kernel that was forked from it, unless others were given a way to it."""
        super().close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(10)
        if self.alive():
            self.process.kill()
            self.process.wait()
        if self.process.stderr:
            self.process.stderr.close()


class ForkedKernel:
    """A forked kernel as a ``subprocess.Popen`` would show it: what LocalProvisioner needs of one.

    reason: why its guard ended it ("memory", "time"), or "".
    """

    stdin = stdout = stderr = None

    def __init__(self, guard: socket.socket, pid: int, handle: int) -> None:
        self.guard, self.pid, self.handle = guard, pid, handle
        self.returncode: int | None = None
        self.reason = ""

    def poll(self) -> int | None:
        """Return the exit code, or None while the kernel runs."""
        return self._look(0)

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end. Raises subprocess.TimeoutExpired after ``timeout`` seconds."""
        code = self._look(timeout)
        if code is None:
            raise subprocess.TimeoutExpired("kernel", timeout or 0)
        return code

    def _look(self, timeout: float | None) -> int | None:
        if self.returncode is None and select.select([self.guard], [], [], timeout)[0]:
            try:
                message = self.guard.recv(MAX_MESSAGE)
            except OSError:
                message = b""
            last = json.loads(message or b"{}")  # empty where the guard was killed, and its kernel with it
            self.returncode, self.reason = last.get("code", 1), last.get("reason", "")
            os.close(self.handle)
            self.guard.close()
        return self.returncode

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self.handle, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)


_zygotes: dict[bool, Forks] = {}
_starting = threading.Lock()


def zygote(confined: bool = False) -> Forks:
    """Return the way to a zygote of one kind: that which was given, else one of this process's own.

    It is started at the first call, and replaced when it has died.
    """
    with _starting:
        if confined in _zygotes and not _zygotes[confined].alive():
            _zygotes.pop(confined).close()
        if confined not in _zygotes:
            _zygotes[confined] = Zygote(confined).wait()
        return _zygotes[confined]


def use(confined: bool, control: socket.socket) -> None:
    """Fork this process's kernels from a zygote of another process, which gives ``control``."""
    with _starting:
        if known := _zygotes.pop(confined, None):
            known.close()
        _zygotes[confined] = Forks(confined, control)


def stop() -> None:
    """End this process's zygotes, if it has any; those of others go on."""
    with _starting:
        while _zygotes:
            _zygotes.popitem()[1].close()


class WarmProvisioner(LocalProvisioner):
    """Launches a kernel by forking it; everything else is as for a local process."""

    confined = False
    sockets = ""  # the folder of the kernel's sockets

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Choose sockets in a folder that nobody else can enter."""
        manager: Any = self.parent
        if not self.sockets:
            self.sockets = tempfile.mkdtemp(prefix="kernel-", dir="/tmp")  # a socket's path has to be short
            manager.transport, manager.ip = "ipc", f"{self.sockets}/s"
        return await super().pre_launch(**kwargs)

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Fork a kernel that runs with ``cmd``'s arguments, in the folder and environment asked for."""
        # The first start takes seconds: a server must stay responsive meanwhile.
        source = await asyncio.get_running_loop().run_in_executor(None, zygote, self.confined)
        info: dict[str, Any] = {
            key: value.decode() if isinstance(value, bytes) else value for key, value in self.connection_info.items()
        }
        folder = os.path.abspath(kwargs.get("cwd") or os.getcwd())
        request = {
            "arguments": cmd[cmd.index("-f") + 2 :],
            "connection": info,
            "ports": [info[port] for port in PORTS],
            **self.surroundings(folder, {**(kwargs.get("env") or os.environ)}),
        }
        with contextlib.ExitStack() as stack:
            listeners = [stack.enter_context(_listen(f"{info['ip']}-{info[port]}")) for port in PORTS]
            kernel = source.fork(request, listeners)
        self.process = kernel  # type: ignore[assignment]
        self.pid = self.pgid = kernel.pid  # the kernel leads a session of its own
        self.cwd = folder
        return self.connection_info

    def surroundings(self, folder: str, environment: dict[str, str]) -> dict[str, Any]:
        """What the kernel finds around it: where it works and what it knows."""
        values = {key: str(value) for key, value in environment.items()}
        return {"folder": folder, "environment": values, "path": [entry for entry in sys.path if entry]}

    async def cleanup(self, restart: bool = False) -> None:
        """Remove the sockets."""
        await super().cleanup(restart)
        if not restart and self.sockets:
            shutil.rmtree(self.sockets, ignore_errors=True)


class ConfinedProvisioner(WarmProvisioner):
    """Launches a kernel that can see, use and reach only what it must.

    Of its working folder it gets copies of the regular files, on a disk of its own that ends with it.
    """

    confined = True
    total_seconds = Int(Limits.total_seconds, help="after so long the kernel is ended").tag(config=True)
    memory_mb = Int(Limits.memory_mb, help="for all its processes together").tag(config=True)
    processes = Int(Limits.processes, help="threads count too").tag(config=True)
    disk_mb = Int(Limits.disk_mb, help="of /tmp, and of the largest file").tag(config=True)

    def surroundings(self, folder: str, environment: dict[str, str]) -> dict[str, Any]:
        """Files come along by value, and of the environment only the name of the questions."""
        files = _files(Path(folder))
        known = {**sandbox.KERNEL_ENVIRONMENT, **LATCHED}
        if questions := environment.get(QUESTIONS_VARIABLE):
            files[".questions.npz"] = Path(questions).read_bytes()
            known[QUESTIONS_VARIABLE] = f"{sandbox.HOME}/.questions.npz"
        limits = {name: getattr(self, name) for name in ("total_seconds", "memory_mb", "processes", "disk_mb")}
        content = {name: base64.b64encode(data).decode() for name, data in files.items()}
        return {"environment": known, "files": content, **limits}


def _listen(path: str) -> socket.socket:
    """Return a socket that listens at ``path``, in place of one that an earlier kernel had there."""
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(path)
    listener.listen(100)
    return listener


def _files(folder: Path) -> dict[str, bytes]:
    """The regular files of a folder by relative name; no hidden ones, no links, and there is an end to them."""
    found: dict[str, bytes] = {}
    room = MAX_FILES
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for path in (Path(place, name) for name in names if not name.startswith(".")):
            status = path.lstat()
            room -= status.st_size
            if room < 0 or len(found) == MAX_COUNT:
                return found
            if stat.S_ISREG(status.st_mode):
                found[path.relative_to(folder).as_posix()] = path.read_bytes()
    return found
