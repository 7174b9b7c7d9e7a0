"""What a check hands to a function works wherever a student may call it: eagerly, traced, in loops, in batches."""

import dataclasses

import keras
import numpy as np
import pytest
import tensorflow as tf

from helpers.checking.packing import pack, unpack
from helpers.probes import (
    Chooser,
    ChunkLoss,
    DecoderStep,
    FreeRun,
    JoinSteps,
    LeakyCell,
    LinearModel,
    LSTMLayer,
    MaskedReader,
    MixedSteps,
    NextStep,
    PageScore,
    ProjectedCell,
    RowClassifier,
    ScanStates,
    SequenceModel,
    StepMaker,
    TanhStep,
    TanhStepBackward,
    WeightLoss,
    generate_and_count,
    scan_in_rounds,
)
from helpers.probes.registry import PROBES

RNG = np.random.default_rng(0)
B, T, D, U, K = 2, 4, 3, 5, 3


def draw(*shape):
    return RNG.uniform(-1, 1, shape).astype(np.float32)


CELL = (draw(D, U), draw(U, U), draw(U))
X, STATE = draw(B, T, D), draw(B, U)
LINEAR = LinearModel(draw(T), 0.5)
MASK = np.array([[True, False, True, False], [True] * T])
PAGES = np.array([[[1, 2, 3], [0, 0, 0], [4, 5, 0]], [[6, 0, 0], [2, 2, 1], [0, 0, 0]]], np.int32)
CALLS = {  # a probe and the inputs it takes, by their documented names
    "TanhStep": (TanhStep(*CELL), {"x_t": X[:, 0], "h_prev": STATE}),
    "LeakyCell": (LeakyCell(*CELL), {"x_t": X[:, 0], "state": STATE}),
    "ProjectedCell": (ProjectedCell(*CELL, draw(U, D), draw(D)), {"x_t": X[:, 0], "state": STATE}),
    "TanhStepBackward": (
        TanhStepBackward(*CELL[:2]),
        {"dh": STATE, "x_t": X[:, 0], "h_prev": STATE, "h_t": np.tanh(STATE)},
    ),
    "LSTMLayer": (LSTMLayer(draw(D, 4 * U), draw(U, 4 * U), draw(4 * U), T), {"x": X}),
    "SequenceModel": (SequenceModel(*CELL, draw(U, K), draw(K)), {"x": X}),
    "RowClassifier": (RowClassifier(*CELL, draw(U, K), draw(K)), {"x": X}),
    "MaskedReader": (MaskedReader(*CELL), {"x": X, "mask": MASK}),
    "PageScore": (
        PageScore(draw(7, D), MaskedReader(*CELL), MaskedReader(draw(U, K), draw(K, K), draw(K)), draw(K)),
        {"pages": PAGES},
    ),
    "MixedSteps": (MixedSteps(draw(T, T), draw(D, U)), {"x": X}),
    "FreeRun": (FreeRun(LINEAR), {"windows": X[:, :, :1]}),
    "LinearModel": (LINEAR, {"windows": X[:, :, :1]}),
    "JoinSteps": (JoinSteps(), {"earlier": draw(2, B, U), "later": draw(2, B, U)}),
    "ScanStates": (ScanStates(), {"a": X, "b": X + 1, "h0": X[:, 0]}),
    "WeightLoss": (WeightLoss(X, STATE, *CELL, draw(B, T, U)), {"w": CELL[1]}),
    "DecoderStep": (
        DecoderStep(draw(K, U), draw(U, U), draw(U, K), draw(K)),
        {"token": np.array([2, 0], np.int32), "state": STATE},
    ),
    "NextStep": (NextStep(draw(7, U), draw(U, U), draw(U, 7)), {"token": np.array(4), "state": STATE[:1]}),
    "ChunkLoss": (
        ChunkLoss(draw(7, U), draw(U, U), draw(U, 7)),
        {"x": PAGES[:, 0], "y": PAGES[:, 0] + 1 - PAGES[:, 0] // 6, "state": STATE},
    ),
    "Chooser": (Chooser(draw(7)), {"logits": draw(7)}),
}
WRITERS = ("NextStep", "ChunkLoss", "Chooser")  # one id, one mean over the batch, one choice
CONSTANT = {"FreeRun": {"steps": 3}}
NAMES = sorted(CALLS)
BATCHED = [name for name in NAMES if name not in ("JoinSteps", "TanhStepBackward", "WeightLoss", *WRITERS)]


def parts(answer):
    return [np.asarray(part) for part in tf.nest.flatten(answer)]


def assert_same(got, want):
    for g, w in zip(parts(got), parts(want), strict=True):
        np.testing.assert_allclose(g, w, rtol=1e-5, atol=1e-6)


def eagerly(name):
    probe, inputs = CALLS[name]
    return probe(**inputs, **CONSTANT.get(name, {}))


def test_every_probe_is_tried():
    tried = {type(probe).__name__ for probe, _ in CALLS.values()} | {"StepMaker"}
    assert set(PROBES) == tried


@pytest.mark.parametrize("kind", [tf.constant, tf.Variable, np.asarray, lambda x: np.asarray(x, np.float64)])
@pytest.mark.parametrize("name", NAMES)
def test_a_probe_takes_tensors_variables_and_arrays(name, kind):
    probe, inputs = CALLS[name]
    assert_same(probe(*map(kind, inputs.values()), **CONSTANT.get(name, {})), eagerly(name))


@pytest.mark.parametrize("unknown", [False, True])
@pytest.mark.parametrize("name", NAMES)
def test_a_probe_is_an_argument_of_a_traced_function(name, unknown):
    probe, inputs = CALLS[name]
    rest = CONSTANT.get(name, {})
    traces = []

    @tf.function(reduce_retracing=True)
    def call(probe, arguments):
        traces.append(1)
        return probe(**arguments, **rest)

    tensors = {key: tf.constant(value) for key, value in inputs.items()}
    if unknown and name in BATCHED:
        steps = None if name in ("LSTMLayer", "SequenceModel", "RowClassifier") else T
        specs = {key: tf.TensorSpec([None, *value.shape[1:]], value.dtype) for key, value in inputs.items()}
        if "x" in specs:
            specs["x"] = tf.TensorSpec([None, steps, D])
        answer = tf.function(lambda arguments: probe(**arguments, **rest)).get_concrete_function(specs)(tensors)
    else:
        answer = call(probe, tensors)
        assert_same(call(probe, tensors), answer)
        assert len(traces) == 1
    assert_same(answer, eagerly(name))


@pytest.mark.parametrize("name", [name for name in BATCHED if name != "FreeRun"])
def test_a_probe_takes_any_batch(name):
    probe, inputs = CALLS[name]
    many = probe(**{key: tf.repeat(value, 7, axis=0) for key, value in inputs.items()})
    assert_same([part[::7] for part in parts(many)], eagerly(name))
    rows = [tf.constant(value) for value in inputs.values()]
    one_by_one = tf.map_fn(
        lambda row: tf.nest.map_structure(
            lambda part: tf.cast(part, tf.float32)[0], probe(*[part[None] for part in row])
        ),
        tuple(rows),
        fn_output_signature=tf.nest.map_structure(lambda _: tf.float32, eagerly(name)),
    )
    assert_same(one_by_one, eagerly(name))


@pytest.mark.parametrize("graph", [False, True])
@pytest.mark.parametrize("name", ["LeakyCell", "ProjectedCell"])
def test_cells_run_in_the_loops_of_tensorflow_and_keras(name, graph):
    cell = CALLS[name][0]
    by_time = np.swapaxes(X, 0, 1)

    def scan(cell, xs, state):
        first = (tf.zeros_like(cell(xs[0], state)[0]), state)
        return tf.scan(lambda carried, x_t: cell(x_t, carried[1]), xs, first)

    def keras_scan(cell, xs, state):
        def step(state, x_t):  # Keras's y has the shape of the state
            state = cell(x_t, state)[1]
            return state, state

        return keras.ops.scan(step, state, xs)[1]

    want, state = [], tf.constant(STATE)
    for x_t in by_time:
        output, state = cell(x_t, state)
        want.append((output, state))
    want = [tf.stack(each) for each in zip(*want, strict=True)]
    for loop, expected in ((scan, want), (keras_scan, want[1])):
        loop = tf.function(loop) if graph else loop
        assert_same(loop(cell, tf.constant(by_time), tf.constant(STATE)), expected)


def test_a_gradient_flows_through_models():
    for name in ("SequenceModel", "RowClassifier", "MixedSteps", "LSTMLayer"):
        x = tf.Variable(X)

        @tf.function
        def gradient(probe, x):
            with tf.GradientTape() as tape:
                loss = tf.reduce_sum(tf.nest.flatten(probe(x))[0])
            return tape.gradient(loss, x)

        found = gradient(CALLS[name][0], x)
        assert found.shape == X.shape and np.abs(found).max() > 0


def test_a_layer_that_takes_few_steps_says_so_in_a_graph_too():
    layer = CALLS["LSTMLayer"][0]
    long = tf.constant(draw(B, T + 1, D))
    with pytest.raises(ValueError, match="at most 4 steps"):
        layer(long)
    traced = tf.function(layer, input_signature=[tf.TensorSpec([None, None, D])])
    with pytest.raises(tf.errors.InvalidArgumentError, match="at most 4 steps"):
        traced(long)


def test_a_probe_that_was_called_is_packed_as_before():
    for probe, _ in CALLS.values():
        arrays = {}
        copy = unpack(pack(probe, arrays), arrays)
        assert [field.name for field in dataclasses.fields(copy)] == [field.name for field in dataclasses.fields(probe)]
        assert pack(copy, dict(arrays)) == pack(probe, dict(arrays))


def test_makers_of_steps_are_arguments_too():
    maker = StepMaker([*CELL, draw(U, K), draw(K)])
    assert hash(maker) != hash(dataclasses.replace(maker))
    step = tf.function(maker())
    assert step(tf.constant(X), tf.constant([0, 1])).shape == ()


def test_a_masked_reader_repeats_the_state_at_masked_steps():
    read = CALLS["MaskedReader"][0]
    states = read(X, MASK).numpy()
    assert_same(states[:1, 1::2], states[:1, ::2])
    assert_same(states[:1, ::2], read(X[:1, ::2]))
    assert_same(read(X, np.zeros_like(MASK)), np.zeros((B, T, U)))


@pytest.mark.parametrize("mask", [MASK[:, :-1], MASK[:, :, None], MASK.T])
def test_a_masked_reader_refuses_a_mask_that_does_not_fit(mask):
    with pytest.raises(ValueError, match="takes a mask"):
        CALLS["MaskedReader"][0](X, mask)


def test_a_page_has_the_same_score_without_its_empty_sentences():
    score = CALLS["PageScore"][0]
    longer = np.pad(PAGES, ((0, 0), (0, 2), (0, 1)))
    assert_same(score(longer), score(PAGES))
    assert_same(score(PAGES[:1, [0, 2]]), score(PAGES)[:1])
    assert_same(score(PAGES[:, :0]), np.zeros(2))
    with pytest.raises(ValueError, match="takes pages"):
        score(PAGES[0])


def test_a_decoder_step_gives_log_probabilities_of_one_token_or_many_also_in_numpy():
    step, inputs = CALLS["DecoderStep"]
    logs, states = eagerly("DecoderStep")
    np.testing.assert_allclose(np.exp(logs).sum(axis=-1), np.ones(B), rtol=1e-6)
    for row, (token, state) in enumerate(zip(inputs["token"], inputs["state"], strict=True)):
        for answer in (
            step(int(token), state),
            step(tf.constant(token), tf.constant(state)),
            step.follow(token, state),
        ):
            assert_same(answer, (logs[row], states[row]))


@pytest.mark.parametrize(
    ("token", "given"),
    [
        (-1, "-1"),
        (K, str(K)),
        (-0.51, "-0.51"),
        (tf.constant([0.0, 1.5]), "1.5"),
        (np.nan, "nan"),
        (None, "None"),
        ("a", "'a'"),
    ],
)
def test_a_decoder_step_refuses_what_is_no_token(token, given):
    step, inputs = CALLS["DecoderStep"]
    with pytest.raises(ValueError, match=f"from 0 to {K - 1}; it got {given}$"):
        step(token, inputs["state"][0])


@pytest.mark.parametrize("kind", [float, np.int8, np.float64, tf.constant, keras.ops.convert_to_tensor])
def test_a_decoder_step_reads_a_token_of_any_type(kind):
    step, inputs = CALLS["DecoderStep"]
    assert_same(step(kind(1), inputs["state"][0]), step(1, inputs["state"][0]))


def test_joined_steps_do_what_both_do():
    earlier, later = CALLS["JoinSteps"][1].values()
    a, b = JoinSteps()(tuple(earlier), list(later))
    step_by_step = later[0] * (earlier[0] * STATE + earlier[1]) + later[1]
    np.testing.assert_allclose(a * STATE + b, step_by_step, rtol=1e-5)


def test_a_scan_refuses_shapes_that_do_not_fit():
    with pytest.raises(ValueError, match="of one shape"):
        ScanStates()(X, X[:, 1:], X[:, 0])
    with pytest.raises(ValueError, match="h0"):
        ScanStates()(X, X, X[:, :1])


@pytest.mark.parametrize(
    ("steps", "rounds", "joined", "few"),
    [(8, 3, True, True), (8, 4, True, False), (5, 3, True, True), (1, 0, True, True), (8, 0, False, True)],
)
def test_rounds_of_a_scan_are_counted(steps, rounds, joined, few):
    a = draw(B, steps, U)

    def scan(combine, a, b):
        for _ in range(rounds):
            combine((a, b), (a, b))
            combine((a[:, :0], b[:, :0]), (a[:, :0], b[:, :0]))  # joins nothing, and is no round
        return a, b

    assert scan_in_rounds(scan, JoinSteps(), tf.constant(a), tf.constant(a))[2:] == (joined, few)


def test_a_scan_returns_a_pair():
    a = draw(B, T, U)
    assert scan_in_rounds(lambda combine, a, b: a, JoinSteps(), a, a) is a  # one array, as it is
    for stack in (np.stack, tf.stack):
        got = scan_in_rounds(lambda combine, a, b, stack=stack: stack([a, 2 * b]), JoinSteps(), a, a)
        assert len(got) == 4
        np.testing.assert_array_equal(got[1], 2 * a)
    with pytest.raises(ValueError, match="here are 3 results"):
        scan_in_rounds(lambda combine, a, b: [a, b, b], JoinSteps(), a, a)


@pytest.mark.parametrize(("calls", "steps", "few"), [(13, 9, True), (13, 10, False), (14, 1, False)])
def test_joins_of_a_scan_are_counted(calls, steps, few):
    """Of 64 steps: 13 rounds and 128 joins are the most."""
    a = draw(B, 64, U)

    def scan(combine, a, b):
        for _ in range(calls):
            combine((a[:, :steps], b[:, :steps]), (a[:, -steps:], b[:, -steps:]))
        return [a, b]

    assert scan_in_rounds(scan, JoinSteps(), a, a, halves=True)[3] is few


@pytest.mark.parametrize("answer", [None, 3, ([1, 2], STATE), [[1, 2], STATE]])
def test_what_is_no_sequence_of_ids_is_handed_back_as_it_is(answer):
    assert generate_and_count(lambda *_: answer, None, None, [0], STATE, 2) is answer
