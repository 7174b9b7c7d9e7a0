"""Drawings of networks: boxes, arrows and names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from helpers.plots.picture import COLOURS, Picture, new_figure

GRADIENT_COLOUR = "#a96b59"  # of petroff10, like the others; used for nothing but gradients
Column = tuple[str, str, str]  # input below, name of the cell, output above; "" leaves one out


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


def draw_map(
    ways: Mapping[Any, Mapping[str, Any]], places: Mapping[Any, tuple[float, float]], title: str, alt: str
) -> Picture:
    """Draw the map of a grammar: a circle for every place, an arrow with its letter for every way.

    ways: ``{place: {letter: next place}}``, as in ``helpers.data.REBER``; places: where each circle stands.
    """
    figure, axes = new_figure(width=8.6, height=3.9)
    xs, ys = zip(*places.values(), strict=True)
    axes.set(xlim=(min(xs) - 0.6, max(xs) + 0.6), ylim=(min(ys) - 0.75, max(ys) + 0.95), aspect="equal")
    axes.set_axis_off()
    for place, letters in ways.items():
        axes.plot(*places[place], "o", markersize=20, color="white", markeredgecolor=COLOURS["text"], zorder=3)
        for letter, end in letters.items():
            _draw_way(axes, letter, np.array(places[place]), np.array(places[end]))
    axes.set_title(title, fontsize=11)
    return Picture(figure, alt)


def _draw_way(axes: Axes, letter: str, start: np.ndarray, end: np.ndarray) -> None:
    """Draw an arrow between the circles of two places, or from a circle round to itself, and its letter."""
    if np.array_equal(start, end):
        side = np.array([0.0, 0.26 * np.sign(start[1])])  # a loop bulges away from the middle of the map
        tail, tip = start + side + (-0.2, 0.0), start + side + (0.2, 0.0)
        bend, place = f"arc3,rad={-1.9 * np.sign(start[1])}", start + 3.2 * side
    else:
        way = (end - start) / np.linalg.norm(end - start)
        tail, tip = start + 0.33 * way, end - 0.33 * way
        bend, place = "arc3", (start + end) / 2 + 0.22 * np.array([-way[1], way[0]])
    look: dict[str, Any] = {
        "lw": 1.8,
        "color": COLOURS["recurrent_kernel"],
        "shrinkA": 0,
        "shrinkB": 0,
        "mutation_scale": 14,
    }
    arrow = FancyArrowPatch(tuple(tail), tuple(tip), arrowstyle="-|>", connectionstyle=bend, **look)
    axes.add_patch(arrow)
    axes.text(float(place[0]), float(place[1]), letter, ha="center", va="center", fontsize=13, fontweight="bold")


def draw_stack(orders: Mapping[str, Any], title: str, alt: str) -> Picture:
    """Draw a stack of layers over time, one panel for every order of computing: ``{panel title: numbers}``.

    numbers: array (layers, steps), lowest layer first; what is written into the box of a layer and a step.
    """
    arrays = {name: np.asarray(numbers) for name, numbers in orders.items()}
    layers, steps = next(iter(arrays.values())).shape
    width = len(arrays) * (1.15 * steps + 1.1)
    figure, axes = new_figure(columns=len(arrays), width=width, height=1.6 + 0.95 * layers, squeeze=False)
    top = 1.4 * (layers - 1)
    for ax, (name, numbers) in zip(axes[0], arrays.items(), strict=True):
        ax.set(xlim=(-1.75, 1.7 * steps - 0.9), ylim=(-1.4, top + 1.3))
        ax.set_axis_off()
        ax.set_title(name, fontsize=11.5)
        for (layer, t), number in np.ndenumerate(numbers):
            x, y = 1.7 * t, 1.4 * layer
            _box(ax, x, y, "", COLOURS["state"])
            ax.text(x, y, str(number), ha="center", va="center", fontsize=13, fontweight="bold")
            _arrow(ax, (x - 1.2, y), (x - 0.5, y), COLOURS["recurrent_kernel"], "-")
            _arrow(ax, (x, y - 0.98), (x, y - 0.42), COLOURS["kernel"], "-")
        for t in range(steps):
            _label(ax, 1.7 * t, -1.2, f"$x_{t}$")
            _arrow(ax, (1.7 * t, top + 0.42), (1.7 * t, top + 0.98), COLOURS["text"], "-")
        for layer in range(layers):
            ax.text(-1.3, 1.4 * layer, f"layer {layer}", ha="right", va="center", fontsize=10)
    figure.suptitle(title, x=0.01, ha="left", fontweight="bold")
    return Picture(figure, alt)


def draw_two_directions(title: str, alt: str, steps: int = 4) -> Picture:
    """Draw two networks over one sequence: one reads from left to right, above it one from right to left."""
    figure, axes = new_figure(width=1.4 + 2.4 * steps, height=4.6)
    axes.set(xlim=(-1.9, 2.6 * steps - 0.2), ylim=(-1.5, 4.0))
    axes.set_axis_off()
    axes.text(-1.9, 0.3, "forward", va="center", fontsize=12)
    axes.text(-1.9, 1.9, "backward", va="center", fontsize=12)
    for t in range(steps):
        left, right, middle = 2.6 * t, 2.6 * t + 0.95, 2.6 * t + 0.5
        _box(axes, left, 0.3, f"step {t}", COLOURS["state"])
        _box(axes, right, 1.9, f"step {t}", COLOURS["output"])
        if t:
            _arrow(axes, (left - 2.1, 0.3), (left - 0.5, 0.3), COLOURS["recurrent_kernel"], "-")
            _arrow(axes, (right - 0.5, 1.9), (right - 2.1, 1.9), COLOURS["recurrent_kernel"], "-")
        _label(axes, middle, -1.2, f"$x_{{{t}}}$")
        _label(axes, middle, 3.75, f"output {t}")
        for x, bottom in ((left, -0.12), (right, 1.48)):
            _arrow(axes, (middle + 0.3 * (x - middle), -0.9), (x, bottom), COLOURS["kernel"], "-")
            _arrow(axes, (x, bottom + 0.84), (middle + 0.3 * (x - middle), 3.45), COLOURS["text"], "-")
    axes.set_title(title, fontsize=11)
    return Picture(figure, alt)


def draw_levels(words: Sequence[int], title: str, alt: str) -> Picture:
    """Draw a network that reads words into sentences and, above, sentences into a page.

    words: how many words each sentence has; up to the longest one, padding is drawn dashed. A sentence of 0 words is
    read by nobody.
    """
    longest = max(words)
    wide = 1.25 * longest + 0.6
    figure, axes = new_figure(width=1.2 + 0.7 * wide * len(words), height=4.4)
    axes.set(xlim=(-1.9, wide * len(words) - 0.6), ylim=(-1.4, 4.1))
    axes.set_axis_off()
    before = None  # where the last sentence that was read stands
    for s, length in enumerate(words):
        left = wide * s
        top = left + 1.25 * (longest - 1) / 2
        for w in range(longest):
            x, real = left + 1.25 * w, w < length
            name, colour = (f"word\n{w}", COLOURS["state"]) if real else ("", "white")
            _box(axes, x, 0.2, name, colour, dashed=not real)
            if real:
                _arrow(axes, (x, -0.85), (x, -0.22), COLOURS["kernel"], "-")
                _label(axes, x, -1.12, f"$x_{{{s},{w}}}$")
            if real and w:
                _arrow(axes, (x - 0.8, 0.2), (x - 0.45, 0.2), COLOURS["recurrent_kernel"], "-")
        name, colour = (f"sentence\n{s}", COLOURS["output"]) if length else ("", "white")
        _box(axes, top, 2.35, name, colour, dashed=not length)
        if length:
            _arrow(axes, (left + 1.25 * (length - 1), 0.62), (top, 1.93), COLOURS["text"], "-")
            if before is not None:
                _arrow(axes, (before + 0.5, 2.35), (top - 0.5, 2.35), COLOURS["recurrent_kernel"], "-")
            before = top
    if before is not None:
        _arrow(axes, (before, 2.77), (before, 3.45), COLOURS["text"], "-")
        _label(axes, before, 3.75, "page")
    for y, text in ((0.2, "word\nreader"), (2.35, "sentence\nreader")):
        axes.text(-1.9, y, text, ha="left", va="center", fontsize=10)
    axes.set_title(title, fontsize=11)
    return Picture(figure, alt)


def _box(axes: Axes, x: float, y: float, text: str, colour: str, dashed: bool = False) -> None:
    shape = FancyBboxPatch((x - 0.5, y - 0.42), 1.0, 0.84, boxstyle="round,pad=0.0,rounding_size=0.12")
    shape.set(facecolor=colour, alpha=0.35, edgecolor=COLOURS["text"], linestyle="--" if dashed else "-")
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
