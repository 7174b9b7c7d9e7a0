"""Whatever a notebook has set, a right answer is right, and the setting is there afterwards."""

import random
import subprocess
import sys
import warnings

import keras
import matplotlib
import numpy as np
import pytest
import tensorflow as tf

from helpers import checks
from helpers.checking.keys import CaseFile, Key, KnownMistake
from helpers.checking.questions import Case, Question
from helpers.checking.state import known_state
from helpers.probes import LSTMLayer

RNG = np.random.default_rng(0)
X = RNG.uniform(-1, 1, (2, 4, 3)).astype(np.float32)
WEIGHTS = [RNG.uniform(-1, 1, shape).astype(np.float32) for shape in ((3, 5), (5, 5), (5,))]
LSTM = LSTMLayer(*(RNG.uniform(-1, 1, shape).astype(np.float32) for shape in ((3, 20), (5, 20), (20,))), longest=9)


def solution(x, layer, weights):
    """An answer as the lessons ask for: a layer of its own, one that the check brings, and a traced function."""
    own = keras.layers.SimpleRNN(5)
    own.build(x.shape)
    own.set_weights(weights)
    traces = []

    @tf.function
    def twice(x):
        traces.append(1)
        return x + x

    return own(twice(x)) + own(twice(x)), layer(x)[1], len(traces)


with known_state():
    EXPECTED = tuple(np.asarray(part) for part in solution(tf.constant(X), LSTM, WEIGHTS))
QUESTION = Question("f", ("x", "layer", "weights"), (Case("a case", (X, LSTM, WEIGHTS)),), asks_twice=True)
MISTAKES = (KnownMistake("random", "Drawn.", (), True),)
RETURNS = (("own", "B U"), ("brought", "B U"), ("traces", ""))
KEY = Key(1.0, RETURNS, 1e-5, 1e-6, "", (EXPECTED,), MISTAKES)
CHECK = checks.Check("00_test", CaseFile("00_test", "", 0, {"f": QUESTION}, {"f": KEY}))


def all_states():
    return {
        "floatx": keras.config.floatx(),
        "policy": keras.config.dtype_policy().name,
        "format": keras.config.image_data_format(),
        "epsilon": keras.config.epsilon(),
        "eager": tf.config.functions_run_eagerly(),
        "tf32": tf.config.experimental.tensor_float_32_execution_enabled(),
        "numpy": np.geterr(),
        "epochs": keras.config.max_epochs(),
        "backend": matplotlib.get_backend(),
        "filters": [action for action, *_ in warnings.filters],
        "random": random.getstate(),
        "numpy random": np.random.get_state()[1].tolist(),
    }


SETTINGS = {  # how a notebook sets it, and how this test puts it back
    "mixed precision": (lambda: keras.mixed_precision.set_global_policy("mixed_float16"), ("policy", "mixed_float16")),
    "float64 policy": (lambda: keras.config.set_dtype_policy("float64"), ("policy", "float64")),
    "floatx": (lambda: keras.config.set_floatx("float64"), ("floatx", "float64")),
    "float16": (lambda: keras.config.set_floatx("float16"), ("floatx", "float16")),
    "run eagerly": (lambda: tf.config.run_functions_eagerly(True), ("eager", True)),
    "image format": (lambda: keras.config.set_image_data_format("channels_first"), ("format", "channels_first")),
    "epsilon": (lambda: keras.config.set_epsilon(0.5), ("epsilon", 0.5)),
    "TF32": (lambda: tf.config.experimental.enable_tensor_float_32_execution(True), ("tf32", True)),
    "numpy raises": (lambda: np.seterr(all="raise"), ("numpy", dict.fromkeys(np.geterr(), "raise"))),
    "one epoch": (lambda: keras.config.set_max_epochs(1), ("epochs", 1)),
    "plots": (lambda: matplotlib.use("svg"), ("backend", "svg")),
    "warnings": (lambda: warnings.simplefilter("error"), None),
    "seed": (lambda: keras.utils.set_random_seed(1), None),
    "tf seed": (lambda: tf.random.set_seed(1), None),
}


@pytest.fixture
def restored():
    """Put everything back, however the test ends."""
    from keras.src.backend.common import global_state

    backend, errors = matplotlib.get_backend(), np.geterr()
    with known_state():
        policy = global_state.get_global_attribute("dtype_policy")
        yield
        global_state.set_global_attribute("dtype_policy", policy)
    np.seterr(**errors)
    matplotlib.use(backend)


@pytest.mark.parametrize("name", SETTINGS)
def test_a_right_answer_is_right_in_any_state(name, restored):
    setting, kept = SETTINGS[name]
    setting()
    before = all_states()
    verdict = CHECK.judge("f", solution)
    assert verdict.status == "right", verdict.says
    assert all_states() == before
    if kept is not None:
        assert before[kept[0]] == kept[1], "the setting must be one"


def test_what_an_answer_sets_is_put_back_as_well(restored):
    def setting(x, layer, weights):
        keras.config.set_floatx("float16")
        keras.config.set_dtype_policy("mixed_float16")
        tf.config.run_functions_eagerly(True)
        np.random.seed(0)
        raise ValueError

    keras.config.dtype_policy()
    before = all_states()
    assert CHECK.judge("f", setting).status == "wrong"
    assert all_states() == before


def test_a_later_choice_of_floatx_still_counts(restored):
    """Keras settles its policy when it is first asked for; a check must not be the one that asks."""
    CHECK.judge("f", solution)
    keras.config.set_floatx("float64")
    assert keras.layers.Dense(1).compute_dtype == "float64"


@pytest.mark.parametrize("draw", [lambda: np.random.normal(), lambda: float(tf.random.normal(())), random.random])
def test_a_check_does_not_change_what_is_drawn_next(draw, restored):
    def seeded():
        random.seed(1)
        np.random.seed(1)
        tf.random.set_seed(1)

    def drawing(x, layer, weights):
        draw()
        return solution(x, layer, weights)

    seeded()
    draw()
    without = draw()
    seeded()
    draw()
    CHECK.judge("f", drawing)
    assert draw() == without


def new_layer():
    layer = keras.layers.Dense(2)
    layer.build((None, 3))
    return layer.kernel


DRAWS = {
    "traced": lambda: tf.function(lambda: tf.random.normal((2, 5)))(),
    "tensor": lambda: tf.random.normal((2, 5)),
    "layer": new_layer,
    "dropout": lambda: keras.layers.Dropout(0.5)(tf.ones((5, 50)), training=True),
    "numpy": lambda: np.random.normal(size=(2, 5)),
    "python": random.random,
}


@pytest.mark.parametrize("seeded", [False, True])
@pytest.mark.parametrize("name", DRAWS)
def test_chance_is_seen_with_a_seed_too(name, seeded, restored):
    if seeded:
        keras.utils.set_random_seed(1)
    assert CHECK.judge("f", lambda x, layer, weights: (DRAWS[name](), *EXPECTED[1:])).mistake == "random"


LASTING = """
import sys
import tensorflow as tf
sys.path.insert(0, "tests")
import test_states as s
tf.experimental.numpy.experimental_enable_numpy_behavior()
for answer in (s.solution, lambda x, layer, weights: 3):
    verdict = s.CHECK.judge("f", answer)
    print(verdict.status, *verdict.says)
"""


def test_what_cannot_be_put_back_is_told():
    assert "NumPy" not in " ".join(CHECK.judge("f", lambda x, layer, weights: 3).says)
    run = subprocess.run([sys.executable, "-c", LASTING], capture_output=True, text=True, timeout=120)
    right, wrong = run.stdout.splitlines()
    assert right == "right", run.stderr[-2000:]
    assert wrong.startswith("wrong `f` should return 3 results") and "tensors behave as NumPy's arrays" in wrong


OFF = """
from helpers.checking import asking
import tensorflow as tf
tf.compat.v1.disable_eager_execution()
from helpers.checking.questions import Case, Question
question = Question("f", ("x",), (Case("a case", (1.0,)), Case("another", (1.0,))))
print(*(reply.answer.text for reply in asking.ask(question, lambda x: x)), sep="\\n")
"""


def test_eager_execution_that_is_switched_off_is_told():
    run = subprocess.run([sys.executable, "-c", OFF], capture_output=True, text=True, timeout=120)
    assert run.stdout.count("Take that line out and restart the kernel.") == 2, run.stderr[-2000:]
