"""A picture as PNG."""

from __future__ import annotations

import struct
import sys

import pytest

from mailflow.documents import raster
from mailflow.errors import MailflowError

SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 30 20" width="30" height="20"><path d="M0 0h30v20H0z"/></svg>'
)


def test_an_svg_becomes_a_png_of_its_size() -> None:
    """Twice as fine as it is drawn, so that print and sharp screens show it well; the same octets each time."""
    octets = raster.png(SVG)
    assert octets.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">II", octets[16:24]) == (60, 40)
    assert raster.png(SVG) == octets


def test_what_is_no_picture_is_refused() -> None:
    """With a sentence, not with a trace."""
    with pytest.raises(MailflowError, match="cannot be drawn as PNG"):
        raster.png("no picture")


def test_without_the_library_the_reader_hears_what_to_do(monkeypatch) -> None:
    """The extra is named, and what works without it."""
    monkeypatch.setitem(sys.modules, "resvg_py", None)
    with pytest.raises(MailflowError, match=r"mailflow\[png\].*\.svg and \.html need nothing"):
        raster.png(SVG)


def test_without_fonts_no_picture_without_words(monkeypatch) -> None:
    """A picture without its words would look whole to a program and be worth nothing to people."""
    monkeypatch.setattr(raster, "FONT_FOLDERS", ())
    with pytest.raises(MailflowError, match="no fonts"):
        raster.png(SVG)
