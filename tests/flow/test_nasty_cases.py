"""The nastiest mails of mail.md's table, rows 9 to 17: whose case it is, and who may speak on it."""

from __future__ import annotations

import base64

import pytest

from mailflow.mail import reference
from tests.flow.bench import BOX, JOAN, MAYA, MX, OLIVE, PRIYA, RUTH, Bench, results, write

STRANGER, NURSE = "sam.stranger@mail.example", "alan.wyre@health.example"


def test_09_a_marker_in_the_quote_finds_the_case(waiting: Bench):
    """Row 9: no References, subject rewritten: the line "Reference:" in the quoted body is enough."""
    letter = waiting.letter("M20").message
    quoted = "\n".join(f"> {line}" for line in letter.text.splitlines())
    waiting.mail("2027-02-03 10:00", JOAN, "Rota changed", f"We accept this.\n\nOn Monday you wrote:\n{quoted}")
    assert waiting.state() == "RSP"


def test_09_a_tag_in_the_new_words_finds_the_case(waiting: Bench):
    """Row 9: the reference typed somewhere in the text is enough too."""
    waiting.mail("2027-02-03 10:00", JOAN, "Your letter", f"About {waiting.ref().lower()}: we accept this.")
    assert waiting.state() == "RSP"


def test_09_message_id_alone_finds_the_case(waiting: Bench):
    """Row 9: each key must work alone: References without any tag."""
    letter = waiting.letter("M20").message
    waiting.mail("2027-02-03 10:00", JOAN, "Rota changed", "We accept this.", answers=letter)
    assert waiting.state() == "RSP"


def test_09_nothing_at_all_is_held_and_asked_about_once(waiting: Bench):
    """Row 9: a listed party without any key is held with a suggestion, never a new concern and never guessed."""
    before = waiting.standing()
    identity = waiting.mail("2027-02-03 10:00", JOAN, "Rota changed", "We accept this.")
    assert waiting.kept(identity).state == "held" and waiting.standing() == before
    assert len(waiting.refs()) == 1 and len(waiting.letters("M57")) == 1
    assert waiting.ref() in waiting.letter("M57").message.text
    assert all(JOAN not in x.to for x in waiting.left if x.at == waiting.now)


def test_10_a_tag_is_found_under_glue_and_cut_words(waiting: Bench):
    """Row 10: a spam mark glued to an encoded-word, and an encoded-word cut inside the tag."""
    ref = waiting.ref()
    glued = base64.b64encode(f"Re: [{ref}] Concern".encode()).decode()
    cut = [base64.b64encode(part.encode()).decode() for part in (f"Re: [{ref[:9]}", f"{ref[9:]}] reply")]
    subjects = (f"[SUSPECTED SPAM]=?utf-8?B?{glued}?=", f"=?utf-8?B?{cut[0]}?=\r\n =?utf-8?B?{cut[1]}?=")
    for n, subject in enumerate(subjects):
        octets = write(JOAN, "@@", f"We accept point {n}.", message_id=f"<glue{n}@x.test>")
        kept = waiting.kept(
            waiting.raw(f"2027-02-03 10:0{n}", octets.replace(b"Subject: @@", b"Subject: " + subject.encode()))
        )
        assert (kept.state, kept.case) == ("done", ref)
    assert waiting.state() == "RSP"


def test_11_a_reply_that_names_two_cases_advances_neither(waiting: Bench):
    """Row 11: two references in one reply: on both files, moves neither, one question (alaveteli#2164)."""
    first = waiting.ref()
    second = waiting.with_provider("2027-02-02", NURSE)
    before = waiting.standing(first), waiting.standing(second)
    identity = waiting.mail("2027-02-03 10:00", JOAN, f"Re: [{first}] and [{second}]", "We accept both.")
    assert waiting.kept(identity).state == "held"
    assert (waiting.standing(first), waiting.standing(second)) == before
    assert len(waiting.letters("M57")) == 1
    with waiting.store.read() as unit:
        for ref in (first, second):
            assert any(c.identity == identity for c in unit.inbox.correspondence(ref))


def test_11_the_officer_says_to_which_of_the_two_it_belongs(waiting: Bench):
    """The answer "Belongs to" moves the named one only, with the day of arrival."""
    first = waiting.ref()
    second = waiting.with_provider("2027-02-02", NURSE)
    waiting.mail("2027-02-03 10:00", JOAN, f"Re: [{first}] and [{second}]", "We accept both.")
    waiting.mail("2027-02-05 10:00", MAYA, f"Re: [{waiting.open_questions()[0]}]", f"Belongs to {second}")
    assert (waiting.state(first), waiting.state(second)) == ("WPR", "RSP")
    assert waiting.case(second).machines["concern"].since.day == 3


def test_11_a_new_concern_that_forwards_an_old_tagged_mail_is_asked_about(waiting: Bench):
    """Row 11: a forward that encloses a mail of an old case says what it encloses, not what it is."""
    before = waiting.standing()
    body = (
        "A new problem, please see below.\n\n---------- Forwarded message ---------\n"
        f"From: Contract Management Team <{BOX}>\nSubject: {waiting.tag()} We have received your concern\n\nThank you."
    )
    identity = waiting.mail("2027-02-03 10:00", OLIVE, f"FW: {waiting.tag()} We have received your concern", body)
    assert waiting.kept(identity).state == "held" and waiting.standing() == before and len(waiting.refs()) == 1


def test_12_a_reference_with_look_alikes_is_read(waiting: Bench):
    """Row 12: l for 1 and o for 0, spaces for dashes: the check characters prove the reading."""
    typed = waiting.ref().replace("0", "o").replace("1", "l").replace("-", " ")
    waiting.mail("2027-02-03 10:00", JOAN, f"Ref {typed}", "We accept this.")
    assert waiting.state() == "RSP"


def test_12_a_missing_character_is_held_with_a_guess(waiting: Bench):
    """Row 12: a reference whose check does not hold is never mapped to a case, only proposed."""
    ref, before = waiting.ref(), waiting.standing()
    for n, typed in enumerate((ref.replace("0001", "001"), ref[:-1], ref.replace("0001", "0007"))):
        kept = waiting.kept(waiting.mail(f"2027-02-03 10:0{n}", STRANGER, f"Re: [{typed}]", f"Hello {n}"))
        assert (kept.state, kept.case) == ("held", ""), typed
    assert waiting.standing() == before and len(waiting.refs()) == 1


def test_12_a_guess_is_no_evidence_for_the_next_mail(waiting: Bench):
    """A mail that answers a held mail is not matched by what was only guessed for that one."""
    ref = waiting.ref()
    octets = write(STRANGER, f"Re: [{ref[:-1]}]", "Hello", message_id="<guess@mail.example>")
    waiting.raw("2027-02-03 10:00", octets)
    reply = [("In-Reply-To", "<guess@mail.example>"), ("References", "<guess@mail.example>")]
    kept = waiting.kept(waiting.mail("2027-02-03 11:00", STRANGER, "Re: yours", "And another thing", headers=reply))
    assert kept.case != ref


def test_12_a_reference_that_was_never_given_out_is_held(waiting: Bench):
    """A well-formed reference of a case that does not exist opens no concern and is asked about."""
    other = reference.make("CC", 2027, 4711)
    identity = waiting.mail("2027-02-03 10:00", STRANGER, f"Re: [{other}]", "Our answer.")
    assert waiting.kept(identity).state == "held" and len(waiting.refs()) == 1


def test_12_a_reference_in_a_received_line_is_no_reference(waiting: Bench):
    """Row 12: what a server wrote into Received names no case."""
    octets = write(STRANGER, "Complaint", "Oakfield again.", message_id="<rcv@x.test>")
    line = f"Received: from x by y for <{waiting.ref()}@z>; Wed, 3 Feb 2027 10:00:00 +0000\r\n".encode()
    waiting.raw("2027-02-03 10:00", line + octets if not octets.startswith(b"Auth") else _under(octets, line))
    assert len(waiting.refs()) == 2 and waiting.state(sorted(waiting.refs())[0]) == "WPR"


def _under(octets: bytes, line: bytes) -> bytes:
    """A header line below the topmost one."""
    head, _, rest = octets.partition(b"\r\n")
    return head + b"\r\n" + line + rest


def test_13_a_stranger_with_a_valid_tag_is_no_party(waiting: Bench):
    """Row 13: anybody may have seen the tag: the mail is kept and asked about, the parties stay who they are."""
    before = waiting.standing()
    identity = waiting.mail("2027-02-03 10:00", STRANGER, f"Re: {waiting.tag()}", "We accept everything.")
    assert waiting.kept(identity).state == "held" and waiting.standing() == before
    waiting.mail("2027-02-03 11:00", MAYA, f"Re: [{waiting.open_questions()[0]}]", "Note")
    assert waiting.kept(identity).state == "done" and waiting.standing()[0] == before[0]
    with waiting.store.read() as unit:
        filed = next(c for c in unit.inbox.correspondence(waiting.ref()) if c.identity == identity)
    assert filed.party == "", "on the file as a third party's"


FORWARD = """{word}

-----Original Message-----
From: Anna Public <anna.public@mail.example>
Sent: 29 January 2027 16:02
To: maya.okafor@council.example
Cc: district.nurse@health.example; manager@oakfield.example
Subject: My mother's care

The carer did not come on Monday. Call my brother on bro@mail.example.
"""


def test_14_a_forwarded_concern_is_confirmed_before_anything_is_sent(bench: Bench):
    """Row 14: the real referrer is proposed to the officer who forwards; nothing goes to anybody until they confirm."""
    bench.mail("2027-02-01 09:00", MAYA, "FW: My mother's care", FORWARD.format(word="New concern received 29 January"))
    assert not bench.refs() and {x.to for x in bench.left} == {(MAYA,)}
    question = bench.letter("M57")
    assert "anna.public@mail.example" in question.message.text
    subject, body = question.button("New concern / Referrer is anna.public")
    bench.mail("2027-02-02 09:00", MAYA, subject, body)
    case = bench.case()
    assert case.fields["referrer"] == "anna.public@mail.example"
    assert case.opened_at.date().isoformat() == "2027-01-29", "the stated day counts however late it is confirmed (K8)"
    assert bench.letters("M01", "anna.public@mail.example")


@pytest.mark.parametrize("head", ["Von: Anna Public <{}>\nGesendet: Freitag", "On 29 Jan, Anna Public <{}> wrote:"])
def test_14_other_languages_and_programs_are_read_too(bench: Bench, head: str):
    """The inner sender of a German Outlook, and of a conversation passed on."""
    body = f"New concern received 29 January\n\n{head.format('anna.public@mail.example')}\n\nThe carer did not come."
    bench.mail("2027-02-01 09:00", MAYA, "WG: My mother's care", body)
    assert not bench.refs() and "anna.public@mail.example" in bench.letter("M57").message.text


def test_14_named_by_the_officer_it_is_confirmed_at_once(bench: Bench):
    """The officer who names the referrer in the same mail has confirmed them."""
    word = "New concern received 29 January\nReferrer is anna.public@mail.example"
    bench.mail("2027-02-01 09:00", MAYA, "FW: My mother's care", FORWARD.format(word=word))
    assert bench.case().fields["referrer"] == "anna.public@mail.example"


def test_15_a_list_that_writes_its_own_from_is_not_taken_at_its_word(bench: Bench):
    """Row 15: "Jane via Concerns <concerns@...>": Reply-To and X-Original-From are no identity."""
    octets = write(
        '"Jane Roe via Concerns" <concerns@lists.example>', "Missed calls", "Oakfield Care Ltd missed calls.",
        message_id="<list@lists.example>",
        headers=[("X-Original-From", "Jane Roe <jane.roe@mail.example>"), ("Reply-To", "jane.roe@mail.example"),
                 ("List-Id", "<concerns.lists.example>"), ("Precedence", "list")],
    )  # fmt: skip
    kept = bench.kept(bench.raw("2027-02-01 09:00", octets))
    assert kept.state == "held" and not bench.refs() and len(bench.letters("M57")) == 1
    assert all("jane.roe@mail.example" not in x.to for x in bench.left)
    assert "jane.roe@mail.example" in bench.letter("M57").message.text
    subject, body = bench.letter("M57").button("New concern / Referrer is jane.roe")
    bench.mail("2027-02-01 10:00", MAYA, subject, body)
    assert bench.case().fields["referrer"] == "jane.roe@mail.example" and bench.letters("M01", "jane.roe@mail.example")
    assert all("concerns@lists.example" not in x.to for x in bench.left), "never to the list"
    bench.nothing_lost()


def _by_group(subject: str, n: int = 1) -> bytes:
    """A mail through a Google Group whose address is the mailbox's own."""
    return write(
        f"\"'Jane Roe' via Concerns\" <{BOX}>", subject, f"Oakfield Care Ltd missed calls ({n}).",
        message_id=f"<group{n}@mail.example>",
        headers=[("X-Original-From", "Jane Roe <jane.roe@mail.example>"), ("Reply-To", "jane.roe@mail.example"),
                 ("List-ID", "<contract.concerns.council.example>"), ("Precedence", "list")],
    )  # fmt: skip


def test_15_a_concern_through_a_group_with_our_own_address_is_not_lost(bench: Bench):
    """From is our own mailbox, because that is a group: it is not taken for a letter of ours, but asked about."""
    kept = bench.kept(bench.raw("2027-02-01 09:00", _by_group("Missed calls")))
    assert kept.state == "held" and "jane.roe@mail.example" in bench.letter("M57").message.text


def test_15_without_a_name_nobody_is_taken_for_the_writer(bench: Bench):
    """`New concern` alone: the list's address raises nothing and gets nothing; the officer is asked who it was."""
    octets = _by_group("Missed calls").replace(BOX.encode(), b"concerns@lists.example", 1)
    bench.raw("2027-02-01 09:00", octets)
    bench.mail("2027-02-01 10:00", MAYA, f"Re: [{bench.open_questions()[0]}]", "New concern")
    assert len(bench.refs()) == 1 and not bench.case().fields.get("referrer")
    assert all(who.endswith("@council.example") for x in bench.left for who in x.to)


def test_15_a_list_is_not_accepted_for_a_party(waiting: Bench):
    """`From provider` places this one mail; whoever else writes through the list is asked about again."""
    octets = _by_group(f"Re: {waiting.tag()}").replace(BOX.encode(), b"concerns@lists.example", 1)
    waiting.raw("2027-02-03 10:00", octets)
    assert waiting.state() == "WPR"
    waiting.mail("2027-02-03 11:00", MAYA, f"Re: [{waiting.open_questions()[0]}]", "From provider")
    assert waiting.state() == "RSP"
    again = _by_group(f"Re: {waiting.tag()}", 2).replace(BOX.encode(), b"concerns@lists.example", 1)
    assert waiting.kept(waiting.raw("2027-02-03 12:00", again)).state == "held"


def test_15_a_sender_that_differs_is_noted_and_proves_nothing(waiting: Bench):
    """From a stranger, sent by the provider's contact: the stranger is asked about, and the Sender is named."""
    before = waiting.standing()
    waiting.mail("2027-02-03 10:00", STRANGER, f"Re: {waiting.tag()}", "We accept.", headers=[("Sender", JOAN)])
    assert waiting.standing() == before and f"{JOAN} has sent it" in waiting.letter("M57").words


def test_15_reply_to_is_never_identity(waiting: Bench):
    """A stranger whose Reply-To is the provider's contact is a stranger."""
    before = waiting.standing()
    waiting.mail(
        "2027-02-03 10:00", STRANGER, f"Re: {waiting.tag()}", "We accept everything.", headers=[("Reply-To", JOAN)]
    )
    assert waiting.standing() == before


def _forged(ref: str, words: str = "Withdrawn: not needed") -> bytes:
    """In Maya's name: our server says dmarc=fail; a header further down, brought along, says pass."""
    octets = write(MAYA, f"Re: [{ref}]", words, auth="", message_id=f"<forged-{hash(words)}@evil.example>")
    injected = results("pass", MAYA).encode()
    return results("fail", MAYA).encode() + injected + octets


def test_16_a_forged_officer_does_nothing_and_the_real_one_hears(waiting: Bench):
    """Row 16: dmarc=fail on top, an injected pass below: refused, kept, the real officer and the administrator told."""
    before = waiting.standing()
    kept = waiting.kept(waiting.raw("2027-02-03 10:00", _forged(waiting.ref())))
    assert kept.state == "done" and kept.reason.startswith("refused") and waiting.standing() == before
    assert len(waiting.letters("M52", MAYA)) == 1
    assert len(waiting.letters("M60", RUTH)) == 1
    with waiting.store.read() as unit:
        assert all(c.identity != kept.identity for c in unit.inbox.correspondence(waiting.ref())), "not on the file"


def test_16_a_flood_of_forgeries_alerts_the_administrator_once_a_day(waiting: Bench):
    """One alert for each name and day."""
    for n in range(5):
        waiting.raw(f"2027-02-03 10:0{n}", _forged(waiting.ref(), f"Withdrawn: reason {n}"))
    assert len(waiting.letters("M60")) == 1


def test_16_a_header_of_another_server_proves_nothing(waiting: Bench):
    """A verdict under another server's name is nobody's verdict: the words wait for a code."""
    before = waiting.standing()
    foreign = results("pass", MAYA).replace(MX, "mx.evil.example").encode()
    octets = write(MAYA, f"Re: {waiting.tag()}", "Withdrawn: not needed", auth="", message_id="<ar@evil.example>")
    waiting.raw("2027-02-03 10:00", foreign + octets)
    assert waiting.standing() == before


def test_16_a_forged_decision_does_nothing(waiting: Bench):
    """A decision in the Senior Procurement Officer's name moves nothing either."""
    before = waiting.standing()
    octets = write(PRIYA, f"Re: {waiting.tag()}", "Issue default notice", auth="fail", message_id="<spo@evil.example>")
    waiting.raw("2027-02-03 10:00", octets)
    assert waiting.standing() == before


HTML = """{results}From: Maya Okafor <maya.okafor@council.example>
To: contract.concerns@council.example
Subject: Re: [{ref}] Provider has replied
Message-ID: <html{n}@council.example>
MIME-Version: 1.0
Content-Type: text/html; charset=utf-8

<html><body>{new}<div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm">
<p><b>From:</b> Contract Management Team<br><b>Sent:</b> 3 February 2027<br><b>Subject:</b> [{ref}]</p></div>
<p>Accepted</p><p>Withdrawn: by mistake</p></body></html>
"""


def _html(bench: Bench, new: str, n: int) -> bytes:
    words = HTML.format(results=results("pass", MAYA), ref=bench.ref(), new=new, n=n)
    return words.replace("\r\n", "\n").replace("\n", "\r\n").encode()


def test_17_only_new_text_counts(waiting: Bench):
    """Row 17: older commands in the quote, HTML only, and words under a signature are no commands."""
    waiting.mail("2027-02-03 10:00", JOAN, f"Re: {waiting.tag()}", "We looked into it.")
    waiting.raw("2027-02-03 11:00", _html(waiting, "<p>Thanks, I will read it tomorrow.</p>", 1))
    assert waiting.state() == "RSP"
    waiting.mail("2027-02-03 11:30", MAYA, f"Re: {waiting.tag()}", "I will read it.\n\n-- \nMaya Okafor\nAccepted\n")
    assert waiting.state() == "RSP"
    waiting.raw("2027-02-03 12:00", _html(waiting, "<p>Accepted</p>", 2))
    assert waiting.state() == "REV"


def test_17_doubt_asks(waiting: Bench):
    """Row 17: words that may mean something else are asked about; nothing moves."""
    waiting.mail("2027-02-03 10:00", JOAN, f"Re: {waiting.tag()}", "We looked into it.")
    waiting.mail("2027-02-03 11:00", MAYA, f"Re: {waiting.tag()}", "Accepted, but only the first point")
    assert waiting.state() == "RSP" and len(waiting.letters("M51", MAYA)) == 1
