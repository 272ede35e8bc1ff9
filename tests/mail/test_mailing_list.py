"""Lists and newsletters: what each mark weighs, and which lists are known."""

from __future__ import annotations

import pytest

from mailflow.mail.classify import Kind, classify
from mailflow.mail.parse import parse

OWN = frozenset({"council.example"})
MARKS = {
    "unsubscribe": ("head", "List-Unsubscribe: <https://x.example/u>"),
    "click": ("head", "List-Unsubscribe-Post: List-Unsubscribe=One-Click"),
    "mailer": ("head", "Feedback-ID: 1:a:b"),
    "junk": ("head", "Precedence: junk"),
    "bulk": ("head", "Precedence: bulk"),
    "closed": ("head", "List-Post: NO"),
    "closed so": ("head", "List-Post: <NO> (nobody may)"),
    "open": ("head", "List-Post: <mailto:team@x.example>"),
    "list": ("head", "List-Id: <team.x.example>"),
    "mailman": ("head", "X-Mailman-Version: 2.1"),
    "owner": ("head", "Sender: owner-team@x.example"),
    "answer": ("head", "In-Reply-To: <a@council.example>"),
    "ticket": ("head", "X-Zendesk-Id: 1"),
    "news": ("from", "newsletter@x.example"),
    "request": ("from", "team-request@x.example"),
    "digest": ("subject", "Team Digest, Vol 3, Issue 4"),
    "browser": ("words", "View this email in your browser."),
    "away": ("words", "Unsubscribe here."),
    "why": ("words", "You are receiving this because you asked."),
}
PERSON, DOUBTFUL, BULK, SURELY = ("human", True), ("human", False), ("bulk", False), ("bulk", True)


def written(marks: str) -> Kind:
    """A mail with these marks and no others."""
    stands: dict[str, list[str]] = {}
    for mark in marks.split(", "):
        where, what = MARKS[mark]
        stands.setdefault(where, []).append(what)
    head = [
        f"From: {stands.get('from', ['jane.roe@x.example'])[0]}",
        f"Subject: {stands.get('subject', ['Visits'])[0]}",
    ]
    words = " ".join(["The garden gate was painted green.", *stands.get("words", ())])
    return classify(parse("\n".join([*head, *stands.get("head", ()), "", words, ""]).encode()), OWN)


@pytest.mark.parametrize(
    ("marks", "read"),
    [
        ("unsubscribe", PERSON),
        ("click", PERSON),
        ("unsubscribe, news", DOUBTFUL),
        ("unsubscribe, click", DOUBTFUL),
        ("unsubscribe, mailer", DOUBTFUL),
        ("unsubscribe, why", DOUBTFUL),
        ("unsubscribe, junk", DOUBTFUL),
        ("unsubscribe, click, news", BULK),
        ("unsubscribe, mailer, news", BULK),
        ("unsubscribe, click, why", BULK),
        ("unsubscribe, click, bulk", BULK),
        ("unsubscribe, click, junk", BULK),
        ("unsubscribe, click, mailer", SURELY),
        ("unsubscribe, why, away", DOUBTFUL),
        ("unsubscribe, why, away, news", BULK),
        ("unsubscribe, why, away, browser, news", BULK),
        ("closed", BULK),
        ("closed so", BULK),
        ("closed, unsubscribe", SURELY),
        ("closed, answer", BULK),
        ("closed, mailman", BULK),
        ("list, request, digest", SURELY),
        ("list, request", PERSON),
        ("list, digest", PERSON),
        ("list, unsubscribe, request, digest, open", BULK),
        ("unsubscribe, click, mailer, answer", DOUBTFUL),
        ("unsubscribe, click, mailer, news, answer", DOUBTFUL),
        ("unsubscribe, click, mailer, open", DOUBTFUL),
        ("unsubscribe, click, mailer, news, open", BULK),
        ("unsubscribe, click, mailer, mailman", DOUBTFUL),
        ("unsubscribe, click, mailer, ticket", DOUBTFUL),
        ("unsubscribe, click, mailer, news, ticket", BULK),
        ("unsubscribe, click, mailer, owner", DOUBTFUL),
        ("unsubscribe, click, mailer, news, owner", BULK),
    ],
)
def test_what_each_mark_weighs(marks: str, read: tuple[str, bool]):
    """A newsletter has several marks; few of them make doubt, and what an answer or a discussion bears takes away."""
    answer = written(marks)
    if marks not in {"unsubscribe", "click"} and read == DOUBTFUL:
        assert answer.reason == "It has some marks of a newsletter, but may be one person's words to one."
    if read == DOUBTFUL or answer.name == "bulk":
        assert answer.listed
    assert (answer.name, answer.surely) == read, answer.reason


@pytest.mark.parametrize(
    ("marks", "why"),
    [
        ("unsubscribe, click, mailer", "it offers to unsubscribe (RFC 2369)"),
        ("closed, unsubscribe", "nobody may write to the list (List-Post: NO, RFC 2369)"),
        ("list, request, digest", "a list manager's digest"),
    ],
)
def test_an_officer_reads_why_it_is_a_newsletter(marks: str, why: str):
    """The sign that counted most is named."""
    assert written(marks).reason == f"A newsletter or announcement: {why}, and its other marks fit."


@pytest.mark.parametrize("local", ["noreply", "no-reply", "No-Reply.news"])
def test_a_newsletter_that_takes_no_replies(local: str):
    """On a list such a sender is one mark of a newsletter more."""
    marks = "List-Unsubscribe: <https://x.example>\nList-Unsubscribe-Post: a"
    mail = f"From: {{}}@x.example\nSubject: x\nList-Id: <a.x.example>\n{marks}\n\nThe garden gate is green.\n"
    answers = [classify(parse(mail.format(each).encode()), OWN) for each in (local, "jane.roe")]
    assert [(answer.name, answer.surely) for answer in answers] == [BULK, DOUBTFUL]


def test_a_newsletter_without_a_sender():
    """Nobody as the sender is no mark, and stops nothing."""
    mail = b"Subject: x\nList-Unsubscribe: <https://x.example>\nFeedback-ID: a\n\nThe garden gate is green.\n"
    assert (classify(parse(mail)).name, classify(parse(mail)).surely) == DOUBTFUL


@pytest.mark.parametrize(
    "header",
    ["X-Campaign-Id", "X-MC-User", "X-Mailchimp-Id", "X-CSA-Complaints", "X-SG-EID", "X-Mandrill-User", "X-Mailgun-Sid",
     "X-Report-Abuse", "X-CMail-Id", "X-ELQ-Id", "X-SFMC-Stack", "X-Job", "X-Mailer-SID", "X-Mailer-RecptID",
     "X-RPCampaign", "X-Newsletter", "X-List-Member", "X-Postmark-Id", "X-MJ-Mid", "X-SIB-Id", "X-Klaviyo-Id",
     "X-HS-Cid", "X-CID", "Feedback-ID"],
)  # fmt: skip
def test_the_headers_of_mailers(header: str):
    """Each counts as the mark of a program that writes to many."""
    mail = "From: a@x.example\nSubject: x\nList-Unsubscribe: <https://x.example>\n{}\nThe garden gate is green.\n"
    assert classify(parse(mail.format("").encode())).surely
    assert not classify(parse(mail.format(f"{header}: 1\n").encode())).surely


@pytest.mark.parametrize(
    "local",
    ["news", "enews", "e-news", "newsletter", "newsletters", "e-newsletter", "marketing", "offer", "offers", "deals",
     "promo", "promotions", "update", "updates", "bulletin", "bulletins", "digest", "alert", "alerts", "mailer",
     "news.weekly"],
)  # fmt: skip
def test_the_senders_of_newsletters(local: str):
    """Each counts as a mark; a name that only begins so does not."""
    mail = "From: {}@x.example\nSubject: x\nList-Unsubscribe: <https://x.example>\n\nThe garden gate is green.\n"
    assert not classify(parse(mail.format(local).encode())).surely
    assert classify(parse(mail.format("x" + local).encode())).surely


@pytest.mark.parametrize(
    "header",
    ["X-BeenThere: a@x.example", "Mailing-List: list a", "X-Mailing-List: a", "X-Google-Group-Id: 1", "X-ListName: a",
     "List-Id: <a.x.example>", "List-Post: <mailto:a@x.example>", "Precedence: list", "Sender: owner-a@x.example"],
)  # fmt: skip
def test_the_headers_of_lists(header: str):
    """Whatever came through a list that is not ours is known by any of them; one that discusses is no newsletter."""
    mail = "From: a@x.example\nSubject: x\n{}\n\nThe garden gate is green.\n"
    answer = classify(parse(mail.format(header).encode()), OWN)
    assert (answer.name, answer.surely, answer.listed) == ("human", True, True)
    both = "List-Unsubscribe: <https://x.example>\nList-Unsubscribe-Post: a\nFeedback-ID: a\n" + header
    discusses = header.startswith(("X-B", "Mai", "X-M", "X-G", "X-L", "List-Post", "Sender"))
    answer = classify(parse(mail.format(both).encode()), OWN)
    assert (answer.name, answer.surely) == (DOUBTFUL if discusses else SURELY)


@pytest.mark.parametrize(
    "subject",
    ["Team Digest, Vol 3", "Team Digest vol 3", "digest v3", "Digest of Monday", "Digest 7", "Digest, Issue 9",
     "Team digest number 12"],
)  # fmt: skip
@pytest.mark.parametrize("local", ["team-request", "team-owner", "team-bounces", "team-admin"])
def test_the_digest_of_a_list(subject: str, local: str):
    """By its subject and the list manager's own address."""
    mail = "From: {}@x.example\nSubject: {}\nList-Id: <team.x.example>\n\nThe garden gate is green.\n"
    answer = classify(parse(mail.format(local, subject).encode()), OWN)
    assert (answer.name, answer.surely) == SURELY and "digest" in answer.reason
    assert classify(parse(mail.format("team", subject).encode()), OWN).name == "human"


@pytest.mark.parametrize("list_id", ["<a.council.example>", "Ours <council.example>", "council.example"])
def test_a_list_of_ours(list_id: str):
    """What comes through a list of our own is mail to us, whatever marks it bears."""
    marks = "List-Unsubscribe: <https://x.example>\nList-Unsubscribe-Post: a\nFeedback-ID: a\n"
    mail = f"From: a@x.example\nSubject: x\nList-Id: {list_id}\n{marks}\nThe garden gate is green.\n".encode()
    answer = classify(parse(mail), OWN)
    assert (answer.name, answer.surely, answer.listed) == ("human", True, False)
    other = classify(parse(mail.replace(b"council.example", b"mycouncil.example")), OWN)
    assert (other.name, other.surely) == SURELY
