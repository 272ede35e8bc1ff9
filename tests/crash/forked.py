"""A part of the program in a process of its own that dies at a fail point; nothing else of the test dies with it."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

from mailflow import failpoints

KILLED = b"killed at "


def dies(plans: str, part: Callable[[], object]) -> str:
    """Run a part in a process of its own that dies by these plans; the point at which it did, "" if it did not.

    The part opens its own store: no connection of SQLite may be carried across a fork. Raises RuntimeError if it fails.
    """
    told, tells = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.dup2(tells, 2)
            failpoints.arm(plans)
            part()
            status = 0
        finally:
            os._exit(status)
    os.close(tells)
    with open(told, "rb") as ending:
        last = ending.read()[-100:].splitlines()[-1:]
    ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if ended == 0:
        return ""
    if ended != -signal.SIGKILL or not last or not last[0].startswith(KILLED):
        raise RuntimeError(f"the part ended with {ended} and not by {plans}")
    return last[0].removeprefix(KILLED).decode()
