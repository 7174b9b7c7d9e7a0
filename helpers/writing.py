"""What the demonstrations of lessons 17 and 18 write with, whatever a reader's answers are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np


def as_streams(ids: np.ndarray, batch: int, steps: int) -> tuple[np.ndarray, np.ndarray]:
    """Return inputs and targets (N, B, T) of ids (L,); row b of a chunk goes on where row b of the one before ended."""
    chunks = (len(ids) - 1) // (batch * steps)
    starts = (np.arange(chunks)[:, None] + chunks * np.arange(batch)) * steps  # (N, B)
    places = starts[..., None] + np.arange(steps)
    return ids[places].astype(np.int32), ids[places + 1].astype(np.int32)


def losses_of_epochs(step: Callable[..., Any], x: Any, y: Any, state: Any, epochs: int) -> np.ndarray:
    """Return the losses (E, N) of ``step(x_n, y_n, state) -> loss, state`` over chunks. Epochs begin with state."""
    losses, current = np.zeros(epochs * len(x)), state
    for turn in range(len(losses)):
        place = turn % len(x)
        loss, current = step(x[place], y[place], current if place else state)
        losses[turn] = float(loss)
    return losses.reshape(epochs, -1)


def bits_of(logits: Any, y: Any) -> float:
    """Return the bits per character of logits (..., V) for what came, y (...)."""
    import keras

    return float(np.mean(keras.losses.sparse_categorical_crossentropy(y, logits, from_logits=True)) / np.log(2))


def make_choose(seed: int, temperature: float = 1.0, p: float = 1.0) -> Callable[[Any], int]:
    """Return choose(logits (V,)) -> id, drawn at a temperature, out of the top-p set. Same seed, same draws.

    Holtzman and others, *The curious case of neural text degeneration*, ICLR 2020.
    """
    rng = np.random.default_rng(seed)

    def choose(logits: Any) -> int:
        numbers = np.asarray(logits, np.float64).ravel() / temperature
        likely = np.argsort(-numbers, kind="stable")
        powers = np.exp(numbers - numbers[likely[0]])
        size = int(np.searchsorted(np.cumsum(powers[likely]), p * powers.sum())) + 1
        powers[likely[size:]] = 0.0
        sums = np.cumsum(powers)
        return int(np.searchsorted(sums, rng.random() * sums[-1], side="right"))

    return choose


def go_on(step: Callable[..., Any], choose: Callable[..., int], prefix: Sequence[int], state: Any, length: int) -> list:
    """Return ``length`` new ids behind a prefix; ``step(token, state) -> logits, state`` reads each id once."""
    ids = list(prefix)
    for place in range(len(prefix) + length - 1):
        logits, state = step(ids[place], state)
        if place == len(ids) - 1:
            ids.append(choose(logits))
    return ids[len(prefix) :]


def longest_shared(text: str, training: str) -> str:
    """Return the longest passage of a text that stands in another one, the first of several, by halving its length."""

    def shared(size: int) -> str | None:
        pieces = (text[place : place + size] for place in range(len(text) - size + 1))
        return next((piece for piece in pieces if piece in training), None)

    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if shared(middle) is not None else (low, middle - 1)
    return shared(low) or ""


def search(step: Callable[..., Any], state: Any, marks: tuple[int, int], width: int, limit: int) -> tuple[list, float]:
    """Return the answer with the largest total that a beam finds, and its total, the sum of log probabilities.

    step(token, state) -> (log_probabilities (V,), new state). marks: the ids of start and end.
    """
    start, end = marks
    beam: list[tuple[float, list[int], Any]] = [(0.0, [], state)]
    for _ in range(limit):
        longer = [one for one in beam if end in one[1][-1:]]
        for total, tokens, before in beam:
            if end not in tokens[-1:]:
                logs, after = step(tokens[-1] if tokens else start, before)
                longer += [(total + float(log), [*tokens, token], after) for token, log in enumerate(np.asarray(logs))]
        beam = sorted(longer, key=lambda one: -one[0])[:width]
    return beam[0][1], beam[0][0]
