"""``check`` never trusts what it is given: every answer ends in a box, a score and no traceback."""

import html
import re
import sys
import warnings

import keras
import numpy as np
import pytest
import tensorflow as tf

from helpers import checks
from helpers.checking.keys import CaseFile, CaseFileError, Key, KnownMistake, load
from helpers.checking.questions import Case, Question
from helpers.checking.results import PointsBox, ResultBox, Score
from helpers.checking.verdicts import Verdict

X = np.array([[1.0, 2.0, 4.0], [3.0, 5.0, 7.0]], np.float32)
DOUBLE = Question("double", ("x",), (Case("small", (X,)), Case("large", (X * 10,))), asks_twice=True)
DOUBLE_KEY = Key(
    points=2.0,
    returns=(("y", "B U"),),
    rtol=1e-4,
    atol=1e-5,
    reveal="Twice is twice.",
    expected=(X * 2, X * 20),
    mistakes=(
        KnownMistake("adds two", "You add 2; multiply by it.", (X + 2, X * 10 + 2)),
        KnownMistake("random", "Something is drawn at random.", (), True),
    ),
)
LISTS = Question("lists", ("xs",), (Case("a list", ([X, X],)),))
LETTER = Question("letter", (), (Case("answer"),))
ONE = Question("one", (), (Case("a"),))
KEYS = {
    "double": DOUBLE_KEY,
    "lists": Key(1.0, (("n", ""),), 0, 0, "", (np.array(2),)),
    "letter": Key(1.0, (("letter", ""),), 0, 0, "", ("B",), (KnownMistake("A", "Not A.", ("A",)),)),
    "one": Key(1.0, (("one", ""),), 1, 1, "", (np.ones(1),)),
}
CASES = CaseFile("00_test", "", 0, {question.name: question for question in (DOUBLE, LISTS, LETTER, ONE)}, KEYS)
CHECK = checks.Check("00_test", CASES)
MOST = {name: key.points for name, key in KEYS.items()}


def verdict(answer, name="double"):
    return CHECK.judge(name, answer)


def box(answer, name="double"):
    return repr(ResultBox(verdict(answer, name), KEYS[name].reveal))


def test_a_right_answer_gets_all_points_and_the_reveal():
    assert verdict(lambda x: x * 2).points == 2.0
    assert "Twice is twice." in box(lambda x: x * 2)
    assert "Twice is twice." not in box(lambda x: x + 2)


def test_the_points_so_far_say_what_is_open(capsys):
    asked = checks.Check("00_test", CASES)
    assert "not checked since this notebook was started: `double`" in repr(PointsBox(asked.verdicts, MOST)).lower()
    asked("double", lambda x: x * 2)
    asked("letter", "B")
    asked("one", None)
    lines = PointsBox(asked.verdicts, MOST).lines()
    right = sum(MOST[name] for name, verdict in asked.verdicts.items() if verdict.status == "right")
    assert lines[0] == f"{right:g} of {sum(MOST.values()):g} points"
    assert "Not written yet: `one`." in lines and any(line.startswith("Not checked since") for line in lines)
    every = {name: Verdict(name, most, most, "right", ()) for name, most in MOST.items()}
    assert PointsBox(every, MOST).lines()[1] == f"All {len(MOST)} exercises are right."
    capsys.readouterr()
    checks.Check("00_test", None, "There are no cases.").show_points()
    assert "There are no cases." in capsys.readouterr().out


def test_a_named_mistake_is_named():
    result = verdict(lambda x: x + 2)
    assert (result.points, result.mistake, result.says) == (0.0, "adds two", ("You add 2; multiply by it.",))


def test_points_are_split_by_group():
    def right_when_small(x):
        return tf.where(x < 10, x * 2, x)

    result = verdict(right_when_small)
    assert (result.points, result.status) == (1.0, "partly")
    assert "✔ small" in box(right_when_small) and "✘ large" in box(right_when_small)


def raises(x):
    raise ValueError("no luck\nsecond line")


def raises_in_tf(x):
    return x @ x


def recursion(x):
    return recursion(x)


def leaves(x):
    sys.exit(3)


def dies_in_str(x):
    class Odd(Exception):
        def __str__(self):
            raise RuntimeError

    raise Odd


class LyingAnswer:
    def __eq__(self, other):
        return True


HOSTILE = {
    "None": (None, "not written yet"),
    "Ellipsis": (..., "not written yet"),
    "a result for a function": (X * 2, "without calling it"),
    "a class": (LyingAnswer, "without calling it"),
    "no arguments": (lambda: 1, "takes \\(no arguments\\)"),
    "too many arguments": (lambda a, b: 1, "takes \\(a, b\\)"),
    "returns None": (lambda x: None, "Is a `return` missing"),
    "returns Ellipsis": (lambda x: ..., "not written yet"),
    "a number": (lambda x: 3, "is the number 3|shape \\(\\)"),
    "wrong shape": (lambda x: tf.transpose(x * 2), "B and U look swapped"),
    "wrong length": (lambda x: (x * 2)[:1], "shape \\(1, 3\\)"),
    "flat": (lambda x: (x * 2)[0], "B is missing"),
    "extra axis": (lambda x: (x * 2)[:, None], "extra axis of length 1 at position 1"),
    "a list of rows": (lambda x: tf.unstack(x * 2), "tf.stack"),
    "ragged list": (lambda x: [[1.0, 2.0], [3.0]], "ragged"),
    "object array": (lambda x: np.array([None, 1]), "Python objects"),
    "NaN": (lambda x: x * 2 + float("nan"), "NaN"),
    "infinite": (lambda x: x / 0, "infinite"),
    "complex": (lambda x: tf.complex(x, x), "complex"),
    "huge": (lambda x: np.broadcast_to(1.0, (10**5, 10**5)), "huge"),
    "Keras symbol": (lambda x: keras.Input((3,)), "symbolic Keras tensor"),
    "raises": (raises, "raised ValueError: no luck"),
    "raises in TensorFlow": (raises_in_tf, "raised InvalidArgumentError"),
    "recursion": (recursion, "without end"),
    "exit": (leaves, "exit()"),
    "odd exception": (dies_in_str, "raised Odd"),
    "lying object": (lambda x: LyingAnswer(), "LyingAnswer"),
    "negative": (lambda x: x * -2, "except for its sign"),
    "half": (lambda x: x, "0.5 times what it should be"),
    "reversed": (lambda x: (x * 2)[::-1], "reverse order along B"),
    "one wrong column": (lambda x: x * tf.constant([2.0, 2.0, 3.0]), "What differs is in unit 2"),
    "random": (lambda x: tf.random.normal(x.shape), "drawn at random"),
    "random, and by chance the same in the first case": (
        lambda x: x + 2 if x[0, 0] < 5 else tf.random.normal(x.shape),
        "drawn at random",
    ),
    "in float64": (lambda x: x.numpy().astype(np.float64) * 3, "1.5 times"),
    "wrapped": (lambda x: [x * 2], "wrapped in a list"),
    "text": (lambda x: "C", "the text 'C'"),
    "function": (lambda x: raises, "brackets of the call"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_answers_get_a_sentence(name):
    answer, words = HOSTILE[name]
    text = box(answer)
    assert re.search(words, text), text
    assert verdict(answer).points == 0
    for leak in ("Traceback", "helpers/", "asking.py", "site-packages"):
        assert leak not in text
    assert len(text) < 900


def test_the_students_own_line_is_shown():
    namespace = {"__name__": "__main__"}
    source = "def f(x):\n    y = x + 1\n    return y.nothing\n"
    import linecache

    linecache.cache["<cell>"] = (len(source), None, source.splitlines(keepends=True), "<cell>")
    exec(compile(source, "<cell>", "exec"), namespace)
    assert "line 3: `return y.nothing`" in box(namespace["f"])


def test_a_stub_that_is_left_is_told_from_one_that_is_called():
    namespace = {"__name__": "__main__"}
    exec("def one(x):\n    raise NotImplementedError()\ndef two(x):\n    return one(x)\n", namespace)
    assert "in the place of `raise NotImplementedError()`" in box(namespace["one"])
    assert "`two` calls `one`, which is not written yet" in box(namespace["two"])


def test_a_failure_with_a_running_number_is_not_taken_for_chance():
    names = iter(range(100))

    def fails(x):
        raise ValueError(f"layer_{next(names)} has no weights")

    assert "layer_0 has no weights" in box(fails)


def test_megabytes_of_printing_are_kept_off_the_page(capsys):
    def chatty(x):
        print("spam " * 1_000_000)
        sys.stderr.write("noise")
        warnings.warn("careful", stacklevel=1)
        return x

    text = box(chatty)
    assert len(text) < 3_500 and "characters printed" in text
    assert capsys.readouterr() == ("", "")


def test_a_changed_input_is_seen():
    def greedy(xs):
        return len([xs.pop() for _ in range(len(xs))])

    assert "changes its input `xs`" in box(greedy, "lists")
    assert verdict(len, "lists").status == "right"
    text = box(lambda xs: len(xs.reverse()), "lists")
    assert "'NoneType' has no len()" in text and "it had changed its input `xs`. Methods that change a list" in text


def test_one_case_cannot_spoil_the_next():
    def greedy(x):
        X_inside = x.numpy()
        X_inside[:] = 0
        return x * 2

    verdict(greedy)
    assert DOUBLE.cases[0].inputs[0][0, 0] == 1.0
    assert verdict(lambda x: x * 2).status == "right"


def test_the_shapes_of_a_list_are_written_as_they_are():
    def tried(items):
        question = Question("f", ("xs", "n"), (Case("a list", (items, 3)),))
        key = Key(1.0, (("y", ""),), 0, 0, "", (np.array(1),))
        cases = CaseFile("00_test", "", 0, {"f": question}, {"f": key})
        return checks.Check("00_test", cases).judge("f", lambda xs, n: 2).says[-1]

    assert tried([np.zeros((2, 1)), np.zeros((3, 1)), np.zeros((1, 1))]) == (
        "Tried with xs [(2, 1), (3, 1), (1, 1)], n = 3 (a list)."
    )
    assert tried([np.zeros((2, 1))] * 3) == "Tried with xs (3 x (2, 1)), n = 3 (a list)."
    assert tried([[np.zeros((2, 1)), np.zeros(2)]] * 3) == "Tried with xs (3 x [(2, 1), (2,)]), n = 3 (a list)."
    assert tried([[["a", "b"], []], [["c"]]]) == "Tried with xs = [[['a', 'b'], []], [['c']]], n = 3 (a list)."
    assert tried([np.zeros((n, 1)) for n in range(12)]).endswith("(9, 1), ...], n = 3 (a list).")


@pytest.mark.parametrize(
    "answer, status, words",
    [
        ("B", "right", ""),
        (" b ", "right", ""),
        ("A", "wrong", "Not A."),
        ("Z", "wrong", "one letter in quotes: A or B"),
        (3, "wrong", "one letter in quotes: A or B"),
    ],
)
def test_choices(answer, status, words):
    assert verdict(answer, "letter").status == status
    assert words in box(answer, "letter")


def test_shapes_come_before_values():
    assert verdict(np.ones(3), "one").status == "wrong"
    assert verdict(np.array(1.0), "one").status == "wrong"
    assert verdict([1.0], "one").status == "right"


def test_unknown_exercises_and_missing_cases_are_told_calmly(tmp_path, monkeypatch, capsys):
    assert CHECK("duble", len) == 0.0
    assert "Did you mean 'double'?" in capsys.readouterr().out
    assert CHECK(len, len) == 0.0
    monkeypatch.setattr(checks, "CASES_DIR", tmp_path)
    assert checks.lesson("99_none")("double", len) == 0.0
    assert "make release" in capsys.readouterr().out
    (tmp_path / "98_bad.npz").write_bytes(b"not a zip")
    assert checks.lesson("98_bad")("double", len) == 0.0
    assert "cannot be read" in capsys.readouterr().out


def test_pickles_are_never_loaded(tmp_path):
    np.savez(tmp_path / "evil.npz", meta=np.array([{"a": 1}], dtype=object))
    with pytest.raises(CaseFileError, match="cannot be read"):
        load(tmp_path / "evil.npz")


def test_the_score_is_the_number_nbgrader_reads():
    score = Score(1.5, 2.0)
    assert repr(score) == "1.5" and float(repr(score)) == 1.5
    assert score == 1.5 and "1.5 of 2 points" in score._repr_html_()


def test_the_box_is_readable_on_any_theme_and_escapes_html():
    page = ResultBox(verdict(lambda x: "<script>"))._repr_html_()
    assert "<script>" not in page and html.escape("<script>") in page
    style = re.search(r'style="([^"]*)"', page).group(1)
    assert "background:var(--jp-" in style and ";color:var(--jp-" in style


def test_a_case_file_says_the_same_after_saving(tmp_path):
    path = tmp_path / "00_test.npz"
    path.write_bytes(CHECK.cases.to_bytes())
    assert path.read_bytes() == CHECK.cases.to_bytes()
    assert load(path).to_bytes() == CHECK.cases.to_bytes()


def test_what_a_notebook_imports_has_a_name_that_stays():
    assert checks.__all__ == ["Check", "Courier", "lesson"]
