"""Submission over TLS."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from mailflow.submission.smtp import Submission
from tests.servers.certificates import Certificate, certificate  # noqa: F401 (a fixture)
from tests.servers.ports import free_port

pytestmark = pytest.mark.openssl

ME, ANN = "concerns@council.example", "ann@sender.example"


class Handler:
    """Remembers passwords and whether each letter came over TLS."""

    def __init__(self) -> None:
        self.logins: list[bytes] = []
        self.encrypted: list[bool] = []

    def authenticate(self, server, session, envelope, mechanism, auth_data) -> AuthResult:
        self.logins.append(auth_data.password)
        return AuthResult(success=True, auth_data=auth_data)

    async def handle_DATA(self, server, session, envelope) -> str:
        self.encrypted.append(session.ssl is not None)
        return "250 2.0.0 taken"


@pytest.fixture
def served(certificate: Certificate) -> Iterator[tuple[Handler, int]]:  # noqa: F811
    handler = Handler()
    controller = Controller(
        handler,
        hostname="127.0.0.1",
        port=free_port(),
        authenticator=handler.authenticate,
        tls_context=certificate.serving(),
        require_starttls=True,
    )
    controller.start()
    yield handler, controller.port
    controller.stop()


def send(port: int, **settings) -> str:
    submission = Submission("localhost", port, "me", lambda: "secret", tls="starttls", timeout=5, **settings)
    verdict = submission.send(ME, [ANN], b"Subject: x\r\n\r\nhello\r\n", "x", print)[ANN]
    submission.close()
    return verdict.state


def test_password_and_letter_go_over_tls(served: tuple[Handler, int], certificate: Certificate):  # noqa: F811
    """STARTTLS comes before AUTH, and the text after both."""
    handler, port = served
    assert send(port, ssl_context=certificate.trusting()) == "sent"
    assert (handler.logins, handler.encrypted) == ([b"secret"], [True])


def test_an_unknown_certificate_gets_nothing(served: tuple[Handler, int]):
    """Without trust in the server the letter waits and the password stays here."""
    handler, port = served
    assert send(port) == "deferred"
    assert (handler.logins, handler.encrypted) == ([], [])
