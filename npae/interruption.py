"""Ctrl-C as a request: the batch at hand is finished, training ends, and the model keeps what it has learnt."""

from __future__ import annotations

import signal
import threading
from types import FrameType
from typing import Any


class TrainingInterrupted(UserWarning):
    """Training was ended by Ctrl-C; the model is usable."""


class Interruption:
    """Within the block the first Ctrl-C sets `requested`; a second one raises KeyboardInterrupt as ever.

    Signals come to the main thread alone, and a handler of somebody else's stays in place: then nothing changes.
    """

    def __init__(self) -> None:
        self.requested = False
        self._before: Any = None

    def __enter__(self) -> Interruption:
        in_main_thread = threading.current_thread() is threading.main_thread()
        if in_main_thread and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            self._before = signal.signal(signal.SIGINT, self._remember)
        return self

    def _remember(self, number: int, frame: FrameType | None) -> None:
        self.requested = True
        signal.signal(signal.SIGINT, self._before)

    def __exit__(self, *error: object) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)
