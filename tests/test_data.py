"""The data sets of helpers/data.py: what comes with the course, and the full sets where they can be had."""

import gzip
import os
import shutil
import subprocess
import sys

import numpy as np
import pytest

from helpers import data

REAL_MNIST = os.environ.get("COURSE_MNIST", "")  # path of a real mnist.npz, to try the full set without a download

REAL_IMDB = os.environ.get("COURSE_IMDB", "")  # folder of the real files


@pytest.fixture(scope="module")
def mnist():
    return data.load_mnist_rows()


def test_mnist_rows_are_sequences_of_28_steps(mnist):
    for (x, y), size in zip(mnist, (4000, 1000), strict=True):
        assert x.shape == (size, 28, 28) and x.dtype == np.float32
        assert y.shape == (size,) and y.dtype == np.int64
        assert (x.min(), x.max()) == (0.0, 1.0)


def test_mnist_rows_hold_every_digit_equally_often(mnist):
    for (_, y), each in zip(mnist, (400, 100), strict=True):
        assert np.bincount(y).tolist() == [each] * 10
        assert len(set(y[:50].tolist())) == 10, "the digits come in random order"


def test_no_image_of_mnist_rows_occurs_twice(mnist):
    (x_train, _), (x_test, _) = mnist
    train, test = ({image.tobytes() for image in x} for x in (x_train, x_test))
    assert len(train) == len(x_train) and len(test) == len(x_test)
    assert not train & test


def test_rows_stand_the_right_way_up(mnist):
    (x, y), _ = mnist
    mean = x.mean(axis=0)
    assert mean[0].max() < 0.01 < mean[14].max(), "the first row is the empty top edge"
    seven = x[y == 7].mean(axis=0)
    assert seven[7:12].sum() > 1.2 * seven[18:23].sum(), "a 7 has its bar at the top"


def test_a_missing_sample_says_so(monkeypatch, tmp_path):
    monkeypatch.setattr(data, "DATA_DIR", tmp_path)
    with pytest.raises(data.DataError, match="is missing"):
        data.load_mnist_rows()


# Keras reads KERAS_HOME when it is imported, so the full set is asked for in a process of its own.
ASK_FOR_ALL = """
from helpers.data import DataError, load_mnist_rows
try:
    (x_train, y_train), (x_test, y_test) = load_mnist_rows(full=True)
    print(x_train.shape, x_train.dtype, float(x_train.max()), y_train.shape, y_train.dtype, x_test.shape, y_test.shape)
except DataError as error:
    print("DataError:", error)
"""
NOWHERE = "http://127.0.0.1:9"  # nothing listens there: every download fails at once


ASK_FOR_IMDB = """
from helpers.data import DataError, load_imdb, load_imdb_words
try:
    (x_train, y_train), (x_test, y_test) = load_imdb(num_words=5000)
    words = load_imdb_words()
    print(len(x_train), x_train[0].dtype, y_train.sum(), len(x_test), max(x.max() for x in x_train), "/",
          " ".join(words[i] for i in x_train[0][:8].tolist()))
except DataError as error:
    print("DataError:", error)
"""


def ask_for_all(keras_home, repo, program=ASK_FOR_ALL, **environment):
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "KERAS_HOME": str(keras_home), "TF_CPP_MIN_LOG_LEVEL": "3", **environment},
        cwd=repo,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.strip().splitlines()[-1]


def test_the_full_set_without_a_network_says_what_to_do(tmp_path, repo):
    proxies = {name: NOWHERE for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY")}
    said = ask_for_all(tmp_path, repo, no_proxy="", NO_PROXY="", **proxies)
    assert said.startswith("DataError: The full MNIST cannot be loaded (URL fetch failure")
    assert said.endswith("check the connection to the internet, or use the sample with load_mnist_rows().")


@pytest.mark.skipif(not REAL_MNIST, reason="COURSE_MNIST does not name a real mnist.npz")
def test_the_full_set(tmp_path, repo):
    (tmp_path / "datasets").mkdir()
    shutil.copy(REAL_MNIST, tmp_path / "datasets" / "mnist.npz")
    expected = "(60000, 28, 28) float32 1.0 (60000,) int64 (10000, 28, 28) (10000,)"
    assert ask_for_all(tmp_path, repo) == expected


def test_imdb_without_a_network_says_what_to_do(tmp_path, repo):
    proxies = {name: NOWHERE for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY")}
    said = ask_for_all(tmp_path, repo, ASK_FOR_IMDB, no_proxy="", NO_PROXY="", **proxies)
    assert said.startswith("DataError: The IMDB reviews cannot be loaded (URL fetch failure")
    assert "imdb_word_index.json into ~/.keras/datasets" in said


@pytest.mark.skipif(not REAL_IMDB, reason="COURSE_IMDB does not name a folder with imdb.npz and imdb_word_index.json")
def test_imdb(tmp_path, repo):
    (tmp_path / "datasets").mkdir()
    for name in ("imdb.npz", "imdb_word_index.json"):
        shutil.copy(os.path.join(REAL_IMDB, name), tmp_path / "datasets")
    said = ask_for_all(tmp_path, repo, ASK_FOR_IMDB)
    assert said == "25000 int32 12500 25000 4999 / <start> this film was just brilliant casting location"


# The grammar once more, as Reber drew it: (place, letter, next place). The last place is 7.
REBER_ARROWS = "0B1 1T2 1P3 2S2 2X4 3T3 3V5 4X3 4S6 5P4 5V6 6E7"


def reber_words(longest):
    """All words of the Reber grammar up to a length, by following every arrow."""
    words, open_ends = set(), [("", "0")]
    while open_ends:
        word, place = open_ends.pop()
        if place == "7":
            words.add(word)
        elif len(word) < longest:
            open_ends += [(word + arrow[1], arrow[2]) for arrow in REBER_ARROWS.split() if arrow[0] == place]
    return words


def test_reber_strings_are_words_of_the_grammar():
    longest = 9
    drawn = data.reber_strings(4000, seed=1, embedded=False)
    assert {string for string in drawn if len(string) <= longest} == reber_words(longest)
    assert len(reber_words(longest)) > 10 and max(map(len, drawn)) > 15


def test_embedded_reber_strings_hold_a_word_between_two_equal_letters():
    drawn = data.reber_strings(500, seed=2)
    words = reber_words(max(map(len, drawn)) - 4)
    for string in drawn:
        assert string[0] == "B" and string[1] in "TP" and string[-2:] == string[1] + "E"
        assert string[2:-2] in words
    assert 0.4 < np.mean([string[1] == "T" for string in drawn]) < 0.6


def test_reber_strings_are_those_of_their_seed():
    assert data.reber_strings(20, seed=3) == data.reber_strings(20, seed=3) != data.reber_strings(20, seed=4)


def test_reber_next_names_the_letters_that_may_follow():
    assert data.reber_next("BTSXSE", embedded=False) == ["PT", "SX", "SX", "SX", "E", ""]
    assert data.reber_next("BPBTXSEPE") == ["PT", "B", "PT", "SX", "SX", "E", "P", "E", ""]
    assert data.reber_next("BT") == ["PT", "B"], "a string may end early"
    for string in data.reber_strings(100, seed=5):
        following = data.reber_next(string)
        assert all(letter in allowed for letter, allowed in zip(string[1:], following, strict=False))
    with pytest.raises(ValueError, match=r"letter 7 of 'BTBTXSEPE' is 'P'; the grammar allows \['T'\]"):
        data.reber_next("BTBTXSEPE")


def test_one_hot_letters():
    x = data.one_hot_letters(["BTE", "X"])
    assert x.shape == (2, 3, 7) and x.dtype == np.float32
    assert ["".join(data.REBER_LETTERS[d] for d in row.argmax(axis=-1)) for row in x[:1]] == ["BTE"]
    assert x[1, 0, data.REBER_LETTERS.index("X")] == 1 and x[1, 1:].sum() == 0 and x.sum() == 4
    with pytest.raises(ValueError):
        data.one_hot_letters(["BAD"])


def test_consecutive_or_random_gives_runs_and_numbers_without_order():
    sequences, labels = data.consecutive_or_random(4000, seed=1)
    assert len(sequences) == 4000 and labels.shape == (4000,) and labels.dtype == np.int64
    assert 0.45 < labels.mean() < 0.55
    for sequence, label in zip(sequences, labels, strict=True):
        assert sequence.ndim == 1 and sequence.dtype == np.float32 and (sequence == np.round(sequence)).all()
        assert (np.diff(sequence) == 1).all() == (label == 0), "five numbers in a row do not come by chance"
    assert np.bincount([len(sequence) for sequence in sequences])[5:].min() > 150, "all lengths, about equally often"
    assert {len(sequence) for sequence in sequences} == set(range(5, 20))
    for kind in (0, 1):
        numbers = np.concatenate([s for s, label in zip(sequences, labels, strict=True) if label == kind])
        assert 0 <= numbers.min() < 50 and 9950 < numbers.max() <= 9999


def test_consecutive_or_random_takes_its_limits_and_its_seed():
    sequences, _ = data.consecutive_or_random(300, seed=2, shortest=3, longest=4, largest=6)
    assert {len(sequence) for sequence in sequences} == {3, 4} and max(s.max() for s in sequences) == 6
    again, other = (data.consecutive_or_random(300, seed, 3, 4, 6)[0] for seed in (2, 3))
    assert all(map(np.array_equal, sequences, again)) and not all(map(np.array_equal, sequences, other))


@pytest.fixture(scope="module")
def surnames():
    return data.load_surnames()


@pytest.fixture(scope="module")
def pages():
    return data.load_book_pages()


def test_surnames_occur_in_one_language_and_one_part_only(surnames):
    (train, y_train), (test, y_test) = surnames
    assert (len(train), len(test)) == (len(y_train), len(y_test)) == (3468, 867)
    assert len(set(train) | set(test)) == len(train) + len(test)
    assert all(name == name.lower() and name.replace("'", "").replace("-", "").isalpha() for name in train + test)


def test_surnames_of_every_language_are_split_alike_and_mixed(surnames):
    (_, y_train), (_, y_test) = surnames
    train, test = np.bincount(y_train), np.bincount(y_test)
    assert len(train) == len(test) == len(data.LANGUAGES) and (train.min(), train.max()) == (163, 480)
    assert np.allclose(test / (train + test), 0.2, atol=0.005)
    assert len(set(y_train[:100].tolist())) == len(data.LANGUAGES)
    language_of = dict(zip(surnames[0][0], y_train, strict=True))
    assert data.LANGUAGES[language_of["fujimoto"]] == "Japanese" and data.LANGUAGES[language_of["huff"]] == "German"


def test_pages_are_sentences_of_words_with_names_masked(pages):
    for (part, authors), each in zip(pages, (175, 74), strict=True):
        assert len(part) == 10 * each and np.bincount(authors).tolist() == [each] * len(data.AUTHORS)
        for page in part:
            lengths = [len(sentence.split()) for sentence in page]
            assert sum(lengths) >= data.PAGE_WORDS > sum(lengths[:-1]) and min(lengths) > 0
            words = " ".join(page).replace("NAME's", "NAME").split(" ")
            assert all(word == data.NAME or (word.islower() and word.replace("'", "").isalpha()) for word in words)


def test_names_of_the_books_are_masked(pages):
    words = {word for part, _ in pages for page in part for sentence in page for word in sentence.split()}
    people = "watson darcy rochester huckleberry ishmael queequeg alleyne silas"
    assert not words & set(people.split())
    first = " ".join(pages[0][0][0])
    assert first.startswith("NAME NAME handsome clever and rich with a comfortable home"), "Emma Woodhouse, handsome"


def test_no_page_is_in_both_parts(pages):
    train, test = ({" ".join(page) for page in part} for part, _ in pages)
    assert len(train) == 1750 and len(test) == 740 and not train & test


def test_passages_are_cut_from_the_pages(pages):
    (x_train, y_train), (x_test, y_test) = data.load_passages()
    assert (len(x_train), len(x_test)) == (8750, 3700)
    assert {len(passage.split()) for passage in x_train + x_test} == {80}
    assert np.bincount(y_train).tolist() == [875] * 10 and np.bincount(y_test).tolist() == [370] * 10
    assert " ".join(pages[0][0][3]).startswith(" ".join(x_train[15:20])), "five passages of a page, in their order"
    assert len(data.load_passages(words=150)[0][0]) == 2 * 1750
    with pytest.raises(ValueError, match="from 1 to 400"):
        data.load_passages(words=401)


def test_missing_texts_say_so(monkeypatch, tmp_path):
    monkeypatch.setattr(data, "DATA_DIR", tmp_path)
    for load in (data.load_surnames, data.load_book_pages, data.load_passages):
        with pytest.raises(data.DataError, match="is missing: copy it from the course, or make it with data/build_"):
            load()


def test_headlines_are_read_from_the_users_folder(monkeypatch, tmp_path):
    monkeypatch.delenv("COURSE_HEADLINES", raising=False)
    with pytest.raises(data.DataError, match="set COURSE_HEADLINES"):
        data.load_headlines()
    with pytest.raises(data.DataError, match=r"thucnews.dev.txt.gz is missing"):
        data.load_headlines(tmp_path)
    for part, text in (("dev", "一二\t3\n三 四\t0\n"), ("test", "五\t9\n")):
        (tmp_path / f"thucnews.{part}.txt.gz").write_bytes(gzip.compress(text.encode("utf-8")))
    monkeypatch.setenv("COURSE_HEADLINES", str(tmp_path))
    (x_train, y_train), (x_test, y_test) = data.load_headlines()
    assert (x_train, y_train.tolist(), x_test, y_test.tolist()) == (["一二", "三 四"], [3, 0], ["五"], [9])
