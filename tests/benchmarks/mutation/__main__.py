"""python -m tests.benchmarks.mutation [--quick] [--only PATTERN] [--seed N] [--all]"""

import os

for variable in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(variable, "1")        # before numpy is imported

from .study import main

if __name__ == "__main__":
    main()
