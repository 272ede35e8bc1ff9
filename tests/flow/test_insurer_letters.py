"""Every letter of the insurer's procedure renders in every stage that sends it, the shared ones in every stage."""

from __future__ import annotations

import pytest

from mailflow.flow.summarise import due_digests
from tests.flow.bench import Bench
from tests.flow.insurer_bench import AROHA, BRIAN, GRACE, NAMED, NOEL, REID, WIREMU, changes, raised
from tests.procedure.insurer import LIVE, insurer

# What is said, by whom, to come from one stage to the next.
WAY = {
    "A2P": [(AROHA, "Kind: timeliness")],
    "A2S": [(AROHA, "Kind: relationship")],
    "TMP": [(AROHA, "Kind: content"), (AROHA, "No contact")],
    "A3S": [(AROHA, "Kind: content"), (AROHA, "Serious"), (BRIAN, "Call supplier: you")],
    "A3S by TM": [(AROHA, "Kind: content"), (AROHA, "Not resolved"), (BRIAN, "Call supplier: me")],
    "B1": [(AROHA, "Kind: concern"), (AROHA, "Called 2 March: no progress\nNot resolved")],
}
WAY["B1 without a call"] = [*WAY["TMP"], (BRIAN, "No call: she is away")]
WAY["B2"] = [*WAY["B1"], (BRIAN, "Not resolved")]
WAY["C1"] = [*WAY["B2"], (BRIAN, "Summary done\n\nWe called both and got nowhere.")]
WAY["A2S again"] = [*WAY["C1"], (NOEL, "Interpretation: clause 4 gives them ten days")]
WAY["CMT"] = [*WAY["C1"], (NOEL, "Non-compliance: meeting 16 March")]
WAY["CMT moved"] = [*WAY["CMT"], (NOEL, "Non-compliance: education 18 March")]
WAY["PIP"] = [*WAY["CMT"], (NOEL, "Met")]
WAY["C3"] = [*WAY["PIP"], (NOEL, "PIP: start 17 March end 30 June\n\nReports within ten days, counted monthly.")]
WAY["C3 without a plan"] = [*WAY["PIP"], (NOEL, "No PIP: the supplier has changed the rota")]
WAY["PNL"] = [*WAY["C3"], (NOEL, "Not resolved")]
WAY["RAI"] = []
ENDS = {
    "END": ("A2P", AROHA, "Resolved"),
    "END after B": ("B1", BRIAN, "Resolved"),
    "END after C": ("C3", NOEL, "Resolved, noted in Ariba"),
    "XVM": ("RAI", AROHA, "Kind: VIMA"),
    "XPC": ("PNL", NOEL, "Panel: refer because the plan has failed"),
    "XNP": ("PNL", NOEL, "Panel: not referred: the client has moved"),
    "XWD": ("C1", BRIAN, "Withdrawn: the client has died"),
}


@pytest.fixture
def office(bench_of) -> Bench:
    """The insurer's office, in which the check-in is on."""
    return bench_of(**changes(), settings={"u11": "30 days"})


def _state(place: str) -> str:
    return place.partition(" ")[0]


def come_to(office: Bench, place: str) -> str:
    """An issue at this place."""
    ref = raised(office, "2027-03-01 20:00", NAMED)
    for n, (who, words) in enumerate(WAY[place]):
        office.mail(f"2027-03-01 21:{n:02}", who, f"Re: [{ref}]", words)
    assert office.state(ref) == _state(place), [x.words for x in office.letters("M51")]
    return ref


def all_rendered(office: Bench) -> None:
    """No letter waits for its template, and the administrator has heard of none that does."""
    with office.store.read() as unit:
        waiting = [x for ref in office.refs() for x, _ in unit.outbox.of_case(ref) if not x.octets]
    assert waiting == [] and office.letters("M60", WIREMU) == []
    for letter in office.left:
        assert "None" not in letter.message.text and "{{" not in letter.message.text, letter.name
        assert "this concern" not in letter.message.text.casefold(), letter.name


@pytest.mark.parametrize("place", WAY)
def test_all_letters_of_a_stage_and_all_that_may_come_there(office, place):
    """On the way there; then status, help, a word that does not fit, a wrong role, replies, an undo, and silence."""
    ref = come_to(office, place)
    tag = f"Re: [{ref}]"
    for n, (who, words) in enumerate(
        [
            (BRIAN, "Status"),
            (AROHA, "Help"),
            (AROHA, "Withdrawn"),
            (NOEL, "Kind: IMA" if place != "RAI" else "Kind: content"),
            (AROHA, "Note: the client has called"),
            (REID, "We have read your mail and disagree."),
            (REID, "Status"),
            (BRIAN, "Hold until 10 March: leave"),
            (BRIAN, "Resume"),
            (BRIAN, "Undo"),
        ]
    ):
        office.mail(f"2027-03-02 00:{n:02}", who, tag, words)
    assert {"M51", "M52", "M53", "M58", "M59"} <= {x.name for x in office.left}
    assert office.letters("M28"), "the supplier's reply is shown"
    office.to("2027-04-12 20:30")  # a Tuesday morning in Wellington
    due_digests(office.house, office.now)
    office.settle()
    assert {"M49", "M50", "M55", "M56"} <= {x.name for x in office.left}
    all_rendered(office)


@pytest.mark.parametrize("end", ENDS)
def test_the_letters_of_an_end_and_of_a_reopening(office, end):
    """What the last word sends, what is written after it, the check-in, and the issue opened again."""
    place, who, words = ENDS[end]
    ref = come_to(office, place)
    office.mail("2027-03-02 00:00", who, f"Re: [{ref}]", words)
    assert office.state(ref) == _state(end)
    office.mail("2027-03-02 00:10", REID, f"Re: [{ref}]", "Thank you for closing this.")
    office.to("2027-04-20 00:00")
    assert bool([x for x in office.left if x.name.startswith("CHECKIN")]) == (office.state(ref) == "END")
    if end != "XPC":
        office.mail("2027-04-20 01:00", AROHA, f"Re: [{ref}]", "Reopen: it has begun again")
        assert office.state(ref) == "RAI" and "begun again" in office.letters("N01")[-1].words
    all_rendered(office)


def test_the_panel_gets_the_whole_record(office):
    """N17: the referral pack encloses the record with the calls and decisions."""
    ref = come_to(office, "PNL")
    office.mail("2027-03-02 00:00", NOEL, f"Re: [{ref}]", "Panel: refer because the plan has failed")
    office.to("2027-03-02 22:00")
    pack = office.letter("N17", "panel@insurer.example")
    assert "the plan has failed" in pack.words
    (record,) = [a for a in pack.message.attachments if a.content_type == "text/html"]
    assert "no progress" in record.octets.decode() and "Summary done" in record.octets.decode()


def test_the_invitation_bears_the_supplier_managers_name(office):
    """N12 is written in the name of whoever arranged the meeting, with the claim reference and no client."""
    come_to(office, "CMT")
    office.to("2027-03-02 22:00")
    invitation = office.letter("N12", REID)
    assert (
        "Noel Park" in invitation.words and "Tuesday 16 March 2027" in invitation.words and "7788" in invitation.words
    )


def test_every_letter_has_been_tried():
    """The ways above pass through every stage, so that no letter of the file goes untried."""
    assert {_state(p) for p in WAY} == set(LIVE)
    ends = {s.code for s in insurer().top.states.values() if s.ends}
    assert {_state(e) for e in ENDS} | {"XIN"} == ends


def test_who_is_above_hears_in_the_end(office):
    """CO to TM to TM's manager: a team manager's silence is told to the manager of the team manager."""
    come_to(office, "B1")
    office.to("2027-03-20 00:00")
    assert office.letter("M50").to[0] == GRACE or GRACE in office.letter("M50").to
