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


def draw_loop(title: str = "", steps: int = 5) -> Picture:
    """Draw a recurrent network as a loop: one cell, a counter, an input it reads and an array it fills."""
    title = title or "One cell: the graph runs it T times and counts"
    figure, axes = new_figure(width=8.6, height=3.9)
    axes.set(xlim=(-5.6, 5.6), ylim=(-2.0, 2.6))
    axes.set_axis_off()
    now = steps // 2
    _slots(axes, -3.6, -1.3, steps, "$x_{%s}$", now, COLOURS["input"])
    _label(axes, -3.6, -1.85, "input x, one slot per step")
    _slots(axes, 3.6, -1.3, steps, "$o_{%s}$", now, COLOURS["output"], filled=now + 1)
    _label(axes, 3.6, -1.85, "TensorArray, filled slot by slot")
    _box(axes, 0.0, 0.4, "cell\nstep t", COLOURS["state"])
    _arrow(axes, (-3.6, -0.98), (-0.5, 0.3), COLOURS["kernel"], "-")
    _label(axes, -2.75, -0.1, "read x[:, t]", COLOURS["kernel"])
    _arrow(axes, (0.5, 0.3), (3.6, -0.98), COLOURS["output"], "-")
    _label(axes, 2.9, -0.1, "write at t", COLOURS["output"])
    back = FancyArrowPatch((0.42, 0.82), (-0.42, 0.82), arrowstyle="-|>", connectionstyle="arc3,rad=1.7")
    back.set(mutation_scale=14, lw=2.2, color=COLOURS["recurrent_kernel"])
    axes.add_patch(back)
    _label(axes, 0.0, 1.95, "new state, and t + 1, as long as t < T", COLOURS["recurrent_kernel"])
    axes.set_title(title, fontsize=11)
    alt = (
        f"A single box, the cell at step t. An arrow leads into it from slot t of the input, which has {steps} slots; "
        "an arrow leads from it to slot t of a TensorArray, whose later slots are still empty; a third arrow leads "
        "from the box back into itself: the new state and t + 1, as long as t is smaller than T."
    )
    return Picture(figure, alt)


def _slots(
    axes: Axes, x: float, y: float, count: int, name: str, now: int, colour: str, filled: int | None = None
) -> None:
    """A row of ``count`` slots centred on x, named by number; ``now`` is framed, those from ``filled`` are empty."""
    side = 0.62
    for t in range(count):
        empty = filled is not None and t >= filled
        left = x + (t - now - 0.5) * side
        shape = FancyBboxPatch((left, y - side / 2), side, side, boxstyle="square,pad=0.0")
        shape.set(facecolor="white" if empty else colour, edgecolor=COLOURS["text"], lw=2.4 if t == now else 0.8)
        shape.set_alpha(None if empty else 0.45)
        axes.add_patch(shape)
        if not empty:
            _label(axes, left + side / 2, y, name % t)


GRADIENT_COLOUR = "#a96b59"  # of petroff10, like the others; used for nothing but gradients
REACH_MAP = "cividis_r"


def draw_backward(
    states: Sequence[str],
    gradients: Sequence[str],
    contributions: Sequence[str],
    title: str,
    total: str,
    alt: str,
    carried: str = "",
) -> Picture:
    """Draw a network running forwards in grey and its gradient running backwards in colour.

    states, gradients, contributions: what is written in, between and below the boxes, one per step;
    total: what the contributions add up to, written below them all; carried: what step 0 passes on.
    """
    figure, axes = new_figure(width=1.9 + 2.6 * len(states), height=3.9)
    axes.set(xlim=(-1.6, 2.6 * len(states) - 0.2), ylim=(-2.55, 1.55))
    axes.set_axis_off()
    middle = 1.3 * (len(states) - 1) + 0.4
    for t, (state, gradient, contribution) in enumerate(zip(states, gradients, contributions, strict=True)):
        x = 2.6 * t + 0.4
        _box(axes, x, 0.55, f"step {t}\n{state}", COLOURS["state"])
        _arrow(axes, (x - 2.1 if t else x - 1.6, 0.8), (x - 0.5, 0.8), COLOURS["input"], "-")
        start = x + 2.1 if t < len(states) - 1 else x + 1.3
        _arrow(axes, (start, 0.3), (x + 0.5, 0.3), GRADIENT_COLOUR, "-")
        _label(axes, (start + x + 0.5) / 2, -0.02, gradient, GRADIENT_COLOUR)
        _arrow(axes, (x, 0.13), (x, -0.75), COLOURS["recurrent_kernel"], "-")
        _label(axes, x, -1.0, contribution, COLOURS["recurrent_kernel"])
        _arrow(axes, (x, -1.2), (middle + 0.35 * (x - middle), -1.9), COLOURS["recurrent_kernel"], "-", dotted=True)
    if carried:
        _arrow(axes, (-0.1, 0.3), (-1.2, 0.3), GRADIENT_COLOUR, "-")
        _label(axes, -0.65, -0.02, carried, GRADIENT_COLOUR)
    _label(axes, middle, -2.2, total, COLOURS["recurrent_kernel"])
    _label(axes, -0.75, 1.1, "forwards", COLOURS["input"])
    _label(axes, 2.6 * len(states) - 1.1, 0.62, "backwards", GRADIENT_COLOUR)
    axes.set_title(title, fontsize=11)
    return Picture(figure, alt)


def plot_time_maps(
    maps: Mapping[str, Any],
    title: str,
    ylabel: str,
    clabel: str,
    alt: str,
    marks: Mapping[str, Sequence[int]] | None = None,
    xlabel: str = "time step",
) -> Picture:
    """Draw matrices (rows, time steps) below each other, each divided by its own largest size.

    marks: {panel title: steps}; a triangle stands above each of these steps.
    """
    arrays = {name: np.asarray(values) for name, values in maps.items()}
    rows, steps = next(iter(arrays.values())).shape
    figure, axes = new_figure(
        rows=len(arrays), width=2.0 + 0.5 * steps, height=0.8 + (0.8 + 0.24 * rows) * len(arrays), squeeze=False
    )
    for ax, (name, values) in zip(axes[:, 0], arrays.items(), strict=True):
        scaled = values / (float(np.abs(values).max()) or 1.0)
        image = ax.imshow(scaled, cmap=SIGNED_MAP, vmin=-1.0, vmax=1.0, aspect="auto")
        ax.grid(False)
        ax.set(ylabel=ylabel, xticks=range(steps), yticks=range(rows))
        marked = list((marks or {}).get(name, ()))
        ax.plot(marked, [-0.85] * len(marked), "v", color=COLOURS["text"], markersize=7, clip_on=False)
        ax.set_ylim(rows - 0.5, -0.5)
        ax.set_title(name, fontsize=11, fontweight="normal", loc="left", pad=14 if marks else 6)
    axes[-1, 0].set_xlabel(xlabel)
    figure.colorbar(image, ax=axes[:, 0].tolist(), shrink=0.8, label=clabel)
    figure.suptitle(title, x=0.01, ha="left", fontweight="bold")
    return Picture(figure, alt)


def plot_reach(maps: Mapping[str, Any], title: str, xlabel: str, ylabel: str, clabel: str, alt: str) -> Picture:
    """Draw square matrices of sizes >= 0 side by side, on one scale; exact zeros stay white."""
    arrays = {name: np.asarray(values, np.float64) for name, values in maps.items()}
    limit = max(float(values.max()) for values in arrays.values()) or 1.0
    steps = next(iter(arrays.values())).shape[0]
    figure, axes = new_figure(columns=len(arrays), width=1.2 + 3.6 * len(arrays), height=4.0, squeeze=False)
    _room_below_title(figure)
    for ax, (name, values) in zip(axes[0], arrays.items(), strict=True):
        image = ax.imshow(np.ma.masked_equal(values, 0.0), cmap=REACH_MAP, vmin=0.0, vmax=limit, aspect="auto")
        ax.grid(False)
        ax.set(xlabel=xlabel, ylabel=ylabel, xticks=range(0, steps, 2), yticks=range(0, steps, 2))
        ax.set_title(name, fontsize=11, fontweight="normal")
    figure.colorbar(image, ax=axes[0].tolist(), shrink=0.75, label=clabel)
    figure.suptitle(title, x=0.01, ha="left", fontweight="bold")
    return Picture(figure, alt)


def _room_below_title(figure: Figure) -> None:
    engine = figure.get_layout_engine()
    if engine is not None:
        engine.set(h_pad=0.12)  # type: ignore[call-arg]


def plot_bar_runs(labels: Sequence[Any], runs: Any, title: str, xlabel: str, ylabel: str, alt: str) -> Picture:
    """Draw one bar per label, as high as the mean of the runs, and every run as a dot.

    runs: array (runs, labels).
    """
    values = np.asarray(runs, np.float64)
    figure, axes = new_figure()
    places = np.arange(len(labels))
    axes.bar(places, values.mean(axis=0), color=COLOURS["recurrent_kernel"], alpha=0.45, label="mean")
    for number, run in enumerate(values):
        label = "one run each" if number == 0 else None
        axes.plot(places, run, MARKERS[number % len(MARKERS)], color=COLOURS["text"], markersize=4, label=label)
    axes.set(title=title, xlabel=xlabel, ylabel=ylabel, xticks=places)
    axes.set_xticklabels([str(label) for label in labels])
    axes.legend(frameon=False)
    return Picture(figure, alt)


def plot_medians(
    x: Sequence[float],
    series: Mapping[str, Any],
    title: str,
    xlabel: str,
    ylabel: str,
    alt: str,
    log: str = "",
) -> Picture:
    """Draw a line through the medians of several runs, and every run as a marker.

    series: {label: array (runs, len(x))}. log: as in :func:`plot_lines`; a logarithmic x shows its values.
    """
    figure, axes = new_figure()
    for number, (label, runs) in enumerate(series.items()):
        values, marker = np.asarray(runs, np.float64), MARKERS[number % len(MARKERS)]
        (line,) = axes.plot(x, np.median(values, axis=0), DASHES[number % len(DASHES)], marker=marker, label=label)
        for run in values if len(values) > 1 else ():
            axes.plot(x, run, marker, color=line.get_color(), alpha=0.5, markerfacecolor="none")
    axes.set(title=title, xlabel=xlabel, ylabel=ylabel)
    if "x" in log:
        axes.set_xscale("log")
        axes.set_xticks(x, labels=[f"{value:g}" for value in x])
        axes.minorticks_off()
    if "y" in log:
        axes.set_yscale("log")
    axes.legend(frameon=False)
    return Picture(figure, alt)


CYCLE: list[str] = matplotlib.rcParams["axes.prop_cycle"].by_key()["color"]


def plot_runs(
    x: Sequence[float],
    runs: Mapping[str, Sequence[Sequence[float]]],
    title: str,
    xlabel: str,
    ylabel: str,
    alt: str,
    log: str = "",
    guides: Sequence[Sequence[float]] = (),
    guide_label: str = "prediction",
) -> Picture:
    """Draw several runs under each label in one colour, marker and dash; ``runs`` maps a label to lines over ``x``.

    guides: predicted lines, drawn thin and dotted in black over all others. log: as for :func:`plot_lines`.
    """
    figure, axes = new_figure(width=8.0, height=3.8)
    every = max(1, len(x) // 8)  # markers far enough apart to see the line
    for number, (label, lines) in enumerate(runs.items()):
        look = {"color": CYCLE[number % len(CYCLE)], "marker": MARKERS[number % len(MARKERS)], "markersize": 5}
        for run, y in enumerate(lines):
            first = run * every // len(lines)  # so that the markers of close runs do not hide each other
            name = label if run == 0 else None
            axes.plot(x, y, DASHES[number % len(DASHES)], label=name, markevery=(first, every), **look)
    for number, y in enumerate(guides):
        name = guide_label if number == 0 else None
        axes.plot(x, y, ":", color=COLOURS["text"], lw=1.2, zorder=5, label=name)
    axes.set(title=title, xlabel=xlabel, ylabel=ylabel)
    if "x" in log:
        axes.set_xscale("log")
    if "y" in log:
        axes.set_yscale("log")
    axes.legend(frameon=False, loc="center left", bbox_to_anchor=(1.0, 0.5))
    return Picture(figure, alt)


def plot_walks(
    x: Sequence[float],
    y: Sequence[float],
    surface: Any,
    walks: Mapping[str, tuple[Any, Sequence[float]]],
    titles: tuple[str, str],
    labels: tuple[str, str, str],
    alt: str,
) -> Picture:
    """Draw walks on a surface, seen from above, and beside it the height after each update on a log axis.

    surface (len(y), len(x)): the height over every point. walks: ``{name: (points (n, 2), heights (n,))}``,
    starting at a star; one that leaves the map ends in an arrow with the place it leads to.
    titles: of the map and of the heights. labels: of ``x``, of ``y`` and of the height.
    """
    figure, (plan, heights) = new_figure(columns=2, width=11.0, height=4.2, width_ratios=(1.25, 1.0))
    values = np.asarray(surface)
    grey = {"cmap": "Greys", "vmin": 0.0, "vmax": 1.8 * float(values.max())}  # light, so that the walks stand out
    figure.colorbar(plan.contourf(x, y, values, levels=24, **grey), ax=plan, label=labels[2])
    plan.grid(False)
    plan.set(title=titles[0], xlabel=labels[0], ylabel=labels[1], xlim=(x[0], x[-1]), ylim=(y[0], y[-1]))
    for number, (name, (points, ys)) in enumerate(walks.items()):
        look = {"color": CYCLE[number], "marker": MARKERS[number], "ls": DASHES[number], "label": name}
        points = np.asarray(points)
        inside = (points >= (x[0], y[0])).all(axis=1) & (points <= (x[-1], y[-1])).all(axis=1)
        stays = len(points) if inside.all() else int(np.argmin(inside))
        plan.plot(*points[:stays].T, markersize=4, lw=1.2, **look)
        if stays < len(points):
            _draw_exit(plan, points[stays - 1], points[stays], CYCLE[number])
        plan.plot(*points[0], "*", color=COLOURS["text"], markersize=14)
        heights.plot(ys, markersize=5, markevery=max(1, len(ys) // 12), **look)
    heights.set(title=titles[1], xlabel="update", ylabel=labels[2], yscale="log")
    heights.legend(frameon=False)
    return Picture(figure, alt)


def _draw_exit(axes: Axes, start: np.ndarray, end: np.ndarray, colour: str) -> None:
    """Draw an arrow from ``start`` to the edge of the map, towards ``end``, and write where it leads."""
    low, high = np.array([axes.get_xlim(), axes.get_ylim()]).T
    way = end - start
    edge = np.where(way > 0, high, low)
    room = np.divide(edge - start, way, out=np.full(2, np.inf), where=way != 0).min()
    tip = start + 0.98 * room * way
    axes.annotate("", tuple(tip), tuple(start), arrowprops={"arrowstyle": "-|>", "color": colour, "lw": 2.5})
    where = f"off the map,\nto ({end[0]:.1f}, {end[1]:.1f})"
    axes.annotate(where, tuple(start + 0.7 * (tip - start)), (14, -14), textcoords="offset points", color=colour)


def plot_images(images: Mapping[str, Any], title: str, alt: str) -> Picture:
    """Draw grey images side by side, ``{panel title: array (rows, columns) from 0 to 1}``, ink dark on white.

    NaN marks pixels that are not there (yet); they are hatched.
    """
    arrays = {name: np.asarray(image, float) for name, image in images.items()}
    figure, axes = new_figure(columns=len(arrays), width=2.1 * len(arrays), height=2.9, squeeze=False)
    for ax, (name, image) in zip(axes[0], arrays.items(), strict=True):
        ax.set_facecolor("#e8e8e8")
        ax.patch.set(hatch="///", edgecolor=COLOURS["input"], linewidth=0.0)
        ax.imshow(image, cmap="Greys", vmin=0, vmax=1)
        ax.grid(False)
        ax.set_title(name, fontsize=11, fontweight="normal")
        ax.set(xlabel="pixel of the row")
        ax.tick_params(labelsize=9)
    axes[0][0].set_ylabel("row = step t")
    figure.suptitle(title, x=0.01, ha="left", fontweight="bold", fontsize=12)
    return Picture(figure, alt)


def plot_confusion(truth: Any, predicted: Any, names: Sequence[str], what: str = "class") -> Picture:
    """Draw how often each true class (row) got each answer (column); the title names the worst confusion.

    truth, predicted (N,): whole numbers that index ``names``. Right answers lie on the diagonal and
    are left uncoloured, so that the errors stand out.
    """
    counts = np.zeros((len(names), len(names)), int)
    np.add.at(counts, (np.asarray(truth), np.asarray(predicted)), 1)
    errors = counts * (1 - np.eye(len(names), dtype=int))
    true, answer = np.unravel_index(errors.argmax(), errors.shape)
    worst = f"{names[true]} read as {names[answer]}, {errors[true, answer]} of {counts[true].sum()}"
    figure, axes = new_figure(width=1.6 + 0.5 * len(names), height=1.3 + 0.42 * len(names))
    limit = max(int(errors.max()), 1)
    axes.imshow(errors, cmap="Oranges", vmin=0, vmax=1.3 * limit, aspect="auto")
    for (row, column), count in np.ndenumerate(counts):
        if count:
            weight = "bold" if row == column else "normal"
            axes.text(column, row, str(count), ha="center", va="center", fontsize=9, fontweight=weight)
    places = range(len(names))
    axes.set(xlabel=f"{what} the network answers", ylabel=f"true {what}")
    axes.set_xticks(places, names)
    axes.set_yticks(places, names)
    axes.grid(False)
    axes.set_title(f"Most frequent error: {worst}")
    alt = (
        f"Table of {len(names)} by {len(names)} counts, a row for every true {what}, a column for every answer. "
        f"{np.trace(counts)} of {counts.sum()} lie on the diagonal. The most frequent error: {worst}."
    )
    return Picture(figure, alt)


def plot_bars(
    groups: Mapping[str, Mapping[str, float]], title: str, ylabel: str, alt: str, log: bool = False
) -> Picture:
    """Draw grouped bars with their values written above: ``{group: {bar: value}}``, the same bars in every group."""
    bars = list(next(iter(groups.values())))
    figure, axes = new_figure(height=3.4)
    width = 0.8 / len(bars)
    for number, bar in enumerate(bars):
        places = [group + (number - (len(bars) - 1) / 2) * width for group in range(len(groups))]
        drawn = axes.bar(places, [group[bar] for group in groups.values()], 0.92 * width, label=bar)
        for patch in drawn:
            patch.set(hatch=("", "//", "..", "xx")[number % 4], edgecolor="white")
        axes.bar_label(drawn, fmt="%.3g", fontsize=9, padding=2)
    axes.set_xticks(range(len(groups)), list(groups))
    axes.set(title=title, ylabel=ylabel)
    axes.grid(axis="x", visible=False)
    axes.margins(y=0.15)
    if log:
        axes.set_yscale("log")
    axes.legend(frameon=False)
    return Picture(figure, alt)


def draw_lstm(title: str, alt: str) -> Picture:
    """Draw one step of an LSTM: the cell state runs along the top, four boxes below read x_t and the last h."""
    figure, axes = new_figure(width=9.0, height=4.1)
    axes.set(xlim=(-1.7, 9.3), ylim=(-2.2, 2.5))
    axes.set_axis_off()
    dark, top, row = COLOURS["text"], 1.7, -0.4
    boxes = {1.0: "forget\n$f_t$", 2.6: "input\n$i_t$", 4.2: "candidate\n$\\tilde{c}_t$", 6.2: "output\n$o_t$"}
    for x, text in boxes.items():
        _box(axes, x, row, text, COLOURS["kernel" if "candidate" in text else "recurrent_kernel"])
        _arrow(axes, (x, -1.55), (x, -0.86), COLOURS["input"], "-")
    axes.plot([-1.0, 6.2], [-1.55, -1.55], color=COLOURS["input"], lw=2.2)
    _label(axes, -1.3, -1.35, "$x_t$")
    _label(axes, -1.3, -1.8, "$h_{t-1}$")
    places = {"c": (-1.0, top), "keep": (1.0, top), "add": (3.4, top), "split": (7.4, top), "show": (7.4, row)}
    for start, end in (("c", "keep"), ("keep", "add")):
        _arrow(axes, (places[start][0] + 0.22, top), (places[end][0] - 0.25, top), COLOURS["state"], "-")
    _arrow(axes, (3.65, top), (8.6, top), COLOURS["state"], "-")
    _arrow(axes, (1.0, 0.05), (1.0, top - 0.25), dark, "-")
    for x in (2.6, 4.2):  # gate and candidate meet, and what is left goes up
        _arrow(axes, (x, 0.05), (3.4 + 0.2 * np.sign(x - 3.4), 0.62), dark, "-")
    _arrow(axes, (3.4, 0.98), (3.4, top - 0.25), dark, "-")
    _arrow(axes, (7.4, top - 0.03), (7.4, row + 0.25), COLOURS["state"], "-")
    _label(axes, 7.85, 0.65, "tanh")
    _arrow(axes, (6.72, row), (7.15, row), dark, "-")
    _arrow(axes, (7.65, row), (8.6, row), COLOURS["output"], "-")
    for x, y, sign in ((1.0, top, "×"), (3.4, top, "+"), (3.4, 0.78, "×"), (7.4, row, "×")):
        axes.plot(x, y, "o", markersize=19, color="white", markeredgecolor=dark, zorder=3)
        axes.text(x, y, sign, ha="center", va="center", fontsize=14, zorder=4)
    for x, y, text in ((-1.3, top, "$c_{t-1}$"), (8.95, top, "$c_t$"), (8.95, row, "$h_t$")):
        _label(axes, x, y, text)
    axes.set_title(title)
    return Picture(figure, alt)


def plot_over_letters(
    letters: Sequence[str], panels: Mapping[str, Mapping[str, Sequence[float]]], title: str, alt: str
) -> Picture:
    """Draw quantities over the letters of a text, one panel below the other: ``{panel title: {label: values}}``.

    letters: what stands below each step, one text per value.
    """
    figure, axes = new_figure(rows=len(panels), width=9.0, height=0.7 + 1.8 * len(panels), sharex=True, squeeze=False)
    for ax, (name, series) in zip(axes[:, 0], panels.items(), strict=True):
        for number, (label, values) in enumerate(series.items()):
            dash, marker = DASHES[number % len(DASHES)], MARKERS[number % len(MARKERS)]
            ax.plot(range(len(letters)), values, dash, marker=marker, markersize=5, label=label)
        ax.set_title(name, fontsize=11, fontweight="normal")
        ax.legend(frameon=False, loc="upper left", bbox_to_anchor=(1.0, 1.0))
    axes[-1, 0].set_xlabel("letter read at this step")
    axes[-1, 0].set_xticks(range(len(letters)), letters)
    figure.suptitle(title, x=0.01, ha="left", fontweight="bold")
    return Picture(figure, alt)
