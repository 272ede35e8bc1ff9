"""Five days away with many cases due: caught up once a step, in office hours, within the limits, with true dates.

The same with 300 cases, and with figures: python -m bench.days --outage 300 (bench/outage.py).
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from mailflow.store import Store
from tests.flow.bench import JOAN, MAYA, OLIVE, RUTH, at, write
from tests.flow.war import Front, fight

CASES = 6
HOURLY = 2
AWAY, BACK = "2027-02-12 12:00", "2027-02-20 10:00"  # a Friday, and the Saturday of the week after


def many_waiting(front: Front, count: int) -> list[str]:
    """Concerns whose letters left to the provider on Monday 1 February; the answers are due on Monday 15 February."""
    refs = []
    for n in range(count):
        refs.append(front.concern("2027-02-01 09:30", f"anna@mail{n}.example"))
    for ref in refs:
        front.mail("2027-02-01 10:15", MAYA, f"Re: [{ref}]", "Provider is Oakfield Care Ltd\nEligible")
    for ref in refs:
        front.mail("2027-02-01 11:00", MAYA, f"Re: [{ref}]", "Send", files=[("copy.pdf", b"%PDF-1.4 redacted")])
    front.to("2027-02-02 12:00")
    assert {front.state(ref) for ref in refs} == {"WPR"}
    return refs


@pytest.fixture(scope="module")
def played(empty_store: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    path = tmp_path_factory.mktemp("many") / "mailflow.db"
    shutil.copy(empty_store, path)
    store = Store(f"sqlite:///{path}")
    front = Front(store)
    front.limit(per_address_per_hour=10_000, per_hour=10_000)
    refs = many_waiting(front, CASES)
    store.close()
    return path, refs


Begin = Callable[..., tuple[Front, list[str]]]


@pytest.fixture
def office(played: tuple[Path, list[str]], tmp_path: Path) -> Iterator[Begin]:
    """The office as it was left on Friday 12 February at noon, with its hourly limit."""
    stores: list[Store] = []

    def begin(**limits: int) -> tuple[Front, list[str]]:
        path = tmp_path / "mailflow.db"
        shutil.copy(played[0], path)
        stores.append(Store(f"sqlite:///{path}", busy_ms=500))
        front = Front(stores[-1])
        front.limit(**limits)
        front.now = at("2027-02-02 12:00")
        fight(front, until=at(AWAY))
        front.left.clear()
        return front, played[1]

    yield begin
    for store in stores:
        store.close()


def _back(front: Front, until: str) -> None:
    front.at(at(BACK))
    fight(front, until=at(until))


def _in_office_hours(when: datetime) -> bool:
    return when.weekday() < 5 and 8 <= when.hour < 17


def test_what_fell_due_in_five_days_is_caught_up_once(office: Begin):
    """One reminder for each concern, in office hours, within the hourly limit, said to be late, with true dates."""
    front, refs = office(per_hour=HOURLY)
    _back(front, "2027-02-26 18:00")
    reminders = front.letters("M22", JOAN)
    assert Counter(x.case for x in reminders) == dict.fromkeys(refs, 1)
    assert all(_in_office_hours(x.at) for x in reminders)
    assert {x.at.date().isoformat() for x in reminders} == {"2027-02-22"}
    for n, first in enumerate(x.at for x in front.left):
        assert sum(first <= x.at < first + timedelta(hours=1) for x in front.left[n:]) <= HOURLY
    for letter in reminders:
        assert "This should have been sent on Monday 15 February 2027. It is late" in letter.words
        assert "It was due by 4pm on Monday 15 February 2027. Please respond by Monday 1 March 2027." in letter.words
        assert "Date: Monday 22 February 2027" in letter.words
    with front.store.read() as unit:
        for ref in refs:
            (fired,) = [x for x in unit.log.read(ref) if x.kind == "timer" and x.data["timer"] == "T4"]
            assert fired.happened_at == at("2027-02-15 16:00") and fired.recorded_at == at(BACK)
    front.nothing_lost()


def test_the_next_step_counts_from_the_day_on_which_the_reminder_left(office: Begin):
    """G10: follow-on dates run from the actual sending; nothing else happens on the day of return."""
    front, refs = office()
    _back(front, "2027-02-28 12:00")
    assert {front.state(ref) for ref in refs} == {"PRM"}
    assert {front.clocks(ref)["concern T4b"] for ref in refs} == {("2027-03-01", "running")}
    fight(front, until=at("2027-03-02 18:00"))
    assert {front.state(ref) for ref in refs} == {"NRR"}


def test_who_answered_meanwhile_is_not_chased(office: Begin):
    """What came into the mailbox while we were away is read before anybody is reminded."""
    front, refs = office()
    answered = refs[::2]
    for n, ref in enumerate(answered):
        octets = write(JOAN, f"Re: [{ref}]", f"We accept point {n}.", message_id=f"<late{n}@mail.test>")
        front.come(octets)
    _back(front, "2027-02-26 18:00")
    assert {x.case for x in front.letters("M22")} == set(refs) - set(answered)
    assert {front.state(ref) for ref in answered} == {"RSP"}


def test_limits_never_push_a_letter_out_of_office_hours(office: Begin):
    """K10: what the hourly limit leaves over at five waits for the next morning, and nobody gets anything at night."""
    front, refs = office(per_address_per_hour=1)
    front.at(at("2027-02-22 14:30"))
    fight(front, until=at("2027-02-26 18:00"))
    reminders = [x.at for x in front.letters("M22", JOAN)]
    assert len(reminders) == len(refs) and all(map(_in_office_hours, reminders))
    assert {x.day for x in reminders} == {22, 23}


def test_a_letter_that_the_limit_moves_to_the_next_day_bears_that_day(office: Begin):
    """The date of the letter, and the dates that count from it, are those of the day on which it really leaves."""
    front, refs = office(per_address_per_hour=1)
    front.at(at("2027-02-22 14:30"))
    fight(front, until=at("2027-02-26 18:00"))
    reminders = front.letters("M22", JOAN)
    assert len(reminders) == len(refs)
    for letter in reminders:
        assert f"Date: {letter.at:%A} {letter.at.day} February 2027" in letter.words
        until = {22: "Monday 1 March", 23: "Tuesday 2 March"}[letter.at.day]
        assert f"Please respond by {until} 2027." in letter.words
        assert front.clocks(letter.case)["concern T4b"] == (f"2027-03-{letter.at.day - 21:02}", "running")
        with front.store.read() as unit:
            assert len(unit.outbox.attempts(letter.id)) <= 2, "it knew its place when it was decided"
    told = [x for x in front.letters("M60", RUTH) if "Letters wait" in x.words]
    assert [x.at for x in told if JOAN in x.words] == [at("2027-02-22 14:30")], "told once, when they were decided"


def test_a_letter_that_waited_through_an_outage_of_ours_leaves_in_office_hours(office: Begin):
    """Decided on Monday for 4pm, and the machine dies: back at night or on a Saturday, it leaves the next morning."""
    front, refs = office()
    front.now = at("2027-02-15 16:00")
    silent, front.courier.step = front.courier.step, lambda now: False  # type: ignore[method-assign]
    front.settle()
    assert {front.state(ref) for ref in refs} == {"PRM"} and not front.letters("M22")
    front.courier.step = silent  # type: ignore[method-assign]
    for night in ("2027-02-15 21:00", "2027-02-16 03:00"):
        front.at(at(night))
        assert not front.letters("M22")
    fight(front, until=at("2027-02-16 12:00"))
    assert {x.at.isoformat()[:16] for x in front.letters("M22")} == {"2027-02-16T08:00"}


def test_an_acknowledgement_that_is_late_leaves_at_once(office: Begin):
    """K10: acknowledgements have no office hours, also when they come late."""
    front, _ = office()
    front.now = at("2027-02-20 09:00")
    silent, front.courier.step = front.courier.step, lambda now: False  # type: ignore[method-assign]
    front.come(write(OLIVE, "Cold meals", "Oakfield Care Ltd: cold meals.", message_id="<new@mail.test>"))
    front.at(at("2027-02-20 09:01"))
    front.courier.step = silent  # type: ignore[method-assign]
    front.at(at("2027-02-20 23:00"))
    assert [x.at.isoformat()[:16] for x in front.letters("M01", OLIVE)] == ["2027-02-20T23:00"]


def test_the_administrator_hears_once_that_letters_wait(office: Begin):
    """The hourly limit of a day after an outage is told once a day, not for each letter."""
    front, _ = office(per_hour=HOURLY)
    _back(front, "2027-02-22 18:00")
    told = [x for x in front.letters("M60", RUTH) if "Letters wait" in x.words]
    assert len(told) == 1 and "none is lost" in told[0].words
