"""Lesson 19: how the inputs of each exercise are drawn."""

from helpers.grading.authoring import Case, choice, draws, exercise
from helpers.probes import TanhStep

B, T, D = 3, 5, 4  # all different, so that no wrong shape looks right

choice("what_is_left")


@exercise(returns={"h_t": "B D"})
def leaky_step(rng):
    return [
        Case("any numbers", (draws(rng, B, D), draws(rng, B, D), 0.7)),
        Case("any numbers", (draws(rng, 2, 3), draws(rng, 2, 3), 0.2)),
        Case("keeps all", (draws(rng, B, D), draws(rng, B, D), 1.0)),
    ]


@exercise(returns={"states": "B T D"})
def run_leaky(rng):
    def case(group, steps):
        step = TanhStep(draws(rng, D, D), draws(rng, D, D), draws(rng, D))
        return Case(group, (step, draws(rng, B, steps, D), draws(rng, B, D)))

    return [case("several steps", T), case("any length", 7), case("any length", 1)]


@exercise(returns={"share": ""})
def share_left(rng):
    return [
        Case("the example by hand", (0.5, 2)),
        Case("other numbers", (float(rng.uniform(0.6, 0.95)), int(rng.integers(3, 9)))),
        Case("other numbers", (float(rng.uniform(0.6, 0.95)), int(rng.integers(3, 9)))),
    ]
