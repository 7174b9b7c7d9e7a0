"""Warm kernels: a jupyter_client provisioner that forks each kernel from a preloaded process.

A cold kernel spends seconds on ``import tensorflow``. A warm one is forked from a process that has it
imported already (:mod:`helpers.grading.zygote`), and behaves like any other afterwards. The kernelspec
``course-warm`` uses it; grading and tests choose it by name. Linux only.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning import LocalProvisioner

WARM_KERNEL = "course-warm"
START_SECONDS = 120  # for the preloading, on a slow disk
MAX_REPLY = 1 << 16


class ZygoteError(RuntimeError):
    """The preloaded process could not be started or did not fork; the message says why."""


class Zygote:
    """The owner's end of one preloaded process."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        # One thread only: the numerical libraries must not start theirs before the fork.
        threads = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
        latched = {
            "TF_CPP_MIN_LOG_LEVEL": "3",
            "TF_ENABLE_ONEDNN_OPTS": "0",
            "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "helpers.grading.zygote", str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            env={**os.environ, **threads, **latched},
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        theirs.close()
        self.control.settimeout(START_SECONDS)
        try:
            ready = self.control.recv(MAX_REPLY)
        except TimeoutError:
            ready = b""
        if not ready:
            self.process.kill()
            _, noise = self.process.communicate()
            raise ZygoteError(f"the preloaded process did not start: {noise.decode(errors='replace').strip()[-300:]}")

    def alive(self) -> bool:
        return self.process.poll() is None

    def ask(self, request: dict[str, Any]) -> tuple[dict[str, Any], list[int]]:
        """Send one request; return the reply and the descriptors that came with it."""
        with self.lock:
            try:
                self.control.send(json.dumps(request).encode())
                reply, handles, _, _ = socket.recv_fds(self.control, MAX_REPLY, 1)
            except OSError as error:
                raise ZygoteError(f"the preloaded process is gone ({error})") from None
        if not reply:
            raise ZygoteError("the preloaded process is gone")
        answer = json.loads(reply)
        if "error" in answer:
            raise ZygoteError(answer["error"])
        return answer, list(handles)

    def close(self) -> None:
        """End the process and every kernel that was forked from it."""
        self.control.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(10)
        if self.alive():
            self.process.kill()


class ForkedKernel:
    """A forked kernel as a ``subprocess.Popen`` would show it: what LocalProvisioner needs of one."""

    stdin = stdout = stderr = None

    def __init__(self, zygote: Zygote, pid: int, handle: int) -> None:
        self.zygote, self.pid, self.handle = zygote, pid, handle
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Return the exit code, or None while the kernel runs."""
        if self.returncode is None and select.select([self.handle], [], [], 0)[0]:
            code = None
            with contextlib.suppress(ZygoteError):
                code = self.zygote.ask({"status": self.pid})[0]["code"]
            self.returncode = 1 if code is None else code
            os.close(self.handle)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end. Raises subprocess.TimeoutExpired after ``timeout`` seconds."""
        if self.returncode is None and not select.select([self.handle], [], [], timeout)[0]:
            raise subprocess.TimeoutExpired("kernel", timeout or 0)
        code = self.poll()
        assert code is not None
        return code

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            signal.pidfd_send_signal(self.handle, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)


_zygote: Zygote | None = None
_starting = threading.Lock()


def zygote() -> Zygote:
    """Return this process's zygote, started at the first call; it is replaced when it has died."""
    global _zygote
    with _starting:
        if _zygote is None or not _zygote.alive():
            _zygote = Zygote()
        return _zygote


def stop() -> None:
    """End this process's zygote, if it has one."""
    global _zygote
    with _starting:
        if _zygote is not None:
            _zygote.close()
            _zygote = None


class WarmProvisioner(LocalProvisioner):
    """Launches a kernel by forking it; everything else is as for a local process."""

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Fork a kernel that runs with ``cmd``'s arguments, in the folder and environment asked for."""
        import asyncio

        # The first start takes seconds: a server must stay responsive meanwhile.
        source = await asyncio.get_running_loop().run_in_executor(None, zygote)
        request = {
            "arguments": cmd[cmd.index("-f") :],
            "env": {key: str(value) for key, value in (kwargs.get("env") or os.environ).items()},
            "cwd": os.path.abspath(kwargs.get("cwd") or os.getcwd()),
            "path": [entry for entry in sys.path if entry],
        }
        reply, handles = source.ask({"fork": request})
        self.process = ForkedKernel(source, reply["pid"], handles[0])  # type: ignore[assignment]
        self.pid = self.pgid = reply["pid"]  # the kernel leads a session of its own
        self.cwd = request["cwd"]
        return self.connection_info
