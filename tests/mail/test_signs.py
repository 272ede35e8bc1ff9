"""The facts that are weighed: answers, forwards, tags, tickets, questions."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mailflow.mail.parse import parse
from mailflow.mail.signs import Signs, read_signs


def signs(subject: str = "Visits", text: str = "The carer did not come.", headers: str = "") -> Signs:
    return read_signs(
        parse(
            f"From: jane.roe@carers.example\nTo: contracts@council.example\nSubject: {subject}\n"
            f"Content-Type: text/plain; charset=utf-8\n{headers}\n{text}\n".encode()
        )
    )


ANSWERS = (
    "re aw sv vs antw antwort odp odpowiedź rif r res resp rta ynt yan atb ateb ref rép rep vá svar bls απ σχετ отв отг"
    " відп 回复 答复 回覆 答覆 回信 返信 회신 답장 תשובה השב رد"
).split()
FORWARDS = "fw fwd wg tr trs rv i doorst vl vb enc ilt pd 转发 轉寄 転送 пересл".split()


@pytest.mark.parametrize("word", ANSWERS)
def test_a_subject_that_answers(word: str):
    """Mail programs of many languages put their word in front of what they answer, some count the answers."""
    for start in (f"{word}: ", f"{word.upper()} : ", f"{word}[2]: ", f"{word}(3): ", f"{word}^4: ", f"{word}\uff1a"):
        found = signs(start + "Visits")
        assert (found.reply_subject, found.answer, found.forward) == (True, True, False), start
    assert not signs(f"{word} Visits").reply_subject
    assert not signs(f"Visits {word}: x").answer


@pytest.mark.parametrize("word", FORWARDS)
def test_a_subject_that_forwards(word: str):
    """The same of forwarded mails; what answers a forwarded mail is an answer."""
    found = signs(f"{word}: Visits")
    assert (found.forward, found.reply_subject, found.answer) == (True, False, False)
    assert signs(f"{word.upper()}[2] : Visits").forward
    assert not signs(f"Re: {word}: Visits").forward


@pytest.mark.parametrize("field", ["In-Reply-To", "References"])
def test_a_mail_that_answers_by_its_headers(field: str):
    """Whatever its subject, a mail that names the one it answers is an answer."""
    found = signs(headers=f"{field}: <a@council.example>\n")
    assert (found.answer, found.reply_subject) == (True, False)


@pytest.mark.parametrize(
    "tag",
    ["[External]", "[EXT] [Spam?]", "\u3010External\u3011", "**EXTERNAL**", "*****Spam*****", "External:", "EXTERN :",
     "Ext: ", "Spam:", "sec:", "Official:", "Official\uff1a", "[a] [b] [c] [d]"],
)  # fmt: skip
def test_the_tags_of_gateways_are_no_part_of_a_subject(tag: str):
    """What a gateway puts in front is taken off, so that "Re:" behind it is seen."""
    found = signs(f"{tag} Re: Visits")
    assert (found.subject, found.reply_subject) == ("re: visits", True)


def test_a_subject_that_is_only_a_tag():
    """Nothing would be left, so the tag is the subject."""
    assert (signs("[External]").subject, signs("[External] ").tag) == ("[external]", "external")
    assert signs("[a] [b] [c] [d] [e] Re: Visits").subject == "[e] re: visits"
    assert (signs("\u3010\u81ea\u52a8\u56de\u590d\u3011 Visits").tag, signs("Visits [a]").tag) == (
        "\u81ea\u52a8\u56de\u590d",
        "",
    )


TICKET_HEADERS = (
    "X-Zendesk-Id", "X-Delivery-Context", "X-FD-Id", "X-Freshdesk-Id", "X-OTRS-Queue", "X-Zammad-Ticket",
    "X-ServiceNow-Source", "X-SFDC-LK", "X-HelpScout-Id", "X-Kayako-Id", "X-osTicket-Id", "X-FreeScout-Id", "X-HESK-Id",
    "X-Gorgias-Id", "X-Intercom-Id", "X-JIRA-FingerPrint", "X-GitHub-Reason", "X-GitLab-Project", "X-Gitea-Id",
    "X-Discourse-Topic-Id", "X-Bugzilla-Who", "X-Redmine-Host", "X-Launchpad-Bug", "X-Trac-Project", "X-Roundup-Name",
    "X-Debian-PR-Message", "X-Phabricator-Id", "X-Gerrit-Change-Id", "X-RT-Loop-Prevention", "RT-Ticket", "X-Asana-Id",
    "X-Teamwork-Id", "X-Basecamp-Id", "X-Front-Id",
)  # fmt: skip


@pytest.mark.parametrize("name", TICKET_HEADERS)
def test_the_headers_of_ticket_systems(name: str):
    """Each marks the mail of a ticket system, tracker or forum."""
    assert signs(headers=f"{name}: 1\n").ticket


@pytest.mark.parametrize(
    "program",
    ["Zendesk Mailer", "OTRS Mail Service", "Znuny (6.5)", "Zammad Mail Service", "osTicket Mailer", "FreeScout",
     "Kayako", "Request Tracker 5", "My Helpdesk"],
)  # fmt: skip
def test_the_programs_of_ticket_systems(program: str):
    """Named as what wrote the mail, in any of the three headers for it."""
    assert all(signs(headers=f"{name}: {program}\n").ticket for name in ("X-Mailer", "User-Agent", "X-Powered-By"))
    assert not signs(headers=f"X-Remark: {program}\n").ticket


@pytest.mark.parametrize(
    "subject",
    ["[#471] Visits", "[Care #4711] Visits", "[Oakfield:4711] Visits", "[4711] Visits", "Ticket #12: Visits",
     "Visits - case number: 12", "Request id: CR-12", "Incident: INC12", "Ticket no. : 45", "Case No: 45",
     "INC12345 Visits", "[ ref:_00D20.5002w:ref ]", "[ref:_00D20.5002w:ref]", "[CARE-12] Visits"],
)  # fmt: skip
def test_the_subjects_of_ticket_systems(subject: str):
    """A number in brackets or behind the word for it."""
    assert signs(subject).ticket


@pytest.mark.parametrize(
    "subject",
    ["[12] Visits", "Case closed", "In case: 1", "Ticket for 2 visits", "INC123", "Precinct12345", "[CC] Visits"],
)
def test_subjects_that_name_no_ticket(subject: str):
    """Numbers of one figure or without their word are anything's."""
    assert not signs(subject).ticket


@pytest.mark.parametrize(
    "line",
    ["##- Please type your reply above this line -##", "Enter your reply above this line", "reply above this line",
     "Please write your response over this line", "Add your comment above this line", "Your comments above this line"],
)  # fmt: skip
def test_the_line_of_ticket_systems(line: str):
    """The line above which answers are to be written."""
    assert signs(text=f"{line}\n\nThe carer did not come.").ticket
    assert not signs(text="Please sign above this line.").ticket


@pytest.mark.parametrize(
    "local",
    ["servicedesk", "service-desk", "service.desk", "helpdesk", "help-desk", "itsupport", "support", "support.it"],
)
def test_the_senders_of_service_desks(local: str):
    """By the name of the mailbox."""
    found = parse(f"From: {local}@carers.example\nSubject: Visits\n\nThe carer did not come.\n".encode())
    assert read_signs(found).ticket
    assert not signs().ticket


def test_what_asks():
    """A question mark that stands in no link, or words that ask; an announcement asks nothing."""
    assert signs(text="When?").asks and signs(text="\u4f55\u6642\uff1f").asks and signs(text="Could you look.").asks
    assert not signs(text="See https://x.example/?a=b for it.").asks
    assert not signs(text="We would like to acknowledge your letter.").asks
    assert signs(text="We would like to acknowledge your letter. We would like to see it.").asks


def test_quotes_recipients_files_and_length():
    """What answers quote, whom they go to, what they carry and how long they are."""
    quoted = "\n\nOn Mon, 3 May 2027 at 9:12, C <c@council.example> wrote:\n> What happened there?\n"
    assert signs(text="Yes." + quoted).quotes and signs(text="Yes." + quoted).own == "yes."
    assert not signs(text="Yes.").quotes and not signs(text=quoted).quotes
    assert signs(headers="Cc: a@b.example\n").several and not signs().several
    assert signs(text="Hi all,\nit came.").greets_many and not signs(text="It came, hi all.").greets_many
    long = signs(text="It\u2019s   LATE. " * 400)
    assert (long.length, len(long.own), long.own[:12]) == (len("It\u2019s   LATE. " * 400) - 1, 2_000, "it's late. i")
    assert signs(headers="X-Loop:  One \nX-Loop: two\n").head("x-loop") == "one"
    assert signs("\u202aRe: Visits\u202c").reply_subject and signs("Out of\xa0office").subject == "out of office"
    file = "Content-Type: application/pdf\nContent-Disposition: {}; filename=a.pdf\n\nx"
    for shown, files in (("attachment", 1), ("inline", 0)):
        mixed = f"--b\n\nIt came.\n--b\n{file.format(shown)}\n--b--\n"
        head = "From: a@b.example\nSubject: x\nContent-Type: multipart/mixed; boundary=b\n\n"
        assert read_signs(parse((head + mixed).encode())).files == files


def test_a_subject_as_programs_write_it():
    """Typographic apostrophes, hard blanks and hidden marks of direction are written as people type them."""
    message = parse(b"From: jane.roe@carers.example\nSubject: s\n\nThe carer did not come.\n")
    for written, plain in (
        ("Jane\u2019s visit", "jane's visit"),
        ("Jane\xa0Roe", "jane roe"),
        ("Jane Roe", "jane roe"),
        ("\u200eRe: Visits", "re: visits"),
        ("Re\u200b: Vis\u200bits", "re: visits"),
        ("\u202bRe:\u202c Visits\x07", "re: visits"),
    ):
        assert read_signs(replace(message, subject=written)).subject == plain


@pytest.mark.parametrize("scheme", ["http", "https", "HTTP"])
def test_the_question_mark_of_a_link_asks_nothing(scheme: str):
    """A link is no question; one behind it is."""
    assert not signs(text=f"See {scheme}://x.example/a?b=1 for more.").asks
    assert signs(text=f"See {scheme}://x.example/a?b=1 for more. Is it right?").asks
