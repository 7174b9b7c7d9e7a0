"""The verdict finds the known mistake, or else says the most useful true thing."""

import dataclasses
import re

import numpy as np
import pytest

from helpers.checking.answers import Failure, Reply
from helpers.checking.comparing import same, settled
from helpers.checking.explaining import explain
from helpers.checking.keys import Key, KnownMistake, load
from helpers.checking.questions import Case, Question
from helpers.checking.verdicts import judge

RNG = np.random.default_rng(0)
WANT = RNG.uniform(1, 2, (2, 3, 4))


def says(got, want=WANT, axes="B T U"):
    return explain(got, want, "y", axes, 1e-4, 1e-5)


@pytest.mark.parametrize(
    "got, words",
    [
        (WANT.transpose(1, 0, 2), "B and T look swapped"),
        (WANT[:, 0], "T is missing"),
        (WANT[:, None], "extra axis of length 1 at position 1"),
        (WANT + np.eye(1, 3, 2)[..., None] * 0.5, "What differs is in step 2 (8 of 24 numbers)"),
        (WANT + RNG.uniform(0.5, 1, WANT.shape), "24 of 24 entries differ"),
        (WANT[0], "B is missing"),
        (list(WANT), "tf.stack makes one tensor of them"),
        ([list(rows) for rows in WANT], "in lists of tensors: tf.stack makes one tensor of each list."),
        ([list(rows) for rows in WANT + 1], "`y` is a list of 2; shape (2, 3, 4) = (B, T, U) was expected."),
        ([WANT[0], WANT[1, :2]], "`y` is a list of 2 arrays; shape (2, 3, 4) = (B, T, U) was expected."),
        ("A", "the text 'A'"),
        (None, "`y` is None; shape (2, 3, 4) = (B, T, U) was expected"),
        ([[1.0, 2.0], [3.0]], "a ragged list"),
    ],
)
def test_differences_are_described(got, words):
    assert words in says(got)


def test_an_axis_of_two_times_the_units_counts_units():
    want = RNG.uniform(1, 2, (3, 4))
    assert "What differs is in units 2, 3 (6 of 12 numbers)" in says(want + np.array([0, 0, 1, 1]), want, "B 2*U")


def test_an_axis_that_is_missing_is_named_only_when_it_can_be_told():
    assert "(2, 2) = (B, U) was expected: B or U is missing" in says(np.ones(2), np.eye(2), "B U")


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
    assert judge(*e, answers(5, 2, 3)).mistake == ""  # right in two cases where the mistake is wrong
    assert judge(*e, answers(5, 8, 9)).mistake == ""  # in one of three: that may be chance
    assert judge(*e, answers(4, 8, 9)).mistake == ""


def test_of_two_results_one_is_called_right_only_if_it_is_in_every_case():
    def judged(says, *a, b=6.0):
        answers = tuple((np.array(2.0), np.array(6.0)) for _ in range(3))
        e = exercise([KnownMistake("b", says, answers)], expected=((np.array(2.0), np.array(4.0)),) * 3)
        return judge(*e, [Reply((np.array(first), np.array(b))) for first in a])

    says = "`a` is right. But `b` is too large."
    assert judged(says, 2.0, 2.0, 2.0).says == (says,)
    partly = judged(says, 2.0, 2.0, 9.0)
    assert (partly.mistake, partly.says) == ("b", ("`b` is too large.",))
    assert judged("The a is right, but b is not.", 2.0, 2.0, 9.0).says == ("B is not.",)
    assert judged("`c` is right. But `b` is not.", 2.0, 2.0, 9.0).says == ("`c` is right. But `b` is not.",)


def test_the_order_alone_is_wrong_only_if_it_is_so_in_every_case():
    swapped = tuple((np.array(4.0), np.array(2.0)) for _ in range(3))
    says = "Both numbers are right, in the wrong order: first a."
    e = exercise([KnownMistake("swapped", says, swapped)], expected=((np.array(2.0), np.array(4.0)),) * 3)
    assert judge(*e, [Reply(answer) for answer in swapped]).says == (says,)
    other = judge(*e, [*map(Reply, swapped[:2]), Reply((np.array(4.0), np.array(9.0)))])
    assert other.mistake == "" and other.says[0].startswith("Here both results are right")


def test_what_is_said_of_a_listed_mistake_is_what_its_page_says(lesson, course):
    cases = load(course.case_file(lesson))
    for name, key in cases.keys.items():
        for mistake in key.mistakes:
            if not mistake.random:
                verdict = judge(cases.questions[name], key, [Reply(answer) for answer in mistake.answers])
                assert verdict.says == (mistake.says,), f"{name}: {mistake.name}"


def test_a_yes_or_no_is_alike_by_chance_more_often():
    wanted = tuple(np.array([False, yes]) for yes in (True, False, True, True))
    known = KnownMistake("turned round", "x", tuple(~want for want in wanted))
    other = [Reply(~wanted[0]), Reply(~wanted[1]), Reply(~wanted[2]), Reply(np.array([True, True]))]
    e = exercise([known], (("leaks", "T"),), wanted)
    assert judge(*e, [Reply(~want) for want in wanted]).mistake == "turned round"
    assert judge(*e, other).mistake == ""
    known = KnownMistake("minus", "x", tuple(want - 1.0 for want in wanted))
    e = exercise([known], (("leaks", "T"),), tuple(want * 1.0 for want in wanted))
    assert judge(*e, [*(Reply(want - 1.0) for want in wanted[:3]), Reply(np.array([5.0, 5.0]))]).mistake == "minus"


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


def test_a_file_may_have_any_name_where_the_name_is_not_the_mistake():
    def named(said, raised):
        known = KnownMistake("file", "No such file.", (Failure("raised", said),) * 2)
        return judge(*exercise([known]), [Reply(Failure("raised", raised))] * 2).mistake == "file"

    assert named("not found: filepath=there/model.keras. See", "not found: filepath=there/my_net-2.keras. See")
    assert named("wants .keras: filepath=there/model.", "wants .keras: filepath=there/net.ckpt.")
    assert not named("not found: filepath=there/model.keras", "not found: filepath=model.keras")
    assert not named("not found: filepath=there/model.keras", "not found: filepath={there}/model.keras")
    assert not named("not found: filepath=there/model.keras", "not found: filepath=there/model.weights.h5")


def test_a_text_that_was_cut_off_is_compared_as_far_as_it_goes():
    said = "raised ValueError: received 3 tensors: [<name=keras_tensor_{}>, <name=keras_tensor_{}>, <name=keras_tenso"
    known = KnownMistake("flag", "The other flag.", (Failure("raised", said.format(5, 6) + "..."),) * 2)
    e = exercise([known])
    assert judge(*e, [Reply(Failure("raised", said.format(115, 116)[:-4] + "..."))] * 2).mistake == "flag"
    assert judge(*e, [Reply(Failure("raised", said.format(5, 6)))] * 2).mistake == ""
    assert judge(*e, [Reply(Failure("raised", said.replace("3", "2").format(5, 6) + "..."))] * 2).mistake == ""


def test_of_several_wrong_letters_the_first_is_spoken_of():
    right = ("B", "A", "D", "C")
    mistakes = [
        KnownMistake(f"{i} taken for {letter}", "x", (*right[:i], letter, *right[i + 1 :]))
        for i, want in enumerate(right)
        for letter in "ABCD"
        if letter != want
    ]
    e = exercise(mistakes, (("the letter", ""),), right)
    assert judge(*e, [Reply(letter) for letter in "BBDD"]).mistake == "1 taken for B"
    assert judge(*e, [Reply(letter) for letter in "AADC"]).mistake == "0 taken for A"
    assert "Answer with one letter" in judge(*e, [Reply("sequence")] * 4).says[0]
    few = exercise([m for m in mistakes if m.name.startswith("0")], (("the letter", ""),), right)
    assert "another letter than B" in judge(*few, [Reply(letter) for letter in "BBDD"]).says[0]


def test_several_results_are_counted_and_ordered():
    right = (np.array(1.0), np.array(2.0))
    e = exercise([])
    assert judge(*e, [Reply(right)] * 2).status == "right"
    assert judge(*e, [Reply(list(right))] * 2).status == "right"
    assert judge(*e, [Reply(right[::-1])] * 2).says[0] == "Both results are right, in the wrong order: return a, b."
    here = judge(*e, [Reply(right[::-1]), Reply((np.array(3.0), np.array(4.0)))]).says[0]
    assert here.startswith("Here both results are right") and here.endswith("more than the order is wrong.")
    assert "should return 2 results (`a`, `b`)" in judge(*e, [Reply(right[0])] * 2).says[0]
    assert "`b` is 3; 2 was expected" in judge(*e, [Reply((right[0], np.array(3.0)))] * 2).says[0]


def test_one_tensor_may_hold_the_results_that_are_asked():
    h, c = RNG.uniform(1, 2, (2, 3, 4))
    e = exercise([KnownMistake("c as it was", "x", ((h, c + 1),))], (("h", "B U"), ("c", "B U")), ((h, c),))
    assert judge(*e, [Reply(np.stack([h, c]))]).status == "right"
    assert judge(*e, [Reply(np.stack([h, c + 1]))]).mistake == "c as it was"
    assert "in the wrong order" in judge(*e, [Reply(np.stack([c, h]))]).says[0]
    numbers = exercise([], (("units", ""), ("parameters", "")), ((np.array(3), np.array(165)),))
    assert judge(*numbers, [Reply(np.array([3, 165]))]).status == "right"
    assert "`parameters` is 166; 165 was expected" in judge(*numbers, [Reply(np.array([3, 166]))]).says[0]
    assert "should return 2 results" in judge(*e, [Reply(np.stack([h, c], axis=-1))]).says[0]


def test_single_numbers_may_come_as_a_tuple_or_as_a_vector():
    apart, vector = (np.array(3), np.array(100)), np.array([3, 100])
    assert all(same(got, want, 1e-4, 1e-5) for got in (apart, vector, [3, 100]) for want in (apart, vector))
    assert not same((np.array(3), np.array(90)), vector, 1e-4, 1e-5)
    assert not same((np.array(3), np.array([100])), vector, 1e-4, 1e-5)
    e = exercise([], (("units", ""), ("parameters", "")), (apart,))
    assert "`units`" in judge(*e, [Reply(np.array([4, 100]))]).says[0]


MATRIX, LONG, STATES = np.eye(2), np.arange(3.0), [np.ones((2, 3)), np.zeros((2, 3))]


@pytest.mark.parametrize(
    "got, expected, names, words",
    [
        (([1, 0], [0, 1]), (MATRIX[0], MATRIX[1]), "a b", ""),  # two results, by their look a matrix
        ([[1, 0], [0, 1]], (MATRIX[0], MATRIX[1]), "a b", ""),
        (([1, 0], [0, 1, 2]), (MATRIX[0], LONG), "a b", ""),
        (([1, 0], [0, 1]), MATRIX, "a", ""),
        ([[1, 0], [0, 1]], MATRIX, "a", ""),
        (tuple(MATRIX), MATRIX, "a", "tf.stack makes one tensor"),
        ((3, 4.5), (np.array(3), np.array(4.5)), "a b", ""),
        ([s.tolist() for s in STATES], STATES, "states", ""),
        (([s.tolist() for s in STATES], [1, 2, 3]), (STATES, LONG + 1), "states last", ""),
        (STATES, (STATES, LONG), "states last", "it returned `states` alone, which is right"),
        ((STATES, LONG), STATES, "states", "`states` is right, but another result came with it"),
        ([STATES, LONG], STATES, "states", "`states` is right, but another result came with it"),
        (([1, 0], [[0, 1], [2]]), (MATRIX[0], LONG), "a b", "`b` is a ragged list"),
        (([1, 0], 3), (MATRIX[0], LONG), "a b", "`b` has shape ()"),
    ],
)
def test_lists_are_read_as_what_is_asked(got, expected, names, words):
    e = exercise([], [(name, "") for name in names.split()], (settled(expected, len(names.split())),))
    verdict = judge(*e, [Reply(got)])
    assert (verdict.status == "right") == (words == ""), verdict.says
    assert words in " ".join(verdict.says)


def test_unwritten_is_not_wrong():
    unwritten = Reply(Failure("unwritten", "Not written yet."))
    assert judge(*exercise([]), [unwritten] * 2).status == "unwritten"
    assert judge(*exercise([]), [unwritten, Reply(None)]).status == "wrong"


def test_an_answer_that_changes_from_call_to_call_is_not_right_even_if_it_was_once():
    right = (np.array(1.0), np.array(2.0))
    e = exercise([KnownMistake("random", "Drawn.", (), True)])
    assert judge(*e, [Reply(right, again=right[::-1]), Reply(right)]).mistake == "random"


FIVE = tuple((name, "") for name in ("dx", "dh_prev", "dkernel", "drecurrent", "dbias"))
RIGHT = tuple(RNG.uniform(1, 2, (2, 3)) for _ in FIVE)
UNCHANGED = KnownMistake("unchanged", "It passes the tanh unchanged.", (tuple(part + 1 for part in RIGHT),) * 2)
NO_SUM = KnownMistake("no sum", "The bias is not summed.", ((*RIGHT[:4], RIGHT[4] + 3),) * 2)


def named(*parts):
    return judge(*exercise([UNCHANGED, NO_SUM], FIVE, (RIGHT,) * 2), [Reply(parts)] * 2).mistake


def test_a_name_needs_every_result_to_agree():
    wrong = UNCHANGED.answers[0]
    assert named(*wrong) == "unchanged"
    assert named(*RIGHT[:4], wrong[4]) == ""  # only dbias is wrong
    assert named(*RIGHT[:3], wrong[3], RIGHT[4]) == ""  # only drecurrent is wrong
    assert named(wrong[0], *RIGHT[1:]) == ""
    assert named(*wrong[:4], 0 * RIGHT[4]) == "unchanged"  # and a mistake of its own beside it
    assert named(wrong[0], *(0 * part for part in RIGHT[1:])) == ""
    assert named(*RIGHT[:4], RIGHT[4] + 3) == "no sum"
    assert named(*wrong[:4], RIGHT[4] + 3) == "unchanged"
    assert named(*wrong[:2], *(0 * part for part in RIGHT[2:])) == ""  # two of five may be chance
    pair = KnownMistake("pair", "Both.", ((RIGHT[0] + 1, RIGHT[1] + 1),) * 2)
    replies = [Reply((RIGHT[0] + 1, RIGHT[1] + 2))] * 2  # a small number is soon alike
    assert judge(*exercise([pair], FIVE[:2], (RIGHT[:2],) * 2), replies).mistake == ""


@pytest.mark.parametrize("kept", range(5))
def test_one_wrong_result_of_lesson_05_is_not_told_as_five(kept, course):
    cases = load(course.case_file("05_backprop_through_time"))
    question, key = cases.questions["step_backward"], cases.keys["step_backward"]
    for mistake in key.mistakes:
        if not all(isinstance(answer, list | tuple) and len(answer) == 5 for answer in mistake.answers):
            continue
        replies = []
        for want, known in zip(key.expected, mistake.answers, strict=True):
            parts = [known[i] if i == kept else want[i] for i in range(5)]
            replies.append(Reply(parts))
        verdict = judge(question, key, replies)
        if verdict.mistake:
            found = next(m for m in key.mistakes if m.name == verdict.mistake)
            for reply, want, told in zip(replies, key.expected, found.answers, strict=True):
                for i in range(5) if not isinstance(told, Failure) else ():  # some mistakes raise in one of the cases
                    right = [same(part[i], want[i], key.rtol, key.atol) for part in (reply.answer, told)]
                    assert right[0] == right[1], f"{mistake.name}, {key.returns[kept][0]} only: {verdict.says}"


def test_results_that_are_right_are_told():
    e = exercise([], FIVE, (RIGHT,) * 2)
    alone = "The other results are right."
    assert alone in judge(*e, [Reply((*RIGHT[:4], RIGHT[4] + 1))] * 2).says[0]
    assert alone in judge(*e, [Reply((*RIGHT[:4], RIGHT[4] * 2)), Reply(RIGHT)]).says[0]
    assert alone not in judge(*e, [Reply((*RIGHT[:3], RIGHT[3] + 1, RIGHT[4] + 1))] * 2).says[0]
    assert alone not in judge(*e, [Reply((*RIGHT[:4], RIGHT[4] + 1)), Reply((RIGHT[0] + 1, *RIGHT[1:]))]).says[0]


def likened(changes, wants=(WANT, WANT + 1, WANT * 2), axes="B T U"):
    e = exercise([], (("y", axes),), wants)
    return judge(*e, [Reply(change(want)) for change, want in zip(changes, wants, strict=True)]).says[0]


ALIKE = {
    "except for its sign": lambda y: -y,
    "0.3333 times what it should be, everywhere": lambda y: y / 3,
    "reverse order along T": lambda y: y[:, ::-1],
    "one place late along U": lambda y: np.roll(y, 1, 2),
    "one place early along U": lambda y: np.roll(y, -1, 2),
}


@pytest.mark.parametrize("words", ALIKE)
def test_a_likeness_holds_in_most_wrong_cases(words):
    change = ALIKE[words]
    assert likened([change] * 3).startswith("`y` is") and words in likened([change] * 3)
    assert words in likened([change, change, lambda y: y + 1])  # in two of three
    assert words not in likened([change, lambda y: y + 1, lambda y: y + 1])
    assert words not in likened([lambda y: y + 1, change, lambda y: y])
    assert likened([change, lambda y: y, lambda y: y]).startswith("Here `y` is")  # the only wrong case


def test_a_factor_that_changes_is_told_as_such():
    text = likened([lambda y: y / 2, lambda y: y / 3, lambda y: y / 4])
    assert text == "Here `y` is 0.5 times what it should be, everywhere; with other inputs it is 0.3333 times."


def test_square_matrices_may_be_transposed():
    squares = tuple(RNG.uniform(1, 2, (3, 3)) for _ in range(3))
    assert "axes are swapped" in likened([np.transpose] * 3, squares, "U U")


@pytest.mark.parametrize("lesson_name", ["05_backprop_through_time", "06_vanishing_and_exploding"])
def test_likenesses_of_unlisted_mistakes_are_true_of_most_wrong_cases(lesson_name, course):
    """Take each known mistake out in turn and look at what is said then."""
    said = 0
    for _, question, key in load(course.case_file(lesson_name)):
        for mistake in key.mistakes:
            if not mistake.answers:
                continue
            others = dataclasses.replace(key, mistakes=tuple(m for m in key.mistakes if m.name != mistake.name))
            verdict = judge(question, others, [Reply(answer) for answer in mistake.answers])
            found = re.match(
                r"(Here )?`([^`]+)` is (right except for its sign|([\d.e+-]+) times .*everywhere)\.$", verdict.says[0]
            )
            if verdict.mistake or not found:
                continue
            said += 1
            factor = -1.0 if found[4] is None else float(found[4])
            label = found[2].partition("[")[0]
            part = [name for name, _ in key.returns].index(label)
            wrong = holds = 0
            for got, want in zip(mistake.answers, key.expected, strict=True):
                wrong += not same(got, want, key.rtol, key.atol)
                if len(key.returns) > 1 and isinstance(got, list | tuple):
                    got, want = got[part], want[part]
                leaves = list(zip(leaves_of(got), leaves_of(want), strict=False))
                holds += any(
                    g.shape == w.shape and np.allclose(g, factor * w, 1e-3, 1e-4) and not np.allclose(g, w, 1e-4)
                    for g, w in leaves
                )
            assert 2 * holds > wrong, f"{question.name}, {mistake.name}: {verdict.says}"
            assert (found[1] is None) == (wrong > 1), verdict.says
    assert said > 0, "nothing was tried"


def leaves_of(value):
    if isinstance(value, list | tuple):
        return [leaf for item in value for leaf in leaves_of(item)]
    return [value] if isinstance(value, np.ndarray) else []
