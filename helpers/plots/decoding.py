"""What a decoder does, as figures: where it looks while it writes, and the tree in which it searches."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from helpers.plots.picture import COLOURS, Picture, new_figure

WEIGHT_MAP = "Blues"


def plot_alignments(
    panels: Mapping[str, tuple[Any, Sequence[str], Sequence[str]]], title: str, xlabel: str, ylabel: str, alt: str
) -> Picture:
    """Draw attention weights side by side: ``{panel title: (weights (S, T), S words written, T words read)}``.

    A row is a word that is written; dark columns in it are the words that were looked at. Weights go from 0 to 1; small
    maps get their numbers written in.
    """
    widest = sum(len(read) for _, _, read in panels.values())
    tallest = max(len(written) for _, written, _ in panels.values())
    figure, axes = new_figure(
        columns=len(panels), width=1.8 * len(panels) + 0.62 * widest, height=1.5 + 0.42 * tallest, squeeze=False
    )
    for ax, (name, (weights, written, read)) in zip(axes[0], panels.items(), strict=True):
        values = np.asarray(weights, np.float64)
        image = ax.imshow(values, cmap=WEIGHT_MAP, vmin=0.0, vmax=1.0, aspect="auto")
        ax.grid(False)
        ax.set_title(name, fontsize=11, fontweight="normal", loc="left")
        ax.set_xticks(range(len(read)), read)
        ax.set_yticks(range(len(written)), written)
        ax.set(xlabel=xlabel)
        if values.size <= 60:
            for (row, column), number in np.ndenumerate(values):
                colour = "white" if number > 0.6 else COLOURS["text"]
                ax.text(column, row, f"{number:.2f}", ha="center", va="center", fontsize=9, color=colour)
    axes[0][0].set_ylabel(ylabel)
    figure.colorbar(image, ax=axes[0].tolist(), shrink=0.9, label="weight")
    figure.suptitle(title, x=0.01, ha="left", fontweight="bold")
    return Picture(figure, alt)


Path = tuple[str, ...]  # the words of a hypothesis


def draw_beam(
    following: Mapping[str, Mapping[str, float]], width: int, title: str, alt: str, start: str = "", end: str = "end"
) -> Picture:
    """Draw the tree of a beam search, step after step from left to right, until all that is left has ended.

    following: ``{word: {next word: probability}}``. A box is a word and the probability of the path up to it; what the
    beam keeps is filled, what it drops is dashed, and the best path has thick lines.
    """
    beam: dict[Path, float] = {(start,): 1.0}
    columns: list[tuple[dict[Path, float], set[Path]]] = []  # what was made at every step, and what was kept
    while any(path[-1] != end for path in beam):
        made = {
            (*path, word): total * share
            for path, total in beam.items()
            if path[-1] != end
            for word, share in following[path[-1]].items()
        }
        rivals = made | {path: total for path, total in beam.items() if path[-1] == end}
        beam = {path: rivals[path] for path in sorted(rivals, key=lambda path: -rivals[path])[:width]}
        columns.append((made, set(beam)))
    best = max(beam, key=lambda path: beam[path])
    tallest = max(len(made) for made, _ in columns)
    figure, axes = new_figure(width=1.6 + 2.6 * len(columns), height=0.9 + 0.75 * tallest)
    axes.set(xlim=(-0.7, 2.6 * len(columns) + 0.8), ylim=(-tallest / 2, tallest / 2))
    axes.set_axis_off()
    places: dict[Path, tuple[float, float]] = {(start,): (0.0, 0.0)}
    _draw_node(axes, places[start,], start, "filled")
    for step, (made, kept) in enumerate(columns):
        for row, (path, total) in enumerate(made.items()):
            places[path] = 2.6 * (step + 1), (len(made) - 1) / 2 - row
            on_best = path == best[: len(path)]
            _draw_branch(axes, places[path[:-1]], places[path], following[path[-2]][path[-1]], on_best)
            _draw_node(axes, places[path], f"{path[-1]}  {total:.2f}", "filled" if path in kept else "dashed")
    figure.suptitle(title, x=0.01, ha="left", fontweight="bold", fontsize=12)
    return Picture(figure, alt)


def _draw_node(axes: Axes, place: tuple[float, float], text: str, look: str) -> None:
    kept = look == "filled"
    box = {
        "boxstyle": "round,pad=0.35",
        "facecolor": COLOURS["state"] if kept else "white",
        "edgecolor": COLOURS["text"],
        "linestyle": "-" if kept else "--",
    }
    axes.text(*place, text, ha="center", va="center", fontsize=11, bbox=box, zorder=3)


def _draw_branch(axes: Axes, start: tuple[float, float], end: tuple[float, float], share: float, thick: bool) -> None:
    colour = COLOURS["recurrent_kernel"] if thick else COLOURS["input"]
    axes.plot(*zip(start, end, strict=True), color=colour, lw=3.0 if thick else 1.2, zorder=1)
    x, y = (0.42 * a + 0.58 * b for a, b in zip(start, end, strict=True))
    slope = math.copysign(0.14, end[1] - start[1]) if end[1] != start[1] else 0.14
    axes.text(x, y + slope, f"{share:g}", ha="center", va="center", fontsize=9, color=COLOURS["text"], zorder=2)
