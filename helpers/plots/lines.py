"""Lines: quantities over steps, sizes, updates; several runs of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from helpers.plots.picture import COLOURS, CYCLE, DASHES, MARKERS, Picture, new_figure

Curve = tuple[Sequence[float], Sequence[float], str, str]  # x, y, a name in COLOURS, a format such as "-" or "o"
VOWELS = "aeiouy"
WHOLE_TICKS = (1, 2, 5, 10)  # steps and years are whole numbers: no ticks at 2.5


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


def plot_steps(
    series: Mapping[str, Sequence[float]],
    title: str,
    ylabel: str,
    alt: str,
    first: int = 0,
    mark: tuple[float, str] | None = None,
    xlabel: str = "time step",
) -> Picture:
    """Draw quantities over time steps, or epochs, numbered from ``first``, with the legend beside the plot.

    mark: a place between steps and what it is called, drawn as an upright line: ``(9.5, "cut")``.
    """
    figure, axes = new_figure(width=8.0)
    longest = max(len(values) for values in series.values())
    for number, (label, values) in enumerate(series.items()):
        steps = range(first, first + len(values))
        axes.plot(steps, values, DASHES[number % len(DASHES)], marker=MARKERS[number % len(MARKERS)], label=label)
    axes.set(xlabel=xlabel, ylabel=ylabel)
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


def plot_points(panels: Mapping[str, tuple[Sequence[str], Any]], title: str, alt: str) -> Picture:
    """Write labels at their places in a plane, in panels side by side: ``{panel title: (N labels, places (N, 2))}``.

    Each panel has a scale of its own, the same along both axes; vowels stand out among letters.
    """
    figure, axes = new_figure(columns=len(panels), width=4.6 * len(panels), height=4.4, squeeze=False)
    for ax, (name, (labels, places)) in zip(axes[0], panels.items(), strict=True):
        for label, (x, y) in zip(labels, np.asarray(places, np.float64), strict=True):
            vowel = label in VOWELS
            colour = COLOURS["recurrent_kernel"] if vowel else COLOURS["text"]
            ax.text(x, y, label, color=colour, weight="bold" if vowel else "normal", ha="center", va="center")
        limit = 1.15 * float(np.abs(places).max())
        ax.set(xlim=(-limit, limit), ylim=(-limit, limit), aspect="equal")
        ax.set_title(name, fontsize=11, fontweight="normal")
    figure.suptitle(title, x=0.01, ha="left", fontweight="bold")
    return Picture(figure, alt)
