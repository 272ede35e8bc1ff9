"""A question about a held mail that nobody answers is asked again and climbs (domain.md 5.2, last point)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from mailflow.flow.asking_again import ask_again_one, next_asking
from mailflow.loops.clock import Clock
from tests.flow.bench import GEORGE, INES, MAYA, OLIVE, TOM, Bench, at, write

ASSISTANT = "office@oakfield-admin.example"


class Asking(Bench):
    """A bench on which questions are asked again as well."""

    def _dues(self) -> list[datetime]:
        assert self.now is not None
        again = next_asking(self.house, self.now)
        return [*super()._dues(), *([again] if again else [])]

    def settle(self) -> None:
        """Also ask again what is due."""
        super().settle()
        assert self.now is not None
        while ask_again_one(self.house, self.now):
            super().settle()

    def asked(self) -> list[tuple[str, tuple[str, ...]]]:
        """When the question was put, and to whom."""
        return [(f"{x.at:%Y-%m-%d %H:%M}", x.to) for x in self.letters("M57")]


@pytest.fixture
def asking(waiting: Bench) -> Asking:
    """A concern sent to the provider on 1 February; on Friday 12 February a mail from an unlisted address is held."""
    bench = Asking(waiting.store)
    bench.left, bench.now = list(waiting.left), waiting.now
    bench.mail("2027-02-12 10:00", ASSISTANT, f"Re: {bench.tag()}", "We accept this.")
    assert bench.asked() == [("2027-02-12 10:00", (MAYA,))]
    return bench


RUNGS = [
    ("2027-02-12 10:00", (MAYA,)),
    ("2027-02-15 09:00", (MAYA,)),
    ("2027-02-16 09:00", (MAYA, TOM)),
    ("2027-02-17 09:00", (INES, MAYA)),
    ("2027-02-24 09:00", (INES, MAYA)),
    ("2027-03-03 09:00", (INES, MAYA)),
]


def test_the_rungs_owner_deputy_above_and_then_weekly(asking: Asking):
    """9am the next working day (not at the weekend): the owner; then the deputy too; then the role above, weekly."""
    asking.to("2027-03-05 12:00")
    assert asking.asked() == RUNGS


def test_weekly_asking_steps_over_a_holiday(asking: Asking):
    """When a week later is a holiday, the question is asked on the next working day; at 9am of the local clock."""
    asked = {"times": 9, "at": "2027-03-22T09:00:00+00:00", "to": [INES]}
    with asking.store.unit() as unit:
        (held,) = unit.held.all_open()
        unit.held.note(held.tag, {**held.suggestion, "asked": asked})
    assert next_asking(asking.house, at("2027-03-22 10:00")) == at("2027-03-30 08:00"), "29 March is Easter Monday"


def test_it_says_since_when_and_what_is_held(asking: Asking):
    """Since when it waits, who has been asked, and that reminders to that party are held (G9)."""
    asking.to("2027-02-17 12:00")
    words = asking.letter("M57", INES).words
    assert "Still waiting: who is this from?" in asking.letter("M57", INES).message.subject
    assert "since Friday 12 February 2027" in words and "We accept this." in words
    assert f"reminders on {asking.tag()} are held" in words
    assert "We have asked Maya Okafor and Tom Hale." in words and "this mail goes to Ines Whitlock too" in words
    assert not asking.letters("M22"), "the reminder is held indeed"


@pytest.mark.parametrize(("when", "who"), [("2027-02-15 10:00", MAYA), ("2027-02-16 10:00", TOM)])
def test_an_answer_ends_it(asking: Asking, when: str, who: str):
    """Whoever answers first settles it; nobody is asked again."""
    asking.to(when)
    before = asking.asked()
    tag = asking.open_questions()[0]
    asking.mail(when, who, f"Re: [{tag}] Who is this from?", "From provider")
    asking.to("2027-03-05 12:00")
    assert asking.asked() == before and next_asking(asking.house, at("2027-03-05 12:00")) is None


@pytest.mark.parametrize(("when", "who"), [("2027-02-16 10:00", TOM), ("2027-02-17 10:00", INES)])
def test_its_buttons_are_good_for_those_it_goes_to(asking: Asking, when: str, who: str):
    """G8: where our server says nothing, the code of the newest question proves the deputy, and whoever is above."""
    asking.to(when)
    subject, body = asking.letter("M57", who).button("From provider")
    asking.raw(when, write(who, subject, body, auth="", message_id="<code@mail.test>"))
    assert asking.state() == "RSP" and not asking.open_questions()


def test_once_each_after_a_restart(asking: Asking):
    """A second process, or the same one started again, does not ask what has been asked."""
    asking.to("2027-02-16 12:00")
    again = Asking(asking.store)
    again.now = asking.now
    again.settle()
    assert not ask_again_one(asking.house, at("2027-02-16 13:00")) and not again.left
    again.to("2027-02-17 12:00")
    assert again.asked() == RUNGS[3:4]


def test_after_an_outage_it_goes_on_from_its_rung_in_office_hours(asking: Asking):
    """Nobody was asked while we were away: the owner first, not everybody at once, and not on a Sunday."""
    asking.now = at("2027-02-28 03:00")
    asking.settle()
    assert len(asking.asked()) == 1
    asking.to("2027-03-02 12:00")
    assert asking.asked()[1:] == [("2027-03-01 09:00", (MAYA,)), ("2027-03-02 09:00", (MAYA, TOM))]


def test_a_question_without_a_case_goes_to_those_who_screen_and_then_above(bench: Bench):
    """The role of the first stage is asked, then its deputies, then the role above it."""
    free = Asking(bench.store)
    free.mail("2027-02-01 09:00", MAYA, "Oakfield", "They rang again this morning.")
    first = free.asked()[0][1]
    free.to("2027-02-04 12:00")
    to = [who for _, who in free.asked()]
    assert to[1] == first and set(first) <= set(to[2]) and to[3] == (INES, *first)
    assert "reminders that it may answer are held" in free.letter("M57").words


def test_above_nobody_there_the_next_above_is_asked(asking: Asking):
    """G13: while whoever holds the role above is on leave, the question goes to the next above, never to nobody."""
    officers = tuple(
        replace(o, deputy="", absences=((at("2027-02-15 00:00").date(), at("2027-02-19 00:00").date()),))
        if o.email == INES
        else o
        for o in asking.office.register.officers
    )
    register = replace(asking.office.register, officers=officers)
    asking.office = replace(asking.office, register=register)
    asking.house = replace(asking.house, offices={asking.office.id: asking.office})
    asking.to("2027-02-17 12:00")
    assert asking.asked()[-1] == ("2027-02-17 09:00", (GEORGE, MAYA))


def test_where_no_role_stands_above_the_owners_manager_is_asked(asking: Asking):
    """The register knows the manager where the procedure names nobody above."""
    roles = {name: replace(role, above="") for name, role in asking.office.procedure.roles.items()}
    asking.office = replace(asking.office, procedure=replace(asking.office.procedure, roles=roles))
    asking.house = replace(asking.house, offices={asking.office.id: asking.office})
    asking.to("2027-02-17 12:00")
    assert asking.asked() == RUNGS[:4]


def test_letters_in_doubt_have_their_own_question(asking: Asking):
    """A question about a letter of ours (tag "letter:...") is never asked again here."""
    with asking.store.unit() as unit:
        unit.held.close(asking.open_questions()[0], "x")
        unit.held.open("letter:CC-1/1", "CC-1/1", "letter in doubt", {"letter": "CC-1/1"}, at("2027-02-12 10:00"))
    assert next_asking(asking.house, at("2027-02-12 12:00")) is None
    assert not ask_again_one(asking.house, at("2027-02-16 12:00"))


def test_the_clock_stops_for_it(asking: Asking):
    """The clock's loop, on pretended time too, is due at 9am and has a step that asks."""
    clock = Clock(asking.house)
    with asking.store.unit() as unit:
        for due in unit.agenda.all():
            unit.agenda.drop(due.case, due.machine, due.timer)
    assert clock.next_due(at("2027-02-12 12:00")) == at("2027-02-15 09:00")
    step = next(guard for guard in clock.guards() if guard.name == "clock.ask_again")
    assert step.run(at("2027-02-15 09:00")) and not step.run(at("2027-02-15 09:00"))


def test_nothing_is_asked_while_nothing_is_held(waiting: Bench):
    """An ordinary day costs one look at an empty list."""
    assert next_asking(waiting.house, at("2027-02-12 12:00")) is None
    waiting.mail("2027-02-03 10:00", OLIVE, f"Re: {waiting.tag()}", "Thank you.")
    assert not ask_again_one(waiting.house, at("2027-02-16 12:00"))
