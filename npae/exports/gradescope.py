"""An autograder for Gradescope: what goes into its zip file.

    setup.sh            run once, when the image is built: Python, and npae into an environment of its own
    run_autograder      run for each submission
    grade.py            which exercises, who sees the outcome; calls results.py
    requirements.txt    npae, in the version that wrote the folder
    not_graded.json     the results in case that grade.py does not even start

The layout on the machine, as Gradescope publishes it: source/ is the content of the zip file, submission/ the student's
files, results/results.json what is read in the end. AUTOGRADER_ROOT names another root than /autograder, for trials.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from .._version import __version__
from ..exercises import Exercise
from .results import results

EXECUTABLE = ("setup.sh", "run_autograder")

SETUP = '''\
#!/usr/bin/env bash
# Run once by Gradescope, when the image is built. A wheel of npae beside this file is taken before the package index.
set -euo pipefail
root=${AUTOGRADER_ROOT:-/autograder}

apt-get update
apt-get install -y python3 python3-venv
python3 -m venv "$root/env"
"$root/env/bin/python" -m pip install --find-links "$root/source" -r "$root/source/requirements.txt"
'''

RUN = '''\
#!/usr/bin/env bash
# Run by Gradescope for each submission. There are results from the first moment on, whatever happens afterwards.
root=${AUTOGRADER_ROOT:-/autograder}

mkdir -p "$root/results"
cp "$root/source/not_graded.json" "$root/results/results.json"
"$root/env/bin/python" "$root/source/grade.py" "$root" || echo "grade.py ended early, with exit code $?"
'''

GRADE = '''\
"""Marks the submission in ROOT/submission and writes ROOT/results/results.json: python grade.py ROOT."""

import sys

EXERCISES = [
{exercises}
]
VISIBILITY = "visible"      # or "hidden", "after_due_date", "after_published"
MINUTES = 9                 # for everything; Gradescope's own limit is 10, unless it is changed in the settings

if __name__ == "__main__":
    from npae.exports.results import grade_submission

    grade_submission(sys.argv[1], EXERCISES, VISIBILITY, 60 * MINUTES)
'''


def autograder_files(exercises: Sequence[Exercise]) -> dict[str, str]:
    """Return the texts of the autograder by name."""
    names = "\n".join(f"    {json.dumps(exercise.name)}," for exercise in exercises)
    return {"setup.sh": SETUP, "run_autograder": RUN, "grade.py": GRADE.format(exercises=names),
            "requirements.txt": f"npae=={__version__}\n",
            "not_graded.json": json.dumps(results(exercises, ()), indent=1) + "\n"}


def next_steps(exercises: Sequence[Exercise]) -> list[str]:
    """Return what is said after the export."""
    files = ", ".join(exercise.file_name for exercise in exercises[:2]) + (", ..." if len(exercises) > 2 else "")
    return ["next: zip the files in that folder, not the folder itself:  zip -r ../autograder.zip .",
            f"  on Gradescope: a programming assignment of {sum(exercise.out_of for exercise in exercises)} points; "
            f"upload the zip file under Configure Autograder",
            f"  students upload {files}; what is missing counts as 0",
            f"  npae {__version__} must be on the package index, or its wheel beside setup.sh"]
