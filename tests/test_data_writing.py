"""What lesson 18 writes on: Shakespeare and Bach's chorales, as they were built, and notes as sound."""

import hashlib
import io
import wave

import numpy as np
import pytest

from helpers import data, sound

SHA256 = {
    "shakespeare.txt.gz": "8380a812818a400e1b56fc87259446bea4d7718e2f4cd9e2eb30bf173d6a274e",
    "chorales.txt.gz": "4615065b2c91d17b44138d7324ae36b7e548f731dcac69eadcb323ee45e2bf2a",
}


@pytest.mark.parametrize(("name", "expected"), SHA256.items())
def test_the_files_are_those_that_were_built(name, expected):
    assert hashlib.sha256((data.DATA_DIR / name).read_bytes()).hexdigest() == expected


def test_shakespeare_goes_on_where_the_training_part_ends():
    text, held_out = data.load_shakespeare()
    assert (len(text), len(held_out)) == (200_000, data.HELD_OUT)
    assert text.startswith("First Citizen:\nBefore we proceed any further, hear me speak.")
    assert set(held_out) <= set(text) and held_out[:200] not in text


def test_chorales_have_four_voices_and_end_on_a_c():
    train, test = data.load_chorales()
    assert (len(train), len(test)) == (120, 24)
    for chorale in [*train, *test]:
        assert chorale.shape[1] == data.VOICES and chorale.dtype == np.int64 and len(chorale) >= 40
        assert chorale[chorale[:, 3] > 0, 3][-1] % sound.OCTAVE == 0
    notes = np.concatenate(train)
    assert set(np.concatenate(test).flat) <= set(notes.flat)
    assert notes[notes > 0].min() >= 30 and notes.max() <= 84


@pytest.mark.parametrize("load", [data.load_shakespeare, data.load_chorales])
def test_a_missing_file_says_so(monkeypatch, tmp_path, load):
    monkeypatch.setattr(data, "DATA_DIR", tmp_path)
    with pytest.raises(data.DataError, match="is missing: copy it from the course, or make it with data/build_"):
        load()


def test_a_note_swings_as_often_as_it_should():
    assert sound.hertz(69) == 440.0 and sound.hertz(57) == 220.0
    spectrum = np.abs(np.fft.rfft(sound.chord_wave([[69]] * 4)))
    assert np.argmax(spectrum) * sound.RATE / (4 * round(0.25 * sound.RATE)) == pytest.approx(440.0, abs=2.0)


def test_silence_is_silent_and_a_held_note_is_not_struck_again():
    assert not sound.chord_wave([[0, 0]] * 3).any()
    held, struck = (sound.chord_wave(chords, 0.2) for chords in ([[60]] * 2, [[60], [62]]))
    border = round(0.2 * sound.RATE)
    assert np.abs(held[border - 20 : border + 20]).max() > 5 * np.abs(struck[border - 3 : border + 3]).max()


def test_the_highest_note_of_the_chorales_can_be_played_and_a_higher_one_cannot():
    highest = max(chorale.max() for chorale in data.load_chorales()[0])
    assert np.abs(sound.chord_wave([[highest, 48, 0, 36]])).max() == pytest.approx(1.0)
    with pytest.raises(ValueError, match="too high"):
        sound.chord_wave([[highest + 12]])


def test_a_player_holds_a_small_wav_file():
    tone = sound.chord_wave([[60, 64, 67, 48]] * 8)
    content = sound.wav_bytes(tone)
    with wave.open(io.BytesIO(content)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (sound.RATE, 1, 1)
        assert file.getnframes() == len(tone) == 2 * sound.RATE
    assert "audio/wav" in sound.player(tone)._repr_html_()
