"""Pictures of a scan: which steps are joined in which round."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from helpers.plots.picture import COLOURS, Picture, new_figure

Rounds = Sequence[Sequence[tuple[int, int]]]  # of each round: (place of the earlier one, place where both are joined)


def draw_scan(panels: Mapping[str, Rounds], steps: int, title: str, alt: str) -> Picture:
    """Draw scans of ``steps`` steps side by side, the first round on top: ``{panel title: rounds}``.

    A box holds the steps that are joined in it, such as 0-3; boxes that begin with step 0 are finished, and have
    another colour. Raises ValueError where a round joins steps that are not neighbours.
    """
    longest = max(len(rounds) for rounds in panels.values())
    width, height = 0.62 * steps * len(panels) + 1.0, 1.3 + 0.62 * longest
    figure, axes = new_figure(columns=len(panels), width=width, height=height, squeeze=False)
    for ax, (name, rounds) in zip(axes[0], panels.items(), strict=True):
        ax.set(xlim=(-1.3, steps - 0.4), ylim=(-longest - 0.5, 0.6))
        ax.set_axis_off()
        ax.set_title(name, fontsize=11)
        _draw_rounds(ax, rounds, steps)
    figure.suptitle(title, x=0.01, ha="left", fontweight="bold")
    return Picture(figure, alt)


def _draw_rounds(axes: Axes, rounds: Rounds, steps: int) -> None:
    begins = list(range(steps))  # of what is joined at each place; it ends with the place itself
    heights = [0.0] * steps  # where the last box of each place stands
    for place in range(steps):
        _box(axes, place, 0.0, begins[place], place)
    for number, joins in enumerate(rounds, start=1):
        y = -float(number)
        axes.text(-0.65, y, f"round {number}", ha="right", va="center", fontsize=9)
        before, heights_before = list(begins), list(heights)
        for earlier, place in joins:
            if earlier + 1 != before[place]:
                raise ValueError(f"round {number} joins {earlier} with {before[place]}-{place}: they are no neighbours")
            begins[place], heights[place] = before[earlier], y
            for start in (earlier, place):
                colour = COLOURS["recurrent_kernel" if start == earlier else "input"]
                _arrow(axes, (start, heights_before[start] - 0.26), (place, y + 0.27), colour)
        for _, place in joins:
            _box(axes, place, y, begins[place], place)


def _box(axes: Axes, x: float, y: float, first: int, last: int) -> None:
    shape = FancyBboxPatch((x - 0.4, y - 0.24), 0.8, 0.48, boxstyle="round,pad=0.0,rounding_size=0.1", zorder=3)
    shape.set(facecolor="#fff0c9" if first else "#e3cdf0", edgecolor=COLOURS["text"])
    axes.add_patch(shape)
    text = f"{first}-{last}" if first != last else f"{last}"
    axes.text(x, y, text, ha="center", va="center", fontsize=9, zorder=4)


def _arrow(axes: Axes, start: tuple[float, float], end: tuple[float, float], colour: str) -> None:
    arrow = FancyArrowPatch(start, end, arrowstyle="-|>", mutation_scale=9, shrinkA=0, shrinkB=0)
    arrow.set(linewidth=1.3, color=colour, zorder=2)
    axes.add_patch(arrow)
