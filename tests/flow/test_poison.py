"""Poison mails, faults of the loops' steps, and letters that wait on hold: one trouble never stops the rest."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from mailflow.errors import Conflict, LeaseLost, StoreUnavailable
from mailflow.flow import advance as stepping
from mailflow.flow import remind, sort
from mailflow.flow.ports import House
from mailflow.store import Store, Unit
from tests.flow.bench import JOAN, MAYA, RUTH, Bench, at


@pytest.fixture
def poison(monkeypatch: pytest.MonkeyPatch):
    """Makes the sorting of mails from one address fail, as a fault of ours would."""
    tries: list[str] = []

    def arm(sender: str, fault: Exception) -> list[str]:
        real = sort.read_mail

        def failing(office, kept):
            if sender.encode() in kept.octets:
                tries.append(kept.identity)
                raise fault
            return real(office, kept)

        monkeypatch.setattr(sort, "read_mail", failing)
        return tries

    yield arm


def test_a_poison_mail_is_tried_three_times_then_quarantined(waiting: Bench, poison):
    """mail.md: a bounded number of tries, then quarantine; the administrator is told; the next is read."""
    tries = poison("poison@mail.example", RuntimeError("words of the mail"))
    bad = waiting.mail("2027-02-03 10:00", "poison@mail.example", "Hello", "Boom")
    good = waiting.mail("2027-02-03 10:00", JOAN, f"Re: {waiting.tag()}", "We accept this.")
    assert tries == [bad] * 3
    assert waiting.kept(bad).state == "quarantined" and "three" in waiting.kept(bad).reason.replace("3", "three")
    assert waiting.kept(good).state == "done" and waiting.state() == "RSP"
    assert len(waiting.letters("M60", RUTH)) == 1
    waiting.nothing_lost()


def test_a_poison_mail_of_the_awaited_party_holds_the_chaser(waiting: Bench, poison):
    """G9: a quarantined mail of the party may be the answer."""
    poison(JOAN, RuntimeError("x"))
    waiting.mail("2027-02-12 10:00", JOAN, f"Re: {waiting.tag()}", "We accept this.")
    waiting.to("2027-02-16 12:00")
    assert not waiting.letters("M22") and waiting.state() == "WPR"


def test_let_out_of_quarantine_it_has_three_tries_again(waiting: Bench, poison, monkeypatch: pytest.MonkeyPatch):
    """The operator's retry is a real one: tried again three times, then told again; mended, it is sorted."""
    tries = poison("poison@mail.example", RuntimeError("x"))
    bad = waiting.mail("2027-02-03 10:00", "poison@mail.example", "Hello", "Boom")

    def let_out() -> None:
        with waiting.store.unit() as unit:
            assert unit.inbox.settle(bad, "kept", "to be tried again, said the operator")

    let_out()
    waiting.to("2027-02-03 11:00")
    assert len(tries) == 6 and waiting.kept(bad).state == "quarantined" and len(waiting.letters("M60", RUTH)) == 2
    monkeypatch.undo()
    let_out()
    waiting.to("2027-02-03 12:00")
    assert waiting.kept(bad).state == "done" and len(waiting.refs()) == 2


def test_a_mail_that_ends_the_process_is_given_up_too(waiting: Bench):
    """The try is counted and committed before it is made: three dead processes are enough."""
    assert waiting.now is not None
    with waiting.store.unit() as unit:
        unit.inbox.keep(
            "deadly", b"From: a@mail.example\r\n\r\nx", mailbox=waiting.office.mailbox, folder="INBOX", uidvalidity=1,
            uid=1, arrived_at=waiting.now, kept_at=waiting.now,
        )  # fmt: skip
        while unit.inbox.tried("deadly") < 3:
            pass
    waiting.to("2027-02-03 10:05")
    assert waiting.kept("deadly").state == "quarantined"


def test_another_loop_that_was_first_is_no_fault_of_the_mail(waiting: Bench, monkeypatch: pytest.MonkeyPatch):
    """A Conflict is sorted again within the same try and never leads to quarantine."""
    real, conflicts = stepping.advance, iter(range(4))

    def contested(*args, **kwargs):
        if next(conflicts, None) is not None:
            raise Conflict("another loop was first")
        return real(*args, **kwargs)

    monkeypatch.setattr(stepping, "advance", contested)
    identity = waiting.mail("2027-02-03 10:00", JOAN, f"Re: {waiting.tag()}", "We accept this.")
    assert waiting.kept(identity).tries == 1 and waiting.state() == "RSP" and len(waiting.letters("M23")) == 1


@pytest.mark.parametrize("fault", [StoreUnavailable("the database is not available"), LeaseLost("another daemon")])
def test_a_store_that_is_away_is_no_fault_of_the_mail(waiting: Bench, poison, monkeypatch: pytest.MonkeyPatch, fault):
    """However often the store ends the try between its beginning and its end, a good mail is sorted in the end."""
    tries = poison(JOAN, fault)
    with pytest.raises(type(fault)):
        waiting.mail("2027-02-03 10:00", JOAN, f"Re: {waiting.tag()}", "We accept this.")
    for _ in range(2 * sort.MOST_TRIES):
        with pytest.raises(type(fault)):
            waiting.settle()
    assert len(set(tries)) == 1 and waiting.kept(tries[0]).tries == 1
    monkeypatch.undo()
    waiting.settle()
    assert waiting.kept(tries[0]).state == "done" and waiting.state() == "RSP" and not waiting.house.ended_tries


def test_a_store_that_is_away_when_the_try_begins_counts_none(waiting: Bench, monkeypatch: pytest.MonkeyPatch):
    """The answer to the commit that counts the try is lost, again and again: it is the same try all the time."""
    real, lost = Store.unit, []

    @contextmanager
    def unit(store: Store, *beside: str, purpose: str = "") -> Iterator[Unit]:
        with real(store, *beside, purpose=purpose) as unit:
            yield unit
        if purpose == "try" and len(lost) < 2 * sort.MOST_TRIES:
            lost.append(purpose)
            raise StoreUnavailable("no answer came")

    monkeypatch.setattr(Store, "unit", unit)
    with pytest.raises(StoreUnavailable):
        waiting.mail("2027-02-03 10:00", JOAN, f"Re: {waiting.tag()}", "We accept this.")
    for _ in range(2 * sort.MOST_TRIES - 1):
        with pytest.raises(StoreUnavailable):
            waiting.settle()
    waiting.settle()
    assert waiting.state() == "RSP" and not waiting.letters("M60", RUTH)


def test_a_mails_own_faults_count_between_those_of_the_store(waiting: Bench, monkeypatch: pytest.MonkeyPatch):
    """Three faults of the mail's own lead to quarantine, whatever the store did between them."""
    faults = iter([RuntimeError, StoreUnavailable, StoreUnavailable, RuntimeError, StoreUnavailable, RuntimeError])

    def failing(office, kept):
        raise next(faults)("x")

    monkeypatch.setattr(sort, "read_mail", failing)
    with pytest.raises(StoreUnavailable):
        waiting.mail("2027-02-03 10:00", "poison@mail.example", "Hello", "Boom")
    for _ in range(2):
        with pytest.raises(StoreUnavailable):
            waiting.settle()
    waiting.settle()
    with waiting.store.read() as unit:
        (bad,) = unit.inbox.by_state("quarantined")
    assert bad.tries == 4 and next(faults, None) is None, "the fourth try found the three used up"


def test_a_mail_that_the_store_cannot_bear_blocks_nobody(waiting: Bench, poison):
    """The store is there for all but this mail: after many such ends they count as tries, and the next is read."""
    tries = poison("poison@mail.example", StoreUnavailable("the database is not available"))
    with pytest.raises(StoreUnavailable):
        waiting.mail("2027-02-03 10:00", "poison@mail.example", "Hello", "Boom")
    for _ in range(sort.MOST_TRIES * (sort.MOST_ENDED + 1) - 1):
        with pytest.raises(StoreUnavailable):
            waiting.settle()
    waiting.mail("2027-02-03 10:01", JOAN, f"Re: {waiting.tag()}", "We accept this.")
    assert waiting.kept(tries[0]).state == "quarantined" and waiting.state() == "RSP"


def test_quarantine_needs_nobody_to_be_told(waiting: Bench, poison, monkeypatch: pytest.MonkeyPatch):
    """Even when the report cannot be written, the mail is out of the way of the next."""

    def broken(*args, **kwargs):
        raise RuntimeError("no template")

    poison("poison@mail.example", RuntimeError("x"))
    monkeypatch.setattr(sort, "tell_administrator", broken)
    bad = waiting.mail("2027-02-03 10:00", "poison@mail.example", "Hello", "Boom")
    waiting.mail("2027-02-03 10:01", JOAN, f"Re: {waiting.tag()}", "We accept this.")
    assert waiting.kept(bad).state == "quarantined" and waiting.state() == "RSP"


def test_a_mail_of_a_mailbox_that_nobody_serves_any_more_blocks_nobody(waiting: Bench):
    """An office was taken out of the settings: its kept mails are quarantined with that reason."""
    assert waiting.now is not None
    with waiting.store.unit() as unit:
        unit.inbox.keep(
            "lost", b"From: a@mail.example\r\n\r\nx", mailbox="old@council.example", folder="INBOX", uidvalidity=1,
            uid=1, arrived_at=waiting.now, kept_at=waiting.now,
        )  # fmt: skip
    waiting.mail("2027-02-03 10:00", JOAN, f"Re: {waiting.tag()}", "We accept this.")
    assert waiting.kept("lost").state == "quarantined" and "old@council.example" in waiting.kept("lost").reason
    assert waiting.state() == "RSP"


def test_a_deadline_that_cannot_be_told_does_not_stop_the_others(waiting: Bench, monkeypatch: pytest.MonkeyPatch):
    """One case's fault is raised for the loop to bear, after the other cases' deadlines have been told."""
    first = waiting.ref()
    second = waiting.with_provider("2027-02-01", "alan.wyre@health.example")
    real = remind._take

    def failing(house: House, unit, due, now):
        if due.case == first:
            raise RuntimeError("x")
        return real(house, unit, due, now)

    monkeypatch.setattr(remind, "_take", failing)
    with pytest.raises(RuntimeError):
        waiting.to("2027-02-15 17:00")
    assert waiting.state(second) == "PRM" and waiting.state(first) == "WPR"


def test_letters_wait_on_hold_and_leave_no_earlier_than_planned(bench: Bench):
    """Composition 10: a hold keeps letters to parties back, also on 29 February; `Resume` lets them leave."""
    bench.concern("2028-02-28 09:30")
    tag = f"Re: {bench.tag()}"
    bench.mail("2028-02-28 10:15", MAYA, tag, "Provider is Oakfield Care Ltd\nEligible")
    bench.mail("2028-02-29 10:00", MAYA, tag, "Send", files=[("copy.pdf", b"%PDF-1.4")])
    bench.mail("2028-02-29 10:05", MAYA, tag, "Hold until 7 March: safeguarding")
    bench.to("2028-03-03 12:00")
    assert not bench.letters("M20")
    bench.mail("2028-03-03 13:00", MAYA, tag, "Resume")
    bench.to("2028-03-03 14:00")
    assert [x.at for x in bench.letters("M20", JOAN)] == [at("2028-03-03 13:00")]


def test_a_mail_that_another_daemon_has_sorted_meanwhile_is_let_be(waiting: Bench, monkeypatch: pytest.MonkeyPatch):
    """Read while it waited, paused, and the mailbox was back before the commit: nobody is asked whose mail it is."""
    real = sort._try

    def twice(house: House, kept: object, now: object) -> None:
        real(house, kept, now)  # the other daemon
        real(house, kept, now)

    monkeypatch.setattr(sort, "_try", twice)
    new = waiting.mail("2027-02-03 10:00", "somebody@mail.example", "A concern", "Please look into this.")
    assert waiting.kept(new).state == "done" and len(waiting.refs()) == 2
    with waiting.store.read() as unit:
        assert unit.held.all_open() == []
