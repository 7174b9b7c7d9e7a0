"""The style of the course's figures, and a finished figure with its alt text.

White ground (readable in light and dark themes), the colour-blind-safe cycle petroff10, a marker or dash
beside every colour.
"""

from __future__ import annotations

import base64
import html
import io
from typing import Any

import matplotlib.style
from matplotlib.figure import Figure

DPI = 110
READABLE = 0.62  # a figure is not made smaller than this: its letters would have fewer than 10 pixels
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
CYCLE: list[str] = matplotlib.rcParams["axes.prop_cycle"].by_key()["color"]


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
        width = int.from_bytes(self.png[16:20], "big")  # where a PNG says how many pixels it is wide
        style = f"max-width:100%;min-width:{round(READABLE * width)}px;background:white"
        image = f'<img alt="{alt}" style="{style}" src="data:image/png;base64,{data}">'
        return f'<div style="overflow-x:auto">{image}</div>'  # on a narrow page it is moved sideways


def new_figure(
    columns: int = 1, rows: int = 1, width: float = 7.0, height: float = 3.2, **options: Any
) -> tuple[Figure, Any]:
    """Return a figure in the course's style and its axes, as ``plt.subplots`` would."""
    figure = Figure(figsize=(width, height), layout="constrained")
    axes = figure.subplots(rows, columns, **options)
    return figure, axes
