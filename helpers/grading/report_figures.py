"""The figures of the report: SVG to stand in a page, with the page's colours and real text."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from itertools import pairwise

import matplotlib
import numpy as np
from markupsafe import Markup, escape
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from helpers.checking.results import ICONS
from helpers.grading.kernels.jobs import Record
from helpers.plots import COLOURS as COURSE_COLOURS
from helpers.plots import new_figure

INK, BAR = COURSE_COLOURS["text"], COURSE_COLOURS["kernel"]
# Fill and text of each status, for figures and the grid, on white and on black. The green and the orange
# differ for colour-blind eyes too; the boxes that students see are read one at a time and need not.
COLOURS = {
    "right": ("#00765a", "#ffffff"),
    "partly": ("#f0c75e", "#1b1f24"),
    "wrong": ("#b84a00", "#ffffff"),
    "unwritten": ("#c9d1d9", "#1b1f24"),
}
WORDS = {"right": "right", "partly": "partly right", "wrong": "wrong", "unwritten": "not written"}
MOST_BARS = 21
LONGEST_NAME = 36


def scores(judged: Sequence[Record]) -> Markup:
    """Draw how many submissions have how many points; nothing where there are no points to have."""
    top = max((record.max_score for record in judged), default=0.0)
    if top <= 0:
        return Markup()
    width = max(1, int(np.ceil(top / (MOST_BARS - 1))))
    edges = [*np.arange(0, top, width), top]
    # Full marks have a bar of their own: that somebody has them is not the same as nearly having them.
    # Shares of points add up with rounding errors, which must not cost a bar.
    places = np.searchsorted(edges, np.clip([record.score for record in judged], 0, top) + 1e-9, side="right") - 1
    counts = np.bincount(places, minlength=len(edges))
    labels = [_range(low, high, width) for low, high in pairwise(edges)] + [f"{top:g}\nall"]
    figure, axes = new_figure(width=8.0, height=2.7)
    axes.bar(range(len(edges)), counts, color=BAR, width=0.85)
    for place, count in enumerate(counts):
        if count:
            axes.text(place, count, f"{count}", ha="center", va="bottom", color=INK)
    axes.set_xticks(range(len(edges)), labels)
    axes.set(xlabel="points", ylabel="submissions", ylim=(0, 1.18 * counts.max()))
    axes.yaxis.get_major_locator().set_params(integer=True)
    axes.grid(False, axis="x")
    axes.set_axisbelow(True)
    words = [f"{label.replace(chr(10), ' ')}: {count}" for label, count in zip(labels, counts, strict=True) if count]
    return _svg(figure, "scores", "Bar chart of submissions by points. " + ", ".join(words) + ".")


def _range(low: float, high: float, width: int) -> str:
    """The name of a bar that holds ``low`` and all below ``high``."""
    return f"{low:g}" if width == 1 and high - low == 1 else f"{low:g} to\n<{high:g}"


def success(exercises: Sequence[tuple[str, Mapping[str, int]]]) -> Markup:
    """Draw a bar for each exercise, split by how its answers were; nothing where there is no exercise."""
    if not exercises:
        return Markup()
    figure, axes = new_figure(width=8.0, height=1.1 + 0.45 * len(exercises))
    for row, (_, counts) in enumerate(exercises):
        _draw_bar(axes, row, counts)
    names = [name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1] + "…" for name, _ in exercises]
    axes.set_yticks(range(len(exercises)), names, parse_math=False)  # a dollar in a name is a dollar
    axes.set(xlim=(0, 1), ylim=(len(exercises) - 0.5, -0.5), xlabel="share of the submissions")
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0 %", "25 %", "50 %", "75 %", "100 %"])
    axes.tick_params(axis="y", length=0)
    axes.grid(False)
    handles = [
        Patch(facecolor=fill, edgecolor=INK, lw=0.6, label=f"{ICONS[status]} {WORDS[status]}")
        for status, (fill, _) in COLOURS.items()
    ]
    figure.legend(handles=handles, ncols=len(handles), frameon=False, loc="outside upper left")
    words = [
        f"{name}: " + ", ".join(f"{number} {WORDS[status]}" for status, number in counts.items() if number)
        for name, counts in exercises
    ]
    return _svg(figure, "success", "Stacked bar chart of each exercise's answers. " + "; ".join(words) + ".")


def _draw_bar(axes: Axes, row: int, counts: Mapping[str, int]) -> None:
    total, left = sum(counts.values()), 0.0
    for status, number in counts.items():
        fill, text = COLOURS[status]
        share = number / total
        if number:
            axes.barh(row, share, left=left, height=0.72, color=fill, edgecolor=INK, lw=0.6)
            label = f"{ICONS[status]} {number}" if share > 0.09 else f"{number}" if share > 0.02 else ""
            axes.text(left + share / 2, row, label, ha="center", va="center", fontsize=10, color=text)
        left += share


def _svg(figure: Figure, name: str, alt: str) -> Markup:
    """Return a figure as an SVG element for a page; ``name`` keeps its ids apart from other figures'."""
    file = io.StringIO()
    nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))  # entries that name web addresses
    # Text as text: it can be searched, enlarged and coloured. The salt makes equal figures equal files.
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": name}):
        figure.savefig(file, format="svg", transparent=True, metadata=nothing)
    drawn = file.getvalue()
    size = re.search(r'viewBox="[^"]+"', drawn)
    assert size is not None
    body = drawn[drawn.index(">", size.end()) + 1 :]
    # In a page SVG needs no namespaces, and its ids are the page's.
    body = body.replace("xlink:href", "href").replace('href="#', f'href="#{name}-').replace("url(#", f"url(#{name}-")
    body = body.replace(' id="', f' id="{name}-')
    for colour in (INK, "#000000", "#262626", "#b0b0b0"):  # what the style draws axes, text and grids with
        body = body.replace(colour, "var(--grid)" if colour == "#b0b0b0" else "var(--ink)")
    head = f'<svg class="figure" role="img" aria-label="{escape(alt)}" {size.group()}>'
    return Markup(f"{head}<title>{escape(alt)}</title>{body}")
