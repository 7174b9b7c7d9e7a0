"""The translations that come with the course: what they hold, how they are cut, and that each names its authors."""

import gzip
import re

import pytest

from helpers import data


@pytest.fixture(scope="module")
def translations():
    return data.load_translations()


def test_translations_are_short_sentences_of_small_words(translations):
    english, french, sources = translations
    assert len(english) == len(french) == len(sources) == 2602
    words = [{word for sentence in sentences for word in sentence} for sentences in (english, french)]
    assert [len(of_it) for of_it in words] == [367, 473]
    assert all(
        re.fullmatch(r"[^\W\d_]+'?|'[^\W\d_]+|[.?!]", word) and word == word.lower() for word in set().union(*words)
    )
    assert (min(map(len, english)), max(map(len, english)), max(map(len, french))) == (4, 6, 12)


def test_no_pair_occurs_twice_and_each_names_its_authors(translations):
    lines = gzip.decompress((data.DATA_DIR / "translations.txt.gz").read_bytes()).decode("utf-8").splitlines()
    assert len(lines) == len(set(lines)) == 2602
    source = re.compile(r"CC-BY 2\.0 \(France\) Attribution: tatoeba\.org #\d+ \(.+\) & #\d+ \(.+\)")
    assert all(source.fullmatch(line) for line in translations[2])


def test_apostrophes_stay_with_what_they_stand_at(translations):
    pairs = [(" ".join(english), " ".join(french)) for english, french in zip(*translations[:2], strict=True)]
    assert ("i did it .", "je l' ai fait .") in pairs
    assert ("i miss my cat .", "mon chat me manque .") in pairs
    assert any(english.startswith("i did not ") for english, _ in pairs)
    assert any(english.startswith("i 'm ") for english, _ in pairs)


def test_missing_translations_say_so(monkeypatch, tmp_path):
    monkeypatch.setattr(data, "DATA_DIR", tmp_path)
    with pytest.raises(data.DataError, match="is missing: copy it from the course, or make it with data/build_trans"):
        data.load_translations()
