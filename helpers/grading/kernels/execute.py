"""A worker's part of grading: execute one cleaned notebook in a kernel of its own, and come back whatever it does.

Nothing here is believed: outputs are counted as they come, time is limited for each cell and for all of them, and
what a kernel says out of turn ends its run, not the grading.
"""

from __future__ import annotations

import asyncio
import dataclasses
import faulthandler
import logging
import os
import queue
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import nbformat
import zmq.asyncio
from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import DeadKernelError
from nbclient.util import ensure_async
from nbformat import NotebookNode
from traitlets.config import Config

from helpers.checking.wire import ANSWERS, MAX_TEXT, QUESTIONS_VARIABLE
from helpers.grading.kernels import jobs, provisioners
from helpers.grading.kernels.jobs import Job, Run
from helpers.grading.marks import SKIP_TAG

LATE = {"ename": "CellTimeoutError", "evalue": "", "traceback": ["The cell ran into its time limit."]}
REACTION_SECONDS = 3  # for a kernel to come back after an interrupt
START_SECONDS = 60
GRACE_SECONDS = 120  # to start and to end, on a slow machine
ANSWERS_TOGETHER = 2 * MAX_TEXT  # characters of all answers of a notebook
CUT = "\n[more output was left out]\n"
REASONS = {
    "time": (jobs.TIMED_OUT, "ended at the limit of {total_seconds} s for the notebook"),
    "memory": (jobs.MEMORY, "used more than {memory_mb} MB"),
}


QUIET = logging.getLogger(__name__)
QUIET.setLevel(logging.CRITICAL + 1)  # what happens is told by the run's status


class Stuck(Exception):
    """The kernel ignores interrupts."""


def run(job: Job) -> Run:
    """Execute ``job`` and return what came of it; a kernel that dies or is stuck loses only what follows."""
    start = time.perf_counter()
    notebook = nbformat.reads(job.notebook, as_version=4)
    with tempfile.TemporaryDirectory(prefix="job-") as place:
        folder = Path(place, "work")
        folder.mkdir()
        for name, content in job.files:
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        questions = Path(place, "questions.npz")
        questions.write_bytes(job.questions)
        # Should all other limits fail, this process ends; whoever shares out the jobs sees that.
        faulthandler.dump_traceback_later(3 * job.limits.total_seconds + GRACE_SECONDS, exit=True)
        try:
            # A loop of its own: the caller may be a thread that has none, or one that is busy.
            status, note = asyncio.run(_execute(notebook, job, folder, {QUESTIONS_VARIABLE: str(questions)}))
        finally:
            faulthandler.cancel_dump_traceback_later()
    text = nbformat.writes(notebook)
    return Run(job.key, status, note, text, round(time.perf_counter() - start, 3))


def close() -> None:
    """End the preloaded process that kernels of this worker were forked from."""
    provisioners.stop()


def kernel_name(confined: bool) -> str:
    """Return the kernel that grading uses here."""
    if confined:
        return provisioners.CONFINED_KERNEL
    return provisioners.WARM_KERNEL if sys.platform == "linux" else "python3"  # forking needs Linux


async def _execute(notebook: NotebookNode, job: Job, folder: Path, known: dict[str, str]) -> tuple[str, str]:
    limits = dataclasses.asdict(job.limits)
    own = {name: limits[name] for name in ("memory_mb", "processes", "disk_mb")}
    own["total_seconds"] = job.limits.total_seconds + START_SECONDS  # the guard's clock runs while a kernel starts, too
    context = zmq.asyncio.Context()
    context.setsockopt(zmq.MAXMSGSIZE, MAX_TEXT + jobs.MEGABYTE * job.limits.output_mb)
    manager = AsyncKernelManager(
        kernel_name=kernel_name(job.confined), context=context, config=Config({"ConfinedProvisioner": own})
    )
    manager.client_class = f"{__name__}.{KernelClient.__name__}"
    client = _Client(
        notebook,
        km=manager,
        room=jobs.MEGABYTE * job.limits.output_mb,
        total_seconds=job.limits.total_seconds,
        timeout=job.limits.cell_seconds,
        interrupt_on_timeout=True,
        error_on_timeout=LATE,
        allow_errors=True,
        skip_cells_with_tag=SKIP_TAG,
        record_timing=True,
        extra_arguments=["--HistoryManager.hist_file=:memory:"],  # or a full disk would be reported by its thread
        log=QUIET,
    )
    status, note = jobs.GRADED, ""
    clock = client.clock
    try:
        async with clock:
            environment = {**os.environ, **known}
            await client.async_execute(cwd=str(folder), env=environment, cleanup_kc=False)
    except Stuck:
        status, note = jobs.TIMED_OUT, "ignored an interrupt and was ended"
    except TimeoutError:
        status, note = REASONS["time"]
    except DeadKernelError:  # nbclient calls a cell that is cancelled a dead kernel, too
        reason = "time" if clock.expired() else getattr(getattr(manager.provisioner, "process", None), "reason", "")
        status, note = REASONS.get(reason, (jobs.DIED, "the kernel ended by itself"))
    except provisioners.ZygoteError as error:
        raise RuntimeError(f"no kernel could be started: {error}") from None
    except Exception as error:  # what a student's process sends can be wrong in every way
        if not client.code_cells_executed:
            raise RuntimeError(f"no kernel could be started: {error}") from None
        status, note = jobs.DIED, f"the kernel spoke no sense ({type(error).__name__})"
    finally:
        await client.finish()
        context.destroy(linger=0)
    late = sum(_ran_late(cell) for cell in notebook.cells)
    if status == jobs.GRADED and late:
        status, note = jobs.TIMED_OUT, f"{late} cell{'s' if late > 1 else ''} ran into the limit of {{cell_seconds}} s"
    return status, note.format(**limits)


def _ran_late(cell: NotebookNode) -> bool:
    return any(out.get("ename") == LATE["ename"] for out in cell.get("outputs", []))


class KernelClient(AsyncKernelClient):
    """A client without heartbeat: that the kernel lives is seen from its process, and garbage hangs the channel."""

    def start_channels(
        self, shell: bool = True, iopub: bool = True, stdin: bool = True, hb: bool = False, control: bool = True
    ) -> None:
        super().start_channels(shell, iopub, stdin, hb, control)

    async def _async_wait_for_ready(self, timeout: float | None = None) -> None:
        """Wait until the kernel answers and its output arrives; the original waits for a silence as well."""
        deadline = time.monotonic() + (timeout or START_SECONDS)
        while time.monotonic() < deadline:
            self.kernel_info()
            try:
                await self.get_shell_msg(timeout=1)
                await self.get_iopub_msg(timeout=0.2)
            except queue.Empty:
                if self.parent is None or not await ensure_async(self.parent.is_alive()):
                    break
            else:
                return
        raise RuntimeError("the kernel did not answer")

    wait_for_ready = _async_wait_for_ready


class _Client(NotebookClient):
    """An nbclient that limits output, has a limit for the whole notebook, and gives up on a kernel that does not react.

    clock: to be entered around all that it does; it runs once the kernel is there.
    """

    def __init__(self, nb: NotebookNode, km: Any, room: int, total_seconds: float, **options: Any) -> None:
        super().__init__(nb, km=km, **options)
        self.rooms = {True: ANSWERS_TOGETHER, False: room}
        self.total_seconds = total_seconds
        self.clock = asyncio.timeout(None)

    async def async_start_new_kernel_client(self) -> Any:
        """Start the clock as well: how long preloading and starting take is no affair of a submission."""
        client = await super().async_start_new_kernel_client()
        self.clock.reschedule(asyncio.get_running_loop().time() + self.total_seconds)
        return client

    def process_message(self, msg: dict[str, Any], cell: NotebookNode, cell_index: int) -> NotebookNode | None:
        content = msg["content"]
        is_answer = isinstance(content.get("data"), dict) and ANSWERS in content["data"]
        before = self.rooms[is_answer]
        self.rooms[is_answer] -= _size(content)
        if msg["msg_type"] in ("status", "execute_input") or self.rooms[is_answer] >= 0:
            return super().process_message(msg, cell, cell_index)
        if before >= 0:
            cell.outputs.append(nbformat.v4.new_output("stream", name="stdout", text=CUT))
        return None

    def handle_comm_msg(self, outs: list[NotebookNode], msg: dict[str, Any], cell_index: int) -> None:
        """Widgets have no place in grading."""

    async def _async_handle_timeout(self, timeout: int, cell: NotebookNode | None = None) -> dict[str, Any] | None:
        reply = await super()._async_handle_timeout(timeout, cell)
        if self.kc is None or cell is None:
            return reply
        cell.outputs.append(nbformat.v4.new_output("error", **LATE))
        # The next cell would wait behind this one for its whole time: does the kernel come back?
        try:
            channel: Any = self.kc.shell_channel
            async with asyncio.timeout(REACTION_SECONDS):
                # A kernel that was slow to start has said several times that it is there; that is no reaction.
                while (await channel.get_msg())["msg_type"] != "execute_reply":
                    pass
        except Exception:
            raise Stuck from None
        return reply

    async def finish(self) -> None:
        """End the kernel without asking it; its sockets go too."""
        if self.kc is not None:
            self.kc.stop_channels()
            self.kc = None
        manager: Any = self.km
        if manager is not None and manager.provisioner is not None:
            await manager.shutdown_kernel(now=True)


def _size(value: Any) -> int:
    """Roughly the characters of a message's content; nesting costs too."""
    if isinstance(value, str):
        return len(value)
    if isinstance(value, dict):
        return 2 + sum(len(str(key)) + _size(item) for key, item in value.items())
    if isinstance(value, list | tuple):
        return 2 + sum(map(_size, value))
    return 8
