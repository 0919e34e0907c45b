"""What grading stops, and what it does not: the text of `npae grade --threats`."""

from __future__ import annotations

THREATS = """\
Whose code is this? A submission is a program of somebody who may want marks for nothing, and that runs on your machine.

What `npae grade` stops

  Marks without work
    Every submission runs in a process of its own, which holds nothing worth stealing: random inputs go in, plain values
    come out, and all comparing is done elsewhere. Patched comparators, objects with an __eq__ or __array_ufunc__ of their
    own, subclasses, printed "PASS"es, exit codes, forged messages and patched NumPy change nothing but the student's own
    answers. Nothing is ever unpickled. The package, the results and other submissions cannot be imported or opened. The seed
    is drawn when grading starts, so answers cannot be prepared; it is printed, so that a run can be repeated.
  Damage
    Limits of wall-clock time, processor time, memory, file size, open files and processes. Opening files outside the
    working folder, starting processes or threads, sockets, signals to others, ctypes, garbage-collector searches and
    foreign byte code end the process (E007). After every failure the whole process group is killed. A crash, a hang or a
    refusal costs the part it happens in; the next one gets a new process.

What it does not stop

  - A flaw of Python, NumPy or the kernel. The doors are shut from inside the process, by an audit hook: enough against a
    student with an afternoon, not against an exploit that writes to memory.
  - Finite differences or a complex step inside a backward function. Inaccurate ones, and a forward function called again
    and again, are flagged (E008) for a person; a copied forward with a complex step gives perfect numbers.
  - Two students with the same file. Compare the files.
  - Filling the disk of the temporary folder: files are limited to 1 MB each, not in number.
  - As root: the limit on processes (the kernel exempts root; only the audit hook refuses them) and file permissions.
  - On macOS: the limit on memory, which the system does not enforce.
  - Anything on Windows: without POSIX limits grading is refused.

For submissions of strangers, put the whole run into a container without a network

  Dockerfile
    FROM python:3.12-slim
    RUN pip install --no-cache-dir npae
    RUN useradd --uid 10001 --create-home grader
    USER grader
    ENTRYPOINT ["npae", "grade", "/submissions", "--out", "/results"]

  Once:  docker build -t npae-grade .
  Each time, with a folder `results` that user 10001 may write to:
    docker run --rm --network none --read-only --tmpfs /tmp:rw,nosuid,nodev,size=512m \\
        --cap-drop ALL --security-opt no-new-privileges --pids-limit 256 --memory 4g --memory-swap 4g --cpus 4 \\
        -v "$PWD/submissions:/submissions:ro" -v "$PWD/results:/results" npae-grade
"""
