"""What lesson 19 says of the time of loops and scans, at T = 512 (see benchmarks/claims.py).

What it says of trained networks, benchmarks/scan.py has measured.
"""


def _ratio(page, one, other):
    return page.times[one][-1] / page.times[other][-1]


CLAIMS = {
    f"T = 512, time of {one} over {other}": lambda page, one=one, other=other: _ratio(page, one, other)
    for one, other in (
        ("scan of Keras", "XLA loop"),
        ("graph loop", "XLA loop"),
        ("doubling, XLA", "XLA loop"),
        ("scan of Keras", "graph loop"),
        ("Python loop", "graph loop"),
    )
}

COMPARISONS = {
    "T = 512, ms, scan of Keras minus XLA loop": lambda page: (
        page.times["scan of Keras"][-1] - page.times["XLA loop"][-1]
    ),
    "T = 512, ms, doubling, XLA minus XLA loop": lambda page: (
        page.times["doubling, XLA"][-1] - page.times["XLA loop"][-1]
    ),
}
