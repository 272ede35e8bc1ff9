"""How each rule finds the recipients that a report names in prose: what it takes, and what lies just beside it."""

from __future__ import annotations

import pytest

from mailflow.mail.dsn_prose import IN_PASSING, bare_names, recipients

OPENER = "The following addresses failed:\n"
PARAGRAPHS, LIST, LABEL = "paragraphs that begin", "a list of addresses", "a line that names"
SENTENCE, DIALOGUE, LINE = "a sentence that names", "the dialogue with", "a line that begins"
A, B, C = "a@x.example", "b@x.example", "c@x.example"


def read(report: str, *own: str) -> tuple[list[str], str]:
    found, why = recipients(report, frozenset(own))
    return [address for address, _ in found], why


def said(report: str) -> dict[str, str]:
    return dict(recipients(report)[0])


# --- what is said about each ---------------------------------------------------------------------------------------


def test_the_words_of_each_recipient():
    """From its own line to the next recipient's, twelve lines at most, and three lines below that name it again."""
    lines = "\n".join(f"line {n}" for n in range(12))
    assert said(f"<{A}>:\nno\n<{B}>:\nfull") == {A: f"<{A}>: no", B: f"<{B}>: full"}
    words = said(f"<{A}>:\n{lines}")[A]
    assert "line 10" in words and "line 11" not in words
    again = "\n".join(f"said {n} of <{A.upper()}>" for n in range(5))
    words = said(f"<{A}>:\n{lines}\n{again}")[A]
    assert words.endswith("said 0 of <A@X.EXAMPLE> said 1 of <A@X.EXAMPLE> said 2 of <A@X.EXAMPLE>")
    short = "\n".join(f"line {n}" for n in range(11))
    assert said(f"<{A}>:\n{short}\nsaid of {A}")[A].endswith(f"line 10 said of {A}")
    assert said(f"<{A}>: no\nmore of {A}")[A] == f"<{A}>: no more of {A}"
    two = said(f"{OPENER}{A}\n{B}\n{lines}\nof {A}: full")
    assert two[A] == f"{A} of {A}: full" and "full" not in two[B]
    both = said(f"Recipients: {A}, {B}\nfull\nRecipient: {C}\nunknown")
    assert both == {A: f"Recipients: {A}, {B} full", B: f"Recipients: {A}, {B} full", C: f"Recipient: {C} unknown"}


def test_whom_a_report_names_of_its_own_parties():
    """Only where no rule finds anybody else; an address in passing is then nobody."""
    assert read(f"<{A}>:\nno\nRecipient: {B}", A) == ([B], "a line that names the recipient")
    assert read(f"<{A}>:\nno", A)[0] == [A]
    assert read(f"It is of {A}, said he", A) == ([], "")
    assert read(f"<{A}>:\nno\n<{B}>:\nno", A)[0] == [B]
    assert read(f"<{A}>:\nno\nRecipient: {C}", A, C) == ([A], "paragraphs that begin with the address")


def test_names_of_machines_are_no_recipients():
    """A Message-ID or a queue's name stands where an address may, too."""
    assert read(f"<0123456789abcdef0@x.example>:\nno\nRecipient: {A}")[0] == [A]


# --- paragraphs ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line", [f"<{A}>:", f"<{A}> :", f"   <{A}>: no", f"<{A}> (x):", f"<{A}>(x) : no", f"<{A}>: {B} said no"]
)
def test_a_paragraph_begins_with_its_recipient(line: str):
    """In angle brackets and with a colon: qmail, Postfix, Courier and others; the first address of it counts."""
    assert read(line)[0] == [A] and read(line)[1].startswith(PARAGRAPHS)


@pytest.mark.parametrize("line", [f"<{A}>", f"x <{A}>:", f"{A}:", f"<{A}> x:"])
def test_no_paragraph(line: str):
    """Without brackets, colon or in the middle it is another rule's."""
    assert not read(line)[1].startswith(PARAGRAPHS)


def test_a_command_that_is_broken_over_two_lines_is_no_paragraph():
    """Exim writes "after RCPT TO:" and the address on the next line; the recipient stands above."""
    report = f"  {A}\n    SMTP error from remote mail server after RCPT TO:\n    <in@y.example>: 550 no\n"
    assert not read(report)[1].startswith(PARAGRAPHS)
    assert read(report.replace("RCPT TO:", "a call:"))[1].startswith(PARAGRAPHS)
    assert read(f"<{A}>: no, after RCPT TO:")[1].startswith(PARAGRAPHS)


# --- lists -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        A, f"  {A}", f"* {A}", f"\u2022 {A}", f"\u00b7 {A}", f"\u25cf {A}", f"> {A}", f"| {A}", f"# {A}", f"- {A}",
        f"= {A}", f"'{A}'", f'"{A}"', f"<{A}>", f"\uff1c{A}", f"[{A}]", f"({A})", f"1. {A}", f"(2) {A}", f"\t{A}",
        f"smtp:{A}", f"SMTP: {A}", f"smtp={A}", f"mailto:{A}", f"rfc822; {A}", f"To: <{A}>", f"User: {A}",
        f"Jane Roe <{A}>", f"Jane Roe (mailto:{A})", f"Jane [smtp:{A}]", f"{A}: {B} said no",
        f"<{A}>,<{B}>", f"{A} contact x",
    ],
)  # fmt: skip
def test_lines_of_a_list(line: str):
    """Below a line that announces them: the address that each line begins with, whatever bullet or name it bears."""
    assert read(f"It failed.\n{OPENER}\n{line}\n")[0] == [A]
    assert read(f"It failed.\n{OPENER}\n{line}\n")[1].startswith(LIST)


def test_an_address_that_begins_with_figures():
    """Figures at the beginning of a line are a list's number only where a dot and a blank stand behind them."""
    assert read(f"{OPENER}42jane@x.example\n")[0] == ["42jane@x.example"]
    assert read(f"{OPENER}4jane@x.example\n")[0] == ["4jane@x.example"]
    assert read(f"{OPENER}1. jane@x.example\n")[0] == ["jane@x.example"]
    assert read(f"{OPENER}1. jane@localhost\njoe@localhost\n{A}\n")[0] == [A]
    assert read(f"{OPENER}SMTP: <Xavier@x.example>\n")[0] == ["xavier@x.example"]


@pytest.mark.parametrize(
    "line", [f"said {A}", f"Jane Roe: {A}", f"For help write to {A}", f"Remote-MTA: {A}", "x", f"Please contact <{A}>"]
)
def test_lines_that_are_none_of_a_list(line: str):
    """Words in front that are no name, or that speak of others, make it somebody's sentence."""
    assert A not in read(f"{OPENER}{B}\n{line}\n")[0]


def test_where_a_list_begins_and_ends():
    """Sixty lines on, at a rule below a recipient, or where those are listed who did get the letter."""
    assert not read(f"{A}\nIt failed.\n")[1].startswith(LIST)
    assert read(f"{OPENER}{A}\n-----\n{B}\n")[0] == [A]
    for rule in ("=====", "_____", "*****", "+++++", "#####", "  ---"):
        assert read(f"{OPENER}{A}\n{rule}\n{B}\n")[0] == [A]
    assert read(f"{OPENER}-----\n{A}\n")[1].startswith(LIST)
    assert read(f"{OPENER}{A}\n--\n{B}\n")[0] == [A, B]
    assert read(f"{OPENER}{A}\nThe following addresses had successful deliveries:\n{B}\n")[0] == [A]
    assert read(f"{OPENER}{A}\nThese had\nsuccessful deliveries:\n{B}\n")[0] == [A]
    assert read(f"{OPENER}" + "x\n" * 58 + f"{A}\n")[1].startswith(LIST)
    assert not read(f"{OPENER}" + "x\n" * 60 + f"{A}\n")[1].startswith(LIST)
    assert read(f"{OPENER}" + "\n" * 70 + f"{A}\n")[1].startswith(LIST)
    assert read(f"{OPENER}{A}\nThe following\naddresses failed too:\n{B}\n")[0] == [A, B]
    assert read(f"The following\naddress:\n\n{A}\n")[1].startswith(LIST)
    assert read(f"It says: {A}, of the following\naddress") == ([A], "a list of addresses that could not be reached")


def test_recipients_on_the_line_that_announces_them():
    """Behind its last colon and a blank."""
    assert read(f"The following recipients failed: {A}, {B}\n") == (
        [A, B],
        "a list of addresses that could not be reached",
    )
    assert not read(f"The following recipients failed, says {A}\n")[1].startswith(LIST)


@pytest.mark.parametrize("word", ["expanded", "ultimately generated"])
def test_an_address_that_was_expanded(word: str):
    """Within three lines of the inner address it replaces it, else it stands for itself."""
    behind = f"    ({word} from: <{A}>)\n"
    assert read(f"{OPENER}<in@y.example>\n{behind}")[0] == [A]
    assert read(f"{OPENER}<in@y.example>\n    x\n    x\n{behind}")[0] == [A]
    assert read(f"{OPENER}<in@y.example>\n    x\n    x\n    x\n{behind}")[0] == ["in@y.example", A]
    assert read(f"{OPENER}{behind}")[0] == [A]
    assert read(f"{OPENER}{B}\n<in@y.example>\n{behind}")[0] == [B, A]
    far = f"{OPENER}{B}\n" + "    x\n" * 4 + f"<in@y.example>\n{behind}"
    assert read(far)[0] == [B, A] and said(far)[A].startswith("<in@y.example>")
    assert read(f"{OPENER}<in@y.example>\n    ({word} from: jane)\n")[0] == ["in@y.example"]
    assert read(f"{OPENER}{B}\n<in@y.example>\n    ({word} from: jane)\n")[0] == [B, "in@y.example"]
    assert not read(f"<in@y.example>\n{behind}")[1].startswith(LIST)


def test_an_expanded_entry_of_its_own():
    """Exim lists a file or a pipe as an entry; what that was made from does not replace the address above it."""
    report = f"{OPENER}  {B}\n    no\n  /var/mail/jane\n    (generated from {A})\n"
    assert read(report)[0] == [B, A]
    assert read(report.replace("    no\n", ""))[0] == [B, A]
    assert read(report.replace("  /var", "      /var"))[0] == [A]
    assert read(report.replace("  /var/mail/jane", ""))[0] == [A]


def test_a_sentence_that_runs_on():
    """ "Please contact", and the address on the next line, is whom to ask; a name above it is none of that."""
    assert read(f"{OPENER}{A}\n\nFor help, contact\n{B}\n")[0] == [A]
    assert read(f"{OPENER}{A}\n\nFor help, contact:\n{B}\n")[0] == [A, B]
    assert read(f"{OPENER}{A}\n\nFor help, contact\n\n{B}\n")[0] == [A, B]
    assert read(f"{OPENER}{A}\n\nJane Roe\n{B}\n")[0] == [A, B]
    assert read(f"{A}\nplease contact\n{B}\n")[0] == [A]
    assert read(f"{A}\nplease contact") == ([A], "a line that begins with the address")


# --- labels and sentences --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [f"Recipient: {A}", f"  * Recipient : {A}", f"\u2022 Recipient={A}", f"| Recipient (x): <{A}>",
     f"> Recipient\uff1a{A}",
     f"# - Recipient (x) :\n{A}", f"Recipient:\n  <{A}>"],
)  # fmt: skip
def test_a_labelled_line(line: str):
    """Behind bullets, with a remark in brackets, with the address on the same line or on the next."""
    for end in ("", "\n"):
        assert read(f"It failed for some.\n{line}{end}") == ([A], "a line that names the recipient")


@pytest.mark.parametrize("line", [f">>> RCPT TO: {A}", f"<<< Recipient: {A}", f"  >>> Recipient: {A}",
                                  f"Kind recipient: {A}", f"Recipient x: {A}", "Recipient:"])  # fmt: skip
def test_no_labelled_line(line: str):
    """Lines of the dialogue are another rule's; other words in front or behind make it no label."""
    assert not read(f"It failed.\n{line}")[1].startswith(LABEL)


def test_several_on_a_labelled_line():
    """Ten at most; a label that speaks of others names nobody."""
    many = [f"a{n}@x.example" for n in range(12)]
    assert read(f"Recipients: {', '.join(many)}\n")[0] == many[:10]
    assert not read(f"Recipient (contact): {A}\n")[1].startswith(LABEL)


@pytest.mark.parametrize(
    "text",
    [f"I was unable to deliver a message to {A}, sorry", f"It was being delivered to: <{A}>",
     f"It was being delivered to\n  {A}", f"It was being delivered\nto '{A}'", f"It was intended for <mailto:{A}>",
     f"Delivery to ({A}) failed", f"x\nIt was unable to\ndeliver a message to {A}"],
)  # fmt: skip
def test_a_sentence(text: str):
    """On one line or over two; marks may stand between the words and the address."""
    for end in ("", "\n"):
        assert read(f"Hello,\n{text}{end}") == ([A], "a sentence that names the recipient")


@pytest.mark.parametrize(
    "text", [f"It was not delivered to you, {A}", "It was not delivered to\nx\n" + A, "It was not delivered to us"]
)
def test_no_sentence(text: str):
    """The address must stand directly behind the words."""
    assert not read(f"Hello,\n{text}\n")[1].startswith(SENTENCE)


def test_the_words_of_a_sentence():
    """They begin with its own line, not with the one before it; the address stands as it is."""
    assert said(f"full\nIt was being delivered to {A}, no") == {A: f"It was being delivered to {A}, no"}
    assert read("It was being delivered to Xavier@x.example")[0] == ["xavier@x.example"]


def test_two_sentences():
    """Each names its own, in the order of the text."""
    both = f"It was being delivered to {A} and then addressed to {B}."
    assert read(f"{both}\nIt was being delivered to {C}") == ([A, B, C], "a sentence that names the recipient")


# --- dialogue, lines, passing ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [f"550 <{A}> no", f"550-no {A} {B}", f"  550 5.1.1 no {A}", f"<<< 550 {A}", f"450 {A}", f"received >>> 550 {A}"],
)
def test_a_reply_of_failure(line: str):
    """It names whom it refuses; the commands around it name others too."""
    assert read(f">>> RCPT TO:<{B}>\n>>> RCPT TO:<{C}>\n{line}\n") == ([A], "the dialogue with the other server")


@pytest.mark.parametrize("command", [f"RCPT TO:<{A}>", f">>> RCPT TO: {A}", f"rcpt  to:<{A}> SIZE=1"])
def test_whom_the_dialogue_asked_for(command: str):
    """Where no reply names anybody."""
    for reply in ("<<< 550 no", f"250 {B} ok", f"x 550 {B}", f"5500 {B}"):
        assert read(f"{command} x\nsaid {reply}\n")[0][:1] == [A], reply


@pytest.mark.parametrize("line", [A, f"<{A}> x", f"  {A} : no"])
def test_a_line_that_begins_with_an_address(line: str):
    """Without any word that announces it."""
    assert read(f"x said {B}\n{line}\n") == ([A], "a line that begins with the address")


def test_addresses_in_passing():
    """All of them, but for those in lines that speak of servers, senders or help."""
    assert read(f"x of {A} and {B}\ny {C}\nFor help: {'h@x.example'}") == ([A, B, C], IN_PASSING)
    assert read(f"x contact {A}") == ([], "")


# --- names without a domain ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("line", ["  janedoe77", "\tJaneDoe77", " <janedoe77>", " janedoe77   "])
def test_a_bare_name(line: str):
    """Alone on its line and indented, below words that open a list."""
    assert bare_names(f"{OPENER}\n{line}\n") == ["janedoe77"]
    assert bare_names(f"It failed.\n{line}\n") == [] == bare_names(f"{line}\n")


@pytest.mark.parametrize(
    "line", ["janedoe77", "  jane doe", "  77jane", "  ja", " " * 17 + "janedoe", "  jane@x.example"]
)
def test_no_bare_name(line: str):
    """At the margin, with blanks, without a letter first, too short or deep in, it may be anything."""
    assert bare_names(f"{OPENER}{line}\n") == []


def test_how_far_a_list_of_names_runs():
    """Four lines of other words end it, names and empty lines do not; each name is given once."""
    assert bare_names(f"{OPENER}one\ntwo\nthree\n  jane\n") == ["jane"]
    assert bare_names(f"{OPENER}one\ntwo\nthree\nfour\n  jane\n") == []
    assert bare_names(f"{OPENER}" + "\n" * 9 + "  jane\n" * 9 + "  roe\n") == ["jane", "roe"]
    assert bare_names(f"one\n{OPENER}  jane\none\ntwo\n{OPENER}three\n  roe\n") == ["jane", "roe"]
