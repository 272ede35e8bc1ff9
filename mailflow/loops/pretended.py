"""A pretended clock: everything that is due is done, instant after instant, as fast as it goes.

In: the guards of all loops; instants to move to, from the command line or through a socket.
Out: work done in the order in which it falls due; answers, a line each.
Fails: ValueError with a sentence for the person who moves the clock.
Limits: for demonstrations and tests, on this machine; time only goes forward.
"""

from __future__ import annotations

import socket
import socketserver
import stat
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import structlog

from mailflow.errors import Unavailable
from mailflow.loops.loop import Guard

# Two machines that answer each other for ever are stopped by their budgets; this only bounds a fault of ours.
ROUNDS = 10_000
FAILURES = 3
Due = Callable[[datetime], datetime | None]

_log = structlog.get_logger()


class PretendedClock:
    """A clock that stands until it is moved; `remember` is told each instant, so that a restart goes on from there."""

    def __init__(self, now: datetime | None = None, remember: Callable[[datetime], None] = lambda _now: None) -> None:
        self._now, self._remember = now, remember

    @property
    def set(self) -> bool:
        """Whether it shows a time at all."""
        return self._now is not None

    def __call__(self) -> datetime:
        """The pretended now, UTC; the year 1970 until it is first set."""
        return self._now or datetime.fromtimestamp(0, UTC)

    def move(self, to: datetime) -> None:
        """Forward only: what has happened has happened."""
        if self._now is not None and to < self._now:
            raise ValueError(f"The clock shows {show(self._now)} and cannot be set back to {show(to)}.")
        if to != self._now:
            self._now = to
            self._remember(to)


class Rounds:
    """Runs every step of every loop at one instant until none finds work, and steps through time.

    due: asked for the next instant after now at which something falls due. quiet: the same for what happens every day
    whether or not anybody waits for it (digests); it is stepped through but not announced by `next`.
    """

    def __init__(
        self, guards: Sequence[Guard], clock: PretendedClock, due: Sequence[Due], quiet: Sequence[Due] = ()
    ) -> None:
        self._guards, self._clock, self._due, self._quiet = guards, clock, due, quiet

    def run_until_idle(self, now: datetime) -> None:
        """Do everything that is due at `now`; a step that fails FAILURES times is left until the next instant."""
        self._clock.move(now)
        failed: Counter[str] = Counter()
        for _ in range(ROUNDS):
            found = False
            for guard in list(self._guards):  # a reload may add some
                while failed[guard.name] < FAILURES:
                    again = guard.run(now)
                    found = found or again
                    failed[guard.name] += 1 if guard.failures else 0
                    if not again and not guard.failures:
                        break
            if not found:
                return
        _log.error("rounds.endless", rounds=ROUNDS)

    def move(self, to: datetime) -> None:
        """To an instant, stopping at everything that falls due on the way, in order.

        A letter due at 10:15 leaves at 10:15 when the clock goes from 10:00 to 16:00.
        """
        if self._clock.set:
            if to < self._clock():
                self._clock.move(to)  # raises, in words
            while (at := self._next((*self._due, *self._quiet))) is not None and at < to:
                self.run_until_idle(at)
        self.run_until_idle(to)

    def next(self) -> datetime | None:
        """The earliest thing that falls due after now."""
        return self._next(self._due)

    def _next(self, questions: Sequence[Due]) -> datetime | None:
        now = self._clock()
        answers = (ask(now) for ask in questions)
        return min((at for at in answers if at is not None and at > now), default=None)

    def answer(self, line: str) -> str:
        """One command of the socket, one line of answer."""
        word, _, rest = line.strip().partition(" ")
        try:
            if word == "now":
                self.move(instant(rest.strip()))
                return f"idle {show(self._clock())}"
            if word in ("sync", "next") and not self._clock.set:
                raise ValueError("The clock has not been set yet: say first, for example, now 2027-02-01T09:30:00Z.")
            if word == "sync":
                self.run_until_idle(self._clock())
                return f"idle {show(self._clock())}"
            if word == "next":
                at = self.next()
                return f"next {show(at)}" if at else "next none"
            raise ValueError("Say one of: now <instant>, sync, next.")
        except ValueError as fault:
            return f"error: {fault}"


def instant(words: str) -> datetime:
    """An ISO 8601 instant with its zone, such as 2027-02-01T09:30:00Z, in UTC. Raises ValueError with a sentence."""
    try:
        at = datetime.fromisoformat(words)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise ValueError(f'"{words}" is no instant: write it with its zone, such as 2027-02-01T09:30:00Z.')
    return at.astimezone(UTC)


def show(at: datetime) -> str:
    """An instant as it is written in commands and answers."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


class ClockSocket:
    """Serves a UNIX socket that only this user may open; one command is carried out at a time."""

    def __init__(self, path: Path, answer: Callable[[str], str]) -> None:
        self._path = path
        self._turn = threading.Lock()
        self.failure: Exception | None = None
        _clear(path)

        class Conversation(socketserver.StreamRequestHandler):
            def handle(conversation) -> None:
                for line in conversation.rfile:
                    said = self._reply(answer, line.decode("utf-8", "replace"))
                    conversation.wfile.write(said.encode("utf-8") + b"\n")

        class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
            daemon_threads = True

            def handle_error(self, request: object, client_address: object) -> None:
                """A client that hung up is no news."""

        try:
            self._server = Server(str(path), Conversation)
        except OSError as fault:
            raise ValueError(f"The socket {path} cannot be opened: {fault.strerror or fault}.") from fault
        path.chmod(0o600)

    def _reply(self, answer: Callable[[str], str], line: str) -> str:
        with self._turn:
            try:
                return " ".join(answer(line).split())
            except Exception as fault:
                self.failure = fault
                why = str(fault) if isinstance(fault, Unavailable) else ""
                _log.error("socket.failed", fault=type(fault).__name__, why=why)
                return f"error: The command could not be carried out ({type(fault).__name__}); see the log."

    def serve(self) -> None:
        """Until `close` is called from another thread."""
        self._server.serve_forever(poll_interval=0.02)

    def close(self) -> None:
        """End `serve`, wait for the command in hand, take the socket away."""
        self._server.shutdown()
        with self._turn:
            self._server.server_close()
        self._path.unlink(missing_ok=True)


def _clear(path: Path) -> None:
    """Take away a socket that nobody listens on any more; anything else at that path is left alone."""
    try:
        if not stat.S_ISSOCK(path.stat().st_mode):
            raise ValueError(f"{path} exists and is no socket.")
    except FileNotFoundError:
        return
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
        except OSError:
            path.unlink(missing_ok=True)
            return
    raise ValueError(f"Another mailflow already listens on {path}.")
