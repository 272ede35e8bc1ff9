"""The nastiest mails of mail.md's table, rows 18 to 24: broken, closed, huge and late mails."""

from __future__ import annotations

import io
import zipfile
from email import policy
from email.message import EmailMessage

import pytest

from tests.flow.bench import BOX, JOAN, MAYA, OLIVE, Bench, results, write


def _bare(sender: str, subject: str, *lines: str) -> bytes:
    """A mail out of raw header lines and a body, as a broken program writes it."""
    head = [f"From: {sender}"] if sender else []
    head += [f"To: {BOX}", f"Subject: {subject}", *lines]
    return (results("pass", sender or JOAN) + "\r\n".join(head)).encode("utf-8", "surrogateescape")


BROKEN = {
    "to with an open quote": ['To: "', "", "We accept this."],
    "content type without a name": ["Content-Type: text/plain; name*", "", "We accept this."],
    "cc with a comment": ["Cc: (x): a@b.com;", "", "We accept this."],
    "trailing commas": ["Cc: a@mail.example,,, ,", "", "We accept this."],
    "message id in brackets": ["Message-ID: <[x@y]>", "", "We accept this."],
    "empty charset": ['Content-Type: text/plain; charset=""', "", "We accept this."],
}


@pytest.mark.parametrize("what", BROKEN)
def test_18_headers_that_crash_parsers_are_read_leniently(waiting: Bench, what: str):
    """Row 18: what crashes parsers is read all the same, and counts as the provider's reply."""
    waiting.raw("2027-02-03 10:00", _bare(JOAN, f"Re: {waiting.tag()}", *BROKEN[what]))
    assert waiting.state() == "RSP"


def test_18_without_a_from_it_is_held(waiting: Bench):
    """Row 18: nobody wrote it: held and asked about, even with a valid tag and our letter's recipient in To."""
    before = waiting.standing()
    octets = _bare("", f"Re: {waiting.tag()}", f"Cc: {JOAN}", "", "We accept this.")
    assert waiting.kept(waiting.raw("2027-02-03 10:00", octets)).state == "held"
    assert waiting.standing() == before and len(waiting.letters("M57")) == 1


def test_18_the_next_mail_is_processed(waiting: Bench):
    """Row 18: octets that nobody can read are quarantined with a reason; the next mail is processed."""
    bad = waiting.raw("2027-02-03 10:00", b"\x00\x01\x02\x03")
    waiting.mail("2027-02-03 10:00", JOAN, f"Re: {waiting.tag()}", "We accept this.")
    assert waiting.kept(bad).state == "quarantined" and waiting.state() == "RSP"
    waiting.nothing_lost()


CHARSETS = {
    "a nonsense suffix": ("text/plain; charset=utf-8 euao6y69", "We accept this, é.".encode()),
    "unknown": ("text/plain; charset=unknown", b"We accept this, \xe9."),
    "mislabelled iso-2022-jp": ("text/plain; charset=us-ascii", "We accept this. 了解".encode("iso-2022-jp")),
    "none, 8 bit": ("text/plain", "We accept this, naïve.".encode("cp1252")),
}


@pytest.mark.parametrize("what", CHARSETS)
def test_19_strange_charsets_give_their_best_text(waiting: Bench, what: str):
    """Row 19: the best text is shown to the officer, and the original octets are kept as they came."""
    content_type, body = CHARSETS[what]
    octets = _bare(JOAN, f"Re: {waiting.tag()}", f"Content-Type: {content_type}", "", "") + b"\r\n" + body
    identity = waiting.raw("2027-02-03 10:00", octets)
    assert waiting.kept(identity).octets == octets
    assert "We accept this" in waiting.letter("M23").message.text


def test_19_raw_eight_bit_headers(waiting: Bench):
    """Row 19: a subject in raw octets does not hide the tag."""
    octets = _bare(JOAN, f"R\udce9: {waiting.tag()}", "", "We accept this.")
    waiting.raw("2027-02-03 10:00", octets)
    assert waiting.state() == "RSP"


def _closed_mail(kind: str, name: str, tag: str) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"], mail["Message-ID"] = JOAN, BOX, f"Re: {tag}", f"<{name}@x.test>"
    main, _, sub = kind.partition("/")
    if name in ("smime.p7m", "message.rpmsg"):
        mail.set_content(b"\x30\x82" + b"\x01" * 500, maintype=main, subtype=sub, filename=name)
    else:
        mail.set_content("")
        mail.add_attachment(b"\x78\x9f\x3e\x22" + b"\x01" * 500, maintype=main, subtype=sub, filename=name)
    return results("pass", JOAN).encode() + mail.as_bytes(policy=policy.SMTP)


@pytest.mark.parametrize(
    "name,kind",
    [("smime.p7m", "application/pkcs7-mime"), ("winmail.dat", "application/ms-tnef"),
     ("message.rpmsg", "application/x-microsoft-rpmsg-message")],
)  # fmt: skip
def test_20_what_cannot_be_opened_is_received_and_put_to_the_officer(waiting: Bench, name: str, kind: str):
    """Row 20: "received but we could not open it": kept, the chaser held, the officer asked once (Q38)."""
    identity = waiting.raw("2027-02-12 10:00", _closed_mail(kind, name, waiting.tag()))
    if waiting.state() == "WPR":
        assert waiting.kept(identity).state == "held" and len(waiting.letters("M57")) == 1
        waiting.to("2027-02-15 17:00")
        assert not waiting.letters("M22"), "the chaser waits for the answer"
        waiting.mail("2027-02-16 09:00", MAYA, f"Re: [{waiting.open_questions()[0]}]", "From provider")
    shown = waiting.letter("M23").message.text
    assert waiting.state() == "RSP" and ("could not open" in shown or "encrypted" in shown)
    assert waiting.case().machines["concern"].since.day == 12, "it counts from the day on which it arrived"


def test_20_an_encrypted_concern_of_a_stranger_is_not_lost(bench: Bench):
    """Row 20: from somebody unknown, without a case: asked about, never silently filed."""
    octets = _closed_mail("application/pkcs7-mime", "smime.p7m", "Concern").replace(JOAN.encode(), b"a@mail.example")
    assert bench.kept(bench.raw("2027-02-01 10:00", octets)).state == "held"


def test_20_a_reply_inside_an_enclosed_mail_is_kept_whole(waiting: Bench):
    """Row 20: an .eml attached to a covering line is on the file with it."""
    inner = write("manager@oakfield.example", "Our findings", "The rota was wrong.", auth="")
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"], mail["Message-ID"] = JOAN, BOX, f"Re: {waiting.tag()}", "<eml@x.test>"
    mail.set_content("Please see attached.")
    mail.add_attachment(inner, maintype="application", subtype="octet-stream", filename="findings.eml")
    waiting.raw("2027-02-03 10:00", results("pass", JOAN).encode() + mail.as_bytes(policy=policy.SMTP))
    assert waiting.state() == "RSP" and "findings.eml" in waiting.letter("M23").message.text


@pytest.mark.parametrize("date", ["Mon, 05 Feb 2018 09:00:00 +0000", "Sat, 05 Feb 2028 09:00:00 +0000", "rubbish"])
def test_21_the_date_header_drives_no_clock(bench: Bench, date: str):
    """Row 21: receipt is when our server took the mail (K8), whatever the Date header says."""
    octets = write(OLIVE, "Missed calls", "Oakfield Care Ltd missed calls.").replace(
        b"Mon, 01 Feb 2027 09:00:00 +0000", date.encode()
    )
    bench.raw("2027-02-01 09:30", octets)
    assert bench.clocks()["concern T3"][0] == "2027-02-03"


def test_21_arrival_a_second_before_midnight_across_the_clock_change(bench: Bench):
    """Row 21: 23:59:59 BST on Sunday 28 March is still that day, though the instant is 22:59:59 UTC (K2)."""
    octets = write("a@mail.example", "Missed calls", "Oakfield Care Ltd missed calls.", message_id="<dst@x.test>")
    bench.raw("2027-03-28 22:59:59", octets)
    assert bench.clocks()["concern T3"][0] == "2027-03-31", "Easter Monday is no working day"
    later = write("b@mail.example", "Missed calls", "Oakfield Care Ltd missed calls.", message_id="<dst2@x.test>")
    bench.raw("2027-03-30 23:00:00", later)
    assert bench.clocks()["concern T3"][0] == "2027-04-02", "23:00 UTC on Tuesday is Wednesday in London"


def test_22_a_chain_of_300_mails_is_read_in_bounded_time(waiting: Bench):
    """Row 22: an answer above 300 quoted mails counts, in bounded time, and the whole text is kept."""
    chain = "\n".join(f"{'> ' * min(n, 40)}On 1 January 2027 someone wrote: line {n}" for n in range(300))
    identity = waiting.mail("2027-02-03 10:00", JOAN, f"Re: {waiting.tag()}", f"We accept this.\n\n{chain}")
    assert waiting.state() == "RSP" and b"line 299" in waiting.kept(identity).octets


def test_22_an_answer_below_the_quote_is_shown(waiting: Bench):
    """Row 22: inline answers and answers under the quote are new text."""
    body = "> Please say whether you accept.\n\nWe accept the first point.\n\n> By when?\n\nBy Friday.\n"
    waiting.mail("2027-02-03 10:00", JOAN, f"Re: {waiting.tag()}", body)
    shown = waiting.letter("M23").message.text
    assert "We accept the first point." in shown and "By Friday." in shown


def _large(mb: int, tag: str, sender: str = JOAN, auth: str = "pass") -> bytes:
    head = write(sender, f"Re: {tag}", "Our scans.", auth=auth, message_id="<large@x.test>", files=[("s.pdf", b"%PDF")])
    return head.replace(b"JVBERg==", b"A" * 76 + (b"\r\n" + b"A" * 76) * (mb * 1024 * 1024 // 78))


def test_23_a_mail_over_the_limit_is_refused_with_a_reason_and_kept(waiting: Bench):
    """Row 23, Q38: the sender and the officer hear why; it moves nothing, is kept whole and is never tried again."""
    before = waiting.standing()
    octets = _large(27, waiting.tag())
    identity = waiting.raw("2027-02-03 10:00", octets)
    kept = waiting.kept(identity)
    assert (kept.state, kept.case, len(kept.octets)) == ("held", waiting.ref(), len(octets))
    assert waiting.standing() == before
    assert "25 MB" in waiting.letter("M52", JOAN).message.text and "25 MB" in waiting.letter("M57", MAYA).message.text
    sent = len(waiting.left)
    waiting.to("2027-02-04 09:00")
    assert len(waiting.left) == sent, "told once"
    waiting.mail("2027-02-04 10:00", MAYA, f"Re: [{waiting.open_questions()[0]}]", "From provider")
    assert waiting.state() == "RSP", "the officer may take it all the same"


def test_23_the_limit_is_a_setting(bench_of):
    """`max_mb` of the office decides; one that was cut while it was fetched is too large in any case."""
    small = bench_of(settings={"max_mb": 1})
    ref = small.concern()
    assert small.kept(small.raw("2027-02-03 10:00", _large(2, f"[{ref}]", OLIVE))).state == "held"
    assert "1 MB" in small.letter("M52", OLIVE).message.text


def test_23_a_false_sender_is_not_told(waiting: Bench):
    """A mail with a forged sender is refused without a word to the address it stole."""
    waiting.raw("2027-02-03 10:00", _large(27, waiting.tag(), JOAN, "fail"))
    assert not waiting.letters("M52", JOAN) and waiting.letters("M57", MAYA)


def test_23_a_heap_of_files_is_refused(waiting: Bench):
    """More than a hundred files: refused with a reason to sender and officer."""
    files = [(f"scan{n}.pdf", b"%PDF" + str(n).encode()) for n in range(105)]
    waiting.mail("2027-02-03 10:00", JOAN, f"Re: {waiting.tag()}", "Our scans.", files=files)
    assert waiting.state() == "WPR" and waiting.letters("M52", JOAN) and waiting.letters("M57", MAYA)


def test_23_an_archive_bomb_is_a_file_and_a_path_is_a_name(waiting: Bench):
    """Archives are never expanded; "../" in a file name is text, never a path."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", b"\0" * 50_000_000)
    files = [("../../etc/passwd", b"x"), ("bomb.zip", packed.getvalue())]
    waiting.mail("2027-02-03 10:00", JOAN, f"Re: {waiting.tag()}", "Our files.", files=files)
    shown = waiting.letter("M23").message.text
    assert waiting.state() == "RSP" and "../" not in shown and "passwd" in shown and "bomb.zip" in shown


def test_24_a_reply_to_a_closed_case_a_year_later_is_put_to_the_officer(closed: Bench):
    """Row 24, Q29: it goes to that case, moves nothing, and M39 asks; the officer's word opens the dispute."""
    ref = closed.ref()
    closed.mail("2028-02-21 10:00", JOAN, f"Re: [{ref}] Conclusion of the concern", "We dispute your conclusion.")
    assert closed.state(ref) == "CLO" and len(closed.refs()) == 1 and len(closed.letters("M39", MAYA)) == 1
    closed.mail("2028-02-21 11:00", MAYA, f"Re: [{ref}]", "Dispute")
    assert closed.state(ref) == "CON" and any(m.kind == "D" for m in closed.case(ref).live())


def test_24_a_reply_to_a_merged_case_goes_to_the_one_it_was_joined_to(waiting: Bench):
    """Row 24: a duplicate's mails are heard on the case it was joined to."""
    first = waiting.ref()
    second = waiting.concern("2027-02-02 09:30", "alan.wyre@health.example")
    word = f"Provider is Oakfield Care Ltd\nDuplicate of {first}"
    waiting.mail("2027-02-02 10:00", MAYA, f"Re: [{second}]", word)
    assert waiting.state(second) == "XDU"
    waiting.mail("2027-02-03 10:00", JOAN, f"Re: [{second}]", "We accept this.")
    assert waiting.state(first) == "RSP" and waiting.state(second) == "XDU"


def test_24_the_referrer_of_a_merged_case_is_not_lost(waiting: Bench):
    """Row 24: the referrer of the duplicate is heard on the case it was joined to: filed, and the officer sees it."""
    first = waiting.ref()
    second = waiting.concern("2027-02-02 09:30", "alan.wyre@health.example")
    waiting.mail("2027-02-02 10:00", MAYA, f"Re: [{second}]", f"Provider is Oakfield Care Ltd\nDuplicate of {first}")
    before = waiting.standing(first)
    identity = waiting.mail("2027-02-03 10:00", "alan.wyre@health.example", f"Re: [{second}]", "It happened again.")
    assert waiting.kept(identity).case == first and waiting.standing(first) == before
    assert waiting.kept(identity).state == "done" and "It happened again." in waiting.letter("M28", MAYA).words
