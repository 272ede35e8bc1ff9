"""Several daemons on one PostgreSQL, and what may befall them: killed, paused, cut off, the database itself down.

Each daemon has a wire of its own to the database. Troubles come while the daemons are at work and are over before the
command is; then all are asked again, until a command has passed in peace.
"""

from __future__ import annotations

import json
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import text

from mailflow.demo.stage import StageFailed
from tests.crash.haste import SETTING
from tests.crash.rig import KILLED, Rig, Servers, _Daemon
from tests.servers.database_wire import AT_COMMIT, DatabaseWire
from tests.servers.postgres import Postgres

LEASE = 2.0  # seconds
AT_RANDOM = "SIGKILL at any instant"
TEMPFAIL = 75  # the database was away at a start
# How a trouble is called, and how often it comes beside the others.
TROUBLES = {
    AT_RANDOM: 6,
    "paused past its lease": 3,
    "paused for a moment": 1,
    "cut off (reset)": 3,
    "cut off (silence)": 2,
    "slow line": 1,
    **{f"commit: {how}": 2 for how in AT_COMMIT},
    "PostgreSQL down at once": 1,
    "PostgreSQL stopped": 1,
}
# What may be answered while the database is away; the command is then said again.
AWAY = ("StoreUnavailable", "Conflict")
LONGEST = 90.0
PASSES = 20
# In a schema of its own beside the tables: who took a lease from whom, and how long the one before had been silent.
WITNESS = """
CREATE SCHEMA witness;
CREATE TABLE witness.taken (
    at timestamptz NOT NULL, name text NOT NULL, before text NOT NULL, after text NOT NULL, silent float NOT NULL
);
CREATE FUNCTION witness.note() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.holder <> OLD.holder THEN
        INSERT INTO witness.taken VALUES (clock_timestamp(), NEW.name, OLD.holder, NEW.holder,
            extract(epoch FROM clock_timestamp() - OLD.until) + {lease});
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER note BEFORE UPDATE ON leases FOR EACH ROW EXECUTE FUNCTION witness.note();
"""
_LOST = text(
    "SELECT count(*) FROM leases WHERE until > clock_timestamp() AND NOT split_part(holder, '/', 2) = ANY(:pids)"
)
_HELD = text(
    "SELECT count(*) FROM leases WHERE until > clock_timestamp() AND split_part(holder, '/', 2) = ANY(:pids)"
    " AND name NOT LIKE 'daemon:%'"
)
_TAKEN = text("SELECT silent FROM witness.taken ORDER BY at")
_HOLDERS = text("SELECT letter, split_part(holder, '/', 2) FROM attempts WHERE holder IS NOT NULL ORDER BY id")


class Crowd(Rig):
    """trouble: how likely one comes with a command; `kills` is how many deaths are still wanted (0: peace)."""

    def __init__(
        self,
        folder: Path,
        servers: Servers,
        plan: Callable[[int], str],
        *,
        server: Postgres,
        daemons: int,
        dice: random.Random,
        trouble: float,
        lease: float = LEASE,
        **more: Any,
    ) -> None:
        self._server, self._dice, self._chance, self._lease = server, dice, trouble, lease
        self.url = server.fresh()
        self.database = self.url.rpartition("/")[2]
        server.order(WITNESS.format(lease=lease), self.database)
        self._wires = [DatabaseWire(server.port) for _ in range(daemons)]
        super().__init__(folder, servers, plan, url=self.url, daemons=daemons, **more)
        self.peace = False
        self.troubles: Counter[str] = Counter()
        self.retries: Counter[str] = Counter()
        self.fates: dict[int, str] = {}  # of processes: what befell them last
        self._shot: set[int] = set()
        self._began: dict[int, int] = {}  # how long a daemon's log was when it was started
        self._down = threading.Event()
        self._starting = threading.Lock()

    # -- life ---------------------------------------------------------------------------------------------------------

    def __enter__(self) -> Crowd:
        with ExitStack() as wires:
            for wire in self._wires:
                wires.enter_context(wire)
            super().__enter__()
            self._stack.push(wires.pop_all())
        return self

    def _write(self) -> None:
        super()._write()
        said = self.config.read_text("utf-8")
        for number, wire in enumerate(self._wires):
            own = said.replace(f":{self._server.port}/", f":{wire.port}/")
            assert own != said
            self.config.with_name(f"mailflow-{number}.toml").write_text(own, "utf-8")

    def _config_of(self, daemon: _Daemon) -> Path:
        return self.config.with_name(f"mailflow-{daemon.number}.toml")

    def _environment(self) -> dict[str, str]:
        return {**super()._environment(), SETTING: str(self._lease)}

    def _started(self, daemon: _Daemon, *more: str) -> bool:
        self._began[daemon.number] = daemon.log.stat().st_size if daemon.log.exists() else 0
        try:
            return super()._started(daemon, *more)
        except StageFailed:
            if daemon.process is None or daemon.process.poll() not in (TEMPFAIL, -signal.SIGKILL):
                raise
            return False  # the database was away, or it was shot at its start

    def _died(self, daemon: _Daemon) -> None:
        process = daemon.process
        assert process is not None
        ended = process.wait(30)
        with self._guard:
            self.restarts += 1
            point = self._point(daemon)
            if ended == -signal.SIGKILL and (point or process.pid in self._shot):
                self.fates[process.pid] = point or AT_RANDOM
                self.deaths.append(self.fates[process.pid])
            elif ended == TEMPFAIL:
                self.retries["start"] += 1
                time.sleep(0.2)  # the database is away; nothing else can be waited for
            else:
                raise StageFailed(f"Daemon {daemon.number} ended with status {ended}, unplanned: {daemon.log}")

    def _point(self, daemon: _Daemon) -> str:
        said = daemon.log.read_bytes()[self._began[daemon.number] :].decode("utf-8", "replace")
        return next((line.removeprefix(KILLED) for line in said.splitlines() if line.startswith(KILLED)), "")

    # -- commands -----------------------------------------------------------------------------------------------------

    def _ask_all(self, line: str) -> list[str]:
        """Every daemon's answer to a command that has passed in peace: nobody died, no lease changed hands."""
        for number in range(PASSES):
            before = self._state()
            trouble = "" if self.peace or line == "next" or number else self._drawn()
            answers = self._pass(line, trouble)
            self._settled()
            if before == self._state():
                return answers
            line = line if line == "next" else f"now {self.time.isoformat()}"
        raise StageFailed(f"The daemons in {self.folder} do not come to rest.")

    def _state(self) -> object:
        with self._guard:
            known = self.restarts, self.retries.total(), self.troubles.total()
        return *known, len(self.takeovers())

    def _drawn(self) -> str:
        if self._dice.random() >= self._chance:
            return ""
        return self._dice.choices(list(TROUBLES), list(TROUBLES.values()))[0]

    def _pass(self, line: str, trouble: str) -> list[str]:
        """Everybody is asked; who has answered is asked again while another is still at it."""
        answers, faults = [""] * len(self._daemons), []
        pending: set[object] = {daemon.number for daemon in self._daemons}
        if trouble:
            pending.add(trouble)
        over = threading.Event()
        # Drawn here, so that threads do not share the dice.
        draws = {daemon.number: random.Random(self._dice.random()) for daemon in self._daemons}
        own = random.Random(self._dice.random())

        def done(who: object) -> None:
            with self._guard:
                pending.discard(who)
                if not pending:
                    over.set()

        def ask(daemon: _Daemon) -> None:
            try:
                answers[daemon.number] = self._answer(daemon, line, draws[daemon.number])
                done(daemon.number)
                while not over.wait(0.1) and not faults:
                    self._answer(daemon, "sync", draws[daemon.number])
            except BaseException as fault:
                faults.append(fault)
                over.set()
            done(daemon.number)

        def befall() -> None:
            try:
                self._befall(trouble, own)
            except BaseException as fault:
                faults.append(fault)
                over.set()
            done(trouble)

        threads = [threading.Thread(target=ask, args=(daemon,)) for daemon in self._daemons]
        if trouble:
            threads.append(threading.Thread(target=befall))
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if faults:
            raise faults[0]
        return answers

    def _answer(self, daemon: _Daemon, line: str, dice: random.Random) -> str:
        end = time.monotonic() + LONGEST
        while time.monotonic() < end:
            try:
                answer = self._say_to(daemon, line)
            except OSError:
                self._died(daemon)
                # At once, or when others have taken over what it had.
                time.sleep(dice.choice([0.0, self._lease * dice.random(), self._lease * 1.2]))
                with self._starting:
                    self._start(daemon)
            else:
                if not answer.startswith("error:") or not any(f"({name})" in answer for name in AWAY):
                    return answer
                with self._guard:
                    self.retries[answer] += 1
                time.sleep(0.1)  # the database is away; nothing else can be waited for
            line = f"now {self.time.isoformat()}" if line == "sync" else line
        raise StageFailed(f'Daemon {daemon.number} did not carry out "{line}": {daemon.log}')

    def _settled(self) -> None:
        """Until whoever is lost has lost its leases, and somebody who lives holds each."""
        wanted = len(self.mailboxes) + 1
        end = time.monotonic() + LONGEST
        with self._server.connection(self.database) as connection:
            while time.monotonic() < end:
                pids = {"pids": [str(daemon.process.pid) for daemon in self._daemons if daemon.process is not None]}
                lost = connection.execute(_LOST, pids).scalar()
                if not lost and connection.execute(_HELD, pids).scalar() == wanted:
                    return
                time.sleep(0.05)  # a lease runs out by the database's clock; nothing else can be waited for
        raise StageFailed(f"Nobody takes over in {self.folder}.")

    def takeovers(self) -> list[float]:
        """Seconds of the database's time from the last sign of life of a lease's holder to its next holder."""
        with self._server.connection(self.database) as connection:
            return [float(silent) for silent in connection.execute(_TAKEN).scalars()]

    def doubts(self) -> dict[str, str]:
        """Letters that were found in doubt, each with what had befallen the daemon that carried it."""
        recovered: set[str] = set()
        for daemon in self._daemons:
            for line in daemon.log.read_text("utf-8", "replace").splitlines():
                if '"letter.recovered"' in line and '"in_doubt"' in line:
                    recovered.add(json.loads(line)["letter"])
        found = dict.fromkeys(recovered, "not known")
        with self._server.connection(self.database) as connection:
            for letter, pid in connection.execute(_HOLDERS):
                if letter in recovered and int(pid) in self.fates:
                    found[letter] = self.fates[int(pid)]
        return found

    # -- troubles -----------------------------------------------------------------------------------------------------

    def _befall(self, trouble: str, dice: random.Random) -> None:
        """One trouble, from its beginning to its end."""
        time.sleep(0.4 * dice.random() ** 2)  # the instant is what is drawn
        daemon = dice.choice(self._daemons)
        process, wire = daemon.process, self._wires[daemon.number]
        if process is None or process.poll() is not None:
            return
        with self._guard:
            self.restarts += 1
            self.troubles[trouble] += 1
            self.fates.setdefault(process.pid, trouble)
        long = self._lease * (1.2 + dice.random())
        short = self._lease * 0.7 * dice.random()
        if trouble == AT_RANDOM:
            self._shot.add(process.pid)
            process.kill()
        elif trouble.startswith("paused"):
            process.send_signal(signal.SIGSTOP)
            time.sleep(long if "past" in trouble else short)
            process.send_signal(signal.SIGCONT)
        elif trouble.startswith("PostgreSQL"):
            (self._server.kill if "at once" in trouble else self._server.stop)()
            time.sleep(short)
            self._server.start()
        else:
            with self._hurt(wire):
                if trouble.startswith("commit"):
                    wire.at_commit(trouble.removeprefix("commit: "), dice.randint(1, 4))
                elif "reset" in trouble:
                    wire.reset()
                elif "silence" in trouble:
                    wire.fall_silent()
                else:
                    wire.slow = 0.05 + 0.2 * dice.random()
                time.sleep(long if dice.random() < 0.5 else short)
            if trouble.startswith("commit") and not wire.failed:
                with self._guard:
                    self.troubles[trouble] -= 1  # there was no such commit

    @contextmanager
    def _hurt(self, wire: DatabaseWire) -> Iterator[None]:
        try:
            yield
        finally:
            wire.heal()

    def end(self) -> None:
        """Take its database away."""
        with suppress(Exception):
            self._server.drop(self.url)
