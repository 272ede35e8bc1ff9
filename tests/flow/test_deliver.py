"""The courier: what is committed before which step, what a verdict leads to, and what a case is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mailflow import wiring
from mailflow.errors import Conflict, StoreUnavailable
from mailflow.flow import advance as stepping
from mailflow.flow import deliver, doubt
from mailflow.flow.deliver import Courier
from mailflow.flow.ports import House, Limits
from mailflow.store import Letter
from mailflow.submission.verdict import PHASES, Phased, Verdict
from tests import installation
from tests.installation import ADMIN, COUNCIL

NOW = datetime(2027, 2, 1, 10, 0, tzinfo=UTC)
CASE = "CC-2027-0001-XX"
ANN, BOB = "ann@provider.example", "bob@provider.example"
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def sent(words: str = "250 ok") -> Verdict:
    return Verdict("sent", False, words)


class Server:
    """A submission server that says what it is told to; `stop` is called at each phase and may raise."""

    def __init__(self) -> None:
        self.says: dict[str, Verdict] = {}
        self.otherwise = sent()
        self.last = "reply"
        self.stop: Callable[[str], None] = lambda phase: None
        self.got: list[tuple[str, tuple[str, ...]]] = []
        self.phases: list[str] = []

    def send(
        self, mail_from: str, recipients: Sequence[str], octets: bytes, envid: str, on_phase: Phased
    ) -> dict[str, Verdict]:
        if self.last:
            for phase in PHASES[: PHASES.index(self.last) + 1]:
                on_phase(phase)
                self.phases.append(phase)
                self.stop(phase)
        self.got.append((envid, tuple(recipients)))
        return {r: self.says.get(r, self.otherwise) for r in recipients}

    def close(self) -> None:
        """Nothing is open."""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house over the shipped configuration; its store is replaced for each test."""
    found = wiring.install(installation.write(tmp_path_factory.mktemp("installed")))
    store = wiring.open_store(found.settings)
    yield wiring.open_house(found, store)
    store.close()


@pytest.fixture
def house(installed: House, tmp_path: Path) -> Iterator[House]:
    """The same with an empty store of its own."""
    from mailflow.store import Store

    store = Store(f"sqlite:///{tmp_path}/s.db")
    store.migrate()
    yield replace(installed, store=store)
    store.close()


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, str]]:
    """What cases are told: (case, result, cause)."""
    heard: list[tuple[str, str, str]] = []

    def advance(house, unit, ref, event, *, cause, now, actor=""):
        if not unit.log.knows(ref, cause):
            words = {"cause": cause, "actor": "", "happened_at": event.at, "recorded_at": now}
            unit.log.append(ref, unit.log.last(ref), [("settled", "", {})], edition="", calendar_edition="", **words)
            heard.append((ref, event.result, cause))
        return []

    monkeypatch.setattr(stepping, "advance", advance)
    return heard


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def courier(house: House, server: Server) -> Courier:
    return Courier(house, lambda office: server)


def put(house: House, name: str = "L1", to: Sequence[str] = (ANN,), *, home: str = COUNCIL, **changes: object) -> None:
    """A letter that may leave now."""
    letter = Letter(
        id=name, case=CASE, machine="m", template="ask", party=f"p-{name}", message_id=f"<{name}@council.example>",
        octets=b"x", mail_from=COUNCIL, leave_at=NOW, why="", party_mail=True, priority=5, seq=1, recorded_at=NOW,
    )  # fmt: skip
    with house.store.unit() as unit:
        unit.outbox.put(replace(letter, **changes), to, home=home)


def states(house: House, name: str = "L1") -> dict[str, str]:
    with house.store.read() as unit:
        bundle = unit.outbox.get(name)
        assert bundle is not None
        return {e.recipient: e.state for e in bundle[1]}


def next_at(house: House, name: str = "L1") -> datetime:
    with house.store.read() as unit:
        bundle = unit.outbox.get(name)
        assert bundle is not None
        return next(e.next_at for e in bundle[1] if e.next_at is not None)


def phase_of(house: House, name: str = "L1") -> str:
    with house.store.read() as unit:
        return unit.outbox.attempts(name)[-1].phase


def test_an_accepted_letter_is_sent_once_and_its_case_is_told(house, server, courier, told):
    """Commit 3, the transaction with the home copy as one more envelope, commit 4; then nothing is left to do."""
    put(house)
    assert courier.step(NOW)
    assert not courier.step(NOW + HOUR)
    assert server.got == [("L1", (ANN, COUNCIL))]
    assert states(house) == {ANN: "sent", COUNCIL: "sent"}
    assert told == [(CASE, "sent", "letter:L1/sent")]


def test_nothing_is_dialled_before_its_time(house, server, courier, told):
    """A letter leaves at its leave_at, not before."""
    put(house, leave_at=NOW + HOUR)
    assert not courier.step(NOW)
    assert courier.step(NOW + HOUR) and server.got


def test_the_attempt_is_committed_before_dialling_and_the_dot_before_it_is_sent(house, server, courier, told):
    """Invariant 7: at each step the database already says how far it may have gone."""
    seen = {}
    server.stop = lambda phase: seen.setdefault(phase, phase_of(house))
    put(house)
    courier.step(NOW)
    assert seen["connected"] == "claimed" and seen["data"] == "claimed" and seen["dot"] == "dot"


@pytest.mark.parametrize("phase", ["connected", "mail", "rcpt", "data"])
def test_a_fault_of_ours_before_the_dot_leaves_the_letter_to_be_sent_later(house, server, courier, told, phase):
    """Nothing has left, so it is tried again; the fault is not swallowed."""

    def stop(at: str) -> None:
        if at == phase:
            raise RuntimeError("fault")

    server.stop = stop
    put(house)
    with pytest.raises(RuntimeError):
        courier.step(NOW)
    assert states(house)[ANN] == "deferred" and told == []
    server.stop = lambda at: None
    assert courier.step(NOW + HOUR)
    assert told == [(CASE, "sent", "letter:L1/sent")] and len(server.got) == 1


def test_a_fault_of_ours_after_the_dot_is_a_doubt(house, server, courier, told):
    """The server may have taken it: it is not simply sent again."""

    def stop(at: str) -> None:
        if at == "dot":
            raise RuntimeError("fault")

    server.stop = stop
    put(house)
    with pytest.raises(RuntimeError):
        courier.step(NOW)
    assert states(house) == {ANN: "in_doubt", COUNCIL: "in_doubt"}
    assert not courier.step(NOW + HOUR) and told == []


def test_a_dot_that_cannot_be_committed_is_not_sent(house, server, courier, told, monkeypatch):
    """If the store is away at the dot, the transaction ends unfinished and the verdict is stored when it is back."""
    put(house)
    true_unit, calls = house.store.unit, []

    def unit(*_beside: str, **_purpose: str):
        calls.append(1)
        if 2 <= len(calls) <= 3:  # 1: the claim; 2: the dot; 3: the verdict
            raise StoreUnavailable("the database is locked")
        return true_unit()

    monkeypatch.setattr(house.store, "unit", unit)
    with pytest.raises(StoreUnavailable):
        courier.step(NOW)
    assert "dot" not in server.phases and server.got == []
    assert not courier.step(NOW)
    assert states(house) == {ANN: "deferred", COUNCIL: "deferred"}


def test_a_verdict_is_not_forgotten_while_the_store_is_away(house, server, courier, told, monkeypatch):
    """Sent but not stored: no other letter is dialled, and the letter is settled, not sent twice."""
    put(house)
    put(house, "L2")
    true_unit, calls = house.store.unit, []

    def unit(*_beside: str, **_purpose: str):
        calls.append(1)
        if 3 <= len(calls) <= 4:
            raise StoreUnavailable("disk full")
        return true_unit()

    monkeypatch.setattr(house.store, "unit", unit)
    for _ in range(2):
        with pytest.raises(StoreUnavailable):
            courier.step(NOW)
    assert [letter for letter, _ in server.got] == ["L1"]
    assert courier.step(NOW)
    assert states(house)[ANN] == "sent"
    assert [letter for letter, _ in server.got] == ["L1", "L2"]


def test_a_letter_taken_by_another_courier_is_left_to_it(house, server, courier, told):
    """The lease ran out while we dialled: the dot is refused, and nothing of ours counts."""

    def stop(at: str) -> None:
        if at == "data":
            with house.store.unit() as unit:
                unit.outbox.recover(NOW, everyone=True)

    server.stop = stop
    put(house)
    assert courier.step(NOW)
    assert server.got == [] and states(house)[ANN] == "waiting"


def test_a_case_that_fails_does_not_make_its_letter_leave_twice(house, server, courier, monkeypatch):
    """The verdict is stored without the case; the case is told later."""

    def fails(*args, **kwargs):
        raise ZeroDivisionError

    heard = []
    monkeypatch.setattr(stepping, "advance", fails)
    put(house)
    with pytest.raises(ZeroDivisionError):
        courier.step(NOW)
    assert states(house)[ANN] == "sent"
    with pytest.raises(ZeroDivisionError):
        doubt.tell_owed(house, NOW)
    monkeypatch.setattr(stepping, "advance", lambda *a, cause, **k: heard.append(cause))
    assert doubt.tell_owed(house, NOW)
    assert heard == ["letter:L1/sent"] and not doubt.tell_owed(house, NOW)
    assert not courier.step(NOW + HOUR)


def test_a_conflict_on_the_case_is_tried_again(house, server, courier, monkeypatch):
    """Another loop was first: the verdict and the word to the case are written together the next time."""
    heard: list[str] = []

    def advance(*args, cause, **kwargs):
        heard.append(cause)
        if len(heard) == 1:
            raise Conflict("moved on")

    monkeypatch.setattr(stepping, "advance", advance)
    put(house)
    assert courier.step(NOW)
    assert len(heard) == 2 and states(house)[ANN] == "sent"


@pytest.mark.parametrize("phase", ["claimed", "dot"])
def test_what_a_dead_courier_left_is_recovered(house, server, told, phase):
    """Before the dot it waits again; after it, it is in doubt."""
    put(house)
    with house.store.unit() as unit:
        unit.outbox.claim(NOW, lease_seconds=60)
    if phase == "dot":
        with house.store.unit() as unit:
            unit.outbox.phase("L1", "dot")
    fresh = Courier(house, lambda office: server)
    fresh.recover(NOW, everyone=True)
    assert states(house)[ANN] == ("waiting" if phase == "claimed" else "in_doubt")
    assert fresh.step(NOW) == (phase == "claimed")


# -- verdicts ------------------------------------------------------------------------------------------------------


def test_a_letter_refused_for_all_has_bounced(house, server, courier, told):
    """The home copy's acceptance changes nothing: no party got it."""
    server.says = {r: Verdict("refused", False, "550 no such user") for r in (ANN, BOB)}
    put(house, to=(ANN, BOB))
    courier.step(NOW)
    assert told == [(CASE, "bounced", "letter:L1/bounced")]


def test_refused_for_one_is_not_refused_for_all(house, server, courier, told):
    """mail.md, Sending: the first acceptance counts as sent."""
    server.says = {ANN: Verdict("refused", False, "550")}
    put(house, to=(ANN, BOB))
    courier.step(NOW)
    assert states(house) == {ANN: "refused", BOB: "sent", COUNCIL: "sent"}
    assert told == [(CASE, "sent", "letter:L1/sent")]


def test_only_the_deferred_recipient_is_tried_again(house, server, courier, told):
    """One row for each recipient: nobody gets a letter twice because another could not get it."""
    server.says = {ANN: Verdict("deferred", False, "451 later")}
    put(house, to=(ANN, BOB))
    courier.step(NOW)
    server.says = {}
    assert not courier.step(NOW)
    assert courier.step(NOW + HOUR)
    assert server.got[1] == ("L1", (ANN,))
    assert told == [(CASE, "sent", "letter:L1/sent")]


def health(house: House) -> list[str]:
    """What the administrator is told of, oldest first."""
    with house.store.read() as unit:
        return [letter.octets.decode() for letter, _ in unit.outbox.with_state("waiting") if letter.template == "M60"]


def test_a_full_mailbox_of_our_own_keeps_no_letter_from_its_reader(house, server, courier, told):
    """452 for the home copy: the letter has left, once; the next one leaves too; the copies follow; told once each."""
    server.says[COUNCIL] = Verdict("deferred", False, "The server said: 452 4.2.2 Mailbox full")
    put(house, "L1", party="p")
    put(house, "L2", party="p", seq=2)
    assert courier.step(NOW) and courier.step(NOW)
    assert [(name, ANN in to) for name, to in server.got] == [("L1", True), ("L2", True)]
    assert told and states(house, "L1") == {ANN: "sent", COUNCIL: "deferred"}
    full = [words for words in health(house) if "probably full" in words]
    assert len(full) == 1 and "452 4.2.2 Mailbox full" in full[0]
    server.says.clear()
    server.got.clear()
    while courier.step(NOW + HOUR):
        pass
    assert ("L1", (COUNCIL,)) in server.got and ("L2", (COUNCIL,)) in server.got
    assert not any(ANN in to for _, to in server.got), "nobody gets it twice"
    assert states(house, "L1") == {ANN: "sent", COUNCIL: "sent"}
    again = [octets for name, octets in _texts(house) if "takes copies of our letters again" in octets]
    assert len(again) == 1


def _texts(house: House) -> list[tuple[str, str]]:
    with house.store.read() as unit:
        found = [bundle for state in ("waiting", "sent") for bundle in unit.outbox.with_state(state)]
    return [(letter.id, " ".join(letter.octets.decode().split())) for letter, _ in found]


def test_a_pause_made_while_the_clock_was_wrong_ends_with_it(house, server, courier, told):
    """The clock stood a year ahead when the server asked us to slow down: put right, letters leave."""
    put(house)
    server.otherwise = Verdict("deferred", True, "432 4.3.2 slow")
    ahead = NOW + 365 * 24 * HOUR
    put(house, "L0", leave_at=ahead)
    assert courier.step(ahead)
    server.otherwise = sent()
    put(house, "L9")
    while courier.step(NOW):
        pass
    assert states(house, "L9")[ANN] == states(house, "L1")[ANN] == "sent"


def test_deferrals_grow(house, server, courier, told):
    """4xx retries with back-off; the pauses become longer."""
    server.otherwise = Verdict("deferred", False, "451 later")
    put(house)
    now, pauses = NOW, []
    for _ in range(4):
        assert courier.step(now)
        pauses.append(next_at(house) - now)
        now = next_at(house)
    assert pauses == sorted(pauses) and pauses[0] < 2 * MINUTE < pauses[3]


def test_a_server_that_defers_for_five_days_is_given_up(house, server, courier, told):
    """RFC 5321 section 4.5.4.1; the case hears it, so that an officer finds another way."""
    server.otherwise = Verdict("deferred", False, "451 later")
    put(house)
    courier.step(NOW)
    courier.step(NOW + timedelta(days=5, hours=1))
    assert told == [(CASE, "bounced", "letter:L1/bounced")]


def test_an_outage_bounces_nothing(house, server, courier, told):
    """A server that cannot be reached for a week says nothing about the letter."""
    server.otherwise, server.last = Verdict("deferred", False, "no connection"), ""
    put(house)
    for day in range(8):
        courier.step(NOW + timedelta(days=day))
    assert states(house)[ANN] in ("deferred", "waiting") and told == []


@pytest.mark.parametrize("verdict", [Verdict("deferred", True, "432 slow down"), Verdict("deferred", False, "away")])
def test_throttling_and_outages_slow_the_whole_courier(house, server, courier, told, verdict):
    """432, 421 and a server that is away hold all letters of the office back, not this one only."""
    server.otherwise, server.last = verdict, "reply" if verdict.throttled else ""
    put(house)
    put(house, "L2")
    assert courier.step(NOW)
    server.otherwise, server.last = sent(), "reply"
    assert courier.step(NOW)  # L2 is put off without dialling
    assert len(server.got) == 1 and next_at(house, "L2") > NOW
    assert not courier.step(NOW)
    while courier.step(NOW + HOUR):
        pass
    assert states(house)[ANN] == states(house, "L2")[ANN] == "sent"


def test_a_pause_survives_a_restart_and_ends_with_success(house, server, courier, told):
    """Back-off is kept in the store; the first letter that gets through ends it."""
    server.otherwise = Verdict("deferred", True, "432 slow down")
    put(house)
    courier.step(NOW)
    put(house, "L2")
    fresh = Courier(house, lambda office: server)
    fresh.step(NOW)
    assert len(server.got) == 1
    server.otherwise = sent()
    fresh.step(NOW + HOUR)
    with house.store.read() as unit:
        assert unit.meta.get("courier:council") is None


def test_a_felt_outage_of_the_mail_server_is_told_once_when_it_is_over(house, server, courier, told):
    """The administrator hears from when to when letters waited; a short pause is no news, and a second letter none."""
    server.otherwise, server.last = Verdict("deferred", False, "away"), ""
    put(house)
    put(house, "L2")
    courier.step(NOW)
    server.otherwise, server.last = sent(), "reply"
    while courier.step(NOW + HOUR):
        pass
    with house.store.read() as unit:
        office = next(iter(house.offices.values()))
        news = [x for x in unit.log.read(office.stream) if x.cause.startswith("health/sending/")]
    assert len(news) == 1


# -- limits and addresses ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("limits", "wait"),
    [
        (Limits(per_hour=2), HOUR),
        (Limits(per_address_per_hour=2), HOUR),
        (Limits(per_case_per_day=2), 24 * HOUR),
    ],
)
def test_what_exceeds_a_limit_waits_and_is_not_lost(house, server, told, limits, wait):
    """mail.md, Sending: budgets per hour, per address and per case and day."""
    courier = Courier(replace(house, limits=limits), lambda office: server)
    for n in range(3):
        put(house, f"L{n}")
    while courier.step(NOW):
        pass
    assert [name for name, _ in server.got if name.startswith("L")] == ["L0", "L1"]
    while courier.step(NOW + wait + HOUR):
        pass
    assert [name for name, _ in server.got if name.startswith("L")] == ["L0", "L1", "L2"]
    news = [to for name, to in server.got if name.startswith("office:")]
    assert len(news) == 1 and ADMIN in news[0], "the administrator hears once that letters waited"


@pytest.mark.parametrize(
    "address",
    [
        COUNCIL, COUNCIL.upper(), COUNCIL.replace("@", "+x@"), "MAILER-DAEMON@x.example", "postmaster@x.example", "<>",
        "no-reply@x.example", "bounces+41-a=b.example@x.example", "owner-carers@lists.example", "srs0=k=x=y@x.example",
        "carers-request@lists.example", "carers-bounces@lists.example", "listserv@x.example", "majordomo@x.example",
        "nicht-antworten@x.example", "ne-pas-repondre@x.example", "no-responder@x.example", "nao-responda@x.example",
    ],
)  # fmt: skip
def test_some_addresses_are_never_written_to(house, server, courier, told, address):
    """Our own mailbox, daemons and the null sender get nothing, whoever asks for it; the case hears that it bounced."""
    put(house, to=(address,), home="")
    courier.step(NOW)
    assert server.got == []
    doubt.tell_owed(house, NOW)
    assert told == [(CASE, "bounced", "letter:L1/bounced")]


@pytest.mark.parametrize("address", ["office-admin@x.example", "home.owner@x.example", "service.requests@x.example"])
def test_people_with_such_names_are_written_to(house, server, courier, told, address):
    """A word that machines use in the name of a person or a team forbids nothing."""
    put(house, to=(address,), home="")
    courier.step(NOW)
    assert server.got == [("L1", (address,))]


def test_a_postmaster_whom_the_register_lists_is_a_person(house, server, told):
    """RFC 5321 section 4.5.1: postmaster is somebody's task. Who is listed is written to; a no-reply never is."""
    from mailflow.register.contacts import Contact

    office = house.offices["council"]
    listed = tuple(Contact("Hosting Ltd", "other", "", f"{who}@hosting.example") for who in ("postmaster", "no-reply"))
    register = replace(office.register, contacts=(*office.register.contacts, *listed))
    house = replace(house, offices={**house.offices, "council": replace(office, register=register)})
    put(house, "L1", to=("postmaster@hosting.example",), home="")
    put(house, "L2", to=("no-reply@hosting.example",), home="")
    courier = Courier(house, lambda office: server)
    while courier.step(NOW):
        pass
    assert [name for name, _ in server.got] == ["L1"]


def test_an_address_that_may_not_be_written_to_is_left_out_of_a_letter_to_others(house, server, courier, told):
    """The others get theirs."""
    put(house, to=(ANN, "no-reply@x.example"))
    courier.step(NOW)
    assert server.got == [("L1", (ANN, COUNCIL))]


def test_a_report_on_our_health_may_go_to_the_mailbox_itself(house, server, told):
    """The administrator is by default the mailbox itself; its officers read it there."""
    office = replace(house.offices["council"], administrator=COUNCIL)
    house = replace(house, offices={"council": office})
    put(house, to=(COUNCIL,), home=COUNCIL, case=office.stream)
    Courier(house, lambda office: server).step(NOW)
    assert server.got == [("L1", (COUNCIL,))] and told == []


def test_a_letter_of_an_office_that_is_gone_does_not_stop_the_others(house, server, courier, told):
    """It waits, is said in the log, and the next letter leaves."""
    put(house, "L0", case="ZZ-2027-0001-XX", priority=1)
    put(house)
    assert courier.step(NOW) and courier.step(NOW)
    assert [letter for letter, _ in server.got] == ["L1"]


# -- doubts --------------------------------------------------------------------------------------------------------


@pytest.fixture
def doubtful(house: House, server: Server, courier: Courier, told) -> House:
    """A letter whose final answer was lost."""
    server.otherwise = Verdict("in_doubt", False, "no answer")
    put(house)
    courier.step(NOW)
    server.otherwise = sent()
    assert not courier.step(NOW + HOUR)
    return house


def read_through(house: House, at: datetime) -> None:
    with house.store.unit() as unit:
        unit.inbox.set_read_through(COUNCIL, at)


def test_the_copy_that_came_home_settles_a_doubt(doubtful, told):
    """Evidence first: the case is told that it was sent, with the instant at which the copy arrived."""
    with doubtful.store.unit() as unit:
        unit.outbox.came_home("L1", NOW + MINUTE)
    assert doubt.tell_owed(doubtful, NOW + HOUR)
    assert told == [(CASE, "sent", "letter:L1/sent")]
    with doubtful.store.read() as unit:
        assert unit.log.read(CASE)[-1].happened_at == NOW + MINUTE


def test_a_copy_that_seems_older_than_the_attempt_settles_it_all_the_same(house, server, courier, told):
    """INTERNALDATE has whole seconds and another clock: read before the answer was lost, the only attempt's copy is
    still its copy, and a later letter's copy lets nothing leave twice."""
    began = NOW + timedelta(seconds=0.7)

    def at_home(phase: str) -> None:
        if phase == "dot":
            with house.store.unit() as unit:
                unit.outbox.came_home("L1", NOW - timedelta(seconds=2))

    server.stop, server.otherwise = at_home, Verdict("in_doubt", False, "no answer")
    put(house)
    courier.step(began)
    server.stop, server.otherwise = (lambda phase: None), sent()
    put(house, "L2", to=(BOB,), recorded_at=NOW + MINUTE)
    courier.step(NOW + MINUTE)
    with house.store.unit() as unit:
        unit.outbox.came_home("L2", NOW + 2 * MINUTE)
    read_through(house, NOW + HOUR)
    assert doubt.settle_doubts(house, NOW + HOUR)
    assert states(house) == {ANN: "sent", COUNCIL: "sent"}
    assert not courier.step(NOW + HOUR) and [letter for letter, _ in server.got] == ["L1", "L2"]


def test_absence_proves_nothing_until_the_mailbox_was_read(doubtful, told):
    """Nobody looked for the copy: nothing is asked, nothing is sent."""
    read_through(doubtful, NOW)
    assert not doubt.settle_doubts(doubtful, NOW + HOUR)
    assert states(doubtful)[ANN] == "in_doubt"


def test_without_evidence_a_person_is_asked_once(doubtful, server, courier, told):
    """in_doubt = "ask": one question in the outbox and among what is held, however often it is looked at."""
    read_through(doubtful, NOW + HOUR)
    assert doubt.settle_doubts(doubtful, NOW + HOUR)
    assert not doubt.settle_doubts(doubtful, NOW + 2 * HOUR)
    with doubtful.store.read() as unit:
        letters = unit.outbox.of_case("office:council")
        assert [held.identity for held in unit.held.all_open()] == ["L1"]
    assert [[e.recipient for e in envelopes if not e.home] for _, envelopes in letters] == [[ADMIN]]
    assert states(doubtful)[ANN] == "in_doubt"


def test_a_later_copy_at_home_lets_the_letter_leave_again_as_it_was(doubtful, server, courier, told):
    """Copies do come home here and this one did not: same octets, same Message-ID, once more."""
    put(doubtful, "L2", to=(BOB,), recorded_at=NOW + MINUTE)
    courier.step(NOW + MINUTE)
    with doubtful.store.unit() as unit:
        unit.outbox.came_home("L2", NOW + 2 * MINUTE)
    read_through(doubtful, NOW + HOUR)
    assert doubt.settle_doubts(doubtful, NOW + HOUR)
    assert courier.step(NOW + HOUR)
    assert [letter for letter, _ in server.got] == ["L1", "L2", "L1"]
    assert (CASE, "sent", "letter:L1/sent") in told


OWN = "office:council"


@pytest.fixture
def own_mail(house: House, server: Server, courier: Courier) -> House:
    """A daily list of the office whose final answer was lost."""
    server.otherwise = Verdict("in_doubt", False, "no answer")
    put(house, "office:council/1", case=OWN, party=ANN)
    courier.step(NOW)
    server.otherwise = sent()
    return house


def test_a_mail_of_the_offices_own_in_doubt_keeps_no_later_one_from_its_reader(own_mail, server, courier):
    """Tomorrow's list leaves although nobody knows of today's; its copy at home then lets today's leave again."""
    put(own_mail, "office:council/2", case=OWN, party=ANN, seq=2, recorded_at=NOW + MINUTE)
    assert courier.step(NOW + MINUTE)
    assert [letter for letter, _ in server.got] == ["office:council/1", "office:council/2"]
    with own_mail.store.unit() as unit:
        unit.outbox.came_home("office:council/2", NOW + 2 * MINUTE)
    read_through(own_mail, NOW + HOUR)
    assert doubt.settle_doubts(own_mail, NOW + HOUR) and courier.step(NOW + HOUR)
    assert server.got[-1][0] == "office:council/1" and set(states(own_mail, "office:council/1").values()) == {"sent"}


def test_a_mail_of_the_offices_own_in_doubt_is_asked_about_when_no_evidence_comes(own_mail):
    """A day long a later copy may settle it; then the administrator is asked, by mail."""
    read_through(own_mail, NOW + 30 * HOUR)
    assert doubt.next_look(own_mail, NOW + HOUR) == NOW + doubt.PATIENCE + doubt.OWN_PATIENCE
    assert not doubt.settle_doubts(own_mail, NOW + 20 * HOUR)
    assert doubt.settle_doubts(own_mail, NOW + 25 * HOUR)
    with own_mail.store.read() as unit:
        letters = [(letter.template, letter.party) for letter, _ in unit.outbox.of_case(OWN)]
    assert letters == [("ask", ANN), ("M60", ADMIN)]


def test_a_report_on_our_own_health_in_doubt_starts_no_chain_of_reports(house, server, courier):
    """A question about it by mail could be in doubt, too: it stands among what is held and in no mail."""
    server.otherwise = Verdict("in_doubt", False, "no answer")
    put(house, "office:council/1", case=OWN, party=ADMIN, template="M60")
    courier.step(NOW)
    read_through(house, NOW + 30 * HOUR)
    assert doubt.settle_doubts(house, NOW + 25 * HOUR)
    with house.store.read() as unit:
        assert len(unit.outbox.of_case(OWN)) == 1 and len(unit.held.all_open()) == 1


def test_the_setting_resend_has_an_end(house, server, told):
    """in_doubt = "resend" sends again, but a letter that ends in doubt again and again is put to a person."""
    office = replace(house.offices["council"], in_doubt="resend")
    house = replace(house, offices={"council": office})
    courier = Courier(house, lambda office: server)
    server.otherwise = Verdict("in_doubt", False, "no answer")
    put(house)
    now = NOW
    for _ in range(6):
        courier.step(now)
        now += HOUR
        read_through(house, now)
        doubt.settle_doubts(house, now)
    carried = [letter for letter, _ in server.got if letter == "L1"]
    assert len(carried) == doubt.RESENDS + 1
    with house.store.read() as unit:
        assert unit.held.by_identity("L1") is not None


def test_a_person_may_say_that_it_arrived(doubtful, told):
    """The word of a person settles the doubt, closes the question and is told to the case."""
    read_through(doubtful, NOW + HOUR)
    doubt.settle_doubts(doubtful, NOW + HOUR)
    with doubtful.store.unit() as unit:
        assert doubt.count_as_sent(unit, "L1", NOW + 2 * HOUR)
    doubt.tell_owed(doubtful, NOW + 2 * HOUR)
    with doubtful.store.read() as unit:
        assert unit.held.all_open() == []
    assert told == [(CASE, "sent", "letter:L1/sent")]


def test_the_next_look_at_a_doubt_is_known(doubtful):
    """So that a clock that is moved stops there."""
    assert doubt.next_look(doubtful, NOW) == NOW + doubt.PATIENCE
    assert doubt.next_look(doubtful, NOW + HOUR) is None


def test_one_letter_by_a_courier_of_its_own(house, server, told):
    """deliver_one is the step without the memory."""
    put(house)
    assert deliver.deliver_one(house, lambda office: server, NOW)
    assert not deliver.deliver_one(house, lambda office: server, NOW)
