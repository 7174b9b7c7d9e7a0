"""From answers to a verdict: which cases are right, and which known mistake the others are.

Nothing here runs a student's code: it sees plain values only (see :mod:`helpers.checking.answers`).
"""

from __future__ import annotations

import dataclasses
import re
from typing import Any

import numpy as np

from helpers.checking.answers import Failure, Reply
from helpers.checking.comparing import read_as, repeats, same, settled
from helpers.checking.explaining import explain_first
from helpers.checking.keys import Key, KnownMistake
from helpers.checking.questions import Question

ORDER_ALONE = re.compile(r"Both [\w ]+ are right, in the wrong order")
PRAISE = re.compile(r"(?:`|The )(?P<label>\w+)`? (?:is|are) right(?:\. (?:But )?|, but )")  # of one of several results


@dataclasses.dataclass(frozen=True)
class Verdict:
    """The judgement of one exercise.

    status: "right", "partly", "wrong" or "unwritten". mistake: name of the known mistake, or "".
    says: sentences for the student. groups: (group, all its cases right).
    """

    exercise: str
    points: float
    max_points: float
    status: str
    says: tuple[str, ...]
    mistake: str = ""
    groups: tuple[tuple[str, bool], ...] = ()
    printed: str = ""


def judge(question: Question, key: Key, replies: list[Reply]) -> Verdict:
    """Compare ``replies`` (one per case) with what the solution answered."""
    if all(isinstance(r.answer, Failure) and r.answer.kind == "unwritten" for r in replies):
        says = replies[0].answer.text
        return Verdict(question.name, 0.0, key.points, "unwritten", (says,))
    replies = [_unpacked(key, reply, want) for reply, want in zip(replies, key.expected, strict=True)]
    right = [_case_right(key, i, reply) for i, reply in enumerate(replies)]
    groups: dict[str, bool] = {}
    for case, ok in zip(question.cases, right, strict=True):
        groups[case.group] = groups.get(case.group, True) and ok
    printed = next((reply.printed for reply in replies if reply.printed), "")
    points = round(key.points * sum(groups.values()) / len(groups), 2)
    result = Verdict(question.name, points, key.points, "right", (), "", tuple(groups.items()), printed)
    if all(right):
        return result
    mistake = _find_mistake(key, replies, right)
    if mistake is not None:
        says, name = (_without_false_praise(mistake.says, key, replies),), mistake.name
    else:
        says, name = explain_first(question, key, replies, right), ""
    status = "partly" if points > 0 else "wrong"
    return dataclasses.replace(result, status=status, says=says, mistake=name)


def _unpacked(key: Key, reply: Reply, want: Any) -> Reply:
    """Take one tensor for the several results of equal shape that it holds, as ``h, c = f(...)`` would."""

    def parts(value: Any) -> Any:
        whole = isinstance(value, np.ndarray) and value.shape == (len(want), *want[0].shape)
        return list(map(np.asarray, value)) if whole else value

    several = len(key.returns) > 1 and isinstance(want, list | tuple) and len(want) == len(key.returns)
    if not several or not all(isinstance(part, np.ndarray) and part.shape == want[0].shape for part in want):
        return reply
    return dataclasses.replace(reply, answer=parts(reply.answer), again=parts(reply.again))


def _case_right(key: Key, index: int, reply: Reply) -> bool:
    want = key.expected[index]
    if isinstance(reply.answer, Failure) or reply.changed:
        return False
    if reply.again is not None and not same(reply.again, want, key.rtol, key.atol):
        return False
    return same(reply.answer, want, key.rtol, key.atol)


def _find_mistake(key: Key, replies: list[Reply], right: list[bool]) -> KnownMistake | None:
    """The mistake whose answers are these in every case, or else the one that explains most of the wrong ones.

    A mistake explains most when it does so among all cases that are wrong here or would be wrong by it: a case
    that is right, though the mistake answers wrongly there, speaks against it as much as another wrong answer.
    One case is too few: small numbers, as in an example by hand, make different mistakes look alike. So does a yes
    or a no: where nothing else is asked, three quarters of the cases must be explained instead of half.
    """
    if not all(repeats(reply, key.rtol, key.atol) for reply in replies):
        return next((m for m in key.mistakes if m.random), None)
    if any(reply.changed for reply in replies):
        return None
    known = [m for m in key.mistakes if not m.random]
    cases = range(len(replies))

    def agrees(m: KnownMistake, i: int) -> bool:
        return same(replies[i].answer, m.answers[i], key.rtol, key.atol)

    def alike(m: KnownMistake, i: int) -> bool:
        return agrees(m, i) and not isinstance(replies[i].answer, Failure)

    def shares(m: KnownMistake, i: int) -> bool:
        return _shares_wrong_parts(key, replies[i].answer, key.expected[i], m.answers[i])

    for m in known:
        if all(agrees(m, i) for i in cases):
            return m
    touched = [
        [i for i in cases if not (right[i] and same(m.answers[i], key.expected[i], key.rtol, key.atol))] for m in known
    ]
    yes_or_no = all(isinstance(want, np.ndarray) and want.dtype == bool for want in map(settled, key.expected))
    for likeness in (alike, shares):
        shares_of_cases = [
            sum(likeness(m, i) for i in at if not right[i]) / len(at) for m, at in zip(known, touched, strict=True)
        ]
        if known and max(shares_of_cases) > (3 / 4 if yes_or_no else 1 / 2):
            found = known[shares_of_cases.index(max(shares_of_cases))]
            return None if ORDER_ALONE.match(found.says) else found  # more than the order is wrong somewhere
    # A letter is chosen for each case by itself: what is said of one case alone holds, whatever the others are.
    return next((m for i in cases for m in known if not right[i] and _chooses(m, i, key) and agrees(m, i)), None)


def _chooses(mistake: KnownMistake, index: int, key: Key) -> bool:
    """Whether a mistake is another text than the expected one in this case, and in no other."""
    if not isinstance(key.expected[index], str):
        return False
    answers = zip(mistake.answers, key.expected, strict=True)
    wrong = [i for i, (answer, want) in enumerate(answers) if not same(answer, want, key.rtol, key.atol)]
    return wrong == [index] and isinstance(mistake.answers[index], str)


def _without_false_praise(says: str, key: Key, replies: list[Reply]) -> str:
    """``says`` without a beginning such as "`x` is right. But", unless x is right in every case.

    An answer is known by most of its wrong cases; in the others a second mistake may have spoilt what the first leaves.
    """
    praise = PRAISE.match(says)
    labels = [label for label, _ in key.returns]
    labels = labels[0].split(", ") if len(labels) == 1 else labels
    if praise is None or len(labels) < 2 or praise["label"] not in labels:
        return says
    part = labels.index(praise["label"])
    for reply, want in zip(replies, key.expected, strict=True):
        got = read_as(reply.answer, want)
        whole = isinstance(got, list | tuple) or (isinstance(got, np.ndarray) and got.ndim > 0)
        its = got[part] if whole and len(got) == len(labels) else got  # or it came alone
        wanted = want[part]
        if isinstance(want, np.ndarray):
            its, wanted = (np.asarray(value) if isinstance(value, np.generic) else value for value in (its, wanted))
        if not same(its, wanted, key.rtol, key.atol):
            return _capital(says[praise.end() :])
    return says


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _shares_wrong_parts(key: Key, got: Any, want: Any, known: Any) -> bool:
    """Whether, of several results, the same ones are wrong as by a known mistake, most of them as it has them.

    A second mistake may change the others; a result that is right where the mistake is wrong rules it out.
    """
    parts = (got, want, known)
    if not all(isinstance(part, list | tuple) and len(part) == len(key.returns) > 1 for part in parts):
        return False
    equal = []
    for g, w, k in zip(*parts, strict=True):
        is_right = same(g, w, key.rtol, key.atol)
        if is_right != same(k, w, key.rtol, key.atol):
            return False
        if not is_right:
            equal.append(same(g, k, key.rtol, key.atol))
    return bool(equal) and equal[0] and 2 * sum(equal) > len(equal)
