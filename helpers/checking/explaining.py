"""The most useful true thing to say of an answer that no known mistake explains."""

from __future__ import annotations

import dataclasses
from itertools import permutations
from typing import Any

import numpy as np

from helpers import facts
from helpers.checking.answers import Failure, Reply
from helpers.checking.comparing import close, read_numbers_as, repeats, same
from helpers.checking.keys import Key
from helpers.checking.questions import Question

SHOWN = 10  # items of a list that a message writes out


def explain_first(question: Question, key: Key, replies: list[Reply], right: list[bool]) -> tuple[str, ...]:
    index = right.index(False)
    reply, want = replies[index], key.expected[index]
    says = [_explain_reply(question, key, reply, want)]
    if isinstance(reply.answer, Failure) and reply.answer.where:
        says.append(f"In your code: {reply.answer.where}")
    tried = _describe_inputs(question, index)
    if tried:
        says.append(f"Tried with {tried} ({question.cases[index].group}).")
    return tuple(says)


def _explain_reply(question: Question, key: Key, reply: Reply, want: Any) -> str:
    name = question.name
    if isinstance(reply.answer, Failure):
        return reply.answer.text
    if not repeats(reply, key.rtol, key.atol):
        return (
            f"`{name}` answers differently when it is asked the same thing twice: something in it is drawn at random."
        )
    if reply.changed:
        return (
            f"`{name}` changes its input `{reply.changed[0]}`. The caller still needs it: build something new instead."
        )
    if reply.answer is None:
        return f"`{name}` returns None. Is a `return` missing?"
    reply = dataclasses.replace(reply, answer=read_numbers_as(reply.answer, want))
    labels = dict(enumerate(key.returns))
    if isinstance(want, str):
        letters = sorted({want, *(a for m in key.mistakes for a in m.answers if isinstance(a, str))})
        return f"Answer with one letter in quotes: {', '.join(letters[:-1])} or {letters[-1]}."
    if isinstance(want, list | tuple) and len(want) == len(labels) > 1:
        if not isinstance(reply.answer, list | tuple) or len(reply.answer) != len(want):
            wanted = ", ".join(f"`{label}`" for label, _ in key.returns)
            return f"`{name}` should return {len(want)} results ({wanted}); it returned {_kind(reply.answer)}."
        if len(want) == 2 and same(reply.answer[::-1], want, key.rtol, key.atol):
            return f"Both results are right, in the wrong order: return {labels[0][0]}, {labels[1][0]}."
        for i, (got_i, want_i) in enumerate(zip(reply.answer, want, strict=True)):
            if not same(got_i, want_i, key.rtol, key.atol):
                return explain(got_i, want_i, *labels[i], key.rtol, key.atol)
    label, axes = labels.get(0, ("the answer", ""))
    return explain(reply.answer, want, label, axes, key.rtol, key.atol)


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
    if moved := _moved_axes(got, want, 0, 0):
        return f": {' and '.join(names[axis] for axis in moved)} look swapped"
    if got.ndim == want.ndim + 1:
        for axis in range(got.ndim):
            if got.shape[axis] == 1 and got.shape[:axis] + got.shape[axis + 1 :] == want.shape:
                return f": there is an extra axis of length 1 at position {axis}"
    if got.ndim == want.ndim - 1:
        for axis in range(want.ndim):
            if want.shape[:axis] + want.shape[axis + 1 :] == got.shape:
                return f": {names[axis]} is missing"
    return ""


def _moved_axes(got: np.ndarray, want: np.ndarray, rtol: float, atol: float) -> list[int]:
    """The axes that stand elsewhere in ``got``: told by their lengths where these differ, else by the numbers."""
    if got.shape != want.shape:
        alike = got.ndim == want.ndim and sorted(got.shape) == sorted(want.shape)
        return [axis for axis in range(want.ndim) if got.shape[axis] != want.shape[axis]] if alike else []
    for order in list(permutations(range(want.ndim)))[1:] if want.ndim in (2, 3) else []:
        turned = got.transpose(order)
        if turned.shape == want.shape and np.allclose(turned, want, rtol=rtol, atol=atol):
            return [axis for axis, source in enumerate(order) if axis != source]
    return []


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
    if _moved_axes(got, want, rtol, atol):
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
    wrong = ~close(got, want, rtol, atol)
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
            part = facts.PARTS.get(names[axis], f"{names[axis]} number") + ("s" if len(at) > 1 else "")
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


def _describe_inputs(question: Question, index: int) -> str:
    pairs = zip(question.parameters, question.cases[index].inputs, strict=True)
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
