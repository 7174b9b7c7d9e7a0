"""What goes wrong in TensorFlow is told in words that point at the cause, and at the student's own line."""

import contextlib
import linecache
import os
import re
import tempfile

import keras
import nbformat
import numpy as np
import pytest
import tensorflow as tf

import helpers.measure
import helpers.probes
from helpers.checking.answers import Failure
from helpers.checking.asking import ask
from helpers.checking.hints import telling
from helpers.checking.keys import load
from helpers.checking.questions import Case, Question
from helpers.grading.marks import grade_id
from helpers.probes import call_and_count_traces, run_with_weights

X, KERNEL, H, RECURRENT = tf.ones((2, 3)), tf.ones((3, 5)), tf.ones((2, 5)), tf.ones((5, 5))
OPEN = [tf.TensorSpec([2, None, 3])]


def traced(function, *specs):
    return lambda: tf.function(function).get_concrete_function(*(specs or [tf.TensorSpec([2, 3])]))


def not_watched():
    variable = tf.Variable(X)
    keras.optimizers.SGD().apply_gradients([(None, variable)])


def twice():
    with tf.GradientTape() as tape:
        variable = tf.Variable(X)
        loss = variable * 2
    return tape.gradient(loss, variable), tape.gradient(loss, variable)


def assigned():
    array = tf.zeros((2, 3))
    array[0] = 1.0


def list_in_loop(x):
    out = []
    for i in tf.range(3):
        out.append(tf.cast(i, tf.float32) * x)
    return tf.stack(out)


def growing_loop(x):
    return tf.while_loop(lambda t, s: t < 3, lambda t, s: (t + 1, tf.concat([s, s], 0)), [0, x])


def changing_type(x):
    return tf.while_loop(lambda t, s: t < 3, lambda t, s: (t + 1, tf.cast(s, tf.float64)), [0, x])


@tf.autograph.experimental.do_not_convert
def plain_if(x):
    return x if tf.reduce_sum(x) > 0 else -x


@tf.autograph.experimental.do_not_convert
def plain_for(x):
    return [row for row in x]


def array_of(size):
    return tf.TensorArray(tf.float32, size=size)


def read_only():
    array = np.ones(3)
    array.flags.writeable = False
    array += 1


TABLE = [tf.Variable(tf.ones((4, 2)))]


def sliced():
    """The gradient of a table of which rows were looked up."""
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(tf.gather(TABLE[0], [1, 3]) ** 2)
    return tape.gradient(loss, TABLE)


WRONG = {
    "a flag by its place": (lambda: keras.layers.Dropout(0.4)(X, True), "everything else by its name: training="),
    "variables first": (lambda: keras.optimizers.SGD().apply(TABLE, sliced()), "the gradients first and then the var"),
    "a step by hand on a table": (lambda: 0.5 * sliced()[0], "make a tensor of it with tf.convert_to_tensor"),
    "an array's truth": (lambda: 1 if X > 0 else 2, "one yes or no"),
    "an input changed": (read_only, "the inputs must stay as they are"),
    "no such axis to split": (lambda: tf.split(X[0], 3, axis=1), "no axis 1: the tensor has 1 axis,"),
    "no such axis to join": (lambda: tf.concat([X, X], 2), "no axis 2: the tensor has 2 axes,"),
    "no such axis in NumPy": (lambda: np.sum(np.ones(3), axis=1), "no axis 1: the tensor has 1 axis,"),
    "no such step": (lambda: X[:, 7], "along axis 1 there is no entry 7"),
    "no such id": (lambda: tf.gather(X, [5]), "entry 5 is asked for, and there are 2"),
    "no such id, asked for alone": (lambda: tf.gather(X, -1), "entry -1 is asked for, and there are 2"),
    "batches of matrices": (lambda: tf.ones((4, 2, 3)) @ tf.ones((4, 5, 3)), "Is one of them to be transposed"),
    "batches of other sizes": (lambda: tf.ones((4, 2, 3)) @ tf.ones((1, 5, 4)), r"\[1,5,4\] do not fit\.$"),
    "logits for labels": (
        lambda: tf.nn.sparse_softmax_cross_entropy_with_logits(X, [0, 1]),
        r"given \(2, 3\) and \(2,\)\. Have the two changed places",
    ),
    "logits for labels in Keras": (
        lambda: keras.losses.sparse_categorical_crossentropy(X, tf.constant([0, 1])),
        r"given \(2, 3\) and \(2,\)\. Have the two changed places",
    ),
    "ids with an axis too few": (
        lambda: tf.nn.sparse_softmax_cross_entropy_with_logits(labels=0, logits=X),
        r"given \(\) and \(2, 3\)\.$",
    ),
    "ids for shares": (lambda: tf.nn.softmax_cross_entropy_with_logits([0, 1, 1, 0], X), "`sparse` in its name"),
    "ids for shares in Keras": (
        lambda: keras.losses.categorical_crossentropy(tf.constant([0, 1]), X),
        "`sparse` in its name",
    ),
    "a condition of another shape": (
        lambda: tf.where(X > 0, tf.ones((2, 4, 3)), 0.0),
        r"condition of shape \[2,3\] and values of \[2,4,3\] and \[\] do not fit",
    ),
    "several numbers for one": (lambda: int(tf.argmax(X)), "this is an array of several"),
    "a NumPy array for one number": (lambda: float(np.ones(3)), "this is an array of several"),
    "power of a negative number": (lambda: max([(-2.0) ** 0.7, (-3.0) ** 0.7]), "complex numbers cannot be compared"),
    "TensorFlow 1's log": (lambda: tf.log(X), "there is no `tf.log`"),
    "number over size": (lambda: tf.reduce_sum(X) / tf.shape(X)[0], "two types meet, float32 and int32"),
    "booleans": (lambda: tf.add(X > 0, X), "booleans stand where numbers are needed"),
    "minimum": (lambda: tf.minimum(X, KERNEL), "shapes .* do not fit each other: counted from the last axis"),
    "a slot too far": (lambda: array_of(3).write(3, X), "3 slots, counted from 0: there is none with the number 3"),
    "no slots": (lambda: array_of(0).write(0, X), "has no slots"),
    "a size that is None": (
        traced(lambda x: tf.TensorArray(tf.float32, size=x.shape[1]).stack(), tf.TensorSpec([2, None])),
        "TensorArray needs its `size`",
    ),
    "an array taken for a tensor": (lambda: tf.stack(array_of(2).write(0, X), axis=1), "method `.stack\\(\\)`"),
    "scalars": (lambda: tf.concat([X[0, 0], X[0, 1]], 0), "one of these is a single number"),
    "scalars in a graph": (traced(lambda x: tf.concat([x, x[0, 0]], 0)), "one of these is a single number"),
    "ranks": (lambda: tf.concat([X, X[0]], 0), r"these have shapes \[2,3\] and \[3\]"),
    "no list": (lambda: tf.concat(X, H), "a list of tensors first and then the axis"),
    "no list, axis named": (lambda: tf.concat(X, H, axis=1), "a list of tensors first and then the axis"),
    "no list to stack": (lambda: tf.stack(X, H, axis=1), "a list of tensors first and then the axis"),
    "joined along another axis": (lambda: tf.concat([X, H], 0), r"shapes \[2,3\] and \[2,5\]. Is another axis"),
    "joined in a graph": (traced(lambda x: tf.concat([x, H], 0)), r"shapes \[2,3\] and \[2,5\]. Is another axis"),
    "reversed along a number": (lambda: tf.reverse(X, 1), "takes a list of axes"),
    "reversed in a graph": (traced(lambda x: tf.reverse(x, 1)), "takes a list of axes"),
    "seq_axis left out": (lambda: tf.reverse_sequence(X, [1, 2]), "which axis is time"),
    "* for @": (lambda: X * KERNEL, r"shapes \[2,3\] and \[3,5\] do not fit. A matrix product is written `@`"),
    "* for @ in a graph": (traced(lambda x: x * KERNEL), "A matrix product is written `@`"),
    "+": (lambda: X + H, r": `\+` works number by number; shapes \[2,3\] and \[2,5\] do not fit.$"),
    "transposed": (lambda: X @ tf.transpose(KERNEL), r"\[5,3\] do not fit. Is one of them to be transposed"),
    "left transposed": (lambda: X @ H, "Is the left one to be transposed"),
    "order": (lambda: H @ tf.ones((3, 7)), "in the right order"),
    "@ in a graph": (traced(lambda x: x @ RECURRENT), r"shapes \[2,3\] and \[5,5\] do not fit"),
    "order in a Keras cell": (lambda: keras.layers.SimpleRNNCell(5)(H, [X]), r"\[2,3\] and \[5,5\] do not fit"),
    "vector": (lambda: X[0] @ KERNEL, "one of these has fewer axes"),
    "float64": (lambda: X * tf.ones(3, tf.float64), "two types meet, float32 and float64"),
    "whole numbers": (lambda: tf.ones((2, 3), tf.int32) @ KERNEL, "int32 and float32"),
    "condition": (lambda: tf.where(X, X, X), "compare first"),
    "unequal parts": (lambda: tf.stack([X, H]), r"only when their shapes are equal; here are \[2,3\] and \[2,5\]"),
    "assigned": (assigned, "a tensor cannot be changed"),
    "NumPy in a graph": (traced(lambda x: np.tanh(x)), "has no numbers yet"),
    "numbers in a graph": (traced(lambda x: x.numpy()), "has no numbers yet"),
    "if in a graph": (traced(plain_if), "`if`, `while` and `and` cannot look at it"),
    "for in a graph": (traced(plain_for), "a loop that TensorFlow runs"),
    "unknown length": (traced(lambda x: [x[:, t] for t in range(x.shape[1])], *OPEN), "the length may be unknown"),
    "unstack of unknown": (traced(lambda x: tf.unstack(x, axis=1), *OPEN), "the length may be unknown"),
    "list in a loop": (traced(list_in_loop), "by a Python list"),
    "loop that grows": (traced(growing_loop), r"it goes in as \(2, 3\) and comes out as \(4, 3\)"),
    "loop of two types": (traced(changing_type), "it goes in as float32 and comes out as float64"),
    "variable in a function": (lambda: tf.function(lambda x: tf.Variable(1.0) + x)(X), "create them once"),
    "tape twice": (twice, "a tape gives its gradients once"),
    "no gradients": (not_watched, "all gradients are None"),
    "None": (lambda: None @ KERNEL, "None stands where a tensor is needed"),
    "symbolic": (lambda: tf.tanh(keras.Input((3,))), "a place in a model"),
    "signature": (
        lambda: tf.function(tf.tanh, input_signature=[tf.TensorSpec([None, 4], tf.float64)])(X),
        r"takes a tensor of shape \(None, 4\) and type float64; it was given \(2, 3\) and float32",
    ),
    "permutation": (lambda: tf.transpose(X, (1, 0, 2)), "has 2 axes, and the new order names 3"),
    "split": (lambda: tf.split(H, 4, axis=1), "axis 1 has size 5, which is not 4 equal parts"),
    "no such axis": (lambda: tf.reduce_sum(X, axis=2), "there is no axis 2: the tensor has 2 axes"),
    "axes of a layer": (lambda: keras.layers.LSTM(3)(X), r"with 3 axes; it was given one of shape \(2, 3\)"),
    "brackets": (lambda: X(2), "an entry is taken with"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_a_common_error_is_translated(name):
    wrong, words = WRONG[name]
    with pytest.raises(Exception) as caught:
        wrong()
    text = telling(caught.value)
    assert re.search(words, text), f"{text}\n\n{caught.value}"
    assert text.startswith(type(caught.value).__name__ + ": ") and "\n" not in text and len(text) < 350


def test_other_errors_keep_their_own_line():
    assert telling(ValueError("no luck\nsecond")) == "ValueError: no luck"
    assert telling(KeyError()) == "KeyError"

    @tf.function
    def picky(x):
        raise ValueError("the telling line")

    with pytest.raises(ValueError, match="in user code") as caught:
        picky(X)
    assert telling(caught.value) == "ValueError: the telling line"
    assert len(telling(ValueError("x" * 1000))) < 400


MATRIX = np.ones((2, 3), np.float32)


# -- whose line it is ----------------------------------------------------------------------


def cells(*sources):
    """Run cells as a notebook does; return what they define."""
    namespace = {"__name__": "__main__", "tf": tf, "np": np, "keras": keras}
    namespace.update(vars(helpers.probes), os=os, tempfile=tempfile, contextlib=contextlib, measure=helpers.measure)
    namespace["__name__"] = "__main__"
    namespace["check"] = lambda name, answer: namespace.update(handed_over=answer)
    for number, source in enumerate(sources):
        file = f"/tmp/ipykernel_0/{abs(hash(sources))}{number}.py"
        linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
        exec(compile(source, file, "exec"), namespace)
    return namespace


def failure_of(*sources, inputs=(MATRIX,)):
    question = Question("f", tuple("xyz"[: len(inputs)]), (Case("a case", inputs),))
    return ask(question, cells(*sources)["handed_over"])[0].answer


WRAPPED = "def run_f(x):\n    result = f(x)\n    return result.nothing(x)\n\ncheck('f', run_f)\n"


def test_a_line_of_the_check_is_never_shown_as_the_students():
    failure = failure_of("def f(x):\n    return x + 1\n", WRAPPED)
    assert failure.where == ""
    assert failure.text.startswith("The check cannot go on with what `f` returns: AttributeError")
    failure = failure_of("def f(x):\n    y = x\n    return x @ y\n", WRAPPED)
    assert failure.where == "line 3: `return x @ y`"
    assert failure.text.startswith("`f` raised InvalidArgumentError: in `a @ b`")


def test_answer_and_check_may_stand_in_one_cell():
    failure = failure_of("def f(x):\n    return x @ x\n\ncheck('f', f)\n")
    assert failure.where == "line 2: `return x @ x`"
    failure = failure_of("def mine(x):\n    return x @ x\n", "check('f', mine)\n")
    assert failure.where == "line 2: `return x @ x`" and "`f` raised" in failure.text


def test_arguments_that_do_not_fit_are_told_through_a_wrapper():
    failure = failure_of("def f():\n    return 1\n", WRAPPED)
    assert failure.kind == "signature" and "f() takes 0 positional arguments but 1 was given" in failure.text


def test_a_function_that_calls_itself_with_other_arguments_is_shown_its_own_line():
    failure = failure_of("def f(x):\n    return f(x, x)\n", WRAPPED)
    assert failure.kind == "raised" and failure.where == "line 2: `return f(x, x)`"
    assert failure.text.startswith("`f` raised TypeError: f() takes 1 positional argument")


def test_a_method_that_takes_other_arguments_is_named():
    source = "class F:\n    def step(self):\n        return 1\n\ndef f(x):\n    return F()\n"
    failure = failure_of(source, WRAPPED.replace("result.nothing(x)", "result.step(x)"))
    assert failure.text.startswith("`F.step` is called with other arguments than it takes: F.step() takes 1 positional")


def test_what_the_check_looks_for_and_does_not_find_is_told():
    failure = failure_of("def g(x):\n    return 1\n", WRAPPED)
    assert failure.text == "The check looks for `f`, which is not defined. Run the cell above it."
    failure = failure_of("def f(x):\n    return g(x)\n", WRAPPED)
    assert failure.text == "`f` raised NameError: name 'g' is not defined"


def test_a_stub_behind_a_wrapper_is_the_students():
    failure = failure_of("def f(x):\n    raise NotImplementedError()\n", WRAPPED)
    assert (failure.kind, failure.text) == (
        "unwritten",
        "Write your answer in the place of `raise NotImplementedError()`.",
    )


def test_the_line_of_a_traced_function_is_the_students():
    source = "@tf.function\ndef f(x):\n    y = x + 1\n    return y @ x\n"
    for check in (WRAPPED, "check('f', f)\n"):
        failure = failure_of(source, check)
        assert failure.where == "line 4: `return y @ x`"
        assert failure.text.startswith("`f` raised ValueError: in `a @ b`")


UNKNOWN = "def run_f(x):\n    return call_with_unknown_length(f, lambda x_t, h: (x_t, h), x)\n\ncheck('f', run_f)\n"
SEQUENCES = (np.ones((2, 4, 3), np.float32),)


@pytest.mark.parametrize(
    "body, words, line",
    [
        ("return tf.stack([x[:, t] for t in range(x.shape[1])])", "cannot be traced while T is unknown: TypeError", 2),
        ("return tf.unstack(x, axis=1)[0]", "cannot be traced while T is unknown: ValueError", 2),
        ("return tf.constant(np.tanh(x))", "cannot be traced as a graph: NotImplementedError", 2),
        ("return tf.constant(x.numpy())", "cannot be traced as a graph: AttributeError", 2),
        ("return x @ x", "`f` raised InvalidArgumentError: in `a @ b`|`f` raised InvalidArgumentError", 2),
    ],
)
def test_tracing_fails_for_a_reason_that_is_told(body, words, line):
    failure = failure_of(f"def f(cell, x):\n    {body}\n", UNKNOWN, inputs=SEQUENCES)
    assert re.search(words, failure.text), failure.text
    assert failure.where == f"line {line}: `{body}`"
    assert ("unknown" in failure.text.split(": ")[1]) == ("while T is unknown" in words)


WRAPPED_EXERCISES = {  # lesson, exercise: an answer that the wrapper in the check's cell cannot go on with
    ("01_two_steps", "keras_cell"): "return 3",
    ("04_outputs_and_states", "per_step_model"): "return 'a model'",
    ("07_image_rows", "train_step"): "return [1, 2]",
    ("08_forecasting", "save_and_restore"): "return keras.Sequential([keras.layers.Dense(3), keras.layers.LSTM(2)])",
    ("09_lstm", "gate_bias"): "return {}",
}


@pytest.mark.parametrize("lesson_name, exercise", WRAPPED_EXERCISES)
def test_no_lesson_shows_a_line_of_its_check(lesson_name, exercise, course):
    notebook = nbformat.read(course.solution(lesson_name), as_version=4)
    check_cell = next(cell.source for cell in notebook.cells if grade_id(cell) == f"check-{exercise}")
    question = load(course.case_file(lesson_name)).questions[exercise]
    for body, own in ((WRAPPED_EXERCISES[lesson_name, exercise], False), ("return [].wrong", True)):
        answer = ask(question, cells(f"def {exercise}(*given):\n    {body}\n", check_cell)["handed_over"])[0].answer
        if isinstance(answer, Failure):
            assert answer.where == ("line 2: `return [].wrong`" if own else ""), answer
            assert answer.text.startswith(f"`{exercise}` raised Attr") == own, answer
        else:
            assert not own


# -- answers that are asked in a special way -----------------------------------------------

BATCHES = [tf.ones((3, 5, 4)), tf.ones((3, 7, 4)), tf.ones((4, 6, 4)), tf.ones((3, 5, 5))]


def test_a_concrete_function_is_held_to_its_signature():
    refused, runs, results = call_and_count_traces(
        lambda function: tf.function(function).get_concrete_function(tf.TensorSpec([None, None, 4])), BATCHES
    )
    assert (refused, runs, [result.shape for result in results]) == (1, 1, [(3, 4), (3, 4), (4, 4)])
    refused, runs, _ = call_and_count_traces(
        lambda function: tf.function(function).get_concrete_function(tf.TensorSpec([3, 5, 4])), BATCHES
    )
    assert (refused, runs) == (3, 1)


@pytest.mark.parametrize(
    "spec, words",
    [
        (tf.TensorSpec([None, None, 7]), r"shape \(None, None, 7\) and type float32; it was given \(3, 5, 4\)"),
        (tf.TensorSpec([None, None, 4], tf.float64), "type float64; it was given .* and float32"),
        (tf.TensorSpec([None, 4]), r"shape \(None, 4\)"),
    ],
)
def test_a_signature_that_refuses_every_call_is_told_as_it_is(spec, words):
    question = Question("f", ("xs",), (Case("batches", ([batch.numpy() for batch in BATCHES],)),))
    answer = ask(question, lambda xs: call_and_count_traces(lambda g: tf.function(g, input_signature=[spec]), xs))[
        0
    ].answer
    assert re.search("refuses every call: TypeError: the signature takes .*" + words, answer.text), answer.text


class Reordered(keras.Model):
    """A model whose dense layer is made before the recurrent one."""

    def __init__(self):
        super().__init__()
        self.dense = keras.layers.Dense(2)
        self.rnn = keras.layers.SimpleRNN(5, return_sequences=True)

    def call(self, x):
        return self.dense(self.rnn(x))


def test_weights_find_their_layers_in_any_order():
    ordered = keras.Sequential(
        [keras.Input((None, 3)), keras.layers.SimpleRNN(5, return_sequences=True), keras.layers.Dense(2)]
    )
    weights = [np.random.default_rng(i).normal(size=w.shape).astype(np.float32) for i, w in enumerate(ordered.weights)]
    x = tf.ones((2, 4, 3))
    np.testing.assert_allclose(run_with_weights(Reordered(), x, weights), run_with_weights(ordered, x, weights), 1e-5)
    question = Question("f", ("x",), (Case("a case", (np.ones((2, 4, 3), np.float32),)),))
    wrong = ask(question, lambda x: run_with_weights(keras.Sequential([keras.layers.Dense(2)]), x, weights))[0].answer
    assert wrong.text.startswith("`f`: the model has weights of the shapes [(3, 2), (2,)]; ")
