"""Words out of place (domain.md G6, G7, Q5): nothing moves, no party hears, the person is told why."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from mailflow.procedure.events import Commands, Said
from tests.procedure.driver import Play, local, person, why
from tests.procedure.starts import SOON, said, start

REASON = {"reason": "because"}
REFUSED = [
    ("RCV", "spo", "eligible", {}, "refused"),
    ("RCV", "provider@x.example", "eligible", {}, "refused"),
    ("RCV", "cmo", "accepted", {}, "asked"),
    ("RCV", "cmo", "eligible", {}, "asked"),
    ("RCV", "cmo", "out_of_scope", {}, "asked"),
    ("CLR", "cmo", "eligible", {}, "asked"),
    ("ELG", "cmo", "allocate_to", {"who": "spo@council.example"}, "asked"),
    ("ALC", "cmo", "send", {}, "asked"),
    ("ALC", "cmo", "duplicate", {"ref": "CC-2027-0009-ZZ"}, "asked"),
    ("ALC", "cmo", "duplicate", {"ref": "CC-2027-0003-CC"}, "asked"),
    ("WPR", "cmo", "duplicate", {"ref": "CC-2027-0002-BB"}, "asked"),
    ("WPR", "cmo", "accepted", {}, "asked"),
    ("NRR", "spo", "refer", {}, "refused"),
    ("NRS", "cmo", "review_information", {"default_notice": "no"}, "refused"),
    ("NRS", "spo", "review_information", {}, "asked"),
    ("NRS", "spo", "issue_notice", {}, "confirm"),
    ("NRS", "spo", "no_notice", {}, "asked"),
    ("NRS", "spo", "chase_again", {"until": date(2027, 1, 1)}, "asked"),
    ("REV", "cmo", "recommend", {"text": "Close"}, "asked"),
    ("SPO", "tmg", "decision_agreed", {"default_notice": "no"}, "refused"),
    ("SPO", "spo", "decision_alternative", {"default_notice": "no"}, "asked"),
    ("CON", "cmo", "action_done", {"n": 1}, "asked"),
    ("CON", "cmo", "evidence", {}, "asked"),
    ("CON", "cmo", "evidence", {"n": 7}, "asked"),
    ("EVD", "cmo", "action_done", {"n": 1}, "confirm"),
    ("EVD", "cmo", "action_new_date", {"n": 1, "until": date(2027, 1, 1)}, "asked"),
    ("TBI", "cmo", "notice_issued", {}, "refused"),
    ("TBI", "spo", "notice_issued", {}, "confirm"),
    ("RCD", "spo", "refuse_late", REASON, "asked"),
    ("RCD", "cmo", "dispute", {}, "asked"),
    ("FWD", "cmo", "upheld", REASON, "refused"),
    ("FWD", "spo", "upheld", REASON, "asked"),
    ("CLO", "cmo", "send", {}, "asked"),
    ("XLO", "cmo", "eligible", {}, "asked"),
]


@pytest.mark.parametrize(("place", "who", "verb", "blanks", "kind"), REFUSED)
def test_a_word_out_of_place_changes_nothing(place: str, who: str, verb: str, blanks: dict, kind: str):
    """G6, G7: wrong role, wrong state or an open blank: nothing moves, no party hears, the person is told why."""
    play = start(place)
    states = {m.id: m.state for m in play.case.machines.values()}
    clocks = {m.id: dict(m.timers) for m in play.case.machines.values()}
    letters = set(play.case.letters)
    at = play.now
    facts = play.happen(Commands((Said(verb, person(who), at, "m-x", blanks, line=verb),)), at)
    assert facts[0].data["kind"] == kind and why(facts)
    assert {m.id: m.state for m in play.case.machines.values()} == states
    assert {m.id: dict(m.timers) for m in play.case.machines.values()} == clocks
    new = [s for s in play.case.letters.values() if s.id not in letters]
    assert {s.name for s in new} <= {"M51", "M52"} and {"provider.concerns", "referrer"}.isdisjoint(s.role for s in new)


def test_the_person_who_raised_it_does_not_get_it():
    """Q5: allocation to the officer who raised the concern needs a reason."""
    play = Play().received(local(1, 3))
    said(play, "cmo", ("referrer_is", {"value": "cmo@council.example"}))
    play.eligible(play.now + SOON)
    assert "raised" in why(play.say("cmo", play.now + SOON, "allocate_me")) and play.state == "ELG"
    said(play, "cmo", ("allocate_to", {"who": "cmo@council.example", "because": "nobody else is here"}))
    assert play.state == "ALC"


def test_the_recommender_does_not_decide():
    """G7: the person who recommended does not decide, whatever roles they hold."""
    play = start("SPO")
    both = replace(person("cmo"), roles=frozenset({"cmo", "spo"}))
    word = Said("decision_agreed", both, play.now, "m-x", {"default_notice": "no"})
    assert "may not decide" in why(play.happen(Commands((word,)), play.now)) and play.state == "SPO"
