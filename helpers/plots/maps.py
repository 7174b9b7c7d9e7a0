"""Maps: matrices as colours or numbers, images, tables of errors. Signed maps are centred on zero."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from helpers.plots.picture import COLOURS, Picture, new_figure

SIGNED_MAP = "PuOr_r"  # colour-blind-safe, white at zero
REACH_MAP = "cividis_r"


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


LONG_NAME = 5  # letters below a column before its name is turned


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
    if max(map(len, names)) > LONG_NAME:
        axes.set_xticks(places, names, rotation=45, ha="right", rotation_mode="anchor")
    axes.set_yticks(places, names)
    axes.grid(False)
    axes.set_title(f"Most frequent error: {worst}")
    alt = (
        f"Table of {len(names)} by {len(names)} counts, a row for every true {what}, a column for every answer. "
        f"{np.trace(counts)} of {counts.sum()} lie on the diagonal. The most frequent error: {worst}."
    )
    return Picture(figure, alt)


def plot_masks(masks: Mapping[str, Any], title: str, ylabels: Sequence[str], alt: str) -> Picture:
    """Draw masks over time as grids: one column of grids per kind, one row of grids per sequence.

    masks: {kind: array (sequences, time steps, rows)}; what is 0 counts as dropped. ylabels: what the rows of a
    kind are, one text per kind.
    """
    arrays = {name: np.asarray(values) > 0 for name, values in masks.items()}
    sequences = len(next(iter(arrays.values())))
    height = 0.8 + 1.8 * sequences
    figure, axes = new_figure(columns=len(arrays), rows=sequences, width=11.0, height=height, squeeze=False)
    shades = ["#e8e8e8", COLOURS["kernel"]]
    for column, (name, kept) in enumerate(arrays.items()):
        for number, ax in enumerate(axes[:, column]):
            ax.pcolormesh(
                kept[number].T, cmap=ListedColormap(shades), vmin=0, vmax=1, edgecolors="white", linewidth=1.5
            )
            ax.grid(False)
            _, steps, rows = kept.shape
            ax.set_xticks(np.arange(0, steps, 2) + 0.5, range(0, steps, 2))
            ax.set_yticks(np.arange(rows) + 0.5, range(rows))
            ax.set_ylim(rows, 0)
            ax.set_ylabel(f"sequence {number}\n{ylabels[column]}" if column == 0 else ylabels[column])
        axes[0, column].set_title(name, fontsize=11, fontweight="normal")
        axes[-1, column].set_xlabel("time step")
    looks = [Patch(color=shade, label=label) for shade, label in zip(shades, ("dropped", "kept"), strict=True)]
    figure.legend(handles=looks[::-1], frameon=False, loc="outside right upper")
    figure.suptitle(title, x=0.01, ha="left", fontweight="bold")
    return Picture(figure, alt)


def plot_pages(pages: Mapping[str, Any], title: str, alt: str) -> Picture:
    """Draw pages as grids, a row for every sentence and a column for every word: ``{panel title: ids (S, W)}``.

    0 is padding, 1 an unknown word. Right of each grid stands whether the row holds a sentence.
    """
    arrays = {name: np.asarray(ids) for name, ids in pages.items()}
    figure, axes = new_figure(columns=len(arrays), width=11.0, height=4.2, squeeze=False)
    _room_below_title(figure)
    colours = ["#e8e8e8", COLOURS["state"], COLOURS["kernel"], COLOURS["output"]]
    names = ["padding", "unknown word", "word", "sentence"]
    for ax, (name, ids) in zip(axes[0], arrays.items(), strict=True):
        rows, words = ids.shape
        real = 3 * (ids > 0).any(axis=1, keepdims=True).repeat(2, axis=1)
        look: dict[str, Any] = {
            "cmap": ListedColormap(colours),
            "vmin": 0,
            "vmax": 3,
            "edgecolors": "white",
            "linewidth": 0.6,
        }
        edges = np.arange(rows + 1)
        ax.pcolormesh(np.arange(words + 1), edges, np.minimum(ids, 2), **look)
        ax.pcolormesh(words + 1.0 + np.arange(3), edges, real, **look)
        ax.grid(False)
        ax.set(ylim=(rows, 0), xlabel="word")
        ax.set_xticks(np.arange(0, words, 5) + 0.5, range(0, words, 5))
        ax.set_yticks(np.arange(0, rows, 5) + 0.5, range(0, rows, 5))
        ax.set_title(name, fontsize=11, fontweight="normal")
    axes[0][0].set_ylabel("sentence")
    looks = [Patch(color=colour, label=label) for colour, label in zip(colours, names, strict=True)]
    figure.legend(handles=looks, frameon=False, loc="outside right upper")
    figure.suptitle(title, x=0.01, ha="left", fontweight="bold")
    return Picture(figure, alt)
