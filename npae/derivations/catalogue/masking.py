"""The masked autoencoder: the chain rule of probability, the masks that obey it, and gradients behind masks."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np

from ... import layers, losses
from ...codes import one_hot
from ...models import MaskedAutoencoder
from ..calculus import jacobian
from ..derivation import Derivation
from ..step import Step

S = 3       # slots


def _masked_point(rng: np.random.Generator) -> dict[str, Any]:
    K, width = int(rng.integers(2, 4)), int(rng.integers(4, 6))
    model = MaskedAutoencoder(n_codes=K, hidden_dims=(width,), activation="tanh", dtype="float64").initialize(S)
    model.theta[...] = rng.normal(size=model.theta.size)
    sequences = np.array(list(product(range(K), repeat=S)), dtype=float)
    x = sequences[rng.integers(0, len(sequences), 5)]
    names, v = _network(model), one_hot(x, np.full(S, K))
    do = losses.softmax_nll_backward(names["network"](v).reshape(-1, K), v.reshape(-1, K), 1 / len(x)).reshape(len(x), -1)
    return {**names, **_readings(names["network"], K), "S": S, "K": K, "m": len(x), "x": x, "v": v, "do": do,
            "y": np.tanh(layers.masked_affine(v, names["W"], names["b"], names["M"])), "dy": rng.normal(size=(len(x), width)),
            "P": rng.dirichlet(np.ones(K**S)).reshape(K, K, K), "of_input": np.repeat(np.arange(S), K),
            "of_unit": np.arange(width) * S // width, "sequences": sequences, "everything": one_hot(sequences, np.full(S, K)),
            "strength": rng.uniform(0.5, 2), "model": model, "jacobian": jacobian, "masked_affine": layers.masked_affine,
            "masked_affine_backward": layers.masked_affine_backward}


def _network(model: MaskedAutoencoder) -> dict[str, Any]:
    """Return the weights and masks of the model by name, and its logits as a function of one-hot rows and of W."""
    W, b, V, c, past = (model.params[name] for name in ("encoder.0.W", "encoder.0.b", "decoder.0.W", "decoder.0.b", "direct.W"))
    M, N, D = (layer.mask for layer in model._network.layers)

    def network(v: np.ndarray, W: np.ndarray = W) -> np.ndarray:
        y = np.tanh(layers.masked_affine(v, W, b, M))
        return layers.masked_affine(y, V, c, N) + layers.masked_affine(v, past, 0, D)
    return {"W": W, "b": b, "V": V, "M": M, "N": N, "D": D, "network": network}


def _readings(network: Any, K: int) -> dict[str, Any]:
    """Return the ways in which the key reads logits as probabilities."""
    def conditionals(o: np.ndarray) -> np.ndarray:
        return losses.softmax(o.reshape(-1, K)).reshape(-1, S, K)

    def chosen(o: np.ndarray, v: np.ndarray) -> np.ndarray:
        return np.sum(conditionals(o) * v.reshape(-1, S, K), axis=2)

    def p(*codes: int) -> np.ndarray:
        row = np.zeros((1, S * K))
        row[0, [s * K + code for s, code in enumerate(codes)]] = 1
        return conditionals(network(row))[0, len(codes)]

    def nll(o: np.ndarray, v: np.ndarray) -> Any:
        return sum(losses.softmax_nll(o[:, s * K:(s + 1) * K], v[:, s * K:(s + 1) * K]) for s in range(S))
    return {"chosen": chosen, "p": p, "nll": nll}


MASKED_AUTOENCODER = Derivation(
    name="masked-autoencoder", title="The masked autoencoder: an exact likelihood, and gradients behind masks",
    key="S = 3 slots of K codes. P (K, K, K) any table of probabilities, one for each sequence of codes. A masked autoencoder "
        "with one hidden layer, W (S K, h), b and V (h, S K), masks M and N, and a direct connection with the mask D; "
        "network(v) are its logits (m, S K) for one-hot rows v (m, S K) of m examples x (m, S); y (m, h) hidden units, do (m, S "
        "K) the gradient of the loss in the logits. chosen(o, v) (m, S) is the softmax of each slot of o at the code that v has "
        "there, nll(o, v) the softmax cross-entropy summed over slots; p(a, b) (K,) the softmax of slot 2 where a, b stand in "
        "slots 0, 1 and nothing in slot 2. of_input (S K,) is the slot that an input or output belongs to, of_unit (h,) the "
        "degree of a hidden unit. sequences (K^S, S) are all there are, everything their one-hot rows. dy (m, h) is any "
        "upstream gradient, strength > 0.",
    draw=_masked_point,
    steps=(
        Step(r"-\log p(c_0, c_1, c_2)", "-np.log(P)", "any distribution over sequences, in nats", ""),
        Step(r"-\log p(c_0) - \log \frac{p(c_0, c_1)}{p(c_0)} - \log \frac{p(c_0, c_1, c_2)}{p(c_0, c_1)}",
             "-np.log(P.sum((1, 2), keepdims=True)) - np.log(P.sum(2, keepdims=True) / P.sum((1, 2), keepdims=True))"
             " - np.log(P / P.sum(2, keepdims=True))",
             "each denominator cancels the numerator before it. The chain rule of probability: log p(c) is the sum over slots "
             "of log p(c_s | slots before). Nothing is assumed of p, so a model of the conditionals is a model of anything"),
        Step(r"[\exists d:\ i + 1 \le d \le s]", "np.array([[any(i + 1 <= d <= s for d in of_unit) or i + 1 <= s "
             "for s in of_input] for i in of_input]) * 1.0",
             "the masks: slot i as an input has the degree i + 1, slot s as an output s, and along a connection degrees must not "
             "fall. Is there a way, through a hidden unit of degree d or directly?", ""),
        Step(r"[i < s]", "(of_input[:, None] < of_input) * 1.0",
             "degrees are whole numbers: what slot s can hear of are the slots before it"),
        Step(r"[(M N + D)_{is} > 0]", "(M @ N + D > 0) * 1.0",
             "the masks of the code: the product counts the paths from input to output"),
        Step(r"\left[\frac{\partial o_s}{\partial v_i} \ne 0\right]",
             "(np.abs(jacobian(lambda row: network(row[None])[0], v[0])).T > 0) * 1.0",
             "the code: what the logits really depend on"),
        Step(r"\sum_{c_0} p(c_0) \sum_{c_1} p(c_1 \mid c_0) \sum_{c_2} p(c_2 \mid c_0, c_1)",
             "sum(p()[a] * sum(p(a)[b] * sum(p(a, b)[c] for c in range(K)) for b in range(K)) for a in range(K))",
             "is it a distribution? The last sum is inside, as the factors before it do not depend on c_2", ""),
        Step(r"1", "1.0", "each softmax sums to one, beginning with the innermost"),
        Step(r"\sum_c \prod_s p(c_s \mid c_0 \ldots c_{s-1})", "np.sum(np.prod(chosen(network(everything), everything), axis=1))",
             "all slots in one pass: the masks hide what stands in the slots that follow"),
        Step(r"\sum_c e^{\mathrm{score}(c)}", "np.sum(np.exp(model.score_samples(sequences)))", "the code"),
        Step(r"1 \Big/ \sum_c \prod_s \frac{e^a}{e^a + K - 1}",
             "1 / np.sum(np.prod(chosen(strength * everything, everything), axis=1))",
             "without masks: an autoencoder that copies, with a logit a > 0 at the code that it sees in the very slot. What "
             "would the products of its softmaxes have to be multiplied by?", ""),
        Step(r"\left(\frac{e^a + K - 1}{K e^a}\right)^S", "((np.exp(strength) + K - 1) / (K * np.exp(strength)))**S",
             "every sequence has the same, and there are K^S of them"),
        Step(r"1", "1.0", "they sum to more than 1, to K^S in the end: the likelihood of nothing", "<="),
        Step(r"-\frac1m \sum_i \log p(c_i)", "-np.sum(np.log(np.prod(chosen(network(v), v), axis=1))) / m",
             "the loss: the negative log-likelihood of the examples", ""),
        Step(r"\frac1m \sum_{is} -\log p(c_{is} \mid c_{i0} \ldots c_{i,s-1})", "-np.sum(np.log(chosen(network(v), v))) / m",
             "the logarithm of a product"),
        Step(r"\sum_s \mathrm{nll}(o_s, v_s)", "nll(network(v), v)", "a softmax cross-entropy in every slot"),
        Step(r"L", "model.loss_and_gradients(x)[0]['loss']", "the code"),
        Step(r"\frac{\partial L}{\partial W_{kj}}", "gradient(lambda W: np.sum(dy * masked_affine(v, W, b, M)), W)",
             "one masked layer: by definition, a = v (W * M) + b", ""),
        Step(r"\sum_i v_{ik}\, M_{kj}\, dy_{ij}", "np.array([[sum(v[i, k] * M[k, j] * dy[i, j] for i in range(m)) "
             "for j in range(len(b))] for k in range(S * K)])", "W_kj meets its input with the factor M_kj"),
        Step(r"(v^T dy) * M", "(v.T @ dy) * M", "the gradient of an affine map, and 0 where the connection is cut"),
        Step(r"dW", "masked_affine_backward(dy, v, W, M)[1]", "the code"),
        Step(r"\frac{\partial L}{\partial W}", "gradient(lambda W: nll(network(v, W), v), W)",
             "the whole model, its first weights", ""),
        Step(r"(v^T da) * M,\quad da = dy\, (1 - y^2),\ dy = do\, (V * N)^T", "v.T @ (do @ (V * N).T * (1 - y**2)) * M",
             "back through the logits, tanh and the first layer. The direct connection does not meet W: nothing comes that way"),
        Step(r"dW", "model.loss_and_gradients(x)[1]['encoder.0.W']", "the code"),
    ),
    leads_to=("npae.models.MaskedAutoencoder", "npae.layers.masked_affine", "npae.layers.masked_affine_backward"))

MASKING = (MASKED_AUTOENCODER,)
