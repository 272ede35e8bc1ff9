"""After an outage (G10): overdue steps fire once, a party gets one chaser a day, the log keeps the true dates."""

from __future__ import annotations

from tests.flow.bench import JOAN, MAYA, PRIYA, Bench, at


def _two_actions_open(bench: Bench) -> str:
    """A concern concluded with two actions, due on Wednesday 10 and Thursday 11 March 2027."""
    ref = bench.with_provider("2027-02-01")
    tag = f"Re: [{ref}]"
    bench.mail("2027-02-10 09:00", JOAN, tag, "We accept that calls were missed.")
    bench.mail("2027-02-10 11:00", MAYA, tag, "Accepted")
    words = "Recommend: The concern is upheld.\nAction: Train the staff by 10 March\n"
    bench.mail("2027-02-15 11:00", MAYA, tag, words + "Action: Send the new rota by 11 March\nDefault notice: no")
    bench.mail("2027-02-18 11:00", PRIYA, tag, "Decision: agreed, no default notice")
    bench.mail("2027-02-19 09:00", MAYA, tag, "Send")
    bench.to("2027-02-22 10:00")
    assert bench.state(ref) == "CON"
    return ref


def test_a_party_gets_one_chaser_a_day_after_an_outage(bench: Bench):
    """G10: two reminders that came due while we were away leave on two days, not together."""
    _two_actions_open(bench)
    bench.now = at("2027-03-15 10:00")  # nothing ran since 22 February
    bench.settle()
    assert [x.at.date().isoformat() for x in bench.letters("M37", JOAN)] == ["2027-03-15"]
    bench.to("2027-03-16 18:00")
    assert [x.at.date().isoformat() for x in bench.letters("M37", JOAN)] == ["2027-03-15", "2027-03-16"]


def test_a_late_reminder_keeps_the_true_instant_in_the_log(bench: Bench):
    """architecture.md, walk of a deadline: fires late, never not at all, and the log says when it was due."""
    ref = _two_actions_open(bench)
    bench.now = at("2027-03-15 10:00")
    bench.settle()
    bench.to("2027-03-16 18:00")
    with bench.store.read() as unit:
        heads = [x for x in unit.log.read(ref) if x.kind == "timer" and x.data["timer"] == "T13.1"]
    assert [x.happened_at.isoformat()[:13] for x in heads] == ["2027-03-10T16", "2027-03-11T16"]


def test_reminders_of_ordinary_days_are_not_spread(bench: Bench):
    """The rule is for outages only: what is due today leaves today."""
    _two_actions_open(bench)
    bench.to("2027-03-11 18:00")
    assert [x.at.date().isoformat() for x in bench.letters("M37", JOAN)] == ["2027-03-10", "2027-03-11"]
