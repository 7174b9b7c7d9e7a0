"""benchmarks/claims.py, without its trainings: which cells it takes, how it moves seeds, what it says of numbers."""

import importlib.util
import sys

import keras
import numpy as np
import pytest

from helpers.grading.course import REPO

SPEC = importlib.util.spec_from_file_location("claims", REPO / "benchmarks" / "claims.py")
claims = importlib.util.module_from_spec(SPEC)
sys.modules["claims"] = claims
SPEC.loader.exec_module(claims)

LESSONS = sorted(path.parent.name for path in claims.SOLUTIONS.glob("*/claims.py"))


@pytest.mark.parametrize("page", LESSONS)
def test_claims_speak_of_variables_that_the_page_has(page):
    names = claims.names_claimed(page)
    bound = set().union(*(claims.names_in(cell)[0] for cell in claims.cells_for(page, names)))
    assert names and not names - bound


def test_only_the_cells_that_a_variable_needs_are_run_in_order():
    def last_names(code):
        return [name.split(", ")[1] for name in (cell.co_filename for cell in code)]

    stacked = last_names(claims.cells_for("13_deep_rnn", {"errors"}))
    assert stacked == ["cell-03", "cell-24", "cell-26", "cell-28"], "set-up, windows, trainer, training: no more"
    assert "cell-28" not in last_names(claims.cells_for("13_deep_rnn", {"norms"}))


def test_names_in_functions_are_read_and_their_own_variables_are_not():
    code = compile("def f(x):\n    y = x + a\n    return [b for _ in y]\nc = f(d)", "cell", "exec")
    binds, reads = claims.names_in(code)
    assert binds == {"f", "c"} and {"a", "b", "d", "f"} <= reads and not reads & {"x", "y"}


def test_seeds_are_moved_and_put_back():
    draw, set_seed = np.random.default_rng, keras.utils.set_random_seed
    with claims.move_seeds(100):
        moved, unseeded = np.random.default_rng(1).random(), np.random.default_rng().random()
        kernel = keras.initializers.Orthogonal(seed=1)((3, 3))
        keras.utils.set_random_seed(7)
        after_moved = np.random.random()
    assert (np.random.default_rng, keras.utils.set_random_seed) == (draw, set_seed)
    keras.utils.set_random_seed(107)
    assert (moved, after_moved) == (draw(101).random(), np.random.random()) and unseeded != moved
    np.testing.assert_array_equal(kernel, keras.initializers.Orthogonal(seed=101)((3, 3)))


def test_a_comparison_is_told_with_the_interval_of_its_mean():
    assert claims.spread([0.25, 0.5, 0.125]) == "0.125 to 0.5 (3)"
    assert claims.interval([1.0, 2.0, 3.0]) == "+2 [-0.484, +4.48], 1 to 3 (3)"  # 4.303 * 1 / sqrt(3) = 2.484
