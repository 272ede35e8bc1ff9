"""IMAP over TLS, against a real server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mailflow.errors import MailboxUnavailable
from mailflow.mailbox.imap import ImapSource
from tests.servers import dovecot as rig
from tests.servers.certificates import Certificate, certificate  # noqa: F401 (a fixture)
from tests.servers.fixtures import COUNCIL, USERS

pytestmark = pytest.mark.dovecot


@pytest.fixture(scope="module")
def tls_dovecot(certificate: Certificate) -> Iterator[rig.Dovecot]:  # noqa: F811
    if rig.lacking():
        pytest.skip(rig.lacking())
    with rig.Dovecot(USERS, tls_files=(certificate.certificate, certificate.key)) as server:
        yield server


def source(server: rig.Dovecot, tls: str, host: str = "localhost", **settings) -> ImapSource:
    port = server.imaps_port if tls == "tls" else server.imap_port
    return ImapSource(host, port, COUNCIL, lambda: USERS[COUNCIL], tls=tls, timeout=10, **settings)


@pytest.mark.parametrize("tls", ["tls", "starttls"])
def test_a_trusted_certificate_is_enough(tls_dovecot, certificate: Certificate, tls: str):  # noqa: F811
    """Both kinds of TLS read the mailbox, and waiting works over TLS too."""
    mailbox = source(tls_dovecot, tls, ssl_context=certificate.trusting())
    assert mailbox.folders() == ("INBOX", "Sent", "Junk")
    assert list(mailbox.fetch_after("INBOX", lambda _: set(), 10)) == []
    mailbox.wait(0.1)
    assert mailbox.folders() == ("INBOX", "Sent", "Junk")
    mailbox.close()


@pytest.mark.parametrize("tls", ["tls", "starttls"])
def test_an_unknown_certificate_gets_no_password(tls_dovecot, tls: str):
    """Without trust in the server there is no login."""
    # A user of this test alone: Dovecot writes its log when it likes, and others have logged in before.
    nobody_else = f"only-{tls}@council.example"
    port = tls_dovecot.imaps_port if tls == "tls" else tls_dovecot.imap_port
    with pytest.raises(MailboxUnavailable, match="SSLCertVerificationError"):
        ImapSource("localhost", port, nobody_else, lambda: USERS[COUNCIL], tls=tls, timeout=10).folders()
    assert nobody_else not in tls_dovecot.log.read_text("utf-8")


def test_the_name_is_checked(tls_dovecot, certificate: Certificate):  # noqa: F811
    """A certificate for another name is refused although it is trusted."""
    with pytest.raises(MailboxUnavailable, match="SSLCertVerificationError"):
        source(tls_dovecot, "tls", host="127.0.0.1", ssl_context=certificate.trusting()).folders()
