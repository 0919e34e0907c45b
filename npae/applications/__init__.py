"""What codes are good for, one use a file.

    generation.py           new examples from a mixture fitted to the codes; distances to the nearest example
    neighbours.py           classification by the nearest codes
    softmax_regression.py   a linear classifier on codes: the probe of what they make easy to see
"""

from .generation import nearest_distances, sample_from_codes
from .neighbours import nearest, neighbour_accuracy, predict_by_neighbours
from .softmax_regression import SoftmaxRegression

__all__ = ["SoftmaxRegression", "nearest", "nearest_distances", "neighbour_accuracy", "predict_by_neighbours",
           "sample_from_codes"]
