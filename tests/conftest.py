"""The tests' matrices are small: a second BLAS thread only waits, and on a busy machine waits long."""

import os

for variable in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(variable, "1")        # before numpy is imported
