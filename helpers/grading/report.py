"""What a class got wrong: one offline page to read in two minutes, and the same figures as CSV.

It counts submissions that were judged, whether or not they ran to their end. Names and messages come
from students: the page escapes them, and the CSV files keep a spreadsheet from running them.
"""

from __future__ import annotations

import dataclasses
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from helpers.checking.results import ICONS
from helpers.grading import report_figures
from helpers.grading.judge import ABOUT_THE_CELL
from helpers.grading.kernels.jobs import GRADED, NOT_ASKED, STATUSES, TAMPERED, Item, Record
from helpers.grading.spreadsheets import write_csv

TEMPLATE = "report.html.jinja"
ROUGH = 10  # with fewer submissions a correlation is a rough figure
FEWEST = 3  # with two submissions it is 1 or -1, whatever they hold
LOW = 0.1  # below it an exercise does not tell who knows the rest
MISSED = 1 / 3  # what so many did not get right is worth teaching again
TEACH = 3  # so many things fit into one lesson
LONGEST = 400  # characters of a message on the page; the student's feedback holds all of it


@dataclasses.dataclass(frozen=True)
class Report:
    """Where a report was written."""

    page: Path
    exercises: Path
    mistakes: Path


@dataclasses.dataclass(frozen=True)
class MistakeCount:
    """A known mistake: how many made it, their share of the submissions, what they were told."""

    exercise: str
    name: str
    times: int
    share: float
    says: str


@dataclasses.dataclass(frozen=True)
class ExerciseSummary:
    """One exercise over a class.

    counts: submissions by status of the item. unnamed: wrong or partly right answers that no known
    mistake explains; candidate is their most common message and candidate_times how often it came.
    discrimination: correlation of its points with those of all other exercises, None where not defined.
    """

    name: str
    max_points: float
    counts: Mapping[str, int]
    mean_points: float
    mistakes: tuple[MistakeCount, ...]
    unnamed: int
    candidate: str
    candidate_times: int
    discrimination: float | None
    median_seconds: float
    slowest_seconds: float
    slowest_student: str

    @property
    def submissions(self) -> int:
        return sum(self.counts.values())

    @property
    def missed(self) -> int:
        """How many did not get it right, for whatever reason."""
        return self.submissions - self.counts["right"]

    @property
    def repeated(self) -> tuple[MistakeCount, ...]:
        """The two most frequent of the mistakes that were made more than once: those worth talking about."""
        return tuple(mistake for mistake in self.mistakes if mistake.times > 1)[:2]

    @property
    def is_candidate(self) -> bool:
        """Whether the most common message without a name may be a mistake worth naming."""
        return self.candidate_times > 1 and not self.candidate.startswith(ABOUT_THE_CELL)

    @property
    def look(self) -> bool:
        """Whether the exercise itself needs a look: it does not tell who knows the rest."""
        return self.discrimination is not None and self.discrimination < LOW


def write(records: Sequence[Record], folder: Path, title: str) -> Report:
    """Write the report on the ``records`` of one lesson into ``folder``; return the files.

    The files are named after the lesson, or after ``title`` when there is no record to name it.
    """
    lesson = records[0].lesson if records else title
    if any(record.lesson != lesson for record in records):
        raise ValueError("a report is about one lesson")
    name = re.sub(r"[^\w.-]+", "_", lesson)
    report = Report(
        folder / f"report_{name}.html", folder / f"report_{name}.csv", folder / f"report_{name}_mistakes.csv"
    )
    summaries = summarise(records)
    folder.mkdir(parents=True, exist_ok=True)
    # A folder's name may hold bytes that are no text; they must not cost the class its report.
    report.page.write_text(page(records, summaries, title), encoding="utf-8", errors="backslashreplace")
    write_csv(report.exercises, EXERCISE_COLUMNS, (_exercise_row(summary) for summary in summaries))
    write_csv(report.mistakes, MISTAKE_COLUMNS, (_mistake_row(mistake) for mistake in _by_times(summaries)))
    return report


# -- counting -----------------------------------------------------------------------------


def summarise(records: Sequence[Record]) -> list[ExerciseSummary]:
    """Return a summary of every exercise, in the lesson's order."""
    answered: dict[str, list[tuple[Record, Item]]] = defaultdict(list)
    for record in records:
        for item in record.items:
            if item.status != NOT_ASKED:
                answered[item.exercise].append((record, item))
    return [_summarise_one(name, pairs) for name, pairs in answered.items()]


def _summarise_one(name: str, pairs: list[tuple[Record, Item]]) -> ExerciseSummary:
    items = [item for _, item in pairs]
    wrong = [item for item in items if item.status in ("partly", "wrong")]
    # Everyone had the same inputs: the same wrong answer is told the same thing, number by number. What
    # follows the first line is the student's own code and differs.
    messages = Counter(_first_line(item.says) for item in wrong if not item.mistake)
    candidate, times = messages.most_common(1)[0] if messages else ("", 0)
    points = [item.points for item in items]
    others = [sum(item.points for item in record.items) - own.points for record, own in pairs]
    slowest_record, slowest = max(pairs, key=lambda pair: pair[1].seconds)
    return ExerciseSummary(
        name=name,
        max_points=max(item.max_points for item in items),
        counts={status: sum(item.status == status for item in items) for status in ICONS},
        mean_points=float(np.mean(points)),
        mistakes=_count_mistakes(name, wrong, len(items)),
        unnamed=messages.total(),
        candidate=candidate,
        candidate_times=times,
        discrimination=discrimination(points, others),
        median_seconds=float(np.median([item.seconds for item in items])),
        slowest_seconds=slowest.seconds,
        slowest_student=slowest_record.student,
    )


def _count_mistakes(exercise: str, wrong: Iterable[Item], submissions: int) -> tuple[MistakeCount, ...]:
    says: dict[str, Counter[str]] = defaultdict(Counter)
    for item in wrong:
        if item.mistake:
            says[item.mistake][item.says] += 1
    return tuple(
        MistakeCount(exercise, name, told.total(), told.total() / submissions, told.most_common(1)[0][0])
        for name, told in sorted(says.items(), key=lambda entry: (-entry[1].total(), entry[0]))
    )


def discrimination(points: Sequence[float], others: Sequence[float]) -> float | None:
    """Return the correlation of an exercise's points with the points of all others (item-rest).

    None where it is not defined: either is the same for everyone, or fewer than three submissions.
    """
    if len(points) < FEWEST or min(np.ptp(points), np.ptp(others)) < 1e-9:
        return None
    return float(np.corrcoef(points, others)[0, 1])


def _by_times(summaries: Iterable[ExerciseSummary]) -> list[MistakeCount]:
    """All named mistakes, the most frequent first; those made equally often in the lesson's order."""
    return sorted((mistake for summary in summaries for mistake in summary.mistakes), key=lambda m: -m.times)


def _first_line(text: str) -> str:
    return text.strip().partition("\n")[0]


# -- the page -----------------------------------------------------------------------------


def page(records: Sequence[Record], summaries: Sequence[ExerciseSummary], title: str) -> str:
    """Return the page as HTML that needs no other file."""
    judged = [record for record in records if record.items]
    by_missed = sorted((s for s in summaries if s.missed), key=lambda s: -s.missed / s.submissions)
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(number=_number, code=_code, breakable=_breakable, count=_count, percent=_percent)
    return environment.get_template(TEMPLATE).render(
        title=title,
        records=records,
        judged=judged,
        complete=[record for record in records if record.status in (GRADED, TAMPERED)],
        cut_short=[record for record in judged if record.status not in (GRADED, TAMPERED)],
        to_look_at={status: found for status in STATUSES[1:] if (found := [r for r in records if r.status == status])},
        median=float(np.median([record.score for record in judged])) if judged else 0.0,
        full_marks=sum(record.score >= record.max_score - 1e-9 for record in judged),
        max_score=max((record.max_score for record in judged), default=0.0),
        summaries=summaries,
        teach=[s for s in by_missed if s.missed / s.submissions >= MISSED][:TEACH],
        most_missed=by_missed[0] if by_missed else None,
        mistakes=_by_times(summaries),
        unnamed=sorted((s for s in summaries if s.unnamed), key=lambda s: -s.unnamed),
        scores_figure=report_figures.scores(judged),
        success_figure=report_figures.success([(s.name, s.counts) for s in summaries]),
        grid=_grid(records),
        icons=ICONS,
        colours=report_figures.COLOURS,
        not_asked=NOT_ASKED,
        rough=ROUGH,
        low=LOW,
    )


def _grid(records: Iterable[Record]) -> list[tuple[Record, dict[str, Item]]]:
    """Students with their items by exercise: the best first, and those who could not be judged last."""
    ordered = sorted(records, key=lambda record: (not record.items, -record.score, record.student))
    return [(record, {item.exercise: item for item in record.items}) for record in ordered]


def _number(value: float) -> str:
    """A number with two decimals at most: 2, 2.5, 0.33."""
    return f"{round(value, 2) + 0.0:g}"


def _percent(share: float) -> str:
    return f"{share:.0%}".replace("%", " %")


def _count(number: int, singular: str, plural: str = "") -> str:
    return f"{number} {singular if number == 1 else plural or singular + 's'}"


def _code(text: str) -> Markup:
    """A message as HTML: what stands in backticks is code, a long one is cut."""
    if len(text) > LONGEST:
        text = text[:LONGEST].rstrip() + " ..."
    return Markup(re.sub(r"`([^`\n]+)`", r"<code>\1</code>", str(escape(text))))


def _breakable(name: str) -> Markup:
    """A name that may be broken after an underscore, so that it fits into a narrow column."""
    return Markup(str(escape(name)).replace("_", "_<wbr>"))


# -- spreadsheets -------------------------------------------------------------------------

EXERCISE_COLUMNS = (
    "exercise",
    "max_points",
    "submissions",
    *ICONS,
    "mean_points",
    "discrimination",
    "look_at_it",
    "median_seconds",
    "slowest_seconds",
    "slowest_student",
    "unnamed",
    "candidate_times",
    "candidate",
)
MISTAKE_COLUMNS = ("exercise", "mistake", "times", "share", "says")


def _exercise_row(summary: ExerciseSummary) -> tuple[Any, ...]:
    return (
        summary.name,
        summary.max_points,
        summary.submissions,
        *summary.counts.values(),
        round(summary.mean_points, 3),
        "not defined" if summary.discrimination is None else round(summary.discrimination, 3),
        "yes" if summary.look else "no",
        round(summary.median_seconds, 3),
        round(summary.slowest_seconds, 3),
        summary.slowest_student,
        summary.unnamed,
        summary.candidate_times,
        summary.candidate,
    )


def _mistake_row(mistake: MistakeCount) -> tuple[Any, ...]:
    return mistake.exercise, mistake.name, mistake.times, round(mistake.share, 3), mistake.says
