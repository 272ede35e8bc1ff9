"""Each row of the insurer's state table (domain.md section 4, i01 to i26) fires where it should."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest

from mailflow.procedure.events import Commands, Said
from tests.procedure.insurer import INSURER, LIVE, NAMED, REASON, Issue, insurer, start
from tests.procedure.played import ROOT, why

SOON = timedelta(minutes=30)
MAY = date(2027, 5, 31)
APRIL = date(2027, 4, 1)


def word(verb: str, who: str = "co", **blanks: object):
    return lambda play: play.say(who, play.now + SOON, (verb, blanks))


def mail(role: str):
    return lambda play: play.mail(role, play.now + SOON)


def days(n: int):
    return lambda play: play.run_to(play.now + timedelta(days=n))


def fraud_of(who: str):
    return word("kind_fraud", who)


def unknown_service(verb: str, **blanks: object):
    def does(play: Issue) -> None:
        play.say("tm", play.now + SOON, ("service_is", {"value": ""}))
        asked = play.say("tm", play.now + SOON, "not_resolved")
        assert "Which service" in why(asked) and play.state == "B1"  # Q48
        play.say("tm", play.now + SOON, (verb, blanks))

    return does


def one_organisation(play: Issue) -> None:
    play.say("tm", play.now + SOON, ("provider_is", {"value": "Harbour Rehab"}))
    assert play.case.fields["contract"] == "SC-3301"  # the supplier's, whoever delivers
    play.say("tm", play.now + SOON, ("no_call", REASON))


def checked_in(play: Issue) -> None:
    """The setting is on and thirty days pass; the issue ended while it was on."""
    play.terms = replace(play.terms, settings={"u11": "30 days"})
    play.say("sm" if play.state == "C3" else "tm" if play.state == "B1" else "co", play.now + SOON, _end(play))
    play.run_to(play.now + timedelta(days=40))


def _end(play: Issue) -> str:
    return "resolved_noted" if play.state == "C3" else "resolved"


MEETING = {"on": APRIL}
# id, place, what happens, its state then, letters then decided (receipts aside)
ROWS = [
    *(("i02", "RAI", word(f"kind_{kind}"), "A2P", "N02P") for kind in ("timeliness", "content", "clarification")),
    *(("i03", "RAI", word(f"kind_{kind}"), "A2S", "N02") for kind in ("client_complaint", "concern", "relationship")),
    ("i04", "RAI", word("kind_ima"), "XVM", "N03 N04"),
    ("i04", "RAI", word("kind_vima"), "XVM", "N03 N04"),
    *(("i05", state, fraud_of("sm"), "XIN", "N05 M53R") for state in LIVE),
    ("i06", "A2P", word("resolved"), "END", "N06"),
    ("i06", "A2S", word("resolved"), "END", "N06"),
    ("i06", "A3S", word("resolved", "tm"), "END", "N06"),
    ("i07", "A2P", word("not_resolved"), "TMP", "N07"),
    ("i07", "A2P", word("no_contact"), "TMP", "N07"),
    ("i07", "A2P", word("serious"), "TMP", "N07"),
    ("i08", "A2S", word("not_resolved"), "B1", "N07B N02T"),
    ("i09", "TMP", word("call_me", "tm"), "A3S", "N02T"),
    ("i09", "TMP", word("call_you", "tm"), "A3S", "N02"),
    ("i10", "TMP", word("no_call", "tm", **REASON), "B1", "N02T"),
    ("i11", "A3S", word("not_resolved"), "B1", "N07B N02T"),
    ("i12", "B1", word("resolved", "tm"), "END", "N06T"),
    ("i13", "B1", word("not_resolved", "tm"), "B2", "N08 N09"),
    ("i13q", "B1", unknown_service("to_supplier_manager"), "B2", "M51 N08 N09"),
    ("i13l", "B1", unknown_service("to_lead", who="lead@insurer.example"), "B2", "M51 N08 N09"),
    ("i13n", "B1", one_organisation, "B2", "N08 N09"),
    ("i14", "B2", word("summary_done", "tm", ref="4711"), "C1", "N10 N10C"),
    ("i15", "C1", word("interpretation", "sm", advice="Ask again"), "A2S", "N11 N02"),
    ("i03r", "C1", word("interpretation", "sm", advice="Ask again"), "A2S", "N11 N02"),
    ("i16", "C1", word("non_compliance_meeting", "sm", **MEETING), "CMT", "N12"),
    ("i16", "C1", word("non_compliance_education", "sm", **MEETING), "CMT", "N12"),
    ("i16m", "CMT", word("non_compliance_meeting", "sm", **MEETING), "CMT", "N12"),
    ("i17", "C1", word("ask_expert", "sm", question="What is usual?"), "C1", "N13"),
    ("i18", "CMT", word("met", "sm"), "PIP", "N14"),
    ("i18", "CMT", word("education_given", "sm"), "PIP", "N14"),
    ("i19", "PIP", word("pip", "sm", start=date(2027, 3, 2), end=MAY), "C3", "N15"),
    ("i19n", "PIP", word("no_pip", "sm", **REASON), "C3", "N15"),
    ("i20", "C3", word("resolved_noted", "sm"), "END", "N06S"),
    ("i21", "C3", word("not_resolved", "sm"), "PNL", "N16"),
    ("i22", "C3", word("extend_pip", "sm", until=date(2027, 8, 31)), "C3", "N15"),
    ("i23", "PNL", word("panel_refer", "sm"), "XPC", "N17"),
    ("i24", "PNL", word("panel_no", "sm", **REASON), "XNP", "N18"),
    *(("i25", state, word("withdrawn", "tm", **REASON), "XWD", "N06") for state in ("RAI", "A2P", "A2S")),
    *(("i25", state, word("withdrawn", "tm", **REASON), "XWD", "N06 N06T") for state in ("TMP", "A3S", "B1", "B2")),
    *(("i25", s, word("withdrawn", "sm", **REASON), "XWD", "N06 N06S") for s in ("C1", "CMT", "PIP", "C3", "PNL")),
    *(("i26", s, word("reopen", "co", **REASON), "RAI", "N01") for s in ("END", "XNP", "XWD", "XVM")),
    ("i27", "A2P", mail("provider"), "A2P", "M28"),
    ("i27", "A3S", mail("supplier"), "A3S", "M28"),
    ("i28", "B1", mail("supplier"), "B1", "M28"),
    ("i28", "C1", mail("expert"), "C1", "M28"),
    ("i29", "END", mail("supplier"), "END", "M28"),
    ("i30", "A2P", checked_in, "END", "N06 CHECKIN"),
    ("i30", "B1", checked_in, "END", "N06T CHECKINT"),
    ("i30", "C3", checked_in, "END", "N06S CHECKINS"),
]


@pytest.mark.parametrize(("row", "place", "does", "state", "letters"), ROWS)
def test_a_row_does_what_the_table_says(row, place, does, state, letters):
    """From its state, on its event, the row leads to its state and decides its letters, each once."""
    play = start(place)
    before = set(play.case.letters)
    does(play)
    assert row in play.moves() and play.state == state
    new = [s.name for s in play.case.letters.values() if s.id not in before and s.name != "M53"]
    assert new == letters.split() or (sorted(new) == sorted(letters.split()) and len(new) == len(set(new))), new
    assert play.refolded() == play.case


def test_a_case_returned_to_the_provider_is_called_again():
    """i02r: the kind is kept, so an issue of the provider goes back to the provider at once."""
    play = start("B1")
    assert play.case.fields["kind"] == "concern"
    play = start("A3S")
    play.say("tm", play.now, "not_resolved")
    play.say("tm", play.now, "not_resolved")
    play.say("tm", play.now, ("summary_done", {"ref": "1"}))
    play.say("sm", play.now, ("interpretation", {"advice": "Ask again"}))
    assert play.moves()[-2:] == ["i15", "i02r"] and play.state == "A2P"


def test_every_row_is_tried():
    """The table above and the test of the return try every row (i01 is how every play begins)."""
    assert {row.id for row in insurer().top.rows} == {row[0] for row in ROWS} | {"i01", "i02r"}


def test_every_id_of_the_published_table_stands_in_the_file():
    """domain.md section 4 has i01 to i26, section 2.4 U1 to U11."""
    text = (ROOT / INSURER).read_text("utf-8")
    wanted = [f"i{n:02}" for n in range(1, 27)] + [f"U{n}" for n in range(1, 12)]
    assert [name for name in wanted if not re.search(rf"\b{name}\b", text)] == []


REFUSED = [
    ("RAI", "tm", "kind_ima", {}, ""),  # a team manager may say what a case owner may
    ("RAI", "sm", "kind_ima", {}, "Only Case owner may say"),
    ("A2P", "sm", "resolved", {}, "Only Case owner may say"),
    ("B1", "co", "resolved", {}, "Only Team manager may say"),
    ("B1", "co", "not_resolved", {}, "Only Team manager may say"),
    ("C3", "co", "not_resolved", {}, "Only Supplier Manager may say"),
    ("C3", "sm", "resolved", {}, "Add a note in Ariba first"),
    ("TMP", "tm", "no_call", {}, "Say why no call"),
    ("B1", "tm", "no_call", REASON, "another organisation"),
    ("B2", "tm", "summary_done", {}, "reference of the Eos note"),
    ("C1", "sm", "interpretation", {}, "Write the advice"),
    ("CMT", "sm", "resolved_noted", {}, "does not fit now"),
    ("PIP", "sm", "no_pip", {}, "why there is no plan"),
    ("PIP", "sm", "pip", {"start": MAY, "end": APRIL}, "after it starts"),
    ("PIP", "sm", "pip", {"start": date(2026, 1, 1), "end": date(2026, 2, 1)}, "after today"),
    ("C3", "sm", "extend_pip", {"until": date(2026, 2, 1)}, "after today"),
    ("PNL", "sm", "panel_no", {}, "why it is not referred"),
    ("RAI", "co", "withdrawn", {}, "Say why"),
    ("END", "co", "reopen", {}, "Say why"),
    ("XPC", "co", "reopen", REASON, "does not fit now"),
]


@pytest.mark.parametrize(("place", "who", "verb", "blanks", "says"), REFUSED)
def test_what_is_missing_is_asked_for_and_nothing_moves(place, who, verb, blanks, says):
    """Guards and roles: no confirmation, no move (Q47); who is responsible for a step says what came of it."""
    play = start(place)
    before = play.state
    facts = play.say(who, play.now + SOON, (verb, blanks))
    if not says:
        assert play.state != before
        return
    assert says in why(facts) and play.state == before


def test_a_summary_may_be_written_below_the_word():
    """P26: summary text or Eos note reference; the text is kept as the summary."""
    play = start("B2")
    by = play.person("tm")
    said = Said("summary_done", by, play.now, "m-s", {}, "Summary done", note="We called twice.")
    play.happen(Commands((said,)), play.now)
    assert play.state == "C1" and play.case.fields["eos_summary"] == "We called twice."


def test_no_kind_without_the_one_to_call():
    """i02, i03: the provider or the supplier must be named; the same mail may do it."""
    for kind, named in (("kind_content", "provider_is"), ("kind_concern", "supplier_is")):
        play = Issue()
        play.raised(play.instant(1, 3))
        assert "first, in the same mail" in why(play.say("co", play.now, kind)) and play.state == "RAI"
        play.say("co", play.now, (named, NAMED[named]), kind)
        assert play.state in ("A2P", "A2S")


def test_the_first_mail_may_say_its_kind():
    """A first mail that says its kind is not asked for it; one that says nothing is."""
    play = Issue()
    play.raised(play.instant(1, 3), ("provider_is", NAMED["provider_is"]), "kind_content")
    assert play.state == "A2P" and "N01" not in play.letters()


def test_precedence_of_kinds_in_one_mail():
    """Fraud beats every kind; IMA and VIMA beat only a case owner's own concern; anything else is asked about."""
    for words, state in (
        (("kind_concern", "kind_ima"), "XVM"),
        (("kind_vima", "kind_concern"), "XVM"),
        (("kind_ima", "kind_concern", "kind_fraud"), "XIN"),
        (("kind_fraud", ("withdrawn", REASON)), "XIN"),
        (("kind_client_complaint", "kind_ima"), "RAI"),
        (("kind_timeliness", "kind_concern"), "RAI"),
    ):
        play = start("RAI")
        play.say("co", play.now, *words)
        assert play.state == state, words


def test_non_compliance_beats_interpretation_and_keeps_its_advice():
    """U6: both kinds at once: non-compliance wins, the advice is attached."""
    play = start("C1")
    play.say("sm", play.now, ("interpretation", {"advice": "Clause 4"}), ("non_compliance_meeting", MEETING))
    assert play.state == "CMT" and play.case.fields["advice"] == "Clause 4"
    assert "N11" not in play.letters() and "loop" in play.case.fields


def test_a_second_return_needs_a_reason():
    """Q43: the first return is free, the second needs "again because ..."; the count survives a reopening (i26)."""
    play = start("C1 again")
    facts = play.say("sm", play.now, ("interpretation", {"advice": "Ask again"}))
    assert "again because" in why(facts) and play.state == "C1"
    play.say("sm", play.now, ("interpretation", {"advice": "Ask again", "because": "new report"}))
    assert play.state == "A2S" and play.case.fields["loop"] == "2"
    play.say("co", play.now, "resolved")
    play.say("co", play.now, ("reopen", REASON))
    assert play.case.fields["loop"] == "2" and not play.case.fields["kind"] and play.state == "RAI"


def test_an_office_may_allow_more_returns():
    """The limit is a setting."""
    play = start("C1 again")
    play.terms = replace(play.terms, settings={"loops": 2})
    play.say("sm", play.now, ("interpretation", {"advice": "Ask again"}))
    assert play.state == "A2S"


def test_one_organisation_stands_for_both_where_no_supplier_is_known():
    """Q46: who delivers is taken for who supplies, and the second call may be left out with a reason."""
    play = Issue()
    play.raised(play.instant(1, 3), ("provider_is", NAMED["provider_is"]), "kind_content")
    play.say("co", play.now, "not_resolved")
    play.say("tm", play.now, ("no_call", REASON))
    assert play.state == "B1" and play.case.fields["supplier"] == "Dr Shah"
    play.say("tm", play.now, ("no_call", REASON))
    assert play.state == "B2"


def test_a_moved_meeting_takes_back_the_first_invitation():
    """U7: "Non-compliance: meeting (new date)" moves the date; an invitation that has not left is withdrawn."""
    play = start("CMT")
    first = play.letter("N12").id
    play.say("sm", play.now, ("non_compliance_education", MEETING))
    assert play.case.letters[first].status == "withdrawn" and play.letter("N12").id != first
    assert str(play.due("U7")) == "2027-04-02" and play.case.fields["meeting_kind"] == "education"
