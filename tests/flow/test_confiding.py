"""A word that outranks all others, in a mail without a place and in a hold: nobody else hears of it (Q45)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mailflow.flow.advance import advance
from mailflow.flow.asking_again import ask_again_one
from mailflow.procedure.events import LetterSettled
from tests.flow.bench import Bench, at
from tests.flow.insurer_bench import (
    AROHA,
    BRIAN,
    GRACE,
    INTEGRITY,
    LEE,
    NAMED,
    NOEL,
    REID,
    SHAH,
    TESSA,
    WIREMU,
    changes,
    raised,
)

DAY = "2027-03-01"
FRAUD = "Kind: fraud\n\ninvoices for visits that never were"


@pytest.fixture
def office(bench_of) -> Bench:
    """The insurer's office, in which Grace alone may read restricted records."""
    return bench_of(**changes(), settings={"restricted_readers": [GRACE]})


def told(office: Bench, since: int) -> list[tuple[str, tuple[str, ...]]]:
    return [(x.name, x.to) for x in office.left[since:]]


def days_pass(office: Bench, until: str) -> None:
    """As the daemon does: the questions that nobody answers are put again."""
    while office.now < at(until):
        office.to(office.now + timedelta(hours=6))
        while ask_again_one(office.house, office.now):
            pass
        office.settle()


def invited(office: Bench) -> str:
    """An issue at C1 whose invitation to the supplier waits for the morning."""
    ref = raised(office, f"{DAY} 20:00", f"{NAMED}\nKind: concern")
    for minute, who, words in ((10, AROHA, "Not resolved"), (15, BRIAN, "Not resolved"), (20, BRIAN, "Summary done 1")):
        office.mail(f"{DAY} 20:{minute}", who, f"Re: [{ref}]", words)
    office.mail("2027-03-02 06:00", NOEL, f"Re: [{ref}]", "Non-compliance: meeting 9 March")
    return ref


def test_a_hold_keeps_the_invitation_and_resuming_sends_it(office):
    """Composition 10 in a procedure that has no letter for a pause."""
    ref = invited(office)
    office.mail("2027-03-02 06:10", NOEL, f"Re: [{ref}]", "Hold until 20 March: she is ill")
    office.to("2027-03-04 06:00")
    assert not office.letters("N12")
    office.mail("2027-03-04 06:10", NOEL, f"Re: [{ref}]", "Resume")
    office.to("2027-03-05 06:00")
    assert office.letter("N12").to == (REID,)


def test_it_is_heard_in_a_hold_and_ends_it(office):
    """Nothing waits any more: no reminder of the hold comes to those who knew of the case."""
    ref = invited(office)
    office.mail("2027-03-02 06:10", NOEL, f"Re: [{ref}]", "Hold until 10 March: she is ill")
    assert office.case(ref).hold
    count = len(office.left)
    office.mail("2027-03-02 06:20", AROHA, f"Re: [{ref}]", FRAUD)
    office.to("2027-03-30 06:00")
    assert sorted(told(office, count)) == [("M53R", (AROHA,)), ("N05", (INTEGRITY,))]
    assert not office.case(ref).hold and office.state(ref) == ""
    office.nothing_lost()


def test_a_breach_stays_open_for_those_who_may_read_it(office):
    """It is passed on all the same; the breach is asked about until a reader, whatever their role, has closed it."""
    ref = invited(office)
    office.mail("2027-03-02 06:10", NOEL, f"Re: [{ref}]", "Breach: the report went to a neighbour")
    count = len(office.left)
    office.mail("2027-03-02 06:20", AROHA, f"Re: [{ref}]", FRAUD)
    office.to("2027-03-20 06:00")
    assert sorted(told(office, count))[-2:] == [("M53R", (AROHA,)), ("N05", (INTEGRITY,))]
    assert {x.to for x in office.left[count:] if x.name in ("M49", "M50")} == {(GRACE,)}
    count = len(office.left)
    office.mail("2027-03-20 06:10", GRACE, f"Re: [{ref}]", "Breach closed: the neighbour has destroyed it")
    office.to("2027-04-20 06:00")
    assert told(office, count) == [("M53", (GRACE,))]


def test_a_party_who_writes_it_is_a_party_who_writes(office):
    """Words of the procedure in a provider's mail are no words: it is filed and shown, and no form is named to them."""
    ref = raised(office, f"{DAY} 19:30", f"{NAMED}\nKind: content")
    count = len(office.left)
    office.mail(f"{DAY} 20:00", SHAH, f"Re: [{ref}]", FRAUD)
    assert told(office, count) == [("M28", (AROHA,))]


def test_of_a_mail_that_names_two_issues_only_its_writer_hears(office):
    """It would have been put to the team managers, word for word."""
    refs = [raised(office, f"{DAY} 19:3{n}", f"{NAMED}\nKind: content") for n in range(2)]
    count = len(office.left)
    office.mail(f"{DAY} 20:00", AROHA, " and ".join(f"[{r}]" for r in refs), FRAUD)
    assert told(office, count) == [("M52", (AROHA,))]
    assert all(ref in office.letter("M52").words for ref in refs)


@pytest.mark.parametrize("who", [LEE, TESSA])
def test_a_colleague_who_is_not_on_the_issue_is_answered_alone(office, who):
    """Neither the case owner nor anybody else hears who suspects what; a new mail is passed on at once."""
    ref = raised(office, f"{DAY} 19:30", f"{NAMED}\nKind: content")
    count = len(office.left)
    office.mail(f"{DAY} 20:00", who, f"Re: [{ref}]", FRAUD)
    assert told(office, count) == [("M52", (who,))]
    office.mail(f"{DAY} 20:10", who, "About him", FRAUD)
    assert sorted(told(office, count + 1)) == [("M53R", (who,)), ("N05", (INTEGRITY,))]


def test_a_question_about_it_climbs_to_nobody(office):
    """A mail with its reference that nobody answers for is put to the readers again and again, and to nobody else."""
    first, second = (raised(office, f"{DAY} 19:3{n}", f"{NAMED}\nKind: content") for n in range(2))
    office.mail(f"{DAY} 20:00", AROHA, f"Re: [{first}]", FRAUD)
    office.mail(f"{DAY} 20:10", "someone@elsewhere.example", f"Re: [{first}]", "I know more about this.")
    office.mail(f"{DAY} 20:20", "someone@elsewhere.example", f"[{first}] [{second}]", "I know more about this.")
    days_pass(office, "2027-03-20 20:00")
    asked = office.letters("M57")
    assert len(asked) > 8 and {x.to for x in asked} == {(GRACE,)}


def test_integrity_services_without_a_reference_are_shown_to_the_readers(office):
    """Their mail is no party's and no colleague's: whoever may read the record says where it belongs, in any role."""
    ref = raised(office, f"{DAY} 19:30", f"{NAMED}\nKind: content")
    office.mail(f"{DAY} 20:00", AROHA, f"Re: [{ref}]", FRAUD)
    office.mail(f"{DAY} 20:10", INTEGRITY, "Your report", "We have looked at Dr Shah's invoices.")
    question = office.letter("M57")
    assert question.to == (GRACE,)
    subject, body = question.button("Belongs to")
    count = len(office.left)
    office.mail(f"{DAY} 20:20", GRACE, subject, body.replace("(reference)", ref))
    assert told(office, count) == [("M28", (GRACE,))] and not office.open_questions()


def test_in_the_junk_folder_it_is_put_to_the_readers(office):
    """What is found there is asked about, and this word is asked of nobody else."""
    raised(office, f"{DAY} 19:30", f"{NAMED}\nKind: content")
    office.mail(f"{DAY} 20:00", BRIAN, "About him", FRAUD, folder="Junk")
    assert office.letter("M57").to == (GRACE,)


@pytest.mark.parametrize(("readers", "who"), [([GRACE], GRACE), ([], WIREMU)])
def test_what_has_not_reached_integrity_services_is_known_to_somebody(bench_of, readers, who):
    """Its readers hear that it came back, or has no address; the administrator, if the office has named none."""
    office = bench_of(**changes(), settings={"restricted_readers": readers})
    office.mail(f"{DAY} 20:00", AROHA, "About him", FRAUD)
    passed = office.letter("N05")
    with office.store.unit() as unit:
        event = LetterSettled(passed.id, "bounced", office.now)
        advance(office.house, unit, passed.case, event, cause="bounce", now=office.now)
    office.settle()
    assert office.letter("M21").to == (who,)
    office = bench_of(**changes(), settings={"restricted_readers": readers, "integrity_services": "Nobody"})
    office.mail(f"{DAY} 20:00", AROHA, "About him", FRAUD)
    assert sorted(told(office, 0)) == [("M53R", (AROHA,)), ("M57", (who,))]
