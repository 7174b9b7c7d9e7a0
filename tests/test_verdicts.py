"""The verdict finds the known mistake, or else says the most useful true thing."""

import numpy as np
import pytest

from helpers.checking.answers import Failure, Reply
from helpers.checking.comparing import same
from helpers.checking.explaining import explain
from helpers.checking.keys import Key, KnownMistake
from helpers.checking.questions import Case, Question
from helpers.checking.verdicts import judge

RNG = np.random.default_rng(0)
WANT = RNG.uniform(1, 2, (2, 3, 4))


def says(got, want=WANT, axes="B T U"):
    return explain(got, want, "y", axes, 1e-4, 1e-5)


@pytest.mark.parametrize(
    "got, words",
    [
        (-WANT, "except for its sign"),
        (WANT / 3, "0.3333 times what it should be"),
        (WANT.transpose(1, 0, 2), "B and T look swapped"),
        (WANT[:, ::-1], "reverse order along T"),
        (WANT[:, 0], "T is missing"),
        (WANT[:, None], "extra axis of length 1 at position 1"),
        (WANT + np.eye(1, 3, 2)[..., None] * 0.5, "What differs is in step 2 (8 of 24 numbers)"),
        (WANT + RNG.uniform(0.5, 1, WANT.shape), "24 of 24 entries differ"),
        (list(WANT), "tf.stack makes one tensor"),
        ("A", "the text 'A'"),
        (None, "Is a `return` missing"),
    ],
)
def test_differences_are_described(got, words):
    assert words in says(got)


def test_square_matrices_may_be_transposed():
    square = RNG.uniform(1, 2, (3, 3))
    assert "axes are swapped" in says(square.T, square, "U U")


def test_counts_are_exact_whatever_the_tolerance():
    assert same(np.array(55.0), np.array(55), 1, 1)
    assert not same(np.array(55.001), np.array(55), 1, 1)


def exercise(mistakes, returns=(("a", ""), ("b", "")), expected=None):
    expected = expected or ((np.array(1.0), np.array(2.0)),) * 2
    cases = tuple(Case(f"case {i}") for i in range(len(expected)))
    return Question("f", (), cases), Key(2.0, returns, 1e-4, 1e-5, "", expected, tuple(mistakes))


def test_a_mistake_is_known_by_all_its_answers_or_by_most_of_the_wrong_ones():
    def answers(*numbers):
        return [Reply(np.array(float(number))) for number in numbers]

    wanted = tuple(np.array(float(number)) for number in (1, 2, 3))
    one = KnownMistake("one", "one", tuple(np.array(float(number)) for number in (5, 6, 0)))
    two = KnownMistake("two", "two", tuple(np.array(float(number)) for number in (5, 6, 7)))
    e = exercise([one, two], (("a", ""),), wanted)
    assert judge(*e, answers(5, 6, 7)).mistake == "two"
    assert judge(*e, answers(5, 6, 9)).mistake == "one"  # in two of three wrong cases
    assert judge(*e, answers(5, 2, 3)).mistake == "one"  # in the only wrong case
    assert judge(*e, answers(5, 8, 9)).mistake == ""  # in one of three: that may be chance
    assert judge(*e, answers(4, 8, 9)).mistake == ""


def test_a_mistake_that_raises_is_known_by_what_it_raises():
    failure = Failure("raised", "`f` raised ValueError: axis", "line 1")
    e = exercise([KnownMistake("axis", "Another axis.", (failure, failure))])
    same_failure = Failure("raised", "`f` raised ValueError: axis", "line 9: `other`")
    numbered = KnownMistake("layer", "Not built.", (Failure("raised", "layer dense_3 has no weights"),) * 2)
    later = Reply(Failure("raised", "layer dense_71 has no weights"))
    assert judge(*exercise([numbered]), [later] * 2).mistake == "layer"
    other = Failure("raised", "`f` raised ValueError: something", "line 1")
    assert judge(*e, [Reply(same_failure)] * 2).mistake == "axis"
    assert judge(*e, [Reply(other)] * 2).mistake == ""


def test_several_results_are_counted_and_ordered():
    right = (np.array(1.0), np.array(2.0))
    e = exercise([])
    assert judge(*e, [Reply(right)] * 2).status == "right"
    assert judge(*e, [Reply(list(right))] * 2).status == "right"
    assert "in the wrong order" in judge(*e, [Reply(right[::-1])] * 2).says[0]
    assert "should return 2 results (`a`, `b`)" in judge(*e, [Reply(right[0])] * 2).says[0]
    assert "`b` is 3; 2 was expected" in judge(*e, [Reply((right[0], np.array(3.0)))] * 2).says[0]


def test_single_numbers_may_come_as_a_tuple_or_as_a_vector():
    apart, vector = (np.array(3), np.array(100)), np.array([3, 100])
    assert all(same(got, want, 1e-4, 1e-5) for got in (apart, vector) for want in (apart, vector))
    assert not same((np.array(3), np.array(90)), vector, 1e-4, 1e-5)
    assert not same((np.array(3), np.array([100])), vector, 1e-4, 1e-5)
    e = exercise([], (("units", ""), ("parameters", "")), (apart,))
    assert "`units`" in judge(*e, [Reply(np.array([4, 100]))]).says[0]


def test_unwritten_is_not_wrong():
    unwritten = Reply(Failure("unwritten", "Not written yet."))
    assert judge(*exercise([]), [unwritten] * 2).status == "unwritten"
    assert judge(*exercise([]), [unwritten, Reply(None)]).status == "wrong"


def test_an_answer_that_changes_from_call_to_call_is_not_right_even_if_it_was_once():
    right = (np.array(1.0), np.array(2.0))
    e = exercise([KnownMistake("random", "Drawn.", (), True)])
    assert judge(*e, [Reply(right, again=right[::-1]), Reply(right)]).mistake == "random"
