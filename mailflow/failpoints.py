"""Named fail points: places at which a test lets the whole process die at once, as if its machine had lost power.

In: a plan, "smtp.dot.after" or "smtp.rcpt.before:2" for the second passing, or several, handed over by wiring.py.
Out: nothing while no plan is armed, at the cost of one look; at the planned passing a line on standard error, then
  SIGKILL to this process.
Fails: ValueError for a plan that names no point or no passing.
Limits: wiring.py arms a plan only in a test installation ([testing] pretend_time = true).
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Awaitable, Callable
from typing import ParamSpec, TypeVar

_P = ParamSpec("_P")
_T = TypeVar("_T")

# What a write transaction of the daemon is for, as it tells Store.unit; one that changes nothing passes no point.
COMMITS = (
    "keep",  # commit 1 of architecture.md
    "try",
    "sort",  # commit 2
    "claim",  # commit 3
    "dot",
    "settle",  # commit 4
    "verdict",
    "recover",
    "tell_case",
    "doubt",
    "deadline",
    "ask_again",
    "read_through",
    "daily",
    "weekly",
    "digest_failed",
    "file",
    "file_told",
    "quarantine",
    "quarantine_untold",
    "missing",
    "away",
    "back",
    "health",
    "accounts",
    "settings",
    "calendars",
    "rota",
    "stranded",
    "unsent",
    "rendered",
    "unrendered",
    "recompute",
    "redate",
    "collected",
    "catch_up",
    "editions",
    "reload",
    "clock",
)
# A verb is passed before it is said and after it was answered; "octets" is a letter's text, "reply" the last answer.
SMTP = ("connect", "starttls", "auth", "rset", "mail", "rcpt", "data", "octets", "dot", "reply", "quit")
IMAP = ("connect", "starttls", "login", "list", "special", "select", "search", "fetch", "idle", "move", "logout")
# A file is written beside its place, then renamed into it.
FILES = ("file", "uidlist")

_AROUND = [
    *(f"commit.{name}" for name in COMMITS),
    *(f"smtp.{name}" for name in SMTP),
    *(f"imap.{name}" for name in IMAP),
    *(f"{name}.{step}" for name in FILES for step in ("write", "rename")),
]
POINTS = tuple(f"{name}.{side}" for name in _AROUND for side in ("before", "after"))


class _Plan:
    """One point, and which passing of it is the last."""

    def __init__(self, words: str) -> None:
        self.point, _, nth = words.partition(":")
        if self.point not in POINTS or not (nth or "1").isdigit() or int(nth or 1) < 1:
            raise ValueError(
                f"{words!r} names no fail point: write the name of one, perhaps with :n for the nth passing"
            )
        self._left, self._lock = int(nth or 1), threading.Lock()

    def passed(self) -> None:
        with self._lock:
            self._left -= 1
            if self._left == 0:
                os.write(2, f"killed at {self.point}\n".encode("ascii"))
                os.kill(os.getpid(), signal.SIGKILL)
                signal.pause()  # the signal takes all threads; this one does nothing more until it does


_armed: dict[str, _Plan] = {}


def arm(words: str) -> None:
    """Take up plans, a comma between them; the first to be fulfilled counts. "" takes up none. Raises ValueError."""
    plans = [_Plan(plan.strip()) for plan in words.split(",") if plan.strip()]
    _armed.clear()
    _armed.update({plan.point: plan for plan in plans})


def reach(name: str, side: str) -> None:
    """The process has come to this point."""
    if _armed and (plan := _armed.get(f"{name}.{side}")):
        plan.passed()


def around(name: str, step: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
    """A step with a point before and after it."""
    reach(name, "before")
    done = step(*args, **kwargs)
    reach(name, "after")
    return done


async def awaited(name: str, step: Awaitable[_T]) -> _T:
    """The same for a step that is awaited; it does not begin before."""
    reach(name, "before")
    done = await step
    reach(name, "after")
    return done
