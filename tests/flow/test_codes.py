"""Buttons and one-time codes: fresh, stale, used twice, from somebody else; what cannot be undone is confirmed."""

from __future__ import annotations

import pytest

from tests.flow.bench import GEORGE, JOAN, MAYA, PRIYA, TOM, Bench, write


def _replied(bench: Bench, when: str = "2027-02-03 10:00", words: str = "We accept this.") -> None:
    bench.mail(when, JOAN, f"Re: {bench.tag()}", words)
    assert bench.state() == "RSP"


def _silent(bench: Bench, when: str, who: str, subject: str, body: str, n: int = 1) -> str:
    """A mail about which our server says nothing."""
    return bench.raw(when, write(who, subject, body, auth="", message_id=f"<silent{n}-{when[5:16]}@mail.test>"))


def test_a_button_does_what_it_says(waiting: Bench):
    """5.2: subject with reference, words and code; body with the same first line."""
    _replied(waiting)
    waiting.mail("2027-02-03 11:00", MAYA, *waiting.letter("M23").button("Accepted"))
    assert waiting.state() == "REV"


def test_a_button_works_with_an_empty_body_and_behind_re(waiting: Bench):
    """Some telephones drop the body of a mailto link, some put Re: in front."""
    _replied(waiting)
    subject, _ = waiting.letter("M23").button("Accepted")
    waiting.mail("2027-02-03 11:00", MAYA, f"Re: {subject}", "")
    assert waiting.state() == "REV"


def test_a_button_pressed_twice_acts_once(waiting: Bench):
    """The second press finds its code used: told that this has moved on (M51), nothing done."""
    _replied(waiting)
    button = waiting.letter("M23").button("Holding reply")
    waiting.mail("2027-02-03 11:00", MAYA, *button)
    assert waiting.state() == "WPR"
    _replied(waiting, "2027-02-04 10:00", "Now our full answer.")
    waiting.mail("2027-02-04 11:00", MAYA, *button)
    assert waiting.state() == "RSP" and "moved on" in waiting.letter("M51", MAYA).words


def test_a_stale_button_does_nothing(waiting: Bench):
    """G8: a code is tied to the stay in the stage for which it was made."""
    _replied(waiting)
    old = waiting.letter("M23").button("Accepted")
    waiting.mail("2027-02-03 11:00", MAYA, f"Re: {waiting.tag()}", "Holding reply")
    _replied(waiting, "2027-02-04 10:00", "We dispute it after all.")
    waiting.mail("2027-02-04 11:00", MAYA, *old)
    assert waiting.state() == "RSP" and waiting.letters("M51", MAYA)


def test_a_forwarded_button_is_nobody_elses(waiting: Bench):
    """G8: a code counts only from the address it was sent to; the deputy says the words instead."""
    _replied(waiting)
    button = waiting.letter("M23").button("Accepted")
    waiting.mail("2027-02-03 11:00", TOM, *button)
    assert waiting.state() == "RSP" and waiting.letters("M51", TOM)
    waiting.mail("2027-02-03 11:05", TOM, f"Re: {waiting.tag()}", "Accepted")
    assert waiting.state() == "REV"


def test_a_providers_button_is_no_command(waiting: Bench):
    """Somebody outside who was sent an officer's button gets nowhere: it is simply their mail."""
    _replied(waiting)
    waiting.mail("2027-02-03 11:00", JOAN, *waiting.letter("M23").button("Accepted"))
    assert waiting.state() == "RSP"


def test_a_code_in_the_quote_proves_nothing(waiting: Bench):
    """G8: a code counts only in the subject or in new text."""
    _replied(waiting)
    subject, body = waiting.letter("M23").button("Accepted")
    code = subject.rpartition(" ")[2]
    _silent(
        waiting,
        "2027-02-03 11:00",
        MAYA,
        f"Re: {waiting.tag()}",
        f"Accepted\n\nOn Monday you wrote:\n> {code}\n> {body}",
    )
    assert waiting.state() == "RSP"


def test_a_code_of_another_case_proves_nothing(waiting: Bench):
    """A code is tied to its case."""
    first = waiting.ref()
    second = waiting.with_provider("2027-02-02", "alan.wyre@health.example")
    waiting.mail("2027-02-03 10:00", JOAN, f"Re: [{first}]", "We accept this.")
    waiting.mail("2027-02-03 10:05", JOAN, f"Re: [{second}]", "We accept that.")
    subject, _ = waiting.letter("M23").button("Accepted")
    assert second in subject
    _silent(waiting, "2027-02-03 11:00", MAYA, subject.replace(second, first), "Accepted")
    assert waiting.state(first) == "RSP"


# -- where the server says nothing (G8) -------------------------------------------------------------------------------


def test_without_a_verdict_plain_words_wait_for_a_code(waiting: Bench):
    """G8: the code goes to the registered address; the mail that brings it back is acted on, once."""
    _replied(waiting)
    _silent(waiting, "2027-02-03 11:00", MAYA, f"Re: {waiting.tag()}", "Accepted")
    assert waiting.state() == "RSP"
    button = waiting.letter("M51", MAYA).button("Confirm: Accepted")
    _silent(waiting, "2027-02-03 11:05", MAYA, *button)
    assert waiting.state() == "REV"


def test_without_a_verdict_all_lines_are_confirmed_together(bench: Bench):
    """G11: what is confirmed is what was said, all or none."""
    bench.concern()
    _silent(bench, "2027-02-01 10:15", MAYA, f"Re: {bench.tag()}", "Provider is Oakfield Care Ltd\nEligible")
    assert bench.state() == "RCV"
    _silent(bench, "2027-02-01 10:20", MAYA, *bench.letter("M51", MAYA).button("Confirm: "))
    assert bench.state() in ("ELG", "ALC") and bench.case().fields["provider"] == "Oakfield Care Ltd"


def test_without_a_verdict_a_button_is_proof_enough(waiting: Bench):
    """A fresh button is itself a code that was sent to the registered address."""
    _replied(waiting)
    _silent(waiting, "2027-02-03 11:00", MAYA, *waiting.letter("M23").button("Accepted"))
    assert waiting.state() == "REV"


def test_a_confirmation_from_another_address_does_nothing(waiting: Bench):
    """The code that was sent to the officer does not prove whoever else returns it."""
    _replied(waiting)
    _silent(waiting, "2027-02-03 11:00", MAYA, f"Re: {waiting.tag()}", "Accepted")
    button = waiting.letter("M51", MAYA).button("Confirm: Accepted")
    _silent(waiting, "2027-02-03 11:05", TOM, *button)
    _silent(waiting, "2027-02-03 11:06", "attacker@mail.example", *button)
    assert waiting.state() == "RSP"


def test_a_confirmation_goes_stale_with_the_stage(waiting: Bench):
    """A confirmation that comes after the stage has moved on is not for the next round."""
    _replied(waiting)
    _silent(waiting, "2027-02-03 11:00", MAYA, f"Re: {waiting.tag()}", "Accepted")
    button = waiting.letter("M51", MAYA).button("Confirm: Accepted")
    waiting.mail("2027-02-03 11:05", MAYA, f"Re: {waiting.tag()}", "Holding reply")
    _replied(waiting, "2027-02-04 10:00", "We dispute it after all.")
    _silent(waiting, "2027-02-04 11:00", MAYA, *button)
    assert waiting.state() == "RSP"


def test_without_a_verdict_doubtful_words_are_asked_about(waiting: Bench):
    """A question moves nothing, so it needs no proof: the officer is not left without an answer."""
    _replied(waiting)
    _silent(waiting, "2027-02-03 11:00", MAYA, f"Re: {waiting.tag()}", "Accepted, but only the first point")
    assert waiting.state() == "RSP" and waiting.letters("M51", MAYA)


def test_dmarc_none_is_no_failure_of_a_party_and_no_proof_of_an_officer(waiting: Bench):
    """mail.md: dmarc=none of a party is not a failure; an officer without a pass is asked for a code."""
    octets = write(JOAN, f"Re: {waiting.tag()}", "We accept this.", auth="none", message_id="<none@x.test>")
    waiting.raw("2027-02-03 10:00", octets)
    assert waiting.state() == "RSP"
    waiting.mail("2027-02-03 11:00", MAYA, f"Re: {waiting.tag()}", "Accepted", auth="none")
    assert waiting.state() == "RSP"
    waiting.mail("2027-02-03 11:05", MAYA, *waiting.letter("M51", MAYA).button("Confirm: Accepted"), auth="none")
    assert waiting.state() == "REV"


def test_a_party_whose_mail_failed_is_unlisted(waiting: Bench):
    """G8: party mail that fails DMARC is treated as an unknown sender's (G2): held, asked about, the chaser held."""
    identity = waiting.mail("2027-02-12 10:00", JOAN, f"Re: {waiting.tag()}", "We accept this.", auth="fail")
    assert waiting.kept(identity).state == "held" and waiting.state() == "WPR"
    waiting.to("2027-02-16 12:00")
    assert not waiting.letters("M22")


@pytest.mark.parametrize("auth", ["fail", ""])
def test_a_forged_officer_with_a_good_code_does_nothing_when_dmarc_fails(waiting: Bench, auth: str):
    """A code proves freshness; where our server says that From is false, not even a code helps."""
    _replied(waiting)
    subject, body = waiting.letter("M23").button("Accepted")
    waiting.raw("2027-02-03 11:00", write(MAYA, subject, body, auth=auth, message_id="<f@evil.example>"))
    assert waiting.state() == ("REV" if auth == "" else "RSP")


# -- what cannot be undone (G7) ---------------------------------------------------------------------------------------


def _with_spo(bench: Bench) -> None:
    """No response at all: the Senior Procurement Officer decides (NRS)."""
    bench.to("2027-02-26 12:00")
    assert bench.state() == "NRS", bench.state()


def test_issuing_a_default_notice_needs_a_fresh_code(waiting: Bench):
    """G7: n10 is confirmed by a code; the plain word alone asks for it."""
    _with_spo(waiting)
    waiting.mail("2027-02-26 13:00", PRIYA, f"Re: {waiting.tag()}", "Issue default notice")
    assert not any(m.state == "TBI" for m in waiting.case().machines.values())
    waiting.mail("2027-02-26 13:05", PRIYA, *waiting.letter("M51", PRIYA).button("Confirm: "))
    assert any(m.state == "TBI" for m in waiting.case().machines.values())


def test_the_first_button_is_no_confirmation(waiting: Bench):
    """The button of M25 says the word; only the code of the question that follows confirms it."""
    _with_spo(waiting)
    waiting.mail("2027-02-26 13:00", PRIYA, *waiting.letter("M25", PRIYA).button("Issue default notice"))
    assert not any(m.state == "TBI" for m in waiting.case().machines.values())
    waiting.mail("2027-02-26 13:05", PRIYA, *waiting.letter("M51", PRIYA).button("Confirm: "))
    assert any(m.state == "TBI" for m in waiting.case().machines.values())


def test_the_notice_issued_is_confirmed_too(waiting: Bench):
    """G7: n8 is confirmed by a fresh code of its own; an old confirmation does not do."""
    _with_spo(waiting)
    waiting.mail("2027-02-26 13:00", PRIYA, f"Re: {waiting.tag()}", "Issue default notice")
    first = waiting.letter("M51", PRIYA).button("Confirm: ")
    waiting.mail("2027-02-26 13:05", PRIYA, *first)
    words = "Default notice issued 26 February, remedy by 26 March"
    waiting.mail("2027-02-26 14:00", PRIYA, f"Re: {waiting.tag()}", words)
    assert not any(m.state == "ISS" for m in waiting.case().machines.values())
    waiting.mail("2027-02-26 14:01", PRIYA, first[0], words)
    assert not any(m.state == "ISS" for m in waiting.case().machines.values())
    confirm = waiting.letters("M51", PRIYA)[-2].button("Confirm: Default notice issued")
    waiting.mail("2027-02-26 14:05", PRIYA, *confirm)
    assert any(m.state == "ISS" for m in waiting.case().machines.values())


def test_the_wrong_role_is_refused_and_the_holder_hears(waiting: Bench):
    """G7: a decision from a wrong role: M52 to the sender and to the holder, nothing asked for."""
    _with_spo(waiting)
    waiting.mail("2027-02-26 13:00", MAYA, f"Re: {waiting.tag()}", "Issue default notice")
    assert waiting.letters("M52", MAYA) and waiting.letters("M52", PRIYA)
    assert not any(m.state == "TBI" for m in waiting.case().machines.values())


def test_closing_an_action_without_validation_needs_a_fresh_code(waiting: Bench):
    """G7, Q23: `Action 1 done` on the provider's evidence alone is confirmed by a code."""
    tag = f"Re: {waiting.tag()}"
    _replied(waiting)
    waiting.mail("2027-02-10 11:00", MAYA, tag, "Accepted")
    recommend = "Recommend: The concern is upheld.\nAction: Train the staff by 15 March\nDefault notice: no"
    waiting.mail("2027-02-15 11:00", MAYA, tag, recommend)
    waiting.mail("2027-02-18 11:00", PRIYA, tag, "Decision: agreed, no default notice")
    waiting.mail("2027-02-19 09:00", MAYA, tag, "Send")
    waiting.mail("2027-03-10 10:00", JOAN, tag, "The staff are trained, see the register.")
    waiting.mail("2027-03-10 11:00", MAYA, tag, "Evidence for action 1")
    waiting.mail("2027-03-10 12:00", MAYA, tag, "Action 1 done")
    action = next(m for m in waiting.case().machines.values() if m.kind == "RA")
    assert action.state == "EVD"
    waiting.mail("2027-03-10 12:05", MAYA, *waiting.letter("M51", MAYA).button("Confirm: Action 1 done"))
    assert waiting.state() == "CLO"


def test_a_deputy_may_decide_and_a_head_of_procurement_too(waiting: Bench):
    """G7: the holder, a named deputy, or whoever stands above with the role."""
    _with_spo(waiting)
    waiting.mail("2027-02-26 13:00", GEORGE, f"Re: {waiting.tag()}", "Chase again to 12 March")
    assert waiting.state() == "PRM"
