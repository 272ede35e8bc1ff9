"""Notices that may have to be published (Q49): a reminder with its last day, and a count, never a stage."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from mailflow.flow import weekly
from mailflow.flow.counting import stories, week_before
from tests.flow.bench import JOAN, MAYA, PRIYA, Bench, office


def flagged() -> dict[str, object]:
    """The office, with the contract of Oakfield flagged for publication."""
    register = office().register
    changed = tuple(replace(c, publication_flag=True) if c.number == "CM-2024-017" else c for c in register.contracts)
    return {"register": replace(register, contracts=changed)}


def issued(bench: Bench) -> str:
    """A concern whose default notice was issued on Monday 15 March 2027."""
    ref = bench.with_provider()
    tag = f"Re: [{ref}]"
    bench.mail("2027-02-10 09:00", JOAN, tag, "We accept that calls were missed.")
    bench.mail("2027-02-10 11:00", MAYA, tag, "Accepted")
    bench.mail("2027-02-15 11:00", MAYA, tag, "Recommend: The concern is upheld.\nDefault notice: yes")
    bench.mail("2027-02-18 11:00", PRIYA, tag, "Decision: agreed, default notice")
    bench.mail("2027-02-19 09:00", MAYA, tag, "Send")
    bench.to("2027-03-12 17:00")
    bench.mail("2027-03-15 10:00", PRIYA, tag, "Default notice issued 15 March remedy by 15 April")
    subject, body = bench.letter("M51", PRIYA).button("Confirm")
    bench.mail("2027-03-15 10:10", PRIYA, subject, body)
    assert bench.case().machines["DN-1"].state == "ISS"
    return ref


def test_the_senior_officer_is_reminded_with_the_last_day(bench_of):
    """30 days of which the day of the notice is the first: 15 March to 13 April; no stage and no clock waits for it."""
    bench = bench_of(**flagged())
    issued(bench)
    reminder = bench.letter("M46S", PRIYA)
    assert "by Tuesday 13 April 2027" in reminder.message.subject
    assert "CM-2024-017" in reminder.words
    assert "Tuesday 13 April 2027" in bench.letter("M46", MAYA).words
    assert not any("publi" in name.lower() for name in bench.clocks())


def test_a_contract_without_the_flag_reminds_nobody(bench):
    """By default there is nothing to publish."""
    issued(bench)
    assert bench.letters("M46S") == [] and "published" not in bench.letter("M46", MAYA).words


def test_another_contract_takes_the_flag_away(bench_of):
    """The flag follows the contract that is on file."""
    bench = bench_of(**flagged())
    bench.concern()
    bench.mail("2027-02-01 10:00", MAYA, f"Re: [{bench.ref()}]", "Provider is Oakfield Care Ltd")
    assert bench.case().fields["publication"] == "yes"
    bench.mail("2027-02-01 11:00", MAYA, f"Re: [{bench.ref()}]", "Contract is CM-2019-044")
    assert bench.case().fields["publication"] == "no"


def test_the_summary_counts_it(bench_of):
    """Notices issued in the week under flagged contracts stand in a row of their own."""
    bench = bench_of(**flagged())
    issued(bench)
    with bench.store.read() as unit:
        known = tuple(stories(bench.house, unit, bench.office))
    today = date(2027, 3, 22)
    scope = weekly.Scope(bench.office, known, week_before(bench.office.calendar, today), today)
    section = next(s for s in bench.office.procedure.summary if s.kind == "children")
    rows = {row[1]: row[2] for row in weekly.shown(scope, section)["rows"]}
    assert rows["Issued, where what happens under the contract may have to be published"] == 1
