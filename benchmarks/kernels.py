"""Time cold against warm kernels, in turns in one run, and print the rows of a Markdown table.

    .venv/bin/python benchmarks/kernels.py

Ready is the time until a kernel answers; the second figure is that of its first ``import tensorflow, keras``.
Starting the preloaded process is paid once and printed below the table.
"""

from __future__ import annotations

import argparse
import statistics
import time

from jupyter_client.manager import KernelManager

from helpers.grading import kernels

IMPORT = "import tensorflow, keras"


def time_kernel(name: str) -> tuple[float, float]:
    """Return the seconds until a fresh kernel is ready, and those of its first import of TensorFlow."""
    start = time.perf_counter()
    manager = KernelManager(kernel_name=name, transport_encryption="auto")
    manager.start_kernel()
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=120)
        ready = time.perf_counter()
        client.execute_interactive(IMPORT, timeout=120, output_hook=lambda message: None)
        return ready - start, time.perf_counter() - ready
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def main() -> None:
    """Measure both kinds in turns and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, help="kernels of either kind (default 5)")
    options = parser.parse_args()
    start = time.perf_counter()
    kernels.zygote()
    preloading = time.perf_counter() - start
    times = {"python3": [], "course-warm": []}  # type: dict[str, list[tuple[float, float]]]
    for _ in range(options.rounds):
        for name, spent in times.items():
            spent.append(time_kernel(name))
    kernels.stop()
    print(f"| Kernel | Ready, s | First `{IMPORT}`, s |\n|---|---|---|")
    medians = {
        name: [statistics.median(column) for column in zip(*spent, strict=True)] for name, spent in times.items()
    }
    for name, (ready, loaded) in medians.items():
        print(f"| {name} | {ready:.2f} | {loaded:.3f} |")
    total = {name: sum(parts) for name, parts in medians.items()}
    ratio = total["python3"] / total["course-warm"]
    print(f"\nCold / warm, until TensorFlow is there: {ratio:.1f}; preloading {preloading:.1f} s")


if __name__ == "__main__":
    main()
