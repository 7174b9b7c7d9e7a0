"""The series of lesson 08: the formula of the notes, and the sunspots as they were shipped."""

import hashlib
import importlib.util

import numpy as np
import pytest

from helpers.data import DATA_DIR, load_sunspots, notes_series

SHA256 = "74b8e3acb9886b68abe9c56f6081257d522e2cb2470f17dbf597b396f4ea1706"


def build_script():
    spec = importlib.util.spec_from_file_location("build_sunspots", DATA_DIR / "build_sunspots.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_notes_series_is_the_formula():
    assert notes_series(0.0) == 0.0
    np.testing.assert_allclose(notes_series(np.pi / 2), np.pi / 6 + 2.0)  # both sines are 1
    t = np.array([[0.5, 12.2, 30.0]])
    assert notes_series(t).shape == (1, 3)
    np.testing.assert_allclose(notes_series(t)[0, 1], 12.2 * np.sin(12.2) / 3 + 2 * np.sin(61.0))


def test_notes_series_takes_numbers_lists_and_whole_numbers():
    assert notes_series([1, 2]).shape == (2,)
    np.testing.assert_allclose(notes_series([1, 2]), notes_series(np.array([1.0, 2.0])))


def test_notes_series_obeys_a_rule_of_six_values():
    resolution = 0.1

    def factor(omega):  # what turns samples of sin(omega * t) into zeros
        return [1.0, -2.0 * np.cos(omega * resolution), 1.0]

    rule = np.polymul(np.polymul(factor(1.0), factor(1.0)), factor(5.0))
    assert len(rule) == 7
    values = notes_series(np.arange(0.0, 60.0, resolution))
    np.testing.assert_allclose(np.convolve(values, rule, "valid"), 0.0, atol=1e-10)


def test_sunspots():
    years, counts = load_sunspots()
    assert years.dtype.kind == "i" and counts.dtype == np.float32
    assert years.shape == counts.shape == (309,)
    np.testing.assert_array_equal(years, np.arange(1700, 2009))
    assert counts.min() == 0.0 and years[counts.argmax()] == 1957
    np.testing.assert_allclose(counts[[0, 257, 308]], [5.0, 190.2, 2.9])


def test_sunspots_are_the_shipped_bytes():
    assert hashlib.sha256((DATA_DIR / "sunspots.csv").read_bytes()).hexdigest() == SHA256


def test_sunspots_can_be_built_again():
    build = build_script()
    rows = build.TARGET.read_text().splitlines()[1:]
    source = "\n".join(['"YEAR","SUNACTIVITY"', *rows, ""]).encode()  # the package's file has this header
    assert build.convert(source) == build.TARGET.read_bytes()
    with pytest.raises(ValueError, match="not the file"):
        build.convert(source + b"2009,3.1\n")
