"""The course's figures, in one style.

Every function returns a :class:`Picture`, which a notebook shows when it is a cell's last value. The
style: white ground (readable in light and dark themes), the colour-blind-safe cycle petroff10, a
marker or dash beside every colour, signed maps centred on zero, and alt text in words.
"""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.style
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

DPI = 110
STYLE = {
    "font.size": 11,
    "axes.titlesize": 12,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.grid": True,
    "grid.alpha": 0.3,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "figure.facecolor": "white",
    "axes.facecolor": "white",
}
# For good, since a title takes its style when it is set; a student's own plots then look alike.
matplotlib.style.use(["petroff10", STYLE])
# A quantity keeps its colour through the course (hues of petroff10).
COLOURS = {
    "kernel": "#3f90da",
    "recurrent_kernel": "#bd1f01",
    "state": "#ffa90e",
    "input": "#94a4a2",
    "output": "#832db6",
    "text": "#222222",
}
MARKERS = "osD^vPX*"
DASHES = ("-", "--", "-.", ":")
SIGNED_MAP = "PuOr_r"  # colour-blind-safe, white at zero


class Picture:
    """A finished figure with its alt text, embedded in the page as a PNG."""

    def __init__(self, figure: Figure, alt: str) -> None:
        buffer = io.BytesIO()
        # Without the Software entry the same figure gives the same bytes on every version.
        figure.savefig(buffer, format="png", dpi=DPI, bbox_inches="tight", metadata={"Software": None})
        self.png = buffer.getvalue()
        self.alt = alt

    def __repr__(self) -> str:
        return f"[figure: {self.alt}]"

    def _repr_html_(self) -> str:
        data = base64.b64encode(self.png).decode()
        alt = html.escape(self.alt, quote=True)
        return f'<img alt="{alt}" style="max-width:100%;background:white" src="data:image/png;base64,{data}">'


def new_figure(
    columns: int = 1, rows: int = 1, width: float = 7.0, height: float = 3.2, **options: Any
) -> tuple[Figure, Any]:
    """Return a figure in the course's style and its axes, as ``plt.subplots`` would."""
    figure = Figure(figsize=(width, height), layout="constrained")
    axes = figure.subplots(rows, columns, **options)
    return figure, axes


def plot_lines(
    x: Sequence[float],
    series: Mapping[str, Sequence[float]],
    title: str,
    xlabel: str,
    ylabel: str,
    alt: str,
    log: str = "",
) -> Picture:
    """Draw one or more lines over ``x``. ``log`` names the logarithmic axes: "", "x", "y" or "xy"."""
    figure, axes = new_figure()
    draw_lines(axes, x, series, title, xlabel, ylabel, log)
    return Picture(figure, alt)


def draw_lines(
    axes: Axes,
    x: Sequence[float],
    series: Mapping[str, Sequence[float]],
    title: str,
    xlabel: str,
    ylabel: str,
    log: str = "",
) -> None:
    """Draw lines with distinct markers and dashes into ``axes``; a legend where there are several."""
    for number, (label, y) in enumerate(series.items()):
        axes.plot(x, y, DASHES[number % len(DASHES)], marker=MARKERS[number % len(MARKERS)], label=label)
    axes.set(title=title, xlabel=xlabel, ylabel=ylabel)
    if "x" in log:
        axes.set_xscale("log")
    if "y" in log:
        axes.set_yscale("log")
    if len(series) > 1:
        axes.legend(frameon=False)


def plot_panels(
    x: Sequence[float],
    panels: Mapping[str, tuple[Mapping[str, Sequence[float]], str]],
    xlabel: str,
    alt: str,
    log: str = "",
) -> Picture:
    """Draw several line plots side by side: ``{title: (series, y label)}`` over the same ``x``."""
    figure, axes = new_figure(columns=len(panels), width=4.6 * len(panels), squeeze=False)
    for ax, (title, (series, ylabel)) in zip(axes[0], panels.items(), strict=True):
        draw_lines(ax, x, series, title, xlabel, ylabel, log)
    return Picture(figure, alt)


def plot_heat_maps(maps: Mapping[str, Any], title: str, xlabel: str, ylabel: str, alt: str) -> Picture:
    """Draw matrices of one size side by side, on one signed scale centred on zero.

    maps: {panel title: array of shape (rows, columns)}; small ones get their numbers written in.
    """
    arrays = {name: np.asarray(values) for name, values in maps.items()}
    limit = max(float(np.abs(values).max()) for values in arrays.values()) or 1.0
    rows, columns = next(iter(arrays.values())).shape
    figure, axes = new_figure(
        columns=len(arrays), width=1.2 + 0.75 * columns * len(arrays), height=1.2 + 0.5 * rows, squeeze=False
    )
    for ax, (name, values) in zip(axes[0], arrays.items(), strict=True):
        image = ax.imshow(values, cmap=SIGNED_MAP, vmin=-limit, vmax=limit, aspect="auto")
        ax.grid(False)
        ax.set(title=name, xlabel=xlabel, xticks=range(columns), yticks=range(rows))
        if values.size <= 40:
            _write_numbers(ax, values, limit)
    axes[0][0].set_ylabel(ylabel)
    figure.colorbar(image, ax=axes[0].tolist(), shrink=0.9)
    figure.suptitle(title, x=0.01, ha="left", fontweight="bold")
    return Picture(figure, alt)


def _write_numbers(axes: Axes, values: np.ndarray, limit: float) -> None:
    for (row, column), number in np.ndenumerate(values):
        colour = "white" if abs(number) > 0.6 * limit else COLOURS["text"]
        axes.text(column, row, f"{number:.2f}", ha="center", va="center", fontsize=9, color=colour)


# -- drawings of networks -------------------------------------------------------------------


def draw_unrolled(steps: int = 2, title: str = "", last: str = "") -> Picture:
    """Draw a recurrent network unrolled over ``steps``: one box per step, the same weights on each.

    last: the name of the last step's index, such as "T-1" for a network of any length.
    """
    title = title or "One cell, drawn once per time step: every arrow of a colour is the same matrix"
    figure, axes = new_figure(width=1.6 + 2.3 * steps, height=3.5)
    axes.set(xlim=(-1.3, 2.3 * steps - 0.4), ylim=(-1.5, 2.15))
    axes.set_axis_off()
    names = [str(t) for t in range(steps)]
    if last:
        names[-1] = last
    _label(axes, -1.0, 0.4, "$h_{-1}=0$")
    for t, name in enumerate(names):
        x = 2.3 * t + 0.4
        _box(axes, x, 0.4, f"cell\nstep {name}", COLOURS["state"])
        gap = bool(last) and t == steps - 1
        start = (-0.62, 0.4) if t == 0 else (x - 2.3 + 0.5, 0.4)
        _arrow(axes, start, (x - 0.5, 0.4), COLOURS["recurrent_kernel"], "-", dotted=gap)
        _label(axes, (start[0] + x - 0.5) / 2, 0.68, "$W_h$" + (" ..." if gap else ""), COLOURS["recurrent_kernel"])
        _arrow(axes, (x, -0.9), (x, -0.02), COLOURS["kernel"], "-")
        _label(axes, x + 0.28, -0.48, "$W_x$", COLOURS["kernel"])
        _label(axes, x, -1.15, f"$x_{{{name}}}$")
        _arrow(axes, (x, 0.82), (x, 1.5), COLOURS["text"], "-")
        _label(axes, x, 1.75, f"$h_{{{name}}}$")
    axes.set_title(title, fontsize=11)
    alt = (
        f"Unrolled network of {steps} boxes from left to right, one per time step. An input enters each box from "
        "below through the same matrix W_x; a state passes from box to box through the same matrix W_h; "
        "each box sends its state h upwards."
    )
    return Picture(figure, alt)


def _box(axes: Axes, x: float, y: float, text: str, colour: str) -> None:
    shape = FancyBboxPatch((x - 0.5, y - 0.42), 1.0, 0.84, boxstyle="round,pad=0.0,rounding_size=0.12")
    shape.set(facecolor=colour, alpha=0.35, edgecolor=COLOURS["text"])
    axes.add_patch(shape)
    axes.text(x, y, text, ha="center", va="center", fontsize=10)


def _arrow(
    axes: Axes, start: tuple[float, float], end: tuple[float, float], colour: str, style: str, dotted: bool = False
) -> None:
    line = ":" if dotted else style
    axes.add_patch(
        FancyArrowPatch(start, end, arrowstyle="-|>", mutation_scale=14, lw=2.2, color=colour, linestyle=line)
    )


def _label(axes: Axes, x: float, y: float, text: str, colour: str = COLOURS["text"]) -> None:
    axes.text(x, y, text, ha="center", va="center", fontsize=12, color=colour)


Column = tuple[str, str, str]  # input below, name of the cell, output above; "" leaves one out


def draw_sequences(
    forms: Mapping[str, Sequence[Column]], alt: str, title: str = "", columns: int = 2, leaving: str = ""
) -> Picture:
    """Draw networks step by step, one panel each: ``{panel title: [(input, cell, output), ...]}``.

    Cells stand from left to right and pass their state on; each cell name has its own colour. Inputs and
    outputs are written without dollars, as in "x_0". Where a step has no input but the one before has an
    output, a dashed arrow feeds that output back. leaving: label of an arrow out of the last cell.
    """
    longest = max(len(steps) for steps in forms.values())
    rows = -(-len(forms) // columns)
    figure, axes = new_figure(columns, rows, width=columns * (0.95 * longest + 0.6), height=2.9 * rows, squeeze=False)
    for ax in axes.flat:
        ax.set_axis_off()
    for ax, (name, steps) in zip(axes.flat, forms.items(), strict=False):
        ax.set(xlim=(-0.7, 1.6 * longest + (0.4 if leaving else -0.8)), ylim=(-1.5, 2.0))
        ax.set_title(name, fontsize=11.5, fontweight="bold", loc="left")
        _draw_sequence(ax, steps, leaving)
    if title:
        figure.suptitle(title, x=0.01, ha="left", fontweight="bold")
    return Picture(figure, alt)


def _feed_back(axes: Axes, start: float, end: float) -> None:
    """Draw a dashed line from the output above one cell, between the cells, into the next from below."""
    between = (start + end) / 2
    axes.plot(
        [start + 0.25, between, between, end, end],
        [1.58, 1.58, -0.75, -0.75, -0.5],
        linestyle="--",
        lw=1.6,
        color=COLOURS["kernel"],
        zorder=0,
    )
    _arrow(axes, (end, -0.6), (end, -0.12), COLOURS["kernel"], "-")


def _draw_sequence(axes: Axes, steps: Sequence[Column], leaving: str) -> None:
    names = list(dict.fromkeys(cell for _, cell, _ in steps))
    fills = [COLOURS["state"], COLOURS["output"], COLOURS["kernel"]]
    for t, (below, cell, above) in enumerate(steps):
        x = 1.6 * t
        _box(axes, x, 0.3, cell, fills[names.index(cell) % len(fills)])
        if t > 0:
            _arrow(axes, (x - 1.1, 0.3), (x - 0.5, 0.3), COLOURS["recurrent_kernel"], "-")
        if below:
            _arrow(axes, (x, -0.85), (x, -0.12), COLOURS["kernel"], "-")
            _label(axes, x, -1.12, f"${below}$")
        elif t > 0 and steps[t - 1][2]:
            _feed_back(axes, x - 1.6, x)
        if above:
            _arrow(axes, (x, 0.72), (x, 1.3), COLOURS["text"], "-")
            _label(axes, x, 1.58, f"${above}$")
    if leaving:
        end = 1.6 * (len(steps) - 1)
        _arrow(axes, (end + 0.5, 0.3), (end + 1.1, 0.3), COLOURS["recurrent_kernel"], "-")
        axes.text(end + 1.2, 0.3, f"${leaving}$", ha="left", va="center", fontsize=12)


def plot_steps(
    series: Mapping[str, Sequence[float]],
    title: str,
    ylabel: str,
    alt: str,
    first: int = 0,
    mark: tuple[float, str] | None = None,
) -> Picture:
    """Draw quantities over time steps, numbered from ``first``, with the legend beside the plot.

    mark: a place between steps and what it is called, drawn as an upright line: ``(9.5, "cut")``.
    """
    figure, axes = new_figure(width=8.0)
    longest = max(len(values) for values in series.values())
    for number, (label, values) in enumerate(series.items()):
        steps = range(first, first + len(values))
        axes.plot(steps, values, DASHES[number % len(DASHES)], marker=MARKERS[number % len(MARKERS)], label=label)
    axes.set(xlabel="time step", ylabel=ylabel)
    axes.set_title(title, loc="left", fontweight="bold")
    axes.set_xticks(range(first, first + longest, max(1, longest // 10)))
    if mark is not None:
        axes.axvline(mark[0], color=COLOURS["text"], lw=1.2, ls=":")
        axes.annotate(f" {mark[1]}", (mark[0], 0.04), xycoords=("data", "axes fraction"))
    if len(series) > 1:
        axes.legend(frameon=False, loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return Picture(figure, alt)


def plot_costs(
    x: Sequence[float], panels: Mapping[str, Mapping[str, Sequence[float]]], xlabel: str, ylabel: str, alt: str
) -> Picture:
    """Draw costs over sizes side by side: ``{panel title: {way: costs}}``, on shared logarithmic axes.

    The ticks are the measured sizes, and plain numbers; one legend serves all panels.
    """
    figure, axes = new_figure(columns=len(panels), width=4.2 * len(panels) + 1.6, sharey=True, squeeze=False)
    for ax, (title, series) in zip(axes[0], panels.items(), strict=True):
        draw_lines(ax, x, series, "", xlabel, "", log="xy")
        ax.set_title(title, loc="left", fontweight="bold", fontsize=11)
        ax.set_xticks(x, [f"{size:g}" for size in x])
        ax.minorticks_off()
        ax.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
        if ax.get_legend() is not None:
            ax.get_legend().remove()
    axes[0][0].set_ylabel(ylabel)
    handles, labels = axes[0][0].get_legend_handles_labels()
    figure.legend(handles, labels, frameon=False, loc="outside right upper")
    return Picture(figure, alt)


Curve = tuple[Sequence[float], Sequence[float], str, str]  # x, y, a name in COLOURS, a format such as "-" or "o"
WHOLE_TICKS = (1, 2, 5, 10)  # steps and years are whole numbers: no ticks at 2.5


def plot_curves(
    panels: Mapping[str, Mapping[str, Curve]],
    xlabel: str,
    ylabel: str,
    alt: str,
    log: str = "",
    ylim: tuple[float, float] | None = None,
    legend: str = "best",
) -> Picture:
    """Draw curves, each over its own x and in its quantity's colour, in panels side by side with one y axis.

    panels: ``{title: {label: (x, y, colour, format)}}``; colour is a name in COLOURS, format one of
    Matplotlib's, such as "-", "s--" or "o" (circles alone are drawn open, so that others show in them).
    log: the logarithmic axes: "", "x", "y" or "xy". ylim: cut off what lies outside.
    legend: a place of Matplotlib's, such as "upper left", or "outside": one legend, right of the last panel.
    """
    outside = legend == "outside"
    width = max(7.0, 4.8 * len(panels)) + 2.0 * outside
    figure, axes = new_figure(columns=len(panels), width=width, sharey=True, squeeze=False)
    for ax, (title, curves) in zip(axes[0], panels.items(), strict=True):
        for label, (x, y, colour, style) in curves.items():
            looks: dict[str, Any] = {"markersize": 8, "fillstyle": "none"} if style == "o" else {"markersize": 5}
            ax.plot(x, y, style, color=COLOURS[colour], label=label, **looks)
        ax.set(title=title, xlabel=xlabel)
        if "x" in log:
            ax.set_xscale("log")
        else:
            ax.locator_params(axis="x", steps=WHOLE_TICKS, nbins=8)
        if "y" in log:
            ax.set_yscale("log")
        if ylim is not None:
            ax.set_ylim(ylim)
        if len(curves) > 1 and not outside:
            ax.legend(frameon=False, fontsize=9, loc=legend)
    axes[0][0].set_ylabel(ylabel)
    if outside:
        axes[0][-1].legend(frameon=False, fontsize=10, loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return Picture(figure, alt)
