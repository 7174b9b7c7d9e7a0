"""Asking: run what a student wrote on the inputs of each case and collect plain answers.

Whatever the code does (raises, prints without end, changes its inputs, wants other arguments), asking
ends with one :class:`~helpers.checking.verdicts.Reply` per case. Only time is not limited here; the cell's is.
"""

from __future__ import annotations

import contextlib
import dataclasses
import inspect
import io
import linecache
import os
import re
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import CodeType
from typing import Any

import numpy as np

from helpers.checking import state
from helpers.checking.answers import Failure, Reply, Unusable, plain
from helpers.checking.hints import telling
from helpers.checking.questions import Case, Question
from helpers.probes import Unfit


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep what libraries write straight to file descriptor 2 off the page."""
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


# TensorFlow writes a few lines when it is loaded and when it first computes, on machines without a
# GPU. In a graded cell any line on stderr would cost a right answer its points.
with _quiet():
    import tensorflow as tf


def start() -> None:
    """Let TensorFlow compute for the first time. Not on import: its threads would not survive a fork."""
    with _quiet():
        tf.zeros(())


KEPT_CHARACTERS = 2_000  # of what a function prints: enough to debug, no matter how much it prints
HELPERS = str(Path(__file__).resolve().parents[1])


def ask(question: Question, answer: Any) -> list[Reply]:
    """Return one Reply per case to ``question`` for ``answer``, a function or a value."""
    refusal = _refuse(question, answer)
    if refusal is not None:
        return [Reply(refusal) for _ in question.cases]
    if not question.is_function:
        return [Reply(_collect(answer, question)) for _ in question.cases]
    replies = []
    with state.draws_kept():
        for case in question.cases:
            reply = _ask_case(question, case, answer)
            if question.asks_twice:
                again = _ask_case(question, case, answer).answer
                reply = Reply(reply.answer, again, reply.changed, reply.printed)
            replies.append(reply)
    return replies


def _refuse(question: Question, answer: Any) -> Failure | None:
    if answer is None or answer is Ellipsis:
        return Failure("unwritten", "Write your answer in the cell above.")
    if problem := state.out_of_reach():
        return Failure("unusable", problem)
    if not question.is_function:
        return None
    call = f"{question.name}({', '.join(question.parameters)})"
    if not callable(answer) or isinstance(answer, type):
        return Failure("unusable", f"Hand over the function `{call}` itself, without calling it.")
    try:
        signature = inspect.signature(answer)
    except (ValueError, TypeError):
        return None
    try:
        signature.bind(*question.parameters)
    except TypeError:
        takes = ", ".join(signature.parameters) or "no arguments"
        return Failure("signature", f"The check calls `{call}`, but your function takes ({takes}).")
    return None


def _ask_case(question: Question, case: Case, function: Any) -> Reply:
    inputs = [_hand_over(value) for value in case.inputs]
    before = [_fingerprint(value) for value in inputs]
    sink = _Sink()
    with state.known_state(), contextlib.redirect_stdout(sink), contextlib.redirect_stderr(sink):
        try:
            answer = _collect(function(*inputs), question)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # SystemExit too: a student's exit() must not end the lesson
            answer = _failure(question, function, error)
    changed = tuple(
        name for name, value, old in zip(question.parameters, inputs, before, strict=True) if _fingerprint(value) != old
    )
    return Reply(answer, None, changed, sink.text())


def _collect(value: Any, question: Question) -> Any:
    if value is Ellipsis:
        return Failure("unwritten", "Not written yet.")
    try:
        return plain(value)
    except Unusable as problem:
        subject = f"What `{question.name}` returns" if question.is_function else f"`{question.name}`"
        end = "" if str(problem).endswith("?") else "."
        return Failure("unusable", f"{subject} {problem}{end}")


def _hand_over(value: Any) -> Any:
    """A fresh copy of an input: arrays become tensors, lists new lists; numbers and probes stay."""
    if isinstance(value, np.ndarray):
        return tf.constant(value)
    if isinstance(value, list | tuple):
        return type(value)(_hand_over(item) for item in value)
    if isinstance(value, dict):
        return {key: _hand_over(item) for key, item in value.items()}
    return value


def _fingerprint(value: Any) -> Any:
    """Tensors cannot change; lists and dictionaries can."""
    if isinstance(value, list | tuple):
        return [_fingerprint(item) for item in value]
    if isinstance(value, dict):
        return {key: _fingerprint(item) for key, item in value.items()}
    return id(value)


# -- failures -----------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class _Place:
    """A line of the notebook that an exception went through, and the function it stands in."""

    file: str
    line: int
    function: str

    def words(self) -> str:
        source = linecache.getline(self.file, self.line).strip()
        return f"line {self.line}: `{source}`" if source else f"line {self.line}"


def _failure(question: Question, answer: Any, error: BaseException) -> Failure:
    name, places = question.name, _own_places(question, error)
    where = places[-1].words() if places else ""
    calls_itself = any(place.function == name for place in places)  # then it is not the check that calls it wrongly
    if isinstance(error, NotImplementedError) and not str(error):
        return Failure("unwritten", _unwritten(places))
    if isinstance(error, RecursionError):
        text = f"`{name}` calls itself without end."
    elif isinstance(error, SystemExit):
        text = f"`{name}` calls exit(); return a result instead."
    elif isinstance(error, Unfit):
        cause = f": {telling(error.__cause__)}" if error.__cause__ is not None else "."
        text = f"`{name}`: {error}{cause}"
    elif isinstance(error, TypeError) and str(error).startswith(f"{name}() ") and not calls_itself:
        return Failure("signature", f"The check calls `{name}` with other arguments than it takes: {error}.")
    elif not places and _is_of_the_check(question, getattr(answer, "__code__", None)):
        if isinstance(error, NameError) and error.name:
            return Failure(
                "raised", f"The check looks for `{error.name}`, which is not defined. Run the cell above it."
            )
        if isinstance(error, TypeError) and (method := METHOD_REFUSES.match(_text(error))):
            text = f"`{method[1]}` is called with other arguments than it takes: {_text(error)}."
        else:
            text = f"The check cannot go on with what `{name}` returns: {telling(error)}"
    else:
        text = f"`{name}` raised {telling(error)}"
    return Failure("raised", text, where)


def _unwritten(places: list[_Place]) -> str:
    """Say which stub is left: the function's own, or that of another exercise which it calls."""
    names = [place.function for place in places]
    if names and names[-1] != names[0]:
        return f"`{names[0]}` calls `{names[-1]}`, which is not written yet."
    return "Write your answer in the place of `raise NotImplementedError()`."


def _own_places(question: Question, error: BaseException) -> list[_Place]:
    """The lines of the student's own cells that an exception went through, outermost first."""
    places = []
    for frame, number in traceback.walk_tb(error.__traceback__):
        code = frame.f_code
        if frame.f_globals.get("__name__") == "__main__" and not _is_of_the_check(question, code):
            places.append(_Place(code.co_filename, number, code.co_name))
    if isinstance(error, Unfit) and error.__cause__ is not None:
        return places + _own_places(question, error.__cause__)
    # What TensorFlow traces is code of its own making; the lines it stands for are told in the message.
    for file, number, function in TRACED_LINE.findall(_text(error)):
        if not _is_library(file) and not _is_check_cell(question, file, function):
            places.append(_Place(file, int(number), function))
    return [place for place in places if not _is_library(place.file)]


METHOD_REFUSES = re.compile(r"([A-Za-z_]\w*\.\w+)\(\) (?:takes|missing|got) ")  # a class's own, which a library calls
TRACED_LINE = re.compile(r'^ *File "([^"\n]+)", line (\d+), in (\S+)', re.MULTILINE)


def _text(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:  # a __str__ that raises
        return ""


def _is_library(file: str) -> bool:
    return (
        "__autograph_generated_file" in file
        or "site-packages" in file
        or file.startswith((sys.prefix, sys.base_prefix, HELPERS))
    )


def _is_of_the_check(question: Question, code: CodeType | None) -> bool:
    """Whether code stands in the check's cell, such as a function there that calls the student's."""
    return code is not None and _is_check_cell(question, code.co_filename, code.co_qualname)


def _is_check_cell(question: Question, file: str, function: str) -> bool:
    """The check's cell is the one that calls ``check("name", ...)``; the exercise's function may stand in it, too."""
    if function.split(".")[0].casefold() == question.name.casefold():  # a class may bear the name, too
        return False
    source = "".join(linecache.getlines(file))
    return re.search(rf"^ *check\(\s*[\"']{re.escape(question.name)}[\"']", source, re.MULTILINE) is not None


class _Sink(io.TextIOBase):
    """A stdout that keeps the first characters and counts the rest."""

    def __init__(self) -> None:
        self.kept: list[str] = []
        self.size = 0

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        room = KEPT_CHARACTERS - self.size
        if room > 0:
            self.kept.append(text[:room])
        self.size += len(text)
        return len(text)

    def text(self) -> str:
        text = "".join(self.kept)
        return text + f"\n[{self.size:,} characters printed]" if self.size > KEPT_CHARACTERS else text
