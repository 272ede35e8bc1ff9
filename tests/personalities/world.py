"""A council between real servers with manners: a daemon in this process on a pretended clock, and what people see."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from mailflow.flow import restored
from mailflow.flow.ports import House, Office
from mailflow.flow.reconcile import Report, reconcile
from mailflow.loops.daemon import Daemon
from mailflow.mail.message import Message
from mailflow.mail.parse import parse
from mailflow.mailbox.imap import ImapSource
from mailflow.store import Store
from mailflow.store.inbox import Kept
from mailflow.submission.smtp import Submission
from tests.flow.bench import write
from tests.installation import ADMIN, COUNCIL, MORNING
from tests.servers.manners import Manners
from tests.servers.realmail import RealMail

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
PEOPLE = [f"person{n}@family.example" for n in range(1, 41)]
_LETTER = "x-mailflow-letter"


@dataclass(frozen=True)
class Ground:
    """What all worlds stand on: the servers, a house without a store, an empty database to copy."""

    mail: RealMail
    house: House
    empty: Path


class World:
    """start: the first instant. changes: fields of the office, such as sent."""

    def __init__(
        self, ground: Ground, manners: Manners, folder: Path, start: datetime = MORNING, **changes: object
    ) -> None:
        self.mail, self.manners, self._path = ground.mail, manners, folder / "s.db"
        shutil.copy(ground.empty, self._path)
        (office,) = ground.house.offices.values()
        self.office = replace(office, **changes)  # type: ignore[arg-type]
        self._house = replace(ground.house, offices={office.id: self.office})
        self.now, self._number, self._people = start, 0, iter(PEOPLE)
        self.start()
        manners.arrival = self._instant
        manners.clock = lambda: self._instant().timestamp()

    def _instant(self) -> datetime:
        return self.rounds._clock()

    # -- the daemon -----------------------------------------------------------------------------------------------

    def start(self) -> None:
        """A daemon that knows nothing but what the store holds."""
        self.store = Store(f"sqlite:///{self._path}", busy_ms=500)
        self.house = replace(self._house, store=self.store)
        self._sources: list[ImapSource] = []
        self.daemon = Daemon(
            self.house,
            source_of=self.source,
            poll_of=lambda _office: 1.0,
            way_of=self._way,
            lone=True,
            clock=lambda: self.now,
        )
        self.rounds = self.daemon.rounds(self.daemon.pretended_clock())

    def source(self, office: Office) -> ImapSource:
        """A reader of the mailbox, through the service."""
        made = ImapSource(
            self.manners.host, self.manners.imap_port, COUNCIL, lambda: self.mail.users[COUNCIL],
            tls="none", inbox=office.inbox, sent=office.sent, junk=office.junk, name=office.address, timeout=10,
        )  # fmt: skip
        self._sources.append(made)
        return made

    def _way(self, _office: Office) -> Submission:
        return Submission(self.manners.host, self.manners.smtp_port, "", str, tls="none", timeout=10, reply_timeout=10)

    def stop(self) -> None:
        """The daemon ends; nothing of it is left but the store."""
        self.daemon.stop()
        for source in self._sources:
            source.close()
        self.store.close()

    def restart(self) -> None:
        """It ends and begins again: new store, new house, new sessions."""
        self.stop()
        self.start()

    def saved(self) -> Path:
        """A copy of the database, as a backup has it; the daemon goes on."""
        self.stop()
        shutil.copy(self._path, saved := self._path.with_name("saved.db"))
        self.start()
        return saved

    def restored(self, saved: Path, since: datetime, until: datetime | None = None) -> None:
        """The database is lost and the copy of `since` put back, as `mailflow restore` does; the daemon begins."""
        self.stop()
        shutil.copy(saved, self._path)
        store = Store(f"sqlite:///{self._path}")
        with store.unit() as unit:
            unit.meta.put(restored.KEY, restored.note(since, self.now, until))
        store.close()
        self.start()
        self.rounds.move(self.now)

    def dies_at(self, phase: str) -> None:
        """The courier's process dies when its next letter has come so far; then the daemon begins again.

        At "dot" the letter has been taken and its answer is not read: the last that the store knows is the dot.
        """
        way = self.daemon._way(self.office)
        real = way.send

        class Killed(BaseException):
            pass

        def send(*said: object) -> object:
            *rest, on_phase = said

            def told(step: str, refused: object) -> None:
                if step == phase:
                    raise Killed
                on_phase(step, refused)  # type: ignore[operator]

            return real(*rest, told)  # type: ignore[arg-type]

        way.send = send  # type: ignore[method-assign, assignment]
        try:
            self.rounds.run_until_idle(self.now)
        except Killed:
            self.restart()
            return
        raise AssertionError("no letter came so far")

    # -- time -----------------------------------------------------------------------------------------------------

    def go(self, **more: float) -> None:
        """Let so much time pass, doing what falls due."""
        self.now += timedelta(**more)
        self.rounds.move(self.now)

    def until(self, done: Callable[[], bool], step: timedelta = MINUTE, most: int = 40) -> None:
        """Minute after minute until something is so."""
        for _ in range(most):
            if done():
                return
            self.go(minutes=step / MINUTE)
        raise AssertionError("it never came to be")

    # -- mails ----------------------------------------------------------------------------------------------------

    def write(self, subject: str, body: str, sender: str = "", message_id: str = "") -> bytes:
        """A mail, by default of somebody who has not written before, as our border server hands it in."""
        self._number += 1
        octets = write(
            sender or next(self._people), subject, body, message_id=message_id or f"<{self._number}@mail.test>"
        )
        return octets.replace(b"mx.council.example", self.office.trust.authserv_id.encode())

    def concern(self, words: str = "Oakfield Care Ltd missed three calls", **more: str) -> bytes:
        """A concern comes in; it is not read yet."""
        octets = self.write(f"Concern: {words}", f"{words} last week.", **more)
        self.manners.bring(COUNCIL, octets)
        return octets

    def kept(self) -> list[Kept]:
        """Every mail that the store holds, without the copies of our own."""
        with self.store.read() as unit:
            found = [k for state in ("kept", "done", "held", "quarantined") for k in unit.inbox.by_state(state)]
        return [k for k in found if k.sender != COUNCIL]

    def sightings(self) -> int:
        """Rows of the ledger."""
        with self.store.read() as unit:
            return sum(unit.accounts.folders(COUNCIL).values())

    def refs(self) -> list[str]:
        """All cases."""
        with self.store.read() as unit:
            return sorted(row["ref"] for row in unit.views.list())

    def got(self, who: str, words: str = "") -> list[Message]:
        """What lies in somebody's mailbox, or those of it whose text holds these words."""
        found = [parse(mail.octets) for mail in self.mail.mails(who)]
        return [m for m in found if words in " ".join(m.text.split())]

    def letters(self) -> Counter[str]:
        """The letters that people got, by id and reader; the shared mailbox's own copies apart."""
        found: Counter[str] = Counter()
        for who in self._readers():
            found.update(f"{m.header(_LETTER).partition(';')[0]} to {who}" for m in self.got(who))
        return found

    # -- letters --------------------------------------------------------------------------------------------------

    def states(self) -> Counter[str]:
        """How many envelopes to people are in each state."""
        with self.store.read() as unit:
            cases = [*self.refs(), self.office.stream]
            return Counter(e.state for case in cases for _, es in unit.outbox.of_case(case) for e in es if not e.home)

    def decided(self) -> Counter[str]:
        """The letters that the outbox says have left, by id and reader."""
        with self.store.read() as unit:
            cases = [*self.refs(), self.office.stream]
            return Counter(
                f"{letter.id} to {e.recipient}"
                for case in cases
                for letter, es in unit.outbox.of_case(case)
                for e in es
                if not e.home and e.state in ("sent", "served")
            )

    def decided_letters(self) -> set[str]:
        """The ids of the letters that have left."""
        return {key.partition(" to ")[0] for key in self.decided()}

    def came_home(self) -> int:
        """How many letters are known to have left by their copies."""
        with self.store.read() as unit:
            cases = [*self.refs(), self.office.stream]
            ids = [letter.id for case in cases for letter, _ in unit.outbox.of_case(case)]
            return sum(unit.outbox.home_at(one) is not None for one in ids)

    def asked(self) -> list[str]:
        """The letters in doubt that somebody has been asked about."""
        with self.store.read() as unit:
            return [held.tag for held in unit.held.all_open() if held.tag.startswith("letter:")]

    def report(self) -> Report:
        """The books compared now, by a connection of its own."""
        return reconcile(self.house, self.office, self.source(self.office), self.now)

    def arrived(self) -> None:
        """Postfix answers before it delivers: wait until everything it took has reached a mailbox."""
        for who, count in self._readers().items():
            self.mail.arrived(who, count)

    def _readers(self) -> Counter[str]:
        """Who was written to, and how often."""
        accepted = self.manners.accepted.items()
        return Counter(who for (_, who), times in accepted if who != COUNCIL for _ in range(times))

    def nothing_lost(self) -> None:
        """What people got is what the outbox says has left, each once; the books agree; no mail is left over."""
        self.arrived()
        assert self.letters() == self.decided()
        assert not any(n > 1 for n in self.letters().values()), self.letters()
        assert not any(n > 1 for n in self.manners.accepted.values()), self.manners.accepted
        assert [d.what for d in self.report().differences] == []
        assert all(k.state != "kept" and k.reason for k in self.kept())


__all__ = ["ADMIN", "COUNCIL", "DAY", "HOUR", "MINUTE", "PEOPLE", "Ground", "World"]
