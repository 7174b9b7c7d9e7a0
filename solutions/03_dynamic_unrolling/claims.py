"""What lesson 03 says of times and memory (see benchmarks/claims.py)."""

CLAIMS = {
    **{
        f"T = {steps}: ms per training step, {one} over {other}": lambda page, steps=steps, one=one, other=other: (
            page.costs[steps][one].call_seconds / page.costs[steps][other].call_seconds
        )
        for steps in (50, 100, 200)
        for one, other in (("dynamic", "static"), ("dynamic, XLA", "dynamic"))
    },
    **{
        f"T = 200: seconds to the first result, {one} over {other}": lambda page, one=one, other=other: (
            page.costs[200][one].start_seconds / page.costs[200][other].start_seconds
        )
        for one, other in (("static", "dynamic"), ("dynamic, XLA", "dynamic"), ("static", "dynamic, XLA"))
    },
    **{
        f"T = 200: MB at the peak, static over {other}": lambda page, other=other: (
            page.memory["static"][-1] / page.memory[other][-1]
        )
        for other in ("dynamic", "dynamic, XLA")
    },
    **{
        f"{size} network: ms per training step, dynamic over static": lambda page, size=size: (
            page.sizes[size]["dynamic"].call_seconds / page.sizes[size]["static"].call_seconds
        )
        for size in ("small", "wide")
    },
}

COMPARISONS = {}
