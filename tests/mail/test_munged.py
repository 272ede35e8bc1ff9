"""From lines that a mailing list or a form has rewritten, and who is proposed for their writer (mail.md row 15)."""

from __future__ import annotations

import pytest

from mailflow.mail.munged import munged
from mailflow.mail.parse import parse

JANE = "jane.roe@mail.example"
GOOGLE = f"""From: "'Jane Roe' via Concerns" <concerns@council.example>
To: concerns@council.example
Reply-To: Jane Roe <{JANE}>
X-Original-Sender: {JANE}
X-Original-Authentication-Results: gmr-mx.google.com; spf=pass smtp.mailfrom={JANE}
X-Original-From: Jane Roe <{JANE}>
Precedence: list
Mailing-list: list concerns@council.example; contact concerns+owners@council.example
List-ID: <concerns.council.example>
X-Google-Group-Id: 421
List-Post: <https://groups.google.com/a/council.example/group/concerns/post>, <mailto:concerns@council.example>
"""
MAILMAN = f"""From: Jane Roe via Concerns <concerns@lists.example>
To: concerns@lists.example
Reply-To: Jane Roe <{JANE}>
List-Id: Concerns about care <concerns.lists.example>
List-Post: <mailto:concerns@lists.example>
X-BeenThere: concerns@lists.example
X-Mailman-Version: 2.1.39
"""
SISTER = f"""From: Jane Roe via Concerns <bounce-concerns@list.example>
X-Original-From: {JANE}
To: concerns@list.example
"""
FORM = f"""From: "Jane Roe via Contact form" <forms@website.example>
Reply-To: {JANE}
To: contract.concerns@council.example
"""
POLISH = f"""From: concerns@lists.example
Reply-To: concerns@lists.example
X-Original-From: Jane Roe <{JANE}>
List-Id: <concerns.lists.example>
"""


@pytest.mark.parametrize("head", [GOOGLE, MAILMAN, SISTER, FORM, POLISH])
def test_who_may_have_written_it_is_proposed(head: str):
    """Google Groups, Mailman, other lists and web forms: From is theirs, the writer is only claimed."""
    found = munged(parse(f"{head}Subject: Missed calls\n\nThey did not come.\n".encode()))
    assert found is not None and found.claimed == (JANE,)


@pytest.mark.parametrize(
    "head",
    [
        f"From: Jane Roe <{JANE}>\nList-Id: <concerns.lists.example>\n",
        f"From: Jane Roe <{JANE}>\nReply-To: office@work.example\n",
        f'From: "Jane Roe (Via Roma 4)" <{JANE}>\n',
        f"From: Olivia Roe <{JANE}>\nReply-To: o@other.example\n",
        f'From: "Jane via Rota" <{JANE}>\n',
        "Subject: nobody\n",
    ],
)
def test_a_writer_who_stands_in_from_is_not_doubted(head: str):
    """A list that leaves From alone, another address for answers, a name with such a word: From is its writer's."""
    assert munged(parse(f"{head}To: x@council.example\n\nThey did not come.\n".encode())) is None


def test_the_lists_own_address_is_never_proposed():
    """A list that directs answers to itself claims nobody."""
    found = munged(parse(MAILMAN.replace(JANE, "concerns@lists.example").encode() + b"\nwords\n"))
    assert found is not None and found.claimed == ()
