"""Only new text counts: not the quote, not the signature, not the disclaimer (domain.md G8, mail.md)."""

from __future__ import annotations

import time

import pytest

from mailflow.mail.parse import parse
from mailflow.mail.reply_text import MAX_LINES, REPLY_MARKER, Reply, split, split_text


def html_reply(html: str) -> Reply:
    return split(parse(b"From: a@example.org\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + html.encode()))


@pytest.mark.parametrize(
    "quote",
    [
        f"{REPLY_MARKER}\nNot eligible",
        "----- Please write your reply above\nthis line -----\nNot eligible",
        "-----Original Message-----\nFrom: C\nNot eligible",
        "---------- Forwarded message ---------\nFrom: C\nNot eligible",
        "____________________\nFrom: C <c@council.example>\nSent: Monday\nTo: J\nSubject: x\n\nNot eligible",
        "From: C <c@council.example>\nSent: Monday\nTo: J\nSubject: x\n\nNot eligible",
        "*From:* C\n*Sent:* Monday\n*To:* J\n*Subject:* x\nNot eligible",
        "Von: C\nGesendet: Montag\nAn: J\nBetreff: x\nNot eligible",
        "De : C\nEnvoy\u00e9 : lundi\n\u00c0 : J\nObjet : x\nNot eligible",
        "De: C\nEnviado el: lunes\nPara: J\nAsunto: x\nNot eligible",
        "Da: C\nInviato: luned\u00ec\nA: J\nOggetto: x\nNot eligible",
        "Van: C\nVerzonden: maandag\nAan: J\nOnderwerp: x\nNot eligible",
        "Od: C\nWys\u0142ano: poniedzia\u0142ek\nDo: J\nTemat: x\nNot eligible",
        "Fr\u00e5n: C\nSkickat: m\u00e5ndag\nTill: J\n\u00c4mne: x\nNot eligible",
        "Fra: C\nSendt: mandag\nTil: J\nEmne: x\nNot eligible",
        "Oddi wrth: C\nAnfonwyd: Dydd Llun\nAt: J\nPwnc: x\nNot eligible",
        "On Mon, 3 May 2027 at 10:00, Concerns <c@council.example> wrote:\n\n> Not eligible",
        "On Mon, 3 May 2027 at 10:00, Concerns\n<c@council.example>\nwrote:\n> Not eligible",
        "On 3 May 2027, at 10:00, Concerns <c@council.example> wrote:\n\nNot eligible",
        "Am 03.05.2027 um 10:00 schrieb Concerns <c@council.example>:\n> Not eligible",
        "Le lun. 3 mai 2027 \u00e0 10:00, Concerns <c@council.example> a \u00e9crit :\n> Not eligible",
        "El lun, 3 may 2027 a las 10:00, C (<c@council.example>) escribi\u00f3:\n> Not eligible",
        "2027-05-03 10:00 GMT+01:00 Concerns <c@council.example>:\n> Not eligible",
        "> Not eligible\n> older",
        ">Not eligible",
    ],
)
def test_the_quote_is_not_new(quote: str):
    """Whatever program quoted it and in which language, an older command below the answer is not new (row 17)."""
    reply = split_text("Eligible\n\n" + quote)
    assert reply.new == "Eligible"
    assert "Not eligible" in reply.quoted


@pytest.mark.parametrize(
    "signature",
    [
        "-- \nJane Smith\nNot eligible",
        "Kind regards\nJane Smith\nNot eligible Team",
        "Mit freundlichen Gr\u00fc\u00dfen,\nJane",
        "Cofion\n\nJane",
        "Sent from my iPhone",
        "Get Outlook for Android",
        "Envoy\u00e9 de mon iPhone",
        "This email and any attachments are confidential and intended solely for the addressee.\n"
        "If you have received it in error please delete it.",
    ],
)
def test_the_signature_is_not_new(signature: str):
    """A signature or disclaimer under the command is neither command nor note (row 17)."""
    reply = split_text("Eligible\n\n" + signature)
    assert reply.new == "Eligible"
    assert reply.signature


def test_answer_below_and_between():
    """Answers below the quote and between quotes are new; the attribution and the quotes are not (row 22)."""
    text = "On Mon, 3 May 2027, C <c@council.example> wrote:\n> one?\nYes.\n\n> two?\n\nNo.\n-- \nJane"
    reply = split_text(text)
    assert reply.new == "Yes.\n\nNo."
    assert "one?" in reply.quoted and "wrote:" in reply.quoted
    assert reply.signature == "--\nJane"


def test_marker_inside_a_quote_does_not_hide_an_answer_below():
    """Behind ">" our marker line is a quote like any other."""
    assert split_text(f"> {REPLY_MARKER}\n> old\n\nAccepted").new == "Accepted"


@pytest.mark.parametrize(
    "text",
    [
        "From: the manager of Oakfield\nWe accept this should not have happened.",
        "We think that on Monday the carer wrote:\nnothing at all.",
        "On 3 May nobody came.\nOn 4 May nobody came.",
        "Kind regards",
        "Thanks\n\nDone 2",
        "This is confidential, please do not tell the family.",
        "Date of call: 3 May\nTime: 10:00\nCarer: none",
    ],
)
def test_people_are_not_cut(text: str):
    """Ordinary words that look a little like a quote or a signature stay new."""
    assert split_text(text).new == text


@pytest.mark.parametrize(
    "html",
    [
        '<p>Eligible</p><blockquote type="cite"><p>Not eligible</p></blockquote>',
        '<div>Eligible</div><div class="gmail_quote"><div class="gmail_attr">On Mon C &lt;c@x.example&gt; wrote:</div>'
        '<blockquote class="gmail_quote">Not eligible</blockquote></div>',
        '<div>Eligible</div><hr><div id="divRplyFwdMsg"><b>From:</b> C<br></div><div>Not eligible</div>',
        '<div>Eligible</div><div style="border:none;border-top:solid #E1E1E1"><p><b>From:</b> C<br><b>Sent:</b> Monday'
        "<br><b>To:</b> J<br><b>Subject:</b> x</p></div><p>Not eligible</p>",
        '<div>Eligible</div><div id="mail-editor-reference-message-container"><div>Not eligible</div></div>',
        '<div>Eligible</div><div class="gmail_signature">Not eligible Team</div>',
        f"<div>Eligible</div><p>{REPLY_MARKER}</p><p>Not eligible</p>",
    ],
)
def test_html_only(html: str):
    """In HTML without a text part, quotes and signatures are found by what the programs call them (row 17)."""
    assert html_reply(f"<html><body>{html}</body></html>").new == "Eligible"


def test_html_inline_answer():
    """An answer between two quotes of Gmail's HTML is new."""
    html = '<div class="gmail_quote"><blockquote class="gmail_quote">one?</blockquote><div>Yes.</div>'
    assert html_reply(html + '<blockquote class="gmail_quote">two?</blockquote></div>').new == "Yes."


def test_long_chain_is_kept_whole():
    """A chain of 300 mails is split once and nothing is lost; lines beyond the bound count as quoted (row 22)."""
    block = "From: C <c@council.example>\nSent: Monday\nTo: J\nSubject: x\n\n" + "words\n" * 100
    text = "Accepted\n\n" + block * 300
    reply = split_text(text)
    assert reply.new == "Accepted"
    assert reply.quoted.count("Subject: x") == 300
    assert text.count("\n") > MAX_LINES


ATTRIBUTION = "On Mon, 1 Mar 2027 at 10:00, Concerns <c@council.example> wrote:\n"


@pytest.mark.parametrize(
    "text",
    [
        "On " * 130_000,
        "On Monday 1 at\n" * 20_000,
        ATTRIBUTION * 6_000,
        (ATTRIBUTION + "> x\n") * 6_000,
        "Jane 1 wrote to:\n" * 20_000,
        "From: x\n" * 20_000,
        "From: " * 65_000,
        "---\n" * 20_000,
        "-" * 400_000,
        "a ---1/" * 57_000,
        "Kind regards\n" * 20_000,
        "*Jane*\n\n" * 20_000,
        "Sent from X\n" * 20_000,
        "\nThis email and any confidential\n" * 10_000,
        "> " * 200_000,
        "".join(">" * depth + " x\n" for depth in range(890)),
        ">>> a" + " b" * 190_000 + " >>>",
        "|---->\n:\n" * 10_000,
        ("x. On Mon, 1 Mar 2027 " * 25 + ":\n") * 600,
        "\u57282027\u5e743\u67081\u65e5\u5199\u9053\n" * 20_000,
        "\u200b" * 400_000,
        "a" * 400_000,
    ],
    ids=lambda text: repr(text[:20]),
)
def test_hostile_text_costs_little(text: str):
    """A mail's text is at most 400 kB; none of that length, however made, costs a second."""
    started = time.process_time()
    split_text(text[:400_000], "Jane Evans")
    assert time.process_time() - started < 1


def test_a_name_below_dashes_is_a_signature_and_the_last_point_of_a_list_is_not():
    """ "-Jane" is how people sign in haste; "- Jane" only if that is the writer's name."""
    assert split_text("It is done.\n\n-Jane").new == "It is done."
    assert split_text("It is done.\n\n- Jane", "Jane Evans").new == "It is done."
    assert split_text("It is done.\n\n- Accepted", "Jane Evans").new == "It is done.\n\n- Accepted"
    assert split_text("We ask for:\n- the log\n- Jane", "Jane Evans").new == "We ask for:\n- the log\n- Jane"


def test_thanks_are_words_until_a_telephone_number_follows():
    """A name below "Thanks" is said by the writer; a block with numbers is a signature."""
    assert split_text("Please ring.\n\nThanks,\nJane").new == "Please ring.\n\nThanks,\nJane"
    assert split_text("Please ring.\n\nThanks,\nJane\nT: 01632 960001").new == "Please ring."


def test_a_foreign_marker_cuts_only_below_words():
    """A ticket system's own notice begins with its line; what it says stands below."""
    line = "##- Please type your reply above this line -##"
    assert split_text(f"Done.\n\n{line}\nolder").new == "Done."
    assert split_text(f"{line}\n\nWe look into it.").new == "We look into it."
    assert split_text(f"{REPLY_MARKER}\n\nolder").new == ""


def test_a_form_below_a_greeting_is_no_block_of_headers():
    """Lines that no mail program writes among its headers show that people or a form wrote the block."""
    form = "A form was filled in:\n\nFrom: Jane\nEmail: j@mail.test\nPhone: 1\nDate: 3 May\nSubject: x\nTo: j@mail.test"
    assert split_text(form).new == form


def test_a_comparison_is_a_quote_only_among_quotes():
    """ "> 5 visits" alone is a figure; below an attribution or among marked lines it is quoted."""
    assert split_text("Missed:\n> 5 visits").new == "Missed:\n> 5 visits"
    assert split_text("Yes.\n\nOn 3 May 2027 at 10:00, C wrote:\n> 5 visits").new == "Yes."
    assert split_text("Yes.\n> 5 visits\n> missed\n> in May").new == "Yes."
