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


LIST = "concerns@lists.example"


def _found(*lines: str, sender: str = LIST, name: str = "Jane Roe via Concerns"):
    head = "".join(f"{line}\n" for line in (f'From: "{name}" <{sender}>', *lines))
    return munged(parse(f"{head}To: x@council.example\n\nThey did not come.\n".encode()))


@pytest.mark.parametrize(
    "line",
    [
        f"List-Post: <mailto:{LIST}>",
        "List-Post: <https://lists.example/post>, <mailto:Concerns@lists.example?subject=x>",
        f"X-BeenThere: {LIST}",
        f"Mailing-List: list {LIST.upper()}; contact concerns-owner@lists.example",
        "List-Id: Concerns about care <Concerns.lists.example>",
        "List-Id: concerns.lists.example",
    ],
)
def test_each_way_in_which_a_list_names_its_address(line: str):
    """RFC 2369, RFC 2919 and what stood before them: each alone says that From is the list's."""
    found = _found(line, f"Reply-To: {LIST}, {JANE}", name="")
    assert found is not None and (found.list_address, found.claimed) == (LIST, (JANE,))
    assert found.reason == "its From is the address of the mailing list, not of whoever wrote it"
    assert _found(line, f"Reply-To: {JANE}", sender="office@lists.example", name="Office") is None


@pytest.mark.parametrize(
    "line",
    ["List-Id: <other.lists.example>", "List-Post: <https://lists.example/p>", "X-Google-Group-Id: 421",
     "X-BeenThere: other@lists.example", "Mailing-List: contact other@lists.example", "X-Mailman-Version: 3.3",
     f"X-Original-From: {JANE}", f"X-Original-Sender: {JANE}"],
)  # fmt: skip
def test_each_sign_of_a_list_beside_via(line: str):
    """ "Jane Roe via Concerns" with any one sign of a list, or with the From that the list has kept, is rewritten."""
    found = _found(line, sender="c@lists.example")
    assert found is not None and found.list_address == "c@lists.example"
    assert found.reason == "a mailing list has put its own address in the place of the writer's"
    assert _found(line, sender="c@lists.example", name="Jane Roe") is None


@pytest.mark.parametrize("line", [f"X-Mailfrom: {JANE}", f"X-Real-From: {JANE}", f"X-Reply-To: {JANE}", "X-Other: 1"])
def test_what_a_server_notes_of_anybody_is_no_sign_of_a_list(line: str):
    """X-MailFrom and the like stand in ordinary mail too: they claim, but do not make a rewritten From of one."""
    assert _found(line) is None


@pytest.mark.parametrize(
    "name",
    ["Jane Roe via Concerns", "'Jane Roe' VIA Concerns", "via Concerns", "Jane Roe through Concerns",
     "Jane Roe \u00fcber Concerns", "Jane Roe par l'interm\u00e9diaire de Concerns",
     "Jane Roe a trav\u00e9s de Concerns", "Jane Roe attraverso Concerns",
     "Jane Roe tramite Concerns", "Jane Roe door Concerns", "Jane'via Concerns"],
)  # fmt: skip
def test_via_in_the_languages_of_lists(name: str):
    """Lists write it in their own language."""
    assert _found("X-Mailman-Version: 3.3", sender="c@lists.example", name=name) is not None


@pytest.mark.parametrize("name", ["Jane Roe via", "Jane viaConcerns", "Olivia Roe", "Indoor Sports", "Roe tramiteX Y"])
def test_via_is_a_word_with_a_name_behind_it(name: str):
    """Without a word behind it, or as a part of another word, it is a name."""
    assert _found("X-Mailman-Version: 3.3", sender="c@lists.example", name=name) is None


@pytest.mark.parametrize("name", ["X-Original-From", "X-Original-Sender", "X-MailFrom", "X-Real-From", "X-Reply-To"])
def test_each_header_that_claims_a_writer(name: str):
    """Each is proposed, before Reply-To; the list's own address, From and one said twice are not."""
    found = _found(
        f"List-Id: <{LIST.replace('@', '.')}>",
        f"Reply-To: other@mail.example, {JANE}",
        f"{name}: {LIST.upper()}, Jane Roe <{JANE.upper()}>",
    )
    assert found is not None and found.claimed == (JANE, "other@mail.example")


def test_at_most_three_are_claimed():
    """The likeliest first: what the list kept of From, then what stands in Reply-To."""
    found = _found(
        f"List-Id: <{LIST.replace('@', '.')}>", "Reply-To: d@mail.example",
        "X-Original-Sender: b@mail.example, c@mail.example", "X-Original-From: a@mail.example",
    )  # fmt: skip
    assert found is not None and found.claimed == ("a@mail.example", "b@mail.example", "c@mail.example")


def test_a_service_that_sends_in_somebodys_name():
    """Via, and answers that go elsewhere: to another domain, not to another desk of the same."""
    found = _found(f"Reply-To: {JANE}")
    assert found is not None and found.reason == "it was sent by a service in somebody's name"
    assert found.claimed == (JANE,)
    assert _found("Reply-To: jane@lists.example") is None
    assert _found(f"Reply-To: {JANE}", name="Jane Roe") is None
