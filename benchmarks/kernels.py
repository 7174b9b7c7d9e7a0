"""Measure cold, warm and confined kernels, in turns in one run, and print the rows of a Markdown table.

    .venv/bin/python benchmarks/kernels.py

Ready is the time until a kernel answers; the second figure is that of its first ``import tensorflow, keras``,
the third the memory that its process then holds alone. Starting the preloaded process is paid once and printed
below the table.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path

from jupyter_client.manager import KernelManager

from helpers.grading.kernels import provisioners as kernels

IMPORT = "import tensorflow, keras"


MEGABYTE = 1 << 20


def private_memory(pid: int) -> float:
    """Return the megabytes that process ``pid`` shares with no other."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_")) * 1024 / MEGABYTE


def measure(name: str, folder: str) -> tuple[float, float, float]:
    """Return a fresh kernel's seconds until it is ready and for its first import of TensorFlow, and its megabytes."""
    start = time.perf_counter()
    manager = KernelManager(kernel_name=name, transport_encryption="auto")
    manager.start_kernel(cwd=folder)
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=120)
        ready = time.perf_counter()
        client.execute_interactive(IMPORT, timeout=120, output_hook=lambda message: None)
        loaded = time.perf_counter()
        return ready - start, loaded - ready, private_memory(manager.provisioner.pid)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def main() -> None:
    """Measure all kinds in turns and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, help="kernels of each kind (default 5)")
    options = parser.parse_args()
    start = time.perf_counter()
    kernels.zygote(confined=True)
    preloading = time.perf_counter() - start
    kernels.zygote()
    found: dict[str, list[tuple[float, float, float]]] = {"python3": [], "course-warm": [], "course-confined": []}
    with tempfile.TemporaryDirectory() as folder:  # a confined kernel takes the files of its folder along
        for _ in range(options.rounds):
            for name, measured in found.items():
                measured.append(measure(name, folder))
    kernels.stop()
    print(f"| Kernel | Ready, s | First `{IMPORT}`, s | Memory of its own, MB |\n|---|---|---|---|")
    medians = {name: [statistics.median(column) for column in zip(*rows, strict=True)] for name, rows in found.items()}
    for name, (ready, loaded, memory) in medians.items():
        print(f"| {name} | {ready:.2f} | {loaded:.3f} | {memory:.0f} |")
    total = {name: ready + loaded for name, (ready, loaded, _) in medians.items()}
    ratio = total["python3"] / total["course-confined"]
    print(f"\nCold / confined, until TensorFlow is there: {ratio:.1f}; preloading {preloading:.1f} s")


if __name__ == "__main__":
    main()
