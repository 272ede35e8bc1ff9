"""Daemons without the wait for their imports: a process that has loaded the program forks one for each test.

What runs is `mailflow run` from its command line on, in a process of its own that can be killed like any other; only
the second in which Python reads the same modules again is spared. tests/cli/test_run.py and the demonstration start it
as people do.
"""

from __future__ import annotations

import array
import gc
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO

from mailflow.errors import CannotRender
from tests.tree import ROOT

LONGEST = 1 << 20
# Alembic runs its own modules, and a daemon needs neither of the other rooms.
UNUSED = ("mailflow.demo", "mailflow.study", "mailflow.store.migrations.env", "mailflow.store.migrations.versions.")


class Forked:
    """A forked process, with the handles of subprocess.Popen that a stage uses."""

    def __init__(self, told: int) -> None:
        self._told = told
        self.returncode: int | None = None
        self.pid = int(self._line())

    def _line(self) -> bytes:
        """One line from whoever waits for the process."""
        line = b""
        while not line.endswith(b"\n"):
            octet = os.read(self._told, 1)
            if not octet:
                raise ChildProcessError("the process that forks daemons has gone")
            line += octet
        return line

    def wait(self, timeout: float | None = None) -> int:
        """Its status once it has ended. Raises subprocess.TimeoutExpired."""
        if self.returncode is None:
            if not select.select([self._told], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired("mailflow run", timeout or 0)
            self.returncode = int(self._line())
            os.close(self._told)
        return self.returncode

    def poll(self) -> int | None:
        """Its status if it has ended."""
        with suppress(subprocess.TimeoutExpired):
            self.wait(0)
        return self.returncode

    def send_signal(self, number: int) -> None:
        """To the process while it lives; whoever forked it may know of its end a moment earlier than we do."""
        if self.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def kill(self) -> None:
        """SIGKILL."""
        self.send_signal(signal.SIGKILL)


class Nursery:
    """The process that forks. Use it as a context manager; it starts when it is first needed."""

    _process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Nursery:
        return self

    def __exit__(self, *_exc: object) -> None:
        if self._process is not None:
            self._ours.close()
            self._process.wait()

    def begin(self, words: Sequence[str], log: BinaryIO, environment: Mapping[str, str]) -> Forked:
        """What Stage.begin does: the command line (python -m mailflow ...) in a new process that writes to `log`."""
        assert list(words[1:3]) == ["-m", "mailflow"]
        if self._process is None:
            self._ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            with theirs:
                command = [sys.executable, "-m", "tests.preloaded", str(theirs.fileno())]
                self._process = subprocess.Popen(command, cwd=ROOT, pass_fds=[theirs.fileno()])
        told, tells = os.pipe()
        order = json.dumps({"words": list(words[3:]), "environment": dict(environment), "cwd": os.getcwd()})
        handles = array.array("i", [log.fileno(), tells])
        self._ours.sendmsg([order.encode()], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, handles)])
        os.close(tells)
        return Forked(told)


def _serve(orders: socket.socket) -> None:
    """Fork for every order until the other side has gone."""
    _load()
    while True:
        order, handles, _flags, _peer = socket.recv_fds(orders, LONGEST, 2)
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:  # keepers whose daemons have ended
                pass
        if not order:
            return
        if os.fork() == 0:
            orders.close()
            _keep(json.loads(order), *handles)
        for handle in handles:
            os.close(handle)


def _keep(order: Mapping[str, object], log: int, tells: int) -> None:
    """Start the daemon, and say its process and in the end its status."""
    daemon = os.fork()
    if daemon == 0:
        os.close(tells)
        _become(order, log)
    os.close(log)
    os.write(tells, b"%d\n" % daemon)
    status = os.waitstatus_to_exitcode(os.waitpid(daemon, 0)[1])
    with suppress(BrokenPipeError):
        os.write(tells, b"%d\n" % status)
    os._exit(0)


def _become(order: Mapping[str, object], log: int) -> None:
    """The program, from its command line on."""
    from mailflow.cli.main import main

    os.dup2(log, 1)
    os.dup2(log, 2)
    os.close(log)
    os.environ.clear()
    os.environ.update(order["environment"])
    os.chdir(order["cwd"])
    sys.argv = ["mailflow", *order["words"]]
    if given := os.environ.get("MAILFLOW_TEST_SHADOW"):
        from tests.crash.lossy import Shadow

        Shadow(Path(sys.argv[sys.argv.index("--config") + 1]).parent, *json.loads(given)).begin()
    if lease := os.environ.get("MAILFLOW_TEST_LEASE"):
        from tests.crash.haste import hasten

        hasten(float(lease))
    if fault := os.environ.get("MAILFLOW_TEST_BREAK"):
        from tests.crash import breaking

        breaking.put(fault)
    status = 0
    try:
        main(prog_name="mailflow")
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        traceback.print_exc()
        status = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


def _load() -> None:
    """Everything that a daemon imports, some of it only when a store is new or a letter leaves."""
    import pkgutil
    from importlib import import_module

    import mailflow
    from mailflow.documents.letters import Letters
    from mailflow.register import holiday_calendars
    from mailflow.store import Store

    for found in pkgutil.walk_packages(mailflow.__path__, "mailflow."):
        if not found.name.startswith(UNUSED):
            import_module(found.name)
    # What the library of holidays has of a country is loaded with its first calendar.
    for name in holiday_calendars.names(ROOT / "config" / "calendars"):
        holiday_calendars.load(ROOT / "config" / "calendars", name)
    # What templates compile to is kept by their text, whoever asks.
    letters = Letters([ROOT / "templates"])
    for path in sorted((ROOT / "templates").glob("*/*.j2")):
        for render in (letters.text, letters.page):
            with suppress(CannotRender):  # compiled it is, though nobody says what to put in
                render(f"{path.parent.name}/{path.stem}", {})
    _read_procedures_once()
    with tempfile.TemporaryDirectory() as folder:
        store = Store(f"sqlite:///{Path(folder)}/loaded.sqlite3")
        store.migrate()
        store.close()
    # What is there now no daemon looks through for rubbish: each would have to copy the memory in which it lies.
    gc.collect()
    gc.freeze()


def _read_procedures_once() -> None:
    """The shipped procedures are read before the first daemon is forked: most of its start was this."""
    from mailflow.procedure import reading

    reading.read = reading_shipped_once()


@cache
def reading_shipped_once() -> Callable[[str, str], Any]:
    """What to put in place of mailflow.procedure.reading.read where the shipped procedures are read again and again."""
    from mailflow.procedure import reading

    read = reading.read
    known = {}
    for path in (ROOT / "config" / "procedures").glob("*.toml"):
        text = path.read_text("utf-8")
        known[text] = read(text, str(path))
    return lambda text, name: known[text] if text in known and not known[text][1] else read(text, name)


if __name__ == "__main__":
    with socket.socket(fileno=int(sys.argv[1])) as given:
        _serve(given)
