"""The most useful true thing to say of an answer that no known mistake explains."""

from __future__ import annotations

import dataclasses
import re
from itertools import permutations
from typing import Any

import numpy as np

from helpers import facts
from helpers.checking.answers import Failure, Reply
from helpers.checking.comparing import close, numbers_in, read_as, repeats, same, settled
from helpers.checking.keys import Key
from helpers.checking.questions import Question

GRADIENT = re.compile(r"grad|\bd(?:x|h|kernel|recurrent_kernel|bias)")  # in the name of an exercise or a result
SHOWN = 10  # items of a list that a message writes out
LEAST_SHIFTED = 4  # places along an axis: with fewer, a shift may be chance


def explain_first(question: Question, key: Key, replies: list[Reply], right: list[bool]) -> tuple[str, ...]:
    """Say what is amiss with the first wrong case, or what most of the wrong cases have in common."""
    wrong = [index for index, case_right in enumerate(right) if not case_right]
    index = wrong[0]
    reply, want = replies[index], key.expected[index]
    turned = all(_is_turned(replies[i].answer, key.expected[i], key) for i in wrong)
    says = [_explain_reply(question, key, reply, want, _shared_likeness(key, replies, wrong), turned)]
    if _one_part_alone(key, replies, wrong):
        says[0] += " The other results are right."
    if isinstance(reply.answer, Failure) and reply.answer.where:
        says.append(f"In your code: {reply.answer.where}")
    if isinstance(reply.answer, Failure) and reply.changed:
        says.append(
            f"By then it had changed its input `{reply.changed[0]}`. Methods that change a list, such as `.sort()`, "
            "return None."
        )
    tried = _describe_inputs(question, index)
    if tried:
        says.append(f"Tried with {tried} ({question.cases[index].group}).")
    return tuple(says)


def _explain_reply(question: Question, key: Key, reply: Reply, want: Any, likeness: str, always_turned: bool) -> str:
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
        said = f"`{name}` returns None. Is a `return` missing? If there is one, what stands behind it is None."
        return f"{said}{_of_a_tape(name, *(label for label, _ in key.returns))}"
    if isinstance(want, str):
        all_answers = [*key.expected, *(answer for m in key.mistakes for answer in m.answers)]
        letters = sorted({answer for answer in all_answers if isinstance(answer, str)})
        if isinstance(reply.answer, str) and reply.answer.strip().upper() in letters:
            return f"The answer is another letter than {reply.answer.strip().upper()}."
        return f"Answer with one letter in quotes: {', '.join(letters[:-1])} or {letters[-1]}."
    if likeness:
        return likeness
    got = read_as(reply.answer, want)
    if _is_several(key, want):
        labels = [label for label, _ in key.returns]
        alone = any(same(got, part, key.rtol, key.atol) for part in want)
        if alone or not isinstance(got, list | tuple) or len(got) != len(want):
            return _miscounted(name, labels, got, want, key)
        if _is_turned(got, want, key):
            said = f"Both results are right, in the wrong order: return {labels[0]}, {labels[1]}."
            return said if always_turned else f"Here b{said[1:]} With other inputs more than the order is wrong."
        for (label, axes), got_i, want_i in zip(key.returns, got, want, strict=True):
            if not same(got_i, want_i, key.rtol, key.atol):
                return explain(got_i, want_i, label, axes, key.rtol, key.atol)
    label, axes = key.returns[0] if len(key.returns) == 1 else ("the answer", "")
    if isinstance(got, list | tuple) and any(same(part, want, key.rtol, key.atol) for part in got) and len(got) > 1:
        return f"`{label}` is right, but {_counted(len(got) - 1)} came with it: return `{label}` alone."
    return explain(got, want, label, axes, key.rtol, key.atol)


def _is_turned(got: Any, want: Any, key: Key) -> bool:
    """Whether two results are right, but for their order."""
    got = read_as(got, want)
    turned = _is_several(key, want) and len(want) == 2 and isinstance(got, list | tuple) and len(got) == 2
    return turned and same(got[::-1], want, key.rtol, key.atol)


def _is_several(key: Key, want: Any) -> bool:
    return isinstance(want, list | tuple) and len(want) == len(key.returns) > 1


def _one_part_alone(key: Key, replies: list[Reply], wrong: list[int]) -> bool:
    """Whether, of three or more results, the same one is wrong in every wrong case, and no other."""
    parts = set()
    for reply, want in ((replies[index], key.expected[index]) for index in wrong):
        got = reply.answer
        if not _is_several(key, want) or not isinstance(got, list | tuple) or len(got) != len(want) or len(want) < 3:
            return False
        if reply.changed or not repeats(reply, key.rtol, key.atol):
            return False
        pairs = enumerate(zip(got, want, strict=True))
        parts.add(tuple(i for i, (g, w) in pairs if not same(g, w, key.rtol, key.atol)))
    return len(parts) == 1 and len(parts.pop()) == 1


def _miscounted(name: str, labels: list[str], got: Any, want: Any, key: Key) -> str:
    wanted = ", ".join(f"`{label}`" for label in labels)
    start = f"`{name}` should return {len(want)} results ({wanted}); it returned "
    for label, part in zip(labels, want, strict=True):
        if same(got, part, key.rtol, key.atol):
            return f"{start}`{label}` alone, which is right."
    return f"{start}{_kind(settled(got))}."


def _counted(others: int) -> str:
    return "another result" if others == 1 else f"{others} other results"


def explain(got: Any, want: Any, label: str, axes: str, rtol: float, atol: float) -> str:
    """One sentence on how ``got`` differs from ``want``; ``axes`` names want's axes ("B T U")."""
    got = read_as(got, want)
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


def _of_a_tape(*names: str) -> str:
    """Where None may come from, in exercises on gradients."""
    if not any(GRADIENT.search(name) for name in names):
        return ""
    return " A tape's gradient is None for what the tape did not watch."


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
        return f"`{label}` is None; {wanted} was expected.{_of_a_tape(label)}"
    if isinstance(got, list | tuple) and len(got) == 1 and same(got[0], want, rtol, atol):
        return f"`{label}` is right, but wrapped in a {type(got).__name__}: return the tensor itself."
    if not isinstance(got, np.ndarray):
        if _is_ragged(got):
            return f"`{label}` is a ragged list, its rows have different lengths; {wanted} was expected."
        cure = ": tf.stack makes one tensor of them" if _is_array_list(got) and _stacks_to(got, want) else ""
        if not cure and (stacked := _stacked(got)) is not None and same(stacked, want, rtol, atol):
            return f"`{label}` holds the right numbers, in lists of tensors: tf.stack makes one tensor of each list."
        return f"`{label}` is {_kind(got)}; {wanted} was expected{cure}."
    if got.shape != want.shape:
        return f"`{label}` has shape {got.shape}; {wanted} was expected{_shape_cure(got, want, axes)}."
    if not np.isfinite(got).all():
        what = "NaN" if np.isnan(got).any() else "infinite values"
        return f"`{label}` contains {what}: a division by zero, or a number that grew without limit?"
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
        fitting = [axis for axis in range(want.ndim) if want.shape[:axis] + want.shape[axis + 1 :] == got.shape]
        if fitting:  # several, where axes are equally long: which one it was cannot be told
            return f": {' or '.join(names[axis] for axis in fitting)} is missing"
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


@dataclasses.dataclass(frozen=True)
class _Likeness:
    """That a part of an answer becomes right by something simple. factor: of "times what it should be", else 0."""

    label: str
    text: str
    factor: float = 0.0

    def is_like(self, other: _Likeness | None) -> bool:
        """Whether the other says the same; of list items and factors any will do."""
        if other is None or self.label.partition("[")[0] != other.label.partition("[")[0]:
            return False
        return bool(self.factor and other.factor) or self.text == other.text

    def has_factor_of(self, other: _Likeness) -> bool:
        return bool(np.isclose(self.factor, other.factor, rtol=1e-3))


def _shared_likeness(key: Key, replies: list[Reply], wrong: list[int]) -> str:
    """How the first wrong answer is like the right one, if most of the wrong ones are; "" otherwise."""
    found = [_likeness_of(key, replies[index], key.expected[index]) for index in wrong]
    first = found[0]
    if first is None:
        return ""
    alike = [each for each in found if each is not None and first.is_like(each)]
    equal = [each for each in alike if first.has_factor_of(each)]
    if len(wrong) == 1:
        return f"Here `{first.label}` is {first.text}."
    if 2 * len(equal) > len(wrong):
        return f"`{first.label}` is {first.text}."
    if 2 * len(alike) > len(wrong):
        other = next(each for each in alike if not first.has_factor_of(each))
        return f"Here `{first.label}` is {first.text}; with other inputs it is {other.factor:.4g} times."
    return ""


def _likeness_of(key: Key, reply: Reply, want: Any) -> _Likeness | None:
    """What the first wrong part of an answer has in common with the right one."""
    if reply.changed or isinstance(reply.answer, Failure) or not repeats(reply, key.rtol, key.atol):
        return None
    got = read_as(reply.answer, want)
    if not _is_several(key, want):
        label, axes = key.returns[0] if len(key.returns) == 1 else ("the answer", "")
        return _find_likeness(got, want, label, axes, key)
    if not isinstance(got, list | tuple) or len(got) != len(want):
        return None
    for (label, axes), g, w in zip(key.returns, got, want, strict=True):
        if not same(g, w, key.rtol, key.atol):
            return _find_likeness(g, w, label, axes, key)
    return None


def _find_likeness(got: Any, want: Any, label: str, axes: str, key: Key) -> _Likeness | None:
    got = read_as(got, want)
    if isinstance(want, list | tuple) and isinstance(got, list | tuple) and len(got) == len(want):
        pairs = [(f"{label}[{i}]", g, w) for i, (g, w) in enumerate(zip(got, want, strict=True))]
        differing = [pair for pair in pairs if not same(pair[1], pair[2], key.rtol, key.atol)]
        if differing:
            place, got_i, want_i = differing[0]
            return _find_likeness(got_i, want_i, place, axes, key)
    if not isinstance(want, np.ndarray) or not isinstance(got, np.ndarray) or got.shape != want.shape:
        return None
    if not np.isfinite(got).all():
        return None
    text, factor = _likeness(got.astype(np.float64), want.astype(np.float64), axes, key.rtol, key.atol)
    return _Likeness(label, text, factor) if text else None


def _likeness(got: np.ndarray, want: np.ndarray, axes: str, rtol: float, atol: float) -> tuple[str, float]:
    """What turns ``got`` into ``want``, if it is something simple, and the factor if it is one."""

    def matches(candidate: np.ndarray) -> bool:
        return candidate.shape == want.shape and np.allclose(candidate, want, rtol=rtol, atol=atol)

    if matches(-got):
        return "right except for its sign", 0.0
    factor = _constant_factor(got, want)
    if factor is not None and matches(got / factor):
        return f"{factor:.4g} times what it should be, everywhere", factor
    names = axes.split() if len(axes.split()) == want.ndim else [f"axis {i}" for i in range(want.ndim)]
    if _moved_axes(got, want, rtol, atol):
        return "right except that its axes are swapped", 0.0
    for axis in range(want.ndim):
        if want.shape[axis] > 1 and matches(np.flip(got, axis)):
            return f"right, but in reverse order along {names[axis]}", 0.0
        if shift := _shift(got, want, axis, rtol, atol):
            return f"right, but one place {shift} along {names[axis]}", 0.0
    return "", 0.0


def _shift(got: np.ndarray, want: np.ndarray, axis: int, rtol: float, atol: float) -> str:
    """ "late" or "early" where all places of an axis hold what belongs next to them, "" otherwise."""
    if want.shape[axis] < LEAST_SHIFTED:
        return ""
    g, w = np.moveaxis(got, axis, 0), np.moveaxis(want, axis, 0)
    if np.allclose(w[1:], w[:-1], rtol=rtol, atol=atol):
        return ""  # the same everywhere
    if np.allclose(g[1:], w[:-1], rtol=rtol, atol=atol):
        return "late"
    return "early" if np.allclose(g[:-1], w[1:], rtol=rtol, atol=atol) else ""


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
            letter = names[axis].rpartition("*")[2]  # an axis of 2*U counts units, too
            part = facts.PARTS.get(letter, f"{names[axis]} number") + ("s" if len(at) > 1 else "")
            return f"{text}. What differs is in {part} {where} ({wrong.sum()} of {want.size} numbers)."
    return f"{text} ({wrong.sum()} of {want.size} entries differ)."


def _shape_words(want: np.ndarray, axes: str) -> str:
    if want.ndim == 0:
        return "a single number"
    named = f" = ({', '.join(axes.split())})" if len(axes.split()) == want.ndim else ""
    return f"shape {want.shape}{named}"


def _kind(value: Any) -> str:
    value = settled(value)
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


def _is_ragged(value: Any) -> bool:
    """Whether a list of lists holds single numbers only, and is no array all the same."""
    if isinstance(value, list | tuple):
        return bool(value) and all(numbers_in(item) is not None or _is_ragged(item) for item in value)
    return False


def _is_array_list(value: Any) -> bool:
    return isinstance(value, list | tuple) and bool(value) and all(isinstance(item, np.ndarray) for item in value)


def _stacked(value: Any) -> np.ndarray | None:
    """What tf.stack makes of lists in lists of arrays, when it stacks the inner ones first; None if it cannot."""
    if isinstance(value, np.ndarray) or not isinstance(value, list | tuple) or not value:
        return value if isinstance(value, np.ndarray) else None
    parts = [_stacked(item) for item in value]
    if any(part is None or part.shape != parts[0].shape for part in parts):  # type: ignore[union-attr]
        return None
    return np.stack(parts)  # type: ignore[arg-type]


def _stacks_to(parts: Any, want: np.ndarray) -> bool:
    """Whether tf.stack makes a tensor of ``want``'s shape of these arrays, along one axis or another."""
    return len({part.shape for part in parts}) == 1 and sorted((len(parts), *parts[0].shape)) == sorted(want.shape)


def _number(value: Any) -> str:
    return str(bool(value)) if isinstance(value, bool | np.bool_) else f"{value + 0.0:.5g}"  # no -0


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
        described = [_describe_input(item) for item in value]
        items = [item.removeprefix("= ") for item in described]
        if len(value) > 1 and len(set(items)) == 1:
            return f"({len(value)} x {items[0]})"
        written = "= " if all(item.startswith("= ") for item in described) else ""
        return f"{written}[{', '.join(items[:SHOWN])}{', ...' if len(items) > SHOWN else ''}]"
    if isinstance(value, bool | int | float | str) or value is None:
        return f"= {value!r}"
    if isinstance(value, list | tuple):
        return "= []"
    return f"= a {type(value).__name__}"
