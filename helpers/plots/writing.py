"""Texts cut into streams, and music as a piano roll."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from helpers.plots.picture import COLOURS, CYCLE, MARKERS, Picture, new_figure

OCTAVE = 12
VOICE_NAMES = ("soprano", "alto", "tenor", "bass")


def plot_batches(panels: Mapping[str, Any], title: str, alt: str) -> Picture:
    """Draw how pieces of a text lie in batches, side by side: ``{panel title: pieces (batches, rows)}``.

    pieces: whole numbers, the place of each piece in the text, from 0. The pieces that row 0 reads stand out.
    """
    figure, axes = new_figure(columns=len(panels), width=4.4 * len(panels), height=2.6, squeeze=False)
    for ax, (name, values) in zip(axes[0], panels.items(), strict=True):
        pieces = np.asarray(values)
        for (batch, row), piece in np.ndenumerate(pieces):
            colour = COLOURS["state"] if row == 0 else "#e8e8e8"
            ax.add_patch(_box(batch, row, colour))
            ax.text(batch, row, f"piece {piece}", ha="center", va="center", color=COLOURS["text"])
            goes_on = batch + 1 < len(pieces) and pieces[batch + 1, row] == piece + 1
            if goes_on:
                arrow = {"arrowstyle": "-|>", "color": COLOURS["text"]}
                ax.annotate("", (batch + 0.62, row), (batch + 0.38, row), arrowprops=arrow)
        ax.set(xlim=(-0.6, len(pieces) - 0.4), ylim=(pieces.shape[1] - 0.4, -0.6))
        ax.set_xticks(range(len(pieces)), [f"batch {number}" for number in range(len(pieces))])
        ax.set_yticks(range(pieces.shape[1]), [f"row {number}" for number in range(pieces.shape[1])])
        ax.grid(False)
        ax.set_title(name, fontsize=11, fontweight="normal")
    figure.suptitle(title, x=0.01, ha="left", fontweight="bold")
    return Picture(figure, alt)


def _box(x: float, y: float, colour: str) -> Any:
    from matplotlib.patches import Rectangle

    return Rectangle((x - 0.38, y - 0.32), 0.76, 0.64, facecolor=colour, edgecolor=COLOURS["input"])


def plot_piano_rolls(panels: Mapping[str, Any], title: str, alt: str, given: Sequence[int] = ()) -> Picture:
    """Draw chords as piano rolls side by side: ``{panel title: chords (steps, 4)}``, MIDI numbers, 0 for a rest.

    A held note is one long bar, each voice in its colour, with its marker where a note begins. given: for each panel,
    how many steps at the beginning were there before the rest was made; they are shaded.
    """
    figure, axes = new_figure(columns=len(panels), width=5.6 * len(panels), height=3.8, sharey=True, squeeze=False)
    for number, (ax, (name, chords)) in enumerate(zip(axes[0], panels.items(), strict=True)):
        chords = np.asarray(chords)
        for place, voice in enumerate(chords.T):
            starts = np.flatnonzero(np.diff(voice, prepend=-1))
            ends = [*starts[1:], len(voice)]
            bars = [(start, end) for start, end in zip(starts, ends, strict=True) if voice[start] > 0]
            label, look = VOICE_NAMES[place], {"color": CYCLE[place], "marker": MARKERS[place]}
            for start, end in bars:
                ax.plot([start + 0.1, end - 0.1], [voice[start]] * 2, lw=4, solid_capstyle="butt", color=CYCLE[place])
            ax.plot([s + 0.1 for s, _ in bars], [voice[s] for s, _ in bars], ls="", ms=5, label=label, **look)
        if number < len(given) and given[number]:
            ax.axvspan(0, given[number], color=COLOURS["input"], alpha=0.25, lw=0)
        ax.set(xlabel="step, an eighth each", xlim=(0, len(chords)))
        ax.set_title(name, fontsize=11, fontweight="normal")
    lowest, highest = (int(limit) for limit in axes[0][0].get_ylim())
    octaves = [note for note in range(lowest, highest + 1) if note % OCTAVE == 0]
    axes[0][0].set_yticks(octaves, [f"C{note // OCTAVE - 1}" for note in octaves])
    axes[0][0].set_ylabel("note")
    axes[0][-1].legend(frameon=False, loc="upper left", bbox_to_anchor=(1.0, 1.0))
    figure.suptitle(title, x=0.01, ha="left", fontweight="bold")
    return Picture(figure, alt)
