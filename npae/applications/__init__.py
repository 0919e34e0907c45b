"""What codes are good for, one use a file.

    neighbours.py           classification by the nearest codes
    softmax_regression.py   a linear classifier on codes: the probe of what they make easy to see
"""

from .neighbours import neighbour_accuracy, nearest, predict_by_neighbours
from .softmax_regression import SoftmaxRegression

__all__ = ["SoftmaxRegression", "nearest", "neighbour_accuracy", "predict_by_neighbours"]
