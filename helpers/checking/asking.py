"""Asking: run what a student wrote on the inputs of each case and collect plain answers.

Whatever the code does (raises, prints without end, changes its inputs, wants other arguments), asking
ends with one :class:`~helpers.checking.verdicts.Reply` per case. Only time is not limited here; the cell's is.
"""

from __future__ import annotations

import contextlib
import inspect
import io
import linecache
import os
import re
import traceback
from collections.abc import Iterator
from types import FrameType
from typing import Any

import numpy as np

from helpers.checking.answers import Failure, Reply, Unusable, plain
from helpers.checking.questions import Case, Question


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

    tf.zeros(())

KEPT_CHARACTERS = 2_000  # of what a function prints: enough to debug, no matter how much it prints
LONGEST_MESSAGE = 300  # of an exception's text


def ask(question: Question, answer: Any) -> list[Reply]:
    """Return one Reply per case to ``question`` for ``answer``, a function or a value."""
    refusal = _refuse(question, answer)
    if refusal is not None:
        return [Reply(refusal) for _ in question.cases]
    if not question.is_function:
        return [Reply(_collect(answer, question)) for _ in question.cases]
    replies = []
    for index, case in enumerate(question.cases):
        reply = _ask_case(question, case, answer)
        if index == 0 and question.asks_twice:
            again = _ask_case(question, case, answer).answer
            reply = Reply(reply.answer, again, reply.changed, reply.printed)
        replies.append(reply)
    return replies


def _refuse(question: Question, answer: Any) -> Failure | None:
    if answer is None or answer is Ellipsis:
        return Failure("unwritten", "Write your answer in the cell above.")
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
    with contextlib.redirect_stdout(sink), contextlib.redirect_stderr(sink):
        try:
            answer = _collect(function(*inputs), question)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # SystemExit too: a student's exit() must not end the lesson
            answer = _failure(question, error)
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


def _failure(question: Question, error: BaseException) -> Failure:
    if isinstance(error, NotImplementedError) and not str(error):
        return Failure("unwritten", _unwritten(error))
    if isinstance(error, RecursionError):
        text = f"`{question.name}` calls itself without end."
    elif isinstance(error, SystemExit):
        text = f"`{question.name}` calls exit(); return a result instead."
    else:
        message = _first_words(error)
        text = f"`{question.name}` raised {type(error).__name__}{': ' + message if message else ''}"
    return Failure("raised", text, _own_line(error))


def _unwritten(error: BaseException) -> str:
    """Say which stub is left: the function's own, or that of another exercise which it calls."""
    names = [frame.f_code.co_name for frame, _ in _own_frames(error)]
    if names and names[-1] != names[0]:
        return f"`{names[0]}` calls `{names[-1]}`, which is not written yet."
    return "Write your answer in the place of `raise NotImplementedError()`."


def _first_words(error: BaseException) -> str:
    """The telling line of an exception's text; TensorFlow wraps it in several others."""
    try:
        lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    except Exception:  # a __str__ that raises
        return ""
    if not lines:
        return ""
    line = lines[-1] if lines[0].startswith("in user code") else lines[0]
    line = re.sub(r"\{\{.*?\}\}\s*", "", line)  # TensorFlow's {{function_node ...}} prefix
    return line if len(line) <= LONGEST_MESSAGE else line[:LONGEST_MESSAGE] + "..."


def _own_line(error: BaseException) -> str:
    """The last line of the notebook's own code that the exception went through."""
    frames = _own_frames(error)
    if not frames:
        return ""
    frame, number = frames[-1]
    source = linecache.getline(frame.f_code.co_filename, number).strip()
    return f"line {number}: `{source}`" if source else f"line {number}"


def _own_frames(error: BaseException) -> list[tuple[FrameType, int]]:
    frames = traceback.walk_tb(error.__traceback__)
    return [(frame, number) for frame, number in frames if frame.f_globals.get("__name__") == "__main__"]


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
