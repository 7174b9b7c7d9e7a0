"""Lesson 06: how to draw inputs, which mistakes are known, which other answers are right."""

import numpy as np

from helpers.grading.authoring import Alternative, Case, Exercise, Mistake, choice, draws

# All different, and different from the notebook's own 4, 50, 3, 32: no wrong shape looks right.
B, T, U = 3, 6, 5


def draw_way_back(rng):
    by_hand = (
        np.array([[2.0]], np.float32),
        np.array([[[0.5], [0.8], [0.6]]], np.float32),
        np.array([[1.0]], np.float32),
    )
    return [
        Case("the example by hand", by_hand),
        Case("several units", (draws(rng, U, U), draws(rng, B, T, U, scale=0.9), draws(rng, B, U))),
        Case("any length", (draws(rng, 7, 7), draws(rng, 2, 9, 7, scale=0.9), draws(rng, 2, 7))),
        Case("any length", (draws(rng, 4, 4), draws(rng, 5, 1, 4, scale=0.9), draws(rng, 5, 4))),
    ]


def draw_matrices(rng):
    by_hand = np.array([[0.5, 1.0], [0.0, -2.0]], np.float32)
    complex_pair = np.array([[0.1, -1.5, 0.0], [1.5, 0.1, 0.0], [0.4, 0.3, 0.7]], np.float32)  # radius 1.503
    return [
        Case("the example by hand", (by_hand, 0.8)),
        Case("any matrix", (draws(rng, U, U), 1.25)),
        Case("any matrix", (draws(rng, 7, 7, scale=0.1), 0.8)),
        Case("complex eigenvalues", (complex_pair, 0.9)),
    ]


def draw_decompositions(rng):
    def matrix(units):  # far from singular, so that rounding stays small
        return draws(rng, units, units) + 2 * np.eye(units, dtype=np.float32)[rng.permutation(units)]

    by_hand = np.array([[3.0, 1.0], [4.0, 2.0]], np.float32)
    return [
        Case("the example by hand", (by_hand, 1.0)),
        Case("any matrix", (matrix(U), 1.0)),
        Case("any matrix", (matrix(7), 1.0)),
        Case("another gain", (matrix(4), 1.4)),
    ]


def draw_gradients(rng):
    def gradients(scale):
        return [np.asarray(scale * draws(rng, *shape), np.float32) for shape in ((2, U), (U, U), (U,), ())]

    by_hand = [np.array(g, np.float32) for g in ([2.0, 2.0], [-1.0], [4.0])]
    return [
        Case("above the limit", (by_hand, 2.0)),
        Case("above the limit", (gradients(1.5), 3.0)),
        Case("above the limit", (gradients(20), 0.7)),
        Case("below the limit", (by_hand, 10.0)),
        Case("below the limit", (by_hand, 5.2)),  # hardly
        Case("below the limit", (gradients(0.05), 2.5)),
        Case("gradients of zero", ([np.zeros((3, 4), np.float32), np.zeros(4, np.float32)], 0.5)),
    ]


def draw_wall(rng):
    def case(group, size, learning_rate, limit):
        point, gradient = np.array([5.0, -2.5]) + 0.3 * draws(rng, 2), size * draws(rng, 2).astype(np.float64)
        return Case(group, (point, gradient, learning_rate, limit))

    by_hand = (np.array([5.0, -2.5]), np.array([30.0, 40.0]), 0.1, 2.0)
    return [
        Case("on the wall", by_hand),
        case("on the wall", 70.0, 0.25, 1.6),
        case("on the wall", 9.0, 0.04, 0.8),
        case("on the plain", 0.3, 0.2, 2.0),
        Case("on the plain", (np.array([4.7, -2.2]), np.array([1.2, -1.6]), 0.3, 2.3)),  # hardly below the limit
        Case("on the plain", (np.array([4.2, -2.1]), np.zeros(2), 0.3, 0.9)),
    ]


GRADIENT_NORMS = """
def gradient_norms(recurrent_kernel, hs, dh_last):
    dh = dh_last
    {before}
    for t in {steps}:
        {turn}
    return {result}
"""

EXERCISES = [
    Exercise(
        "gradient_norms",
        draw=draw_way_back,
        returns={"norms": "T"},
        reveal="One product and one slope per step: with 50 steps, the first norm holds 49 of each.",
        mistakes=[
            Mistake(
                "norm of each instance",
                edits=[
                    ("norms = [tf.norm(dh)]", "norms = [tf.reduce_mean(tf.norm(dh, axis=1))]"),
                    ("norms.append(tf.norm(dh))", "norms.append(tf.reduce_mean(tf.norm(dh, axis=1)))"),
                ],
                says="That is the mean of one norm per instance. One norm for the whole batch is asked: `tf.norm(dh)`.",
            ),
            Mistake(
                "1 - h for the slope",
                edits=[("hs[:, t] ** 2", "hs[:, t]")],
                says="The slope of tanh is `1 - h**2`. You multiply by `1 - h`.",
            ),
            Mistake(
                "slope forgotten",
                edits=[("(dh * (1 - hs[:, t] ** 2)) @", "dh @")],
                says="That is the way back without `tanh`. Multiply by its slope, `1 - hs[:, t]**2`, before the "
                "matrix.",
            ),
            Mistake(
                "slope of the state before",
                edits=[("hs[:, t] ** 2", "hs[:, t - 1] ** 2")],
                says="The slope is taken one step too early. Going from step t to step t - 1 passes the tanh that made "
                "`hs[:, t]`.",
            ),
            Mistake(
                "slope after the matrix",
                edits=[
                    (
                        "(dh * (1 - hs[:, t] ** 2)) @ tf.transpose(recurrent_kernel)",
                        "(dh @ tf.transpose(recurrent_kernel)) * (1 - hs[:, t] ** 2)",
                    )
                ],
                says="The order is turned round: first the slope, number by number, then the transposed matrix. "
                "Backwards, tanh is met first.",
            ),
            Mistake(
                "slope of the state before, after the matrix",
                edits=[
                    (
                        "(dh * (1 - hs[:, t] ** 2)) @ tf.transpose(recurrent_kernel)",
                        "(dh @ tf.transpose(recurrent_kernel)) * (1 - hs[:, t - 1] ** 2)",
                    )
                ],
                says="These are gradients for what goes into each tanh. Asked is the gradient for the states: "
                "slope at `hs[:, t]` first, then the matrix.",
            ),
            Mistake(
                "recurrent kernel not transposed",
                edits=[("tf.transpose(recurrent_kernel)", "recurrent_kernel")],
                says="The way back needs the transposed recurrent kernel. It is square, so no shape warns you.",
            ),
            Mistake(
                "carried gradient dropped",
                edits=[("dh = (dh * (1", "dh = (dh_last * (1")],
                says="Every step starts from `dh_last` again, so nothing builds up. Start from the gradient "
                "of the step after.",
            ),
            Mistake(
                "last step first",
                edits=[("norms[::-1]", "norms")],
                says="The norms are in the order of the way back. Turn the list round: step 0 comes first.",
            ),
            Mistake(
                "squares without the root",
                edits=[
                    ("[tf.norm(dh)]", "[tf.reduce_sum(dh**2)]"),
                    ("append(tf.norm(dh))", "append(tf.reduce_sum(dh**2))"),
                ],
                says="These are the squares of the norms. A norm is the root of the sum of squares: `tf.norm`.",
            ),
            Mistake(
                "slope of tanh at tanh",
                edits=[("hs[:, t] ** 2", "tf.tanh(hs[:, t]) ** 2")],
                says="The states have been through `tanh` already. The slope is `1 - h**2` of the state itself, "
                "without another `tanh`.",
            ),
            Mistake(
                "matrix on the left",
                edits=[
                    (
                        "(dh * (1 - hs[:, t] ** 2)) @ tf.transpose(recurrent_kernel)",
                        "tf.transpose(recurrent_kernel) @ (dh * (1 - hs[:, t] ** 2))",
                    )
                ],
                says="The matrix stands on the left. Instances are rows here: (B, U) @ (U, U), the gradient first.",
            ),
            Mistake(
                "matrix multiplied number by number",
                edits=[("** 2)) @ tf.transpose", "** 2)) * tf.transpose")],
                says="The matrix is multiplied with `*`, number by number. The way back is a matrix product: `@`.",
            ),
            Mistake(
                "an instance for a step",
                edits=[("hs[:, t]", "hs[t]")],
                says="`hs[t]` is instance t. Axis 0 counts instances, axis 1 steps: `hs[:, t]` is step t of all.",
            ),
            Mistake(
                "T read from axis 0",
                edits=[("hs.shape[1]", "hs.shape[0]")],
                says="`hs.shape[0]` is the number of instances. The steps are axis 1 of (B, T, U): `hs.shape[1]`.",
            ),
            Mistake(
                "one norm per instance",
                edits=[
                    ("[tf.norm(dh)]", "[tf.norm(dh, axis=1)]"),
                    ("append(tf.norm(dh))", "append(tf.norm(dh, axis=1))"),
                ],
                says="There is a norm for every instance. Take one for the whole batch: `tf.norm` without an axis.",
            ),
            Mistake(
                "one norm per unit",
                edits=[
                    ("[tf.norm(dh)]", "[tf.norm(dh, axis=0)]"),
                    ("append(tf.norm(dh))", "append(tf.norm(dh, axis=0))"),
                ],
                says="There is a norm for every unit. Take one for all of them together: `tf.norm` without an axis.",
            ),
            Mistake(
                "mean size for the norm",
                edits=[
                    ("[tf.norm(dh)]", "[tf.reduce_mean(tf.abs(dh))]"),
                    ("append(tf.norm(dh))", "append(tf.reduce_mean(tf.abs(dh)))"),
                ],
                says="That is the mean of the absolute values. The norm is the root of the sum of squares: `tf.norm`.",
            ),
            Mistake(
                "last norm missing",
                edits=[("[tf.norm(dh)]", "[]")],
                says="The norm of `dh_last` itself is missing. Put it in the list before the loop.",
            ),
            Mistake(
                "step 0 missing",
                edits=[("- 1, 0, -1)", "- 1, 1, -1)")],
                says="The loop stops too soon, and step 0 is missing. `range(T - 1, 0, -1)` ends with t = 1, "
                "which leads to step 0.",
            ),
            Mistake(
                "one step too far",
                edits=[("- 1, 0, -1)", "- 1, -1, -1)")],
                says="That is one norm too many: the loop goes on to the state before step 0. Let t end at 1.",
            ),
            Mistake(
                "one step late",
                source=GRADIENT_NORMS.format(
                    before="norms = []",
                    steps="reversed(range(hs.shape[1]))",
                    turn="dh = (dh * (1 - hs[:, t] ** 2)) @ tf.transpose(recurrent_kernel); norms.append(tf.norm(dh))",
                    result="tf.stack(norms[::-1])",
                ),
                says="All norms are one step early: `dh` is taken back before its norm is kept. The last norm is "
                "that of `dh_last`.",
            ),
            Mistake(
                "forwards through the steps",
                source=GRADIENT_NORMS.format(
                    before="norms = [tf.norm(dh)]",
                    steps="range(1, hs.shape[1])",
                    turn="dh = (dh * (1 - hs[:, t] ** 2)) @ tf.transpose(recurrent_kernel); norms.append(tf.norm(dh))",
                    result="tf.stack(norms[::-1])",
                ),
                says="The loop walks forwards, from step 1 on. The gradient comes in at the last step: start at T - 1.",
            ),
        ],
        alternatives=[
            Alternative(
                "einsum in numpy",
                source="""
import numpy as np
def gradient_norms(R, hs, dh):
    R, hs, dh = (np.asarray(a, np.float64) for a in (R, hs, dh))
    norms = np.zeros(hs.shape[1])
    norms[-1] = np.sqrt((dh**2).sum())
    for t in reversed(range(1, len(norms))):
        dh = np.einsum("bu,vu->bv", dh * (1 - hs[:, t] ** 2), R)
        norms[t - 1] = np.sqrt((dh**2).sum())
    return norms
""",
            ),
            Alternative(
                "tf.scan over the steps in reverse",
                source="""
def gradient_norms(recurrent_kernel, hs, dh_last):
    slopes = 1 - tf.transpose(hs, (1, 0, 2))[:0:-1] ** 2
    back = lambda dh, slope: tf.matmul(dh * slope, recurrent_kernel, transpose_b=True)
    dhs = tf.concat([dh_last[None], tf.scan(back, slopes, dh_last)], 0) if len(slopes) else dh_last[None]
    return tf.reverse(tf.norm(dhs, axis=(1, 2)), [0])
""",
            ),
            Alternative(
                "a list of numbers",
                edits=[
                    ("[tf.norm(dh)]", "[float(tf.norm(dh))]"),
                    ("append(tf.norm(dh))", "append(float(tf.norm(dh)))"),
                    ("tf.stack(norms[::-1])", "norms[::-1]"),
                ],
            ),
        ],
    ),
    Exercise(
        "scale_to_radius",
        draw=draw_matrices,
        returns={"scaled": "U U"},
        reveal="Only the size changed: the directions that the matrix leaves as they are stay the same.",
        mistakes=[
            Mistake(
                "multiplied only",
                edits=[("(radius / old_radius)", "radius")],
                says="You multiply by the wanted radius, but the matrix has one of its own. Divide by that first.",
            ),
            Mistake(
                "radius 1",
                edits=[("(radius / old_radius)", "(1 / old_radius)")],
                says="The result has the radius 1, whatever is asked. Multiply by `radius` as well.",
            ),
            Mistake(
                "upside down",
                edits=[("(radius / old_radius)", "(old_radius / radius)")],
                says="The fraction is upside down: multiply by the wanted radius, divide by the one the matrix has.",
            ),
            Mistake(
                "sign of the eigenvalues counted",
                edits=[("tf.abs(tf.linalg.eigvals(matrix))", "tf.math.real(tf.linalg.eigvals(matrix))")],
                says="You take the largest real part. An eigenvalue of -2 or 2j stretches by 2 as well: "
                "take absolute values with `tf.abs`.",
            ),
            Mistake(
                "size of the real parts",
                edits=[("tf.abs(tf.linalg.eigvals(matrix))", "tf.abs(tf.math.real(tf.linalg.eigvals(matrix)))")],
                says="The imaginary parts are thrown away. `tf.abs` of the complex eigenvalue counts both parts.",
            ),
            Mistake(
                "no absolute value",
                edits=[("tf.abs(tf.linalg.eigvals(matrix))", "tf.linalg.eigvals(matrix)")],
                says="Eigenvalues are complex numbers, which have no order. Take `tf.abs` of them before the maximum.",
            ),
            Mistake(
                "smallest eigenvalue",
                edits=[("tf.reduce_max", "tf.reduce_min")],
                says="You divide by the smallest absolute value. The spectral radius is the largest.",
            ),
            Mistake(
                "mean of the eigenvalues",
                edits=[("tf.reduce_max", "tf.reduce_mean")],
                says="You divide by the mean of the absolute values. The spectral radius is the largest.",
            ),
            Mistake(
                "first eigenvalue",
                edits=[("tf.reduce_max(tf.abs(tf.linalg.eigvals(matrix)))", "tf.abs(tf.linalg.eigvals(matrix)[0])")],
                says="You take the first eigenvalue, but they come in no particular order. Find the largest with "
                "`tf.reduce_max`.",
            ),
            Mistake(
                "largest singular value",
                edits=[("tf.abs(tf.linalg.eigvals(matrix))", "tf.linalg.svd(matrix, compute_uv=False)")],
                says="That is the largest singular value: the most a vector can be stretched in one step. The radius "
                "comes from the eigenvalues.",
            ),
            Mistake(
                "norm of the matrix",
                edits=[("tf.reduce_max(tf.abs(tf.linalg.eigvals(matrix)))", "tf.norm(matrix)")],
                says="You divide by the norm of all entries. The spectral radius is the largest absolute eigenvalue.",
            ),
            Mistake(
                "largest entry",
                edits=[("tf.linalg.eigvals(matrix)", "matrix")],
                says="You divide by the largest entry of the matrix. Take its eigenvalues first: `tf.linalg.eigvals`.",
            ),
            Mistake(
                "eigenvalues of a symmetric matrix",
                edits=[("tf.linalg.eigvals(matrix)", "tf.linalg.eigvalsh(matrix)")],
                says="`eigvalsh` is for symmetric matrices and reads only half of this one. Use `eigvals`.",
            ),
            Mistake(
                "the radius itself",
                edits=[("matrix * (radius / old_radius)", "old_radius")],
                says="That is the radius the matrix has now. Return the scaled matrix.",
            ),
        ],
        alternatives=[
            Alternative(
                "numpy",
                source="""
import numpy as np
def scale_to_radius(matrix, radius):
    return radius * np.asarray(matrix) / np.abs(np.linalg.eigvals(matrix)).max()
""",
            ),
            Alternative(
                "real and imaginary part",
                edits=[
                    (
                        "tf.reduce_max(tf.abs(tf.linalg.eigvals(matrix)))",
                        "tf.sqrt(tf.reduce_max([abs(complex(v)) ** 2 for v in tf.linalg.eig(matrix)[0]]))",
                    )
                ],
            ),
        ],
    ),
    choice(
        "radius_with_tanh",
        right="C",
        wrong={
            "A": "`A` would be right without `tanh`. The matrix is the same, but a slope of `tanh` now stands "
            "before it at every step.",
            "B": "`B` is right that there is one more factor per step. But that factor is `1 - h**2`, and it is never "
            "above 1.",
            "D": "`D` is about the states: those stay between -1 and 1. The gradient is not squeezed by `tanh`; it is "
            "multiplied by its slopes.",
        },
        reveal="With inputs of size 1, most states are far from 0 and their slopes far below 1: 1.3 cannot make up "
        "for it.",
    ),
    Exercise(
        "make_orthogonal",
        draw=draw_decompositions,
        returns={"orthogonal": "U U"},
        atol=1e-4,
        reveal="Multiply it by its transpose: with the gain 1 you get the identity, up to rounding.",
        mistakes=[
            Mistake(
                "signs left as they are",
                edits=[(" * tf.sign(tf.linalg.diag_part(r))", "")],
                says="That is orthogonal, but the signs are left to chance. Multiply each column by the sign of its "
                "number on the diagonal of `r`.",
            ),
            Mistake(
                "signs on the rows",
                edits=[("tf.sign(tf.linalg.diag_part(r))", "tf.sign(tf.linalg.diag_part(r))[:, None]")],
                says="The signs are multiplied into the rows. They belong to the columns: a vector (U,) without "
                "a further axis does that.",
            ),
            Mistake(
                "signs of the diagonal of q",
                edits=[("tf.linalg.diag_part(r)", "tf.linalg.diag_part(q)")],
                says="You take the diagonal of `q`. The signs come from the diagonal of `r`.",
            ),
            Mistake(
                "signs of all of r",
                edits=[("tf.linalg.diag_part(r)", "r")],
                says="You multiply by the signs of the whole matrix `r`, which is zero below its diagonal. Take "
                "`tf.linalg.diag_part(r)` first.",
            ),
            Mistake(
                "diagonal without sign",
                edits=[("tf.sign(tf.linalg.diag_part(r))", "tf.linalg.diag_part(r)")],
                says="You multiply by the diagonal of `r` itself, which stretches the columns. Only its signs are "
                "needed: `tf.sign`.",
            ),
            Mistake(
                "gain forgotten",
                edits=[("gain * q", "q")],
                says="The matrix is orthogonal, but the gain is missing, or it got lost in `r`: multiply `q` by it "
                "afterwards.",
            ),
            Mistake(
                "divided by the gain",
                edits=[("gain * q", "q / gain")],
                says="You divide by the gain. Multiply: a gain of 2 makes every vector twice as long.",
            ),
            Mistake(
                "transposed",
                edits=[("gain * q *", "gain * tf.transpose(q) *")],
                says="`q` is transposed. That is orthogonal too, but its columns do not belong to these signs. Use "
                "`q`.",
            ),
            Mistake(
                "r for q",
                edits=[("gain * q *", "gain * r *")],
                says="You return `r`, the triangular part. The orthogonal matrix is the first result, `q`.",
            ),
            Mistake(
                "results of qr swapped",
                edits=[("q, r = tf", "r, q = tf")],
                says="The two results are swapped: `tf.linalg.qr` returns `q` first, then `r`.",
            ),
            Mistake(
                "columns of length 1",
                edits=[
                    (
                        "gain * q * tf.sign(tf.linalg.diag_part(r))",
                        "gain * random_matrix / tf.norm(random_matrix, axis=0)",
                    )
                ],
                says="The columns have length 1, but they are not at right angles to each other. `tf.linalg.qr` "
                "does both.",
            ),
            Mistake(
                "scaled to a radius",
                edits=[
                    (
                        "gain * q * tf.sign(tf.linalg.diag_part(r))",
                        "gain * random_matrix / tf.reduce_max(tf.abs(tf.linalg.eigvals(random_matrix)))",
                    )
                ],
                says="That has the right spectral radius, but it still stretches some directions. Take the `q` of the "
                "QR decomposition.",
            ),
            Mistake(
                "a matrix of its own",
                edits=[("tf.linalg.qr(random_matrix)", "tf.linalg.qr(tf.random.normal(random_matrix.shape))")],
                random=True,
                says="A new random matrix is drawn at every call. Decompose the one that is given, `random_matrix`.",
            ),
        ],
        alternatives=[
            Alternative(
                "numpy, signs as a diagonal matrix",
                source="""
import numpy as np
def make_orthogonal(random_matrix, gain):
    q, r = np.linalg.qr(np.asarray(random_matrix, np.float64))
    return gain * q @ np.diag(np.sign(np.diag(r)))
""",
            ),
            Alternative(
                "Gram and Schmidt, column by column",
                source="""
import numpy as np
def make_orthogonal(random_matrix, gain):
    columns = []
    for column in np.asarray(random_matrix, np.float64).T:
        for earlier in columns:
            column = column - (column @ earlier) * earlier
        columns.append(column / np.sqrt(column @ column))
    return gain * np.stack(columns, axis=1)
""",
            ),
            Alternative(
                "through Cholesky",
                source="""
def make_orthogonal(random_matrix, gain):
    a = tf.cast(random_matrix, tf.float64)
    r = tf.transpose(tf.linalg.cholesky(tf.transpose(a) @ a))
    return gain * a @ tf.linalg.inv(r)
""",
            ),
        ],
    ),
    Exercise(
        "clip_by_global_norm",
        draw=draw_gradients,
        returns={"clipped": "", "norm": ""},
        reveal="One factor for all tensors: the direction of the update is the same, only its length is limited.",
        mistakes=[
            Mistake(
                "clipped by value",
                edits=[("[factor * g for g in gradients]", "[tf.clip_by_value(g, -limit, limit) for g in gradients]")],
                says="You cut each number at the limit, which turns the gradient another way. Multiply all of them "
                "by one factor, limit over norm.",
            ),
            Mistake(
                "each tensor by its own norm",
                edits=[("[factor * g for g in gradients]", "[tf.clip_by_norm(g, limit) for g in gradients]")],
                says="Each tensor is clipped by its own norm, so they change in different proportions. Use one "
                "factor, from the norm of all of them.",
            ),
            Mistake(
                "each tensor compared with the limit",
                edits=[
                    (
                        "[factor * g for g in gradients]",
                        "[g * limit / norm if tf.norm(g) > limit else g for g in gradients]",
                    )
                ],
                says="The factor is right, but each tensor's own norm decides whether it is used. The global norm "
                "decides, for all of them.",
            ),
            Mistake(
                "small gradients scaled up",
                edits=[("limit / norm if norm > limit else 1.0", "limit / norm")],
                says="Every gradient gets the length `limit`, small ones too, and zero becomes nan. Below the limit "
                "nothing may change.",
            ),
            Mistake(
                "small ones scaled up, zero left alone",
                edits=[("limit / norm if norm > limit else 1.0", "limit / norm if norm > 0 else 1.0")],
                says="Gradients below the limit are made longer. Clipping only shortens: leave them as they are.",
            ),
            Mistake(
                "norm of the sum",
                edits=[
                    (
                        "tf.sqrt(sum(tf.reduce_sum(g**2) for g in gradients))",
                        "tf.abs(sum(tf.reduce_sum(g) for g in gradients))",
                    )
                ],
                says="You add the numbers up first, so plus and minus cancel. Square every number, then add, then "
                "take the root.",
            ),
            Mistake(
                "norm of the sums",
                edits=[("tf.reduce_sum(g**2)", "tf.reduce_sum(g) ** 2")],
                says="You square the sum of each tensor, so plus and minus cancel inside it. Square first, then add: "
                "`tf.reduce_sum(g**2)`.",
            ),
            Mistake(
                "sum of the tensors",
                edits=[("sum(tf.reduce_sum(g**2) for g in gradients)", "tf.reduce_sum(tf.add_n(gradients) ** 2)")],
                says="You add the tensors, but they have different shapes and are different weights. Add up the "
                "squares of each tensor instead.",
            ),
            Mistake(
                "sum of the norms",
                edits=[("tf.sqrt(sum(tf.reduce_sum(g**2) for g in gradients))", "sum(tf.norm(g) for g in gradients)")],
                says="You add the norms of the tensors. The global norm adds the squares of all numbers and takes "
                "one root at the end.",
            ),
            Mistake(
                "sum of absolute values",
                edits=[
                    (
                        "tf.sqrt(sum(tf.reduce_sum(g**2) for g in gradients))",
                        "sum(tf.reduce_sum(abs(g)) for g in gradients)",
                    )
                ],
                says="You add absolute values. The norm adds squares and takes the root of the total.",
            ),
            Mistake(
                "norm of the list",
                edits=[("tf.sqrt(sum(tf.reduce_sum(g**2) for g in gradients))", "tf.norm(gradients)")],
                says="`tf.norm` wants one tensor, and the gradients have different shapes. Add up the squares "
                "tensor by tensor, then take the root.",
            ),
            Mistake(
                "largest norm",
                edits=[
                    (
                        "tf.sqrt(sum(tf.reduce_sum(g**2) for g in gradients))",
                        "tf.reduce_max([tf.norm(g) for g in gradients])",
                    )
                ],
                says="That is the norm of the largest tensor. The global norm is that of all numbers together.",
            ),
            Mistake(
                "norm of the first tensor",
                edits=[("tf.sqrt(sum(tf.reduce_sum(g**2) for g in gradients))", "tf.norm(gradients[0])")],
                says="Only the first tensor is measured. Add up the squares of all tensors in the list.",
            ),
            Mistake(
                "squares without the root",
                edits=[
                    (
                        "tf.sqrt(sum(tf.reduce_sum(g**2) for g in gradients))",
                        "sum(tf.reduce_sum(g**2) for g in gradients)",
                    )
                ],
                says="The root is missing: you compare the square of the norm with the limit. Take `tf.sqrt` of "
                "the sum.",
            ),
            Mistake(
                "mean of the squares",
                edits=[("tf.reduce_sum(g**2)", "tf.reduce_mean(g**2)")],
                says="You take the mean of the squares. The norm adds them up: `tf.reduce_sum`.",
            ),
            Mistake(
                "condition turned round",
                edits=[("norm > limit", "norm < limit")],
                says="The condition is turned round: small gradients change and large ones do not. Shorten when the "
                "norm is above the limit.",
            ),
            Mistake(
                "limit forgotten in the factor",
                edits=[("limit / norm if", "1 / norm if")],
                says="Long gradients get the length 1, whatever the limit is. The factor is `limit / norm`.",
            ),
            Mistake(
                "fraction upside down",
                edits=[("limit / norm if", "norm / limit if")],
                says="The fraction is upside down, so long gradients get longer. The factor is `limit / norm`.",
            ),
            Mistake(
                "never clipped",
                edits=[("[factor * g for g in gradients]", "gradients")],
                says="The gradients come back unchanged. Multiply each of them by the factor and return the new list.",
            ),
            Mistake(
                "set to zero above the limit",
                edits=[("limit / norm if", "0.0 if")],
                says="Long gradients are thrown away. Keep their direction and shorten them to the limit.",
            ),
            Mistake(
                "norm after clipping",
                edits=[("gradients], norm", "gradients], factor * norm")],
                says="The clipped list is right, but the norm is that after clipping. Return the one before.",
            ),
            Mistake(
                "factor for the norm",
                edits=[("gradients], norm", "gradients], factor")],
                says="The clipped list is right, but the second result is the factor. Return the global norm.",
            ),
            Mistake(
                "norm not returned",
                edits=[("gradients], norm", "gradients]")],
                says="Only the list comes back. Return two things: `clipped, norm`.",
            ),
            Mistake(
                "results in the wrong order",
                edits=[
                    ("return [factor * g for g in gradients], norm", "return norm, [factor * g for g in gradients]")
                ],
                says="Both results are right, in the wrong order: first the list, then the norm.",
            ),
            Mistake(
                "one long vector returned",
                edits=[
                    (
                        "[factor * g for g in gradients]",
                        "factor * tf.concat([tf.reshape(g, -1) for g in gradients], 0)",
                    )
                ],
                says="The clipped gradients are one long vector. The optimizer needs them as they came: a list, "
                "each in its shape.",
            ),
        ],
        alternatives=[
            Alternative(
                "TensorFlow's own",
                source="""
def clip_by_global_norm(gradients, limit):
    return tf.clip_by_global_norm(gradients, limit)
""",
            ),
            Alternative(
                "one long vector, without an if",
                source="""
def clip_by_global_norm(gradients, limit):
    norm = tf.norm(tf.concat([tf.reshape(g, -1) for g in gradients], axis=0))
    return [g * limit / tf.maximum(norm, limit) for g in gradients], norm
""",
            ),
            Alternative(
                "numpy, the smaller of two factors",
                source="""
import numpy as np
def clip_by_global_norm(gradients, limit):
    norm = np.sqrt(sum(np.square(g).sum() for g in gradients))
    factor = min(1.0, limit / (norm + 1e-9))
    return tuple(np.asarray(g) * factor for g in gradients), norm
""",
            ),
        ],
    ),
    Exercise(
        "cliff_step",
        draw=draw_wall,
        returns={"free": "w,b", "clipped": "w,b"},
        reveal="The clipped step has the length `learning_rate * limit` at most, however steep the wall is.",
        mistakes=[
            Mistake(
                "up the slope",
                edits=[
                    ("point - learning_rate * gradient", "point + learning_rate * gradient"),
                    ("point - learning_rate * clipped", "point + learning_rate * clipped"),
                ],
                says="You walk up. The gradient points to where the loss grows: subtract.",
            ),
            Mistake(
                "clipped by value",
                edits=[
                    (
                        "gradient * limit / norm if norm > limit else gradient",
                        "tf.clip_by_value(gradient, -limit, limit)",
                    )
                ],
                says="You cut `w`'s and `b`'s part one by one, which changes the direction. Multiply both by limit "
                "over norm.",
            ),
            Mistake(
                "small gradients scaled up",
                edits=[("gradient * limit / norm if norm > limit else gradient", "gradient * limit / norm")],
                says="A gradient below the limit is made longer, and a zero one becomes nan. Clip only if the norm "
                "is above the limit.",
            ),
            Mistake(
                "small ones scaled up, zero left alone",
                edits=[("norm > limit", "norm > 0")],
                says="A gradient below the limit is made longer. Clip only if the norm is above the limit.",
            ),
            Mistake(
                "condition turned round",
                edits=[("norm > limit", "norm < limit")],
                says="The condition is turned round: the small gradient changes, the large one does not.",
            ),
            Mistake(
                "the step clipped, not the gradient",
                source="""
def cliff_step(point, gradient, learning_rate, limit):
    step = learning_rate * gradient
    return point - step, point - tf.clip_by_norm(step, limit)
""",
                says="You clip the step, after the learning rate. Clip the gradient first, then multiply by the "
                "learning rate.",
            ),
            Mistake(
                "clipped after the update",
                source="""
def cliff_step(point, gradient, learning_rate, limit):
    free = point - learning_rate * gradient
    norm = tf.norm(gradient)
    gradient = gradient * limit / norm if norm > limit else gradient
    return free, free
""",
                says="Both steps use the gradient as it was: it is clipped after the update, or not at all. Clip "
                "first, then take the second step.",
            ),
            Mistake(
                "second step from where the first led",
                edits=[
                    ("point - learning_rate * clipped", "point - learning_rate * gradient - learning_rate * clipped")
                ],
                says="The second step starts where the first one led. Both start from `point`.",
            ),
            Mistake(
                "the point clipped",
                edits=[("point - learning_rate * clipped", "tf.clip_by_norm(point - learning_rate * gradient, limit)")],
                says="You clip the new point. Its place is not the trouble, the length of the step is: clip the "
                "gradient.",
            ),
            Mistake(
                "learning rate forgotten",
                edits=[
                    ("point - learning_rate * gradient", "point - gradient"),
                    ("point - learning_rate * clipped", "point - clipped"),
                ],
                says="The learning rate is missing: a step is `learning_rate * gradient`.",
            ),
            Mistake(
                "learning rate forgotten in the clipped step",
                edits=[("point - learning_rate * clipped", "point - clipped")],
                says="The clipped step leaves out the learning rate. Multiply the clipped gradient by it.",
            ),
            Mistake(
                "limit forgotten in the factor",
                edits=[("gradient * limit / norm", "gradient / norm")],
                says="The clipped gradient has the length 1, whatever the limit is. Multiply by `limit` over the norm.",
            ),
            Mistake(
                "fraction upside down",
                edits=[("gradient * limit / norm", "gradient * norm / limit")],
                says="The fraction is upside down and makes the gradient longer. Multiply by limit over norm.",
            ),
            Mistake(
                "learning rate in the condition",
                edits=[("norm > limit", "learning_rate * norm > limit")],
                says="You compare the length of the step with the limit. Compare the norm of the gradient, without the "
                "learning rate.",
            ),
            Mistake(
                "both clipped",
                edits=[("point - learning_rate * gradient, ", "point - learning_rate * clipped, ")],
                says="Both points come from the clipped gradient. The first result is the step with the gradient "
                "as it is.",
            ),
            Mistake(
                "the clipped gradient for the point",
                edits=[("point - learning_rate * clipped", "clipped")],
                says="The second result is the clipped gradient. Take a step with it: from `point`, times the "
                "learning rate.",
            ),
            Mistake(
                "square of the norm",
                edits=[("tf.norm(gradient)", "tf.reduce_sum(gradient**2)")],
                says="That is the square of the norm. Take the root, or call `tf.norm`.",
            ),
            Mistake(
                "steps instead of points",
                edits=[
                    ("point - learning_rate * gradient", "learning_rate * gradient"),
                    ("point - learning_rate * clipped", "learning_rate * clipped"),
                ],
                says="These are the two steps. Subtract them from `point`: asked is where they lead.",
            ),
            Mistake(
                "results in the wrong order",
                edits=[
                    (
                        "point - learning_rate * gradient, point - learning_rate * clipped",
                        "point - learning_rate * clipped, point - learning_rate * gradient",
                    )
                ],
                says="Both points are right, in the wrong order: first without clipping, then with.",
            ),
            Mistake(
                "only the clipped point",
                edits=[("return point - learning_rate * gradient, ", "return ")],
                says="Only one point comes back. Return both: without clipping, then with.",
            ),
        ],
        alternatives=[
            Alternative(
                "TensorFlow's own",
                source="""
def cliff_step(point, gradient, learning_rate, limit):
    [clipped], _ = tf.clip_by_global_norm([gradient], limit)
    return point - learning_rate * gradient, point - learning_rate * clipped
""",
            ),
            Alternative(
                "numbers and a shorter learning rate",
                source="""
import math
import numpy as np
def cliff_step(point, gradient, learning_rate, limit):
    (w, b), (dw, db) = point.numpy().tolist(), gradient.numpy().tolist()
    shorter = learning_rate * min(1.0, limit / max(math.hypot(dw, db), 1e-12))
    free = np.array([w - learning_rate * dw, b - learning_rate * db])
    return free, np.array([w - shorter * dw, b - shorter * db])
""",
            ),
            Alternative(
                "a Keras optimizer",
                source="""
def cliff_step(point, gradient, learning_rate, limit):
    points = []
    for options in ({}, {"global_clipnorm": limit}):
        variable = keras.Variable(point, dtype="float64")
        keras.optimizers.SGD(learning_rate, **options).apply([gradient + 1e-30], [variable])
        points.append(variable)
    return points
""",
            ),
        ],
    ),
    choice(
        "find_the_bug",
        right="C",
        wrong={
            "A": "`A` would not help: with any limit, the line that clips comes after the update and changes "
            "nothing in the weights.",
            "B": "`B` would change the direction of the update, and it would still come too late. Look at the order of "
            "the lines.",
            "D": "`D` is not needed: the tape has done its work when `tape.gradient` returns. Look at what "
            "`apply_gradients` was given.",
        },
        reveal="Clip, then apply. The log was honest about gradients that nobody used: log the norm before clipping.",
    ),
]
