"""HTML becomes text in which the reader's quotes stand behind ">" and signatures below "-- "."""

from __future__ import annotations

import time

import pytest

from mailflow.mail.html_text import MAX_TAG_DEPTH, is_stub, to_text
from mailflow.mail.reply_text import split_text

DEEP = 3 * MAX_TAG_DEPTH


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>a</p><blockquote>b</blockquote><p>c</p>", "a\n> b\nc"),
        ("<blockquote>a<blockquote>b</blockquote>c</blockquote>d", "> a\n>> b\n> c\nd"),
        ('<p>a</p><div class="moz-cite-prefix">On Monday C wrote:</div>', "a\n> On Monday C wrote:"),
        ('<p>a</p><hr id="stopSpelling">b<p>c</p>', "a\n> b\n> c"),
        ('<p>a</p><hr id="zwchr" data-marker="__DIVIDER__"><div>b</div>', "a\n> b"),
        ('<p>a</p><div style="border:none;border-top:solid #B5C4DF 1.0pt">b</div><p>c</p>', "a\n> b\n> c"),
        ('<p>a</p><div id="x_divRplyFwdMsg">b</div><p>c</p>', "a\n> b\n> c"),
        ('<p>a</p><div name="quote">b</div>', "a\n> b"),
        ('<p>a</p><div class="gmail_signature">b</div>', "a\n-- \nb"),
        ('<p>a</p><div id="composer_signature">b</div>', "a\n-- \nb"),
        ('<p>a</p><blockquote style="margin:0 0 0 40px;border:none;padding:0px">b</blockquote>', "a\nb"),
        ('<p>a</p><blockquote style="margin-left:36.0pt">b</blockquote>', "a\nb"),
        ('<p>a</p><blockquote type="cite" style="margin-left:40px">b</blockquote>', "a\n> b"),
        ('<p>a</p><div style="border-top:solid windowtext 1.0pt">b</div>', "a\nb"),
        ('<p>a<span style="display: none">b</span></p>', "a"),
    ],
)
def test_what_the_reader_sees_as_quote_is_marked(html: str, text: str) -> None:
    """Names and styles of the mail programs say what is quoted; an indentation without a line says nothing."""
    lines = [line for line in to_text(html).split("\n") if line.strip(">").strip()]
    assert [line.rstrip() for line in lines] == [line.rstrip() for line in text.split("\n")]


@pytest.mark.parametrize(
    ("plain", "stub"),
    [
        ("", True),
        ("This is an HTML message. Please view it in an HTML capable mail reader.", True),
        ("Diese Nachricht ist im HTML-Format. Bitte lassen Sie sie sich mit einem anderen Programm anzeigen.", True),
        ("Accepted", False),
        ("Please send the form as HTML.", False),
        ("The message is in HTML. " * 40, False),
    ],
)
def test_a_text_part_that_says_nothing_is_known(plain: str, stub: bool) -> None:
    """Only a short note that points to the HTML makes the HTML be read instead of the text part."""
    assert is_stub(plain) is stub


def test_many_open_paragraphs_are_not_depth() -> None:
    """Programs that never close their paragraphs keep their quotes."""
    html = "<p>word" * DEEP + "<blockquote>quoted</blockquote>"
    text = to_text(html)
    assert "> quoted" in text
    assert text.count("word\n") == DEEP


def test_what_is_nested_too_deep_keeps_its_words() -> None:
    """Tags beyond the bound go, the words stay."""
    assert "word" in to_text("<div>" * DEEP + "word" + "</div>" * DEEP)


@pytest.mark.parametrize(
    "html",
    [
        "<blockquote>" * 5_000 + "x",
        "<div id=divRplyFwdMsg>x</div>" * 8_000,
        "<ul><li>" * 20_000,
        "<p><b>" * 25_000,
        "<div class='" + "a " * 100_000 + "'>",
        "<blockquote style='" + "margin-left:" * 20_000 + "'>x",
        "<" * 200_000,
        "&" * 200_000,
    ],
    ids=["quotes", "heads", "lists", "bold", "classes", "style", "brackets", "ampersands"],
)
def test_hostile_html_costs_little(html: str) -> None:
    """Nobody can buy a second of the daemon's time with a quarter of a megabyte."""
    started = time.process_time()
    split_text(to_text(html))
    assert time.process_time() - started < 1
