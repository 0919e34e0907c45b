"""Convolutions: the adjoint pairs, values by explicit loops, the affine maps they contain, copies. (Gradients: checks.)"""

import numpy as np
import pytest

from npae.layers import (
    affine,
    affine_backward,
    conv2d,
    conv2d_backward,
    conv2d_transpose,
    conv2d_transpose_backward,
    overlapped,
    patches,
)
from npae.layers.windows import channels_as_rows, rows_as_channels, window_grid
from tests.benchmarks.contraction import peak_mib

MAPS = {"conv2d": (conv2d, conv2d_backward), "conv2d_transpose": (conv2d_transpose, conv2d_transpose_backward)}
both = pytest.mark.parametrize("name", MAPS)
random_shapes = pytest.mark.parametrize("seed", range(25))


class Problem:
    """Large images x (m, c, H, W), small images u (m, o, H', W'), W (o, c, k, k), a bias for either side; float64.

    H and W are what the windows need and up to `surplus` pixels more; W', H', p and q are mostly different from each other.
    """

    def __init__(self, seed, surplus=0):
        rng = np.random.default_rng(seed)
        m, c, o, self.k = (int(size) for size in rng.integers(1, 5, 4))
        self.stride, p = int(rng.integers(1, self.k + 1)), int(rng.integers(self.k))
        self.padding = (p, int(rng.integers(self.k - p)))
        small = rng.integers(1, 5, 2)
        large = self.stride * (small - 1) + self.k - sum(self.padding) + rng.integers(0, min(surplus, self.stride - 1) + 1, 2)
        self.x, self.u = rng.normal(size=(m, c, *large)), rng.normal(size=(m, o, *small))
        self.W, self.b_small, self.b_large = rng.normal(size=(o, c, self.k, self.k)), rng.normal(size=o), rng.normal(size=c)
        self.rng, self.how = rng, {"stride": self.stride, "padding": self.padding}

    def of(self, name):
        """Return the map, its backward, its x, W, b and a dy."""
        x, b, dy = (self.x, self.b_small, self.u) if name == "conv2d" else (self.u, self.b_large, self.x)
        return *MAPS[name], x, self.W, b, dy


def examples_last(x):
    """Return x as this package's layers leave images: the same axes, and the examples last in memory."""
    return np.ascontiguousarray(x.transpose(1, 2, 3, 0)).transpose(3, 0, 1, 2)


def by_loop(x, W, b, stride, padding):
    """The convolution, one output pixel after the other, as long as there is room for another window."""
    k, x = W.shape[2], np.pad(x, ((0, 0), (0, 0), padding, padding))
    y = []
    for top in range(0, x.shape[2] - k + 1, stride):
        for left in range(0, x.shape[3] - k + 1, stride):
            window = x[:, np.newaxis, :, top:top + k, left:left + k]        # (m, 1, c, k, k)
            y.append(b + np.sum(W * window, axis=(2, 3, 4)))
    rows = len(range(0, x.shape[2] - k + 1, stride))
    return np.stack(y, axis=2).reshape(len(x), len(W), rows, -1)


# ---- what it computes ----------------------------------------------------------------------------------------------

@random_shapes
def test_the_value_is_that_of_a_loop_over_pixels(seed):
    problem = Problem(seed, surplus=2)
    y = conv2d(problem.x, problem.W, problem.b_small, **problem.how)
    expected = by_loop(problem.x, problem.W, problem.b_small, **problem.how)
    assert y.shape[2:] == window_grid(problem.x.shape, problem.k, **problem.how)
    np.testing.assert_allclose(y, expected, rtol=0, atol=1e-13 * np.abs(expected).max())


@random_shapes
def test_the_transposed_value_is_that_of_a_loop_over_pixels(seed):
    """Every pixel sends its window; what falls on the padding is lost."""
    problem = Problem(seed)
    u, W, k, s, (p, q) = problem.u, problem.W, problem.k, problem.stride, problem.padding
    y = np.zeros((len(u), W.shape[1], *(s * (side - 1) + k for side in u.shape[2:])))
    for r in range(u.shape[2]):
        for t in range(u.shape[3]):
            y[:, :, s * r:s * r + k, s * t:s * t + k] += np.einsum("io,ocab->icab", u[:, :, r, t], W)
    y = y[:, :, p:y.shape[2] - q, p:y.shape[3] - q] + problem.b_large[:, np.newaxis, np.newaxis]
    ours = conv2d_transpose(u, W, problem.b_large, **problem.how)
    assert ours.shape == problem.x.shape
    np.testing.assert_allclose(ours, y, rtol=0, atol=1e-13 * np.abs(y).max())


@random_shapes
def test_the_transposed_convolution_is_the_adjoint(seed):
    """<conv(x), u> = <x, transposed(u)>; apart from rounding, which is measured against the sum of absolute values."""
    problem = Problem(seed)
    y = conv2d(problem.x, problem.W, np.zeros_like(problem.b_small), **problem.how)
    back = conv2d_transpose(problem.u, problem.W, np.zeros_like(problem.b_large), **problem.how)
    assert abs(np.sum(y * problem.u) - np.sum(problem.x * back)) < 1e-12 * np.sum(np.abs(y * problem.u))


@random_shapes
def test_overlapped_is_the_adjoint_of_patches(seed):
    """Also where the windows leave pixels over: nothing comes from them and nothing reaches them."""
    problem = Problem(seed, surplus=2)
    C = patches(problem.x, problem.k, **problem.how)
    D = problem.rng.normal(size=C.shape)
    back = overlapped(D, problem.x.shape, problem.k, **problem.how)
    assert abs(np.sum(C * D) - np.sum(problem.x * back)) < 1e-12 * np.sum(np.abs(C * D))


@random_shapes
def test_the_backward_of_each_is_the_forward_of_the_other(seed):
    problem = Problem(seed)
    no_small, no_large = np.zeros_like(problem.b_small), np.zeros_like(problem.b_large)
    dx, dW, _ = conv2d_backward(problem.u, problem.x, problem.W, **problem.how)
    du, dW_transposed, _ = conv2d_transpose_backward(problem.x, problem.u, problem.W, **problem.how)
    np.testing.assert_array_equal(dx, conv2d_transpose(problem.u, problem.W, no_large, **problem.how))
    np.testing.assert_array_equal(du, conv2d(problem.x, problem.W, no_small, **problem.how))
    np.testing.assert_array_equal(dW, dW_transposed)


def test_a_kernel_of_one_pixel_is_an_affine_map_for_every_pixel():
    rng = np.random.default_rng(0)
    x, W, b, dy = (rng.normal(size=shape) for shape in ((3, 4, 5, 2), (6, 4, 1, 1), (6,), (3, 6, 5, 2)))
    pixels, dpixels = (a.transpose(0, 2, 3, 1).reshape(-1, a.shape[1]) for a in (x, dy))
    matrix = W[:, :, 0, 0].T
    np.testing.assert_allclose(conv2d(x, W, b).transpose(0, 2, 3, 1).reshape(-1, 6), affine(pixels, matrix, b), atol=1e-14)
    dx, dW, db = conv2d_backward(dy, x, W)
    expected = affine_backward(dpixels, pixels, matrix)
    for ours, theirs in zip((dx.transpose(0, 2, 3, 1).reshape(-1, 4), dW[:, :, 0, 0].T, db), expected):
        np.testing.assert_allclose(ours, theirs, atol=1e-13)


def test_a_kernel_as_large_as_the_image_is_the_affine_layer():
    rng = np.random.default_rng(1)
    x, W, b, dy = (rng.normal(size=shape) for shape in ((5, 3, 4, 4), (7, 3, 4, 4), (7,), (5, 7, 1, 1)))
    rows, matrix = x.reshape(5, -1), W.reshape(7, -1).T
    np.testing.assert_allclose(conv2d(x, W, b)[:, :, 0, 0], affine(rows, matrix, b), atol=1e-13)
    dx, dW, db = conv2d_backward(dy, x, W)
    for ours, theirs in zip((dx.reshape(5, -1), dW.reshape(7, -1).T, db), affine_backward(dy[:, :, 0, 0], rows, matrix)):
        np.testing.assert_allclose(ours, theirs, atol=1e-13)


@pytest.mark.parametrize("stride", [1, 2, 3])
def test_an_image_moved_by_the_stride_moves_the_output_by_one(stride):
    """Inside: what has left the image at one end, and what the frame of zeros stands for, is seen in the outermost rows."""
    rng = np.random.default_rng(stride)
    x, W, b = rng.normal(size=(2, 3, 17, 11)), rng.normal(size=(4, 3, 3, 3)), rng.normal(size=4)
    moved = np.zeros_like(x)
    moved[:, :, stride:] = x[:, :, :-stride]
    y, y_moved = (conv2d(image, W, b, stride, (1, 1)) for image in (x, moved))
    np.testing.assert_allclose(y_moved[:, :, 1:-1], y[:, :, :-2], atol=1e-13)
    assert np.abs(y_moved - y).max() > 1


def test_sizes_of_an_encoder_and_its_decoder():
    """28 pixels become 14 and 28 again, if k - stride zeros are added; a symmetric frame of two loses a pixel on the way."""
    x, W, b = np.ones((1, 1, 28, 28)), np.ones((1, 1, 3, 3)), np.zeros(1)
    for padding, back in (((1, 0), 28), ((0, 1), 28), ((1, 1), 27)):
        y = conv2d(x, W, b, 2, padding)
        assert y.shape[2:] == (14, 14)
        assert conv2d_transpose(y, W, b, 2, padding).shape[2:] == (back, back)


def test_equal_weights_draw_a_chessboard_unless_the_stride_divides_the_kernel():
    for k, levels in ((2, {1}), (3, {1, 2, 4}), (4, {4})):
        image = conv2d_transpose(np.ones((1, 1, 9, 9)), np.ones((1, 1, k, k)), np.zeros(1), 2)
        assert set(np.unique(image[0, 0, 4:-4, 4:-4])) == levels


# ---- numbers and memory --------------------------------------------------------------------------------------------

@both
def test_complex_numbers_go_through(name):
    """The map is linear in each argument: the imaginary part is the map of the imaginary part, without the bias."""
    problem = Problem(11)
    forward, backward, x, W, b, dy = problem.of(name)
    turned = problem.rng.normal(size=x.shape)
    y = forward(x + 1j * turned, W, b, **problem.how)
    np.testing.assert_allclose(y.real, forward(x, W, b, **problem.how), atol=1e-13)
    np.testing.assert_allclose(y.imag, forward(turned, W, 0 * b, **problem.how), atol=1e-13)
    for other in (forward(x, 1j * W, 1j * b, **problem.how), 1j * forward(x, W, b, **problem.how)):
        np.testing.assert_allclose(other, 1j * forward(x, W, b, **problem.how), atol=1e-13)
    plain, complex_ones = (backward(factor * dy, x, W, **problem.how) for factor in (1, 1j))
    for real, imaginary in zip(plain, complex_ones):
        np.testing.assert_allclose(imaginary, 1j * real, atol=1e-13)


@both
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_dtypes_are_kept(name, dtype):
    problem = Problem(12)
    forward, backward, *exact = problem.of(name)
    x, W, b, dy = (a.astype(dtype) for a in exact)
    results = [forward(x, W, b, **problem.how), *backward(dy, x, W, **problem.how)]
    assert {result.dtype for result in results} == {np.dtype(dtype)}
    in_float64 = [forward(*exact[:3], **problem.how), *backward(exact[3], *exact[:2], **problem.how)]
    for result, expected in zip(results, in_float64):
        np.testing.assert_allclose(result, expected, rtol=0, atol=1e-5 * np.abs(expected).max())


@both
@random_shapes
@pytest.mark.parametrize("stored", [np.ascontiguousarray, examples_last])
def test_nothing_is_written_to_and_no_gradient_is_a_view(name, seed, stored):
    problem = Problem(seed)
    forward, backward, x, W, b, dy = problem.of(name)
    arguments = [stored(x), W, b, stored(dy)]
    before = [a.copy() for a in arguments]
    results = [forward(*arguments[:3], **problem.how), *backward(arguments[3], *arguments[:2], **problem.how)]
    for argument, kept in zip(arguments, before):
        np.testing.assert_array_equal(argument, kept)
        assert not any(np.shares_memory(result, argument) for result in results)
    assert all(result.flags.writeable for result in results)


@both
def test_the_first_layer_is_spared_its_dx(name):
    problem = Problem(13)
    _, backward, x, W, _, dy = problem.of(name)
    dx, dW, db = backward(dy, x, W, **problem.how, need_dx=False)
    assert dx is None
    np.testing.assert_array_equal(dW, backward(dy, x, W, **problem.how)[1])
    np.testing.assert_array_equal(db, backward(dy, x, W, **problem.how)[2])


@both
def test_gradients_of_a_batch_twice_over_are_sums(name):
    """No 1/m in a layer: dW and db double, and every copy has the dx of the original."""
    problem = Problem(14)
    _, backward, x, W, _, dy = problem.of(name)
    dx, dW, db = backward(dy, x, W, **problem.how)
    twice = backward(np.concatenate([dy, dy]), np.concatenate([x, x]), W, **problem.how)
    for ours, expected in zip(twice, (np.concatenate([dx, dx]), 2 * dW, 2 * db)):
        np.testing.assert_allclose(ours, expected, rtol=0, atol=1e-13 * np.abs(expected).max())


@both
@random_shapes
def test_images_between_layers_are_read_without_a_copy(name, seed):
    """Outputs and dx have their examples last in memory, so that both ways of flattening them are views."""
    problem = Problem(seed)
    forward, backward, x, W, b, dy = problem.of(name)
    for images in (forward(x, W, b, **problem.how), backward(dy, x, W, **problem.how)[0]):
        assert images.transpose(1, 2, 3, 0).flags.c_contiguous
        assert np.shares_memory(channels_as_rows(images), images)
        assert np.shares_memory(images.reshape(len(images), -1), images)
        np.testing.assert_array_equal(rows_as_channels(channels_as_rows(images), *images.shape[2:]), images)
    np.testing.assert_array_equal(forward(examples_last(x), W, b, **problem.how), forward(x, W, b, **problem.how))
    for ours, expected in zip(backward(examples_last(dy), examples_last(x), W, **problem.how), backward(dy, x, W, **problem.how)):
        np.testing.assert_allclose(ours, expected, rtol=0, atol=1e-13 * np.abs(expected).max())


def test_patches_copies_once_or_not_at_all():
    x = examples_last(np.random.default_rng(0).normal(size=(32, 4, 20, 20)))
    size = patches(x, 3).nbytes / 2 ** 20
    assert size < peak_mib(lambda: patches(x, 3)) < 1.01 * size
    padded = (patches(x, 3, 1, (1, 1)).nbytes + x.nbytes * (22 / 20) ** 2) / 2 ** 20           # the windows and the frame
    assert peak_mib(lambda: patches(x, 3, 1, (1, 1))) < 1.01 * padded
    assert np.shares_memory(patches(x, 1), x) and peak_mib(lambda: patches(x, 1)) < 0.01 * size


def test_the_two_large_matrices_of_the_backward_pass_do_not_meet():
    rng = np.random.default_rng(0)
    x, W, dy = (examples_last(rng.normal(size=shape)) for shape in ((32, 4, 20, 20), (4, 4, 3, 3), (32, 4, 18, 18)))
    size = patches(x, 3).nbytes / 2 ** 20
    assert peak_mib(lambda: conv2d_backward(dy, x, W)) < 1.3 * size
    assert peak_mib(lambda: conv2d_transpose_backward(x, dy, W)) < 1.3 * size
