"""The insurer's issues by mail: who may raise one, the first mail's words, whom the letters go to."""

from __future__ import annotations

import pytest

from tests.flow.bench import Bench
from tests.flow.insurer_bench import (
    AROHA,
    BRIAN,
    GRACE,
    LEE,
    NAMED,
    NOEL,
    REID,
    SHAH,
    SIONE,
    changes,
    raised,
)

DAY = "2027-03-01"  # Wellington is thirteen hours ahead: 20:00 UTC is 9am the next day


@pytest.fixture
def office(bench_of) -> Bench:
    """The insurer's office, without mail yet."""
    return bench_of(**changes())


def test_a_case_owner_raises_an_issue_and_is_asked_for_its_kind(office):
    """i01: the colleague who writes is the case owner and gets N01, with a button for each kind."""
    ref = raised(office, f"{DAY} 20:00")
    assert office.state(ref) == "RAI" and office.case(ref).fields["case_owner"] == AROHA
    asked = office.letter("N01", AROHA)
    assert "by Wednesday 3 March 2027" in asked.words and "late" in asked.words
    subject, body = asked.button("Kind: fraud")
    assert ref in subject and body.startswith("Kind: fraud")
    assert [x for x in office.left if x.to != (AROHA,)] == []


def test_the_first_mail_may_name_the_service_too(office):
    """Names are set, whatever N01 offers: a mail that says all it knows is not asked which issue it means."""
    words = "Supplier is Harbour Rehab Ltd\nService is Vocational rehabilitation\nKind: concern"
    ref = raised(office, f"{DAY} 20:00", words)
    assert office.state(ref) == "A2S" and office.case(ref).fields["service"] == "Vocational rehabilitation"
    assert not office.letters("M52") and not office.letters("N01")


def test_the_first_mail_may_say_everything(office):
    """A first mail that names provider and kind goes straight to the call sheet, with whom to call and the number."""
    ref = raised(office, f"{DAY} 20:00", f"{NAMED}\nKind: timeliness")
    assert office.state(ref) == "A2P" and not office.letters("N01")
    sheet = office.letter("N02P", AROHA)
    assert "Dr Anil Shah" in sheet.words and "04 555 0130" in sheet.words and "7788" in sheet.words


def test_a_name_nobody_knows_is_asked_about(office):
    """The issue is open all the same; the question names what was not found."""
    ref = raised(office, f"{DAY} 20:00", "Provider is Nobody Known\nKind: timeliness")
    assert office.state(ref) == "RAI" and "Nobody Known" in office.letter("M51", AROHA).words


def test_any_colleague_may_raise_one(office):
    """P51: other claims staff, in no list but at our own domain; without a known manager the team managers hear."""
    ref = raised(office, f"{DAY} 20:00", sender=LEE)
    assert office.case(ref).fields["case_owner"] == LEE and office.letter("N01", LEE)
    office.mail(f"{DAY} 20:10", LEE, f"Re: [{ref}]", f"{NAMED}\nKind: content")
    assert office.state(ref) == "A2P"
    office.mail(f"{DAY} 20:20", LEE, f"Re: [{ref}]", f"Manager is {GRACE}\nNo contact")
    assert office.state(ref) == "TMP" and office.letter("N07", GRACE)
    office.mail(f"{DAY} 20:30", GRACE, f"Re: [{ref}]", "Call supplier: me")
    assert office.state(ref) == "A3S" and "04 555 0110" in office.letter("N02T", GRACE).words


def test_another_colleague_in_no_list_has_no_word_on_it(office):
    """Whoever is neither named on an issue nor an officer is asked about, not heard."""
    ref = raised(office, f"{DAY} 20:00", NAMED)
    office.mail(f"{DAY} 20:10", LEE, f"Re: [{ref}]", "Kind: content")
    assert office.state(ref) == "RAI" and office.open_questions()


@pytest.mark.parametrize("sender", [SHAH, REID, "someone@elsewhere.example"])
def test_nobody_else_raises_one(office, sender):
    """A provider, a supplier, a stranger: held, and a team manager is asked."""
    office.mail(f"{DAY} 20:00", sender, "A complaint", "I want to raise something.")
    assert office.refs() == [] and office.open_questions() and office.letter("M57", BRIAN)


def test_a_colleague_who_is_not_proved_gets_a_button(office):
    """G8: without our server's word the mail is held, and the question goes to the colleague's own address."""
    office.mail(f"{DAY} 20:00", AROHA, "Report", "The report is late.", auth="")
    assert office.refs() == []
    asked = office.letter("M57", AROHA)
    subject, body = asked.button("New issue received")
    office.mail(f"{DAY} 20:10", AROHA, subject, body, auth="")
    assert office.case().fields["case_owner"] == AROHA


def test_a_forged_colleague_raises_nothing(office):
    """DMARC failed: nothing is opened."""
    office.mail(f"{DAY} 20:00", AROHA, "Report", "The report is late.", auth="fail")
    assert office.refs() == [] and office.letter("M52", AROHA)


def test_a_word_for_an_open_issue_without_its_reference_opens_none(office):
    """ "Resolved" without a reference belongs to an issue we cannot see."""
    office.mail(f"{DAY} 20:00", AROHA, "Report", "Resolved")
    assert office.refs() == [] and "which issue" in office.letter("M52", AROHA).words


def test_the_call_log_becomes_the_draft_summary(office):
    """Q41, P26, P27: calls and mails stand in the draft Eos summary, oldest first."""
    ref = raised(office, f"{DAY} 20:00", f"{NAMED}\nKind: concern")
    office.mail(f"{DAY} 20:30", AROHA, f"Re: [{ref}]", "Called 2 March: she will look at the rota\nNot resolved")
    office.mail(f"{DAY} 21:00", REID, f"Re: [{ref}]", "We disagree with your view.")
    office.mail(f"{DAY} 21:30", BRIAN, f"Re: [{ref}]", "Called 2 March: no agreement about the dates\nNot resolved")
    assert office.state(ref) == "B2"
    draft = office.letter("N09", BRIAN).words
    assert "she will look at the rota" in draft and "no agreement about the dates" in draft and "We disagree" in draft
    assert draft.index("look at the rota") < draft.index("We disagree") < draft.index("no agreement")
    assert set(office.letter("M28").to) == {BRIAN, AROHA}


def test_the_lead_supplier_manager_takes_services_that_have_one(office):
    """P24, P25: the lead of the service in the table; P23: any other service goes to the Supplier Manager."""
    for supplier, manager in (("Harbour Rehab Ltd", NOEL), ("Kauri Housing Ltd", SIONE)):
        words = f"Provider is Dr Anil Shah\nSupplier is {supplier}\nKind: concern"
        when = "20" if manager == NOEL else "22"
        ref = raised(office, f"{DAY} {when}:00", words)
        office.mail(f"{DAY} {when}:10", AROHA, f"Re: [{ref}]", "Not resolved")
        office.mail(f"{DAY} {when}:20", BRIAN, f"Re: [{ref}]", "Not resolved")
        assert office.letter("N08").to == (manager,)
        office.mail(f"{DAY} {when}:30", BRIAN, f"Re: [{ref}]", "Summary done 4711")
        assert office.letters("N10", manager) and office.state(ref) == "C1"


def test_an_expert_is_asked_and_answers(office):
    """P31: the expert of the service; the answer is filed and shown to the Supplier Manager."""
    ref = raised(office, f"{DAY} 20:00", "Supplier is Kauri Housing Ltd\nKind: concern")
    for minute, who, words in (
        (10, AROHA, "Not resolved"),
        (15, BRIAN, "Not resolved"),
        (20, BRIAN, "Summary done 4711"),
        (25, SIONE, "Ask SME: is a ramp usual here?"),
    ):
        office.mail(f"{DAY} 20:{minute}", who, f"Re: [{ref}]", words)
    office.to(f"{DAY} 21:00")
    question = office.letter("N13", "housing.expert@insurer.example")
    assert "is a ramp usual here?" in question.words
    office.mail(f"{DAY} 21:10", "housing.expert@insurer.example", f"Re: [{ref}]", "Yes, it is.")
    assert office.state(ref) == "C1" and "Yes, it is." in office.letter("M28", SIONE).words
