"""Both directions: every numbered equation is a line of code, every backward line is a numbered equation, and all agree."""

import importlib
import inspect
import pkgutil
from functools import partial

import numpy as np
import pytest

import npae
from tests.equations import disagreements, equations_of, evaluate, numbered_lines, unnumbered_backward_lines, with_negated_line

COMPOSED = {"deep_contraction_backward"}      # a recursion over numbered pairs, with no formula of its own
ROOMS = ("layers", "losses", "penalties", "latents")


def _modules():
    for room in ROOMS:
        package = importlib.import_module(f"npae.{room}")
        for info in pkgutil.iter_modules(package.__path__):
            module = importlib.import_module(f"npae.{room}.{info.name}")
            if equations_of(module.__doc__ or ""):
                yield module


MODULES = list(_modules())
IDS = [module.__name__.removeprefix("npae.") for module in MODULES]
parametrize = pytest.mark.parametrize("module", MODULES, ids=IDS)


def _images(rng, m, n, h, transposed=False):
    """n channels of the large images and h of the small ones, which are as many as windows fit into the large ones."""
    k = int(rng.integers(2, 5))
    stride, p = int(rng.integers(1, k + 1)), int(rng.integers(k))
    q = int(rng.integers(k - p))
    size = tuple(rng.integers(2, 5, 2))
    large, small = (m, n, *(stride * (side - 1) + k - p - q for side in size)), (m, h, *size)
    x, dy = (small, large) if transposed else (large, small)
    return {"x": rng.normal(size=x), "dy": rng.normal(size=dy), "W": rng.normal(size=(h, n, k, k)), "b": rng.normal(size=dy[1]),
            "k": k, "stride": stride, "padding": (p, q), "size": size, "shape": large}


LETTERS = {     # where a module's letters have other shapes: m examples, n features or latent units, h samples
    "gaussian_kl": lambda rng, m, n, h: {
        "logvar": rng.normal(size=(m, n)), "prior_mean": rng.normal(size=n), "prior_logvar": rng.normal(size=n),
        "lower": rng.normal(size=(m, n, n))},
    "sampled_kl": lambda rng, m, n, h: {
        "z": rng.normal(size=(m, h, n)), "eps": rng.normal(size=(m, h, n)), "logvar": rng.normal(size=(m, 1, n)),
        "prior_mean": rng.normal(size=n), "prior_logvar": rng.normal(size=n), "w": rng.uniform(0.1, 1, (m, h, 1))},
    "cholesky": lambda rng, m, n, h: {
        "logvar": rng.normal(size=(m, n)), "lower": rng.normal(size=(m, n, n)), "eps": rng.normal(size=(m, h, n)),
        "dz": rng.normal(size=(m, h, n))},
    "reparameterization": lambda rng, m, n, h: {
        "logvar": rng.normal(size=(m, n)), "eps": rng.normal(size=(m, n)), "dz": rng.normal(size=(m, n))},
    "continuous_bernoulli_nll": lambda rng, m, n, h: {      # near 0 the docstring's form cancels, the code's does not
        "o": rng.choice([-1, 1], (m, n)) * rng.uniform(0.5, 3, (m, n))},
    "masked_affine": lambda rng, m, n, h: {"mask": rng.integers(0, 2, (n, h)).astype(float)},
    "unit_noise": lambda rng, m, n, h: {name: rng.normal(size=(m, n)) for name in ("f", "eps", "dz")},
    "convolution": _images, "transposed_convolution": partial(_images, transposed=True),
    "quantization": lambda rng, m, n, h: {      # h codes; z_still is not z here, or q would be e whatever z is
        "E": rng.normal(size=(h, n)), "z_still": rng.normal(size=(m, n)), "dq": rng.normal(size=(m, n)),
        "w": rng.uniform(0.1, 1, (m, 1))},
    "codebook_averages": lambda rng, m, n, h: {
        "N": rng.uniform(0.5, 5, h), "M": rng.normal(size=(h, n)), "j": rng.integers(0, h, m), "decay": 0.8, "smoothing": 0.3},
}


def inputs(seed, module):
    """Random values for every letter that the docstrings use as an input."""
    rng = np.random.default_rng(seed)
    m, n, h = rng.integers(2, 8, 3)
    one_per_row = module.__name__.endswith((".contraction", ".jacobian_step"))
    t = rng.dirichlet(np.ones(n), m)
    own = LETTERS.get(module.__name__.rpartition(".")[2], lambda rng, m, n, h: {})(rng, m, n, h)
    return {
        "y": rng.uniform(0.05, 0.95, (m, n)), "z": rng.normal(size=(m, n)), "rho": 0.2, "nu": 1.7, "t": t,
        "s": rng.normal(size=(m, n if module.__name__.endswith("jacobian_step") else h)), "V": rng.normal(size=(m, h)),
        "dD": rng.normal(size=(m, n)),
        "x": rng.uniform(0.05, 0.95, (m, n)), "W": rng.normal(size=(n, h)), "b": rng.normal(size=h),
        "a": rng.normal(size=(m, h)), "dy": rng.normal(size=(m, h)),
        "o": rng.normal(size=(m, n)), "mu": rng.normal(size=(m, n)), "logvar": rng.normal(size=n),
        "w": rng.uniform(0.1, 1, (m, 1 if one_per_row else n)) / m,
        **own,
    }


def test_there_are_modules_to_read():
    assert {"layers.affine", "layers.sigmoid", "losses.bernoulli_nll", "penalties.weight_decay"} <= set(IDS)
    pairs = [name for module in MODULES for name in vars(module)
             if name.endswith("_backward") and getattr(module, name).__module__ == module.__name__]
    for room in ROOMS:
        package = importlib.import_module(f"npae.{room}")
        assert {name for name in package.__all__ if name.endswith("_backward")} - COMPOSED <= set(pairs)


@parametrize
def test_every_equation_has_its_line_and_every_number_its_equation(module):
    source = inspect.getsource(module)
    in_docstring = [equation.number for equation in equations_of(module.__doc__)]
    in_code = {number for numbers in numbered_lines(source).values() for number in numbers}
    assert in_docstring == list(range(1, len(in_docstring) + 1))
    assert set(in_docstring) == in_code


@parametrize
def test_no_backward_line_without_an_equation(module):
    assert unnumbered_backward_lines(inspect.getsource(module)) == []


@parametrize
@pytest.mark.parametrize("seed", range(10))
def test_the_equations_say_what_the_code_does(module, seed):
    wrong = disagreements(inspect.getsource(module), module, equations_of(module.__doc__), inputs(seed, module))
    assert wrong == []


@parametrize
def test_a_flipped_sign_in_any_equation_is_seen(module):
    source, equations = inspect.getsource(module), equations_of(module.__doc__)
    given = inputs(3, module)
    values = evaluate(equations, given, module)
    for index, equation in enumerate(equations):
        if not np.any(values[equation.number]):
            continue                                    # minus zero is zero
        flipped = [*equations]
        flipped[index] = equation._replace(expression=f"-({equation.expression})")
        assert disagreements(source, module, flipped, given), f"({equation.number}) can be flipped unseen"


@parametrize
def test_a_flipped_sign_in_any_numbered_line_is_seen(module):
    source, equations = inspect.getsource(module), equations_of(module.__doc__)
    given = inputs(3, module)
    values = evaluate(equations, given, module)
    for line, numbers in numbered_lines(source).items():
        if not np.any(values[numbers[0]]):
            continue
        mutant = with_negated_line(source, module, line)
        assert mutant is not None, f"line {line} holds no statement that could be flipped"
        assert disagreements(source, mutant, equations, given), f"line {line} can be flipped unseen"


def test_lazy_names_are_where_they_are_said_to_be():
    for name in npae.__all__:
        assert getattr(npae, name) is not None
    assert set(npae.__all__) <= set(dir(npae))
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = npae.nonsense
