"""The tour writes a page that needs nothing else, says the same there and in the terminal, and fails politely."""

import argparse
import base64
import dataclasses
import io
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

import npae
from npae import plots
from npae.commands import tour
from npae.gradcheck import Finding, Report
from npae.tour import contractive as tour_contractive
from npae.tour import denoising as tour_denoising
from npae.tour import exhibits as tour_exhibits
from npae.tour import figures as tour_figures
from npae.tour import training as tour_training
from npae.tour.equations import tex
from npae.tour.exhibit import some_labels
from npae.tour.exhibits import EXHIBITS, Exhibit
from npae.tour.html import element, table, text
from npae.tour.stacked import COUNTS, PRETRAINED, RANDOM

VOID = {"meta", "img", "br"}


def npae_command(*arguments: str) -> subprocess.CompletedProcess:
    """Run the command in a process of its own, where NumPy is not loaded before the command begins."""
    root = str(Path(npae.__file__).parents[1])
    return subprocess.run([sys.executable, "-W", "error", "-m", "npae", *arguments], capture_output=True, text=True,
                          env={**os.environ, "PYTHONPATH": root, "PYTHONIOENCODING": "utf-8"}, check=False)


class Page(HTMLParser):
    """Collects what the tests ask about, and insists on balanced tags."""

    def __init__(self, html: str):
        super().__init__()
        self.open, self.images, self.tags, self.rows, self.text = [], [], [], [], ""
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag == "img":
            self.images.append(dict(attributes))
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data
        if {"td", "th"} & set(self.open):
            self.rows[-1][-1] += data


@pytest.fixture(scope="module")
def quick(tmp_path_factory):
    """The output and the page of `npae tour --quick`."""
    out = tmp_path_factory.mktemp("tour") / "new" / "folder"
    done = npae_command("tour", "--quick", "--out", str(out))
    assert (done.returncode, done.stderr) == (0, "")
    assert [path.name for path in out.iterdir()] == ["index.html"]
    html = (out / "index.html").read_text(encoding="utf-8")
    return done.stdout, html, Page(html)


# ---- the page -------------------------------------------------------------------------------------------------------

def test_page_loads_nothing(quick):
    _, html, page = quick
    assert "http://" not in html and "https://" not in html and "@import" not in html and "url(" not in html
    assert not {"script", "link", "iframe", "object"} & {tag for tag, _ in page.tags}
    for _, attributes in page.tags:
        assert attributes.get("src", "data:").startswith("data:") and "href" not in attributes
        assert not any(name.startswith("on") for name in attributes)


def test_page_shows_its_figures(quick):
    _, _, page = quick
    assert len(page.images) >= 4 + len(EXHIBITS)
    own = [exhibit for exhibit in EXHIBITS if exhibit.plate]
    assert {type(exhibit.build()).__name__ for exhibit in own} >= {
        "SparseAutoencoder", "DenoisingAutoencoder", "StackedDenoisingAutoencoder", "ContractiveAutoencoder",
        "ConvolutionalAutoencoder", "VectorQuantizedAutoencoder", "HierarchicalVectorQuantizedAutoencoder"}
    for picture in page.images:
        kind, data = picture["src"].split(",", 1)
        png = base64.b64decode(data, validate=True)
        assert kind == "data:image/png;base64" and png.startswith(b"\x89PNG")
        assert picture["alt"]
        width, height = (int.from_bytes(png[start:start + 4], "big") for start in (16, 20))
        assert width / height == pytest.approx(int(picture["width"]) / int(picture["height"]), rel=0.02)
    numbers = re.findall(r"Figure (\d+)\. ", page.text)
    assert numbers == [str(number) for number in range(1, 5 + len(own))]


def test_page_tells_every_exhibit_and_how_to_reproduce(quick):
    _, _, page = quick
    for exhibit in EXHIBITS:
        assert exhibit.title in page.text and exhibit.idea in page.text
    for fact in ("npae tour --quick", f"npae {npae.__version__}", f"NumPy {np.__version__}", "random_state=0"):
        assert fact in page.text


def test_constructors_on_the_page_build_the_models_that_were_trained(quick):
    _, html, _ = quick
    calls = re.findall(r'<code class="constructor">(.*?)</code>', html)
    assert len(calls) == len(EXHIBITS)
    for call, exhibit in zip(calls, EXHIBITS):
        model = eval(call, {"npae": npae})
        expected = exhibit.build()
        expected.set_params(random_state=0, epochs=expected.epochs // tour_training.QUICK)
        assert model.get_params() == expected.get_params()


def test_terminal_and_page_have_the_same_table(quick):
    printed, _, page = quick
    lines = printed.split("\n\n")[1].splitlines()
    starts = [match.start() for match in re.finditer(r"-+", lines[1])]
    cells = [[line[start:end].strip() for start, end in zip(starts, [*starts[1:], None])]
             for line in (lines[0], *lines[2:])]
    assert cells == page.rows
    assert len(cells) == 1 + len(EXHIBITS)


def test_table_is_arithmetically_right(quick):
    _, _, page = quick
    for row, exhibit in zip(page.rows[1:], EXHIBITS):
        if row[1].endswith(" bits") or int(row[1]) >= 64 or exhibit.labels:
            assert row[3:5] == ["\u2013", "\u2013"]
        else:
            error, pca, ratio = map(float, row[2:5])
            assert ratio == pytest.approx(error / pca, abs=2e-3)
        terms = dict(term.rsplit(" ", 1) for term in row[7].split(", "))
        assert float(terms.pop("loss")) == pytest.approx(sum(map(float, terms.values())), abs=2.5e-4)
        assert row[8] == "pass" and float(row[9]) < 1e-12


def test_every_model_gets_its_lines(quick):
    printed, _, _ = quick
    for number, exhibit in enumerate(EXHIBITS, start=1):
        assert f"{number}/{len(EXHIBITS)}  {exhibit.title}: training\n" in printed
    assert printed.rstrip().endswith("index.html")


# ---- the function ---------------------------------------------------------------------------------------------------

def tiny_exhibit(**settings) -> Exhibit:
    return Exhibit("Tiny <&>", "An idea with <b> in it.", "<i>L</i>",
                   lambda: npae.Autoencoder(latent_dim=2, hidden_dims=(4,), epochs=5, **settings), lambda result: "")


def test_tour_returns_the_page_and_prints_to_the_stream(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(tour_exhibits, "EXHIBITS", [tiny_exhibit()])
    stream = io.StringIO()
    path = tour.tour(tmp_path, quick=True, stream=stream)
    assert path == tmp_path / "index.html"
    page = Page(path.read_text(encoding="utf-8"))           # titles and ideas are text: escaped
    assert "Tiny <&>" in page.text and "An idea with <b> in it." in page.text
    assert f"written to {path}" in stream.getvalue()
    assert capsys.readouterr().out == ""


def test_training_is_reproducible_and_the_error_is_the_squared_error():
    data = npae.load_digits()
    first, second = (tour_training.train(tiny_exhibit(loss="bce"), data) for _ in range(2))
    assert np.array_equal(first.model.theta, second.model.theta)
    difference = first.model.reconstruct(data.X_test) - data.X_test
    assert first.error == pytest.approx(np.mean(np.sum(difference ** 2, axis=1)), rel=1e-5)
    assert first.pca_error == pytest.approx(-npae.PCA(2).fit(data.X_train).score(data.X_test))


def test_twins_are_of_the_kind_of_their_exhibits():
    for exhibit in EXHIBITS:
        report = tour_training.check_twin(exhibit)
        expected = {*exhibit.build().initialize(64).params, *(("classifier.W", "classifier.b") if exhibit.labels else ())}
        assert report.passed and {row.name for row in report.rows} == expected


def test_failed_gradient_check_is_exit_code_1(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(tour_exhibits, "EXHIBITS", [tiny_exhibit()])
    monkeypatch.setattr(tour_training, "check_twin", lambda exhibit: Report([], [Finding("G200", "W", "wrong")]))
    assert tour.run(argparse.Namespace(out=str(tmp_path), quick=True)) == 1
    assert "gradients fail" in capsys.readouterr().out


# ---- where the page cannot be written -------------------------------------------------------------------------------

@pytest.fixture
def no_training(monkeypatch):
    def refuse(*args):
        raise AssertionError("trained before looking at --out")
    monkeypatch.setattr(tour_training, "train_all", refuse)


def complaint(capsys, out: Path) -> str:
    assert tour.run(argparse.Namespace(out=str(out), quick=True)) == 2
    output = capsys.readouterr()
    assert output.out == "" and output.err.count("\n") == 1 and "Traceback" not in output.err
    assert str(out) in output.err
    return output.err


def test_file_in_the_way(no_training, tmp_path, capsys):
    (tmp_path / "taken").write_text("mine")
    assert "a file is in the way" in complaint(capsys, tmp_path / "taken")
    assert "a file is in the way" in complaint(capsys, tmp_path / "taken" / "deeper")
    assert (tmp_path / "taken").read_text() == "mine"


def test_folder_in_the_place_of_the_page(no_training, tmp_path, capsys):
    (tmp_path / "index.html").mkdir()
    assert "is a folder" in complaint(capsys, tmp_path)


def test_no_permission(no_training, tmp_path, capsys, monkeypatch):
    def denied(**kwargs):
        raise PermissionError(13, "Permission denied")
    monkeypatch.setattr(tour.tempfile, "TemporaryFile", denied)        # root may write anywhere: pretend
    assert "Permission denied" in complaint(capsys, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_disk_full_at_the_end(tmp_path, capsys, monkeypatch):
    def full(path, mode):
        raise OSError(28, "No space left on device", str(path))
    monkeypatch.setattr(tour_exhibits, "EXHIBITS", [tiny_exhibit()])
    monkeypatch.setattr(tour, "atomic_write", full)
    assert tour.run(argparse.Namespace(out=str(tmp_path), quick=True)) == 2
    assert "No space left on device" in capsys.readouterr().err


def test_options():
    parser = argparse.ArgumentParser()
    tour.add_arguments(parser)
    assert vars(parser.parse_args([])) == {"out": "npae-tour", "quick": False}
    assert vars(parser.parse_args(["--out", "x", "--quick"])) == {"out": "x", "quick": True}


# ---- the parts ------------------------------------------------------------------------------------------------------

def test_some_labels_are_kept():
    y = np.arange(50) % 7
    few, more = some_labels(y, 12, seed=1), some_labels(y, 20, seed=1)
    assert (few >= 0).sum() == 12 and np.all((few == y) | (few == -1))
    assert np.all((few == -1) | (more == few)) and (more >= 0).sum() == 20      # more labels: the same ones, and others
    assert not np.array_equal(few, some_labels(y, 12, seed=2))


def test_decibels():
    clean = np.zeros((2, 4))
    assert tour_denoising.psnr(clean + 0.1, clean) == pytest.approx(20)
    assert tour_denoising.psnr(clean + [0, 0, 0, 1], clean) == pytest.approx(10 * np.log10(4))


def test_directions_that_carry_nine_tenths():
    one, even = np.array([[5.0, 0.1, 0.1]]), np.ones((1, 10))
    assert tour_contractive.directions_for(one) == 1
    assert tour_contractive.directions_for(even, share=0.75) == 8
    assert tour_contractive.directions_for(np.array([[1.0, 0, 0], [1, 1, 1]])) == 2      # 1 and 3, on average


def test_figures_of_all_leave_out_those_with_one_of_their_own(monkeypatch):
    data = npae.load_digits()
    plain = tour_training.train(tiny_exhibit(), data)
    own = dataclasses.replace(plain.exhibit, plate=lambda result, data: tour_figures.Plate("own", "", "", (object(),)))
    shown = {}
    for name in ("reconstructions", "maps", "filters", "curves"):
        monkeypatch.setattr(tour_figures, name, lambda results, data, name=name: shown.setdefault(
            name, results) and tour_figures.Plate(name, "", "", (object(),)))
    other = dataclasses.replace(plain, exhibit=own)
    drawn = tour_figures.plates([other, plain], data)
    assert [plate.title for plate in drawn] == ["reconstructions", "maps", "filters", "curves", "own"]
    assert all(results == [plain] for results in shown.values())
    assert [plate.title for plate in tour_figures.plates([other], data)] == ["own"]


def test_build_ups_add_up():
    images, starts, parts = np.full((1, 4), 0.5), np.full((1, 4), 0.25), np.array([[[0.5, 0, 0, 0], [0, -0.25, 0, 0]]])
    canvas = plots.build_ups(images, starts, parts, images, (2, 2)).axes[0].images[0].get_array()
    tile = plots.image_grid(images, (2, 2), columns=1).axes[0].images[0].get_array().shape[0]
    step = (canvas.shape[1] - tile) // 4                                # five columns
    assert (canvas.shape[1] - tile) % 4 == 0 and canvas.shape[0] > 2 * tile

    def pixel(strip: int, column: int, y: int, x: int) -> np.ndarray:
        top = canvas.shape[0] - tile if strip else 0
        return np.asarray(canvas[top + tile * (1 + 2 * y) // 4, column * step + tile * (1 + 2 * x) // 4, :3])

    assert pixel(0, 0, 0, 0) == pytest.approx(pixel(1, 4, 0, 0))        # the image, and the whole
    assert np.all(pixel(0, 1, 0, 0) == 1) and np.all(pixel(1, 0, 0, 0) == 1)       # empty places
    red, blue = pixel(0, 2, 0, 0), pixel(0, 3, 0, 1)
    assert red[0] > red[2] + 0.2 and blue[2] > blue[0] + 0.2
    sums = [pixel(1, column, 0, x)[0] for column, x in ((1, 0), (2, 0), (3, 0), (3, 1))]     # 0.25, 0.75, 0.75, 0
    assert sums[0] > sums[1] == sums[2] and sums[3] == 1
    with pytest.raises(ValueError, match="starts has 2 rows, parts is for 1 images"):
        plots.build_ups(images, np.zeros((2, 4)), parts, images, (2, 2))


def test_html_is_escaped_and_attributes_are_quoted():
    assert text("p", "a < b & c") == "<p>a &lt; b &amp; c</p>"
    assert element("p", "<b>x</b>", class_='a"b') == '<p class="a&quot;b"><b>x</b></p>'
    page = Page(table(("name", "value"), [("<x>", "1")], numeric={1}))
    assert page.rows == [["name", "value"], ["<x>", "1"]]
    assert [attributes.get("class") for tag, attributes in page.tags if tag == "td"] == ["number"]


def test_tex():
    assert tex("x_i^2 < W_{ij}") == "<i>x</i><sub><i>i</i></sub><sup>2</sup> &lt; <i>W</i><sub><i>i</i><i>j</i></sub>"
    assert tex("'code'(x̃)") == '<span class="word">code</span>(<i>x̃</i>)'


def test_command_is_light_to_import():
    program = ("import os, sys, npae.commands.tour as tour; tour._ask_for_one_thread()\n"
               "print([n for n in ('numpy', 'matplotlib') if n in sys.modules], os.environ['OPENBLAS_NUM_THREADS'])")
    environment = {name: value for name, value in os.environ.items() if name not in tour.THREADS}
    root = str(Path(npae.__file__).parents[1])
    for chosen, threads in ({}, "1"), ({"OPENBLAS_NUM_THREADS": "3"}, "3"):
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False,
                              env={**environment, **chosen, "PYTHONPATH": root})
        assert (done.stdout.strip(), done.stderr) == (f"[] {threads}", "")


def test_threads_are_left_alone_once_numpy_is_loaded(monkeypatch):
    for name in tour.THREADS:
        monkeypatch.delenv(name, raising=False)
    tour._ask_for_one_thread()
    assert not any(name in os.environ for name in tour.THREADS)


def test_code_with_more_numbers_than_pixels():
    data = npae.load_digits()
    exhibit = Exhibit("Wide", "", "", lambda: npae.Autoencoder(latent_dim=70, hidden_dims=(), epochs=1),
                      lambda result: "")
    result = tour_training.train(exhibit, data)
    assert (result.code_size, result.pca.n_components) == (70, 64)
    assert not result.compared and np.isnan(result.ratio)


@pytest.mark.slow
def test_what_the_exhibits_claim(tmp_path):
    done = npae_command("tour", "--out", str(tmp_path))
    assert done.returncode == 0, done.stderr
    rows = Page((tmp_path / "index.html").read_text(encoding="utf-8")).rows[1:]
    ratios = {row[0]: float(row[4]) for row in rows if row[4] != "\u2013"}
    print(ratios)
    assert ratios.pop("Linear") == 1.0
    assert all(ratio < 0.8 for ratio in ratios.values())


@pytest.mark.slow
def test_what_the_regularized_exhibits_claim():
    data = npae.load_digits()
    found = {exhibit.title: tour_training.train(exhibit, data).found for exhibit in EXHIBITS if exhibit.plate}
    sparse, denoising, stacked, contractive = (found[title] for title in (
        "Sparse, L1", "Denoising", "Stacked denoising", "Contractive"))
    assert sparse["on"] <= 20
    level = denoising["psnr"]
    assert level["denoised"] > level["noisy"] + 6 and level["denoised"] > level["pca"] + 1.5
    accuracy = {name: values.mean(axis=0) for name, values in stacked["accuracy"].items()}
    assert accuracy[PRETRAINED][0] > accuracy[RANDOM][0] + 0.02 and len(COUNTS) == len(accuracy[RANDOM])
    kept, plain = (tour_contractive.directions_for(values) for values in contractive["spectra"].values())
    assert 2 * kept < plain


@pytest.mark.slow
def test_what_the_exhibits_of_images_and_codes_claim():
    data = npae.load_digits()
    convolutional, one, two = (tour_training.train(exhibit, data) for exhibit in EXHIBITS
                               if exhibit.title in ("Convolutional", "Vector-quantized", "Two levels"))
    assert all(convolutional.error < 0.96 * error for _, error in convolutional.found["dense"])
    assert [size >= convolutional.model.theta.size for size, _ in convolutional.found["dense"]] == [True, True]
    assert convolutional.found["shuffled"] > 1.05 * convolutional.error
    for level in (one.found["level"], *two.found["levels"]):
        assert level.nats < 0.95 * level.counted < 0.95 * np.log(level.K) and level.perplexity > 0.25 * level.K
    assert one.error < 0.75 * one.found["kmeans"]
    assert two.found["one"][0] == two.bits and two.error < 0.9 * two.found["one"][1]
    assert 0.6 < two.found["named"]["redrawn"] < two.found["named"]["reconstructed"]
    assert all(distance > 1 for distance in two.found["distance"].values())
    sharpness = two.found["sharpness"]
    assert sharpness["variational"] + 0.1 < sharpness["two levels"] < 1.1
