"""One contender on one configuration in a process and on a core of its own: `... speed.worker CONTENDER CONFIGURATION CORES`.

Says "ready" (or why not) when it has trained two epochs, then answers each line on standard input, a number of seconds, with
one line of JSON: CPU and wall-clock microseconds per step over as many epochs as fit, page faults per step, peak memory.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
import warnings

from .configurations import configuration as read
from .contender import Missing
from .contenders import contender


def measure(epoch, steps: int, seconds: float) -> dict[str, float]:
    """Return what one step costs, from whole epochs for about so many seconds."""
    epochs, faults = 0, resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    cpu, wall = time.process_time(), time.perf_counter()
    while epochs == 0 or time.perf_counter() - wall < seconds:
        epoch()
        epochs += 1
    spent, passed = time.process_time() - cpu, time.perf_counter() - wall
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return {"cpu": spent / epochs / steps * 1e6, "wall": passed / epochs / steps * 1e6,
            "faults": (usage.ru_minflt - faults) / epochs / steps, "peak_mb": usage.ru_maxrss / 1024}


def main() -> None:
    """Serve one parent."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[-int(sys.argv[3]):])
    configuration = read(sys.argv[2])
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            epoch = contender(sys.argv[1])(configuration)
            epoch()
    except Missing as reason:
        print(f"missing: {reason}", flush=True)
        return
    print("ready", flush=True)
    for line in sys.stdin:
        print(json.dumps(measure(epoch, configuration.steps, float(line))), flush=True)


if __name__ == "__main__":
    main()
