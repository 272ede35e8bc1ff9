"""An office whose daemons are killed: real servers that are kept from office to office, daemons that die and come back.

Plans (mailflow/failpoints.py) say where a daemon dies; each daemon that is started takes up the plans of that moment.
The store is any that a URL names, and there may be several daemons on it.
"""

from __future__ import annotations

import json
import shutil
import signal
import socket
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mailflow import failpoints, wiring
from mailflow.demo.stage import COMMAND, STARTING, Process, Stage, StageFailed
from mailflow.flow.ports import House
from tests.acceptance.office import queue_empty
from tests.crash.lossy import lose_power
from tests.servers.realmail import RealMail

KILLED = "killed at "
SQLITE = "sqlite:///mailflow.sqlite3"
FOLDERS = ("", ".Sent", ".Junk")  # that the daemon reads, as Dovecot names them beside the inbox


class Servers:
    """Dovecot and Postfix, started for the first office and lent to the next ones with empty mailboxes.

    wires: makes what stands between daemon and server, from a port to a port; by default nothing does.
    """

    def __init__(self) -> None:
        self.real: RealMail | None = None

    def __enter__(self) -> Servers:
        return self

    def __exit__(self, *exc: object) -> None:
        if self.real is not None:
            self.real.__exit__(*exc)

    def __call__(self, users: Mapping[str, str], **more: Any) -> Lent:
        if self.real is None:
            more.pop("bounce_later", None)
            self.real = RealMail(users, **more)
            self.real.__enter__()
        else:
            queue_empty(self.real)
            for box in (self.real.dovecot.directory / "mail").iterdir():
                shutil.rmtree(box)
        assert set(users) == set(self.real.users)
        return Lent(self.real)


class Lent:
    """The servers as one office has them; imap_port and smtp_port may be those of wires."""

    def __init__(self, real: RealMail) -> None:
        self._real = real
        self.imap_port, self.smtp_port = real.imap_port, real.smtp_port

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def __enter__(self) -> Lent:
        return self

    def __exit__(self, *_exc: object) -> None:
        """They go on for the next office."""

    def octets(self, login: str) -> Iterator[bytes]:
        """Every mail of the folders that the daemon reads, from Dovecot's own; people's other folders are empty."""
        for folder in FOLDERS:
            yield from self.octets_in(login, folder)

    def octets_in(self, login: str, folder: str) -> Iterator[bytes]:
        """Every mail of one of them."""
        for part in ("new", "cur"):
            for path in sorted((self._real.dovecot.directory / "mail" / login / folder / part).glob("*")):
                yield path.read_bytes()


@dataclass
class _Daemon:
    number: int
    socket: Path
    log: Path
    process: Process | None = None
    plans: str = ""


class Rig(Stage):
    """A stage with `daemons` daemons on one store, which die by the plans that `plan` answers at each start.

    power: with each death the machine loses power too, and with it all that was not synced (lossy.py); "" for SQLite as
    we set it up, otherwise a weaker PRAGMA synchronous.

    plan: told the number of the daemon; answers what MAILFLOW_FAILPOINT is to say, "" for a daemon that lives.
    """

    def __init__(
        self,
        folder: Path,
        servers: Servers,
        plan: Callable[[int], str],
        *,
        url: str = SQLITE,
        daemons: int = 1,
        wires: Callable[[Lent], None] = lambda _lent: None,
        sections: Mapping[str, Mapping[str, object]] | None = None,
        power: str | None = None,
        **more: Any,
    ) -> None:
        def lend(users: Mapping[str, str], **how: Any) -> Lent:
            lent = servers(users, **how)
            wires(lent)
            return lent

        sections = {"store": {"url": url}, **(sections or {})}
        super().__init__(folder, mail=lend, sections=sections, **more)
        self._plan, self._count, self._power = plan, daemons, power
        self._shadow = self.folder.with_name(f"{self.folder.name}-shadow")
        self.deaths: list[str] = []
        self._daemons: list[_Daemon] = []
        self._house: House | None = None
        self._guard = threading.Lock()

    # -- life ---------------------------------------------------------------------------------------------------------

    def _launch(self, *more: str) -> None:
        if not self._daemons:
            self._daemons = [
                _Daemon(n, self._sockets / f"clock-{n}", self.folder / f"daemon-{n}.log") for n in range(self._count)
            ]
            self.log = self._daemons[0].log
        for daemon in self._daemons:
            self._start(daemon, *more)

    def _start(self, daemon: _Daemon, *more: str) -> None:
        """Until it is ready; one that dies by its plan meanwhile is started again."""
        while not self._started(daemon, *more):
            self._died(daemon)

    def _started(self, daemon: _Daemon, *more: str) -> bool:
        daemon.plans = self._plan(daemon.number)
        words = [sys.executable, "-m", "mailflow", "run", "--config", str(self._config_of(daemon))]
        words += ["--clock-socket", str(daemon.socket), *more]
        with suppress(BlockingIOError):  # what an earlier one has said
            self._notices.settimeout(0)
            while True:
                self._notices.recv(64)
        self._notices.settimeout(0.05)
        with open(daemon.log, "ab") as log:
            environment = {**self._environment(), "MAILFLOW_FAILPOINT": daemon.plans}
            if self._power is not None:
                environment["MAILFLOW_TEST_SHADOW"] = json.dumps([str(self._shadow), self._power])
            daemon.process = self.begin(words, log, environment)
        for _ in range(int(STARTING / 0.05)):
            with suppress(TimeoutError):
                if self._notices.recv(64) == b"READY=1":
                    return True
            if (ended := daemon.process.poll()) is not None:
                if ended == -signal.SIGKILL and daemon.plans:
                    return False
                raise StageFailed(f"The daemon ended with status {ended}. {self._tail()}")
        raise StageFailed(f"The daemon was not ready after {STARTING:.0f} seconds. {self._tail()}")

    def _config_of(self, _daemon: _Daemon) -> Path:
        """The settings that a daemon is started with."""
        return self.config

    def _died(self, daemon: _Daemon) -> None:
        assert daemon.process is not None
        ended = daemon.process.wait(30)
        if ended != -signal.SIGKILL or not daemon.plans:
            raise StageFailed(f"The daemon ended with status {ended}, and nobody had planned it. {self._tail()}")
        self.restarts += 1
        last = daemon.log.read_bytes()[-200:].splitlines()[-1].decode("utf-8", "replace")
        assert last.startswith(KILLED), last
        self.deaths.append(last.removeprefix(KILLED))
        if self._power is not None:
            lose_power(self.folder, self._shadow)

    def synced(self) -> None:
        """What somebody else than the daemon has written into the store is on the disk as well."""
        for path in self.folder.glob("mailflow.sqlite3*") if self._power == "" else ():
            if not path.name.endswith((".lock", "-shm")):
                shutil.copyfile(path, self._shadow / path.name)

    def kill(self) -> None:
        for daemon in self._daemons:
            if daemon.process is not None:
                daemon.process.kill()
                daemon.process.wait()

    def stop(self) -> None:
        for daemon in self._daemons:
            if daemon.process is not None:
                with suppress(ProcessLookupError):
                    daemon.process.send_signal(signal.SIGTERM)
        for daemon in self._daemons:
            if daemon.process is not None:
                if daemon.process.wait(30) == -signal.SIGKILL and daemon.plans:
                    self._died(daemon)
                daemon.process = None

    def reload(self) -> None:
        """SIGHUP, and the daemons look at their files."""
        for daemon in self._daemons:
            if daemon.process is not None:
                daemon.process.send_signal(signal.SIGHUP)
        self.sync()
        self.sync()

    def stop_and_start(self) -> None:
        """SIGTERM, then daemons with the plans of now."""
        self.stop()
        self._launch()

    @contextmanager
    def house(self) -> Iterator[House]:
        """The house over the store, beside the daemons, as an operator's command has it.

        Nothing of it stays open: a daemon that comes after a dead one is to be the first to open what that one left.
        """
        if self._house is None:
            self.found = wiring.install(self.config)
            self._house = wiring.open_house(self.found, wiring.open_store(self.found.settings), keep=False)
        try:
            yield self._house
        finally:
            self._house.store.close()

    def doubts(self) -> dict[str, str]:
        """Letters that a restart found in doubt, each with the point at which the daemon had died."""
        found: dict[str, str] = {}
        for daemon in self._daemons:
            point = ""
            for line in daemon.log.read_text("utf-8", "replace").splitlines():
                if line.startswith(KILLED):
                    point = line.removeprefix(KILLED)
                elif '"letter.recovered"' in line and '"in_doubt"' in line:
                    found[json.loads(line)["letter"]] = point
        return found

    # -- the clock ----------------------------------------------------------------------------------------------------

    def _ask(self, line: str) -> str:
        answers = self._ask_all(line)
        if line != "next" and self._count > 1:
            for _ in range(2):  # what one has committed may be work for another
                answers = self._ask_all("sync")
        wrong = [answer for answer in answers if answer.startswith("error:")]
        if wrong:
            raise StageFailed(f'"{line}" was answered: {wrong[0][6:].strip()} {self._tail()}')
        # Instants of one form sort as they follow each other, and before the word "none".
        return min(answers)

    def _ask_all(self, line: str) -> list[str]:
        answers = [""] * len(self._daemons)

        def ask(daemon: _Daemon) -> None:
            answers[daemon.number] = self._ask_one(daemon, line)

        if len(self._daemons) == 1:
            ask(self._daemons[0])
        else:
            threads = [threading.Thread(target=ask, args=(daemon,)) for daemon in self._daemons]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        return answers

    def _ask_one(self, daemon: _Daemon, line: str) -> str:
        while True:
            try:
                return self._say_to(daemon, line)
            except OSError:
                with self._guard:
                    self._died(daemon)
                    self._start(daemon)
                # Time that had been reached is reached again before anything else is asked.
                line = f"now {self.time.isoformat()}" if line == "sync" else line

    def _say_to(self, daemon: _Daemon, line: str) -> str:
        with socket.socket(socket.AF_UNIX) as talking:
            talking.settimeout(COMMAND)
            talking.connect(str(daemon.socket))
            talking.sendall(line.encode() + b"\n")
            with talking.makefile("r", encoding="utf-8") as answers:
                answer = answers.readline().strip()
        if not answer:
            raise ConnectionResetError("it hung up")
        return answer


class Each:
    """Plans that let a daemon die at the first of these points that it comes to, each as often as it is named."""

    def __init__(self, points: tuple[str, ...]) -> None:
        assert set(points) <= set(failpoints.POINTS)
        self.left = Counter(points)
        self.rig: Rig | None = None
        self._counted = 0

    def __call__(self, _daemon: int) -> str:
        deaths = self.rig.deaths if self.rig else []
        self.left -= Counter(deaths[self._counted :])
        self._counted = len(deaths)
        return ",".join(self.left)
