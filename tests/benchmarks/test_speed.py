"""The speed benchmark compares the same losses, counts the same products, and says what was not measured."""

import numpy as np
import pytest

from .__main__ import Benchmark
from .speed import plan, report
from .speed.configurations import CONFIGURATIONS, configuration
from .speed.contender import Missing, initial_parameters
from .speed.contenders import VARIANTS, contender
from .speed.race import Result, race, summarize
from .speed.textbook import _loss_and_gradients

SMALL = {"a": "a:batch=6,rows=12,hidden=8", "b": "b:batch=5,rows=10", "d": "d:batch=4,rows=8", "d-deep": "d-deep:batch=3,rows=6",
         "e": "e:batch=40,rows=80", "f": "f:batch=6,rows=12"}


def ours(found, noise):
    model = found.model().set_params(dtype="float64").initialize(found.widths[0])
    x = found.data("float64")[:found.batch]
    terms, grads = model._loss_and_gradients(model.params, x, noise)
    return x, float(terms["loss"]), grads


def noise_of(found):
    eps = np.random.default_rng(1).standard_normal((found.batch, found.latent))
    return eps, ({"eps": eps[:, None]} if found.latent else {})


@pytest.mark.dev
@pytest.mark.parametrize("penalty", ["formula", "jacrev", "double backward"])
@pytest.mark.parametrize("name", SMALL)
def test_pytorch_trains_the_same_loss(name, penalty):
    torch = pytest.importorskip("torch")
    from .speed.pytorch import loss
    found = configuration(SMALL[name])
    eps, noise = noise_of(found)
    x, value, grads = ours(found, noise)
    params = {key: torch.tensor(array).requires_grad_() for key, array in initial_parameters(found, "float64").items()}
    L = loss(found, params, torch.from_numpy(x), torch.from_numpy(eps), penalty)
    L.backward()
    assert L.item() == pytest.approx(value, rel=1e-12)
    for key, tensor in params.items():
        np.testing.assert_allclose(tensor.grad.numpy(), grads[key], rtol=1e-9, atol=1e-12)


@pytest.mark.dev
@pytest.mark.parametrize("penalty", ["formula", "jacrev"])
@pytest.mark.parametrize("name", SMALL)
def test_jax_trains_the_same_loss(name, penalty):
    jax = pytest.importorskip("jax")
    from .speed.jax_peer import loss
    found = configuration(SMALL[name])
    eps, noise = noise_of(found)
    x, value, grads = ours(found, noise)
    params = {key: np.asarray(array, np.float32) for key, array in initial_parameters(found, "float64").items()}
    L, theirs = jax.value_and_grad(lambda p: loss(found, p, x.astype(np.float32), eps.astype(np.float32), penalty))(params)
    assert float(L) == pytest.approx(value, rel=1e-5)
    for key, array in theirs.items():
        np.testing.assert_allclose(array, grads[key], rtol=1e-3, atol=1e-5 * np.abs(grads[key]).max() + 1e-6)


@pytest.mark.parametrize("level", range(len(VARIANTS)))
def test_the_textbook_draft_has_the_same_gradients(level):
    found = configuration(SMALL["a"])
    x, value, grads = ours(found, {})
    names = ["encoder.0", "encoder.1", "decoder.0", "decoder.1"]
    L, theirs = _loss_and_gradients(initial_parameters(found, "float64"), names, x, level)
    assert L == pytest.approx(value, rel=1e-12)
    for name in grads:
        np.testing.assert_allclose(theirs[name], grads[name], rtol=1e-9, atol=1e-14)


@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_the_floor_has_a_product_for_every_weight_matrix(name):
    found = CONFIGURATIONS[name]
    shapes = [shape for key, shape in found.model().initialize(found.widths[0]).params.shapes.items() if key.endswith(".W")]
    assert sorted((n, h) for n, h, _ in found.products()) == sorted(shapes)
    assert [need_dx for _, _, need_dx in found.products()] == [False] + [True] * (len(shapes) - 1)


@pytest.mark.parametrize("name", ["floor", "npae", "npae, fresh arrays", *VARIANTS])
def test_every_contender_of_our_own_runs(name):
    assert np.isfinite(contender(name)(configuration(SMALL["a"]))())


def test_the_bare_loop_trains_as_npae_does():
    """Other orders of the examples, the same losses but for that."""
    found = configuration(SMALL["a"].replace("rows=12", "rows=240"))
    ours, bare = contender("npae")(found), contender("bare loop")(found)
    first = [(ours(), bare()) for _ in range(30)]
    assert first[0][0] == pytest.approx(first[0][1], rel=0.05) and first[-1][0] == pytest.approx(first[-1][1], rel=0.05)
    assert first[-1][1] < first[0][1]


def test_fresh_arrays_change_no_bit():
    found = configuration(SMALL["b"])
    lent, fresh = contender("npae")(found), contender("npae, fresh arrays")(found)
    assert [lent() for _ in range(3)] == [fresh() for _ in range(3)]


def test_what_does_not_apply_is_missing():
    pytest.importorskip("sklearn")
    with pytest.raises(Missing, match="squared error alone"):
        contender("scikit-learn")(configuration("b"))


@pytest.mark.dev
def test_a_race_in_processes_of_its_own():
    outcome = race("f:rows=128", ("floor", "npae", "scikit-learn"), native=True, rounds=1, seconds=0.02)
    assert outcome["floor"].median < outcome["npae"].median and outcome["npae"].peak_mb > 10
    assert outcome["scikit-learn"] in ("MLPRegressor has squared error alone", "scikit-learn is not installed")
    text = report.race_table({"f": outcome})
    assert f"not measured: {outcome['scikit-learn']}" in text and "digits 64-32-8-32-64" in text


def result(median):
    return Result(median, median, median, 0.0, 40.0, 2)


def test_dirty_rounds_do_not_count():
    rounds = [{"cpu": cpu, "wall": wall, "faults": 0.0, "peak_mb": 1.0} for cpu, wall in ((10.0, 10.1), (30.0, 60.0))]
    assert summarize(rounds, threads=1).median == 10 and summarize(rounds, threads=2).median == pytest.approx(35.05)
    assert summarize(rounds[1:], threads=1).median == 30      # nothing clean: what there is


def test_targets_are_held_missed_or_not_measured():
    races = {"a": {"floor": result(100.0), "npae": result(140.0), plan.FUSED: result(200.0), plan.JAX: "JAX is not installed"}}
    targets = {target.text: target for target in plan.step_targets(races, native=True)}
    assert targets["(a) npae / floor"].verdict == "holds" and targets["(a) npae / floor"].value == pytest.approx(1.4)
    assert targets["(a) npae / PyTorch, fused Adam"].verdict == "holds"
    assert targets["(a) npae / JAX, jit"].verdict == "not measured"
    assert "| (a) npae / floor | 1.3 | 1.4 | **missed** |" in report.target_table(plan.step_targets(races, native=False))


def test_the_summary_has_the_ratios_of_every_setting():
    races = {"a": {"floor": result(100.0), "npae": result(140.0), plan.FUSED: result(200.0), plan.JAX: "JAX is not installed"}}
    text = report.summary({"preset": races, "native": races})
    assert text.count("| 140 | 1.40 |  |  | 0.70 |  |  |") == 2
    assert "preset: npae's step" in text and "native: npae's step" in text


def test_the_report_is_written(tmp_path):
    benchmark = Benchmark(quick=True)
    benchmark.steps = {"native": {"a": {"floor": result(100.0), "npae": result(140.0)}}}
    benchmark.targets = [plan.Target("a ratio", 1.0, 0.5)]
    benchmark.write(tmp_path / "speed")
    text = (tmp_path / "speed" / "speed.md").read_text()
    assert "BLAS kernels" in text and "| a ratio | 1 | 0.5 | holds |" in text
    assert (tmp_path / "speed" / "speed.png").read_bytes().startswith(b"\x89PNG")
