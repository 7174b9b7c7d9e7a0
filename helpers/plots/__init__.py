"""The course's figures, in one style.

Every function returns a :class:`Picture`, which a notebook shows when it is a cell's last value.
"""

from helpers.plots.bars import plot_bar_runs, plot_bars, plot_dots, plot_sentences
from helpers.plots.decoding import draw_beam, plot_alignments
from helpers.plots.lines import (
    plot_costs,
    plot_curves,
    plot_lines,
    plot_medians,
    plot_over_letters,
    plot_panels,
    plot_points,
    plot_runs,
    plot_steps,
    plot_walks,
)
from helpers.plots.maps import (
    plot_confusion,
    plot_heat_maps,
    plot_images,
    plot_masks,
    plot_pages,
    plot_reach,
    plot_time_maps,
)
from helpers.plots.networks import (
    draw_backward,
    draw_levels,
    draw_loop,
    draw_lstm,
    draw_map,
    draw_sequences,
    draw_stack,
    draw_two_directions,
    draw_unrolled,
)
from helpers.plots.picture import COLOURS, Picture, new_figure
from helpers.plots.scans import draw_scan
from helpers.plots.writing import plot_batches, plot_piano_rolls

__all__ = [
    "COLOURS",
    "Picture",
    "draw_backward",
    "draw_beam",
    "draw_levels",
    "draw_loop",
    "draw_lstm",
    "draw_map",
    "draw_scan",
    "draw_sequences",
    "draw_stack",
    "draw_two_directions",
    "draw_unrolled",
    "new_figure",
    "plot_alignments",
    "plot_bar_runs",
    "plot_bars",
    "plot_batches",
    "plot_confusion",
    "plot_costs",
    "plot_curves",
    "plot_dots",
    "plot_heat_maps",
    "plot_images",
    "plot_lines",
    "plot_masks",
    "plot_medians",
    "plot_over_letters",
    "plot_pages",
    "plot_panels",
    "plot_piano_rolls",
    "plot_points",
    "plot_reach",
    "plot_runs",
    "plot_sentences",
    "plot_steps",
    "plot_time_maps",
    "plot_walks",
]
