"""The process that warm kernels are forked from: everything imported, nothing computed.

Started by :mod:`helpers.grading.kernels` as ``python -m helpers.grading.zygote FD``. It answers requests on
the socket FD, one JSON object each: ``{"fork": {...}}`` gives ``{"pid": n}`` and a pidfd,
``{"status": pid}`` gives ``{"code": exit code or null}``. When the socket closes it ends, and all
kernels with it.
"""

from __future__ import annotations

import ctypes
import json
import os
import random
import signal
import socket
import sys
import tempfile
import traceback
from typing import Any

MAX_REQUEST = 1 << 20
PR_SET_PDEATHSIG = 1


def preload() -> None:
    """Import what kernels need. No TensorFlow operation may run here: its threads would not survive a fork."""
    import ipykernel.ipkernel
    import ipykernel.kernelapp
    import keras
    import matplotlib.figure
    import matplotlib_inline.backend_inline
    import numpy
    import tensorflow

    for module in (ipykernel, keras, matplotlib, numpy, tensorflow, matplotlib_inline):
        assert module is not None


def thread_count() -> int:
    """Return how many threads this process has; only a process with one can be forked safely."""
    return len(os.listdir("/proc/self/task"))


def serve(connection: socket.socket) -> None:
    """Answer requests until the owner closes its end."""
    codes: dict[int, int | None] = {}
    connection.send(json.dumps({"ready": True, "threads": thread_count()}).encode())
    while request := connection.recv(MAX_REQUEST):
        _reap(codes)
        message = json.loads(request)
        if "fork" in message:
            if thread_count() != 1:
                connection.send(json.dumps({"error": f"{thread_count()} threads run, a fork is not safe"}).encode())
                continue
            pid = os.fork()
            if pid == 0:
                connection.close()
                _become_kernel(message["fork"])
            codes[pid] = None
            handle = os.pidfd_open(pid)
            socket.send_fds(connection, [json.dumps({"pid": pid}).encode()], [handle])
            os.close(handle)
        else:
            connection.send(json.dumps({"code": codes.get(message["status"])}).encode())
    for pid, code in codes.items():
        if code is None:
            os.kill(pid, signal.SIGKILL)


def _reap(codes: dict[int, int | None]) -> None:
    while any(code is None for code in codes.values()):
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid == 0:
            return
        codes[pid] = os.waitstatus_to_exitcode(status)


def _become_kernel(request: dict[str, Any]) -> None:
    """Turn this fresh fork into an ordinary ipykernel; never returns."""
    try:
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        os.setsid()
        nowhere = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):  # ipykernel sends what is printed to its client, not here
            os.dup2(nowhere, descriptor)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGCHLD):
            signal.signal(number, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        os.environ.clear()
        os.environ.update(request["env"])
        os.chdir(request["cwd"])
        _forget_the_parent()
        sys.argv = ["ipykernel_launcher", *request["arguments"]]
        sys.path[:] = ["", *request["path"]]
        from ipykernel.kernelapp import IPKernelApp

        app = IPKernelApp.instance(parent_handle=1)  # read at class creation; 1 means no parent to watch
        app.initialize(request["arguments"])
        app.start()
        os._exit(0)
    except SystemExit as end:
        os._exit(end.code if isinstance(end.code, int) else 0)
    except BaseException:
        traceback.print_exc()
        os._exit(1)


def _forget_the_parent() -> None:
    """Undo what every fork would otherwise share: random states, temporary folder, wake-up descriptor."""
    import numpy

    random.seed()
    numpy.random.seed()
    tempfile.tempdir = None
    signal.set_wakeup_fd(-1)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with socket.socket(fileno=int(sys.argv[1])) as control:
        preload()
        serve(control)
