"""Document 003, ZTS, *AUTOENCODER*, a note. Here g is the encoder and f the decoder, and columns are examples."""

from __future__ import annotations

from .claim import claim
from .equation import Equation
from .points.arrays import activations, logits, outputs
from .points.networks import autoencoder, decayed

AUTOENCODER = "npae.models.Autoencoder"
SQUARED_ERROR = "npae.losses.squared_error"
BACKWARD = "npae.losses.squared_error_backward"
BERNOULLI = "npae.losses.bernoulli_nll"

NETWORK = (
    Equation(
        "003-enc-1", "h_i = g(X_i)", "right",
        claims=(claim(autoencoder, "encode(x)", "np.stack([encode(row[None])[0] for row in x])"),),
        objects=(f"{AUTOENCODER}.transform",)),
    Equation(
        "003-enc-2", "h = g(X) = f(W_e X + b_e)", "wrong",
        correct="h = s_e(W_e X + b_e) with an activation s_e; f is the decoder",
        claims=(claim(autoencoder, "encode(x)", "np.tanh(W.T @ x.T + b[:, None]).T",
                      printed="decode((W.T @ x.T + b[:, None]).T)"),),
        objects=("npae.layers.affine", "npae.layers.ACTIVATIONS", "npae.network.Layer"), derivations=("affine",),
        errata=("E003-01",)),
    Equation(
        "003-dec-1", "X~_i = f(h_i) = f(g(X_i))", "right",
        claims=(claim(autoencoder, "reconstruct(x)", "decode(encode(x))"),),
        objects=(f"{AUTOENCODER}.reconstruct", f"{AUTOENCODER}.inverse_transform")),
    Equation(
        "003-dec-2", "X~ = f(h) = g(W_d h + b_d)", "wrong",
        correct="X~ = s_d(W_d h + b_d); g maps R^n to R^q, its values are codes",
        claims=(claim(autoencoder, "decode(encode(x))", "(V.T @ encode(x).T + c[:, None]).T",
                      printed="encode((V.T @ encode(x).T + c[:, None]).T)"),),
        objects=("npae.layers.affine", "npae.layers.ACTIVATIONS", "npae.network.Layer"), derivations=("affine",),
        errata=("E003-01",)),
    Equation(
        "003-loss-1", "L(X, X~) = |X - X~|^2 = (X_i - X~_i)^T (X_i - X~_i)", "typo", correct="L(X_i, X~_i), for one example",
        claims=(claim(outputs, "np.array([squared_error(o[i:i+1], x[i:i+1]) for i in range(M)])",
                      "np.array([(x[i] - o[i]) @ (x[i] - o[i]) for i in range(M)])", printed="np.sum((x - o)**2)"),),
        objects=(SQUARED_ERROR,), derivations=("squared-error",), errata=("E003-02", "E003-03")),
    Equation(
        "003-goal-1", "argmin <Delta> = ... = argmin 1/N sum |X_i - f(g(X_i))|^2", "right",
        claims=(claim(autoencoder, "loss(x)", "sum(np.sum((x[i] - decode(encode(x[i:i+1]))[0])**2) for i in range(m)) / m"),),
        objects=(f"{AUTOENCODER}.fit", SQUARED_ERROR), derivations=("squared-error",), errata=("E003-04",)),
    Equation(
        "003-reg-1", "argmin (E[Delta(x_i), g(f(x_i))] + lambda sum theta_i^2)", "wrong",
        correct="argmin (E[Delta(x_i, f(g(x_i)))] + lambda sum theta_i^2)",
        claims=(claim(decayed, "loss(x)", "squared_error(decode(encode(x)), x) + lam * sum(l2_decay(p[name]) for name in p)",
                      printed="squared_error(encode(decode(x)), x) + lam * sum(l2_decay(p[name]) for name in p)"),),
        objects=("npae.penalties.WeightDecay", "npae.penalties.l2_decay"), derivations=("weight-decay",),
        errata=("E003-05", "E003-07")),
    Equation(
        "003-reg-2", "lambda (sum w_e^2 + sum b_e^2 + sum w_d^2 + sum b_d^2)", "right",
        correct="as printed; usual practice leaves the biases out",
        claims=(claim(decayed, "terms(x)['weight_decay']", "lam * (np.sum(W**2) + np.sum(b**2) + np.sum(V**2) + np.sum(c**2))"),),
        objects=("npae.penalties.WeightDecay", f"{AUTOENCODER}.decay_biases"), derivations=("weight-decay",)),
)

ACTIVATION = (
    Equation(
        "003-relu-1", "ReLU: max(0, x)", "right", correct="as printed; the range is [0, infinity), not [0, infinity]",
        claims=(claim(activations, "relu(x)", "np.maximum(0, x)"),),
        objects=("npae.layers.relu",), derivations=("relu",), errata=("E003-08", "E003-09", "E003-18")),
    Equation(
        "003-relu-2", "= 0 for x < 0, x for x >= 0", "right",
        claims=(claim(activations, "relu(x)", "np.where(x < 0, 0, x)"),), objects=("npae.layers.relu",), derivations=("relu",)),
    Equation(
        "003-obj-1", "E[Delta(X_i X~_i)]", "typo", correct="E[Delta(X_i, X~_i)]",
        claims=(claim(outputs, "squared_error(o, x)", "np.mean([np.sum((x[i] - o[i])**2) for i in range(M)])"),),
        objects=("npae.losses.LOSSES",), errata=("E003-06",)),
    Equation(
        "003-sig-1", "sigma(x) = 1/(1 + e^-x)", "right", correct="as printed; the range is (0, 1), not [0, 1]",
        claims=(claim(activations, "sigmoid(x)", "1 / (1 + np.exp(-x))"),),
        objects=("npae.layers.sigmoid",), derivations=("sigmoid",), errata=("E003-08", "E003-17")),
)

SQUARED = (
    Equation(
        "003-mse-1", "MSE = 1/M sum_i |X_i - X~_i|^2", "right", correct="as printed; it is n times the mean over all entries",
        claims=(claim(outputs, "squared_error(o, x)", "sum(np.linalg.norm(x[i] - o[i])**2 for i in range(M)) / M",
                      "n * np.mean((x - o)**2)"),),
        objects=(SQUARED_ERROR,), derivations=("squared-error",), errata=("E003-11",)),
    Equation(
        "003-mse-2", "|X_i - X~_i| = sqrt(sum_j (x_ij - x~_ij)^2)", "right",
        claims=(claim(outputs, "np.linalg.norm(x - o, axis=1)",
                      "np.sqrt([sum((x[i, j] - o[i, j])**2 for j in range(n)) for i in range(M)])"),),
        objects=(SQUARED_ERROR,)),
    Equation(
        "003-mse-3", "|X_i - X~_i|^2 = sum_j (x_ij - x~_ij)^2", "right",
        claims=(claim(outputs, "entries(o, x).sum(axis=1)",
                      "np.array([sum((x[i, j] - o[i, j])**2 for j in range(n)) for i in range(M)])"),),
        objects=("npae.losses.squared_error_entries",), derivations=("squared-error",)),
    Equation(
        "003-mse-4", "1/M sum_i sum_j (x_ij - x~_ij)^2", "right",
        claims=(claim(outputs, "squared_error(o, x)", "sum((x[i, j] - o[i, j])**2 for i in range(M) for j in range(n)) / M"),),
        objects=(SQUARED_ERROR,), derivations=("squared-error",)),
    Equation(
        "003-mse-5", "dL/dx~_j of 1/M sum (x_j - x~_j)^2, j now an example", "typo",
        correct="dL/dx~_ij; the sum over features has disappeared, and j was a feature before",
        claims=(claim(outputs, "gradient(lambda o: np.sum((x - o)**2) / M, o)", "squared_error_backward(o, x)",
                      printed="gradient(lambda o: np.sum((x[:, 0] - o)**2) / M, o[:, 0])"),),
        objects=(BACKWARD,), derivations=("squared-error",), errata=("E003-04",)),
    Equation(
        "003-mse-6", "= -2/M (x_j - x~_j) = 0", "right", correct="dL/dx~_ij = -2/M (x_ij - x~_ij)",
        claims=(claim(outputs, "squared_error_backward(o, x)", "-2 / M * (x - o)"),),
        objects=(BACKWARD,), derivations=("squared-error",)),
    Equation(
        "003-mse-7", "x_j = x~_j", "right", correct="right for free x~; through a bottleneck it cannot be reached in general",
        claims=(claim(outputs, "o - squared_error_backward(o, x) / (2 / M)", "x"),),
        objects=(BACKWARD,), derivations=("squared-error",), errata=("E003-10",)),
    Equation(
        "003-mse-8", "d^2 L/dx~_j^2 = 2/M > 0", "right",
        correct="as printed; the Hessian is 2/M times the identity, so the minimum in x~ is unique and global",
        claims=(claim(outputs, "slope(lambda o: squared_error_backward(o, x), o)", "np.full((M, n), 2 / M)", tolerance=1e-8),),
        objects=(BACKWARD,), derivations=("squared-error",), errata=("E003-10",)),
)

CROSS_ENTROPY = (
    Equation(
        "003-bce-1", "L_CE = -1/M sum_i sum_j [x_ji log x~_ji + (1 - x_ji) log(1 - x~_ji)]", "typo",
        correct="x_ij for example i and feature j, as in the MSE; here the order of the indices has turned round",
        claims=(claim(logits, "bernoulli_nll(o, x)", "-sum(x[i, j] * np.log(p[i, j]) + (1 - x[i, j]) * np.log(1 - p[i, j])"
                      " for i in range(M) for j in range(n)) / M",
                      printed="-sum(x[j, i] * np.log(p[j, i]) + (1 - x[j, i]) * np.log(1 - p[j, i])"
                      " for i in range(M) for j in range(n)) / M"),),
        objects=(BERNOULLI,), derivations=("bernoulli-nll",), errata=("E003-12", "E003-13", "E003-16", "E003-19")),
    Equation(
        "003-bce-2", "x_ji log x~_ji + (1 - x_ji) log(1 - x~_ji)", "right",
        claims=(claim(logits, "-entries(o, x)", "x * np.log(sigmoid(o)) + (1 - x) * np.log(1 - sigmoid(o))"),),
        objects=("npae.losses.bernoulli_nll_entries",), derivations=("bernoulli-nll",), errata=("E003-14",)),
    Equation(
        "003-bce-3", "x = 1: log x~; x = 0: log(1 - x~); x~ = 0.8 gives log 0.8, log 0.2", "right",
        claims=(claim(logits, "-entries(o, np.ones((M, n)))", "np.log(p)"),
                claim(logits, "-entries(o, np.zeros((M, n)))", "np.log(1 - p)"),
                claim(logits, "-entries(np.log([[4.0, 4.0]]), np.array([[1.0, 0.0]]))", "np.log([[0.8, 0.2]])")),
        objects=("npae.losses.bernoulli_nll_entries",), derivations=("bernoulli-nll",), errata=("E003-13",)),
    Equation(
        "003-bce-4", "sum_i sum_j [...]", "right",
        claims=(claim(logits, "-M * bernoulli_nll(o, x)", "np.sum(x * np.log(p) + (1 - x) * np.log(1 - p))"),),
        objects=(BERNOULLI,), derivations=("bernoulli-nll",)),
    Equation(
        "003-bce-5", "1/M sum_i sum_j [...]", "right",
        claims=(claim(logits, "-bernoulli_nll(o, x)", "np.sum(x * np.log(p) + (1 - x) * np.log(1 - p)) / M"),),
        objects=(BERNOULLI,), derivations=("bernoulli-nll",), errata=("E003-16",)),
)

DOCUMENT_003 = (*NETWORK, *ACTIVATION, *SQUARED, *CROSS_ENTROPY)
