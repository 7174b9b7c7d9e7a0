"""Notes as sound: chords become a wave by NumPy, and a player in the page."""

from __future__ import annotations

import io
import wave
from itertools import pairwise
from typing import Any

import numpy as np

RATE = 6_400  # samples a second: enough for three harmonics of the highest note of the chorales, and small in a file
A4, A4_HERTZ = 69, 440.0  # the MIDI number of a note, and how often it swings in a second
OCTAVE = 12
HARMONICS = (1.0, 0.4, 0.15)  # how loud the note is, its octave, and the fifth above that
FADE = 0.03  # seconds in which a note begins and ends, so that it does not click


def chord_wave(chords: Any, seconds: float = 0.25) -> np.ndarray:
    """Return chords as a sound wave, float64 from -1 to 1, RATE samples a second.

    chords (steps, voices): MIDI numbers, 0 for a rest; ``seconds`` is the length of a step. A note that its voice has
    in several steps in a row is held. Silence gives zeros. Raises ValueError for notes that RATE cannot hold.
    """
    chords = np.atleast_2d(np.asarray(chords, np.int64))
    if (highest := chords.max(initial=0)) > 0 and hertz(highest) * len(HARMONICS) > RATE / 2:
        raise ValueError(f"note {highest} is too high for {RATE} samples a second.")
    size = round(seconds * RATE)
    sound = np.zeros(len(chords) * size)
    for voice in chords.T:
        edges = [0, *(np.flatnonzero(np.diff(voice)) + 1), len(voice)]
        for start, end in pairwise(edges):
            if start < end and voice[start] > 0:
                sound[start * size : end * size] += _tone(int(voice[start]), (end - start) * size)
    return sound / max(float(np.abs(sound).max(initial=0.0)), 1e-9)


def hertz(note: int) -> float:
    """Return how often a note swings in a second; twelve semitones double it."""
    return float(A4_HERTZ * 2 ** ((note - A4) / OCTAVE))


def _tone(note: int, size: int) -> np.ndarray:
    time = np.arange(size) / RATE
    swings = 2 * np.pi * hertz(note) * time
    tone = sum(loud * np.sin(number * swings) for number, loud in enumerate(HARMONICS, 1))
    edge = np.minimum(1.0, np.minimum(time, time[::-1]) / FADE)
    return np.asarray(tone * edge * np.exp(-0.8 * time))


def wav_bytes(sound: np.ndarray) -> bytes:
    """Return a wave (samples,), from -1 to 1, as a WAV file: one channel, 8 bits, RATE samples a second."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(RATE)
        file.writeframes(np.round(127.5 + 127.0 * np.clip(sound, -1.0, 1.0)).astype(np.uint8).tobytes())
    return buffer.getvalue()


def player(sound: np.ndarray) -> Any:
    """Return an ``IPython.display.Audio`` that plays a wave. The page stores RATE bytes a second."""
    from IPython.display import Audio

    return Audio(data=wav_bytes(sound))
