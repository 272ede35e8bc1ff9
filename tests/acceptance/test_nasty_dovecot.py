"""The 25 nastiest mails of mail.md, rows 1 to 13, through a running daemon whose mailbox is Dovecot's."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import timedelta

import pytest

from mailflow.demo.letterbox import Mail
from tests.acceptance.council import CMO, LETTER_1, OUTSIDER, PDF, PROVIDER, RECEIVED, REPLIED
from tests.acceptance.nasty import ADMINISTRATOR, DAEMONS, GONE, ROBOT, Bed, bed
from tests.acceptance.office import words
from tests.flow.bench import write
from tests.flow.test_nasty_machines import DSN, EXCHANGE, GMAIL
from tests.servers import realmail

NOT_ARRIVED = "Your letter did not arrive"
pytestmark = [pytest.mark.dovecot, pytest.mark.postfix]


@pytest.fixture(scope="module")
def c(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bed]:
    """One council for all rows of this file; each makes the concerns that it needs."""
    if realmail.lacking():
        pytest.skip(realmail.lacking())
    with bed(tmp_path_factory.mktemp("nasty")) as made:
        yield made


def automatic(form: str, letter: Mail, n: int = 1) -> bytes:
    """An automatic answer to a letter of ours, as its program writes it."""
    return form.format(results="", id=letter.message_id, subject=letter.subject, n=n).encode()


def report(letter: Mail, action: str, status: str, n: int = 1) -> bytes:
    """A delivery report of Postfix about every recipient of a letter."""
    blocks = "\n".join(
        f"Final-Recipient: rfc822; {who}\nAction: {action}\nStatus: {status}\n"
        f"Diagnostic-Code: smtp; 550 {status} <{who}>: Recipient address rejected\n"
        for who in (*letter.to, *letter.cc)
    )
    subject = "Delayed Mail (still being retried)" if action == "delayed" else "Undelivered Mail Returned to Sender"
    said = {"id": letter.message_id, "letter": letter.headers["x-mailflow-letter"], "subject": subject, "n": n}
    return DSN.format(results="", prose="This is the mail system.", reports=blocks, **said).encode()


def test_row_01_an_absence_note_of_gmail(c: Bed):
    """Row 1: recorded on the file with the day of return; stage and clock unchanged, nobody is answered."""
    ref = c.waiting()
    with c.unmoved(ref):
        c.deliver(automatic(GMAIL, c.letter(ref)), envelope="")
    assert "I am away until 12 February" in c.file(ref)
    assert not c.all(CMO, REPLIED, ref)


def test_row_02_an_absence_note_of_exchange_in_german(c: Bed):
    """Row 2: a localised subject and our letter quoted, with "Accepted" in both: no acceptance, no command."""
    ref = c.waiting()
    with c.unmoved(ref):
        c.deliver(automatic(EXCHANGE, c.letter(ref)), envelope="")
    assert "Ich bin bis zum 12. Februar nicht im Haus" in c.file(ref)
    assert not c.all(CMO, REPLIED, ref)


def test_row_03_an_autoresponder_from_another_address(c: Bed):
    """Row 3: no-reply@ without a tag: no new concern, no acknowledgement, nothing to ask."""
    before = len(c.held())
    body = "Thank you for contacting us. This is an automated message, please do not reply."
    marked = [("Auto-Submitted", "auto-replied")]
    with c.unmoved():
        for sender, headers in (("no-reply@helpdesk.example", marked), ("noreply@survey.example", [])):
            octets = write(f"Team <{sender}>", "Your message", body, message_id=f"<auto.{sender}>", headers=headers)
            c.deliver(octets, sender)
    assert len(c.held()) == before


def test_row_04_bounces_of_our_acknowledgement(c: Bed):
    """Row 4: Postfix returns our acknowledgement, and bounces of bounces follow: no answer to any, told once."""
    c.later(minutes=1)
    concern = write(GONE, "Missed calls", "Oakfield Care Ltd missed calls.", auth="", message_id="<1@family.example>")
    c.deliver(concern, GONE, proved=True)
    ref = max(row["ref"] for row in c.operator("list"))
    assert "left.long.ago" in words(c.one(CMO, NOT_ARRIVED, ref)), "Postfix has reported it to us"
    with c.unmoved(ref):
        for n, daemon in enumerate(DAEMONS * 3):
            said = "I could not deliver your bounce message. It was <#@[]>." if n % 2 else "550 5.1.1 unknown user"
            mail = write(daemon, "failure notice", f"{said} ({n})", auth="", message_id=f"<b{n}@family.example>")
            c.deliver(mail, daemon, envelope="")
    assert len(c.all(CMO, NOT_ARRIVED, ref)) == 1 and not c.all(ADMINISTRATOR, NOT_ARRIVED)


def test_row_05_a_ticket_system_acknowledges(c: Bed):
    """Row 5: its tag stands in front of ours; ours is matched, theirs ignored, no war of acknowledgements."""
    ref = c.waiting()
    body = "Thank you for your request. A ticket has been created. We will get back to you as soon as possible."
    marked = [("Auto-Submitted", "auto-generated"), ("Precedence", "bulk"), ("X-OTRS-Loop", "servicedesk")]
    with c.unmoved(ref):
        for n in range(3):
            subject = f"[Ticket#2027020110000042] RE: {c.letter(ref).subject}"
            octets = write(f"Oakfield Service Desk <{ROBOT}>", subject, body, auth="",
                           message_id=f"<{ref}{n}@oakfield.example>", headers=marked)  # fmt: skip
            c.deliver(octets, ROBOT, envelope="")
    assert "A ticket has been created" in c.file(ref) and not c.held(ref)


def test_row_06_the_mailbox_in_to_and_cc_is_one_record(c: Bed):
    """Row 6: one mail that the server delivers twice is one mail, one concern, one acknowledgement."""
    c.later(minutes=1)
    cases, somebody = c.count(), c.somebody()
    octets = write(somebody, "Cold meals", "Cold meals again.", auth="", cc=c.box, message_id="<twice@family.example>")
    c.deliver(octets, somebody)
    c.deliver(octets, somebody)
    assert c.count() == cases + 1 and len(c.inbox(somebody)) == 1


def test_row_06_our_own_letter_coming_home(c: Bed):
    """Row 6: the copies of our letters in the inbox, and one that somebody drags about, are never mails to us."""
    ref = c.waiting()
    home = next(x for x in c.stage.mail.mails(c.box) if c.letter(ref).message_id.encode() in x.octets)
    asked = len(c.held())
    with c.unmoved(ref):
        for folder in ("Sent", "INBOX"):
            c.stage.mail.append(c.box, home.octets, folder)
        c.stage.sync()
    assert len(c.held()) == asked


def test_row_06_a_copy_that_comes_home_settles_a_doubt(c: Bed):
    """Row 6: the answer after the final dot is lost; the copy that Postfix brings home proves that the letter left."""
    ref = c.received()
    c.eligible(c.now, ref)
    c.word(c.now, CMO, ref, "Send", attachments=[PDF])
    c.settle()
    c.server.wire.cut = 1
    c.stage.now(c.stage.time + timedelta(minutes=16))
    assert c.server.wire.cut == 0, "the letter's answer was lost"
    c.settle()
    assert c.state(ref) == "WPR" and not c.show(ref)["letters_waiting"] and not c.held(ref)
    c.later(days=1)
    assert len(c.all(PROVIDER, LETTER_1, ref)) == 1, "and it is not sent again"


def test_row_07_delayed_and_later_failed(c: Bed):
    """Row 7: a delay is noted and changes nothing; the failure of every recipient takes the service back."""
    ref = c.waiting()
    letter, due = c.letter(ref), c.clocks(ref)
    with c.unmoved(ref):
        c.deliver(report(letter, "delayed", "4.4.1"), "mailer-daemon@family.example", envelope="", proved=True)
    assert "This is the mail system." in c.file(ref)
    c.later(hours=3)
    c.deliver(report(letter, "failed", "5.1.1", 2), "mailer-daemon@family.example", envelope="", proved=True)
    assert c.state(ref) == "ALC" and c.clocks(ref) != due
    assert PROVIDER in words(c.one(CMO, NOT_ARRIVED, ref))


def test_row_08_two_different_replies_with_one_message_id(c: Bed):
    """Row 8: the same Message-ID with other words is another mail: the officer gets to read both."""
    ref = c.waiting()
    for said in ("We accept the first point.", "We dispute the second point."):
        c.deliver(write(PROVIDER, f"Re: [{ref}]", said, auth="", message_id="<same@oakfield.example>"))
    assert c.state(ref) == "RSP"
    first, second = (words(mail) for mail in c.all(CMO, REPLIED, ref))
    assert "We accept the first point." in first and "We dispute the second point." in second


def test_row_09_without_references_and_with_another_subject(c: Bed):
    """Row 9: our line in the quote, the tag in the text, or References: each finds the concern alone."""
    ref = c.waiting()
    letter = c.letter(ref)
    quoted = "\n".join(f"> {line}" for line in letter.text.splitlines())
    thread = [("References", letter.message_id)]
    ways = [
        (f"We accept the quoted point.\n\nOn Monday you wrote:\n{quoted}", []),
        (f"About {ref.lower()}: we accept the tagged point.", []),
        ("We accept the threaded point.", thread),
    ]
    for n, (body, headers) in enumerate(ways):
        c.deliver(write(PROVIDER, "Rota changed", body, auth="", message_id=f"<{ref}.{n}@x.test>", headers=headers))
        assert c.state(ref) == "RSP"
        assert body.split("\n")[0] in c.reply_shown(ref)


def test_row_09_with_nothing_at_all_it_is_held(c: Bed):
    """Row 9: no key at all: held, asked about once, never guessed and never a new concern."""
    ref = c.waiting()
    with c.unmoved(ref), c.question() as asked:
        c.deliver(write(PROVIDER, "Rota changed", "We accept this.", auth="", message_id=f"<no{ref}@x.test>"))
    assert "without its reference" in words(asked[0])


def test_row_10_a_tag_under_glue_and_cut_words(c: Bed):
    """Row 10: a spam mark glued to an encoded-word, and an encoded-word cut inside the tag: found."""
    ref = c.waiting()
    glued = base64.b64encode(f"Re: [{ref}] Concern".encode()).decode()
    cut = [base64.b64encode(part.encode()).decode() for part in (f"Re: [{ref[:9]}", f"{ref[9:]}] reply")]
    subjects = (f"[SUSPECTED SPAM]=?utf-8?B?{glued}?=", f"=?utf-8?B?{cut[0]}?=\n =?utf-8?B?{cut[1]}?=")
    for n, subject in enumerate(subjects):
        octets = write(PROVIDER, "@@", f"We accept point {n}.", auth="", message_id=f"<glue{n}{ref}@x.test>")
        c.deliver(octets.replace(b"Subject: @@", b"Subject: " + subject.encode()))
        assert c.state(ref) == "RSP" and f"We accept point {n}." in c.reply_shown(ref)


def test_row_11_a_reply_that_names_two_concerns(c: Bed):
    """Row 11: on both files, moves neither; the officer is asked and says to which it belongs."""
    first, second = c.waiting(), c.waiting()
    with c.unmoved(first, second), c.question() as asked:
        mail = write(PROVIDER, f"Re: [{first}] and [{second}]", "We accept both.", auth="", message_id="<2@x.test>")
        c.deliver(mail)
    assert all("We accept both." in c.file(ref) for ref in (first, second))
    c.write(c.later(minutes=1), CMO, asked[0].subject, f"Belongs to {second}", answers=asked[0])
    assert (c.state(first), c.state(second)) == ("WPR", "RSP")


def test_row_11_a_new_concern_that_forwards_an_old_tagged_mail(c: Bed):
    """Row 11: what a forward encloses is not what it is: held, asked about, no new concern."""
    ref = c.waiting()
    body = (
        "A new problem, please see below.\n\n---------- Forwarded message ---------\n"
        f"From: Contract Management Team <{c.box}>\nSubject: [{ref}] {RECEIVED}\n\nThank you."
    )
    with c.unmoved(ref), c.question():
        c.deliver(write(OUTSIDER, f"FW: [{ref}] {RECEIVED}", body, auth="", message_id="<fw@x.test>"), OUTSIDER)


def test_row_12_a_reference_retyped(c: Bed):
    """Row 12: l for 1, o for 0 and spaces for dashes are proved by the check; what fails the check is only a guess."""
    ref = c.waiting()
    wrong = (ref[:-1], ref[:8] + ref[9:], ref[:-1] + ("A" if ref[-1] != "A" else "B"))
    for n, typed in enumerate(wrong):
        with c.unmoved(ref), c.question():
            mail = write(OUTSIDER, f"Re: [{typed}]", f"Hello {n}", auth="", message_id=f"<g{n}{ref}@x.test>")
            c.deliver(mail, OUTSIDER)
    typed = ref.replace("0", "o").replace("1", "l").replace("-", " ")
    c.deliver(write(PROVIDER, f"Ref {typed}", "We accept this.", auth="", message_id=f"<l{ref}@x.test>"))
    assert c.state(ref) == "RSP"


def test_row_12_a_reference_in_a_received_line(c: Bed):
    """Row 12: what a server wrote into Received names no concern."""
    ref, cases, somebody = c.waiting(), c.count(), c.somebody()
    octets = write(somebody, "Complaint", "Riverside again.", auth="", message_id="<rcv@x.test>")
    line = f"Received: from x by y for <{ref}@z>; Wed, 3 Feb 2027 10:00:00 +0000\n".encode()
    before = c.standing(ref)
    c.deliver(line + octets, somebody)
    assert c.standing(ref) == before and c.count() == cases + 1


def test_row_13_a_stranger_with_a_valid_tag(c: Bed):
    """Row 13: filed as a third party's once the officer says so; the parties stay who they are."""
    ref = c.waiting()
    with c.unmoved(ref), c.question() as asked:
        mail = write(OUTSIDER, f"Re: [{ref}]", "We accept everything.", auth="", message_id=f"<s{ref}@x.test>")
        c.deliver(mail, OUTSIDER)
    assert OUTSIDER in words(asked[0])
    with c.unmoved(ref):
        c.write(c.later(minutes=1), CMO, asked[0].subject, "Note", answers=asked[0])
    assert not c.held(ref) and "We accept everything." in c.file(ref)
    c.replied(c.later(minutes=1), ref, "We have looked into each call.")
    assert c.state(ref) == "RSP", "and the provider is still who may answer"
