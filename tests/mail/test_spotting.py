"""Finding a person in words and files: addresses, names in any order, and honesty about what cannot be read."""

from __future__ import annotations

import hashlib
import io
import zipfile
import zlib

import pytest

from mailflow.mail import spotting
from mailflow.mail.message import Attachment
from mailflow.mail.spotting import People, Sighting, in_file, people


def zoe() -> People:
    return people(["zoe.quill@mail.test"], ["Dr Zo\u00eb Ann Quill"])


def file(octets: bytes, kind: str = "text/plain", name: str = "copy.txt") -> Attachment:
    return Attachment(name, kind, octets, hashlib.sha256(octets).hexdigest())


@pytest.mark.parametrize(
    "words",
    ["zoe.quill@mail.test", "ZOE QUILL", "Zo\u00eb  Quill", "Quill, Zoe", "Z. Quill", "ZoeQuill.pdf", "zoe_ann_quill"],
)
def test_a_name_is_found_however_it_is_written(words: str):
    """Case, accents, order, initials and what stands between the names do not hide them."""
    assert zoe().in_text(f"Ask {words} about it")
    assert not zoe().in_text(zoe().hidden(f"Ask {words} about it", "protected"))


@pytest.mark.parametrize("words", ["Zoe", "the quill", "zoequillson", "", "Quilling Zoes"])
def test_less_than_a_name_is_no_proof(words: str):
    """One name alone is only perhaps the person."""
    assert not zoe().in_text(words)


def test_one_name_is_perhaps_and_a_title_is_nothing():
    """The officer is asked about a surname; not about "Dr"."""
    assert in_file(zoe(), file(b"She said: Quill.")).perhaps == "quill"
    assert not in_file(zoe(), file(b"Dr Smith")).perhaps


@pytest.mark.parametrize(
    "kind", ["application/pdf", "image/png", "application/octet-stream", "application/msword", "application/zip"]
)
def test_what_holds_no_letters_is_not_said_to_be_read(kind: str):
    """We never vouch for a scan."""
    assert not in_file(zoe(), file(b"\x89PNG\r\n", kind)).read


def test_text_that_is_something_else_is_not_read():
    """A PDF does not become readable by being called text."""
    assert not in_file(zoe(), file(b"%PDF-1.7 x")).read and not in_file(zoe(), file(b"a\0b")).read
    assert in_file(zoe(), file(b"Three calls were missed.")).read
    for words in (b"Z<b>oe</b> Quill", b"Zo&euml; Quill", b"Z&#111;e&nbsp;&#x51;uill"):
        assert in_file(zoe(), file(words, "text/html")).sure.replace("\xa0", " ") == "zoe quill"


def test_a_broken_or_swollen_archive_does_no_harm():
    """Bounded, and what is behind the bounds counts as unread."""
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.xml", b"0" * 60_000_000)
    seen = in_file(zoe(), file(bomb.getvalue(), "application/zip"))
    assert not seen.read and not seen.sure
    assert not in_file(zoe(), file(bomb.getvalue()[:200], "application/zip")).read


@pytest.mark.parametrize(
    "words",
    ["Quill, Zoe", "quill.z", "Zoe B Quill", "Zoe A. Quill", "Z. A. B. Quill", "Zoe / Quill", "zoe_quill",
     "ZOE.QUILL@mail.test", "Zoe Ann Quill"],
)  # fmt: skip
def test_which_orders_of_names_show_her(words: str):
    """First and last name or initial, either way round, with initials or at most three signs between."""
    assert zoe().in_text(f"about {words}!")
    assert zoe().hidden(f"about {words}!", "somebody") == "about somebody!"
    assert zoe().hidden(f"about 1{words}2!", "somebody") == "about 1somebody2!"


@pytest.mark.parametrize(
    "words",
    ["Q Zoe", "Ann Zoe", "A Quill", "xzoe quill", "zoe quillx", "Zoe    Quill", "Zoes Quill", "Zoe A B C Quill",
     "Zoe aQuill", "zoeXquill@mail.test", "Zoe Ann Mary Quill"],
)  # fmt: skip
def test_what_is_another_persons_name(words: str):
    """A second name alone, her name inside other words, or with more between than belongs there."""
    assert not zoe().in_text(f"about {words}!")
    assert zoe().hidden(f"about {words}!", "somebody") == f"about {words}!"


@pytest.mark.parametrize(
    "name",
    ["Zoe Quill (Oakfield Care)", "Zoe Quill [Staff]", "Zoe Quill via Concerns", "Zoe Quill - Nurse", "Zoe Quill|Home",
     "Zoe Quill / Rota", "Mrs Zoe Quill", "Zoe Quill \u2013 Nurse", "Quill, Zoe (Dr)",
     "Zoe Quill @ Oakfield", "Quill Zoe"],
)  # fmt: skip
def test_what_stands_beside_a_name_is_not_her_last_name(name: str):
    """From lines carry a house, a job or a list behind the name: the name before it shows her alone, too."""
    assert people([], [name]).in_text("as Zoe Quill said") == "zoe quill"
    assert not people([], [name]).in_text("as Zoe said to Oakfield")


@pytest.mark.parametrize("name", ["zoe.quill@mail.test", "Quill", "Dr Quill", "", "Li"])
def test_who_has_no_full_name_is_shown_by_none(name: str):
    """An address in the place of a name, one name alone, a title with it: no words surely show that person."""
    who = people([], [name])
    assert who.sure is None and who.in_text("zoe quill mail test dr quill li") == ""
    assert who.hidden("Quill", "somebody") == "Quill"
    found = in_file(who, file(b"Quill, and Li"))
    assert found == Sighting("", "quill" if name.endswith("Quill") else "", True)


def test_nobody_is_shown_by_anything():
    """Without people, nothing is found and nothing taken out, though files are read or not as ever."""
    nobody = people([""], [])
    assert (nobody.in_text("Zoe Quill"), nobody.hidden("Zoe Quill", "x")) == ("", "Zoe Quill")
    assert in_file(nobody, file(b"Zoe Quill")) == Sighting("", "", True)


@pytest.mark.parametrize(("name", "shown"), [("Bo", ""), ("Zoe", "zoe"), ("Mx Zoe", "zoe")])
def test_a_name_of_two_letters_says_nothing_by_itself(name: str, shown: str):
    """Three letters at least, else every other word would have to be looked at by a person."""
    assert in_file(people([], [name]), file(b"Bo, Mx, Zoe")).perhaps == shown


def test_each_title_is_nothing():
    """Titles and small words of a name are no name."""
    titles = "Mr Mrs Ms Miss Mx Dr Prof Sir Dame The And Of"
    assert people([], [titles]) == People(None, None)
    assert people([], [f"{titles} Zoe"]).sure is None
    assert in_file(people([], [f"{title} Zoe" for title in titles.split()]), file(titles.encode())).perhaps == ""


def test_of_two_addresses_the_longer_one_is_hidden():
    """One that begins as the other does leaves nothing of it standing."""
    both = people(["zoe@mail.test", "zoe@mail.test.example"], [])
    assert both.hidden("from zoe@mail.test.example, zoe@mail.test", "x") == "from x, x"


def test_what_can_only_be_hidden_with_the_whole_text():
    """Letters with accents, or a name that appears once another is gone: then nothing of the text is shown."""
    assert zoe().hidden("Ask Zoe Quill.", "somebody") == "Ask somebody."
    assert zoe().hidden("Ask Zo\u00eb Quill.", "somebody") == "somebody"
    assert zoe().hidden("Ask Z\u00f4\u00eb \uff31\uff35\uff29\uff2c\uff2c.", "somebody") == "somebody"


@pytest.mark.parametrize("name", ["Zoe Quill.txt", "rota_zoe-quill.pdf"])
def test_the_name_of_a_file_shows_her_too(name: str):
    """Surely or perhaps, as words in it do; what is sure is said before what may be."""
    assert in_file(zoe(), file(b"Nothing.", name=name)).sure
    assert in_file(zoe(), file(b"Zoe Quill", name="quill.txt")) == Sighting("zoe quill", "", True)
    assert in_file(zoe(), file(b"Nothing", name="quill.txt")) == Sighting("", "quill", True)


ENCODED = "From: a@b.example\nMime-Version: 1.0\nContent-Transfer-Encoding: base64\nContent-Type: text/{}\n\n{}\n"
ALTERNATIVE = (
    "From: a@b.example\nMime-Version: 1.0\nContent-Type: multipart/alternative; boundary=x\n\n"
    "--x\nContent-Type: text/plain\n\nNothing.\n--x\nContent-Type: text/html\n\nZo<b></b>e Q<i>uill</i>\n--x--\n"
)


@pytest.mark.parametrize(
    ("mail", "sure", "read"),
    [
        ("From: a@b.example\n\nNothing.\n", "", True),
        ("From: =?utf-8?b?Wm/DqyBRdWlsbA==?= <a@b.example>\n\nNothing.\n", "zoe quill", True),
        ("From: a@b.example\nTo: =?utf-8?b?Wm/DqyBRdWlsbA==?= <b@b.example>\n\nNothing.\n", "zoe quill", True),
        (ALTERNATIVE, "zoe quill", True),
        (ENCODED.format("plain", "Wm9lIFF1aWxsIGNhbWU="), "zoe quill", True),
        (ENCODED.format("html", "PGI+Wm88L2I+ZSBRdTxpPmlsbDwvaT4="), "zoe quill", True),
        ("From: a@b.example\nMime-Version: 1.0\nContent-Type: image/png; name=x.png\n\nabc\n", "", False),
        ("Zoe Quill", "zoe quill", True),
        ("", "", False),
    ],
)  # fmt: skip
def test_a_mail_is_read_as_a_mail(mail: str, sure: str, read: bool):
    """By its type or its name: heads and texts are decoded first; a mail with files of its own is not wholly read."""
    for one in (file(mail.encode(), "message/rfc822", ""), file(mail.encode(), "application/x", "Copy.EML")):
        assert in_file(zoe(), one) == Sighting(sure, "", read)
    assert in_file(zoe(), file(mail.encode(), "text/plain")).read


def _archive(*members: tuple[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", compression) as archive:
        for name, octets in members:
            archive.writestr(name, octets)
    return packed.getvalue()


@pytest.mark.parametrize(
    ("members", "sure"),
    [
        ([("a.xml", b"<w:t>Zo</w:t><w:t>e Quill</w:t>")], "zoe quill"),
        ([("a.xml", b"nothing"), ("core.xml", b"<dc:creator>Zoe Quill</dc:creator>")], "zoe quill"),
        ([("zoe/quill.xml", b"nothing")], "zoe/quill"),
        ([("a.xml", "Zo\u00eb Quill".encode("utf-16"))], "zoe quill"),
        ([("a.xml", b"Zo&#235; Quill")], "zoe quill"),
        ([("a.xml", b"Zoe"), ("b.xml", b"Quill")], ""),
    ],
)
def test_what_is_packed_in_an_archive(members: list[tuple[str, bytes]], sure: str):
    """A word processor's file: its words though marks split them, its properties, the names of its members."""
    for kind in ("application/zip", "text/plain"):
        assert in_file(zoe(), file(_archive(*members), kind)) == Sighting(sure, "" if sure else "zoe", False)


def test_a_locked_member_does_not_hide_the_others():
    """What wants a password is passed over; what lies behind it is read."""
    packed = bytearray(_archive(("a.xml", b"nothing"), ("b.xml", b"Zoe Quill")))
    for sign, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        packed[packed.index(sign) + at] |= 1
    assert in_file(zoe(), file(bytes(packed))).sure == "zoe quill"


def _pdf(*streams: bytes) -> bytes:
    return b"%PDF-1.7\n" + b"".join(b"<< >>\nstream\r\n" + one + b"\nendstream\n" for one in streams)


def test_what_is_packed_in_a_pdf():
    """Each packed stream is looked into; one that is something else stops nothing. It is never wholly read."""
    hers = zlib.compress(b"(Author) Zoe Quill")
    for pdf in (_pdf(hers), _pdf(b"no zlib", hers), _pdf(zlib.compress(b"one"), hers), _pdf(hers).replace(b"\r", b"")):
        assert in_file(zoe(), file(pdf, "application/pdf")) == Sighting("zoe quill", "", False)
    assert in_file(zoe(), file(_pdf(zlib.compress(b"one")), "text/plain")) == Sighting("", "", False)


@pytest.mark.parametrize(
    ("bound", "room", "octets"),
    [
        ("MOST_OCTETS", 60, b" " * 51 + b"Zoe Quill"),
        ("MOST_OCTETS", 300, b"From: a@b.example\n\n" + b" " * 272 + b"Zoe Quill"),
        ("MOST_MEMBERS", 2, _archive(("a", b""), ("b", b"Zoe Quill"), ("c", b"Zoe Quill"))),
        ("MOST_STREAMS", 1, _pdf(zlib.compress(b"Zoe Quill"), zlib.compress(b"Zoe Quill"))),
    ],
)
def test_where_reading_ends(monkeypatch: pytest.MonkeyPatch, bound: str, room: int, octets: bytes):
    """Octets, members and streams are bounded; what lies behind counts as unread, and what lies before is found."""
    kind = "message/rfc822" if octets.startswith(b"From") else "text/plain"
    monkeypatch.setattr(spotting, bound, room)
    assert in_file(zoe(), file(octets, kind)).sure == "zoe quill"
    assert in_file(zoe(), file(octets, kind)).read == (bound == "MOST_OCTETS" and len(octets) == room)
    monkeypatch.setattr(spotting, bound, room - 1)
    assert not in_file(zoe(), file(octets, kind)).read
    monkeypatch.setattr(spotting, bound, 0)
    assert not in_file(zoe(), file(octets, kind)).sure


@pytest.mark.parametrize("pack", [_archive, _pdf])
def test_all_that_is_unpacked_together_is_bounded(monkeypatch: pytest.MonkeyPatch, pack):
    """Members and streams share one room: the second is read as far as the first has left some."""
    words = b" " * 1000 + b"Zoe Quill" + b" " * 1000
    octets = _archive(("a", words), ("b", words)) if pack is _archive else _pdf(*[zlib.compress(words)] * 2)
    hidden = octets.replace(b"Zoe Quill", b"")
    for room, sure in ((1009, "zoe quill"), (1008, "")):
        monkeypatch.setattr(spotting, "MOST_OCTETS", room)
        assert in_file(zoe(), file(hidden)).sure == sure
    first = b" " * 1000
    octets = _archive(("a", first), ("b", words)) if pack is _archive else _pdf(*map(zlib.compress, (first, words)))
    for room, sure in ((2009, "zoe quill"), (2008, ""), (1000, "")):
        monkeypatch.setattr(spotting, "MOST_OCTETS", room)
        assert in_file(zoe(), file(octets)).sure == sure
