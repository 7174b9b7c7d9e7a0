"""The process that kernels are forked from: everything imported, nothing computed.

Started by :mod:`helpers.grading.kernels.provisioners` as ``python -m`` this module ``FD [--confined]``. Every
message on the socket FD asks for one kernel and brings descriptors: a connection to its owner, a file with the request
(which only the fork reads), and the kernel's listening sockets. Each kernel has a guard, the fork
between zygote and kernel, which tells the owner over that connection how the kernel starts and ends, and
ends it when it uses more than it may or when the owner is gone.
"""

from __future__ import annotations

import base64
import contextlib
import ctypes
import dataclasses
import gc
import importlib
import io
import json
import os
import random
import select
import signal
import socket
import sys
import tempfile
import time
import traceback
from pathlib import Path
from typing import Any, NoReturn

from helpers import facts
from helpers.grading.kernels import sandbox

MAX_MESSAGE = 1 << 16
MAX_HANDLES = 16
LOOK_SECONDS = 0.1  # how often a guard looks at the memory its kernel uses
PR_SET_PDEATHSIG = 1
LIBRARIES = ("keras", "matplotlib.pyplot", "numpy.random", "tensorflow")
# What a kernel imports while it starts; most of that time goes into the debugger.
LOADED_AT_START = (
    "IPython.core.completerlib",
    "IPython.core.debugger",
    "IPython.core.logger",
    "IPython.core.oinspect",
    "IPython.extensions.storemagic",
    "ipykernel.debugger",
    "ipykernel.heartbeat",
    "ipykernel.ipkernel",
    "ipykernel.kernelapp",
    "matplotlib_inline.backend_inline",
    "sqlite3",
    "tornado.platform.asyncio",
    "tornado.queues",
)


@dataclasses.dataclass(frozen=True)
class Request:
    """What the owner wants started. files: name in the working folder -> content in base64."""

    arguments: list[str]
    connection: dict[str, Any]
    environment: dict[str, str]
    ports: list[int]
    folder: str = ""
    path: list[str] = dataclasses.field(default_factory=list)
    files: dict[str, str] = dataclasses.field(default_factory=dict)
    confined: bool = False
    total_seconds: float = 0.0
    memory_mb: int = 0
    processes: int = 0
    disk_mb: int = 0


def preload() -> None:
    """Import what kernels need, and draw once. No TensorFlow operation may run here: threads do not survive a fork."""
    for name in (*LOADED_AT_START, *LIBRARIES, *facts.PRELOADED):
        importlib.import_module(name)
    import matplotlib.figure
    import matplotlib.pyplot as plt

    # The first figure looks for fonts. Drawn without a backend, which a kernel chooses for itself.
    figure = matplotlib.figure.Figure()
    figure.subplots().set_title("$h_t$ and words")
    figure.savefig(io.BytesIO())
    plt.close("all")
    # What is here stays: a kernel that never looks at it again never has to copy it.
    gc.collect()
    gc.freeze()


def thread_count() -> int:
    """Return how many threads this process has; only a process with one can be forked safely."""
    return len(os.listdir("/proc/self/task"))


def serve(control: socket.socket) -> None:
    """Fork a guard for every message until the owner closes its end."""
    control.send(json.dumps({"pid": os.getpid()}).encode())
    while True:
        message, handles, _, _ = socket.recv_fds(control, MAX_MESSAGE, MAX_HANDLES)
        if not message:
            return
        if thread_count() == 1 and os.fork() == 0:
            control.close()
            _guard(handles)
        for handle in handles:  # where there was no fork, the owner reads of it by the end of its connection
            os.close(handle)


# -- the guard ----------------------------------------------------------------------------


def _guard(handles: list[int]) -> NoReturn:
    """Start one kernel and watch it to its end; never returns."""
    _end_with_the_parent()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    owner = socket.socket(fileno=handles[0])
    try:
        with os.fdopen(handles[1], "rb") as file:
            request = Request(**json.loads(file.read()))
        if request.confined:
            sandbox.unshare()
        ready, theirs = os.pipe()
        pid = os.fork()
        if pid == 0:
            owner.close()
            os.close(ready)
            _become_kernel(request, handles[2:], theirs)
        os.close(theirs)
        for handle in handles[2:]:
            os.close(handle)
        if problem := os.read(ready, MAX_MESSAGE):
            raise sandbox.ConfinementError(problem.decode())
        process = os.pidfd_open(pid)
        socket.send_fds(owner, [json.dumps({"pid": pid}).encode()], [process])
        reason = _watch(request, owner, process)
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        with contextlib.suppress(OSError):
            owner.send(json.dumps({"code": code, "reason": reason}).encode())
    except BaseException as error:
        with contextlib.suppress(OSError):
            owner.send(json.dumps({"error": f"{type(error).__name__}: {error}"}).encode())
        os._exit(1)
    os._exit(0)


def _watch(request: Request, owner: socket.socket, process: int) -> str:
    """Wait for the kernel's end, or bring it about. Return why the guard ended it, or ""."""
    start = time.monotonic()
    poll = select.poll()
    for handle in (process, owner.fileno()):
        poll.register(handle, select.POLLIN)
    while True:
        ended = {handle for handle, _ in poll.poll(LOOK_SECONDS * 1000 if request.confined else None)}
        if process in ended:
            return ""
        if ended:
            reason = "closed"
        elif time.monotonic() - start > request.total_seconds:
            reason = "time"
        elif _too_much(request.memory_mb * sandbox.MEGABYTE):
            reason = "memory"
        else:
            continue
        signal.pidfd_send_signal(process, signal.SIGKILL)  # with the first process all others of its namespace end
        return reason


def _too_much(limit: int) -> bool:
    return sandbox.memory_at_most() > limit and sandbox.memory_used() > limit


# -- the kernel ---------------------------------------------------------------------------


def _become_kernel(request: Request, listeners: list[int], ready: int) -> NoReturn:
    """Turn this fresh fork into an ipykernel; never returns. ``ready`` gets what went wrong before, and is closed."""
    try:
        os.setsid()
        nowhere = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):  # ipykernel sends what is printed to its client, not here
            os.dup2(nowhere, descriptor)
        for number in (signal.SIGTERM, signal.SIGCHLD):
            signal.signal(number, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        if request.confined:
            sandbox.confine(request.memory_mb, request.processes, request.disk_mb)
            for name, content in request.files.items():
                target = Path(sandbox.HOME, name)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(base64.b64decode(content))
        else:
            _end_with_the_parent()
            os.chdir(request.folder)
            sys.path[:] = request.path
        sys.path.insert(0, "")
        os.environ.clear()
        os.environ.update(request.environment)
        _forget_the_parent()
        connection = Path(tempfile.mkdtemp(prefix="connection-"), "kernel.json")
        connection.write_text(json.dumps(request.connection))
        app = _application(dict(zip(request.ports, listeners, strict=True)))
        os.close(ready)
    except BaseException as error:
        os.write(ready, f"{error}".encode()[:MAX_MESSAGE])
        os._exit(1)
    try:
        sys.argv = ["ipykernel_launcher", *request.arguments]
        app.initialize(["-f", str(connection), *request.arguments])
        app.start()
        os._exit(0)
    except SystemExit as end:
        os._exit(end.code if isinstance(end.code, int) else 0)
    except BaseException:
        traceback.print_exc()
        os._exit(1)


def _application(listeners: dict[int, int]) -> Any:
    """Return an ipykernel that listens on sockets its owner has bound, one for each port number."""
    import zmq
    from ipykernel.heartbeat import Heartbeat
    from ipykernel.kernelapp import IPKernelApp

    class Application(IPKernelApp):
        def _try_bind_socket(self, s: Any, port: int) -> int:
            s.setsockopt(zmq.USE_FD, listeners[port])
            return super()._try_bind_socket(s, port)

    bind = Heartbeat._try_bind_socket

    def bind_heartbeat(self: Any) -> Any:
        self.socket.setsockopt(zmq.USE_FD, listeners[self.port])
        return bind(self)

    Heartbeat._try_bind_socket = bind_heartbeat  # type: ignore[method-assign]
    return Application.instance(parent_handle=1)  # read at class creation; 1 means no parent to watch


def _end_with_the_parent() -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _forget_the_parent() -> None:
    """Undo what every fork would otherwise share: random states, temporary folder, wake-up descriptor."""
    import numpy

    random.seed()
    numpy.random.seed()
    tempfile.tempdir = None
    signal.set_wakeup_fd(-1)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # guards leave nothing behind
    if "--confined" in sys.argv:
        sandbox.become_nobody()
    with socket.socket(fileno=int(sys.argv[1])) as control:
        preload()
        serve(control)
