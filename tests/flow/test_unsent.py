"""A letter that has not left starts no clock (K9): what counts from it waits, and its owner hears of it once."""

from __future__ import annotations

from datetime import timedelta
from types import MethodType

import pytest

from mailflow.errors import CannotRender
from mailflow.flow import doubt, posting, unrendered
from mailflow.procedure.case import Fact
from tests.flow.bench import JOAN, MAYA, RUTH, Bench

WHY = "the letter this date counts from has not left yet"


def stuck(bench: Bench, name: str, state: str) -> None:
    """From now on each try at a letter of this name ends in this state, others leave."""
    sends = bench._send

    def send(self: Bench) -> bool:
        with self.store.unit() as unit:
            claimed = unit.outbox.claim(self.now, limit=1, lease_seconds=60)
            for letter, envelopes in claimed:
                ends, later = (state, timedelta(hours=6)) if letter.template == name else ("waiting", timedelta())
                for one in envelopes:
                    unit.outbox.settle(letter.id, one.recipient, ends, "451 later", self.now + later, at=self.now)
        return bool(claimed) and (claimed[0][0].template == name or sends())

    bench._send = MethodType(send, bench)  # type: ignore[method-assign]


def unstuck(bench: Bench) -> None:
    """The server takes everything again."""
    del bench._send


def asked_to_send(bench: Bench) -> str:
    """A concern that is about to go to the provider; its letter is to leave at 11:15."""
    ref = bench.concern()
    bench.mail("2027-02-01 10:15", MAYA, f"Re: [{ref}]", "Provider is Oakfield Care Ltd\nEligible")
    bench.mail("2027-02-01 11:00", MAYA, f"Re: [{ref}]", "Send", files=[("copy.pdf", b"%PDF-1.4 redacted")])
    return ref


def held_back(bench: Bench, ref: str) -> list[str]:
    """Why clocks of the case have been held, one line for each time."""
    with bench.store.read() as unit:
        return [line.data["why"] for line in unit.log.read(ref) if line.kind == "chaser_held"]


def late(bench: Bench) -> list[tuple[str, ...]]:
    """Who has been told of letters that have not left."""
    return [x.to for x in bench.letters("M60") if "has not left" in x.message.subject]


def test_nobody_is_reminded_of_a_letter_that_is_put_off_for_weeks(bench: Bench) -> None:
    """K9: the clock waits, is held once, and counts from the real sending when the letter leaves at last."""
    ref = asked_to_send(bench)
    stuck(bench, "M20", "deferred")
    bench.to("2027-02-24 10:00")
    assert bench.state(ref) == "WPR"
    assert not bench.letters("M22") and not bench.letters("M24")
    assert held_back(bench, ref) == [WHY]
    unstuck(bench)
    bench.to("2027-02-24 18:00")
    (left,) = bench.letters("M20")
    assert left.at.date().isoformat() == "2027-02-24"
    assert bench.clocks(ref)["concern T4"] == ("2027-03-10", "running")
    bench.to("2027-03-10 15:59")
    assert not bench.letters("M22")
    bench.to("2027-03-10 16:01")
    assert [x.to[0] for x in bench.letters("M22")] == [JOAN]


def test_the_owner_hears_once_of_a_letter_that_is_a_working_day_late(bench: Bench) -> None:
    """Nobody waits in silence: the owner and the administrator are told once per letter, not before a working day."""
    asked_to_send(bench)
    stuck(bench, "M20", "deferred")
    bench.to("2027-02-02 11:14")
    assert late(bench) == []
    bench.to("2027-02-03 09:00")
    assert late(bench) == [(MAYA, RUTH)]
    assert "451 later" in bench.letter("M60").words
    bench.to("2027-02-26 09:00")
    assert late(bench) == [(MAYA, RUTH)]


def test_after_an_outage_of_our_own_the_letters_leave_first(bench: Bench) -> None:
    """What leaves as soon as we are back is not reported as late."""
    ref = asked_to_send(bench)
    bench.now = bench.now + timedelta(days=7)
    bench.settle()
    bench.to(bench.now + timedelta(days=1))
    assert bench.letters("M20") and bench.state(ref) == "WPR"
    assert late(bench) == []


def test_a_letter_in_doubt_starts_no_clock_until_its_fate_is_known(bench: Bench) -> None:
    """A letter that may have left holds its clock too; a person's word that it arrived makes it count from then."""
    ref = asked_to_send(bench)
    stuck(bench, "M20", "in_doubt")
    bench.to("2027-02-01 11:15")
    bench.to("2027-02-01 12:00")
    doubt.settle_doubts(bench.house, bench.now)
    bench.to("2027-03-01 10:00")
    assert bench.state(ref) == "WPR" and held_back(bench, ref) == [WHY]
    assert len(bench.letters("M60")) == 1 and late(bench) == []  # the question about it has told its owner
    with bench.store.unit() as unit:
        assert doubt.count_as_sent(unit, next(i for i in bench.case(ref).letters if "/M20/" in i), bench.now)
    assert doubt.tell_owed(bench.house, bench.now)
    assert bench.clocks(ref)["concern T4"] == ("2027-03-15", "running")
    bench.to("2027-03-15 16:30")
    assert bench.letters("M22")


def test_a_letter_that_cannot_be_rendered_starts_no_clock(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A broken template costs nobody their time either: the clock waits and the owner hears."""
    puts = posting.put

    def put(moment: object, fact: Fact) -> None:
        if fact.data["name"] == "M20":
            raise CannotRender("M20: a word is missing")
        puts(moment, fact)

    monkeypatch.setattr(posting, "put", put)
    ref = asked_to_send(bench)
    bench.to("2027-02-01 12:00")
    bench.to("2027-02-02 14:00")
    bench.to("2027-02-02 15:00")
    bench.to("2027-02-26 10:00")
    assert bench.state(ref) == "WPR" and held_back(bench, ref) == [WHY]
    assert late(bench) == [(MAYA, RUTH)]
    monkeypatch.undo()
    assert unrendered.retry_unrendered(bench.house, bench.now)
    bench.to("2027-02-26 12:00")
    assert bench.clocks(ref)["concern T4"] == ("2027-03-12", "running")


def test_the_final_date_waits_for_the_reminder_that_states_it(bench: Bench) -> None:
    """c32: who never had the reminder is not reported as silent after it."""
    ref = bench.with_provider()
    stuck(bench, "M22", "deferred")
    bench.to("2027-03-20 10:00")
    assert bench.state(ref) == "PRM" and held_back(bench, ref) == [WHY]
    assert not bench.letters("M24") and not bench.letters("M25")


def test_an_extended_date_is_not_used_up_before_the_letter_has_left(bench: Bench) -> None:
    """K9, K13: an extension counts if it gives more time than the rule does from the real sending."""
    ref = asked_to_send(bench)
    stuck(bench, "M20", "deferred")
    bench.to("2027-02-02 10:00")
    bench.mail("2027-02-02 10:00", MAYA, f"Re: [{ref}]", "Extend to 19 February")
    assert bench.clocks(ref)["concern T4"] == ("2027-02-19", "running")
    bench.to("2027-03-01 10:00")
    assert bench.state(ref) == "WPR" and held_back(bench, ref) == [WHY]
    unstuck(bench)
    bench.to("2027-03-01 18:00")
    assert bench.clocks(ref)["concern T4"] == ("2027-03-15", "running")
