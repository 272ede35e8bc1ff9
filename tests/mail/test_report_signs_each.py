"""Each sign of a delivery report by itself: subjects, openings, who speaks; and rules that need two signs together."""

from __future__ import annotations

import pytest

from mailflow.mail.bounce_words import OPENINGS, PERSONAL_WORDS, SPEAKER_WORDS, SPEAKERS_VERBS
from mailflow.mail.dsn_signs import Signs, why_report
from mailflow.mail.message import Message
from mailflow.mail.parse import parse

DAEMON, ROBOT, ADMIN = "MAILER-DAEMON@mx.example", "robot@x.example", "admin@x.example"
MASTER, NAMED_SYSTEM = "postmaster@x.example", '"Mail Delivery System" <x@x.example>'
NOTICE, CODE, SAID, NAMED = "failure notice", "550 5.1.1 x", "It was not delivered.", "<a@x.example>: x"
ATTACHED, OPENS = "The attached message", "Delivery to the following recipient"
AUTO = "Auto-Submitted: auto-replied\n"
REPORT = "Content-Type: multipart/report; report-type=delivery-status\n"
LETTER = "Received: from y\nTo: a@x.example"


def mail(sender: str = ROBOT, subject: str = "Visits", head: str = "") -> Message:
    kind = "" if "content-type" in head.lower() else "Content-Type: text/plain; charset=utf-8\n"
    first = f"From: {sender}\n" if sender else ""
    return parse(f"{first}To: c@council.example\nSubject: {subject}\n{kind}{head}\nx\n".encode())


def signs(text: str = "x", sender: str = ROBOT, subject: str = "Visits", head: str = "", letter: str = "") -> Signs:
    return Signs(mail(sender, subject, head), text, letter)


def why(sender: str, subject: str, head: str, text: str, letter: str = "") -> str:
    return why_report(signs(text, sender, subject, head, letter))


def with_letter(sender: str, subject: str, text: str) -> Signs:
    """A mail with a letter in a part of its own."""
    raw = (
        f"From: {sender}\nSubject: {subject}\nContent-Type: multipart/mixed; boundary=r\n\n--r\n\nx\n--r\n"
        "Content-Type: message/rfc822\n\nSubject: y\n\nz\n--r--\n"
    )
    return Signs(parse(raw.encode()), text, "")


# --- subjects ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "before",
    [
        "",
        "[EXT] ",
        "[EXT][Spam?] ",
        " [a] ",
        "*** SPAM *** ",
        "***Spam*** [EXT]  ",
        "{Spam?} ",
        "*",
        "- ",
        '"',
        "'",
        "!",
    ],
)
def test_what_may_stand_before_a_reports_subject(before: str):
    """Tags of gateways, and marks that servers put round their words."""
    assert signs(subject=f"{before}failure notice").subject
    assert not signs(subject=f"{before}Visits").subject


@pytest.mark.parametrize(
    "subject", ["Xfailure notice", "Visits [EXT] failure notice", "[EXT]  Visits", "a failure notice"]
)
def test_a_subject_that_is_no_reports(subject: str):
    """Words before it that are no tag make it somebody's sentence."""
    assert not signs(subject=subject).subject


@pytest.mark.parametrize("mark", ["'", "\u2019"])
def test_apostrophes_of_both_kinds(mark: str):
    """Servers and programs write either."""
    assert signs(subject=f"Couldn{mark}t deliver: Visits").subject
    assert signs(f"Your message wasn{mark}t delivered").opening
    assert signs(f"It couldn{mark}t be delivered.").says_so
    assert signs(f"x\nI{mark}m told").personal and signs(f"I{mark}m told").speaks_first


def test_a_systems_subject_may_say_it_last():
    """Of a mail system's mail the words count anywhere, if they are long enough; a delay counts in any place too."""
    assert signs(sender=DAEMON, subject="Mail from a: failure notice").subject
    assert not signs(sender=ROBOT, subject="Mail from a: failure notice").subject
    assert not signs(sender=DAEMON, subject="Visits: rejection").subject
    assert signs(sender=DAEMON, subject="Visits: mail error").subject
    assert not signs(sender=DAEMON, subject="Visits").subject
    assert signs(sender=DAEMON, subject="Visits are delayed").subject
    assert not signs(sender=ROBOT, subject="Visits are delayed").subject


# --- first lines -----------------------------------------------------------------------------------------------------


def test_the_first_lines():
    """Those with a letter or figure in them, folded, eight of them."""
    text = "\n ---\n It  FAILED\u2019s \n\n" + "".join(f"Line {n}\n" for n in range(9))
    assert signs(text).first_lines == ["it failed's", *(f"line {n}" for n in range(7))]


@pytest.mark.parametrize(("words", "system"), [one for one in OPENINGS if one[0][0] in "*-"])
def test_openings_behind_their_marks(words: str, system: str):
    """Words that people begin with too count behind the marks of the system only."""
    assert signs(words.upper() + " x").opening == system
    bare = words.lstrip("*- ")
    assert signs(f"{words[:2]}{bare} x").opening == system
    if (bare, system) not in OPENINGS:
        assert signs(f"{words[0]} {bare} x").opening != system
        assert signs(f"{bare} x").opening != system and signs(f"= {bare} x").opening != system


@pytest.mark.parametrize("marks", ["", "*", "# ", "--- ", "== ", "+ ", "*-#=+ "])
def test_openings_behind_any_marks(marks: str):
    """Other openings count behind any rule or star, and nowhere but at the beginning of a line."""
    assert signs(f"{marks}{OPENS} x").opening == "Gmail"
    assert signs(f"x\n{marks}{OPENS} x").opening == "Gmail"
    assert signs(f"x {marks}{OPENS}").opening == ""
    assert signs(f"x{marks}{OPENS}").opening == ""
    assert (signs(f"{marks}{OPENS} x").first, signs(f"x\n{marks}{OPENS} x").first) == ("Gmail", "")


def test_who_speaks_before_the_report():
    """In the first three lines before the report's own words; behind them a server may quote anybody."""
    for lines, spoken in (("", True), ("a\n", True), ("a\nb\n", True), ("a\nb\nc\n", False), (f"{OPENS}\n", False)):
        text = f"{lines}I think it failed, hello"
        assert (signs(text).says_i, signs(text).speaks_first) == (spoken, spoken), lines
    assert not signs("Hello").says_i and signs("Hello").speaks_first


@pytest.mark.parametrize("we", ["we", "we've", "our", "We\u2019ve"])
def test_a_company_speaks_of_we(we: str):
    """ "Sorry, we couldn't deliver your message" is a server's; "we" in a line that tells of nothing is a person's."""
    assert not signs(f"Sorry, {we} x: your message couldn't be delivered").speaks_first
    assert signs(f"Sorry, {we} have a question").speaks_first
    assert signs(f"Hello, {we} x: your message couldn't be delivered").speaks_first


@pytest.mark.parametrize("word", PERSONAL_WORDS)
def test_words_of_people(word: str):
    """Each by itself; in an address, a host's name or another word it says nothing."""
    assert signs(f"x {word} x").personal and signs(f"({word}), x").personal and signs(f"x\n{word}.").personal
    before = [f"x{word}", f"a@{word}", f"mx.{word}", f"x-{word}", f"x/{word}"]
    behind = [f"{word}x", f"{word}@x.example", f"{word}.example", f"{word}-x", f"{word}/x"]
    for inside in before if word == "we've" else [*before, *behind]:  # "we" stands in it
        assert not signs(f"1 {inside} 1").personal, inside
    assert signs(f"x {word} x").says_i == (word in SPEAKER_WORDS)


@pytest.mark.parametrize("verb", SPEAKERS_VERBS)
def test_what_somebody_does(verb: str):
    """ "I" and a verb; a server's "I" in other words is none."""
    assert signs(f"x: I {verb} x").says_i and signs(f"x: I {verb} x").personal
    assert not signs(f"x: I{verb} x").says_i and not signs("x: I x").says_i and not signs(f"x: xi {verb}").says_i


def test_names_of_senders():
    """A system's word anywhere in the name makes it none of a person; nobody at all is none either."""
    assert not signs(sender='"Oakfield Reply" <x@x.example>').named_person
    assert not signs(sender='"Mail Roe" <x@x.example>').named_person
    assert signs(sender='"Oakfield Replyx" <x@x.example>').named_person
    assert not signs(sender="").named_person and signs(sender="").by_role == "it names no sender"
    assert signs(sender=ADMIN).by_role == "its sender is admin" and signs().by_role == ""
    assert not signs().says_so and not signs().asks_to_confirm and not signs().letter
    assert signs("Please confirm\n it.").asks_to_confirm


@pytest.mark.parametrize(("text", "codes"), [("550 5.9.1 x", True), ("550-4.9.1", True), ("550 3.9.1", False)])
def test_codes_beside_a_reply_code(text: str, codes: bool):
    """Some servers write classes of their own behind a reply code."""
    assert signs(text).codes is codes


# --- two signs together --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "report"),
    [
        # a mail system's, with one sign more: not each two of them
        ((DAEMON, "x", "", ATTACHED), False),
        ((DAEMON, "x", "", CODE), False),
        ((NAMED_SYSTEM, "x", "", "x", LETTER), False),
        ((NAMED_SYSTEM, "x", "", CODE, LETTER), True),
        ((MASTER, "x", AUTO, NAMED), False),
        # a postmaster must bring something, or say it without speaking
        ((MASTER, NOTICE, "", "x"), False),
        ((MASTER, NOTICE, AUTO, "Hello"), True),
        ((MASTER, NOTICE, REPORT, "Hello"), True),
        ((MASTER, NOTICE, "", f"{ATTACHED}\nHello"), True),
        ((MASTER, NOTICE, "", "Hello", LETTER), True),
        ((MASTER, NOTICE, "", f"Hello\n{CODE}"), True),
        ((MASTER, NOTICE, "", SAID), True),
        ((MASTER, NOTICE, "", f"Hello\n{SAID}"), False),
        # others: whom the headers call automatic may greet, a person's name or greeting speaks against the rest
        ((ROBOT, NOTICE, AUTO, f"Hello\n{CODE}"), True),
        ((ADMIN, NOTICE, "", f"Hello\n{CODE}"), False),
        ((ADMIN, NOTICE, "", CODE), True),
        (('"Jane Roe" <admin@x.example>', NOTICE, "", CODE), False),
        ((ROBOT, "x", AUTO, f"{ATTACHED}\n{SAID}"), False),
        ((ROBOT, "x", AUTO, f"{ATTACHED}\n{SAID}", LETTER), True),
    ],
)
def test_which_signs_are_enough(given: tuple[str, ...], report: bool):
    """A report by these two or three signs, and none with one of them less."""
    assert bool(why(*given)) is report, why(*given)


@pytest.mark.parametrize("sender", [ROBOT, ADMIN, "jane@x.example"])
def test_a_person_who_attaches_a_letter_and_tells_of_it(sender: str):
    """A mail with a letter in it whose subject is a person's own is none, though it says that it was not delivered."""
    for text in (f"{SAID}\n{NAMED}", f"{SAID} {CODE}", f"{SAID}\n{NAMED} {CODE}"):
        assert why_report(with_letter(sender, "Visits", text)) == "", text
    assert why_report(with_letter(sender, NOTICE, f"{SAID}\n{NAMED}"))


@pytest.mark.parametrize(
    "behind", ["", ":", ": x", "\uff1a x", " (x)", " [x]", " - x"],
)  # fmt: skip
def test_subjects_of_absences(behind: str):
    """However a vacation program writes them: what a daemon's address sends with them is no report."""
    assert why(DAEMON, f"Automatic reply{behind}", AUTO, SAID) == ""
    assert why(DAEMON, f"Automatic reply of{behind}", AUTO, SAID)
