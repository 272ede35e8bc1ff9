"""A kept mail read again: as it was read before, unless what it is judged by has changed."""

from __future__ import annotations

from dataclasses import replace

from mailflow.flow.arrived import SMALL_MAIL, read_mail
from mailflow.flow.ports import Trust
from mailflow.mail.authenticity import Verdict
from mailflow.store.inbox import Kept
from tests.flow.bench import BOX, MAYA, MX, at, office, write


def kept(octets: bytes) -> Kept:
    """A mail of these octets in the office's inbox."""
    came = at("2027-02-01 09:00")
    return Kept("id", octets, BOX, "INBOX", came, "kept", "", 0, "", came, "", MAYA)


def verdict(octets: bytes, trust: Trust) -> Verdict:
    return read_mail(replace(office(), trust=trust), kept(octets)).trust


def test_what_is_remembered_of_a_mail_is_of_those_who_judge_it():
    """A server that is no longer trusted is not believed for what it said before; small mails and large ones alike."""
    for size in (10, SMALL_MAIL):
        octets = write(MAYA, "Eligible", "x" * size)
        assert (
            verdict(octets, Trust(MX)) == verdict(octets, Trust(MX)) != verdict(octets, Trust("mx.elsewhere.example"))
        )


def test_two_mails_are_two_readings():
    """Nothing of one mail is found in another that came at the same time."""
    texts = [read_mail(office(), kept(write(MAYA, f"Note {n}", f"Words {n}"))).message.text.strip() for n in range(100)]
    assert texts == [f"Words {n}" for n in range(100)]
