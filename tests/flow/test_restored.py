"""After a restore the lost time is lived through again: the same letters, none twice, none missing, none in silence."""

from __future__ import annotations

import itertools
import shutil
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from mailflow.errors import Conflict
from mailflow.flow import catching_up, restored
from mailflow.flow.catching_up import catch_up
from mailflow.flow.deliver import Courier
from mailflow.flow.doubt import settle_doubts, tell_owed
from mailflow.flow.doubt import tag_of as doubt_tag
from mailflow.mail import reference
from mailflow.store.inbox import Kept
from mailflow.submission.verdict import Phased, Verdict
from tests.flow.bench import BOX, JOAN, MAYA, OLIVE, RUTH, Bench, Left, at

BEFORE, LATER = "2027-02-01 18:00", "2027-02-11 09:00"


class Way:
    """A way out that takes everything, and what it has been given."""

    def __init__(self) -> None:
        self.sent: list[str] = []

    def send(
        self, mail_from: str, to: Sequence[str], octets: bytes, envid: str, on_phase: Phased
    ) -> dict[str, Verdict]:
        on_phase("dot")
        self.sent.append(envid)
        return {one: Verdict("sent", False, "250 2.0.0 Ok") for one in to}

    def close(self) -> None:
        """Nothing to hang up."""


class Disaster:
    """An office that was saved, went on and was lost; and what it is like after it was restored.

    copies, mails: which of the letters' copies and of the mails the mailbox still has.
    """

    def __init__(self, begin: Callable[..., Bench], folder: Path, lost: Bench) -> None:
        self._begin, self._saved, self.lost = begin, folder / "saved.db", lost
        with closing(sqlite3.connect(lost.store._engine.url.database)) as file:
            file.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            with closing(sqlite3.connect(self._saved)) as copy:
                file.backup(copy)
        assert lost.now is not None
        self.since, self._left_then = lost.now, len(lost.left)

    def restore(
        self,
        when: datetime,
        *,
        copies: Callable[[Left], bool] = lambda _letter: True,
        mails: Callable[[Kept], bool] = lambda _mail: True,
        until: datetime | None = None,
    ) -> Bench:
        """The office of the backup, with what the mailbox still has; it has caught up."""
        office = self._begin(self._saved)
        office.now, uid = when, itertools.count(5000)
        with self.lost.store.read() as unit, office.store.unit() as into:
            came = [kept for state in ("done", "held", "quarantined") for kept in unit.inbox.by_state(state)]
            seen = [(k.identity, k.octets, k.arrived_at, k.sender) for k in came if mails(k)]
            for letter in self.lost.left[self._left_then :]:
                bundle = unit.outbox.get(letter.id)
                if bundle is not None and copies(letter):
                    seen.append((f"copy of {letter.id}", bundle[0].octets, letter.at, BOX))
            for identity, octets, arrived_at, sender in seen:
                into.inbox.keep(
                    identity,
                    octets,
                    mailbox=BOX,
                    folder="INBOX",
                    uidvalidity=1,
                    uid=next(uid),
                    arrived_at=arrived_at,
                    kept_at=when,
                    sender=sender,
                )
            into.meta.put(restored.KEY, restored.note(self.since, when, until))
            restored.collected(into, office.office, when)
        while catch_up(office.house, when):
            pass
        assert not restored.catching_up(office.house)
        return office


def carried(office: Bench, when: datetime | None = None) -> list[str]:
    """What leaves now about cases: the ids of the letters."""
    way = Way()
    courier = Courier(office.house, lambda _office: way)
    while courier.step(when or office.now):  # type: ignore[arg-type]
        pass
    while tell_owed(office.house, when or office.now):  # type: ignore[arg-type]
        pass
    return [letter for letter in way.sent if not letter.startswith("office:")]


def of_cases(letters: Sequence[Left]) -> list[str]:
    return [x.id for x in letters if not x.case.startswith("office:")]


def named(letter: str) -> str:
    """A letter without the number of the line that decided it: what was not settled yet has left fewer lines."""
    return letter.rpartition("/")[0]


def _until_saved(office: Bench) -> None:
    office.with_provider()
    office.to(BEFORE)


def _ten_days(office: Bench) -> None:
    ref = office.ref()
    office.mail("2027-02-02 09:00", MAYA, f"Re: [{ref}]", "Note: called the provider")
    office.concern("2027-02-03 09:30", "second.person@family.example", "Oakfield Care Ltd in the north")
    office.mail("2027-02-10 09:00", JOAN, f"Re: [{ref}]", "We accept that calls were missed.")
    office.mail("2027-02-10 11:00", MAYA, f"Re: [{ref}]", "Accepted")
    office.concern("2027-02-10 14:00", "other.person@family.example", about="a dentist")
    office.to(LATER)


@pytest.fixture
def disaster(bench_of: Callable[..., Bench], after: Callable[..., Bench], tmp_path: Path) -> Disaster:
    """Saved on the evening of 1 February, a concern being with the provider; ten days of work follow."""
    found = Disaster(bench_of, tmp_path, after(_until_saved))
    found.lost = after(_until_saved, _ten_days)
    assert len(of_cases(found.lost.left)) > 6
    shutil.copy(found._saved, tmp_path / "kept.db")
    return found


def test_what_has_left_is_not_sent_again_and_all_stands_as_before(disaster: Disaster):
    """Letters, references, stages and clocks equal those of the office that was never lost."""
    lost = disaster.lost
    office = disaster.restore(at(LATER))
    assert carried(office) == []
    assert office.refs() == lost.refs()
    for ref in lost.refs():
        assert office.standing(ref) == lost.standing(ref)
        sent = [(s.id, s.status) for s in lost.case(ref).letters.values()]
        assert [(s.id, s.status) for s in office.case(ref).letters.values()] == sent
    office.nothing_lost()
    with office.store.read() as unit:
        assert restored.unknown(unit) == []


def test_a_letter_is_dated_by_its_copy(disaster: Disaster):
    """K9: the day on which it left, not the day on which the database came back."""
    office = disaster.restore(at(LATER))
    with office.store.read() as unit:
        lines = [x for ref in office.refs() for x in unit.log.read(ref) if x.cause.startswith("letter:")]
    assert lines and all(line.happened_at <= at(LATER) for line in lines)
    left = {x.id: x.at for x in disaster.lost.left}
    told = {line.cause.removeprefix("letter:").removesuffix("/sent"): line.happened_at for line in lines}
    assert {name: told[name] for name in told if name in left} == {name: left[name] for name in told if name in left}


def test_nothing_moves_before_the_mailbox_has_been_read(disaster: Disaster):
    """Neither a mail nor a clock: what came last may say that a letter has left."""
    office = disaster._begin(disaster._saved)
    with office.store.unit() as unit:
        unit.meta.put(restored.KEY, restored.note(disaster.since, at(LATER)))
        restored.collected(unit, office.office, at("2027-02-11 08:00"))
    assert catch_up(office.house, at(LATER)) is False
    assert restored.catching_up(office.house)


def test_without_its_copy_a_letter_leaves_if_a_later_one_has_come_home(disaster: Disaster):
    """It had not left when the database was lost: its copy alone is missing, and later letters' copies are there."""
    mine = next(x for x in disaster.lost.left if x.at == at("2027-02-03 09:30") and x.case != disaster.lost.ref(0))
    office = disaster.restore(at(LATER), copies=lambda letter: letter.id != mine.id)
    assert carried(office) == [mine.id]
    assert carried(office) == []


def test_an_unclear_letter_is_asked_about_and_not_sent(disaster: Disaster):
    """No copy of the last letters: they may have left or not. One question each; a person's word lets them leave."""
    last = [x for x in disaster.lost.left if x.at >= at("2027-02-10 14:00") and not x.case.startswith("office:")]
    assert last
    office = disaster.restore(at(LATER), copies=lambda letter: letter.at < at("2027-02-10 14:00"))
    assert carried(office) == []
    with office.store.read() as unit:
        doubtful = {letter.id for letter, _ in unit.outbox.in_doubt() if not letter.case.startswith("office:")}
    assert {named(x) for x in doubtful} == {named(x.id) for x in last}
    later = at("2027-02-11 10:00")
    with office.store.unit() as unit:
        unit.inbox.set_read_through(BOX, later)
    while settle_doubts(office.house, later):
        pass
    with office.store.read() as unit:
        asked = [unit.held.by_tag(doubt_tag(one)) for one in doubtful]
        bodies = [x.octets for x, _ in unit.outbox.of_case("office:council") if RUTH in x.party]
    assert all(asked) and any(b"restored from a backup" in b"".join(o.split(b"=\r\n")) for o in bodies)


def test_what_was_to_leave_after_the_daemon_had_stopped_has_not_left(disaster: Disaster):
    """The operator's word when the lost daemon stopped: later letters need no copy and no question."""
    noon = at("2027-02-10 12:00")
    last = [x.id for x in disaster.lost.left if x.at > noon and not x.case.startswith("office:")]
    office = disaster.restore(at(LATER), copies=lambda letter: letter.at <= noon, until=noon)
    assert sorted(map(named, carried(office))) == sorted(map(named, last))


def test_a_new_case_never_gets_the_number_of_another(disaster: Disaster):
    """A mail that opened a case is gone from the mailbox: its number is not given to the next one, whose own copies
    say which it has."""
    lost = disaster.lost
    first, second, third = lost.refs()
    office = disaster.restore(at(LATER), mails=lambda kept: kept.case != second)
    assert office.refs() == [first, third]
    assert carried(office) == []
    with office.store.read() as unit:
        assert {copy.case for copy in restored.unknown(unit)} == {second}
        told = [x for x, _ in unit.outbox.of_case("office:council") if second.encode() in x.octets]
    assert told
    office.left, office.now = [], at(LATER)
    ref = office.concern("2027-02-11 12:00", "yet.another@family.example", about="a third thing")
    assert ref == reference.make("CC", 2027, 4)


def test_a_letter_under_another_number_is_known_by_case_name_and_reader(disaster: Disaster):
    """An officer's mail that moved the case is gone: the same letters are decided under other ids, and not sent."""
    ref = disaster.lost.ref(0)
    note = "Note: called the provider"
    office = disaster.restore(at(LATER), mails=lambda kept: note.encode() not in kept.octets)
    assert carried(office) == []
    assert office.state(ref) == disaster.lost.state(ref)


def test_a_letter_to_several_is_told_to_its_officer(
    bench_of: Callable[..., Bench], tmp_path: Path, bench: Bench
) -> None:
    """One of two may have been turned away in the lost time: their copy does not say so, so the officer hears it."""
    ref = bench.concern()
    bench.mail("2027-02-01 10:15", MAYA, f"Re: [{ref}]", "Provider is Oakfield Care Ltd\nEligible")
    disaster = Disaster(bench_of, tmp_path, bench)
    bench.mail("2027-02-01 11:00", MAYA, f"Re: [{ref}]", "Send", files=[("copy.pdf", b"%PDF-1.4 redacted")])
    bench.to("2027-02-01 11:30")
    letter = bench.letter("M20")
    assert len(letter.to) == 2
    office = disaster.restore(at("2027-02-01 14:00"))
    assert carried(office) == [] and office.state(ref) == "WPR"
    with office.store.read() as unit:
        told = [x for x, _ in unit.outbox.of_case("office:council") if x.party == MAYA]
        assert restored.several(unit) == []
    (found,) = [x for x in told if b"may not have reached everybody" in x.octets.replace(b"=\r\n", b"")]
    assert all(one.encode() in found.octets.replace(b"=\r\n", b"") for one in (*letter.to, ref))


def test_a_forged_copy_proves_nothing(disaster: Disaster):
    """Without the token that only we can make, a mail that says it is our letter is none."""
    office = disaster._begin(disaster._saved)
    forged = f"From: {BOX}\r\nTo: {OLIVE}\r\nSubject: x\r\nX-Mailflow-Letter: CC-2027-0002/a/b/9; 00\r\n\r\nx\r\n"
    with office.store.unit() as unit:
        unit.inbox.keep(
            "forged",
            forged.encode(),
            mailbox=BOX,
            folder="INBOX",
            uidvalidity=1,
            uid=1,
            arrived_at=at(LATER),
            kept_at=at(LATER),
            sender=BOX,
        )
        restored.look(office.house, unit, disaster.since)
        assert restored.copies(unit) == {}


def test_a_daemon_that_comes_back_does_not_begin_the_lost_time_anew(waiting: Bench, monkeypatch: pytest.MonkeyPatch):
    """Paused while another daemon lived through it to its end: letters flow, and nothing is catching up again."""
    house, now = waiting.house, waiting.now
    assert now is not None
    with waiting.store.unit() as unit:
        unit.meta.put(restored.KEY, restored.note(now - timedelta(days=1), now))
        for office in house.offices.values():
            restored.collected(unit, office, now)

    def other_daemon(*_: object) -> None:
        with waiting.store.unit() as unit:
            found = restored.state(unit)
            assert found is not None
            restored.put(unit, replace(found, running=False))

    monkeypatch.setattr(catching_up, "_next", lambda *_: now)
    monkeypatch.setattr(catching_up, "_live", other_daemon)
    with pytest.raises(Conflict):
        catch_up(house, now)
    assert not restored.catching_up(house)
