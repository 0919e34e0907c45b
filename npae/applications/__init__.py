"""What codes are good for, one use a file.

    anomaly.py              scores of strangeness from any model, and a detector with a threshold; roc.py how well scores
                            part two kinds; false_alarms.py thresholds that keep a false-alarm rate, intervals for rates
    audio.py                long signals through models of short frames, overlap-add, spectrograms; spectral_wiener.py the
                            classical filters to hold them against
    classification.py       linear probe and nearest neighbours on the codes of several models, with few labels and many
    clustering.py           k-means on codes; normalized mutual information and adjusted Rand index of what it finds
    code_scale.py           codes of different models on one scale, and side by side
    compression.py          codes in a few bits, and what they still say after decoding
    denoising.py            PSNR and what denoisers gain; mixed_noise.py several noises to train on; median_filter.py
    dimensionality.py       error against code size; neighbourhoods that a map of codes keeps: trustworthiness, continuity
    generation.py           new examples from a mixture fitted to the codes; distances to the nearest example
    inpainting.py           holes filled, once or again and again
    linear_probe.py         what can be read off a code by a weighted sum
    neighbours.py           classification by the nearest codes
    segmentation.py         the class of every pixel, by an encoder-decoder of convolutions; segmentation_measures.py how
                            well label maps agree (intersection over union)
    retrieval.py            codes as bits, Hamming distances, precision of the hits
    softmax_regression.py   a linear classifier on codes: the probe of what they make easy to see
"""

from .anomaly import AnomalyDetector, code_surprise, fit_code_density, model_losses, reconstruction_errors
from .audio import Spectrogram, cola_window, denoise_signal, frames, overlap_add, snr, spectrogram
from .classification import Accuracy, CodeAccuracy, Examples, classify_codes, label_order
from .clustering import (
    adjusted_rand_index,
    cluster_codes,
    cluster_stability,
    contingency_table,
    normalized_mutual_information,
)
from .code_scale import SideBySide, codes_of, on_one_scale
from .compression import CodeQuantizer, RatePoint, allocate_bits, rate_and_error
from .denoising import NoiseResult, add_noise, denoise, denoising_gains, psnr, psnr_gain
from .dimensionality import continuity, error_by_code_size, fit_by_code_size, trustworthiness
from .false_alarms import Threshold, beta_quantile, binomial_tail, false_alarm_threshold, proportion_interval
from .generation import nearest_distances, precision_recall, sample_from_codes
from .inpainting import conditional_mean, hole_error, inpaint, inpaint_again, missing_blocks, missing_pixels
from .linear_probe import linear_probe, r_squared
from .median_filter import MedianFilter
from .mixed_noise import MixedNoise
from .neighbours import nearest, neighbour_accuracy, predict_by_neighbours
from .retrieval import binary_codes, code_thresholds, hamming_distances, nearest_by_hamming, precision_at
from .roc import auc, roc_curve
from .segmentation import SegmentationNetwork
from .segmentation_measures import confusion_matrix, intersection_over_union, mean_iou, pixel_accuracy
from .softmax_regression import SoftmaxRegression
from .spectral_wiener import fixed_wiener, frame_wiener, mean_power

__all__ = [
    "Accuracy", "AnomalyDetector", "CodeAccuracy", "CodeQuantizer", "Examples", "MedianFilter", "MixedNoise",
    "NoiseResult", "RatePoint", "SegmentationNetwork", "SideBySide", "SoftmaxRegression", "Spectrogram", "Threshold",
    "add_noise", "adjusted_rand_index", "allocate_bits", "auc", "beta_quantile", "binary_codes", "binomial_tail",
    "classify_codes", "cluster_codes", "cluster_stability", "code_surprise", "code_thresholds", "codes_of", "cola_window",
    "conditional_mean", "confusion_matrix", "contingency_table", "continuity", "denoise", "denoise_signal",
    "denoising_gains", "error_by_code_size", "false_alarm_threshold", "fit_by_code_size", "fit_code_density",
    "fixed_wiener", "frame_wiener", "frames", "hamming_distances", "hole_error", "inpaint", "inpaint_again",
    "intersection_over_union", "label_order", "linear_probe", "mean_iou", "mean_power", "missing_blocks", "missing_pixels",
    "model_losses", "nearest", "nearest_by_hamming", "nearest_distances", "neighbour_accuracy",
    "normalized_mutual_information", "on_one_scale", "overlap_add", "pixel_accuracy", "precision_at", "precision_recall",
    "predict_by_neighbours", "proportion_interval", "psnr", "psnr_gain", "r_squared", "rate_and_error",
    "reconstruction_errors", "roc_curve", "sample_from_codes", "snr", "spectrogram", "trustworthiness",
]


def __dir__() -> list[str]:
    return sorted(__all__)
