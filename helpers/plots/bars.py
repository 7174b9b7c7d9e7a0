"""Bars and dots: a number or several runs for each of a few things."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from helpers.plots.picture import COLOURS, MARKERS, Picture, new_figure


def plot_bar_runs(labels: Sequence[Any], runs: Any, title: str, xlabel: str, ylabel: str, alt: str) -> Picture:
    """Draw one bar per label, as high as the mean of the runs, and every run as a dot, where there are several.

    runs: array (runs, labels).
    """
    values = np.asarray(runs, np.float64)
    figure, axes = new_figure()
    places = np.arange(len(labels))
    axes.bar(places, values.mean(axis=0), color=COLOURS["recurrent_kernel"], alpha=0.45, label="mean")
    for number, run in enumerate(values if len(values) > 1 else []):
        label = "one run each" if number == 0 else None
        axes.plot(places, run, MARKERS[number % len(MARKERS)], color=COLOURS["text"], markersize=4, label=label)
    axes.set(title=title, xlabel=xlabel, ylabel=ylabel, xticks=places)
    axes.set_xticklabels([str(label) for label in labels])
    if len(values) > 1:
        axes.legend(frameon=False)
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


def plot_dots(runs: Mapping[str, Sequence[float]], title: str, xlabel: str, alt: str) -> Picture:
    """Draw every run as a marker and the mean as an upright line, one row for each label: ``{label: values}``."""
    figure, axes = new_figure(width=8.0, height=0.9 + 0.5 * len(runs))
    for row, (label, values) in enumerate(runs.items()):
        axes.plot(values, [row] * len(values), MARKERS[row % len(MARKERS)], markersize=8, alpha=0.8, label=label)
        axes.plot([np.mean(values)] * 2, [row - 0.3, row + 0.3], "-", color=COLOURS["text"], lw=2.0)
    axes.set(title=title, xlabel=f"{xlabel} (line: mean)")
    axes.set_yticks(range(len(runs)), list(runs))
    axes.set_ylim(len(runs) - 0.5, -0.5)
    return Picture(figure, alt)


def plot_sentences(
    sentences: Sequence[str], values: Sequence[float], title: str, xlabel: str, alt: str, letters: int = 60
) -> Picture:
    """Draw a bar for every sentence of a text, in its order from the top, with its first letters beside it.

    Bars to the right of 0 have another colour than those to the left.
    """
    figure, axes = new_figure(width=9.5, height=1.0 + 0.26 * len(sentences))
    places = range(len(sentences))
    colours = [COLOURS["kernel"] if value >= 0 else COLOURS["recurrent_kernel"] for value in values]
    axes.barh(places, values, color=colours, alpha=0.8)
    axes.axvline(0.0, color=COLOURS["text"], lw=0.8)
    cut = [text if len(text) <= letters else text[: letters - 3].rstrip() + " ..." for text in sentences]
    axes.set_yticks(places, [f"{text}  {place}" for place, text in enumerate(cut)], fontsize=9)
    axes.set_ylim(len(sentences) - 0.4, -0.6)
    axes.grid(axis="y", visible=False)
    axes.set(xlabel=xlabel)
    figure.suptitle(title, x=0.01, ha="left", fontweight="bold", fontsize=12)
    return Picture(figure, alt)
