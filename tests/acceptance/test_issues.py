"""The insurer's state table, row by row, by mail only: who writes what, where the issue then stands, who is told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from tests.acceptance.insurer import (
    CO,
    EXPERT,
    HARBOUR,
    INTEGRITY,
    LEAD,
    OTHER_CO,
    PANEL,
    PROVIDER,
    SERVICE,
    SUPPLIER,
    TM,
    VMS,
    Insurer,
    insurer,
)
from tests.acceptance.office import words


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Insurer]:
    """One insurer for all rows: each test raises its own issue on its own working day."""
    with insurer(tmp_path_factory.mktemp("insurer"), "2027-05-03 07:00") as there:
        yield there


@pytest.fixture
def c(office: Insurer) -> Iterator[Insurer]:
    """The insurer on a new working day; what a test leaves open is withdrawn, so that nobody is reminded of it."""
    office.next_day()
    yield office
    office.withdrawn()


def test_i01_a_case_owner_raises_an_issue(c: Insurer) -> None:
    """A reference, the question which kind it is with its buttons, one working day to answer; nobody else is told."""
    ref = c.raised()
    assert c.at() == "RAI" and ref.startswith("PP-2027-") and set(c.clocks(ref)) == {"U1"}
    labels = [b.label for b in c.got(CO, "N01").buttons]
    assert all(f"Kind: {kind}" in labels for kind in ("timeliness", "content", "client complaint", "IMA", "fraud"))
    assert c.heard_nothing(SUPPLIER) and c.heard_nothing(TM)


def test_i02_about_a_report_the_provider_is_called(c: Insurer) -> None:
    """The provider must be named; then the case owner gets a call sheet and five working days."""
    for hour, kind in (("09", "timeliness"), ("10", "content"), ("11", "clarification")):
        c.raised(f"{hour}:00")
        c.says(f"{hour}:10", CO, f"Kind: {kind}")
        assert c.at() == "RAI" and "Provider is" in words(c.got(CO, "M51"))
        c.says(f"{hour}:20", CO, f"Claim is 55-1\n{PROVIDER}\nKind: {kind}")
        assert c.at() == "A2P" and set(c.clocks(c.ref)) == {"U2"}
        sheet = words(c.got(CO, "N02P"))
        assert "Harbour Rehab Ltd" in sheet and "55-1" in sheet
        assert c.heard_nothing(SUPPLIER)


def test_i03_about_conduct_the_supplier_is_called(c: Insurer) -> None:
    """The supplier must be named; the call sheet says who is called."""
    for hour, kind in (("09", "client complaint"), ("10", "concern"), ("11", "relationship")):
        c.raised(f"{hour}:00")
        c.says(f"{hour}:10", CO, f"{HARBOUR}\nKind: {kind}")
        assert c.at() == "A2S" and "Fiona Reid" in words(c.got(CO, "N02"))


def test_i04_medical_assessments_go_to_their_own_framework(c: Insurer) -> None:
    """Its owners get the issue, the case owner hears that the process ends here."""
    for hour, kind in (("09", "IMA"), ("10", "VIMA")):
        c.raised(f"{hour}:00")
        c.says(f"{hour}:10", CO, f"Kind: {kind}")
        assert c.at() == "XVM" and not c.clocks(c.ref)
        c.go(c.hour(f"{hour}:30"))
        assert c.got(VMS, "N03") and c.got(CO, "N04")


def test_i05_possible_fraud_leaves_at_any_step(c: Insurer) -> None:
    """Integrity Services get the original; the sender hears "received"; team manager and supplier hear nothing new."""
    c.to_b1()
    before = {who: len(c.inbox(who)) for who in (TM, SUPPLIER)}
    c.says("10:00", CO, "Kind: fraud")
    with pytest.raises(AssertionError, match="is restricted"):
        c.at()
    assert c.got(INTEGRITY, "N05")
    assert {who: len(c.inbox(who)) for who in before} == before
    assert "fraud" not in c.inbox(CO)[-1].subject.lower()


def test_i06_resolved_by_the_case_owner(c: Insurer) -> None:
    """The issue ends; the reminder to keep monitoring comes at once."""
    c.raised()
    c.says("09:10", CO, f"{PROVIDER}\nKind: content")
    c.says("09:20", CO, "Called today: the report is being written again")
    c.press(c.hour("09:30"), CO, c.got(CO, "N02P"), "Resolved")
    assert c.at() == "END" and not c.clocks(c.ref) and "monitor" in words(c.got(CO, "N06"))


def test_i07_not_resolved_with_a_provider(c: Insurer) -> None:
    """The team manager is asked to discuss it; the choice is theirs."""
    for hour, word in (("09", "Not resolved"), ("10", "No contact"), ("11", "Serious")):
        c.raised(f"{hour}:00")
        c.says(f"{hour}:10", CO, f"{PROVIDER}\nKind: timeliness")
        c.says(f"{hour}:20", CO, word)
        assert c.at() == "TMP" and set(c.clocks(c.ref)) == {"U3"}
        assert {b.label for b in c.got(TM, "N07").buttons} >= {"Call supplier: me", "Call supplier: you"}


def test_i08_not_resolved_with_a_supplier(c: Insurer) -> None:
    """It goes to the team manager with a call sheet of their own."""
    c.to_b1()
    assert c.got(TM, "N07B") and "Fiona Reid" in words(c.got(TM, "N02T")) and set(c.clocks(c.ref)) == {"U4"}


@pytest.mark.parametrize(("word", "caller", "sheet"), [("me", TM, "N02T"), ("you", CO, "N02")])
def test_i09_the_team_manager_says_who_calls(c: Insurer, word: str, caller: str, sheet: str) -> None:
    """Whoever is to call gets the call sheet."""
    c.raised()
    c.says("09:10", CO, f"{PROVIDER}\n{HARBOUR}\nKind: content")
    c.says("09:20", CO, "Serious")
    c.says("09:30", TM, f"Call supplier: {word}")
    assert c.at() == "A3S" and c.got(caller, sheet)


def test_i10_the_team_manager_leaves_step_3_out(c: Insurer) -> None:
    """Only with a reason; then it is the team manager's turn to contact the supplier."""
    c.raised()
    c.says("09:10", CO, f"{PROVIDER}\n{HARBOUR}\nKind: content")
    c.says("09:20", CO, "No contact")
    c.says("09:30", TM, "No call")
    assert c.at() == "TMP"
    c.says("09:40", TM, "No call: the supplier has said all it will say")
    assert c.at() == "B1"


def test_i11_the_call_of_step_3_does_not_help(c: Insurer) -> None:
    """It goes on to the team manager."""
    c.raised()
    c.says("09:10", CO, f"{PROVIDER}\n{HARBOUR}\nKind: content")
    c.says("09:20", CO, "Not resolved")
    c.says("09:30", TM, "Call supplier: you")
    c.says("09:40", CO, "Not resolved")
    assert c.at() == "B1" and c.got(TM, "N07B")


def test_i12_the_team_manager_resolves_it(c: Insurer) -> None:
    """The issue ends, and the team manager monitors."""
    c.to_b1()
    c.says("10:00", TM, "Resolved")
    assert c.at() == "END" and "monitor" in words(c.got(TM, "N06T"))


def test_i13_the_team_manager_escalates_to_the_right_manager(c: Insurer) -> None:
    """Without a service the team manager is asked; with one the lead supplier manager of that service is told."""
    c.raised()
    c.says("09:10", CO, "New supplier: Far North Care\nKind: relationship")
    c.says("09:20", CO, "Not resolved")
    c.says("09:30", TM, "Not resolved")
    assert c.at() == "B1" and "service" in words(c.got(TM, "M51"))
    c.says("09:40", TM, f"{SERVICE}\nNot resolved")
    assert c.at() == "B2" and c.got(LEAD, "N08") and set(c.clocks(c.ref)) == {"U5"}
    assert "Not resolved" in words(c.got(TM, "N09"))


def test_i14_the_summary_is_in_eos(c: Insurer) -> None:
    """No confirmation, no move; with the reference contractual performance management begins."""
    c.to_b1()
    c.says("09:30", TM, "Not resolved")
    c.says("09:40", TM, "Summary done")
    assert c.at() == "B2"
    c.says("09:50", TM, "Summary done EOS-77")
    assert c.at() == "C1" and "EOS-77" in words(c.got(LEAD, "N10"))


def test_i15_advice_leads_back_to_the_case_owner_once(c: Insurer) -> None:
    """The kind is kept, so it is routed at once; a second time needs a reason (Q43)."""
    c.to_c1()
    c.says("10:00", LEAD, "Interpretation: the contract allows ten days")
    assert c.at() == "A2S" and "ten days" in words(c.got(CO, "N11"))
    c.says("10:10", CO, "Not resolved")
    c.says("10:20", TM, "Not resolved")
    c.says("10:30", TM, "Summary done EOS-2")
    c.says("10:40", LEAD, "Interpretation: still ten days")
    assert c.at() == "C1"
    c.says("10:50", LEAD, "Interpretation: still ten days again because the case owner was away")
    assert c.at() == "A2S"


@pytest.mark.parametrize("what", ["meeting", "education"])
def test_i16_non_compliance(c: Insurer, what: str) -> None:
    """The supplier is invited for the date; the clock is that date and a working day."""
    c.to_c1()
    day = c.calendar.add_working_days(date.fromisoformat(c.day), 3)
    c.says("10:00", LEAD, f"Non-compliance: {what} {day}")
    c.go(c.hour("10:30"))
    assert c.at() == "CMT" and c.clocks(c.ref)["U7"] == c.calendar.add_working_days(day, 1).isoformat()
    assert str(day.day) in words(c.got(SUPPLIER, "N12"))


def test_i17_an_expert_is_asked(c: Insurer) -> None:
    """The question goes out, and the clock of the step stays as it was."""
    c.raised()
    c.says("09:10", CO, "Supplier is Kauri Housing Ltd\nService is Housing modifications\nKind: concern")
    c.says("09:20", CO, "Not resolved")
    c.says("09:30", TM, "Not resolved")
    c.says("09:40", TM, "Summary done EOS-3")
    before = c.clocks(c.ref)
    manager = next(who for who in (LEAD, "sione.fale@insurer.example") if not c.heard_nothing(who))
    c.says("09:50", manager, "Ask SME: is a ramp of one in eight in the contract?")
    c.go(c.hour("10:30"))
    assert c.at() == "C1" and c.clocks(c.ref) == before
    assert "one in eight" in words(c.got(EXPERT, "N13"))


@pytest.mark.parametrize("word", ["Met", "Education given"])
def test_i18_the_meeting_has_taken_place(c: Insurer, word: str) -> None:
    """The question is then whether a formal plan is needed."""
    c.to_c1()
    what = "meeting" if word == "Met" else "education"
    c.says("10:00", LEAD, f"Non-compliance: {what} {c.calendar.add_working_days(date.fromisoformat(c.day), 1)}")
    c.says("11:00", LEAD, word)
    assert c.at() == "PIP" and c.got(LEAD, "N14")


def test_i19_a_plan_gives_the_date_of_the_outcome(c: Insurer) -> None:
    """The end of the plan is when the outcome is due; without a plan a reason is a full answer."""
    c.to_c1()
    c.says("10:00", LEAD, f"Non-compliance: meeting {c.calendar.add_working_days(date.fromisoformat(c.day), 1)}")
    c.says("11:00", LEAD, "Met")
    start, end = (c.calendar.add_working_days(date.fromisoformat(c.day), n) for n in (1, 8))
    c.says("11:10", LEAD, f"PIP: start {start} end {end}\nStandard: each plan fits its client.")
    assert c.at() == "C3" and c.clocks(c.ref)["U9"] == end.isoformat() and c.got(LEAD, "N15")


def test_i20_resolved_needs_the_note_in_ariba(c: Insurer) -> None:
    """ "Resolved" alone asks for the note; with it the issue ends and the supplier manager monitors."""
    c.to_c3()
    c.says("15:20", LEAD, "Resolved")
    assert c.at() == "C3" and "Ariba" in words(c.got(LEAD, "M51"))
    c.says("15:30", LEAD, "Resolved, noted in Ariba")
    assert c.at() == "END" and c.got(LEAD, "N06S")


def test_i21_to_i24_the_panel_is_considered(c: Insurer) -> None:
    """Considering leaves a record: referred, with the pack to the Panel, or not referred, with the reason."""
    c.to_c3()
    c.says("15:20", LEAD, "Not resolved")
    assert c.at() == "PNL" and c.got(LEAD, "N16")
    c.says("15:30", LEAD, "Panel: refer")
    c.go(c.hour("15:50"))
    assert c.at() == "XPC" and c.got(PANEL, "N17")
    c.to_c3()
    c.says("15:20", LEAD, "Not resolved")
    c.says("15:30", LEAD, "Panel: not referred")
    assert c.at() == "PNL"
    c.says("15:40", LEAD, "Panel: not referred: the harm is past")
    assert c.at() == "XNP" and "the harm is past" in words(c.got(LEAD, "N18")) and c.heard_nothing(PANEL)


def test_i22_a_plan_is_extended(c: Insurer) -> None:
    """The outcome is due at the new end."""
    c.to_c3()
    end = c.calendar.add_working_days(date.fromisoformat(c.day), 12)
    c.says("15:20", LEAD, f"Extend PIP to {end}")
    assert c.at() == "C3" and c.clocks(c.ref)["U9"] == end.isoformat()


def test_i25_and_i26_withdrawn_and_opened_again(c: Insurer) -> None:
    """A reason is needed for both; the issue begins again with the question for its kind."""
    c.raised(owner=OTHER_CO)
    c.says("09:10", OTHER_CO, "Withdrawn: sent by mistake")
    assert c.at() == "XWD" and not c.clocks(c.ref) and c.got(OTHER_CO, "N06")
    c.says("09:20", OTHER_CO, "Reopen: it was none")
    assert c.at() == "RAI" and set(c.clocks(c.ref)) == {"U1"}


def test_a_suppliers_reply_moves_nothing(c: Insurer) -> None:
    """It is filed and shown; the case owner says what came of it (2.4, A2)."""
    c.raised()
    c.says("09:10", CO, f"{HARBOUR}\nKind: concern")
    c.write(c.hour("09:30"), SUPPLIER, f"Re: [{c.ref}] your call", "Resolved. We have changed it.")
    assert c.at() == "A2S" and "We have changed it" in words(c.got(CO, "M28"))


def test_silence_climbs_from_the_case_owner_to_the_team_manager(c: Insurer) -> None:
    """2.4, ESC: one working day late the owner hears, two working days late the owner's manager."""
    c.raised()
    due = date.fromisoformat(c.clocks(c.ref)["U1"])
    one, two = (c.calendar.add_working_days(due, n) for n in (1, 2))
    c.go(c.hour("17:00"))
    c.day = one.isoformat()
    c.go(c.hour("09:00"))
    assert c.got(CO, "M49") and c.heard_nothing(TM)
    c.day = two.isoformat()
    c.go(c.hour("09:00"))
    assert c.got(TM, "M50")
