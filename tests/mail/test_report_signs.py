"""Each way in which a mail counts as a delivery report, and the same mail with one sign less."""

from __future__ import annotations

import pytest

from mailflow.mail.dsn import is_success_report, read_bounce
from mailflow.mail.dsn_sender import sender_is_system, surely_system, system_address, what_people_do
from mailflow.mail.dsn_signs import Signs, why_report
from mailflow.mail.message import Message
from mailflow.mail.parse import parse

DAEMON = "MAILER-DAEMON@mx.example"
ROBOT = "robot@x.example"
ADMIN = "admin@x.example"
MASTER = "postmaster@x.example"
TEXT = "Content-Type: text/plain; charset=utf-8\n"
NOTICE = "failure notice"
ATTACHED = "The attached message"
CODE = "550 5.1.1 x"
SAID = "It was not delivered."
NAMED = "<a@x.example>: x"
OPENS = "Delivery to the following recipient"  # Gmail's
AUTO = "Auto-Submitted: auto-replied\n"
LETTER = "Received: from y\nTo: a@x.example"
REPORT = "Content-Type: multipart/report; report-type=delivery-status\n"


def mail(sender: str = "robot@x.example", subject: str = "Visits", head: str = "") -> Message:
    kind = "" if "content-type" in head.lower() else TEXT
    return parse(f"From: {sender}\nTo: c@council.example\nSubject: {subject}\n{kind}{head}\nx\n".encode())


def why(sender: str, subject: str, head: str, text: str, letter: str = "") -> str:
    return why_report(Signs(mail(sender, subject, head), text, letter))


# sender, subject, headers, words, letter, what it says; then which of the five is changed to what, so that it is none
SYSTEMS = [
    ((DAEMON, "x", REPORT, CODE, ""), "multipart/report", [(2, ""), (3, "x")]),
    ((DAEMON, "x", REPORT, SAID, ""), "multipart/report", [(2, ""), (3, "x")]),
    ((DAEMON, NOTICE, "", "x", ""), "its subject", [(1, "x"), (0, "jane@x.example"), (1, "Fwd: failure notice")]),
    ((DAEMON, "x", "", f"{OPENS} x", ""), "it begins as reports of Gmail", [(3, "The recipient x")]),
    ((DAEMON, "x", "", f"{ATTACHED}\n{CODE}", ""), "it begins as reports of a gateway", [(3, CODE)]),
    ((DAEMON, "x", "", f"{SAID} {CODE}", ""), "it says that a letter was not delivered", [(3, SAID), (3, CODE)]),
    ((DAEMON, "x", "", SAID, LETTER), "it says that a letter was not delivered", [(4, ""), (4, " \n")]),
    ((DAEMON, "x", AUTO, SAID, ""), "it says that a letter was not delivered", [(2, ""), (3, "x"),
                                                                                (2, "Auto-Submitted: no\n")]),
    ((MASTER, "x", AUTO, f"{SAID}\n{NAMED}", ""), "it says that a letter was not delivered", [(0, "jane@x.example")]),
    ((MASTER, "x", "", f"{SAID}\n{NAMED}", ""), "it says that a letter was not delivered, and to whom",
     [(3, f"{SAID}\nSee a@x.example"), (3, f"x\n{NAMED}"), (3, f"Hi,\n{SAID}\n{NAMED}")]),
    ((DAEMON, "x", "", CODE, LETTER), "it brings a server's reply and the letter", [(3, "x x")]),
    ((MASTER, "x", "", "x", LETTER), "it brings a letter back", [(4, ""), (0, "jane@x.example"), (3, "I'm sorry")]),
    ((DAEMON, "x", "", NAMED, ""), "it names who was not reached", [(3, "x"), (0, MASTER)]),
    ((MASTER, NOTICE, "", CODE, ""), "its subject", [(3, f"I'm told\n{CODE}"), (3, "x")]),
    ((MASTER, NOTICE, AUTO, f"I'm told\n{CODE}", ""), "its subject", [(2, "")]),
    ((MASTER, NOTICE, REPORT, f"I'm told\n{CODE}", ""), "multipart/report", [(2, "")]),
]  # fmt: skip


@pytest.mark.parametrize(("given", "told", "changes"), SYSTEMS)
def test_a_system_and_one_sign_more(given: tuple[str, ...], told: str, changes: list[tuple[int, str]]):
    """The sender alone is no report; a postmaster may be a person and must bring more than a mailer-daemon."""
    found = why(*given)
    sign = found.partition(", and ")[2]
    assert sign.removeprefix("it is a ").startswith(told), found
    for at, value in changes:
        assert not why(*given[:at], value, *given[at + 1 :]) or told not in why(*given[:at], value, *given[at + 1 :])
    assert not why(given[0], "x", "", "x", "")


ANYONE = [
    ((ROBOT, "x", REPORT, SAID, ""), "it is a multipart/report", [(2, ""), (3, "x")]),
    ((ROBOT, "x", REPORT, f"Hi,\n{CODE}", ""), "it is a multipart/report", [(3, "Hi")]),
    ((ROBOT, NOTICE, AUTO, CODE, ""), "its headers say that no person wrote it, and its",
     [(1, "x"), (2, ""), (3, SAID)]),
    ((ROBOT, NOTICE, AUTO, SAID, LETTER), "its headers say that no person wrote it, and its",
     [(4, "")]),
    ((ROBOT, NOTICE, AUTO, f"{ATTACHED}\n{SAID}", ""),
     "its headers say that no person wrote it, and its", [(3, SAID)]),
    ((ROBOT, "x", AUTO, f"{ATTACHED}\n{CODE}", ""),
     "its headers say that no person wrote it, and it begins as", [(3, CODE), (2, "")]),
    ((ROBOT, NOTICE, "", f"{OPENS} x", LETTER), "its first line is that of",
     [(1, "x"), (4, ""), (3, f"x\n{OPENS}"), (0, "Jane Roe <robot@x.example>"), (3, f"Hi,\n{OPENS}")]),
    ((ROBOT, NOTICE, "", f"{OPENS} x\n{CODE}", ""), "its first line is that of reports of Gmail, its",
     [(1, "x"), (3, OPENS), (2, "In-Reply-To: <a@b.example>\n"), (3, f"{OPENS} x\n{CODE}\nregards")]),
    ((ADMIN, NOTICE, "", CODE, ""), "its sender is admin, its subject is",
     [(0, ROBOT), (1, "x"), (2, "References: <a@b.example>\n"), (3, SAID)]),
    ((ADMIN, NOTICE, "", SAID, LETTER), "its sender is admin, its subject is", [(4, "")]),
    ((ADMIN, NOTICE, "", f"{ATTACHED}\n{SAID}", ""), "its sender is admin, its subject is",
     [(3, SAID)]),
    ((ROBOT, NOTICE, "", f"{SAID}\n{NAMED} {CODE}", ""), "its subject is that of a report, it names",
     [(1, "x"), (3, f"x\n{NAMED} {CODE}"), (3, f"{SAID}\n{CODE} x"), (3, f"{SAID}\n{NAMED}"),
      (2, "In-Reply-To: <a@b.example>\n"), (3, f"{SAID}\n{NAMED} {CODE}\nregards"), (2, "User-Agent: Mutt\n")]),
    ((ROBOT, NOTICE, "", f"{OPENS}\n{NAMED}", ""), "its subject is that of a report, it names",
     [(3, f"The attached message was not delivered\n{NAMED}")]),
]  # fmt: skip


@pytest.mark.parametrize(("given", "told", "changes"), ANYONE)
def test_anyone_by_the_form_of_the_mail(given: tuple[str, ...], told: str, changes: list[tuple[int, str]]):
    """Who does not show as a mail system needs several signs, and nothing that people do."""
    assert why(*given).startswith(told), why(*given)
    for at, value in changes:
        assert why(*given[:at], value, *given[at + 1 :]) == "", (at, value)


def test_a_letter_in_a_part_of_its_own_is_one_sign():
    """As the text behind a line above it."""
    raw = (
        "From: robot@x.example\nSubject: x\nContent-Type: multipart/mixed; boundary=r\n\n--r\n\nx\n--r\n"
        "Content-Type: message/rfc822\n\nSubject: y\n\nz\n--r--\n"
    )
    assert why_report(Signs(parse(raw.encode()), f"{OPENS} x", "")).startswith("its first line is that of reports")
    assert Signs(parse(raw.replace("message/rfc822", "text/html").encode()), "", "").returned is False


@pytest.mark.parametrize(
    ("head", "standard"),
    [
        (REPORT, True),
        ('Content-Type: Multipart/Report; Report-Type="delivery-status"\n', True),
        ("Content-Type: multipart/report\n", True),
        ("Content-Type: multipart/report; report-type = disposition-notification\n", False),
        ('Content-Type: multipart/report; report-type="feedback-report"\n', False),
        ("Content-Type: multipart/mixed; report-type=delivery-status\n", False),
    ],
)
def test_which_multipart_is_a_report(head: str, standard: bool):
    """Read receipts and complaints are reports of another kind."""
    assert Signs(mail(head=head), "", "").standard is standard


@pytest.mark.parametrize(
    ("head", "automatic"),
    [("", False), ("Auto-Submitted: no\n", False), ("Auto-Submitted: No \n", False), (AUTO, True),
     ("Return-Path: <>\n", True), ("Return-Path:  <> \n", True), ("Return-Path: <a@b.example>\n", False)],
)  # fmt: skip
def test_headers_that_say_that_no_person_wrote(head: str, automatic: bool):
    """RFC 3834, and the empty return path of RFC 5321."""
    assert Signs(mail(head=head), "", "").automatic is automatic


@pytest.mark.parametrize(
    ("text", "codes"),
    [(f"{code} x", True) for code in (421, 430, 450, 451, 452, 500, 501, 502, 503, 504, 510, 511, 521, 523, 530, 534,
                                      535, 538, 550, 551, 552, 553, 554, 555)]
    + [("said: 550-x", True), ("<<< 550 <a@b>", True), ("(550 'x", True), ("[550 #x", True), ("x\n550 x", True),
       ("550 4.2", False), ("5.1.1", True), ("4.2.2", True), ("550", False), ("550 600", False), ("x550 x", False),
       ("540 x", False), ("600 x", False), ("v5.1.1", False), ("5.1.1.7", False), ("15.1.1", False), ("3.1.1", False),
       ("550 5.1.1", True), ("It is 5.8.1", False), ("5.7.606", True)],
)  # fmt: skip
def test_codes_of_mail_servers(text: str, codes: bool):
    """RFC 5321 section 4.2 with words behind it, or RFC 3463; no version, no address, no number of anything."""
    assert Signs(mail(), text, "").codes is codes


@pytest.mark.parametrize("subject", ["Out of office", "Out of office: x", "Automatic reply (x)", "Autoreply: x"])
def test_an_absence_that_a_system_sends(subject: str):
    """Vacation programs use the daemon's address; a server's code in it makes it a report all the same."""
    assert why(DAEMON, subject, AUTO, SAID, "") == ""
    assert why(DAEMON, subject, AUTO, f"{SAID} {CODE}", "")
    assert why(DAEMON, f"{subject.partition(':')[0].partition(' (')[0]}s of Oakfield", AUTO, SAID, "")


@pytest.mark.parametrize(
    "header",
    ["X-Failed-Recipients", "X-MS-Exchange-Message-Is-Ndr", "X-NDR", "X-Postfix-Queue-Id-Bounced", "X-Bounce-Report"],
)
def test_headers_that_only_reports_have(header: str):
    """Whoever sends it."""
    assert sender_is_system(mail(head=f"{header}: a@x.example\n")) == "only delivery reports have such headers"
    assert sender_is_system(mail(head=f"{header}-Not: a@x.example\n")) == ""


@pytest.mark.parametrize(
    "header",
    ["List-Id", "List-Post", "List-Unsubscribe", "X-Mailing-List", "Mailing-List", "X-BeenThere", "X-Loop-List"],
)
def test_what_came_through_a_list_is_a_persons(header: str):
    """A postmaster on a list writes there; a mailer-daemon is none the less."""
    head = f"{header}: <l.x.example>\n"
    assert what_people_do(mail(head=head)) == "it came through a mailing list"
    assert (sender_is_system(mail(MASTER, head=head)), sender_is_system(mail(MASTER))) == (
        "",
        "its sender is postmaster",
    )
    assert sender_is_system(mail(DAEMON, head=head))


ANSWERED = "re aw sv vs ant antw odp res rif ynt 回复 答复 回覆".split()
PASSED = "fw fwd wg tr rv i enc vb doorst pd vl ilt 转发 轉寄".split()


@pytest.mark.parametrize("word", ANSWERED)
def test_a_subject_that_answers_is_a_persons(word: str):
    """With what it answers in its headers; servers answer without these words."""
    for subject in (f"{word}: x", f"[EXT] {word.upper()}[2] : x", f"{word}\uff1ax"):
        for head in ("In-Reply-To: <a@b.example>\n", "References: <a@b.example>\n"):
            assert what_people_do(mail(subject=subject, head=head)) == "its subject says that it is an answer", subject
        assert what_people_do(mail(subject=subject)) == ""
    assert what_people_do(mail(subject=f"x {word}: x", head="References: <a@b.example>\n")) == ""


@pytest.mark.parametrize("word", PASSED)
def test_a_subject_that_forwards_is_a_persons(word: str):
    """Also of a mailer-daemon's address: somebody passes a report on."""
    for subject in (f"{word}: x", f"[EXT] {word.upper()} : x", f"{word}\uff1ax"):
        assert what_people_do(mail(subject=subject)) == "its subject says that it was forwarded", subject
    assert what_people_do(mail(subject=f"x {word}: x")) == ""
    assert why(DAEMON, f"{word}: failure notice", "", CODE, LETTER) == ""


def test_other_marks_of_people_and_systems():
    """ "(fwd)" at the end; Exchange's own name is no person's program; who is surely none."""
    assert what_people_do(mail(subject="x (fwd) ")) == "its subject says that it was forwarded"
    assert what_people_do(mail(subject="x (fwd) x")) == ""
    outlook = "X-Mailer: Microsoft Outlook 16\n"
    assert what_people_do(mail(head=outlook))
    assert what_people_do(mail('"Microsoft Outlook" <x@x.example>', head=outlook)) == ""
    assert what_people_do(mail('"Mail Delivery"', head=outlook)) == ""
    for local in ("mailer-daemon", "mailer_daemon", "mailerdaemon", "mail-daemon", "mdaemon", "microsoftexchange329"):
        assert surely_system(mail(f"{local}@x.example")), local
    assert not surely_system(mail(MASTER))
    assert surely_system(mail(MASTER, head="Return-Path: <>\n"))
    assert surely_system(mail('"MAILER-DAEMON"'))
    for local in ("mailer", "postmaster", "mail-daemon", "mdaemon"):
        assert system_address(mail(f"{local}2@x.example")), local
    assert not system_address(mail())
    assert system_address(mail('"MAILER-DAEMON"'))


@pytest.mark.parametrize("word", ["mailer-daemon", "mail delivery subsystem", "support team", "no reply", "smtp robot"])
def test_names_that_are_no_persons(word: str):
    """Two words or more, none of a system's, are a person's name."""
    assert not Signs(mail(f'"{word.title()}" <x@x.example>'), "", "").named_person
    assert Signs(mail('"Jane Roe" <x@x.example>'), "", "").named_person
    assert not Signs(mail('"Jane" <x@x.example>'), "", "").named_person
    assert not Signs(mail('"Jane R 2" <x@x.example>'), "", "").named_person
    assert not Signs(mail('"Jane@x.example Roe" <x@x.example>'), "", "").named_person


STATUS = "Content-Type: message/delivery-status\n\nFinal-Recipient: rfc822; a@x.example\nAction: {}\nStatus: {}\n"


def _with_status(sender: str, words: str, action: str = "failed", status: str = "5.1.1", head: str = "") -> Message:
    return parse(
        f"From: {sender}\nSubject: x\n{head}Content-Type: multipart/mixed; boundary=r\n\n--r\n\n{words}\n--r\n"
        f"{STATUS.format(action, status)}\n--r--\n".encode()
    )


def test_a_status_part_that_a_person_passes_on():
    """A person's words, program or answer beside a status part: it is passed on, and no report to us."""
    assert read_bounce(_with_status("robot@x.example", "x"))
    assert read_bounce(_with_status("robot@x.example", "Look what we got")) is None
    assert read_bounce(_with_status("robot@x.example", "x", head="In-Reply-To: <a@b.example>\n")) is None
    assert read_bounce(_with_status("robot@x.example", "x", head="User-Agent: Mutt\n")) is None
    assert read_bounce(_with_status(DAEMON, "Look what we got"))


@pytest.mark.parametrize("action", ["delivered", "relayed", "expanded"])
def test_a_status_part_of_success(action: str):
    """RFC 3464 section 2.3.3: a receipt; one recipient who was not reached makes it a report."""
    good = _with_status(DAEMON, "x", action, "2.0.0")
    assert (read_bounce(good), is_success_report(good)) == (None, True)
    bad = _with_status(DAEMON, "x", action, f"2.0.0\n\n{STATUS.partition(chr(10) * 2)[2].format('failed', '5.1.1')}")
    assert read_bounce(bad)
    assert not is_success_report(bad)
