"""What is wrapped: winmail.dat, S/MIME, saved Outlook mails, Rich Text; opened where that can be, named where not."""

from __future__ import annotations

import base64
import hashlib
import shutil
import struct
import subprocess
from pathlib import Path

import pytest

from mailflow.mail import cms, compound, outlook_file, rtf, tnef, unwrap
from mailflow.mail.classify import classify
from mailflow.mail.message import Message
from mailflow.mail.parse import parse
from tests.mail import wrapping
from tests.mail.wrapping import wide

HEAD = b"From: a@provider.example\nTo: concerns@council.example\nSubject: s\nMIME-Version: 1.0\n"
BODY, HTML, RTF, LONG_NAME, TYPE, DATA = 0x1000, 0x1013, 0x1009, 0x3707, 0x370E, 0x3701
STRING, UNICODE, BINARY, OBJECT = 0x1E, 0x1F, 0x102, 0x0D
INNER = b"Content-Type: text/plain; charset=utf-8\r\n\r\nWe accept the plan.\r\n"
MESSAGE_IID = bytes.fromhex("0703020000000000c000000000000046")


def part(kind: bytes, octets: bytes) -> bytes:
    return b"Content-Type: " + kind + b"\nContent-Transfer-Encoding: base64\n\n" + base64.encodebytes(octets)


def mail(kind: bytes, octets: bytes) -> Message:
    return parse(HEAD + part(kind, octets))


def with_words(kind: bytes, octets: bytes, words: bytes = b"Please see the file.") -> Message:
    both = (
        b"Content-Type: multipart/mixed; boundary=m\n\n--m\n\n" + words + b"\n--m\n" + part(kind, octets) + b"--m--\n"
    )
    return parse(HEAD + both)


def files(message: Message) -> list[tuple[str, str, bytes]]:
    return [(a.name, a.unwrapped_from, a.octets) for a in message.attachments[1:]]


@pytest.mark.parametrize(
    "properties",
    [
        [(UNICODE, BODY, wide("We accept caf\u00e9."))],
        [(STRING, BODY, "We accept caf\u00e9.".encode("cp1252") + b"\0")],
        [(3, 0x3FDE, struct.pack("<I", 65001)), (BINARY, HTML, "<p>We accept caf\u00e9.</p>".encode())],
        [(BINARY, RTF, wrapping.stored_rtf(rb"{\rtf1\ansi We accept caf\'e9.\par}"))],
        [(BINARY, RTF, wrapping.stored_rtf(rb"{\rtf1\fromhtml1{\*\htmltag <p>}We accept caf\'e9.{\*\htmltag </p>}}"))],
        [(0x40, 0x0E06, b"8" * 8), (UNICODE, 0x8001, wide("named")), (UNICODE, BODY, wide("We accept caf\u00e9."))],
    ],
)  # fmt: skip
def test_a_winmail_dat_without_other_words_is_the_mail(properties: list[wrapping.Property]):
    """Plain text, HTML or Rich Text of a winmail.dat is the text of a mail that has no other (row 20)."""
    message = mail(b"application/ms-tnef; name=winmail.dat", wrapping.tnef(properties))
    assert message.text.strip() == "We accept caf\u00e9."
    assert [a.note for a in message.attachments] == [""]
    assert classify(message).name == "human"


def test_the_files_of_a_winmail_dat():
    """Its files have their long names and say where they come from; its text does not replace the mail's own words."""
    octets = wrapping.tnef(
        [(UNICODE, BODY, wide("Accepted"))],
        [
            (
                "SCAN~1.PDF",
                b"%PDF",
                [(UNICODE, LONG_NAME, wide("scan of May.pdf")), (STRING, TYPE, b"application/pdf\0")],
            ),
            ("ROTA.CSV", b"1,2", []),
        ],
    )
    message = with_words(b"application/octet-stream; name=winmail.dat", octets)
    assert message.text.strip() == "Please see the file."
    assert files(message) == [("scan of May.pdf", "winmail.dat", b"%PDF"), ("ROTA.CSV", "winmail.dat", b"1,2")]
    assert message.attachments[1].content_type == "application/pdf"


def test_a_mail_within_a_winmail_dat_is_evidence():
    """The words of a mail inside are listed as a file, its files too, and are never this mail's words."""
    inner = wrapping.tnef([(UNICODE, BODY, wide("Accepted"))], [("A.TXT", b"a", [])])
    held = [(OBJECT, DATA, MESSAGE_IID + inner), (UNICODE, 0x3001, wide("Old mail"))]
    message = mail(b"application/ms-tnef; name=winmail.dat", wrapping.tnef([], [("", b"", held)]))
    assert message.text == ""
    assert [(name, inside) for name, inside, _ in files(message)] == [
        ("Old mail", "winmail.dat"), ("Old mail.txt", "Old mail"), ("A.TXT", "Old mail"),
    ]  # fmt: skip


@pytest.mark.parametrize("cut", [3, 20, 60, 200])
def test_a_broken_winmail_dat_is_told(cut: int):
    """What is cut off cannot be opened, and is put to the officer as that."""
    whole = wrapping.tnef([(UNICODE, BODY, wide("x" * 100))])
    message = mail(b"application/ms-tnef; name=winmail.dat", whole[:cut])
    assert [a.note for a in message.attachments][-1] == unwrap.COULD_NOT_OPEN
    assert classify(message).name == "unreadable"


@pytest.mark.parametrize("pieces", [0, 16])
@pytest.mark.parametrize(
    "name",
    [
        b"application/pkcs7-mime; smime-type=signed-data; name=smime.p7m",
        b"application/x-pkcs7-mime",
        b"application/octet-stream; name=smime.p7m",
    ],
)
def test_opaque_signed_mail_is_the_mail(name: bytes, pieces: int):
    """The content of signed data is the mail itself, written by DER or BER (RFC 8551, RFC 5652)."""
    message = mail(name, wrapping.signed(INNER, pieces=pieces))
    assert message.text.strip() == "We accept the plan."
    assert [(a.name, a.note) for a in message.attachments] == [("smime.p7m", "")]
    assert classify(message).name == "human"


def test_files_within_opaque_signed_mail():
    """The files inside are listed with the wrapper's name, and a list's footer round it is read too."""
    inner = b"Content-Type: multipart/mixed; boundary=i\n\n--i\n\nWe accept.\n"
    inner += b"--i\nContent-Type: text/csv; name=a.csv\n\n1,2\n--i--\n"
    octets = wrapping.signed(inner)
    both = b"Content-Type: multipart/mixed; boundary=m\n\n--m\n" + part(
        b"application/pkcs7-mime; name=smime.p7m", octets
    )
    message = parse(HEAD + both + b"--m\n\nlist footer\n--m--\n")
    assert message.text.split("\n") == ["We accept.", "list footer"]
    assert files(message) == [("a.csv", "smime.p7m", b"1,2")]


def test_opening_a_wrapper_changes_no_digest():
    """The wrapper counts into the digest as it stands: what was stored before it could be opened is the same mail."""
    message = mail(b"application/pkcs7-mime", wrapping.signed(INNER))
    said = ["s", "a@provider.example", "", "", "", message.attachments[0].digest]
    assert message.digest == hashlib.sha256("\x1f".join(said).encode()).hexdigest()


@pytest.mark.parametrize(
    ("kind", "octets", "note"),
    [
        (b"application/pkcs7-mime; smime-type=enveloped-data", wrapping.enveloped(), unwrap.ENCRYPTED),
        (b"application/pkcs7-mime; name=smime.p7m", wrapping.enveloped(), unwrap.ENCRYPTED),
        (b"application/pkcs7-mime; smime-type=signed-data", b"\x30\x80\x06", unwrap.COULD_NOT_OPEN),
        (b"application/octet-stream; name=message.rpmsg", b"v", unwrap.ENCRYPTED),
        (b"application/vnd.ms-outlook; name=a.msg", b"no such file", unwrap.COULD_NOT_OPEN),
    ],
)
def test_what_stays_closed_says_so(kind: bytes, octets: bytes, note: str):
    """Encrypted, broken and rights-managed wrappers are received and named, not lost (row 20)."""
    message = mail(kind, octets)
    assert [a.note for a in message.attachments] == [note]
    assert classify(message).name == "unreadable"


@pytest.mark.openssl
@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs Debian's openssl")
@pytest.mark.parametrize("stream", [[], ["-stream"]])
def test_what_openssl_signs(tmp_path: Path, stream: list[str]):
    """Mail signed by a real program is read, whichever of the two encodings it chose."""
    (tmp_path / "in").write_bytes(INNER + b"word " * 5_000)
    curve = "-newkey ec -pkeyopt ec_paramgen_curve:P-256"
    making = f"openssl req -x509 {curve} -nodes -keyout key -out crt -subj /CN=test -days 2".split()
    subprocess.run(making, cwd=tmp_path, check=True, capture_output=True)
    command = "openssl cms -sign -nodetach -in in -signer crt -inkey key -outform DER -out out".split()
    subprocess.run([*command, *stream], cwd=tmp_path, check=True, capture_output=True)
    message = mail(b"application/pkcs7-mime; smime-type=signed-data", (tmp_path / "out").read_bytes())
    assert message.text.startswith("We accept the plan.")
    assert message.text.count("word") == 5_000


def test_a_saved_outlook_mail_is_evidence():
    """Subject, sender, words and files of an attached .msg are listed; none of it is this mail's words."""
    inner = wrapping.saved("Older", "Withdrawn", {"z.txt": b"z"}, inner=True)
    tree = wrapping.saved(
        "Old visit", "Accepted\n" * 1_000, {"rota.csv": b"1,2\n" * 2_000, "small.txt": b"x", "fw": inner}
    )
    message = with_words(b"application/vnd.ms-outlook; name=old.msg", wrapping.compound(tree))
    assert message.text.strip() == "Please see the file."
    found = files(message)
    assert [(name, inside) for name, inside, _ in found] == [
        ("Old visit.txt", "old.msg"), ("rota.csv", "old.msg"), ("small.txt", "old.msg"),
        ("Older.txt", "fw"), ("z.txt", "fw"),
    ]  # fmt: skip
    assert found[0][2].startswith(b"Subject: Old visit\nFrom: Care Provider <office@provider.example>\n\nAccepted\n")
    assert found[1][2] == b"1,2\n" * 2_000


def test_a_saved_mail_whose_words_are_html_or_rich_text():
    """The words of a saved mail are found in whichever form they are."""
    for name, value in (
        ("__substg1.0_10130102", b"<p>We accept.</p>"),
        ("__substg1.0_10090102", wrapping.stored_rtf(rb"{\rtf1 We accept.}")),
    ):
        tree = {key: held for key, held in wrapping.saved("s", "").items() if "1000" not in key} | {name: value}
        found = outlook_file.read(wrapping.compound(tree), 0, unwrap.Unwrapper()._plain_of)
        assert found is not None and b"We accept." in found[0].octets


def test_wrappers_within_wrappers_end():
    """Wrappers in wrappers are opened a few times, then no more."""
    octets = INNER
    for _ in range(20):
        octets = b"Content-Type: application/pkcs7-mime\nContent-Transfer-Encoding: base64\n\n" + base64.encodebytes(
            wrapping.signed(octets)
        )
    message = parse(HEAD + octets)
    assert len(message.attachments) == unwrap.MAX_WRAPPED_DEPTH + 1
    assert message.attachments[0].note == ""
    assert message.attachments[-1].note == unwrap.COULD_NOT_OPEN


def test_many_wrappers_end():
    """Hundreds of wrappers side by side are opened up to a bound and all kept."""
    one = b"--m\n" + part(b"application/ms-tnef; name=winmail.dat", wrapping.tnef([], [("A", b"a", [])]))
    message = parse(HEAD + b"Content-Type: multipart/mixed; boundary=m\n\n" + one * 100 + b"--m--\n")
    opened = [a for a in message.attachments if a.unwrapped_from]
    assert len(opened) == unwrap.MAX_WRAPPERS
    assert len(message.attachments) - len(opened) == 100


def test_rich_text():
    """Words, breaks and characters of Rich Text; no fonts, colours, pictures or styles."""
    source = (
        rb"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0\fcharset0 Arial;}{\f1\fcharset204 Arial;}}{\colortbl;\red0\green0;}"
        rb"{\*\generator Riched20;}{\info{\author nobody}}\f0 One\tab two\par \{three\} \u8364?\u233\'e9 "
        rb"{\f1 \'ef\'f0}{\pict\pngblip 89504e47}\line\bin3 }}}four}"
    )
    assert rtf.words(source) == ("One\ttwo\n{three} \u20ac\u00e9 \u043f\u0440\nfour", "")
    assert rtf.words(b"no rich text") == ("", "")


def test_compressed_rich_text():
    """Rich Text as MAPI compresses it: letters and references back, also into what every document begins with."""
    # Control 0x30 0x00...: "{\rtf1" stands at place 0 of the dictionary, then letters, then the end.
    letters = b" We accept.}"
    first = bytes([0b00000001]) + struct.pack(">H", 0 << 4 | 4) + letters[:7]
    rest = bytes([0]) + letters[7:]
    octets = struct.pack("<II", 0, 6 + len(letters)) + b"LZFu" + b"\0" * 4 + first + rest
    assert rtf.words(rtf.decompressed(octets)) == ("We accept.", "")


@pytest.mark.parametrize(
    "octets", [b"", b"\x30", b"\x30\x84\xff\xff\xff\xff", b"\x30\x80" * 5_000, b"\x24\x80" * 20_000]
)
def test_broken_cms(octets: bytes):
    """What is no CMS object is "other", quickly."""
    assert cms.read(octets).kind == cms.OTHER


def test_a_circle_in_a_compound_file_ends():
    """A table of sectors that leads in circles yields at most as much as the file is long."""
    octets = bytearray(wrapping.compound({"big": b"x" * 5_000}))
    at = octets.rfind(struct.pack("<I", wrapping.FAT)) // 512 * 512
    octets[at : at + 4] = struct.pack("<I", 0)
    opened = compound.Compound(bytes(octets))
    assert len(opened.read(("big",))) <= len(octets)


def test_a_winmail_dat_with_too_many_files_is_told():
    """More files than the bound are said to be more."""
    octets = wrapping.tnef([], [("a", b"a", [])] * (tnef.MAX_FILES + 1))
    held = tnef.read(octets)
    assert (len(held.files), held.whole, len(held.faults)) == (tnef.MAX_FILES, False, 1)
