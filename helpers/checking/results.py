"""How a verdict is shown: a score that nbgrader reads and a box that people read."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping

from helpers.checking.verdicts import Verdict

ICONS = {"right": "✔", "partly": "◐", "wrong": "✘", "unwritten": "○"}
COLOURS = {"right": "#1a7f37", "partly": "#9a6700", "wrong": "#c62828", "unwritten": "#6e7781"}
# Both colours come from JupyterLab's theme; outside Lab the fallbacks are a readable pair.
BOX = (
    "border-left:6px solid {colour};padding:.6em 1em;margin:.4em 0;max-width:60em;"
    "background:var(--jp-layout-color2,#f3f3f3);color:var(--jp-content-font-color1,#111)"
)


class Score(float):
    """Points of an exercise. Its repr is the bare number, which nbgrader reads as the points."""

    max_points: float

    def __new__(cls, points: float, max_points: float) -> Score:
        score = super().__new__(cls, points)
        score.max_points = max_points
        return score

    def __repr__(self) -> str:
        return f"{float(self):g}"

    def _repr_html_(self) -> str:
        return f"<small>{self!r} of {self.max_points:g} points</small>"


class Box:
    """Lines as a page shows them, the headline first: HTML in Jupyter, plain text elsewhere."""

    colour = COLOURS["unwritten"]

    def lines(self) -> list[str]:
        raise NotImplementedError

    def __repr__(self) -> str:
        return "\n".join(self.lines())

    def _repr_html_(self) -> str:
        head, *body = self.lines()
        paragraphs = "".join(
            f'<div style="margin-top:.35em;white-space:pre-wrap">{_to_html(line)}</div>' for line in body
        )
        return f'<div style="{BOX.format(colour=self.colour)}"><b>{html.escape(head)}</b>{paragraphs}</div>'


class ResultBox(Box):
    """A verdict on one exercise."""

    def __init__(self, verdict: Verdict, reveal: str = "") -> None:
        self.verdict = verdict
        self.reveal = reveal if verdict.status == "right" else ""
        self.colour = COLOURS[verdict.status]

    def lines(self) -> list[str]:
        """The box as plain lines, headline first."""
        v = self.verdict
        words = {"right": "right", "partly": "partly right", "wrong": "not right yet", "unwritten": "not written yet"}
        head = f"{ICONS[v.status]} {v.exercise}: {words[v.status]} ({v.points:g} of {v.max_points:g} points)"
        body = list(v.says)
        if v.status in ("partly", "wrong") and len(v.groups) > 1:
            body.append("  ".join(f"{'✔' if ok else '✘'} {group}" for group, ok in v.groups))
        if self.reveal:
            body.append(self.reveal)
        if v.printed and v.status != "right":
            body.append("Your code printed: " + v.printed.rstrip())
        return [head, *body]


class PointsBox(Box):
    """The points of a lesson so far: verdicts by exercise, and the most that each of all its exercises gives."""

    def __init__(self, verdicts: Mapping[str, Verdict], most: Mapping[str, float]) -> None:
        self.verdicts, self.most = verdicts, most
        self.colour = COLOURS["right" if all(self._status(name) == "right" for name in most) else "unwritten"]

    def _status(self, name: str) -> str:
        return self.verdicts[name].status if name in self.verdicts else "unchecked"

    def lines(self) -> list[str]:
        """The sum, then what is open, by what there is to do."""
        points = sum(verdict.points for verdict in self.verdicts.values())
        head = f"{round(points, 2):g} of {sum(self.most.values()):g} points"
        words = {
            "not right yet": ("wrong", "partly"),
            "not written yet": ("unwritten",),
            "not checked since this notebook was started": ("unchecked",),
        }
        found = {what: [n for n in self.most if self._status(n) in kinds] for what, kinds in words.items()}
        is_open = [f"{_capital(what)}: {', '.join(f'`{n}`' for n in names)}." for what, names in found.items() if names]
        return [head, *(is_open or [f"All {len(self.most)} exercises are right."])]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _to_html(line: str) -> str:
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(line))
