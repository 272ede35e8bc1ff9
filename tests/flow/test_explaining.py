"""Status and Why (5.2) for an officer: why here, who is waited for, what silence leads to; and to that it leads."""

from __future__ import annotations

from mailflow.flow.advance import procedure_of, read_case
from mailflow.flow.explaining import Explanation, explain
from tests.flow.bench import JOAN, MAYA, OLIVE, Bench, at


def _explained(bench: Bench, when: str) -> Explanation:
    with bench.store.read() as unit:
        case = read_case(unit, bench.ref())
        office = bench.house.office_of(bench.ref())
        lines = unit.log.read(bench.ref())
        return explain(bench.house, unit, office, procedure_of(bench.house, office, case), case, lines, at(when))


def test_an_officer_who_asks_is_told_why(waiting: Bench) -> None:
    """M58 for officers: the paper's words, who is waited for, what silence leads to, who may say what."""
    waiting.mail("2027-02-03 10:00", MAYA, f"Re: {waiting.tag()}", "Why")
    words = " ".join(waiting.letter("M58", MAYA).words.split())
    assert "Waiting for: Service provider (Joan Pell, Victor Amis)" in words
    assert 'The procedure says: "On the 14th day after step 3"' in words and "Why it is here:" in words
    assert "What happens if nothing comes" in words and "the stage becomes 4, Provider reminded" in words
    assert '"Reminder: your response was due" (M22) goes to: Service provider' in words


def test_it_says_what_a_mail_would_do(waiting: Bench) -> None:
    """Tried on a copy: the provider's mail opens the judging, the referrer's is only shown; and so it is."""
    may = {one.who: one.words for one in _explained(waiting, "2027-02-03 10:00").may_say}
    assert may["Service provider"] == ("any mail: the stage becomes Provider's reply to be judged",)
    assert may["Referrer"] == ("any mail: the owner sees it",)
    waiting.mail("2027-02-03 11:00", OLIVE, f"Re: {waiting.tag()}", "One more thing.")
    assert waiting.state() == "WPR"
    waiting.mail("2027-02-03 12:00", JOAN, f"Re: {waiting.tag()}", "We accept this.")
    assert waiting.state() == "RSP"


def test_what_is_foreseen_happens(waiting: Bench) -> None:
    """Play on without a word from anybody: the stage changes on the foreseen day, to the foreseen stage."""
    when, what = _explained(waiting, "2027-02-03 10:00").foreseen[-1]
    assert when == "Monday 15 February 2027, 4pm" and "the stage becomes 4, Provider reminded" in what
    waiting.to("2027-02-15 15:59")
    assert _explained(waiting, "2027-02-15 15:59").standings[0].state == "With the provider"
    waiting.to("2027-02-15 16:00")
    assert _explained(waiting, "2027-02-15 16:00").standings[0].state == "Provider reminded"
    assert waiting.letters("M22")


def test_on_hold_only_what_is_heard_then_is_named(waiting: Bench) -> None:
    """Words that would be refused are not offered, mail waits, and dates are written out."""
    waiting.mail("2027-02-03 10:00", MAYA, f"Re: {waiting.tag()}", "Hold until 20 February: the police ask us to wait")
    told = _explained(waiting, "2027-02-03 11:00")
    assert told.hold == "On hold until Saturday 20 February 2027."
    said = [words for role in told.may_say for words in role.words]
    assert "any mail: the owner sees it" in said and "Withdrawn" not in said
    assert "Resume" in told.always and "Extend to" not in told.always
    waiting.mail("2027-02-03 12:00", MAYA, f"Re: {waiting.tag()}", "Resume")
    told = _explained(waiting, "2027-02-03 13:00")
    assert "Resume" not in told.always and "Extend to" in told.always
    assert "Withdrawn" in [words for role in told.may_say for words in role.words]
