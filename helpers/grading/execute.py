"""Stand-in until the confined one lands: executes a job in a warm kernel."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import DeadKernelError
from traitlets.config import Config

from helpers.grading import kernels
from helpers.grading.cases import SKIP_TAG
from helpers.grading.jobs import DIED, GRADED, TIMED_OUT, Job, Run
from helpers.results import INPUTS_VARIABLE

KERNEL = kernels.WARM_KERNEL if sys.platform == "linux" else "python3"  # forking needs Linux
LATE = {"CellTimeoutError", "KeyboardInterrupt"}


class _Client(NotebookClient):
    """nbclient as nbgrader's Execute configures it: a cell that ran into its limit says so in its outputs."""

    def on_cell_executed(self, **kwargs: Any) -> None:
        reply, outputs = kwargs["execute_reply"]["content"], kwargs["cell"].outputs
        if reply["status"] == "error" and reply["ename"] not in [out.get("ename") for out in outputs]:
            traceback = reply["traceback"] or ["ERROR: An error occurred while showtraceback was disabled"]
            outputs.append(nbformat.v4.new_output("error", **{**_error(reply), "traceback": traceback}))


def _error(reply: dict[str, Any]) -> dict[str, Any]:
    return {key: reply[key] for key in ("ename", "evalue", "traceback")}


def run(job: Job) -> Run:
    """Execute ``job``; whatever the submission does, a Run comes back."""
    start = time.perf_counter()
    notebook: Any = nbformat.reads(job.notebook, as_version=4)
    status, note = GRADED, ""
    with tempfile.TemporaryDirectory(prefix="run-") as folder:
        inputs, work = Path(folder, "inputs.npz"), Path(folder, "work")
        inputs.write_bytes(job.inputs)
        work.mkdir()
        for name, content in job.files:
            (work / name).parent.mkdir(parents=True, exist_ok=True)
            (work / name).write_bytes(content)
        client = _Client(
            notebook,
            kernel_name=KERNEL,
            timeout=job.limits.cell_seconds,
            interrupt_on_timeout=True,
            raise_on_iopub_timeout=True,
            allow_errors=True,
            skip_cells_with_tag=SKIP_TAG,
            record_timing=True,
            error_on_timeout={"ename": "CellTimeoutError", "evalue": "", "traceback": ["No reply before timeout"]},
            config=Config(KernelManager={"transport_encryption": "auto"}),
            resources={"metadata": {"path": str(work)}},
        )
        client.on_cell_executed = client.on_cell_executed  # type: ignore[method-assign]
        try:
            client.execute(env={**os.environ, INPUTS_VARIABLE: str(inputs)})
        except (DeadKernelError, RuntimeError, TimeoutError):
            status, note = DIED, "the kernel died"
    late = [c for c in notebook.cells if any(out.get("ename") in LATE for out in c.get("outputs", []))]
    if late and status == GRADED:
        status, note = TIMED_OUT, f"{len(late)} cell(s) ran into the limit"
    return Run(job.key, status, note, nbformat.writes(notebook), time.perf_counter() - start)


def close() -> None:
    """End what this process keeps between jobs."""
    kernels.stop()
