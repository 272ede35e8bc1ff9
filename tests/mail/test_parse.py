"""What parse promises: any mail is read as far as it can be, and nothing but Unreadable is raised."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest

from mailflow.errors import Unreadable
from mailflow.mail import addresses
from mailflow.mail.parse import parse

HEAD = (
    b"From: Jane Smith <Jane@Example.org>\r\nTo: concerns@council.example\r\nMessage-ID: <1@example.org>\r\n"
    b"Date: Mon, 3 May 2027 10:00:00 +0100\r\n"
)


def mail(headers: bytes = b"Subject: Missed calls\r\n", body: bytes = b"Nobody came.\r\n") -> bytes:
    return HEAD + headers + b"\r\n" + body


def mixed(*parts: bytes) -> bytes:
    head = b'Subject: s\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="b"\r\n'
    return mail(head, b"".join(b"--b\r\n" + part + b"\r\n" for part in parts) + b"--b--\r\n")


def test_plain_mail():
    """A plain mail yields its addresses in lower case, its date in UTC, its text with plain line ends."""
    message = parse(mail())
    assert message.from_ is not None
    assert (message.from_.name, message.from_.email) == ("Jane Smith", "jane@example.org")
    assert message.to[0].email == "concerns@council.example"
    assert message.message_id == "<1@example.org>"
    assert message.date == datetime(2027, 5, 3, 9, 0, tzinfo=UTC)
    assert message.subject == "Missed calls"
    assert message.text.strip() == "Nobody came."
    assert not message.from_html


@pytest.mark.parametrize(
    ("raw", "decoded"),
    [
        (b"[SUSPECTED SPAM]=?utf-8?B?W0NDLTIwMjctMDA0Mi1LN10gSGVsbG8=?=", "[SUSPECTED SPAM][CC-2027-0042-K7] Hello"),
        (b"=?utf-8?B?W0NDLTIwMjct?=\r\n =?utf-8?B?MDA0Mi1LN10=?=", "[CC-2027-0042-K7]"),
        (b"=?utf-8?B?w6k=?= =?utf-8?B?w6k=?=", "\u00e9\u00e9"),
        (b"=?utf-8?Q?caf=C3?= =?utf-8?Q?=A9?=", "caf\u00e9"),
        (b"=?utf-8?B?W0NDLTIwMjctMDA0Mi1LN10=", "[CC-2027-0042-K7]"),
        (b"=?iso-8859-1?Q?R=E9ponse_automatique?=", "R\u00e9ponse automatique"),
        (b"=?x-unknown?Q?hello_there?=", "hello there"),
        (b"caf\xe9 raw", "caf\u00e9 raw"),
        (b"caf\xc3\xa9 raw", "caf\u00e9 raw"),
        (b"[CC-2027-\r\n 0042-K7] folded", "[CC-2027- 0042-K7] folded"),
        (b"=?utf-8?Q?line=0D=0ABcc:_x?=", "line Bcc: x"),
    ],
)
def test_subjects(raw: bytes, decoded: str):
    """Encoded-words glued, split, cut or mislabelled, and raw 8-bit subjects, are decoded to one line (row 10)."""
    assert parse(mail(b"Subject: " + raw + b"\r\n")).subject == decoded


def test_two_subjects():
    """Of two Subject headers the first counts and both are kept."""
    message = parse(mail(b"Subject: first\r\nSubject: second\r\n"))
    assert message.subject == "first"
    assert message.all_headers("subject") == ("first", "second")


@pytest.mark.parametrize(
    ("label", "octets", "said"),
    [
        (b"utf-8 euao6y69", "caf\u00e9".encode(), "caf\u00e9"),
        (b"unknown", "caf\u00e9".encode("cp1252"), "caf\u00e9"),
        (b'""', "caf\u00e9".encode(), "caf\u00e9"),
        (b"us-ascii", "\u201cyes\u201d".encode("cp1252"), "\u201cyes\u201d"),
        (b"iso-8859-1", "caf\u00e9".encode(), "caf\u00e9"),
        (b"utf-8", "\u65e5\u672c".encode("iso-2022-jp"), "\u65e5\u672c"),
        (b"iso-2022-jp", "\u65e5\u672c".encode("iso-2022-jp"), "\u65e5\u672c"),
        (b"gb2312", "\u4f60\u597d".encode("gb18030"), "\u4f60\u597d"),
        (b"utf-7", "caf\u00e9".encode("utf-7"), "caf\u00e9"),
        (b"idna", b"plain", "plain"),
    ],
)
def test_charsets(label: bytes, octets: bytes, said: str):
    """A wrong, unknown or broken charset label still yields the best text (row 19)."""
    assert parse(mail(b"Subject: s\r\nContent-Type: text/plain; charset=" + label + b"\r\n", octets)).text == said


def test_nul_octets_vanish():
    """No NUL reaches text or headers."""
    message = parse(mail(b"Subject: a\x00b\r\n", b"x\x00y"))
    assert "\x00" not in message.text + message.subject
    assert message.text == "xy"


@pytest.mark.parametrize(
    "header",
    [
        b'To: "', b"Content-Type: text/plain; name*", b"Cc: (x): a@b.com;", b"Message-ID: <[x@y]>", b"From:",
        b"From: ,,,",
        b'Content-Type: text/plain; charset="a\x00b"', b"Content-Type: text/plain; name*0=a; name*1*=utf-8''b; name=c",
        b"Content-Type: multipart/mixed", b"Content-Type: multipart/mixed; boundary=", b"Date: Mon, 99 Foo 20270 99:99",
        b"Content-Transfer-Encoding: x-strange", b"References: <<<>>> <a",
        b"Content-Disposition: attachment; filename*=x",
        b"Content-Type: message/rfc822", b"Content-Type: text/plain; charset=undefined", b"Reply-To: a@b@c@@",
        b"Content-Type: message/delivery-status", b"Content-Type: message/external-body; access-type=x",
    ],
)  # fmt: skip
def test_headers_that_crash_parsers(header: bytes):
    """Headers that crash the parsers below are read leniently; the text is still there (row 18)."""
    message = parse(b"Subject: s\r\n" + header + b"\r\n\r\nNobody came.\r\n")
    assert message.subject == "s"
    held = message.text + "".join(a.octets.decode("latin-1") for a in message.attachments)
    held += "".join(octets.decode("latin-1") for _, octets in message.parts)
    assert "Nobody came." in held


def test_no_from_and_trailing_commas():
    """A mail without From has none; trailing commas in To do not lose the others."""
    message = parse(b"To: a@example.org, b@example.org,,\r\nSubject: s\r\n\r\nx")
    assert message.from_ is None
    assert [a.email for a in message.to] == ["a@example.org", "b@example.org"]


@pytest.mark.parametrize("octets", [b"", b"\r\n \r\n", b"\x00\x00"])
def test_unreadable(octets: bytes):
    """Nothing to read is Unreadable."""
    with pytest.raises(Unreadable):
        parse(octets)


def test_words_without_any_header():
    """Words without a header are a mail of nobody, not lost: they are held with the rest."""
    message = parse(b"no header here at all")
    assert (message.from_, message.subject, message.text) == (None, "", "no header here at all")
    assert "no headers" in message.defects


def test_html_only():
    """A mail with HTML only yields text; script, comments and hidden text do not reach it."""
    html = (
        b"<html><head><style>p{}</style></head><body><!-- no --><p>Not eligible</p><script>x()</script>"
        b"<div style='display:none'>Accepted</div><ul><li>one</li></ul></body></html>"
    )
    message = parse(mail(b"Subject: s\r\nContent-Type: text/html\r\n", html))
    assert message.from_html
    assert "Not eligible" in message.text and "one" in message.text
    assert "Accepted" not in message.text and "x()" not in message.text and "p{}" not in message.text


def test_alternative_prefers_plain():
    """Of text and HTML saying the same, the plain text is the text and the HTML is kept raw."""
    body = b"--a\r\n\r\nplain words\r\n--a\r\nContent-Type: text/html\r\n\r\n<p>html words</p>\r\n--a--\r\n"
    message = parse(mail(b"Subject: s\r\nContent-Type: multipart/alternative; boundary=a\r\n", body))
    assert message.text == "plain words"
    assert "html words" in message.html
    assert not message.from_html


def test_html_body_with_plain_footer():
    """A plain footer behind an HTML body does not hide the body."""
    message = parse(mixed(b"Content-Type: text/html\r\n\r\n<p>We accept.</p>", b"\r\nscanned by x"))
    assert message.text.startswith("We accept.")
    assert "scanned by x" in message.text


def test_attached_mail_is_not_our_text():
    """The text of an attached mail is a file, never the reply; its own files are listed with where they came from."""
    inner = (
        b"Content-Type: message/rfc822\r\n\r\nFrom: a@example.org\r\nSubject: Old [CC-2027-0042-K7]\r\n"
        b"Content-Type: multipart/mixed; boundary=i\r\n\r\n--i\r\n\r\nAccepted\r\n--i\r\n"
        b"Content-Type: text/csv; name=rota.csv\r\n\r\n1,2\r\n--i--\r\n"
    )
    message = parse(mixed(b"\r\nplease see attached", inner))
    assert message.text == "please see attached"
    names = {a.name: a.unwrapped_from for a in message.attachments}
    assert names == {"Old [CC-2027-0042-K7].eml": "", "rota.csv": "Old [CC-2027-0042-K7].eml"}
    assert b"Accepted" in dict(message.parts)["message/rfc822"]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (b'"../../etc/passwd"', "passwd"),
        (b'"C:\\\\temp\\\\scan.pdf"', "scan.pdf"),
        (b'"=?utf-8?B?Y2Fmw6kucGRm?="', "caf\u00e9.pdf"),
        (b'"a\x00b.pdf"', "ab.pdf"),
        (b'".."', "attachment-1"),
        (b'"' + b"x" * 500 + b'.pdf"', "x" * 138 + ".pdf"),
        ('"gpj.\u202efdp.exe"'.encode(), "gpj.fdp.exe"),
    ],
)
def test_file_names_are_text(name: bytes, shown: str):
    """A file name is display text: no path, no control character, bounded (row 23)."""
    part = b"Content-Type: application/pdf\r\nContent-Disposition: attachment; filename=" + name + b"\r\n\r\nx"
    assert parse(mixed(b"\r\nhi", part)).attachments[0].name == shown


@pytest.mark.parametrize(
    ("head", "note"),
    [
        (b"application/ms-tnef; name=winmail.dat", "could not open"),
        (b"application/pkcs7-mime; smime-type=signed-data; name=smime.p7m", "could not open"),
        (b"application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m", "encrypted"),
        (b"application/x-microsoft-rpmsg-message; name=message.rpmsg", "encrypted"),
    ],
)
def test_wrappers_are_named(head: bytes, note: str):
    """What cannot be opened is kept as a file with a note that says so (row 20)."""
    message = parse(
        mail(b"Subject: s\r\nContent-Transfer-Encoding: base64\r\nContent-Type: " + head + b"\r\n", b"AAEC")
    )
    assert message.text == ""
    assert [(a.octets, a.note) for a in message.attachments] == [(b"\x00\x01\x02", note)]


def test_clear_signed():
    """Clear-signed S/MIME is read through; the signature itself is no attachment."""
    body = (
        b"--g\r\nContent-Type: text/plain\r\n\r\nWe accept.\r\n--g\r\nContent-Type: application/pkcs7-signature;"
        b" name=smime.p7s\r\nContent-Transfer-Encoding: base64\r\n\r\nAAEC\r\n--g--\r\n"
    )
    message = parse(mail(b"Subject: s\r\nContent-Type: multipart/signed; boundary=g\r\n", body))
    assert (message.text, message.attachments) == ("We accept.", ())


def test_flowed():
    """format=flowed lines are joined again (RFC 3676), quotes kept apart."""
    body = b"> old \r\n> words\r\nThis is one \r\nline.\r\n"
    message = parse(mail(b"Subject: s\r\nContent-Type: text/plain; format=flowed\r\n", body))
    assert message.text.strip("\n") == "> old words\nThis is one line."


def test_large_file_is_exact():
    """A large file is taken out before parsing and put back octet for octet, also within an attached mail."""
    data = bytes(range(256)) * 2_000
    part = b"Content-Type: image/png; name=s.png\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(
        data
    )
    assert parse(mixed(b"\r\nscan", part)).attachments[0].octets == data
    inner = (
        b"Content-Type: message/rfc822\r\n\r\nSubject: i\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\n"
    )
    message = parse(mixed(b"\r\nscan", inner + part + b"\r\n--c--"))
    assert [a.octets for a in message.attachments if a.name == "s.png"] == [data]
    assert base64.encodebytes(data)[:5_000] in dict(message.parts)["message/rfc822"].replace(b"\r\n", b"\n")


def test_digest_is_of_what_is_said():
    """Another encoding, other line ends and other trace headers are the same mail; other words are another (row 8)."""
    first = parse(
        mail(b"Subject: caf=C3=A9\r\n".replace(b"caf=C3=A9", b"=?utf-8?Q?caf=C3=A9?="), b"One  two\r\nthree\r\n")
    )
    again = parse(
        b"Received: from x by y; Mon, 3 May 2027 10:00:01 +0100\r\nX-Scanned: yes\r\n"
        + mail(b"Subject: =?iso-8859-1?Q?caf=E9?=\r\nContent-Transfer-Encoding: base64\r\n", b"T25lIHR3bwp0aHJlZQ==")
    )
    other = parse(mail(b"Subject: =?utf-8?Q?caf=C3=A9?=\r\n", b"One two four\r\n"))
    assert first.digest == again.digest != other.digest


def test_digest_of_html_is_of_its_words():
    """A page that a server wrote anew is the same mail; how its text is shown does not count; other words do."""
    head = b"Subject: s\r\nContent-Type: text/html\r\n"
    first, again, other = (
        parse(mail(head, page)).digest
        for page in (
            b"<p>We <b>ac</b>cept.</p><blockquote>Old &amp; new</blockquote>",
            b"<head><style>p{}</style></head>\r\n<!-- x --><body><div class=a>We accept.</div>\r\nOld &#38; new</body>",
            b"<p>We do not accept.</p><blockquote>Old &amp; new</blockquote>",
        )
    )
    assert first == again != other


def test_digest_counts_attachments():
    """The same words with another file are another mail."""
    files = [b"Content-Type: text/csv; name=a.csv\r\n\r\n" + value for value in (b"1", b"2")]
    assert parse(mixed(b"\r\nhi", files[0])).digest != parse(mixed(b"\r\nhi", files[1])).digest


def test_trace_headers_are_not_decoded():
    """Encoded-words in structured headers stay as they are: an envelope address cannot write a verdict into them."""
    value = b"mx.council.example; spf=pass smtp.mailfrom==?utf-8?Q?=3B_dmarc=3Dpass?=@evil.example"
    assert "dmarc=pass" not in parse(mail(b"Authentication-Results: " + value + b"\r\n")).header(
        "authentication-results"
    )


def test_reply_ids():
    """References and In-Reply-To yield ids, also when folded inside; text around them does not matter."""
    message = parse(mail(b"In-Reply-To: your mail <a@x>\r\nReferences: <a@x>\r\n <b@\r\n y> junk\r\n"))
    assert message.in_reply_to == ("<a@x>",)
    assert message.references == ("<a@x>", "<b@y>")


@pytest.mark.parametrize(
    "value",
    [
        "a@b.example",
        "<A@b.example>",
        "Ann Bee <a@b.example>",
        '"Bee, Ann (Care)" <a@b.example>',
        "O'Neil <o@n.example>",
        "Ann <a@b.example>, c@d.example",
        "Ann <a@b.example",
        "a b@c.example",
        "Ann <.a@b.example>",
        "Ann <a.@b.example>",
        "a@b.example, ",
        "group: a@b.example;",
        "Ann (home) <a@b.example>",
        "=?utf-8?Q?=C3=84nn?= <a@b.example>",
    ],
)
def test_plainly_written_addresses_are_read_as_the_strict_reader_reads_them(value, monkeypatch):
    """The quick way for plain headers gives what mail-parser gives, or leaves the header to it."""
    quick = addresses.read({"from": value, "to": value})
    monkeypatch.setattr(addresses, "_plain", lambda _: [])
    assert quick == addresses.read({"from": value, "to": value})
