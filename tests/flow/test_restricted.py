"""A restricted record (Q45): one question says who may see it, asked by letters, lists, summaries and commands."""

from __future__ import annotations

import pytest

from mailflow.flow.summarise import due_digests
from tests.flow.bench import Bench
from tests.flow.insurer_bench import (
    AROHA,
    BRIAN,
    GRACE,
    INTEGRITY,
    NAMED,
    NOEL,
    REID,
    SHAH,
    SIONE,
    WIREMU,
    changes,
    raised,
)

DAY = "2027-03-01"
SECRET = "invoices for visits that never were"


def fraud(office: Bench, words: str = "Kind: fraud") -> str:
    """An issue about Dr Shah is marked as fraud by its case owner, in its first mail."""
    office.mail(f"{DAY} 20:00", AROHA, "Dr Shah again", f"{words}\n\n{SECRET}")
    return office.ref()


def marked_later(office: Bench) -> str:
    """The same, when Dr Shah is on the file already."""
    ref = raised(office, f"{DAY} 19:30", f"{NAMED}\nKind: content")
    office.mail(f"{DAY} 20:00", AROHA, f"Re: [{ref}]", f"Kind: fraud\n\n{SECRET}")
    return ref


@pytest.fixture
def office(bench_of) -> Bench:
    """The insurer's office, in which Grace alone may read restricted records."""
    return bench_of(**changes(), settings={"restricted_readers": [GRACE]})


def told(office: Bench) -> list[tuple[str, tuple[str, ...]]]:
    return [(x.name, x.to) for x in office.left]


def test_integrity_services_get_the_original_and_the_sender_a_bare_receipt(office):
    """N05 encloses the mail as it came; the receipt has no word of it, nor of the kind, nor a button."""
    ref = fraud(office)
    assert sorted(told(office)) == [("M53R", (AROHA,)), ("N05", (INTEGRITY,))]
    passed, receipt = office.letter("N05"), office.letter("M53R")
    assert SECRET in passed.words and [a.content_type for a in passed.message.attachments] == ["message/rfc822"]
    everything = f"{receipt.message.subject} {receipt.words}".casefold()
    for word in ("fraud", "restricted", "integrity", "shah", "invoices", "7788", "kind"):
        assert word not in everything, word
    assert ref in receipt.message.subject


def test_who_knew_it_before_knows_no_more(office):
    """Team manager, Supplier Manager, case owner: whatever they ask, they hear "received"; a party hears nothing."""
    ref = marked_later(office)
    count = len(office.left)
    for who in (AROHA, BRIAN, SIONE, NOEL):
        for words in ("Status", "Undo", "Reopen: wrong word", "What has become of this?", "Resolved"):
            office.mail(f"{DAY} 21:00", who, f"Re: [{ref}]", words)
    for who in (SHAH, REID):
        office.mail(f"{DAY} 21:30", who, f"Re: [{ref}]", "Any news?")
        office.mail(f"{DAY} 21:40", who, f"Re: [{ref}]", "Status")
    office.to("2027-03-20 00:00")
    later = [x for x in office.left[count:] if x.case == ref]
    assert {x.name for x in later if GRACE not in x.to} == {"M53R"}
    assert not {SHAH, REID} & {a for x in office.left for a in x.to}


def test_those_named_in_the_settings_read_it(office):
    """Grace asks for the status and gets it; mails that come later are shown to her alone."""
    ref = marked_later(office)
    office.mail(f"{DAY} 21:00", GRACE, f"Re: [{ref}]", "Status")
    assert office.letter("M58", GRACE)
    office.mail(f"{DAY} 21:10", SHAH, f"Re: [{ref}]", "Why do you not pay?")
    assert office.letter("M28").to == (GRACE,)


def test_no_list_shows_it_and_the_summary_counts_it(office):
    """M55 and M56 hold nothing of it but a number; views, and letters about other issues, hold nothing at all."""
    office.to(f"{DAY} 19:00")
    raised(office, f"{DAY} 19:30", f"{NAMED}\nKind: content", sender=AROHA)
    office.mail(f"{DAY} 19:40", AROHA, "Dr Shah", f"{NAMED}\nKind: content")
    ref = office.ref()
    office.mail(f"{DAY} 20:00", AROHA, f"Re: [{ref}]", f"Kind: fraud\n\n{SECRET}")
    for when in ("2027-03-09 20:00", "2027-03-14 20:00"):
        office.to(when)
        due_digests(office.house, office.now)
        office.settle()
    digests = [x for x in office.left if x.name in ("M55", "M56")]
    assert {"M55", "M56"} <= {x.name for x in digests}
    for digest in digests:
        assert ref not in digest.words and "fraud" not in digest.words.casefold()
        for part in digest.message.attachments:
            assert ref not in part.octets.decode("utf-8", "replace")
    summary = [x for x in digests if x.name == "M56"][-1]
    assert "Restricted records, which are counted and shown nowhere 1" in summary.words
    with office.store.read() as unit:
        view = unit.views.get(ref)
        assert view["restricted"] and not view["state"] and not view["party"] and not view["fields"]
        assert ref not in [v["ref"] for v in unit.views.find("party", "Dr Anil Shah")]


def test_a_mail_that_cannot_be_placed_is_not_put_to_its_former_owner(office):
    """An unlisted address writes with the reference: the readers are asked, nobody else."""
    ref = fraud(office)
    office.mail(f"{DAY} 21:00", "someone@elsewhere.example", f"Re: [{ref}]", "I know more about this.")
    assert office.letter("M57").to == (GRACE,)


def test_without_named_readers_the_administrator_is_asked_where_somebody_must_be(bench_of):
    """A mail that nobody may see is not lost: the administrator hears that there is one."""
    office = bench_of(**changes())
    ref = fraud(office)
    office.mail(f"{DAY} 21:00", "someone@elsewhere.example", f"Re: [{ref}]", "I know more about this.")
    assert office.letter("M57").to == (WIREMU,)


@pytest.mark.parametrize("more", ["Provider is Nobody Known", "Resolved but not quite", "Extend to 31 February", NAMED])
def test_nothing_in_the_mail_stands_in_its_way(office, more):
    """A name that is not known, an unclear line or any other word does not keep the word from being heard."""
    for n, words in enumerate((f"{more}\nKind: fraud", f"Kind: fraud\n{more}")):
        office.mail(f"{DAY} 2{n}:00", AROHA, f"About it {n}", words)
        assert [x.name for x in office.left if x.case == office.ref()] == ["N05", "M53R"]
    ref = raised(office, f"{DAY} 22:00")
    office.mail(f"{DAY} 22:10", AROHA, f"Re: [{ref}]", f"{more}\nKind: fraud")
    assert office.case(ref).restricted


def test_marked_later_the_waiting_invitation_stays_here(office):
    """Fraud said at step C1 withdraws what has not left to a party."""
    ref = raised(office, f"{DAY} 20:00", f"{NAMED}\nKind: concern")
    for minute, who, words in (
        (10, AROHA, "Not resolved"),
        (15, BRIAN, "Not resolved"),
        (20, BRIAN, "Summary done 4711"),
        (25, NOEL, "Non-compliance: meeting 9 March"),
        (30, NOEL, "Kind: fraud"),
    ):
        office.mail(f"{DAY} 20:{minute}", who, f"Re: [{ref}]", words)
    office.to("2027-03-10 00:00")
    assert not office.letters("N12") and not [x for x in office.left if REID in x.to]
    assert office.letter("N05").to == (INTEGRITY,) and office.letter("M53R").to == (NOEL,)


@pytest.mark.parametrize("words", ["Kind: possible fraud", "Kind: suspected fraud", "Kind: potential fraud"])
def test_suspicion_is_enough(office: Bench, words: str) -> None:
    """P10 says "potential or actual": the words people find for it go the same way."""
    fraud(office, words)
    assert office.letters("N05", INTEGRITY) and not office.letters("N01", AROHA)
