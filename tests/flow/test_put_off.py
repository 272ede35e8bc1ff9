"""A letter that the server has put off is still here: hold, undo and a reply stop it as if it had never been tried."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

import pytest

from mailflow.flow.deliver import Courier
from mailflow.flow.doubt import tell_case, tell_owed
from mailflow.flow.history import history
from mailflow.submission.verdict import Verdict
from tests.flow.bench import JOAN, MAYA, Bench, at

OK = Verdict("sent", False, "250 ok")


def greylisted(bench: Bench, until: str, minutes: int = 30) -> None:
    """The next letter that is due by then is tried, and put off by the server."""
    sends, bench._send = bench._send, lambda: False  # type: ignore[method-assign]
    bench.to(until)
    with bench.store.unit() as unit:
        ((letter, envelopes),) = unit.outbox.claim(at(until), limit=1, lease_seconds=60)
        later = at(until) + timedelta(minutes=minutes)
        for envelope in envelopes:
            unit.outbox.settle(letter.id, envelope.recipient, "deferred", "451 4.7.1 later", later, at=at(until))
    bench._send = sends  # type: ignore[method-assign]


@pytest.fixture
def put_off(bench: Bench) -> tuple[Bench, str]:
    """A concern whose letter to the provider the server has put off."""
    ref = bench.concern()
    bench.mail("2027-02-01 10:15", MAYA, f"Re: [{ref}]", "Provider is Oakfield Care Ltd\nEligible")
    bench.to("2027-02-01 10:45")
    bench.mail("2027-02-01 11:00", MAYA, f"Re: [{ref}]", "Send", files=[("unredacted.pdf", b"%PDF-1.4")])
    greylisted(bench, "2027-02-01 11:15")
    return bench, ref


def test_a_hold_keeps_a_letter_that_was_put_off_and_resuming_lets_it_leave(put_off: tuple[Bench, str]) -> None:
    """Composition 10: nothing leaves to a party while the case is held, tried already or not; it leaves afterwards."""
    bench, ref = put_off
    bench.mail("2027-02-01 11:17", MAYA, f"Re: [{ref}]", "Hold until 12 February: police, safeguarding")
    bench.to("2027-02-08 12:00")
    assert not bench.letters("M20")
    bench.mail("2027-02-08 12:01", MAYA, f"Re: [{ref}]", "Resume")
    bench.to("2027-02-08 13:00")
    assert [left.to[0] for left in bench.letters("M20")] == [JOAN]


def test_an_undo_takes_back_a_letter_that_was_put_off(put_off: tuple[Bench, str]) -> None:
    """Q33: what has not left is withdrawn, so that no correction is needed and only the right letter leaves."""
    bench, ref = put_off
    bench.mail("2027-02-01 11:17", MAYA, f"Re: [{ref}]", "Undo")
    assert not bench.case(ref).corrections
    bench.mail("2027-02-01 11:20", MAYA, f"Re: [{ref}]", "Send", files=[("redacted.pdf", b"%PDF-1.4")])
    bench.to("2027-02-01 14:00")
    (left,) = bench.letters("M20")
    assert [a.name for a in left.message.attachments] == ["redacted.pdf"]


def test_an_undo_cannot_take_back_what_one_recipient_has(put_off: tuple[Bench, str]) -> None:
    """A letter that one of two has had has left: the undo drafts a correction."""
    bench, ref = put_off
    with bench.store.unit() as unit:
        (letter,) = [one for one, _ in unit.outbox.with_state("deferred")]
        unit.outbox.settle(letter.id, JOAN, "waiting", "", at=at("2027-02-01 11:16"))
        unit.outbox.claim(at("2027-02-01 11:16"), lease_seconds=60)
        unit.outbox.settle(letter.id, JOAN, "sent", "250", at=at("2027-02-01 11:16"))
    bench.mail("2027-02-01 11:17", MAYA, f"Re: [{ref}]", "Undo")
    assert bench.case(ref).corrections == (letter.id,)


def test_a_reply_takes_back_the_reminder_that_was_put_off(bench: Bench) -> None:
    """A row that withdraws a reminder does so while the server keeps putting it off."""
    ref = bench.with_provider()
    greylisted(bench, "2027-02-15 16:01")
    bench.mail("2027-02-15 16:03", JOAN, f"Re: [{ref}]", "Our response: we accept.")
    bench.to("2027-02-16 12:00")
    assert bench.state(ref) == "RSP"
    assert not bench.letters("M22")


def carried_by(bench: Bench) -> list[str]:
    """From now on a real courier carries: the ids of the letters."""
    carried: list[str] = []
    way = SimpleNamespace(send=lambda _from, to, _octets, envid, _phase: carried.append(envid) or dict.fromkeys(to, OK))
    courier = Courier(bench.house, lambda office: way)
    bench._send = lambda: bench.now is not None and courier.step(bench.now)  # type: ignore[method-assign]
    return carried


@pytest.mark.parametrize("fate", ["put off", "dead", "left"])
def test_a_reply_takes_back_the_reminder_that_a_courier_has_if_it_is_put_off(bench: Bench, fate: str) -> None:
    """The reply is read while the courier is at the server, which then says "later", or the courier dies before the
    dot: nobody who has answered is chased. If it left, it left."""
    ref = bench.with_provider()
    bench._send = lambda: False  # type: ignore[method-assign]
    bench.to("2027-02-15 16:01")
    with bench.store.unit() as unit:
        ((letter, envelopes),) = unit.outbox.claim(at("2027-02-15 16:01"), limit=1, lease_seconds=3600)
    assert letter.template == "M22"
    bench.mail("2027-02-15 16:03", JOAN, f"Re: [{ref}]", "Our response: we accept.")
    state, ago = ("sent", None) if fate == "left" else ("deferred", at("2027-02-15 16:20"))
    with bench.store.unit() as unit:
        if fate == "dead":
            unit.outbox.recover(at("2027-02-15 16:05"), everyone=True)
        for envelope in envelopes:
            unit.outbox.settle(letter.id, envelope.recipient, state, "451", ago, at=at("2027-02-15 16:05"))
        if fate == "left":
            tell_case(bench.house, unit, letter.id, at("2027-02-15 16:05"))
    carried = carried_by(bench)
    bench.to("2027-02-16 12:00")
    assert carried and letter.id not in carried
    while tell_owed(bench.house, at("2027-02-16 12:00")):
        pass
    assert bench.state(ref) == "RSP"
    assert bench.case(ref).letters[letter.id].status == ("sent" if fate == "left" else "withdrawn")
    with bench.store.read() as unit:
        assert {e.state for e in unit.outbox.get(letter.id)[1]} == {"sent" if fate == "left" else "withdrawn"}
        told = history(bench.office.procedure, bench.office.calendar, unit.log.read(ref), lambda words: words)
    assert [e.kind for e in told if e.what.startswith("Letter M22 was leaving at that moment")] == ["letter_unwanted"]


def test_a_hold_keeps_a_letter_that_was_put_off_while_the_hold_was_read(bench: Bench) -> None:
    """Composition 10: the courier had it when the case was held, and the server then said "later"."""
    ref = bench.concern()
    bench.mail("2027-02-01 10:15", MAYA, f"Re: [{ref}]", "Provider is Oakfield Care Ltd\nEligible")
    bench.to("2027-02-01 10:45")
    bench.mail("2027-02-01 11:00", MAYA, f"Re: [{ref}]", "Send", files=[("unredacted.pdf", b"%PDF-1.4")])
    bench._send = lambda: False  # type: ignore[method-assign]
    bench.to("2027-02-01 11:15")
    with bench.store.unit() as unit:
        ((letter, envelopes),) = unit.outbox.claim(at("2027-02-01 11:15"), limit=1, lease_seconds=3600)
    bench.mail("2027-02-01 11:17", MAYA, f"Re: [{ref}]", "Hold until 12 February: police, safeguarding")
    with bench.store.unit() as unit:
        for envelope in envelopes:
            later = at("2027-02-01 11:20")
            unit.outbox.settle(letter.id, envelope.recipient, "deferred", "451 4.7.1 later", later, at=later)
    carried = carried_by(bench)
    bench.to("2027-02-08 12:00")
    assert letter.template == "M20" and letter.id not in carried
    bench.mail("2027-02-08 12:01", MAYA, f"Re: [{ref}]", "Resume")
    bench.to("2027-02-08 13:00")
    assert carried.count(letter.id) == 1
