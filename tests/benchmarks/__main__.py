"""How fast npae trains, beside others: `python -m tests.benchmarks [--out FOLDER] [--quick] [--only SECTION ...]`.

All contenders run on this machine, one process each, in turns (speed/race.py). Ratios within a run carry over to another
machine; times do not. Peers come with the extra `peers`; what is not installed is named as not measured. About half an hour;
with --quick a few minutes, and ratios that are only roughly right. Writes speed.md and speed.png.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from npae.files import atomic_write

from .speed import memory, plan, processes, report
from .speed.race import race

SETTINGS = {"preset": False, "native": True}
SECTIONS = ("steps", "penalties", "ablation", "scaling", "threads", "processes", "memory")


class Benchmark:
    """One run: measures section by section and collects the report."""

    def __init__(self, quick: bool):
        self.rounds, self.seconds, self.repeats = (1, 0.2, 2) if quick else (5, 0.3, 5)
        self.parts = [f"# Speed\n\n{report.machine()}\n\nFloat32, one thread unless said; medians of CPU time per step."]
        self.steps: dict[str, dict] = {}
        self.targets: list[plan.Target] = []

    def add(self, title: str, text: str) -> None:
        """Take a section into the report, and show it."""
        self.parts.append(f"## {title}\n\n{text}")
        print(f"\n## {title}\n\n{text}", flush=True)

    def run_steps(self) -> None:
        """Whole training steps of all contenders."""
        for setting, native in SETTINGS.items():
            races = {name: race(name, contenders, native, rounds=self.rounds, seconds=self.seconds)
                     for name, contenders in plan.STEPS.items()}
            self.steps[setting] = races
            self.add(f"Training steps, {setting} BLAS kernels", report.race_table(races))
            self.targets += [target._replace(text=f"{setting}: {target.text}") for target in plan.step_targets(races, native)]
        self.add("Training steps, in short", report.summary(self.steps))

    def run_penalties(self) -> None:
        """The exact contractive penalty against automatic differentiation of Jacobians. Its rounds are long: few of them."""
        for setting, native in SETTINGS.items():
            races = {name: race(name, contenders, native, rounds=1, seconds=0.0) for name, contenders in plan.PENALTIES.items()}
            self.add(f"The contractive penalty by other ways, {setting} BLAS kernels", report.race_table(races))
            self.targets += [target._replace(text=f"{setting}: {target.text}") for target in plan.penalty_targets(races)]

    def run_ablation(self) -> None:
        """What each trick is worth, on (a); each row keeps the changes of the rows above it."""
        for setting, native in SETTINGS.items():
            outcome = race("a", plan.ABLATION, native, rounds=self.rounds, seconds=self.seconds)
            self.add(f"What each trick is worth, on (a), {setting} BLAS kernels", report.race_table({"a": outcome}))
            value = plan.ratio({"a": outcome}, "a", "npae", plan.VARIANTS[0])
            self.targets.append(plan.Target(f"{setting}: (a) npae / {plan.VARIANTS[0]}", 1 / 3, value))

    def run_scaling(self) -> None:
        """How a step grows with batch, width and number of examples."""
        for what, names in plan.SCALING.items():
            races = {name: race(name, ("floor", "npae"), True, rounds=self.rounds, seconds=self.seconds) for name in names}
            self.add(f"Scaling with {what}, on (a), native BLAS kernels", report.race_table(races))

    def run_threads(self) -> None:
        """Two BLAS threads, wall-clock time, for information: any other process on the machine disturbs them."""
        races = {name: race(name, ("floor", "npae", plan.FUSED), True, 2, self.rounds, self.seconds) for name in ("a", "b")}
        self.add("Two threads, native BLAS kernels, wall-clock time", report.race_table(races))

    def run_processes(self) -> None:
        """Imports, and a training from the start of the process."""
        imports = processes.imports(True, self.repeats)
        self.add("Starting and importing", report.process_table(imports))
        for setting, native in SETTINGS.items():
            found = processes.whole_trainings(native, self.repeats)
            self.add(f"(f) for 50 epochs from the start of the process, {setting} BLAS kernels", report.process_table(found))
            self.targets += plan.process_targets(found["npae"], found["PyTorch"], setting)

    def run_memory(self) -> None:
        """What `fit` needs beside its data, and what a contractive step allocates."""
        rows = []
        for name in ("a", "b", "c100"):
            found = memory.training_on_bytes(name)
            limit = 4 * found.parameters + 4 * found.batch_of_activations
            rows.append((f"({name}) `fit` on 60,000 images of bytes", f"{found.peak / 1e6:.2f}", f"{limit / 1e6:.2f}"))
            self.targets.append(plan.Target(f"({name}) fit on bytes: peak over that of the last column", 1, found.peak / limit))
        for name in ("d-plain", "d", "d-deep"):
            rows.append((f"({name}) one step, beyond lent arrays", f"{memory.step(name) / 1e6:.2f}", ""))
        self.targets.append(plan.Target("(d-deep) a step's peak, MB", 30, memory.step("d-deep") / 1e6))
        self.add("Memory", report.table(("what", "peak MB", "theta, gradient, M, V, four batches of activations, MB"), rows))

    def write(self, folder: Path) -> None:
        """Write the report and the figure."""
        folder.mkdir(parents=True, exist_ok=True)
        if self.targets:
            self.add("Targets", report.target_table(self.targets))
        if self.steps:
            report.figure(self.steps, folder / "speed.png")
        with atomic_write(folder / "speed.md") as file:
            file.write("\n\n".join(self.parts).encode() + b"\n")


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path("speed"), help="the folder for speed.md and speed.png")
    parser.add_argument("--quick", action="store_true", help="fewer and shorter rounds")
    parser.add_argument("--only", nargs="+", choices=SECTIONS, default=SECTIONS, help="sections to measure")
    arguments = parser.parse_args()
    benchmark = Benchmark(arguments.quick)
    for section in arguments.only:
        getattr(benchmark, f"run_{section}")()
    benchmark.write(arguments.out)


if __name__ == "__main__":
    main()
