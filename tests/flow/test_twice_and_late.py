"""Copies, late mails, mails out of order, letters that officers write themselves, other folders, other addresses."""

from __future__ import annotations

import pytest

from tests.flow.bench import BOX, JOAN, MAYA, OLIVE, Bench, write

# -- twice (G3) -------------------------------------------------------------------------------------------------------


def test_the_same_words_again_within_a_week_are_a_copy(waiting: Bench):
    """G3: same sender, concern and text in the same stage: filed as a copy; the officer is told once."""
    for when in ("2027-02-03 10:00", "2027-02-03 10:30", "2027-02-05 09:00"):
        identity = waiting.mail(when, JOAN, f"Re: {waiting.tag()}", "We accept this.")
    assert "copy" in waiting.kept(identity).reason and len(waiting.letters("M23")) == 1
    with waiting.store.read() as unit:
        theirs = [
            c for c in unit.inbox.correspondence(waiting.ref()) if c.direction == "in" and c.correspondent == JOAN
        ]
    assert len(theirs) == 3, "copies are on the file too"


def test_the_same_words_with_another_file_are_no_copy(waiting: Bench):
    """Q19: "please find attached" twice, with different files, are two mails; nothing is kept from the officer."""
    for n in range(2):
        files = [(f"rota{n}.pdf", b"%PDF" + bytes([48 + n]))]
        waiting.mail(f"2027-02-03 10:0{n}", JOAN, f"Re: {waiting.tag()}", "Please find attached.", files=files)
    assert len(waiting.letters("M23")) == 2 and "rota1.pdf" in waiting.letter("M23").message.text


def test_the_same_words_in_another_stage_are_no_copy(waiting: Bench):
    """G3 says "in the same state": after a holding reply the same words are a new reply."""
    waiting.mail("2027-02-03 10:00", JOAN, f"Re: {waiting.tag()}", "We are looking into it.")
    waiting.mail("2027-02-03 11:00", MAYA, f"Re: {waiting.tag()}", "Holding reply")
    waiting.mail("2027-02-05 10:00", JOAN, f"Re: {waiting.tag()}", "We are looking into it.")
    assert waiting.state() == "RSP"


def test_the_same_words_after_a_week_are_no_copy(waiting: Bench):
    """G3: the window is seven days."""
    waiting.mail("2027-02-03 10:00", JOAN, f"Re: {waiting.tag()}", "We accept this.")
    waiting.mail("2027-02-11 10:00", JOAN, f"Re: {waiting.tag()}", "We accept this.")
    assert len(waiting.letters("M23")) == 2


def test_commands_are_never_dropped_as_copies(waiting: Bench):
    """G3: `Accepted`, `Undo`, `Accepted` are three acts."""
    waiting.mail("2027-02-03 10:00", JOAN, f"Re: {waiting.tag()}", "We accept this.")
    stages = []
    for n, word in enumerate(("Accepted", "Undo", "Accepted")):
        waiting.mail(f"2027-02-03 11:0{n}", MAYA, f"Re: {waiting.tag()}", word)
        stages.append(waiting.state())
    assert stages == ["REV", "RSP", "REV"]


def test_one_mail_fetched_twice_acts_once(waiting: Bench):
    """Same Message-ID and same content is the same mail, wherever it is seen again."""
    octets = write(JOAN, f"Re: {waiting.tag()}", "We accept this.", message_id="<once@oakfield.example>")
    for n, folder in enumerate(("INBOX", "INBOX", "Junk")):
        waiting.raw(f"2027-02-03 10:0{n}", octets, folder)
    assert len(waiting.letters("M23")) == 1 and not waiting.open_questions()


# -- late and out of order (G5, G6) -----------------------------------------------------------------------------------


def test_a_reply_after_the_reminder_is_accepted(waiting: Bench):
    """G5: late, but before the next step is finished."""
    waiting.to("2027-02-16 12:00")
    assert waiting.state() == "PRM"
    waiting.mail("2027-02-17 10:00", JOAN, f"Re: {waiting.tag()}", "We accept this.")
    assert waiting.state() == "RSP"


def test_a_reply_in_time_cancels_a_reminder_that_has_not_left(waiting: Bench):
    """G5, G9: what came before 4pm is read before the reminder is written."""
    waiting.mail("2027-02-15 15:59", JOAN, f"Re: {waiting.tag()}", "We accept this.")
    waiting.to("2027-02-16 12:00")
    assert waiting.state() == "RSP" and not waiting.letters("M22")


def test_a_reply_after_the_review_began_is_filed_and_shown(waiting: Bench):
    """G5, T8: further mail never moves the review's date; the officer is told (M28)."""
    waiting.mail("2027-02-10 09:00", JOAN, f"Re: {waiting.tag()}", "We accept this.")
    waiting.mail("2027-02-10 11:00", MAYA, f"Re: {waiting.tag()}", "Accepted")
    before = waiting.clocks()
    waiting.mail("2027-02-12 09:00", JOAN, f"Re: {waiting.tag()}", "One more thing.")
    assert waiting.state() == "REV" and waiting.clocks() == before and waiting.letters("M28", MAYA)


def test_a_word_that_does_not_fit_is_asked_about(waiting: Bench):
    """G6: an officer's word that no stage listens to changes nothing; M51 lists what works now."""
    before = waiting.standing()
    waiting.mail("2027-02-03 10:00", MAYA, f"Re: {waiting.tag()}", "Accepted")
    assert waiting.standing() == before and len(waiting.letters("M51", MAYA)) == 1


def test_accepted_in_a_providers_mail_is_no_command(waiting: Bench):
    """G7: words such as "Accepted" in a party's mail are never commands."""
    waiting.mail("2027-02-03 10:00", JOAN, f"Re: {waiting.tag()}", "Accepted\n\nJoan Pell")
    assert waiting.state() == "RSP"


@pytest.mark.parametrize(
    "words", ["Status: we have changed the rota.", "Help with the rota came from the agency.\nStatus"]
)
def test_an_answer_that_begins_with_a_word_we_know_is_an_answer(waiting: Bench, words: str):
    """A party may ask for the status, but an answer that begins with the word is an answer."""
    waiting.mail("2027-02-03 10:00", JOAN, f"Re: {waiting.tag()}", words)
    assert waiting.state() == "RSP"


def test_a_party_that_asks_for_the_status_is_told(waiting: Bench):
    """5.1: a bare "Status" is answered with stage and next date, and moves nothing."""
    before = waiting.standing()
    waiting.mail("2027-02-03 10:00", OLIVE, f"Re: {waiting.tag()}", "Status")
    assert waiting.letters("M58", OLIVE) and waiting.standing() == before


def test_mail_dragged_in_with_an_old_date_fires_nothing_backwards(waiting: Bench):
    """mail.md: an officer drags in a mail from before the letter left: it keeps its date, no clock runs backwards."""
    octets = write(JOAN, f"Re: {waiting.tag()}", "We accept this.", message_id="<old@oakfield.example>")
    waiting.raw("2027-02-03 10:00", octets, arrived="2027-01-15 10:00")
    case = waiting.case()
    assert case.machines["concern"].since >= case.opened_at
    assert waiting.clocks()["concern T5"][0] >= "2027-02-01" and not waiting.letters("M50")


# -- officers' own letters --------------------------------------------------------------------------------------------


def _allocated(bench: Bench) -> str:
    bench.concern()
    bench.mail("2027-02-01 10:15", MAYA, f"Re: {bench.tag()}", "Provider is Oakfield Care Ltd\nEligible")
    assert bench.state() in ("ELG", "ALC")
    return f"{bench.tag()} Missed calls"


LETTER = "Dear Joan,\n\nplease find the concern attached and let us have your answer by 15 February.\n\nMaya"


def test_an_officers_own_letter_in_copy_is_asked_about(bench: Bench):
    """5.1: it looks like the letter of stage 3; without the word M51 asks, and nothing moves."""
    subject = _allocated(bench)
    stage = bench.state()
    bench.mail("2027-02-01 11:00", MAYA, subject, LETTER, to=JOAN, cc=BOX)
    assert bench.state() == stage and len(bench.letters("M51", MAYA)) == 1 and not bench.letters("M20")


def test_with_the_word_it_is_recorded_and_we_send_nothing(bench: Bench):
    """`#Dispatched` in the letter records it: the clock runs from its arrival (K9), and no second letter leaves."""
    subject = _allocated(bench)
    bench.mail("2027-02-01 11:00", MAYA, subject, f"{LETTER}\n\n#Dispatched", to=JOAN, cc=BOX)
    bench.to("2027-02-02 12:00")
    assert bench.state() == "WPR" and not bench.letters("M20") and bench.clocks()["concern T4"][0] == "2027-02-15"


def test_a_letter_in_sent_items_is_an_officers_letter(bench: Bench):
    """mail.md: officers answer as the mailbox; what lies in Sent Items is put to the owner the same way."""
    subject = _allocated(bench)
    stage = bench.state()
    octets = write(f"Contract Concerns <{BOX}>", subject, LETTER, auth="", to=JOAN, message_id="<sent@council.example>")
    kept = bench.kept(bench.raw("2027-02-01 11:00", octets, "Sent"))
    assert (kept.state, kept.case) == ("done", bench.ref())
    assert bench.state() == stage and len(bench.letters("M51", MAYA)) == 1


def test_a_letter_in_sent_items_without_a_reference_is_asked_about(waiting: Bench):
    """An officer wrote to the provider as the mailbox and left the reference out: held, and filed by one word."""
    before = waiting.standing()
    octets = write(BOX, "Your answer", LETTER, auth="", to=JOAN, message_id="<sent2@council.example>")
    identity = waiting.raw("2027-02-03 11:00", octets, "Sent")
    assert waiting.kept(identity).state == "held" and len(waiting.letters("M57", MAYA)) == 1
    waiting.mail("2027-02-03 12:00", MAYA, f"Re: [{waiting.open_questions()[0]}]", f"Belongs to {waiting.ref()}")
    assert waiting.kept(identity).case == waiting.ref() and waiting.standing() == before


def test_a_false_mail_in_our_own_name_is_no_officers_letter(bench: Bench):
    """From our own address in the inbox, but our server says it is not: held, nothing recorded."""
    subject = _allocated(bench)
    octets = write(BOX, subject, LETTER, auth="fail", to=JOAN, cc=BOX, message_id="<us@evil.example>")
    assert bench.kept(bench.raw("2027-02-01 11:00", octets)).state == "held" and not bench.letters("M51")


def test_an_officers_forward_with_a_word_about_the_case_is_heard(waiting: Bench):
    """Q18: a reply that reached an officer's own inbox is forwarded with `Received 3 February: ...`."""
    body = (
        "Received 3 February: They accept it.\n\n---------- Forwarded message ---------\n"
        f"From: Joan Pell <{JOAN}>\nSubject: {waiting.tag()} Concern about your service\n\nWe accept this."
    )
    waiting.mail("2027-02-04 10:00", MAYA, f"FW: {waiting.tag()} Concern about your service", body)
    assert waiting.state() == "RSP"


def test_an_officers_word_that_looks_automatic_is_heard(waiting: Bench):
    """A proved officer whose program marks every mail as automatic is a person when the mail says a word we know."""
    waiting.mail("2027-02-03 10:00", JOAN, f"Re: {waiting.tag()}", "We accept this.")
    marks = [("X-Auto-Response-Suppress", "All")]
    waiting.mail("2027-02-03 11:00", MAYA, f"Re: {waiting.tag()}", "Accepted", headers=marks)
    assert waiting.state() == "REV"


# -- folders and addresses --------------------------------------------------------------------------------------------


def test_junk_is_searched_and_never_acted_on(waiting: Bench):
    """mail.md: a party's reply in Junk is put to the officer and holds the chaser; a stranger's spam is left alone."""
    spam = waiting.mail("2027-02-12 09:00", "win@lottery.example", "You have won", "Click here.", folder="Junk")
    assert waiting.kept(spam).state == "done" and not waiting.open_questions()
    identity = waiting.mail("2027-02-12 10:00", JOAN, f"Re: {waiting.tag()}", "We accept this.", folder="Junk")
    assert waiting.kept(identity).state == "held" and waiting.state() == "WPR"
    waiting.to("2027-02-16 12:00")
    assert not waiting.letters("M22")
    waiting.mail("2027-02-16 13:00", MAYA, f"Re: [{waiting.open_questions()[0]}]", "From provider")
    assert waiting.state() == "RSP"


def test_a_concern_in_junk_opens_nothing(bench: Bench):
    """c01: no new concern from the junk folder; an officer's mail there is asked about, not obeyed."""
    bench.mail("2027-02-01 09:00", "a@mail.example", "Concern", "Oakfield Care Ltd.", folder="Junk")
    assert not bench.refs() and not bench.left
    bench.mail("2027-02-01 09:05", MAYA, "Concern", "New concern", folder="Junk")
    assert not bench.refs() and bench.letters("M57")


def test_a_referrer_nobody_knows_is_awaited_in_junk(bench: Bench):
    """The public referrer of a live case is known by that case."""
    bench.concern(sender="anna.public@mail.example")
    bench.mail("2027-02-02 09:00", "anna.public@mail.example", "One more thing", "They did it again.", folder="Junk")
    assert len(bench.open_questions()) == 1


def test_a_new_contact_of_the_providers_own_domain_counts(waiting: Bench):
    """G2: the register names a domain of the provider's own: its mail counts, flagged as a new contact."""
    waiting.mail("2027-02-03 10:00", "night.manager@oakfield.example", f"Re: {waiting.tag()}", "We accept this.")
    assert waiting.state() == "RSP"
    with waiting.store.read() as unit:
        flags = [line.data["flags"] for line in unit.log.read(waiting.ref()) if line.kind == "mail"]
    assert any("new_contact" in each for each in flags)


def test_a_domain_that_two_organisations_share_speaks_for_neither(bench_of):
    """G2: contracts.csv gives one domain to two parties: who is not listed is asked about."""
    from dataclasses import replace

    from tests.flow.bench import office

    register = office().register
    shared = tuple(replace(c, party_domains=("oakfield.example",)) for c in register.contracts)
    bench = bench_of(register=replace(register, contracts=shared))
    assert len(bench.office.register.party_of_address("x@oakfield.example")) > 1
    bench.with_provider()
    before = bench.standing()
    identity = bench.mail("2027-02-03 10:00", "night.manager@oakfield.example", f"Re: {bench.tag()}", "We accept this.")
    assert bench.kept(identity).state == "held" and bench.standing() == before


def test_the_first_mail_sent_again_is_a_copy(bench: Bench):
    """G3, odoo#280971: another Message-ID, the same words and files within a week: on the case's file, asks nobody."""
    words = ("Missed calls", "Oakfield Care Ltd missed three calls.")
    bench.mail("2027-02-01 09:00", "anna.public@mail.example", *words)
    identity = bench.mail("2027-02-01 09:20", "anna.public@mail.example", *words)
    assert (bench.kept(identity).state, bench.kept(identity).case) == ("done", bench.ref())
    assert not bench.open_questions() and len(bench.refs()) == len(bench.letters("M01")) == 1
    late = bench.mail("2027-02-11 09:20", "anna.public@mail.example", *words)
    assert bench.kept(late).state == "held"


@pytest.mark.parametrize("sender", ["manager@mail.example", "someone@council.example", "x@evil-oakfield.example"])
def test_other_domains_never_count_as_the_provider(waiting: Bench, sender: str):
    """G2: never a public mail domain, never the council's own, never a look-alike."""
    before = waiting.standing()
    identity = waiting.mail("2027-02-03 10:00", sender, f"Re: {waiting.tag()}", "We accept this.")
    assert waiting.kept(identity).state == "held" and waiting.standing() == before


def test_a_closed_case_is_reopened_by_a_word_only(closed: Bench):
    """c46, c47: mail after the end is filed and asked about; `Reopen` by an officer opens it."""
    ref = closed.ref()
    closed.mail("2027-06-01 10:00", JOAN, f"Re: [{ref}]", "Here is the training record.")
    assert closed.state(ref) == "CLO" and len(closed.letters("M39", MAYA)) == 1
    closed.mail("2027-06-01 11:00", MAYA, f"Re: [{ref}]", "Reopen: new facts")
    assert closed.state(ref) == "REV"


def test_a_duplicate_can_be_reopened_by_its_own_reference(waiting: Bench):
    """c48: officers speak to the case they name, also when it was joined to another."""
    first = waiting.ref()
    second = waiting.concern("2027-02-02 09:30", "alan.wyre@health.example")
    waiting.mail("2027-02-02 10:00", MAYA, f"Re: [{second}]", f"Provider is Oakfield Care Ltd\nDuplicate of {first}")
    waiting.mail("2027-02-03 10:00", MAYA, f"Re: [{second}]", "Reopen: it is another matter")
    assert waiting.state(second) == "RCV" and waiting.state(first) == "WPR"
    waiting.mail("2027-02-03 11:00", "alan.wyre@health.example", f"Re: [{second}]", "Thank you.")
    assert waiting.state(first) == "WPR", "its own parties are heard on it again"
