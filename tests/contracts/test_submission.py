"""What every way out promises (send of mailflow.submission), kept by SMTP servers and the folder of files alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from mailflow.demo.server import EmbeddedMail
from mailflow.submission.smtp import Submission
from mailflow.submission.verdict import PHASES
from tests.servers.fixtures import ALIASES, BOUNCE_LATER, COUNCIL, PROVIDER, REFUSE, USERS
from tests.servers.realmail import RealMail

ENVELOPE = "bounces+l1@council.example"


@dataclass
class Way:
    """A submission and the eye that sees what it delivered: seen(login, count) are octets, newest last."""

    submission: Submission
    seen: Callable[[str, int], list[bytes]]


def letter(words: str) -> bytes:
    head = f"From: Concerns <{COUNCIL}>\r\nTo: <{PROVIDER}>\r\nMessage-ID: <{words}@council.example>\r\nSubject: x\r\n"
    head += "Date: Mon, 02 Mar 2026 09:00:00 +0000\r\n"  # without it a server adds its own
    return (head + f"\r\n.a line that begins with a dot\r\n..two\r\n{words}\r\n").encode()


class SubmissionContract:
    """Subclasses give the fixture `way`."""

    def test_the_octets_arrive_and_every_recipient_has_a_verdict(self, way: Way):
        """What was decided is what arrives, dots and all; a plus tag reaches the mailbox."""
        verdicts = way.submission.send(ENVELOPE, [PROVIDER, "concerns+tag@nhs.example"], letter("one"), "l1", print)
        assert {r: v.state for r, v in verdicts.items()} == {PROVIDER: "sent", "concerns+tag@nhs.example": "sent"}
        assert way.seen(PROVIDER, 1)[-1].endswith(letter("one"))

    def test_phases_are_told_in_order(self, way: Way):
        """Each step is recorded before it is taken, so that a crash can be judged afterwards."""
        phases: list[str] = []
        way.submission.send(ENVELOPE, [PROVIDER], letter("two"), "l2", lambda phase, _refused: phases.append(phase))
        assert tuple(phases) == PHASES

    @pytest.mark.parametrize("stop", ["connected", "mail", "rcpt", "data", "dot"])
    def test_what_stops_before_the_dot_is_not_sent(self, way: Way, stop: str):
        """If a phase cannot be recorded the letter stays here, and the next letter is not harmed."""

        def record(phase: str, _refused: object) -> None:
            if phase == stop:
                raise OSError("disk full")

        with pytest.raises(OSError, match="disk full"):
            way.submission.send(ENVELOPE, [PROVIDER], letter(f"stopped-{stop}"), f"s-{stop}", record)
        verdicts = way.submission.send(ENVELOPE, [PROVIDER], letter(f"after-{stop}"), f"a-{stop}", print)
        assert verdicts[PROVIDER].state == "sent"
        arrived = b"".join(way.seen(PROVIDER, 1))
        assert f"after-{stop}".encode() in arrived
        assert f"stopped-{stop}".encode() not in arrived

    def test_a_null_sender_may_send(self, way: Way):
        """Automatic answers leave with an empty return path (RFC 3834 section 3.3)."""
        assert way.submission.send("", [PROVIDER], letter("null"), "n", print)[PROVIDER].state == "sent"


class SmtpContract(SubmissionContract):
    """What only a server can do: refuse one and take the other."""

    def test_refused_for_one_is_not_refused_for_all(self, way: Way):
        """Each recipient has its own verdict within one transaction."""
        mixed = ["never@provider.example", "slow@provider.example", PROVIDER, "nobody@provider.example", "a@b, c@d"]
        verdicts = way.submission.send(ENVELOPE, mixed, letter("mixed"), "m", print)
        assert [verdicts[r].state for r in mixed] == ["refused", "deferred", "sent", "refused", "refused"]
        assert b"mixed" in way.seen(PROVIDER, 1)[-1]

    def test_nobody_accepted_means_nothing_sent(self, way: Way):
        """When every recipient is refused there is no DATA, and the connection serves the next letter."""
        phases: list[str] = []
        refused = way.submission.send(
            ENVELOPE, ["never@provider.example"], letter("no"), "x", lambda phase, _: phases.append(phase)
        )
        assert refused["never@provider.example"].state == "refused"
        assert phases == ["connected", "mail", "rcpt"]
        assert way.submission.send(ENVELOPE, [PROVIDER], letter("next"), "y", print)[PROVIDER].state == "sent"

    def test_a_bounce_comes_back_to_the_envelope_sender(self, way: Way):
        """Accepted and undeliverable: the report finds the address in the envelope, not the one in From."""
        before = len(way.seen(COUNCIL, 0))
        verdicts = way.submission.send(ENVELOPE, ["gone@provider.example"], letter("gone"), "l9", print)
        assert verdicts["gone@provider.example"].state == "sent"
        report = way.seen(COUNCIL, before + 1)[-1]
        assert b"report-type=delivery-status" in report
        assert b"Status: 5.1.1" in report
        assert b"<gone@council.example>" in report  # our Message-ID


class TestEmbedded(SmtpContract):
    """SMTP with a login, the demonstration's server."""

    @pytest.fixture
    def way(self) -> Iterator[Way]:
        with EmbeddedMail(USERS, aliases=ALIASES, refuse=REFUSE, bounce_later=BOUNCE_LATER) as server:
            submission = Submission(
                server.host, server.smtp_port, COUNCIL, lambda: USERS[COUNCIL], tls="none", timeout=10
            )
            yield Way(submission, lambda user, count: [mail.octets for mail in server.mails(user)])
            submission.close()


@pytest.mark.postfix
@pytest.mark.dovecot
class TestPostfix(SmtpContract):
    """SMTP without a login on loopback, a real server with DSN, PIPELINING and SMTPUTF8."""

    @pytest.fixture
    def way(self, real_mail: RealMail) -> Iterator[Way]:
        submission = Submission(real_mail.host, real_mail.smtp_port, "", str, tls="none", timeout=10)
        base = {user: len(real_mail.mails(user)) for user in real_mail.users}

        def seen(user: str, count: int) -> list[bytes]:
            # The session's server keeps what earlier tests sent; counts are from here on.
            return [mail.octets for mail in real_mail.arrived(user, base[user] + count)][base[user] :]

        yield Way(submission, seen)
        submission.close()

    def test_the_report_names_our_envelope_id(self, way: Way):
        """With DSN the report carries the letter's id (RFC 3461 ENVID, RFC 3464 Original-Envelope-Id)."""
        before = len(way.seen(COUNCIL, 0))
        way.submission.send(ENVELOPE, ["gone@provider.example"], letter("dsn"), "letter+7", print)
        assert b"Original-Envelope-Id: letter+7" in way.seen(COUNCIL, before + 1)[-1]
