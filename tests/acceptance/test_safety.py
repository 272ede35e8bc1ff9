"""What must never happen: a forged word that counts, half a mail done, two parties on one mail.

That no letter leaves twice, whatever dies, is in tests/crash.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.acceptance.council import (
    CMO,
    CONCLUSION,
    FORGER,
    LETTER_1,
    LETTER_2,
    NOT_DONE,
    PROVIDER,
    PROVIDER_NEW,
    PROVIDER_OTHER,
    RECEIVED,
    REFERRER,
    REPLIED,
    SPO,
    WHICH,
    Council,
    council,
)
from tests.acceptance.office import words

PROVIDERS = {PROVIDER, PROVIDER_OTHER, PROVIDER_NEW}


def test_a_forged_officer_does_nothing(tmp_path: Path):
    """G8: a mail in an officer's name that our server could not confirm moves nothing, and the real officer is told."""
    with council(tmp_path, "2027-02-01 08:00") as c:
        ref = c.receive("2027-02-01 09:00")
        c.forge("2027-02-01 10:00", FORGER, CMO, f"Re: [{ref}]", "Not eligible: low level")
        told = words(c.one(CMO, NOT_DONE))
        assert "could not confirm" in told and "nothing" in told.lower()
        assert c.state(ref) == "RCV" and not c.inbox(FORGER)
        assert c.subjects(REFERRER) == [RECEIVED]


def test_several_words_all_or_none(tmp_path: Path):
    """G11: of three words in one mail one cannot be done, so none is; said again without it, all are."""
    with council(tmp_path, "2027-02-01 08:00") as c:
        ref = c.receive("2027-02-01 09:00")
        c.word("2027-02-01 10:00", CMO, ref, "Provider is Oakfield Care Ltd\nEligible\nSend")
        c.one(CMO, WHICH)
        told = c.show(ref)
        assert told["state"] == "RCV" and "Provider" not in told["fields"]
        c.word("2027-02-01 11:00", CMO, ref, "Provider is Oakfield Care Ltd\nEligible\nSend original")
        c.go("2027-02-01 11:15")
        assert c.state(ref) == "WPR" and c.one(PROVIDER, LETTER_1)


def test_a_new_contact_of_the_provider(tmp_path: Path):
    """G2: somebody unlisted at the provider's own domain answers for it; the officer is told that they are new."""
    with council(tmp_path, "2027-02-01 08:00") as c:
        ref = c.dispatched("2027-02-01 09:00", "2027-02-01 10:00")
        c.write("2027-02-03 10:00", PROVIDER_NEW, f"Re: [{ref}] {LETTER_1}", "I am the new manager. We accept this.")
        shown = words(c.one(CMO, REPLIED))
        assert c.state(ref) == "RSP" and "We accept this." in shown and "new contact" in shown


def play_a_dispute(c: Council) -> str:
    """A concern that is disputed, commented on and decided."""
    ref = c.dispatched("2027-02-01 09:00", "2027-02-01 10:00")
    c.go("2027-02-15 18:00")
    c.replied("2027-02-16 09:00", ref, "We dispute this.")
    c.word("2027-02-16 10:00", CMO, ref, "Disputed")
    c.word("2027-02-16 11:00", CMO, ref, "Send")
    c.go("2027-02-16 12:00")
    c.write("2027-02-17 10:00", REFERRER, f"Re: [{ref}]", "I stand by what I said.")
    c.word("2027-02-17 11:00", CMO, ref, "Recommend: Upheld.\nAction: Train the staff by 30 April\nDefault notice: no")
    c.word("2027-02-17 12:00", SPO, ref, "Decision: agreed, no default notice")
    c.word("2027-02-18 09:00", CMO, ref, "Send")
    c.go("2027-02-18 10:00")
    return ref


@pytest.fixture(scope="module")
def disputed(tmp_path_factory: pytest.TempPathFactory):
    """One disputed concern, for everything that is only read."""
    with council(tmp_path_factory.mktemp("disputed"), "2027-02-01 08:00") as c:
        ref = play_a_dispute(c)
        yield c, ref, list(c.everything())


def test_provider_and_referrer_are_never_on_one_mail(disputed):
    """G12: separate mails to each party, and the provider's letters name nobody who raised the concern."""
    _, ref, mails = disputed
    assert {m.subject.partition("] ")[2] for r, m in mails if r == PROVIDER} == {LETTER_1, LETTER_2, CONCLUSION}
    for reader, mail in mails:
        people = {*mail.to, *mail.cc}
        assert not (people & PROVIDERS and people - PROVIDERS), mail.subject
        if reader in PROVIDERS:
            assert REFERRER not in words(mail) and "Beth Carrow" not in words(mail) and REFERRER not in mail.html


def test_each_mail_says_what_it_is(disputed):
    """domain.md 6.1, mail.md: our own loop header on all; Auto-Submitted on what a machine decided, and not on letters
    that an officer's word sent; the reference in subject and text; text and HTML with the same words."""
    _, ref, mails = disputed
    wanted = {
        RECEIVED: "auto-replied",
        "Recorded": "auto-replied",
        LETTER_2: "auto-generated",
        "Your concerns today": "auto-generated",
        "Contract concerns: week to": "auto-generated",
        LETTER_1: "",
        CONCLUSION: "",
    }
    seen = set()
    for _, mail in mails:
        assert mail.headers["x-mailflow-loop"] == "contract.concerns@council.example"
        assert mail.headers["from"].startswith('"Contract Management Team, Example Council"'), mail.headers["from"]
        assert "contract.concerns@council.example" in mail.headers["reply-to"] and mail.text and mail.html
        said = mail.subject.partition("] ")[2] or mail.subject
        kind = next((k for k in wanted if said.startswith(k)), None)
        if kind:
            seen.add(kind)
            assert mail.headers.get("auto-submitted", "") == wanted[kind], mail.subject
        if mail.ref:
            assert mail.ref == ref and f"[{ref}]" in mail.text and f"[{ref}]" in mail.html
    assert seen == set(wanted)


def test_no_raw_names_in_mails(disputed):
    """No field name, no Python value, no empty heading reaches a reader."""
    _, _, mails = disputed
    for _, mail in mails:
        for raw in ("None", "_by", "_at", "datetime", "{{", "}}", "..", "Undefined", "[]", "T3", "T11", "M35"):
            text = mail.text.split("mailto:", 1)[0] if raw in ("_by", "_at", "T3", "T11", "M35") else mail.text
            assert raw not in text, f"{raw!r} in {mail.subject}"
        lines = [line for line in mail.text.splitlines() if line.strip()]
        for line, following in zip(lines, lines[1:], strict=False):
            if set(following) == {"-"} and len(following) > 3:
                after = lines[lines.index(following) + 1 :]
                assert after and not set(after[0]) <= {"-", " "}, f"nothing under {line!r} in {mail.subject}"
