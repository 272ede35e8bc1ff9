"""The SMTP dialogue, step by step, against a server that misbehaves on command."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from mailflow.errors import ConfigurationError
from mailflow.submission.smtp import Submission
from mailflow.submission.verdict import Verdict
from tests.servers.scripted_smtp import ScriptedSmtp

ANN, BOB, ME = "ann@sender.example", "bob@sender.example", "concerns@council.example"
OCTETS = b"From: concerns@council.example\r\nSubject: x\r\n\r\nhello\r\n"


def door(server: ScriptedSmtp, **settings) -> Submission:
    return Submission(server.host, server.port, "", str, tls="none", **{"timeout": 5, "reply_timeout": 5} | settings)


def send(
    submission: Submission, *to: str, octets: bytes = OCTETS, on_phase: Callable[..., None] = print
) -> dict[str, Verdict]:
    return submission.send(ME, to or (ANN,), octets, "letter-1", on_phase)


@pytest.mark.parametrize(
    ("step", "what", "state", "last"),
    [
        ("greeting", "CUT", "deferred", ""),
        ("greeting", "554 no service", "deferred", ""),
        ("greeting", "SILENCE", "deferred", ""),
        ("mail", "CUT", "deferred", "mail"),
        ("mail", "SILENCE", "deferred", "mail"),
        ("rcpt ann@sender.example", "CUT", "deferred", "rcpt"),
        ("data", "CUT", "deferred", "data"),
        ("data", "451 4.3.0 not now", "deferred", "data"),
        ("data", "250 OK", "deferred", "data"),
        ("dot", "CUT", "in_doubt", "dot"),
        ("dot", "SILENCE", "in_doubt", "dot"),
        ("dot", "gibberish", "in_doubt", "dot"),
        ("dot", "451 4.3.0 not now", "deferred", "reply"),
        ("dot", "421 4.3.0 leaving", "deferred", "reply"),
        ("dot", "550 5.7.1 spam", "refused", "reply"),
        ("dot", "250 2.0.0 OK", "sent", "reply"),
    ],
)
def test_trouble_at_each_step(step: str, what: str, state: str, last: str):
    """Whatever happens before the final dot sent nothing; a lost answer after it is in doubt, an answer never is."""
    phases: list[str] = []
    with ScriptedSmtp({step: what}) as server:
        submission = door(server, timeout=0.3, reply_timeout=0.3)
        verdict = send(submission, on_phase=lambda phase, _: phases.append(phase))[ANN]
        submission.close()
    assert verdict.state == state
    assert (phases or [""])[-1] == last


@pytest.mark.parametrize("what", ["CUT", "421 4.3.2 slow down", "gibberish", "550 5.7.1 spam"])
def test_the_next_letter_is_not_harmed(what: str):
    """After any ending the same object sends the next letter, on the old connection or a new one."""
    with ScriptedSmtp({"dot": what}) as server:
        submission = door(server)
        send(submission)
        server.answers.clear()
        assert send(submission)[ANN].state == "sent"
        submission.close()


def test_the_dot_is_recorded_before_it_is_sent():
    """When "dot" is told, the whole text is on its way and the end of it is not."""
    seen: list[int] = []
    with ScriptedSmtp() as server:
        submission = door(server)

        def record(phase: str, _refused: object) -> None:
            if phase == "dot":
                seen.append(len(server.letters))

        send(submission, on_phase=record)
        assert (seen, len(server.letters)) == ([0], 1)
        submission.close()


def test_recipients_are_judged_before_the_text_goes():
    """Who is turned away is told before DATA, and with the dot; a refused one does not stop the others."""
    phases: list[tuple[str, list[str]]] = []
    with ScriptedSmtp({f"rcpt {BOB}": "550 5.1.1 no"}) as server:
        submission = door(server)
        verdicts = send(submission, ANN, BOB, on_phase=lambda phase, refused: phases.append((phase, list(refused))))
        submission.close()
    assert (verdicts[ANN].state, verdicts[BOB].state) == ("sent", "refused")
    assert phases[2:] == [("rcpt", []), ("data", [BOB]), ("dot", [BOB]), ("reply", [BOB])]


def test_a_server_that_leaves_during_rcpt_takes_nobody():
    """421 ends the transaction: those accepted before are deferred too, and the courier is told to slow down."""
    with ScriptedSmtp({f"rcpt {BOB}": "421 4.7.28 too fast"}) as server:
        submission = door(server)
        verdicts = send(submission, ANN, BOB, "cay@sender.example")
        submission.close()
    assert {v.state for v in verdicts.values()} == {"deferred"}
    assert all(v.throttled for v in verdicts.values())


def test_the_connection_is_reused_and_reset():
    """The second letter begins with RSET on the same connection."""
    with ScriptedSmtp() as server:
        submission = door(server)
        assert send(submission)[ANN].state == send(submission)[ANN].state == "sent"
        submission.close()
        assert server.connections == 1
        assert server.said.count("RSET") == 1


def test_a_kept_connection_that_died_is_replaced():
    """A server that closed meanwhile costs a new connection, not a verdict."""
    with ScriptedSmtp() as server:
        submission = door(server)
        send(submission)
        server.answers["rset"] = "CUT"
        assert send(submission)[ANN].state == "sent"
        assert server.connections == 2
        submission.close()


def test_octets_arrive_as_they_are():
    """Dots are stuffed on the wire and a large letter arrives whole; a bare line feed never reaches the server."""
    octets = b"Subject: x\r\n\r\n.\r\n..two\r\n" + b"x" * 70 + b"\r\n" + b"line\r\n" * 200_000
    with ScriptedSmtp() as server:
        submission = door(server)
        assert send(submission, octets=octets)[ANN].state == "sent"
        assert server.letters == [octets]
        assert send(submission, octets=b"Subject: y\n\nend\n.\nMAIL FROM:<evil@sender.example>")[ANN].state == "sent"
        assert server.letters[1] == b"Subject: y\r\n\r\nend\r\n.\r\nMAIL FROM:<evil@sender.example>\r\n"
        submission.close()


def test_what_the_server_offers_is_used():
    """SIZE, DSN with ENVID and ORCPT, SMTPUTF8 and 8BITMIME appear only where offered and needed."""
    with ScriptedSmtp(extensions=("SIZE 5000", "DSN", "SMTPUTF8", "8BITMIME")) as server:
        submission = door(server)
        submission.send(ME, [ANN, "jürgen@sender.example"], OCTETS + b"\xff\r\n", "id=1", print)
        submission.close()
        said = "\n".join(server.said)
    assert "SMTPUTF8 RET=HDRS ENVID=id+3D1" in said
    assert "BODY=8BITMIME" in said
    assert f"RCPT TO:<{ANN}> NOTIFY=FAILURE,DELAY ORCPT=rfc822;{ANN}" in said
    assert "RCPT TO:<jürgen@sender.example> NOTIFY=FAILURE,DELAY" in said
    with ScriptedSmtp() as server:
        submission = door(server)
        send(submission)
        submission.close()
        assert f"MAIL FROM:<{ME}>" in server.said
        assert f"RCPT TO:<{ANN}>" in server.said


def test_what_cannot_be_carried_is_refused_before_mail():
    """A letter over SIZE, or an address with letters the server cannot write, is refused in words, others go on."""
    with ScriptedSmtp(extensions=("SIZE 60",)) as server:
        submission = door(server)
        big = send(submission, octets=OCTETS * 3)[ANN]
        both = send(submission, ANN, "jürgen@sender.example")
        submission.close()
    assert (big.state, both[ANN].state, both["jürgen@sender.example"].state) == ("refused", "sent", "refused")
    assert "60" in big.words


@pytest.mark.parametrize(
    "address", ["a@x, b@y", "foo bar", "a@x>\r\nDATA", "<a@x>", "a@", "@x", "", "a@b@c", "a@x b", "a;b@x", "a@x\x00"]
)
def test_only_an_address_is_an_address(address: str):
    """Nothing is guessed out of a doubtful address, and none can smuggle a command; nothing is dialled for it."""
    with ScriptedSmtp() as server:
        submission = door(server)
        assert send(submission, address)[address].state == "refused"
        submission.close()
        assert server.connections == 0


def test_a_doubtful_envelope_sender_sends_nothing():
    """The envelope sender is checked like a recipient."""
    with ScriptedSmtp() as server:
        submission = door(server)
        assert submission.send("a@x, b@y", [ANN], OCTETS, "x", print)[ANN].state == "refused"
        submission.close()


def test_starttls_is_never_skipped():
    """A server, or somebody between, that does not offer STARTTLS gets neither password nor letter."""
    with ScriptedSmtp(extensions=("AUTH PLAIN LOGIN",)) as server:
        submission = Submission(server.host, server.port, "me", lambda: "secret", tls="starttls", timeout=5)
        verdict = submission.send(ME, [ANN], OCTETS, "x", print)[ANN]
        submission.close()
        assert verdict.state == "deferred"
        assert not [line for line in server.said if line.startswith(("AUTH", "MAIL"))]


@pytest.mark.parametrize(
    ("host", "tls"), [("mail.council.example", "none"), ("192.0.2.1", "none"), ("::2", "none"), ("::1", "no")]
)
def test_plain_text_stays_on_this_machine(host: str, tls: str):
    """Without TLS only loopback is accepted, and an unknown word is a fault of the configuration."""
    with pytest.raises(ConfigurationError):
        Submission(host, 25, "", str, tls=tls)


def test_a_refused_login_defers_and_hides_the_password():
    """A wrong password is the operator's trouble, not the letter's; it appears in no words."""
    with ScriptedSmtp({"auth": "535 5.7.8 no"}, extensions=("AUTH PLAIN",)) as server:
        submission = Submission(server.host, server.port, "me", lambda: "s3cret", tls="none", timeout=5)
        verdict = submission.send(ME, [ANN], OCTETS, "x", print)[ANN]
        submission.close()
    assert verdict.state == "deferred"
    assert "s3cret" not in repr(verdict)


def test_the_password_is_asked_for_at_every_connect():
    """A rotated secret or a fresh token is used at the next connection."""
    asked: list[int] = []

    def password() -> str:
        asked.append(1)
        return "secret"

    with ScriptedSmtp({"auth": "235 2.7.0 welcome"}, extensions=("AUTH PLAIN",)) as server:
        submission = Submission(server.host, server.port, "me", password, tls="none", timeout=5)
        for _ in range(2):
            assert submission.send(ME, [ANN], OCTETS, "x", print)[ANN].state == "sent"
            server.answers["rset"] = "421 bye"
        submission.close()
    assert len(asked) == 2


def test_a_refused_password_is_not_offered_again_and_a_new_one_is():
    """Servers lock accounts that knock too often: letters wait, and leave once the file holds another password."""
    given = ["old"]
    with ScriptedSmtp({"auth": "535 5.7.8 expired"}, extensions=("AUTH PLAIN",)) as server:
        submission = Submission(server.host, server.port, "me", lambda: given[0], tls="none", timeout=5)
        for _ in range(4):
            assert submission.send(ME, [ANN], OCTETS, "x", print)[ANN].state == "deferred"
        assert server.connections == 1
        server.answers["auth"] = "235 2.7.0 welcome"
        given[0] = "new"
        assert submission.send(ME, [ANN], OCTETS, "x", print)[ANN].state == "sent"
        submission.close()
    assert server.connections == 2 and len(server.letters) == 1


def test_a_server_that_cannot_check_passwords_bars_none():
    """454 is the server's own trouble (RFC 4954 section 6): the next try offers the same password."""
    with ScriptedSmtp({"auth": "454 4.7.0 later"}, extensions=("AUTH PLAIN",)) as server:
        submission = Submission(server.host, server.port, "me", lambda: "right", tls="none", timeout=5)
        assert submission.send(ME, [ANN], OCTETS, "x", print)[ANN].state == "deferred"
        server.answers["auth"] = "235 2.7.0 welcome"
        assert submission.send(ME, [ANN], OCTETS, "x", print)[ANN].state == "sent"
        submission.close()


def test_an_error_of_the_callback_is_never_a_verdict():
    """What the record of a phase raises comes out as it is, even if it looks like a network error."""
    with ScriptedSmtp() as server:
        submission = door(server)
        for phase in ("connected", "dot", "reply"):

            def record(told: str, _refused: object, stop: str = phase) -> None:
                if told == stop:
                    raise ConnectionResetError("the database went away")

            with pytest.raises(ConnectionResetError, match="database"):
                send(submission, on_phase=record)
        submission.close()


def test_it_works_in_any_thread():
    """The courier runs in a thread of its own."""
    found: list[str] = []
    with ScriptedSmtp() as server:
        submission = door(server)
        for _ in range(2):
            thread = threading.Thread(target=lambda: found.append(send(submission)[ANN].state))
            thread.start()
            thread.join(20)
        submission.close()
    assert found == ["sent", "sent"]
