"""The contractive penalty, from the definition of the Jacobian: one layer, and an encoder of any depth."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any

import numpy as np

from ... import layers, network, penalties
from ...parameters import Parameters
from ..derivation import Derivation
from ..step import Step


def _encoder(*activations: str) -> list[network.Layer]:
    return [network.Layer(f"encoder.{i}", f"encoder.{i}.W", f"encoder.{i}.b", layers.ACTIVATIONS[name])
            for i, name in enumerate(activations)]


def _parameters(W: Sequence[np.ndarray], b: Sequence[np.ndarray]) -> Parameters:
    arrays = {f"encoder.{i}.{name}": array for i, pair in enumerate(zip(W, b)) for name, array in zip("Wb", pair)}
    return Parameters({name: array.shape for name, array in arrays.items()}, np.concatenate([a.ravel() for a in arrays.values()]))


def _contraction_point(rng: np.random.Generator) -> dict[str, Any]:
    m, n, h = rng.integers(2, 5, 3)
    x, W, b = rng.normal(size=(m, n)), rng.normal(size=(n, h)), rng.normal(size=h)
    encoder, params = _encoder("sigmoid"), _parameters((W,), (b,))
    y = layers.sigmoid(x @ W + b)
    return {"x": x, "W": W, "b": b, "a": x @ W + b, "y": y, "s": layers.sigmoid_derivative(y), "m": m, "n": n, "h": h,
            "network_jacobian": lambda x: network.jacobian(params, network.forward(encoder, params, x)),
            "sigmoid": layers.sigmoid, "sigmoid_derivative": layers.sigmoid_derivative,
            "sigmoid_second_derivative": layers.sigmoid_second_derivative, "affine_backward": layers.affine_backward,
            "contraction": penalties.contraction, "contraction_backward": penalties.contraction_backward,
            "l2_decay": penalties.l2_decay}


CONTRACTION = Derivation(
    name="contraction", title="The contractive penalty of one layer, from the Jacobian to both paths of its gradient",
    key="m examples, n inputs, h sigmoid units: x (m, n), W (n, h), b (h,), a = x W + b, y = sigmoid(a), slopes s = "
        "sigmoid'(a) = y (1 - y), all (m, h). J_i (h, n) is the derivative of y_i by x_i: every example has its own.",
    draw=_contraction_point,
    steps=(
        Step(r"(J_i)_{jk} = \frac{\partial y_{ij}}{\partial x_{ik}}",
             "np.array([[gradient(lambda v: sigmoid(v @ W + b)[j], x[i]) for j in range(h)] for i in range(m)])",
             "the definition, for every example, unit and input", ""),
        Step(r"s_{ij}\, W_{kj}", "np.array([[[s[i, j] * W[k, j] for k in range(n)] for j in range(h)] for i in range(m)])",
             "chain rule: y_ij = sigmoid(sum_k x_ik W_kj + b_j)"),
        Step(r"(D_i W^T)_{jk},\ D_i = \mathrm{diag}(s_i)", "np.array([np.diag(s[i]) @ W.T for i in range(m)])",
             "row j of W^T times the slope of unit j"),
        Step(r"J_i", "network_jacobian(x)", "the code that looks at Jacobians"),
        Step(r"P = \frac1m \sum_i \lVert J_i\rVert_F^2", "sum(np.sum((np.diag(s[i]) @ W.T)**2) for i in range(m)) / m",
             "the penalty: the squared Frobenius norm, without a root (E002-05), mean over the examples", ""),
        Step(r"\frac1m \sum_{ijk} s_{ij}^2\, W_{kj}^2",
             "sum(s[i, j]**2 * W[k, j]**2 for i in range(m) for j in range(h) for k in range(n)) / m",
             "the squares of all entries: the sum is over examples, units and inputs (E002-07)"),
        Step(r"\frac1m \sum_{ij} s_{ij}^2 \sum_k W_{kj}^2", "np.sum(s**2 * np.sum(W**2, axis=0)) / m",
             "the slope knows no k: slope squared times column length squared, and no Jacobian is formed"),
        Step(r"P(s, W)", "contraction(s, W)", "the code"),
        Step(r"ds = \frac{\partial P}{\partial s}", "gradient(lambda s: np.sum(s**2 * np.sum(W**2, axis=0)) / m, s)",
             "first path: the slopes", ""),
        Step(r"\frac2m s_{ij} \sum_k W_{kj}^2", "2 / m * s * np.sum(W**2, axis=0)",
             "s_ij occurs once, squared"),
        Step(r"ds", "contraction_backward(s, W)[0]", "the code"),
        Step(r"\frac{\partial P}{\partial W}, s \text{ fixed}", "gradient(lambda W: np.sum(s**2 * np.sum(W**2, axis=0)) / m, W)",
             "second path: the columns, with the slopes held", ""),
        Step(r"\frac2m W_{kj} \sum_i s_{ij}^2", "2 / m * W * np.sum(s**2, axis=0)",
             "W_kj occurs once for every example, squared"),
        Step(r"dW", "contraction_backward(s, W)[1]", "the code"),
        Step(r"da = \frac{\partial P}{\partial a}",
             "gradient(lambda a: np.sum((sigmoid(a) * (1 - sigmoid(a)))**2 * np.sum(W**2, axis=0)) / m, a)",
             "the first path goes on: slopes are functions of the pre-activations", ""),
        Step(r"ds\, s_{ij} (1 - 2 y_{ij})", "2 / m * s * np.sum(W**2, axis=0) * s * (1 - 2 * y)",
             "ds from above, times sigmoid'' = y (1 - y) (1 - 2 y) = s (1 - 2 y)"),
        Step(r"\frac2m y_{ij}^2 (1 - y_{ij})^2 (1 - 2 y_{ij}) \sum_k W_{kj}^2",
             "2 / m * y**2 * (1 - y)**2 * (1 - 2 * y) * np.sum(W**2, axis=0)", "s = y (1 - y)"),
        Step(r"ds\, \mathrm{sigmoid}''(a)", "contraction_backward(s, W)[0] * sigmoid_second_derivative(y)", "the code"),
        Step(r"\frac{dP}{dW}", "gradient(lambda W: contraction(sigmoid_derivative(sigmoid(x @ W + b)), W), W)",
             "all in all W acts in both ways: as columns and through the slopes", ""),
        Step(r"\frac{\partial}{\partial V} P(s, V) + \frac{\partial}{\partial V} P(s(x V + b), W),\ V = W",
             "gradient(lambda V: contraction(s, V), W)"
             " + gradient(lambda V: contraction(sigmoid_derivative(sigmoid(x @ V + b)), W), W)",
             "two paths: each use of W has its own gradient, and they are added"),
        Step(r"dW + x^T da", "contraction_backward(s, W)[1]"
             " + affine_backward(contraction_backward(s, W)[0] * sigmoid_second_derivative(y), x, W)[1]",
             "the code: da joins the ordinary backward pass. Dropping a path would not show in the value"),
        Step(r"\frac{dP}{db}", "gradient(lambda b: contraction(sigmoid_derivative(sigmoid(x @ W + b)), W), b)",
             "the biases move the slopes too", ""),
        Step(r"\sum_i da_{ij}", "np.ones(m) @ (2 / m * s * np.sum(W**2, axis=0) * s * (1 - 2 * y))",
             "b_j is added to a_ij for every example i"),
        Step(r"db", "affine_backward(contraction_backward(s, W)[0] * sigmoid_second_derivative(y), x, W)[2]",
             "the code"),
        Step(r"P(1, W)", "contraction(np.ones((m, h)), W)", "linear units: every slope is 1", ""),
        Step(r"\sum_{kj} W_{kj}^2", "l2_decay(W)", "the mean of m equal numbers: exactly weight decay, whatever the data"),
    ),
    leads_to=("npae.network.jacobian", "npae.penalties.contraction", "npae.penalties.contraction_backward"),
    sources=("002-cae-1", "002-cae-2", "002-cae-3", "004-cae-1"))


def _mean_squared_norm(*slopes_and_weights: np.ndarray) -> Any:
    """Return the mean over examples of the squared norm of J_i, by multiplying out the product."""
    (s, W), *above = zip(slopes_and_weights[:3], slopes_and_weights[3:])
    J = s[:, :, np.newaxis] * W.T                           # (m, d, n)
    for s, W in above:
        J = s[:, :, np.newaxis] * (W.T @ J)
    return np.sum(J**2) / len(J)


def _deep_point(rng: np.random.Generator) -> dict[str, Any]:
    m, *widths = rng.integers(2, 4, 5)
    encoder, x = _encoder("tanh", "softplus", "sigmoid"), rng.normal(size=(m, widths[0]))
    W = [0.8 * rng.normal(size=pair) for pair in zip(widths, widths[1:])]
    b = [0.5 * rng.normal(size=h) for h in widths[1:]]
    params = _parameters(W, b)

    def trace(v: np.ndarray, matrices: Sequence[np.ndarray] = W) -> network.Trace:
        return network.forward(encoder, _parameters(matrices, b), v)

    def slopes(*matrices: np.ndarray) -> list[np.ndarray]:
        return [step.layer.slope(step.y) for step in trace(x, matrices)]

    def model_gradient(name: str) -> np.ndarray:
        injected = penalties.Contraction(1.0)(params, trace(x))[1]
        grads = params.gradients()
        network.backward(np.zeros((m, widths[-1])), params, trace(x), grads, injected)
        return grads[name] + injected.get(name, 0)

    S, C = slopes(*W), [step.layer.curvature(step.y) for step in trace(x)]
    V2 = np.array([S[2][:, [r]] * W[2][:, r] * S[1] for r in range(widths[-1])])
    V1 = V2 @ W[1].T * S[0]
    dV1 = 2 / m * V1 @ W[0].T @ W[0]
    dS, dW = penalties.deep_contraction_backward(S, W)
    numbered = {f"{name}{i + 1}": array for name, arrays in (("W", W), ("S", S), ("C", C), ("dS", dS), ("dW", dW))
                for i, array in enumerate(arrays)}
    return {**numbered, "x": x, "W": W, "S": S, "V1": V1, "V2": V2, "dV1": dV1, "dV2": dV1 * S[0] @ W[1],
            "m": m, "n": widths[0], "k": widths[-1], "code": lambda v: trace(v[np.newaxis])[-1].y[0],
            "J": network.jacobian(params, trace(x)), "network_jacobian": lambda x: network.jacobian(params, trace(x)),
            "slopes": slopes, "norm": _mean_squared_norm, "model_gradient": model_gradient,
            "signs": np.array(list(product((-1.0, 1.0), repeat=int(widths[-1])))),
            "gram": penalties.gram, "gram_backward": penalties.gram_backward, "row_step": penalties.row_step,
            "row_step_backward": penalties.row_step_backward, "row_length_backward": penalties.row_length_backward,
            "deep_contraction": penalties.deep_contraction, "deep_contraction_backward": penalties.deep_contraction_backward}


DEEP_CONTRACTION = Derivation(
    name="deep-contraction", title="The contractive penalty of a deep encoder, without forming a Jacobian",
    key="m examples, n inputs, layers of d1, d2 and k units (tanh, softplus, sigmoid) with weights W = (W1, W2, W3), W1 (n, d1) "
        "and so on; at x (m, n) their slopes are S = (S1, S2, S3), S1 (m, d1) and so on, and second derivatives C1, C2, C3; "
        "slopes(W1, W2, W3) is S for other weights. J (m, k, n) holds the Jacobians, norm(S1, S2, S3, W1, W2, W3) is the mean of "
        "their squared norms from the multiplied-out product. V2[r] = S3[:, [r]] * W3[:, r] * S2, (m, d2), and V1[r] = "
        "V2[r] @ W2.T * S1, (m, d1), are row r on its way down. dV1, dS1, dW1, ... are the gradients of the penalty.",
    draw=_deep_point,
    steps=(
        Step(r"(J_i)_{rk} = \frac{\partial z_{ir}}{\partial x_{ik}}",
             "np.array([[gradient(lambda v: code(v)[r], x[i]) for r in range(k)] for i in range(m)])",
             "the definition, for every example, code unit and input", ""),
        Step(r"D_3 W_3^T D_2 W_2^T D_1 W_1^T,\ D_l = \mathrm{diag}((S_l)_i)",
             "np.array([np.diag(S3[i]) @ W3.T @ np.diag(S2[i]) @ W2.T @ np.diag(S1[i]) @ W1.T for i in range(m)])",
             "chain rule: the product of the Jacobians of the layers, the first one rightmost"),
        Step(r"J_i", "network_jacobian(x)", "the code that looks at Jacobians: m k n numbers, too many for training"),
        Step(r"e_r^T J_i", "np.array([[np.eye(k)[r] @ J[i] for i in range(m)] for r in range(k)])",
             "row r of the Jacobian of every example: what backpropagation of code unit r gives", ""),
        Step(r"\left[\left((e_r * S_3)\, W_3^T * S_2\right) W_2^T * S_1\right] W_1^T",
             "np.array([[np.eye(k)[r] * S3[i] @ W3.T * S2[i] @ W2.T * S1[i] @ W1.T for i in range(m)] for r in range(k)])",
             "from the left: a row times a diagonal matrix is an elementwise product (* and @ are done in order)"),
        Step(r"\left[\left((S_3)_{\cdot r} (W_3)_{\cdot r}^T * S_2\right) W_2^T * S_1\right] W_1^T",
             "np.array([S3[:, [r]] * W3[:, r] * S2 @ W2.T * S1 @ W1.T for r in range(k)])",
             "e_r keeps slope r and column r of W3; all examples go together as the rows of one matrix"),
        Step(r"V_1^{(r)} W_1^T", "np.array([row_step(V2[r], W2, S1)[1] @ W1.T for r in range(k)])",
             "the code of a step down; a deeper encoder has more of them"),
        Step(r"P = \frac1m \sum_i \lVert J_i\rVert_F^2", "np.sum(J**2) / m", "the penalty", ""),
        Step(r"\frac1m \sum_r \lVert V_1^{(r)} W_1^T\rVert_F^2", "sum(np.sum((V1[r] @ W1.T)**2) for r in range(k)) / m",
             "the squares of all entries, row by row"),
        Step(r"\frac1m \sum_r \mathrm{tr}\left(V_1^{(r)} W_1^T W_1 V_1^{(r)T}\right)",
             "sum(np.trace(V1[r] @ W1.T @ W1 @ V1[r].T) for r in range(k)) / m",
             "a row v W1^T has the squared length v W1^T W1 v^T; the trace sums over the examples"),
        Step(r"\frac1m \sum_r \sum_{ij} (V_1^{(r)} * V_1^{(r)} G)_{ij}", "np.sum(V1 * (V1 @ gram(W1))) / m",
             "G = W1^T W1 is (d1, d1) and serves all rows: the last and widest product is never done"),
        Step(r"P(S, W)", "deep_contraction(S, W, method='units')", "the code"),
        Step(r"\frac1m \sum_a \left\lVert\left[((W_1)_{a \cdot} * S_1)\, W_2 * S_2\right] W_3 * S_3\right\rVert_F^2",
             "sum(np.sum((W1[a] * S1 @ W2 * S2 @ W3 * S3)**2) for a in range(n)) / m",
             "or column by column: J e_a climbs from the input a. Cheaper if there are fewer inputs than code units"),
        Step(r"P(S, W)", "deep_contraction(S, W, method='inputs')", "the code"),
        Step(r"dV_1 = \frac{\partial P}{\partial V_1}", "gradient(lambda V: np.sum(V * (V @ gram(W1))) / m, V1)",
             "now backwards, from the length of the rows", ""),
        Step(r"\frac2m V_1 W_1^T W_1", "2 / m * V1 @ W1.T @ W1", "a quadratic form with a symmetric matrix"),
        Step(r"dV_1", "row_length_backward(V1, gram(W1), 1 / m)[0]", "the code"),
        Step(r"\tfrac12 \sum V_1 * dV_1", "np.sum(V1 * dV1) / 2", "dV1 from above; Euler's theorem for quadratic functions", ""),
        Step(r"P(S, W)", "deep_contraction(S, W)", "the code: the gradient gives the value for nothing"),
        Step(r"dW_1 = \frac{\partial P}{\partial W_1}", "gradient(lambda W1: norm(S1, S2, S3, W1, W2, W3), W1)",
             "the weights below the last rows, with the slopes held", ""),
        Step(r"\frac2m W_1 \sum_r V_1^{(r)T} V_1^{(r)}", "2 / m * W1 @ sum(V1[r].T @ V1[r] for r in range(k))",
             "tr(V W^T W V^T) has the gradient 2 W V^T V in W, for each row r"),
        Step(r"\text{through } G", "gram_backward(row_length_backward(V1, gram(W1), 1 / m)[1], W1)", "the code, by way of G"),
        Step(r"dW_1", "deep_contraction_backward(S, W)[1][0]", "the code of the whole recursion"),
        Step(r"dS_1 = \frac{\partial P}{\partial S_1}", "gradient(lambda S1: norm(S1, S2, S3, W1, W2, W3), S1)",
             "one step up: V1 = (V2 W2^T) * S1", ""),
        Step(r"\sum_r dV_1^{(r)} * (V_2^{(r)} W_2^T)", "sum(dV1[r] * (V2[r] @ W2.T) for r in range(k))",
             "S1 is a factor in all k rows: k uses, added up"),
        Step(r"dS_1", "deep_contraction_backward(S, W)[0][0]", "the code"),
        Step(r"dW_2 = \frac{\partial P}{\partial W_2}", "gradient(lambda W2: norm(S1, S2, S3, W1, W2, W3), W2)",
             "the weights of that step", ""),
        Step(r"\sum_r (dV_1^{(r)} * S_1)^T V_2^{(r)}", "sum((dV1[r] * S1).T @ V2[r] for r in range(k))",
             "U = V2 W2^T is an affine map with the weights W2^T, and dU = dV1 * S1"),
        Step(r"dW_2", "deep_contraction_backward(S, W)[1][1]", "the code"),
        Step(r"dV_2 = \frac{\partial}{\partial V_2} \sum dV_1 * (V_2 W_2^T * S_1)",
             "gradient(lambda V: np.sum(dV1 * (V @ W2.T * S1)), V2)", "and what goes on to the rows above", ""),
        Step(r"(dV_1 * S_1)\, W_2", "dV1 * S1 @ W2", "dU times the transpose of W2^T"),
        Step(r"dV_2", "row_step_backward(dV1, V2 @ W2.T, V2, W2, S1)[0]", "the code"),
        Step(r"dS_2 = \frac{\partial P}{\partial S_2}", "gradient(lambda S2: norm(S1, S2, S3, W1, W2, W3), S2)",
             "the top: V2[r] = S3[:, [r]] * W3[:, r] * S2 has three factors", ""),
        Step(r"\sum_r dV_2^{(r)} * (S_3)_{\cdot r} (W_3)_{\cdot r}^T", "sum(dV2[r] * S3[:, [r]] * W3[:, r] for r in range(k))",
             "dV2 times the two other factors, for all rows"),
        Step(r"dS_2", "deep_contraction_backward(S, W)[0][1]", "the code"),
        Step(r"dW_3 = \frac{\partial P}{\partial W_3}", "gradient(lambda W3: norm(S1, S2, S3, W1, W2, W3), W3)",
             "the second factor: column r of W3", ""),
        Step(r"(dW_3)_{\cdot r} = (dV_2^{(r)} * S_2)^T (S_3)_{\cdot r}",
             "np.stack([(dV2[r] * S2).T @ S3[:, r] for r in range(k)], axis=1)",
             "row r alone uses it, for every example: the product sums over the examples"),
        Step(r"dW_3", "deep_contraction_backward(S, W)[1][2]", "the code"),
        Step(r"dS_3 = \frac{\partial P}{\partial S_3}", "gradient(lambda S3: norm(S1, S2, S3, W1, W2, W3), S3)",
             "the third: slope r of the code", ""),
        Step(r"(dS_3)_{\cdot r} = (dV_2^{(r)} * S_2)\, (W_3)_{\cdot r}",
             "np.stack([dV2[r] * S2 @ W3[:, r] for r in range(k)], axis=1)",
             "row r alone uses it, for every unit of layer 2: the product sums over these"),
        Step(r"dS_3", "deep_contraction_backward(S, W)[0][2]", "the code"),
        Step(r"\frac{dP}{dW_1}", "gradient(lambda W1: norm(*slopes(W1, W2, W3), W1, W2, W3), W1)",
             "all in all: the first weights also move the slopes of every layer, through the activations", ""),
        Step(r"dW_1 + x^T \left[dS_1 * C_1 + \left(dS_2 * C_2 + (dS_3 * C_3)\, W_3^T * S_2\right) W_2^T * S_1\right]",
             "dW1 + x.T @ (dS1 * C1 + (dS2 * C2 + dS3 * C3 @ W3.T * S2) @ W2.T * S1)",
             "at each layer dS * C joins what comes from above, and ordinary backpropagation does the rest"),
        Step(r"\frac{dP}{dW_1}", "model_gradient('encoder.0.W')", "the code: the penalty object and the network's backward pass"),
        Step(r"P = \frac1m \sum_i \lVert J_i\rVert_F^2", "np.sum(J**2) / m", "when k is very large: random rows", ""),
        Step(r"\mathrm E_v \frac1m \sum_i \lVert v^T J_i\rVert^2", "np.mean([np.sum((v @ J)**2) / m for v in signs])",
             "E[v v^T] = I for v of independent signs; here the exact mean over all 2^k sign vectors"),
        Step(r"\mathrm E_v P(S, W; v)", "np.mean([deep_contraction(S, W, probes=np.tile(v, (m, 1, 1))) for v in signs])",
             "the code: a random probe is an unbiased estimate"),
    ),
    leads_to=("npae.network.jacobian", "npae.penalties.row_step", "npae.penalties.row_length_backward",
              "npae.penalties.deep_contraction", "npae.penalties.deep_contraction_backward", "npae.penalties.Contraction"),
    sources=("002-cae-2", "002-cae-3", "004-cae-1"))

CONTRACTION_PENALTIES = (CONTRACTION, DEEP_CONTRACTION)
