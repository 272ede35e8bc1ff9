"""Rules of the inbox: known by identity, moved only along the state table, nobody's silence is presumed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from mailflow.store import Store, Unit
from mailflow.store.inbox import FROM_STATES


def keep(unit: Unit, identity: str, now: datetime, *, uid: int = 1, validity: int = 7, sender: str = "") -> bool:
    """Keep a mail seen in the office's INBOX."""
    return unit.inbox.keep(
        identity,
        b"octets of " + identity.encode(),
        mailbox="office",
        folder="INBOX",
        uidvalidity=validity,
        uid=uid,
        arrived_at=now,
        kept_at=now,
        sender=sender,
    )


def test_a_mail_is_kept_once_and_every_sighting_noted(store: Store, noon: datetime) -> None:
    """The same identity under another UID or UIDVALIDITY is not new, but the ledger knows it."""
    with store.unit() as u:
        assert keep(u, "a", noon, uid=1) is True
        assert keep(u, "a", noon, uid=1) is False
        assert keep(u, "a", noon + timedelta(hours=1), uid=2) is False
        assert keep(u, "a", noon, uid=1, validity=8) is False
        assert u.inbox.seen_uids("office", "INBOX", 7) == {1, 2}
        assert u.inbox.seen_uids("office", "INBOX", 8) == {1}
        assert u.inbox.seen_uids("office", "Junk", 7) == set()
        kept = u.inbox.get("a")
        assert kept is not None and kept.octets == b"octets of a" and kept.arrived_at == noon and kept.state == "kept"


def test_a_crash_before_the_commit_keeps_nothing(store: Store, again: Callable[[], Store], noon: datetime) -> None:
    """Before commit 1 the mail is unknown, and is fetched again; after it, it is known to the next process."""
    with pytest.raises(KeyboardInterrupt), store.unit() as u:
        keep(u, "a", noon)
        raise KeyboardInterrupt
    with again().unit() as u:
        assert u.inbox.seen_uids("office", "INBOX", 7) == set()
        assert keep(u, "a", noon) is True
    with again().read() as u:
        assert [mail.identity for mail in u.inbox.next_kept()] == ["a"]


def test_the_oldest_arrival_is_sorted_first(store: Store, noon: datetime) -> None:
    """Mails are sorted in the order in which they arrived, not in which they were fetched."""
    with store.unit() as u:
        keep(u, "late", noon + timedelta(minutes=1), uid=1)
        keep(u, "early", noon, uid=2)
        assert [mail.identity for mail in u.inbox.next_kept()] == ["early"]
        assert [mail.identity for mail in u.inbox.next_kept(5)] == ["early", "late"]
        u.inbox.settle("early", "done", case="c", kind="human")
        assert [mail.identity for mail in u.inbox.next_kept(5)] == ["late"]
        assert [mail.identity for mail in u.inbox.by_case("c")] == ["early"]


@pytest.mark.parametrize("state", sorted(FROM_STATES))
@pytest.mark.parametrize("wanted", sorted(FROM_STATES))
def test_the_state_table_is_kept(store: Store, noon: datetime, state: str, wanted: str) -> None:
    """A mail moves only along the table: what is done is never sorted again."""
    with store.unit() as u:
        keep(u, "a", noon)
        u.inbox.settle("a", state)
        assert u.inbox.settle("a", wanted, "why") is (state in FROM_STATES[wanted])
        mail = u.inbox.get("a")
        assert mail is not None and mail.state == (wanted if state in FROM_STATES[wanted] else state)


def test_settling_keeps_what_is_known(store: Store, noon: datetime) -> None:
    """A blank case, kind or sender does not wipe out the known one; the reason is always the newest."""
    with store.unit() as u:
        keep(u, "a", noon)
        u.inbox.settle("a", "held", "who?", case="c", kind="human", sender="Jo@Provider.example")
        u.inbox.settle("a", "done")
        mail = u.inbox.get("a")
        assert mail is not None
        assert (mail.case, mail.kind, mail.sender, mail.reason) == ("c", "human", "jo@provider.example", "")


def test_tries_are_counted(store: Store, again: Callable[[], Store], noon: datetime) -> None:
    """A mail that kills the daemon each time is known by its committed tries."""
    with store.unit() as u:
        keep(u, "a", noon)
    for turn in (1, 2):
        with again().unit() as u:
            assert u.inbox.tried("a") == turn
    with store.read() as u:
        assert u.inbox.next_kept()[0].tries == 2


def test_unread_mail_of_a_party_is_found(store: Store, noon: datetime) -> None:
    """G9: undealt-with mail of an address or its domain holds a chaser, and so does kept mail of nobody knows whom."""
    with store.unit() as u:
        for uid, (name, state, sender) in enumerate(
            [
                ("held", "held", "jo@provider.example"),
                ("poison", "quarantined", "al@provider.example"),
                ("done", "done", "jo@provider.example"),
                ("other", "held", "jo@elsewhere.example"),
                ("lookalike", "held", "jo@notprovider.example"),
            ]
        ):
            keep(u, name, noon, uid=uid)
            u.inbox.settle(name, state, sender=sender)
        assert u.inbox.waiting_from("office", {"JO@provider.example"}, set()) == ["held"]
        assert u.inbox.waiting_from("office", set(), {"Provider.example"}) == ["held", "poison"]
        assert u.inbox.waiting_from("office", set(), set()) == []
        keep(u, "unjudged", noon, uid=90)
        keep(u, "known", noon, uid=91, sender="x@elsewhere.example")
        assert u.inbox.waiting_from("office", {"jo@provider.example"}, set()) == ["held", "unjudged"]


def test_a_copy_is_known_by_sender_case_and_text(store: Store, noon: datetime) -> None:
    """G3: the same party's same text on the same case within the span is a copy; anything else is not."""
    with store.unit() as u:
        keep(u, "a", noon)
        u.inbox.settle("a", "done", case="c", sender="jo@provider.example", text_digest="d")
        assert u.inbox.copies("Jo@provider.example", "c", "d", noon)
        assert not u.inbox.copies("jo@provider.example", "c", "d", noon + timedelta(seconds=1))
        assert not u.inbox.copies("jo@provider.example", "c", "e", noon)
        assert not u.inbox.copies("jo@provider.example", "x", "d", noon)
        assert not u.inbox.copies("al@provider.example", "c", "d", noon)
        assert not u.inbox.copies("jo@provider.example", "c", "d", noon, but="a")
        assert not u.inbox.copies("jo@provider.example", "c", "", noon)
        keep(u, "b", noon, uid=2)
        u.inbox.settle("b", "held", case="c", sender="jo@provider.example", text_digest="h")
        assert not u.inbox.copies("jo@provider.example", "c", "h", noon)


def test_read_through_is_kept_per_mailbox(store: Store, noon: datetime) -> None:
    """Each mailbox has its own instant; one never read has none."""
    with store.unit() as u:
        assert u.inbox.read_through("office") is None
        u.inbox.set_read_through("office", noon)
        u.inbox.set_read_through("other", noon)
        u.inbox.set_read_through("office", noon + timedelta(hours=1))
        assert u.inbox.read_through("office") == noon + timedelta(hours=1)
        assert u.inbox.read_through_all() == {"office": noon + timedelta(hours=1), "other": noon}


def test_a_message_id_used_twice_names_no_case(store: Store) -> None:
    """A Message-ID leads to its mails; to a case only while it leads to one."""
    with store.unit() as u:
        u.inbox.remember_message_id("<m@x.example>", "a", "c1")
        u.inbox.remember_message_id("<m@x.example>", "a", "c1")
        assert u.inbox.by_message_id("<m@x.example>") == ["a"]
        assert u.inbox.case_of_message_id("<m@x.example>") == "c1"
        u.inbox.remember_message_id("<m@x.example>", "b", "c2")
        assert u.inbox.by_message_id("<m@x.example>") == ["a", "b"]
        assert u.inbox.case_of_message_id("<m@x.example>") == ""
        assert u.inbox.case_of_message_id("<unknown@x.example>") == ""
        u.inbox.remember_message_id("", "c", "c3")
        assert u.inbox.by_message_id("") == []


def test_a_mail_without_a_message_id_or_with_a_giant_one_is_no_trouble(store: Store) -> None:
    """A Message-ID longer than any honest line is found again all the same."""
    with store.unit() as u:
        giant = "<" + "x" * 5000 + "\ud800@x.example>"
        u.inbox.remember_message_id(giant, "a", "c1")
        assert u.inbox.by_message_id(giant) == ["a"]


def test_correspondence_is_the_file_of_a_case(store: Store, noon: datetime) -> None:
    """One row per mail and direction, in the order of the instants; the same mail twice is one row."""
    fields = {"case": "c", "party": "provider", "text_id": "t", "kind": "human", "correspondent": "jo@provider.example"}
    with store.unit() as u:
        assert u.inbox.add_sorted(
            "m2",
            at=noon + timedelta(hours=1),
            subject="Re: it",
            direction="in",
            attachments=[{"name": "a.pdf", "type": "application/pdf", "size": 3, "digest": "d"}],
            **fields,
        )
        assert u.inbox.add_sorted("L1", at=noon, subject="It", direction="out", **fields)
        assert not u.inbox.add_sorted("L1", at=noon, subject="It", direction="out", **fields)
        rows = u.inbox.correspondence("c")
        assert [(row.identity, row.direction, row.at) for row in rows] == [
            ("L1", "out", noon),
            ("m2", "in", noon + timedelta(hours=1)),
        ]
        assert rows[1].attachments[0]["name"] == "a.pdf"


def test_forgetting_a_case_erases_words_and_keeps_the_ledger(store: Store, noon: datetime) -> None:
    """Octets, subjects and addresses go; the mail is still known, so that it is not taken for a new one."""
    with store.unit() as u:
        keep(u, "a", noon)
        u.inbox.settle("a", "done", case="c")
        fields = {"party": "p", "text_id": "t", "kind": "human", "correspondent": "jo@provider.example"}
        u.inbox.add_sorted("a", case="c", at=noon, subject="Me", direction="in", attachments=[{"name": "x"}], **fields)
        assert u.inbox.forget("c") == 1
        mail, row = u.inbox.get("a"), u.inbox.correspondence("c")[0]
        assert mail is not None and mail.octets == b""
        assert (row.subject, row.correspondent, row.attachments) == ("", "", ())
        assert keep(u, "a", noon, uid=2) is False
