"""Collecting: octets are kept before the server is told, each mail once, and `through` never says too much."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from mailflow import wiring
from mailflow.errors import MailboxUnavailable, StoreUnavailable
from mailflow.flow import collect as collecting
from mailflow.flow.collect import collect, identity_of, mailbox_away, mailbox_back
from mailflow.flow.ports import House, Office
from mailflow.flow.sort import sort_one
from mailflow.loops import intake as intakes
from mailflow.loops.intake import SORTING, Intake
from mailflow.mailbox.source import Raw
from mailflow.store import Store
from tests import installation
from tests.installation import COUNCIL, REFERRER, mail

NOW = datetime(2027, 2, 1, 10, 0, tzinfo=UTC)
ARRIVED = datetime(2027, 2, 1, 9, 0, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


class Source:
    """A mailbox in memory; `confirmed` is what the server was told."""

    name = COUNCIL

    def __init__(self) -> None:
        self.notes: list[str] = []
        self.missing: dict[str, frozenset[int]] = {}
        self.boxes: dict[str, list[Raw]] = {"INBOX": [], "Sent": []}
        self.confirmed: list[tuple[str, int]] = []
        self.breaks_after = -1

    def add(self, octets: bytes, folder: str = "INBOX", *, uidvalidity: int = 7, truncated: bool = False) -> None:
        uid = len(self.boxes[folder]) + 1
        self.boxes[folder].append(Raw(folder, uidvalidity, uid, ARRIVED, octets, truncated))

    def folders(self) -> tuple[str, ...]:
        return tuple(self.boxes)

    def fetch_after(self, folder: str, known, limit: int) -> Iterator[Raw]:
        raws = self.boxes[folder]
        seen = known(raws[0].uidvalidity) if raws else set()
        for n, raw in enumerate([raw for raw in raws if raw.uid not in seen][:limit]):
            if n == self.breaks_after:
                raise MailboxUnavailable("The mailbox is away.")
            yield raw

    def confirm(self, folder: str, uids) -> None:
        self.confirmed += [(folder, uid) for uid in uids]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    found = wiring.install(installation.write(tmp_path_factory.mktemp("installed")))
    store = wiring.open_store(found.settings)
    yield wiring.open_house(found, store)
    store.close()


@pytest.fixture
def house(installed: House, tmp_path: Path) -> Iterator[House]:
    store = Store(f"sqlite:///{tmp_path}/s.db")
    store.migrate()
    yield replace(installed, store=store, pretend_time=False)
    store.close()


@pytest.fixture
def office(house: House) -> Office:
    return house.offices["council"]


@pytest.fixture
def source() -> Source:
    return Source()


def kept(house: House):
    with house.store.read() as unit:
        return unit.inbox.next_kept(1000)


def one(n: int = 1, **more) -> bytes:
    return mail(REFERRER, f"Concern {n}", **more)


def test_a_new_mail_is_kept_with_its_arrival_and_sender(house, office, source):
    """K8: INTERNALDATE is the arrival. The sender is noted at once, because chasers ask for it (G9)."""
    source.add(one())
    assert collect(house, office, source, NOW).new == 1
    (found,) = kept(house)
    assert (found.arrived_at, found.sender, found.mailbox, found.folder) == (ARRIVED, REFERRER, COUNCIL, "INBOX")
    assert found.octets == one() and found.identity == identity_of(one())[0]


def test_each_mail_is_kept_once(house, office, source):
    """The ledger knows the place, the identity knows the mail: in Sent as well, or under a new UIDVALIDITY."""
    source.add(one())
    source.add(one(), "Sent")
    assert collect(house, office, source, NOW).new == 1
    assert collect(house, office, source, NOW).new == 0
    source.boxes["INBOX"] = [replace(raw, uidvalidity=8) for raw in source.boxes["INBOX"]]
    assert collect(house, office, source, NOW).new == 0
    assert len(kept(house)) == 1


def test_the_same_message_id_with_other_words_is_another_mail(house, office, source):
    """mail.md, "Identity of a message": both are kept."""
    octets = one()
    source.add(octets)
    source.add(octets.replace(b"Missed calls.", b"Something else."))
    assert collect(house, office, source, NOW).new == 2


def test_what_cannot_be_read_is_kept_all_the_same(house, office, source):
    """Its octets are its identity; sorting will quarantine it, nothing is lost."""
    source.add(b"   \r\n")
    assert collect(house, office, source, NOW).new == 1
    assert kept(house)[0].octets == b"   \r\n"


def test_the_server_is_told_only_after_the_commit(house, office, source, monkeypatch):
    """Invariant 7: what `confirm` hears of is in the store already."""
    stored = []
    source.confirm = lambda folder, uids: stored.append(len(kept(house)))
    source.add(one())
    collect(house, office, source, NOW)
    assert stored[0] == 1


def test_commits_are_small(house, office, source, monkeypatch):
    """50 mails a commit: a crash loses no more than their fetching."""
    sizes = []
    true_keep = collecting._keep
    monkeypatch.setattr(
        collecting, "_keep", lambda h, o, batch, n: sizes.append(len(batch)) or true_keep(h, o, batch, n)
    )
    for n in range(120):
        source.add(one(n))
    assert collect(house, office, source, NOW).new == 120
    assert sizes == [50, 50, 20]


def test_what_was_kept_before_the_mailbox_went_away_stays_kept(house, office, source):
    """The next look goes on behind it."""
    for n in range(60):
        source.add(one(n))
    source.breaks_after = 55
    with pytest.raises(MailboxUnavailable):
        collect(house, office, source, NOW)
    assert len(kept(house)) == 50
    source.breaks_after = -1
    assert collect(house, office, source, NOW).new == 10


def test_through_is_known_only_when_all_was_read(house, office, source, monkeypatch):
    """G9: a chaser may rely on it."""
    monkeypatch.setattr(collecting, "LOOK", 2)
    for n in range(3):
        source.add(one(n))
    first = collect(house, office, source, NOW)
    assert (first.new, first.more, first.through) == (2, True, None)
    second = collect(house, office, source, NOW)
    assert (second.new, second.more, second.through) == (1, False, NOW)


def test_a_mail_that_the_server_does_not_give_holds_through_for_a_day(house, office, source):
    """Then the administrator is told, once, and the chasers go on."""
    source.missing = {"INBOX": frozenset({9})}
    assert collect(house, office, source, NOW).through is None
    assert collect(house, office, source, NOW + DAY / 2).through is None
    for at in (NOW + DAY, NOW + DAY + MINUTE):
        assert collect(house, office, source, at).through == at
    with house.store.read() as unit:
        assert len(unit.outbox.of_case(office.stream)) == 1
    source.missing = {}
    assert collect(house, office, source, NOW + 2 * DAY).through == NOW + 2 * DAY


def test_a_mail_that_was_cut_is_marked(house, office, source):
    """Case 23 of the nastiest mails: the next room must know that this is only its beginning."""
    source.add(one(), truncated=True)
    collect(house, office, source, NOW)
    with house.store.read() as unit:
        assert unit.meta.get(f"truncated:{kept(house)[0].identity}") == str(len(one()))


@pytest.mark.parametrize(
    ("pretend", "header", "arrival"),
    [
        (True, "", NOW),
        (True, "2027-01-30T16:00:00+00:00", datetime(2027, 1, 30, 16, 0, tzinfo=UTC)),
        (True, "yesterday", NOW),
        (True, "2027-01-30T16:00:00", NOW),
        (False, "2027-01-30T16:00:00+00:00", ARRIVED),
    ],
)
def test_the_header_for_tests_counts_only_in_pretended_time(house, office, source, pretend, header, arrival):
    """A real sender cannot choose when their mail arrived."""
    source.add(one(headers=[("Mailflow-Test-Arrival", header)] if header else []))
    collect(replace(house, pretend_time=pretend), office, source, NOW)
    assert kept(house)[0].arrived_at == arrival


def test_a_mail_to_two_offices_is_kept_for_both(house, office, source):
    """One identity would hide it from the second office."""
    second = replace(office, id="second", address="second@council.example", prefix="SE")
    both = replace(house, offices={"council": office, "second": second})
    source.add(one())
    assert collect(both, office, source, NOW).new == 1
    assert collect(both, second, source, NOW).new == 1
    assert collect(both, second, source, NOW).new == 0
    assert {found.mailbox for found in kept(house)} == {COUNCIL, second.address}


# -- the mailbox is away -------------------------------------------------------------------------------------------


def letters(house: House, office: Office) -> int:
    with house.store.read() as unit:
        return len(unit.outbox.of_case(office.stream))


def test_an_outage_is_told_once_and_its_end_once(house, office):
    """M60 to the administrator after AWAY_FOR, and again when the mailbox is back."""
    with house.store.unit() as unit:
        unit.inbox.set_read_through(COUNCIL, NOW)
    mailbox_away(house, office, "no connection", NOW + MINUTE)
    assert letters(house, office) == 0
    for minutes in (6, 7, 60):
        mailbox_away(house, office, "no connection", NOW + minutes * MINUTE)
    assert letters(house, office) == 1
    for minutes in (61, 62):
        mailbox_back(house, office, NOW + minutes * MINUTE)
    assert letters(house, office) == 2
    with house.store.unit() as unit:
        unit.inbox.set_read_through(COUNCIL, NOW + DAY)
    mailbox_away(house, office, "no connection", NOW + DAY + 6 * MINUTE)
    assert letters(house, office) == 3


def test_a_short_outage_is_nobodys_business(house, office):
    """A server that restarts at night wakes nobody."""
    with house.store.unit() as unit:
        unit.inbox.set_read_through(COUNCIL, NOW)
    mailbox_away(house, office, "no connection", NOW + MINUTE)
    mailbox_back(house, office, NOW + 2 * MINUTE)
    assert letters(house, office) == 0


def test_a_mailbox_that_only_this_host_cannot_reach_is_left_to_another(house, office, source, monkeypatch):
    """After some minutes without a look its lease is handed over; one look that succeeds begins them anew."""
    handed: list[float] = []
    holding = SimpleNamespace(
        under=lambda house, name: house,
        has=lambda name: True,
        hand_over=lambda name, seconds: not handed.append(ticks[0]),
    )
    intake = Intake(house, office, source, threading.Lock(), lambda: source, holding)
    ticks = [0.0]
    intake._ticks = lambda: ticks[0]

    def away(*_args):
        raise MailboxUnavailable("no route")

    def look(at: float, *, fails: bool) -> None:
        ticks[0] = at
        with monkeypatch.context() as broken:
            if fails:
                broken.setattr(intakes, "collect", away)
                with pytest.raises(MailboxUnavailable):
                    intake.collect(NOW)
            else:
                intake.collect(NOW)

    for at, fails in ((0, True), (100, True), (170, False), (200, True), (379, True)):
        look(at, fails=fails)
    assert handed == []
    look(380, fails=True)
    assert handed == [380]
    look(400, fails=True)
    assert handed == [380], "the minutes begin anew with the next time that it is this daemon's"


def test_a_database_that_could_not_be_written_is_told_once_it_can(house, office, source, monkeypatch):
    """A full disk or a lock for minutes: what came stayed in the mailbox and is kept later; the administrator hears."""
    intake = Intake(house, office, source, threading.Lock(), lambda: source)
    collect_step, _, mark, _ = intake.guards()
    source.add(one())

    def full(*_args, **_more):
        raise StoreUnavailable("the database is not available: database or disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(intakes, "collect", full)
        for minute in (0, 3, 7):
            assert not collect_step.run(NOW + timedelta(minutes=minute))
    later = NOW + timedelta(minutes=9)
    for _ in range(2):
        collect_step.run(later)
        while sort_one(house, later):
            pass
        mark.run(later)
    with house.store.read() as unit:
        told = [letter for letter, _ in unit.outbox.with_state("waiting") if b"could not write" in letter.octets]
    assert len(told) == 1


def test_many_waiting_mails_are_kept_in_looks_and_sorted_between_them(house, office, source, monkeypatch):
    """Whatever waits: a bounded number is fetched at a look, and sorted for two seconds before the next look."""
    from mailflow.flow import sort

    count = 1300
    for n in range(count):
        source.add(f"From: a{n}@mail.example\r\nSubject: {n}\r\n\r\n{n}\r\n".encode())
    biggest: list[int] = []
    real = collecting._keep
    monkeypatch.setattr(
        collecting, "_keep", lambda h, o, batch, now: biggest.append(len(batch)) or real(h, o, batch, now)
    )
    seconds, sorted_in_a_step = [0.0], []

    def one_of_many(*_args) -> bool:
        seconds[0] += 0.1
        sorted_in_a_step[-1] += 1
        return True

    monkeypatch.setattr(sort, "sort_one", one_of_many)
    intake = Intake(house, office, source, threading.Lock(), lambda: source)
    intake._ticks = lambda: seconds[0]
    looks = []
    while True:
        before = len(kept(house)) if not looks else looks[-1]
        more = intake.collect(NOW)
        with house.store.read() as unit:
            looks.append(len(unit.inbox.seen_uids(COUNCIL, "INBOX", 7)))
        sorted_in_a_step.append(0)
        assert intake.sort(NOW)
        if not more or looks[-1] == before:
            break
    assert looks[:3] == [500, 1000, 1300] and max(biggest) <= collecting.BATCH
    assert max(sorted_in_a_step) <= SORTING / 0.1 + 1 and min(sorted_in_a_step) >= 10
