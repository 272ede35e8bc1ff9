"""Finding a person in words and files: addresses, names in any order, and honesty about what cannot be read."""

from __future__ import annotations

import hashlib
import io
import zipfile

import pytest

from mailflow.mail.message import Attachment
from mailflow.mail.spotting import in_file, people

ZOE = people(["zoe.quill@mail.test"], ["Dr Zo\u00eb Ann Quill"])


def file(octets: bytes, kind: str = "text/plain", name: str = "copy.txt") -> Attachment:
    return Attachment(name, kind, octets, hashlib.sha256(octets).hexdigest())


@pytest.mark.parametrize(
    "words",
    ["zoe.quill@mail.test", "ZOE QUILL", "Zo\u00eb  Quill", "Quill, Zoe", "Z. Quill", "ZoeQuill.pdf", "zoe_ann_quill"],
)
def test_a_name_is_found_however_it_is_written(words: str):
    """Case, accents, order, initials and what stands between the names do not hide them."""
    assert ZOE.in_text(f"Ask {words} about it")
    assert not ZOE.in_text(ZOE.hidden(f"Ask {words} about it", "protected"))


@pytest.mark.parametrize("words", ["Zoe", "the quill", "zoequillson", "", "Quilling Zoes"])
def test_less_than_a_name_is_no_proof(words: str):
    """One name alone is only perhaps the person."""
    assert not ZOE.in_text(words)


def test_one_name_is_perhaps_and_a_title_is_nothing():
    """The officer is asked about a surname; not about "Dr"."""
    assert in_file(ZOE, file(b"She said: Quill.")).perhaps == "quill"
    assert not in_file(ZOE, file(b"Dr Smith")).perhaps


@pytest.mark.parametrize(
    "kind", ["application/pdf", "image/png", "application/octet-stream", "application/msword", "application/zip"]
)
def test_what_holds_no_letters_is_not_said_to_be_read(kind: str):
    """We never vouch for a scan."""
    assert not in_file(ZOE, file(b"\x89PNG\r\n", kind)).read


def test_text_that_is_something_else_is_not_read():
    """A PDF does not become readable by being called text."""
    assert not in_file(ZOE, file(b"%PDF-1.7 x")).read and not in_file(ZOE, file(b"a\0b")).read
    assert in_file(ZOE, file(b"Three calls were missed.")).read


def test_a_broken_or_swollen_archive_does_no_harm():
    """Bounded, and what is behind the bounds counts as unread."""
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.xml", b"0" * 60_000_000)
    seen = in_file(ZOE, file(bomb.getvalue(), "application/zip"))
    assert not seen.read and not seen.sure
    assert not in_file(ZOE, file(bomb.getvalue()[:200], "application/zip")).read
