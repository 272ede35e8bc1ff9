# ruff: noqa: F811 - fixtures of another file are asked for by their names
"""Two or three things at once: what became of one recipient is never concluded from what became of another.

A copy, a report and a person's word each say something of certain recipients in a certain transaction; the case is told
that much and no more, and no earlier than it was so.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest

from mailflow.errors import CannotRender
from mailflow.flow import doubt, returning
from mailflow.flow.deliver import Courier
from mailflow.flow.ports import House
from mailflow.submission.verdict import Verdict
from tests.flow.test_deliver import (  # noqa: F401 (fixtures)
    ANN,
    BOB,
    CASE,
    COUNCIL,
    HOUR,
    MINUTE,
    NOW,
    courier,
    house,
    installed,
    next_at,
    put,
    read_through,
    states,
    told,
)
from tests.flow.test_turned_away import LATER, NEVER, Killed, Mindful, die, server  # noqa: F401 (fixtures)

DAY = timedelta(days=1)


def home(house: House, at: datetime, name: str = "L1") -> None:
    """The copy of a letter is read in the shared mailbox."""
    message = SimpleNamespace(message_id=f"<{name}@council.example>", header=lambda _name: "")
    mail = SimpleNamespace(
        sender=COUNCIL, message=message, trust=SimpleNamespace(failed=False), kept=SimpleNamespace(arrived_at=at)
    )
    with house.store.unit() as unit:
        found = returning.own_copy(house, unit, house.offices["council"], mail, at)
    assert found is not None and found.reason == returning.OWN_COPY


def bounce(house: House, at: datetime, *who: str) -> None:
    """A report that these people have not got the letter."""
    failures = tuple(
        SimpleNamespace(recipient=to, permanent=True, diagnostic="550 5.1.1", status="5.1.1") for to in who
    )
    mail = SimpleNamespace(kept=SimpleNamespace(arrived_at=at))
    with house.store.unit() as unit:
        letter = unit.outbox.get("L1")[0]
        returning._lost(house, unit, mail, letter, SimpleNamespace(failures=failures), "courier", at)


@pytest.mark.parametrize(("verdict", "result"), [(LATER, "sent"), (NEVER, "bounced")])
def test_a_copy_that_only_our_mailbox_got_is_no_sending(house, server, courier, told, verdict, result):
    """The only reader was turned away, the daemon died at the dot, and the mailbox's own copy came home."""
    server.says = {ANN: verdict}
    put(house)
    die(house, courier, server)
    assert states(house) == {ANN: "deferred", COUNCIL: "in_doubt"}
    home(house, NOW + 2 * MINUTE)
    assert states(house) == {ANN: "deferred", COUNCIL: "sent"} and told == []
    if verdict is LATER:
        server.says = {}
    assert courier.step(NOW + HOUR)
    assert [what for _, what, _ in told] == [result]


def test_a_doubt_about_our_own_copy_alone_keeps_nobody_waiting(house, server, courier, told):
    """No copy comes: nobody is asked about a letter that is with no reader, and its reader gets it."""
    server.says = {ANN: LATER}
    put(house)
    die(house, courier, server)
    read_through(house, NOW + HOUR)
    assert doubt.settle_doubts(house, NOW + HOUR)
    server.says = {}
    assert courier.step(NOW + HOUR) and states(house)[ANN] == "sent"
    with house.store.read() as unit:
        assert unit.held.all_open() == []


def test_a_copy_that_comes_after_the_report_undoes_no_report(house, server, courier, told):
    """The letter left, was sent back, and its copy was slow: it has not been delivered."""
    put(house)
    die(house, courier, server)
    bounce(house, NOW + 2 * MINUTE, ANN)
    home(house, NOW + 3 * MINUTE)
    assert states(house) == {ANN: "bounced", COUNCIL: "sent"}
    assert [result for _, result, _ in told] == ["bounced"]


def test_a_report_that_is_read_before_the_answer_is_stored_is_not_lost(house, server, courier, told):
    """The next server refused at once, and the daemon that had the answer is dead or slow."""
    put(house)
    with pytest.raises(Killed):
        courier.step(NOW)
    bounce(house, NOW + MINUTE, ANN)
    courier.recover(NOW + 2 * MINUTE, everyone=True)
    home(house, NOW + 3 * MINUTE)
    doubt.tell_owed(house, NOW + HOUR)
    assert states(house)[ANN] == "bounced"
    assert [result for _, result, _ in told] == ["bounced"]


@pytest.mark.parametrize("put_off", [False, True])
def test_a_report_about_the_first_try_stops_the_second(house, server, courier, told, put_off):
    """In doubt, let go by a person, and still here: what was reported as lost does not leave again."""
    put(house)
    die(house, courier, server)
    with house.store.unit() as unit:
        assert doubt.resend(unit, "L1", NOW + HOUR)
    if put_off:
        server.says = {ANN: LATER, COUNCIL: LATER}
        assert courier.step(NOW + HOUR) and states(house)[ANN] == "deferred"
    bounce(house, NOW + HOUR, ANN)
    assert states(house)[ANN] == "bounced"
    server.says, before = {}, len(server.got)
    courier.step(NOW + DAY)
    assert len(server.got) == before
    assert [result for _, result, _ in told] == ["bounced"]


def test_what_has_never_left_cannot_have_come_back(house, server, courier, told):
    """A report about a letter that still waits is about nothing."""
    server.dies = False
    put(house)
    bounce(house, NOW, ANN)
    assert states(house)[ANN] == "waiting" and courier.step(NOW)
    assert [result for _, result, _ in told] == ["sent"]


def test_an_outage_counts_nothing_towards_the_five_days(house, server, courier, told):
    """Away for six days, then "later" once: only a server that has answered "later" for five days is given up."""
    server.dies = False
    put(house)
    away = Verdict("deferred", False, "no connection")
    real = server.send
    server.send = lambda m, to, o, e, on_phase: dict.fromkeys(to, away)
    for day in range(7):
        courier.step(NOW + day * DAY)

    def later(mail_from, to, octets, envid, on_phase):
        for phase in ("connected", "mail", "rcpt"):
            on_phase(phase)
        return dict.fromkeys(to, LATER)

    server.send = later
    assert courier.step(NOW + 7 * DAY)
    assert states(house)[ANN] == "deferred" and told == []
    assert courier.step(NOW + 13 * DAY)
    assert states(house)[ANN] == "refused"
    server.send = real


def test_the_copy_of_an_earlier_transaction_is_no_date_of_sending(house, server, courier, told):
    """Ann was turned away on Monday and in doubt on Tuesday: what a person says then counts from Tuesday (K9)."""
    server.says, server.dies = {ANN: LATER}, False
    put(house)
    assert courier.step(NOW)
    home(house, NOW + MINUTE)
    server.says, server.dies = {}, True
    with pytest.raises(Killed):
        courier.step(NOW + DAY)
    courier.recover(NOW + DAY, everyone=True)
    with house.store.unit() as unit:
        assert doubt.count_as_sent(unit, "L1", NOW + DAY + HOUR)
    assert doubt.tell_owed(house, NOW + DAY + HOUR)
    with house.store.read() as unit:
        assert unit.log.read(CASE)[-1].happened_at >= NOW + DAY


@pytest.mark.parametrize("when", ["before", "after", "while"])
def test_the_copy_of_an_earlier_transaction_says_nothing_of_who_joined_later(house, server, courier, told, when):
    """Bob was turned away from the first transaction; the second, with all of them, is in doubt, too."""
    server.says = {BOB: LATER}
    put(house, to=(ANN, BOB))
    die(house, courier, server)
    with house.store.unit() as unit:
        assert doubt.resend(unit, "L1", NOW + 10 * MINUTE)
    server.says, server.dies = {}, True
    with pytest.raises(Killed):
        courier.step(NOW + 10 * MINUTE)
    assert server.got[-1][1] == (ANN, BOB, COUNCIL)
    if when == "while":
        home(house, NOW + 11 * MINUTE)
    courier.recover(NOW + 20 * MINUTE, everyone=True)
    if when != "while":
        home(house, NOW + (5 if when == "before" else 21) * MINUTE)
    read_through(house, NOW + 2 * HOUR)
    doubt.settle_doubts(house, NOW + 2 * HOUR)
    assert states(house) == {ANN: "sent", BOB: "in_doubt", COUNCIL: "sent"}


def test_what_may_have_left_is_not_taken_back(house, server, courier, told):
    """In doubt, let go again and waiting for the server to come back: an undo may not say that nobody has it."""
    put(house)
    die(house, courier, server)
    with house.store.unit() as unit:
        assert doubt.resend(unit, "L1", NOW + HOUR)
        assert unit.outbox.gone(["L1"]) == ["L1"] and not unit.outbox.withdraw("L1")
    assert states(house)[ANN] == "waiting"


def test_a_question_that_cannot_be_worded_keeps_no_other_doubt(house, server, courier, told, monkeypatch):
    """The first letter's question fails; the second's copy is there all the same."""
    put(house, home="")
    die(house, courier, server)
    put(house, "L2", seq=2)
    server.dies = True
    with pytest.raises(Killed):
        courier.step(NOW + MINUTE)
    with house.store.unit() as unit:
        unit.outbox.came_home("L2", NOW + 2 * MINUTE)
        for who in (ANN, COUNCIL):
            unit.outbox.settle("L2", who, "in_doubt", "no answer", at=NOW + 2 * MINUTE)
    read_through(house, NOW + HOUR)

    def fails(*_a, **_k):
        raise CannotRender("no template")

    monkeypatch.setattr("mailflow.flow.office_mail.put_office_letter", fails)
    with pytest.raises(CannotRender):
        doubt.settle_doubts(house, NOW + HOUR)
    assert states(house, "L2")[ANN] == "sent"


def test_a_letter_in_doubt_once_more_is_asked_about_once_more(house, server, courier, told):
    """A person lets it leave again, and the answer is lost again: the first question is closed, so there is another."""
    put(house)
    for n in range(2):
        server.dies = True
        with pytest.raises(Killed):
            courier.step(NOW + n * DAY)
        courier.recover(NOW + n * DAY + MINUTE, everyone=True)
        now = NOW + n * DAY + HOUR
        read_through(house, now)
        assert doubt.settle_doubts(house, now) and not doubt.settle_doubts(house, now)
        with house.store.unit() as unit:
            assert [held.identity for held in unit.held.all_open()] == ["L1"]
            assert len(unit.outbox.of_case("office:council")) == n + 1
            if n == 0:
                assert doubt.resend(unit, "L1", now) and unit.held.all_open() == []
    home(house, NOW + DAY + 2 * HOUR)
    with house.store.read() as unit:
        assert unit.held.all_open() == [] and states(house)[ANN] == "sent"


def test_a_late_answer_about_one_try_settles_no_other(house, server, told):
    """A daemon that was cut off for an hour says what it was told of the first try; the second is in doubt."""
    put(house)
    lost = Courier(house, lambda office: server, me="lost")
    other = Courier(house, lambda office: server, me="other")
    server.dies = False

    class Slow(Mindful):
        def send(self, mail_from, recipients, octets, envid, on_phase):
            on_phase("dot", {})
            with house.store.unit() as unit:
                unit.outbox.recover(NOW + 30 * MINUTE, everyone=True)
                doubt.resend(unit, "L1", NOW + HOUR)
            server.dies = True
            with pytest.raises(Killed):
                other.step(NOW + HOUR)
            with house.store.unit() as unit:
                unit.outbox.recover(NOW + HOUR, everyone=True)
            assert states(house)[ANN] == "in_doubt"
            return dict.fromkeys(recipients, LATER)

    lost._submission_of = lambda office: Slow()
    lost.step(NOW)
    assert states(house)[ANN] == "in_doubt"


@pytest.mark.parametrize(("verdict", "state", "result"), [(LATER, "deferred", []), (NEVER, "refused", ["bounced"])])
def test_our_mailbox_gets_no_copy_of_what_nobody_else_gets(house, server, courier, told, verdict, state, result):
    """After a restore such a copy would be taken for proof that the letter left."""
    taken = []

    def send(mail_from, recipients, octets, envid, on_phase):
        refused = {r: v for r, v in server.says.items() if r in recipients}
        on_phase("data", refused)
        on_phase("dot", refused)
        taken.append(recipients)
        return {r: refused.get(r, server.otherwise) for r in recipients}

    server.send = send
    server.says = {ANN: verdict}
    put(house)
    assert courier.step(NOW) and not taken
    assert states(house) == {ANN: state, COUNCIL: "deferred"} and [what for _, what, _ in told] == result
    server.says = {}
    courier.step(NOW + HOUR)
    assert [list(to) for to in taken] == ([[ANN, COUNCIL]] if verdict is LATER else [])
    assert set(states(house).values()) == ({"sent"} if verdict is LATER else {"refused"})


def test_a_copy_that_was_put_off_follows_alone(house, server, courier, told):
    """With no reader left to carry, the copy of a letter that has left goes by itself."""
    server.says, server.dies = {COUNCIL: LATER}, False
    put(house)
    assert courier.step(NOW)
    server.says = {}
    assert courier.step(NOW + HOUR) and server.got[-1] == ("L1", (COUNCIL,))


def test_the_same_address_in_other_letters_is_one_recipient(house, server, courier, told):
    """Two of a role whose addresses differ in case alone, and our own mailbox as a copy: each gets one."""
    server.dies = False
    put(house, to=(ANN, ANN.upper()), home=COUNCIL.title())
    assert courier.step(NOW) and len(server.got[0][1]) == 2
