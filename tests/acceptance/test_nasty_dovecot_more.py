"""The 25 nastiest mails of mail.md, rows 14 to 25 but for 21, through a running daemon whose mailbox is Dovecot's."""

from __future__ import annotations

import base64
import io
import time
import zipfile
from collections.abc import Iterator
from email import policy
from email.message import EmailMessage

import pytest

from mailflow.demo.letterbox import Mail
from tests.acceptance.council import CMO, FORGER, LETTER_1, NOT_DONE, OUTSIDER, PROVIDER, RECEIVED, REPLIED, SPO, WHICH
from tests.acceptance.nasty import ADMINISTRATOR, Bed, bed
from tests.acceptance.office import words
from tests.flow.bench import write
from tests.flow.test_nasty_cases import FORWARD, HTML
from tests.flow.test_nasty_forms import BROKEN, CHARSETS
from tests.flow.test_nasty_machines import CALENDAR, MDN, REACTION
from tests.servers import realmail

pytestmark = [pytest.mark.dovecot, pytest.mark.postfix]
ALERT = "Health: a mail in an officer's name that our server could not confirm"
EIGHT_BIT = "raw 8-bit subject"


@pytest.fixture(scope="module")
def c(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bed]:
    """One council for all rows of this file; each makes the concerns that it needs."""
    if realmail.lacking():
        pytest.skip(realmail.lacking())
    with bed(tmp_path_factory.mktemp("nasty")) as made:
        yield made


@pytest.fixture(scope="module")
def _answered(c: Bed) -> str:
    return c.waiting()


@pytest.fixture
def answered(c: Bed, _answered: str) -> str:
    """One concern for many replies, each of which comes to the officer; with pauses, as an hour has its limit."""
    c.later(minutes=8)
    return _answered


@pytest.fixture(scope="module")
def unanswered(c: Bed) -> str:
    """One concern for all that is no answer."""
    return c.waiting()


def bare(subject: str, *lines: str, sender: str = PROVIDER) -> bytes:
    """A mail out of raw header lines and a body, as a broken program writes it."""
    head = [f"From: {sender}"] if sender else []
    return "\n".join([*head, "To: concerns@council.example", f"Subject: {subject}", *lines]).encode(
        "utf-8", "surrogateescape"
    )


def enclosing(tag: str, name: str, kind: str, octets: bytes, body: str = "") -> bytes:
    """A mail of the provider with one file, or that is nothing but this file when there is no body."""
    mail = EmailMessage()
    mail["From"], mail["Subject"], mail["Message-ID"] = PROVIDER, f"Re: [{tag}]", f"<{name}{tag}@x.test>"
    main, _, sub = kind.partition("/")
    if body:
        mail.set_content(body)
        mail.add_attachment(octets, maintype=main, subtype=sub, filename=name)
    else:
        mail.set_content(octets, maintype=main, subtype=sub, filename=name)
    return mail.as_bytes(policy=policy.SMTP)


def test_row_14_an_officer_forwards_a_concern(c: Bed):
    """Row 14: the real referrer among several addresses is proposed; nothing is sent until the officer confirms."""
    c.later(minutes=1)
    somebody = c.somebody()
    body = FORWARD.format(word="New concern received 29 January").replace("anna.public@mail.example", somebody)
    with c.unmoved(), c.question() as asked:
        c.deliver(write(CMO, "FW: My mother's care", body, auth="", message_id="<fw14@council.example>"), CMO)
    assert not c.inbox(somebody)
    c.press(c.later(minutes=1), CMO, asked[0], f"New concern / Referrer is {somebody}")
    c.one(somebody, RECEIVED)


def test_row_15_a_list_that_writes_its_own_from(c: Bed):
    """Row 15: "Jane via Concerns": X-Original-From and Reply-To are no identity; nobody is written to unconfirmed."""
    c.later(minutes=1)
    somebody = c.somebody()
    octets = write(
        '"Jane Roe via Concerns" <concerns@lists.example>', "Missed calls", "Oakfield Care Ltd missed calls.", auth="",
        message_id="<list@lists.example>",
        headers=[("X-Original-From", f"Jane Roe <{somebody}>"), ("Reply-To", somebody),
                 ("List-Id", "<concerns.lists.example>"), ("Precedence", "list")],
    )  # fmt: skip
    with c.unmoved():
        c.deliver(octets, "bounce@lists.example", proved=True)
    ref = c.waiting()
    with c.unmoved(ref):
        borrowed = [("Reply-To", PROVIDER)]
        c.deliver(write(OUTSIDER, f"Re: [{ref}]", "We accept all.", auth="", message_id="<rt@x.test>",
                        headers=borrowed), OUTSIDER)  # fmt: skip
    assert not c.inbox(somebody)


def test_row_16_a_forged_officer(c: Bed):
    """Row 16: dmarc=fail on top and an injected pass below: refused, not on file, officer and administrator hear."""
    ref = c.waiting()
    for officer, said in ((CMO, "Withdrawn: not needed"), (SPO, "Issue default notice")):
        injected = (
            f"Authentication-Results: {c.server.authserv_id}; dmarc=pass header.from=council.example\n"
            f"Authentication-Results: mx.elsewhere.example; dmarc=pass header.from=council.example\n"
        ).encode()
        octets = write(officer, f"Re: [{ref}]", said, auth="", message_id=f"<f{officer}@evil.example>")
        before = len(c.inbox(officer))
        with c.unmoved(ref):
            c.deliver(injected + octets, FORGER)
        assert any(NOT_DONE in mail.subject and ref in mail.text for mail in c.inbox(officer)[before:])
    assert len(c.all(ADMINISTRATOR, ALERT)) == 2, "for each name"
    assert "Withdrawn: not needed" not in c.file(ref)


def test_row_17_only_new_text_counts(c: Bed):
    """Row 17: older commands in the quote, HTML only, words under a signature: no commands; doubt asks."""
    ref = c.waiting()
    c.replied(c.later(minutes=1), ref)
    html = HTML.format(results="", ref=ref, new="<p>Thanks, I will read it tomorrow.</p>", n=1)
    signed = write(CMO, f"Re: [{ref}]", "I will read it.\n\n-- \nMaya Okafor\nAccepted\n", auth="", message_id="<s@x>")
    with c.unmoved(ref):
        c.deliver(html.encode(), CMO)
        c.deliver(signed, CMO)
    with c.unmoved(ref):
        c.word(c.later(minutes=1), CMO, ref, "Accepted, but only the first point")
    c.one(CMO, WHICH, ref)
    c.deliver(HTML.format(results="", ref=ref, new="<p>Accepted</p>", n=2).encode(), CMO)
    assert c.state(ref) == "REV"


@pytest.mark.parametrize("what", BROKEN)
def test_row_18_headers_that_crash_parsers(c: Bed, answered: str, what: str):
    """Row 18: read leniently all the same: it is the provider's reply."""
    ref = answered
    before = len(c.all(CMO, REPLIED, ref))
    lines = [line if line != "We accept this." else f"We accept this. ({what})" for line in BROKEN[what]]
    c.deliver(bare(f"Re: [{ref}]", *lines))
    assert c.state(ref) == "RSP" and len(c.all(CMO, REPLIED, ref)) == before + 1


def test_row_18_nobody_wrote_it_and_nobody_can_read_it(c: Bed):
    """Row 18: without a From it is held; octets without a mail are quarantined; the next mail is processed."""
    ref = c.waiting()
    with c.unmoved(ref), c.question():
        c.deliver(bare(f"Re: [{ref}]", f"Cc: {PROVIDER}", "", "We accept this.", sender=""), proved=False)
    quarantined = len(c.operator("quarantine", "list"))
    c.stage.mail.append(c.box, b"\x01\x02\x03\x04")
    c.replied(c.later(minutes=1), ref, "We accept what you say.")
    rows = c.operator("quarantine", "list")
    assert len(rows) == quarantined + 1 and rows[-1]["reason"] and c.state(ref) == "RSP"


@pytest.mark.parametrize("what", [*CHARSETS, EIGHT_BIT])
def test_row_19_strange_charsets(c: Bed, answered: str, what: str):
    """Row 19: the best text is shown to the officer, whatever the mail says of its charset."""
    ref = answered
    before = len(c.all(CMO, REPLIED, ref))
    said = f"We accept this ({len(what)})"
    if what in CHARSETS:
        kind, body = CHARSETS[what]
        octets = bare(f"Re: [{ref}]", f"Content-Type: {kind}", "", "") + body.replace(b"We accept this", said.encode())
    else:
        octets = bare(f"R\udce9: [{ref}]", "", f"{said}.")
    c.deliver(octets)
    assert len(c.all(CMO, REPLIED, ref)) == before + 1 and said in c.reply_shown(ref)


@pytest.mark.parametrize(
    "name,kind",
    [("smime.p7m", "application/pkcs7-mime"), ("winmail.dat", "application/ms-tnef"),
     ("message.rpmsg", "application/x-microsoft-rpmsg-message")],
)  # fmt: skip
def test_row_20_what_cannot_be_opened(c: Bed, name: str, kind: str):
    """Row 20: "received but we could not open it": held, the officer asked; their word makes it the reply."""
    ref = c.waiting()
    with c.unmoved(ref), c.question() as asked:
        c.deliver(enclosing(ref, name, kind, b"\x30\x82" + b"\x01" * 500))
    assert "could not open it" in words(asked[0])
    c.write(c.later(minutes=1), CMO, asked[0].subject, "From provider", answers=asked[0])
    assert c.state(ref) == "RSP"


def test_row_20_a_mail_inside_a_mail(c: Bed, answered: str):
    """Row 20: an .eml under a covering line: the officer sees both, and the enclosed mail is no correspondent."""
    ref = answered
    inner = write("manager@oakfield.example", "Our findings", "The rota was wrong.", auth="")
    c.deliver(enclosing(ref, "findings.eml", "application/octet-stream", inner, "Please see attached (eml)."))
    shown = c.reply_shown(ref)
    assert "Please see attached (eml)." in shown and "findings.eml" in shown


def test_row_22_a_chain_of_300_mails(c: Bed, answered: str):
    """Row 22: an answer above 300 quoted mails counts, in bounded time; inline answers and those below are shown."""
    ref = answered
    chain = "\n".join(f"{'> ' * min(n, 40)}On 1 January 2027 someone wrote: line {n}" for n in range(300))
    began = time.monotonic()
    c.deliver(write(PROVIDER, f"Re: [{ref}]", f"We accept the chain.\n\n{chain}", auth="", message_id="<300@x.test>"))
    assert time.monotonic() - began < 10 and "We accept the chain." in c.reply_shown(ref)
    body = "> Please say whether you accept.\n\nWe accept point seven.\n\n> By when?\n\nBy Friday.\n"
    c.deliver(write(PROVIDER, f"Re: [{ref}]", body, auth="", message_id="<inline@x.test>"))
    assert "We accept point seven." in c.reply_shown(ref) and "By Friday." in c.reply_shown(ref)


def test_row_23_sixty_megabytes_of_scans(c: Bed):
    """Row 23: refused with a reason to sender and officer; told once, never tried again; the officer may take it."""
    ref = c.waiting()
    scan = base64.encodebytes(b"%PDF-1.4\n" + bytes(range(256)) * 5800)
    head = f"From: {PROVIDER}\nSubject: Re: [{ref}]\nMessage-ID: <scans{ref}@x.test>\nMIME-Version: 1.0\n"
    parts = [b"Content-Type: text/plain\n\nOur scans.\n"]
    for n in range(30):
        kind = f'Content-Type: application/pdf; name="scan{n}.pdf"\nContent-Transfer-Encoding: base64\n'
        parts.append(f'{kind}Content-Disposition: attachment; filename="scan{n}.pdf"\n\n'.encode() + scan)
    body = b"".join(b"--scans\n" + part for part in parts) + b"--scans--\n"
    octets = head.encode() + b'Content-Type: multipart/mixed; boundary="scans"\n\n' + body
    assert len(octets) > 60_000_000
    with c.unmoved(ref, told=(PROVIDER,)), c.question() as asked:
        c.deliver(octets)
    assert "25 MB" in words(c.inbox(PROVIDER)[-1]) and "25 MB" in words(asked[0])
    with c.unmoved(ref):
        c.later(minutes=30)
    c.write(c.later(minutes=1), CMO, asked[0].subject, "From provider", answers=asked[0])
    assert c.state(ref) == "RSP"


def test_row_23_a_heap_of_files(c: Bed):
    """Row 23: more than a hundred files: refused with a reason to sender and officer."""
    ref = c.waiting()
    files = [(f"scan{n}.pdf", b"%PDF" + str(n).encode()) for n in range(105)]
    mail = write(PROVIDER, f"Re: [{ref}]", "Our scans.", auth="", message_id=f"<heap{ref}@x.test>", files=files)
    with c.unmoved(ref, told=(PROVIDER,)), c.question() as asked:
        c.deliver(mail)
    assert "100 files" in words(c.inbox(PROVIDER)[-1]) and "100 files" in words(asked[0])


def test_row_23_an_archive_bomb_and_a_path(c: Bed, answered: str):
    """Row 23: an archive is a file that nobody expands; "../" in a name is text, never a path."""
    ref = answered
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", b"\0" * 50_000_000)
    files = [("../../../escaped.pdf", b"x"), ("bomb.zip", packed.getvalue())]
    c.deliver(write(PROVIDER, f"Re: [{ref}]", "Our two files.", auth="", message_id="<bomb@x.test>", files=files))
    shown = c.reply_shown(ref)
    assert "Our two files." in shown and "bomb.zip" in shown and "escaped.pdf" in shown and "../" not in shown
    assert not list(c.stage.folder.parent.rglob("*escaped*"))


@pytest.mark.parametrize("what", ["reaction", "read receipt", "calendar", "recall", "logo"])
def test_row_25_what_is_no_answer(c: Bed, unanswered: str, what: str):
    """Row 25: a reaction, a read receipt, a calendar accept, "Recall:", an empty body with a logo: never a response."""
    ref = unanswered
    letter = c.letter(ref)
    with c.unmoved(ref):
        c.deliver(no_answer(what, letter), envelope="" if what == "read receipt" else None)
    assert not c.all(CMO, REPLIED, ref)


def no_answer(what: str, letter: Mail) -> bytes:
    """A mail about a letter of ours that says nothing."""
    tagged = [("In-Reply-To", letter.message_id), ("References", letter.message_id)]
    said = {"results": "", "id": letter.message_id, "subject": letter.subject, "n": 1}
    match what:
        case "reaction":
            return write(PROVIDER, f"Re: {letter.subject}", REACTION, auth="", message_id="<r@x.test>", headers=tagged)
        case "read receipt":
            return MDN.format(**said).encode()
        case "calendar":
            return CALENDAR.format(**said).encode()
        case "recall":
            body = f'Joan Pell would like to recall the message, "{LETTER_1}".'
            return write(PROVIDER, f"Recall: {letter.subject}", body, auth="", message_id="<rc@x.test>", headers=tagged)
    mail = EmailMessage()
    mail["From"], mail["Message-ID"], mail["Subject"] = PROVIDER, "<logo@x.test>", f"Re: {letter.subject}"
    mail["In-Reply-To"] = mail["References"] = letter.message_id
    mail.set_content("\n")
    mail.add_attachment(b"\x89PNG" + b"0" * 3000, maintype="image", subtype="png", filename="logo.png")
    return mail.as_bytes(policy=policy.SMTP)
