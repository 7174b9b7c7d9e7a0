"""From answers to a verdict: which cases are right, and the most useful true thing to say.

Nothing here runs a student's code: it sees plain values only (see :mod:`helpers.answers`).
"""

from __future__ import annotations

import dataclasses
import re
from itertools import permutations
from typing import Any

import numpy as np

from helpers.answers import Failure
from helpers.casefile import Exercise, KnownMistake

PARTS = {"B": "instance", "T": "step", "D": "feature", "U": "unit"}  # one place along each axis


SHOWN = 10  # items of a list that a message writes out


@dataclasses.dataclass(frozen=True)
class Reply:
    """What a function answered to one case.

    answer: a plain value or a Failure. again: the answer to the same case asked once more, where
    the exercise asks twice. changed: names of inputs the function changed. printed: what it printed.
    """

    answer: Any
    again: Any = None
    changed: tuple[str, ...] = ()
    printed: str = ""


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


def judge(exercise: Exercise, replies: list[Reply]) -> Verdict:
    """Compare ``replies`` (one per case) with what the solution answered."""
    if all(isinstance(r.answer, Failure) and r.answer.kind == "unwritten" for r in replies):
        says = replies[0].answer.text
        return Verdict(exercise.name, 0.0, exercise.points, "unwritten", (says,))
    right = [_case_right(exercise, i, reply) for i, reply in enumerate(replies)]
    groups: dict[str, bool] = {}
    for case, ok in zip(exercise.cases, right, strict=True):
        groups[case.group] = groups.get(case.group, True) and ok
    printed = next((reply.printed for reply in replies if reply.printed), "")
    points = round(exercise.points * sum(groups.values()) / len(groups), 2)
    result = Verdict(exercise.name, points, exercise.points, "right", (), "", tuple(groups.items()), printed)
    if all(right):
        return result
    mistake = _find_mistake(exercise, replies, right)
    if mistake is not None:
        says, name = (mistake.says,), mistake.name
    else:
        says, name = _explain_first(exercise, replies, right), ""
    status = "partly" if points > 0 else "wrong"
    return dataclasses.replace(result, status=status, says=says, mistake=name)


def same(got: Any, want: Any, rtol: float, atol: float) -> bool:
    """Whether two plain values agree. Shapes first; dtypes are forgiven, a list for a tuple too.

    NaN equals NaN, so that a known mistake may answer NaN; what is expected never holds one.
    """
    got = _read_numbers_as(got, want)
    if isinstance(want, np.ndarray):
        return isinstance(got, np.ndarray) and got.shape == want.shape and bool(_close(got, want, rtol, atol).all())
    if isinstance(want, str):
        return isinstance(got, str) and got.strip().casefold() == want.strip().casefold()
    if isinstance(want, list | tuple):
        return (
            isinstance(got, list | tuple)
            and len(got) == len(want)
            and all(same(g, w, rtol, atol) for g, w in zip(got, want, strict=True))
        )
    if isinstance(want, dict):
        return (
            isinstance(got, dict) and got.keys() == want.keys() and all(same(got[k], want[k], rtol, atol) for k in want)
        )
    if isinstance(want, Failure):
        return isinstance(got, Failure) and _failure_words(got) == _failure_words(want)
    return want is None and got is None


def _read_numbers_as(got: Any, want: Any) -> Any:
    """Single numbers side by side are one answer, whether they come as a tuple or as a vector: read them as ``want``.

    Python numbers in a tuple are read as a vector, NumPy's and TensorFlow's are not (:func:`helpers.answers.plain`).
    """
    if isinstance(want, np.ndarray) and want.ndim == 1 and isinstance(got, tuple) and _single_numbers(got):
        return np.stack(got)
    if isinstance(want, list | tuple) and _single_numbers(want) and isinstance(got, np.ndarray) and got.ndim == 1:
        return list(map(np.asarray, got))
    return got


def _single_numbers(values: Any) -> bool:
    return bool(values) and all(isinstance(value, np.ndarray) and value.ndim == 0 for value in values)


def _failure_words(failure: Failure) -> tuple[str, str]:
    """What a failure says, without the running numbers that Keras gives to layers (dense_3)."""
    return failure.kind, re.sub(r"_\d+\b", "", failure.text)


def _close(got: np.ndarray, want: np.ndarray, rtol: float, atol: float) -> np.ndarray:
    if want.dtype.kind in "biu":  # a count is right or wrong
        rtol, atol = 0.0, 1e-6
    with np.errstate(invalid="ignore", over="ignore"):
        return np.isclose(got.astype(np.float64), want.astype(np.float64), rtol=rtol, atol=atol, equal_nan=True)


def _case_right(exercise: Exercise, index: int, reply: Reply) -> bool:
    want = exercise.expected[index]
    if isinstance(reply.answer, Failure) or reply.changed:
        return False
    if reply.again is not None and not same(reply.again, want, exercise.rtol, exercise.atol):
        return False
    return same(reply.answer, want, exercise.rtol, exercise.atol)


def _find_mistake(exercise: Exercise, replies: list[Reply], right: list[bool]) -> KnownMistake | None:
    """The mistake whose answers are these in every case, or else in most of the wrong ones.

    One case is too few: small numbers, as in an example by hand, make different mistakes look alike.
    """
    if _not_repeatable(exercise, replies[0]):
        return next((m for m in exercise.mistakes if m.random), None)
    if any(reply.changed for reply in replies):
        return None
    known = [m for m in exercise.mistakes if not m.random]
    wrong = [i for i, case_right in enumerate(right) if not case_right]

    def agrees(m: KnownMistake, i: int) -> bool:
        return same(replies[i].answer, m.answers[i], exercise.rtol, exercise.atol)

    def alike(m: KnownMistake, i: int) -> bool:
        return agrees(m, i) and not isinstance(replies[i].answer, Failure)

    def shares(m: KnownMistake, i: int) -> bool:
        return _shares_wrong_part(exercise, replies[i].answer, exercise.expected[i], m.answers[i])

    for m in known:
        if all(agrees(m, i) for i in range(len(replies))):
            return m
    for likeness in (alike, shares):
        for m in known:
            if sum(likeness(m, i) for i in wrong) > len(wrong) / 2:
                return m
    return None


def _shares_wrong_part(exercise: Exercise, got: Any, want: Any, known: Any) -> bool:
    """Whether, of several results, the first wrong one is as wrong as a known mistake's."""
    parts = (got, want, known)
    if not all(isinstance(part, list | tuple) and len(part) == len(exercise.returns) > 1 for part in parts):
        return False
    for g, w, k in zip(*parts, strict=True):
        if not same(g, w, exercise.rtol, exercise.atol):
            return same(g, k, exercise.rtol, exercise.atol)
    return False


def _not_repeatable(exercise: Exercise, reply: Reply) -> bool:
    if reply.again is None or isinstance(reply.again, Failure) or isinstance(reply.answer, Failure):
        return False  # what is raised may name a layer by a running number
    return not same(reply.again, reply.answer, exercise.rtol, exercise.atol)


# -- what to say --------------------------------------------------------------------------


def _explain_first(exercise: Exercise, replies: list[Reply], right: list[bool]) -> tuple[str, ...]:
    index = right.index(False)
    reply, want = replies[index], exercise.expected[index]
    says = [_explain_reply(exercise, reply, want)]
    if isinstance(reply.answer, Failure) and reply.answer.where:
        says.append(f"In your code: {reply.answer.where}")
    tried = _describe_inputs(exercise, index)
    if tried:
        says.append(f"Tried with {tried} ({exercise.cases[index].group}).")
    return tuple(says)


def _explain_reply(exercise: Exercise, reply: Reply, want: Any) -> str:
    name = exercise.name
    if isinstance(reply.answer, Failure):
        return reply.answer.text
    if _not_repeatable(exercise, reply):
        return (
            f"`{name}` answers differently when it is asked the same thing twice: something in it is drawn at random."
        )
    if reply.changed:
        return (
            f"`{name}` changes its input `{reply.changed[0]}`. The caller still needs it: build something new instead."
        )
    if reply.answer is None:
        return f"`{name}` returns None. Is a `return` missing?"
    reply = dataclasses.replace(reply, answer=_read_numbers_as(reply.answer, want))
    labels = dict(enumerate(exercise.returns))
    if isinstance(want, str):
        letters = sorted({want, *(a for m in exercise.mistakes for a in m.answers if isinstance(a, str))})
        return f"Answer with one letter in quotes: {', '.join(letters[:-1])} or {letters[-1]}."
    if isinstance(want, list | tuple) and len(want) == len(labels) > 1:
        if not isinstance(reply.answer, list | tuple) or len(reply.answer) != len(want):
            wanted = ", ".join(f"`{label}`" for label, _ in exercise.returns)
            return f"`{name}` should return {len(want)} results ({wanted}); it returned {_kind(reply.answer)}."
        if len(want) == 2 and same(reply.answer[::-1], want, exercise.rtol, exercise.atol):
            return f"Both results are right, in the wrong order: return {labels[0][0]}, {labels[1][0]}."
        for i, (got_i, want_i) in enumerate(zip(reply.answer, want, strict=True)):
            if not same(got_i, want_i, exercise.rtol, exercise.atol):
                return explain(got_i, want_i, *labels[i], exercise.rtol, exercise.atol)
    label, axes = labels.get(0, ("the answer", ""))
    return explain(reply.answer, want, label, axes, exercise.rtol, exercise.atol)


def explain(got: Any, want: Any, label: str, axes: str, rtol: float, atol: float) -> str:
    """One sentence on how ``got`` differs from ``want``; ``axes`` names want's axes ("B T U")."""
    if isinstance(want, np.ndarray):
        return _explain_array(got, want, label, axes, rtol, atol)
    if isinstance(want, list | tuple):
        if not isinstance(got, list | tuple) or len(got) != len(want):
            return f"`{label}` should be a list of {len(want)}; it is {_kind(got)}."
        for i, (g, w) in enumerate(zip(got, want, strict=True)):
            if not same(g, w, rtol, atol):
                return explain(g, w, f"{label}[{i}]", axes, rtol, atol)
    if isinstance(want, dict):
        return _explain_dict(got, want, label, rtol, atol)
    return f"`{label}` is {_kind(got)}; {_kind(want)} was expected."


def _explain_dict(got: Any, want: dict[str, Any], label: str, rtol: float, atol: float) -> str:
    if "layer" in want and (not isinstance(got, dict) or got.get("layer") != want["layer"]):
        return f"`{label}` should be a {want['layer']}; it is {_kind(got)}."
    if not isinstance(got, dict) or got.keys() != want.keys():
        return f"`{label}` should be a dictionary with the keys {sorted(want)}; it is {_kind(got)}."
    key = next(key for key in want if not same(got[key], want[key], rtol, atol))
    return explain(got[key], want[key], f"{label}.{key}", "", rtol, atol)


def _explain_array(got: Any, want: np.ndarray, label: str, axes: str, rtol: float, atol: float) -> str:
    wanted = _shape_words(want, axes)
    if got is None:
        return f"`{label}` is None; {wanted} was expected. Is a `return` missing?"
    if isinstance(got, list | tuple) and len(got) == 1 and same(got[0], want, rtol, atol):
        return f"`{label}` is right, but wrapped in a {type(got).__name__}: return the tensor itself."
    if not isinstance(got, np.ndarray):
        cure = ": tf.stack makes one tensor of them" if _is_array_list(got) and want.ndim else ""
        return f"`{label}` is {_kind(got)}; {wanted} was expected{cure}."
    if got.shape != want.shape:
        return f"`{label}` has shape {got.shape}; {wanted} was expected{_shape_cure(got, want, axes)}."
    if not np.isfinite(got).all():
        what = "NaN" if np.isnan(got).any() else "infinite values"
        return f"`{label}` contains {what}: a division by zero, or a number that grew without limit?"
    likeness = _likeness(got.astype(np.float64), want.astype(np.float64), axes, rtol, atol)
    if likeness:
        return f"`{label}` is {likeness}."
    return _first_difference(got, want, label, axes, rtol, atol)


def _shape_cure(got: np.ndarray, want: np.ndarray, axes: str) -> str:
    names = axes.split() if len(axes.split()) == want.ndim else [f"axis {i}" for i in range(want.ndim)]
    if got.ndim == want.ndim and sorted(got.shape) == sorted(want.shape):
        moved = [names[i] for i in range(want.ndim) if got.shape[i] != want.shape[i]]
        return f": {' and '.join(moved)} look swapped"
    if got.ndim == want.ndim + 1:
        for axis in range(got.ndim):
            if got.shape[axis] == 1 and got.shape[:axis] + got.shape[axis + 1 :] == want.shape:
                return f": there is an extra axis of length 1 at position {axis}"
    if got.ndim == want.ndim - 1:
        for axis in range(want.ndim):
            if want.shape[:axis] + want.shape[axis + 1 :] == got.shape:
                return f": {names[axis]} is missing"
    return ""


def _likeness(got: np.ndarray, want: np.ndarray, axes: str, rtol: float, atol: float) -> str:
    """What turns ``got`` into ``want``, if it is something simple."""

    def matches(candidate: np.ndarray) -> bool:
        return candidate.shape == want.shape and np.allclose(candidate, want, rtol=rtol, atol=atol)

    if matches(-got):
        return "right except for its sign"
    factor = _constant_factor(got, want)
    if factor is not None and matches(got / factor):
        return f"{factor:.4g} times what it should be, everywhere"
    names = axes.split() if len(axes.split()) == want.ndim else [f"axis {i}" for i in range(want.ndim)]
    for order in list(permutations(range(want.ndim)))[1:] if want.ndim in (2, 3) else []:
        if matches(got.transpose(order)):
            return "right except that its axes are swapped"
    for axis in range(want.ndim):
        if want.shape[axis] > 1 and matches(np.flip(got, axis)):
            return f"right, but in reverse order along {names[axis]}"
    return ""


def _constant_factor(got: np.ndarray, want: np.ndarray) -> float | None:
    used = np.abs(want) > 1e-6
    if used.sum() < 2:
        return None
    ratio = float(np.median(got[used] / want[used]))
    return ratio if abs(ratio) > 1e-6 and abs(ratio - 1) > 1e-3 else None


def _first_difference(got: np.ndarray, want: np.ndarray, label: str, axes: str, rtol: float, atol: float) -> str:
    wrong = ~_close(got, want, rtol, atol)
    index = tuple(int(i) for i in np.argwhere(wrong)[0])
    place = f"{label}[{', '.join(map(str, index))}]" if index else label
    text = f"`{place}` is {_number(got[index])}; {_number(want[index])} was expected"
    if want.size == 1:
        return text + "."
    names = axes.split() if len(axes.split()) == want.ndim else [f"axis {i}" for i in range(want.ndim)]
    for axis in range(want.ndim):
        others = tuple(i for i in range(want.ndim) if i != axis)
        at = np.flatnonzero(wrong.any(axis=others) if others else wrong)
        if 0 < len(at) < want.shape[axis]:
            where = ", ".join(map(str, at[:6])) + (", ..." if len(at) > 6 else "")
            part = PARTS.get(names[axis], f"{names[axis]} number") + ("s" if len(at) > 1 else "")
            return f"{text}. What differs is in {part} {where} ({wrong.sum()} of {want.size} numbers)."
    return f"{text} ({wrong.sum()} of {want.size} entries differ)."


def _shape_words(want: np.ndarray, axes: str) -> str:
    if want.ndim == 0:
        return "a single number"
    named = f" = ({', '.join(axes.split())})" if len(axes.split()) == want.ndim else ""
    return f"shape {want.shape}{named}"


def _kind(value: Any) -> str:
    if value is None:
        return "None"
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}" if value.ndim else f"the number {_number(value[()])}"
    if isinstance(value, str):
        return f"the text {value[:30]!r}"
    if isinstance(value, list | tuple):
        content = " arrays" if _is_array_list(value) else ""
        return f"a {type(value).__name__} of {len(value)}{content}"
    if isinstance(value, dict):
        return f"a {value['layer']}" if "layer" in value else f"a dictionary with the keys {sorted(value)[:8]}"
    return "something else"


def _is_array_list(value: Any) -> bool:
    return isinstance(value, list | tuple) and bool(value) and all(isinstance(item, np.ndarray) for item in value)


def _number(value: Any) -> str:
    return str(bool(value)) if isinstance(value, bool | np.bool_) else f"{value:.5g}"


def _describe_inputs(exercise: Exercise, index: int) -> str:
    pairs = zip(exercise.parameters, exercise.cases[index].inputs, strict=True)
    return ", ".join(f"{name} {_describe_input(value)}" for name, value in pairs)


def _describe_input(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return str(value.shape) if value.ndim else f"= {_number(value[()])}"
    if isinstance(value, list | tuple) and value and all(isinstance(item, int | float | str) for item in value):
        shown = ", ".join(map(repr, value[:SHOWN]))
        return f"= [{shown}]" if len(value) <= SHOWN else f"= [{shown}, ...], {len(value)} of them"
    if isinstance(value, list | tuple) and value:
        return f"({len(value)} x {_describe_input(value[0])})"
    if isinstance(value, bool | int | float | str) or value is None:
        return f"= {value!r}"
    return f"= a {type(value).__name__}"
