"""Loops (mail.md, "Budgets"): whatever answers us, however it hides, both sides stop at a stated constant.

The letters leave through the real courier, the machines answer each within a second, and nothing in their mails says
what they are. Budgets are made small where the usual ones would only take longer.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from mailflow.flow.ports import Limits
from mailflow.mail.message import Message
from mailflow.store import Store
from tests.flow.bench import BOX, MAYA, RUTH, Bench, at, write
from tests.flow.war import Front, fight, stripped

ANNA, BOT = "anna.public@mail.example", "bot@evil.example"
START = at("2027-02-01 09:00")
DAY = timedelta(days=1)
SMALL = {
    "from_address_per_hour": 6, "from_address_per_day": 8, "from_officer_per_day": 10, "on_case_per_hour": 4,
    "on_case_per_day": 6, "opened_per_domain_per_hour": 3, "opened_per_hour": 5, "questions_per_hour": 5,
    "per_address_per_hour": 5, "per_case_per_day": 12,
}  # fmt: skip


@pytest.fixture
def front_of(empty_store: Path, tmp_path: Path) -> Iterator[Callable[..., Front]]:
    """Makes a front on a fresh store, with small budgets."""
    stores: list[Store] = []

    def begin(**changes: object) -> Front:
        path = tmp_path / f"front-{len(stores)}.db"
        shutil.copy(empty_store, path)
        stores.append(Store(f"sqlite:///{path}", busy_ms=500))
        front = Front(stores[-1], **changes)
        front.limit(**SMALL)
        return front

    yield begin
    for store in stores:
        store.close()


@pytest.fixture
def front(front_of: Callable[..., Front]) -> Front:
    return front_of()


def _thanks(letter: Message, to: str, n: int) -> bytes:
    """A new subject and a new Message-ID each time, no reference, no header that says what it is."""
    return write(to, f"Thank you {n}", f"We have received your mail ({n}).", message_id=f"<a{n}@x.example>")


def _quoting(letter: Message, to: str, n: int) -> bytes:
    """The whole letter quoted underneath, its subject kept, Auto-Submitted and References dropped."""
    quoted = "\n".join(f"> {line}" for line in letter.text.splitlines())
    body = f"We have received your mail ({n}).\n\nOn Monday you wrote:\n{quoted}"
    return write(to, f"Re: {letter.subject}", body, message_id=f"<q{n}@x.example>")


def _commanding(letter: Message, to: str, n: int) -> bytes:
    """Words that look like a decision, so that each is asked about."""
    return write(to, f"Re: {letter.subject}", f"Accepted, I think ({n})", message_id=f"<c{n}@x.example>")


def _told(front: Front, *names: str) -> int:
    return sum(letter.name in names for letter in front.left)


@pytest.mark.parametrize("machine", [_thanks, _quoting])
def test_a_referrer_that_answers_everything_gets_one_acknowledgement(front: Front, machine):
    """From the same address: nothing of it opens a second case and nothing is answered, so the war ends at once."""
    front.answers[ANNA] = machine
    front.mail("2027-02-01 09:00", ANNA, "Missed calls", "Oakfield Care Ltd missed three calls.")
    fight(front, until=START + DAY)
    assert Counter(front.to_whom())[ANNA] == 1 and len(front.refs()) == 1
    front.nothing_lost()


def test_answers_without_end_of_one_address_stop_at_the_budget(front: Front):
    """One a minute, each with other words: the officers hear of so many, the rest is held behind one question."""
    ref = front.concern(sender=ANNA)
    for n in range(40):
        front.come(_quoting(front.letter("M01").message, ANNA, n))
        fight(front, until=START + timedelta(minutes=31 + n))
    assert Counter(front.to_whom())[ANNA] == 1
    shown = [x for x in front.left if x.name in ("M28", "M57", "M23")]
    assert len(shown) <= SMALL["on_case_per_day"] + 2
    assert len(front.open_questions()) >= 30 and _told(front, "M57") <= 2
    assert front.state(ref) == "RCV"
    assert _told(front, "M60") <= 3, "the administrator hears once a day for each budget"
    front.nothing_lost()


def _bots(front: Front, of_domain: bool) -> None:
    """A machine that writes from another address each time, of its own domain or of any."""

    def machine(letter: Message, to: str, n: int) -> bytes:
        sender = f"bot{n}@evil.example" if of_domain else f"bot@evil{n}.example"
        front.answers[sender.rpartition("@")[2]] = machine
        return _thanks(letter, sender, n)

    front.answers["evil.example"] = machine


@pytest.mark.parametrize(("of_domain", "most"), [(True, "opened_per_domain_per_hour"), (False, "opened_per_hour")])
def test_a_machine_that_changes_its_address_opens_so_many_cases(front: Front, of_domain: bool, most: str):
    """Each answer would open a case and be acknowledged, for ever: it stops at the constant, and no mail is lost."""
    _bots(front, of_domain)
    front.mail("2027-02-01 09:00", BOT, "Missed calls", "Oakfield Care Ltd missed three calls.")
    fight(front, until=START + DAY)
    assert len(front.refs()) == _told(front, "M01") == SMALL[most]
    assert len(front.open_questions()) == 1 and _told(front, "M57") == 1
    assert RUTH in next(x for x in front.left if x.name == "M60").to
    front.nothing_lost()


def test_the_usual_budget_of_answers_holds_too(front: Front):
    """With the constants as they are shipped: a hundred answers on one case within an hour."""
    usual = Limits()
    front.limit(**{name: getattr(usual, name) for name in SMALL})
    front.concern(sender=ANNA)
    front.come(_quoting(front.letter("M01").message, ANNA, 0))
    fight(front, until=START + timedelta(minutes=31))
    for n in range(1, 100):
        front.come(_quoting(front.letter("M01").message, ANNA, n))
    fight(front, until=START + timedelta(minutes=40))
    assert len(front.open_questions()) == 101 - usual.on_case_per_hour, "the first mail of the case counts too"


def test_strangers_who_quote_a_reference_flood_nobody(front: Front):
    """Forty strangers with a valid tag, or with a false one: so many questions an hour, then one for all the rest."""
    ref = front.concern(sender=ANNA)
    for n in range(20):
        front.come(write(f"x{n}@a{n}.example", f"Re: [{ref}]", f"Buy this {n}.", message_id=f"<s{n}@x.example>"))
        front.come(write(f"y{n}@b{n}.example", f"Re: [{ref[:-1]}]", f"Buy that {n}.", message_id=f"<t{n}@x.example>"))
    fight(front, until=START + timedelta(hours=1))
    assert _told(front, "M57") <= SMALL["questions_per_hour"] + SMALL["on_case_per_hour"]
    assert len(front.open_questions()) == 40 and len(front.refs()) == 1
    front.nothing_lost()


def test_an_officers_mailbox_that_answers_is_bounded_and_told_to_the_administrator(front: Front):
    """An officer's own machine gets a question for each doubtful answer: the case's budget ends it, somebody hears."""
    front.concern(sender=ANNA)
    front.answers[MAYA] = _commanding
    front.mail("2027-02-01 09:10", MAYA, f"Re: {front.tag()}", "Provider is Oakfield Care Ltd\nEligible")
    fight(front, until=START + DAY)
    assert Counter(front.to_whom())[MAYA] <= SMALL["per_case_per_day"]
    assert any(RUTH in x.to and x.name == "M60" for x in front.left)
    front.nothing_lost()


@pytest.mark.parametrize("strip", [False, True], ids=["as we send them", "stripped of all that says what they are"])
def test_two_daemons_against_each_other_stop(front_of: Callable[..., Front], strip: bool):
    """Each office is a person to the other: their letters end in each other's mailbox, and the exchange ends."""
    there = "concerns@south.example"
    one, two = front_of(), front_of(address=there, prefix="SO", own_domains=frozenset({"south.example"}))

    def to(front: Front) -> Callable[[str, str, bytes], None]:
        def carry(recipient: str, envid: str, octets: bytes) -> None:
            if recipient == front.address:
                front.come(stripped(octets) if strip else octets)

        return carry

    one.outside, two.outside = to(two), to(one)
    two.to("2027-02-01 08:59")
    one.mail("2027-02-01 09:00", there, "Missed calls", "Oakfield Care Ltd missed three calls.")
    fight(one, two, until=START + 2 * DAY)
    between = Counter(one.to_whom())[there], Counter(two.to_whom())[BOX]
    assert sum(between) <= (2 * SMALL["per_address_per_hour"] if strip else 1), between
    one.nothing_lost()
    two.nothing_lost()


def test_what_a_person_approved_in_another_installation_is_a_persons_mail(front: Front):
    """A letter that carries another office's loop header and no Auto-Submitted is read; one with it is a machine's."""
    theirs = [("X-Mailflow-Loop", "concerns@south.example")]
    words = "Oakfield Care Ltd missed three calls."
    front.mail("2027-02-01 09:00", "concerns@south.example", "Missed calls", words, headers=theirs)
    assert len(front.refs()) == 1
    auto = [*theirs, ("Auto-Submitted", "auto-replied")]
    front.mail("2027-02-01 09:10", "concerns@east.example", "We have received your mail", words, headers=auto)
    ours = [("X-Mailflow-Loop", BOX)]
    front.mail("2027-02-01 09:20", "relay@west.example", "Missed calls", words, headers=ours)
    assert len(front.refs()) == 1
    front.nothing_lost()


# -- what becomes of what was held ---------------------------------------------------------------------------------


def _flood(bench: Bench, texts: list[str]) -> list[str]:
    """Mails of one address that exceed the budget of two an hour; returns the identities of those held."""
    from dataclasses import replace

    bench.house = replace(bench.house, limits=replace(bench.house.limits, from_address_per_hour=2))
    found = [
        bench.mail(f"2027-02-03 10:0{n}", "sam.stranger@mail.example", f"Re: {bench.tag()}", text)
        for n, text in enumerate(["One.", "Two.", *texts])
    ]
    return found[2:]


def test_the_next_is_asked_about_when_one_has_been_answered(waiting: Bench):
    """One question at a time, each mail by itself: a person who wrote much is heard in the end."""
    held = _flood(waiting, ["Three.", "Four.", "Five."])
    assert [waiting.kept(x).state for x in held] == ["held"] * 3
    asked = len(waiting.letters("M57"))
    for n in range(3):
        tag = waiting.letters("M57")[-1].message.subject.partition("[")[2].partition("]")[0]
        waiting.mail(f"2027-02-03 11:0{n}", MAYA, f"Re: [{tag}]", "Note")
    assert [waiting.kept(x).state for x in held] == ["done"] * 3
    assert len(waiting.letters("M57")) == asked + 2


def test_what_is_set_aside_takes_the_same_words_with_it(waiting: Bench):
    """A machine says the same each time: one word sets all of it aside; other words are asked about."""
    held = _flood(waiting, ["Thank you for your mail.", "Thank you for your mail.", "We dispute this."])
    tag = waiting.letters("M57")[-1].message.subject.partition("[")[2].partition("]")[0]
    waiting.mail("2027-02-03 11:00", MAYA, f"Re: [{tag}]", "Ignore")
    assert [waiting.kept(x).state for x in held] == ["done", "done", "held"]
    assert "We dispute this." in waiting.letters("M57")[-1].message.text


def test_unanswered_only_one_of_a_flood_is_asked_about_again(waiting: Bench):
    """The ladder of an unanswered question climbs for the one that was asked; the others do not come at nine."""
    _flood(waiting, ["Three.", "Four.", "Five."])
    before = len(waiting.letters("M57"))
    waiting.to("2027-02-04 12:00")
    assert len(waiting.letters("M57")) == before


def test_a_backlog_of_days_exceeds_nothing(waiting: Bench):
    """What arrived over three days and is read at once counts by its arrival."""
    from dataclasses import replace

    waiting.house = replace(waiting.house, limits=replace(waiting.house.limits, from_address_per_hour=2))
    for n in range(6):
        arrived = f"2027-02-0{2 + n // 2} 1{n}:00"
        waiting.mail("2027-02-05 10:00", "sam@mail.example", f"Re: {waiting.tag()}", f"Word {n}.", arrived=arrived)
    assert not waiting.letters("M60")
