"""What lesson 19's exercises are asked with: two steps joined into one, a whole scan, and how many rounds one takes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from helpers.probes.registry import probe


@probe
class JoinSteps:
    """Two steps of ``h = a * h_prev + b``, joined into one: ``combine((a, b), (a, b)) -> (a, b)``, earlier step first.

    The arrays have any shape, the same in both steps; NumPy's and TensorFlow's are taken alike.
    """

    def __call__(self, earlier: Any, later: Any) -> tuple[Any, Any]:
        a, b = later[0], later[1]  # by number, since a traced tensor that holds both cannot be unpacked
        return a * earlier[0], a * earlier[1] + b


@probe
class ScanStates:
    """All states of a linear recurrence: ``scan(a, b, h0) -> states``, with ``h_t = a_t * h_prev + b_t``.

    a, b and states (B, T, U), h0 (B, U).
    """

    def __call__(self, a: Any, b: Any, h0: Any) -> Any:
        import tensorflow as tf

        a, b, state = (tf.cast(value, tf.float32) for value in (a, b, h0))
        if a.shape.rank != 3 or b.shape != a.shape or state.shape != (a.shape[0], a.shape[2]):
            raise ValueError(f"scan takes a and b of one shape (B, T, U), and h0 (B, U); got {a.shape}, {b.shape} and "
                             f"{state.shape}")  # fmt: skip
        states = []
        for a_t, b_t in zip(tf.unstack(a, axis=1), tf.unstack(b, axis=1), strict=True):
            state = a_t * state + b_t
            states.append(state)
        return tf.stack(states, axis=1)


def scan_in_rounds(scan: Callable[..., Any], combine: Callable[..., Any], a: Any, b: Any, halves: bool = False) -> Any:
    """Call ``scan(combine, a, b)`` and add to its pair: did ``combine`` join the steps, and in few enough rounds?

    a, b (B, T, U). A round is a call of ``combine``, for as many steps as it likes, but at least one. Fewer than T - 1
    joins are not enough. By doubling, log2 T rounds are; with ``halves``, twice as many and one more, and no more than
    2 joins for each step of the next power of two. One array (B, T, U) or None comes back as it is; raises ValueError
    for any other number of results than two.
    """
    steps, rounds, joins = int(a.shape[1]), 0, 0

    def counting(earlier: Any, later: Any) -> Any:
        nonlocal rounds, joins
        places = int(np.prod(np.shape(later[0]))) // (int(a.shape[0]) * int(a.shape[2]))
        rounds += places > 0
        joins += places
        return combine(earlier, later)

    answer = scan(counting, a, b)
    if len(getattr(answer, "shape", ())) == 4:  # a pair, stacked
        answer = [answer[i] for i in range(answer.shape[0])]
    if not isinstance(answer, list | tuple):
        return answer
    if len(answer) != 2:
        raise ValueError(f"a scan returns two arrays, all a and all b; here are {len(answer)} results")
    levels = max(steps - 1, 0).bit_length()  # log2 of the next power of two
    few = rounds <= 2 * levels + 1 and joins <= 2 * 2**levels if halves else rounds <= levels
    return (*answer, joins >= steps - 1, few)
