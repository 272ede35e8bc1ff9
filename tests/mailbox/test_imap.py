"""The IMAP source against a server that misbehaves on command."""

from __future__ import annotations

import base64
import ssl
import threading
import time
from collections.abc import Iterator

import pytest

from mailflow.demo.server import EmbeddedMail
from mailflow.errors import ConfigurationError, MailboxUnavailable
from mailflow.mailbox import imap
from mailflow.mailbox.imap import ImapSource
from tests.servers.lines import Peer
from tests.servers.scripted_imap import ScriptedImap

USER = "concerns@council.example"


def mails(count: int) -> dict[int, bytes]:
    return {uid: f"Subject: {uid}\r\n\r\nmail {uid}\r\n".encode() for uid in range(1, count + 1)}


def nothing(uidvalidity: int) -> set[int]:
    return set()


def open_source(server: ScriptedImap, **settings) -> ImapSource:
    base = {"tls": "none", "timeout": 2, "sent": "", "junk": ""}
    return ImapSource(server.host, server.port, USER, lambda: "secret", **(base | settings))


@pytest.fixture
def server() -> Iterator[ScriptedImap]:
    with ScriptedImap(mails(3)) as scripted:
        yield scripted


def uids(source: ImapSource, known: set[int] | None = None, limit: int = 1000) -> list[int]:
    return [raw.uid for raw in source.fetch_after("INBOX", lambda _: known or set(), limit)]


# -- reading ----------------------------------------------------------------------------------------


def test_the_server_is_only_read(server: ScriptedImap):
    r"""The folder is opened by EXAMINE and mail fetched by BODY.PEEK: no \Seen, no \Recent is taken from officers."""
    source = open_source(server)
    assert uids(source) == [1, 2, 3]
    assert not [line for line in server.said if " SELECT " in line or "STORE" in line or "EXPUNGE" in line]
    assert all("BODY.PEEK[" in line for line in server.said if "BODY" in line)


def test_mail_comes_in_bounded_batches():
    """No FETCH asks for more than 50 mails, because one line must never grow without bound."""
    with ScriptedImap(mails(120)) as server:
        assert uids(open_source(server)) == list(range(1, 121))
        bodies = [line for line in server.said if "BODY.PEEK" in line]
    assert len(bodies) == 3


def test_a_uid_that_gives_nothing_is_asked_for_again(server: ScriptedImap):
    """Microsoft 365 may list a UID and give nothing: the others come, this one is named and tried at the next look."""
    server.hidden = {2}
    source = open_source(server)
    assert uids(source) == [1, 3]
    assert source.missing == {"INBOX": frozenset({2})}
    server.hidden = set()
    assert uids(source, {1, 3}) == [2]
    assert source.missing == {"INBOX": frozenset()}


def test_missing_uids_do_not_use_up_the_limit():
    """Mail behind many empty answers is still reached, or a handful of ghosts would block the mailbox."""
    with ScriptedImap(mails(120)) as server:
        server.hidden = set(range(1, 101))
        assert uids(open_source(server), limit=5) == [101, 102, 103, 104, 105]


def test_a_mail_the_server_refuses_does_not_stop_the_others(server: ScriptedImap):
    """NO to a batch is asked again one by one; the culprit is missing, the mailbox is not unavailable."""
    server.refused = {2}
    source = open_source(server)
    assert uids(source) == [1, 3]
    assert source.missing == {"INBOX": frozenset({2})}


def test_a_mail_that_kills_the_connection_is_left_aside_in_the_end(server: ScriptedImap):
    """Poison is tried a bounded number of times, last and alone, and then named; everything else comes through."""
    server.poison = {2}
    source = open_source(server)
    known: set[int] = set()
    failures = 0
    for _ in range(6):
        try:
            for raw in source.fetch_after("INBOX", lambda _: set(known), 1000):
                known.add(raw.uid)
        except MailboxUnavailable:
            failures += 1
    assert known == {1, 3}
    assert failures == 3
    assert source.missing == {"INBOX": frozenset({2})}


@pytest.mark.parametrize("date", ["nonsense", "99-Foo-2026 09:00:00 +0000"])
def test_no_arrival_is_invented(server: ScriptedImap, date: str):
    """Clocks hang on INTERNALDATE: a mail without a readable one is missing and noted, not dated by guess."""
    server.dates[2] = date
    source = open_source(server)
    assert uids(source) == [1, 3]
    assert source.missing == {"INBOX": frozenset({2})}
    assert any("UID 2" in note for note in source.notes)


def test_internaldate_is_utc(server: ScriptedImap):
    """An INTERNALDATE in another zone is the same instant in UTC (libraries: normalise_times must be off)."""
    server.dates[1] = "29-Mar-2026 01:30:00 +0100"
    first = next(iter(open_source(server).fetch_after("INBOX", nothing, 1)))
    assert first.arrived_at.isoformat() == "2026-03-29T00:30:00+00:00"


def test_a_large_mail_is_cut_and_says_so(server: ScriptedImap):
    """A mail over the limit gives its beginning, so that it can be refused to its sender (case 23)."""
    server.mails[2] = b"Subject: scans\r\n\r\n" + b"x" * 10_000
    source = open_source(server, max_octets=1000)
    found = {raw.uid: raw for raw in source.fetch_after("INBOX", nothing, 10)}
    assert [found[uid].truncated for uid in (1, 2, 3)] == [False, True, False]
    assert found[2].octets == server.mails[2][:1000]


def test_a_very_large_mailbox_is_searched_in_windows(server: ScriptedImap):
    """imaplib refuses lines over 1,000,000 bytes, so a search never asks for more than its window."""
    server.exists = 120_000
    uids(open_source(server))
    searches = [line.split(" SEARCH ")[1] for line in server.said if " SEARCH " in line]
    assert searches == ["1:50000", "50001:100000", "100001:120000"]


def test_a_folder_made_again_meanwhile_gives_nothing_false(server: ScriptedImap):
    """When UIDVALIDITY changes during a look the old UIDs are not used; the next look begins afresh."""
    server.mails = mails(60)
    source = open_source(server)
    look = source.fetch_after("INBOX", nothing, 1000)
    assert next(look).uidvalidity == 7
    server.uidvalidity = 8
    source.close()
    assert len(list(look)) == 49  # the rest of the batch that was in hand, nothing of the next
    assert {raw.uidvalidity for raw in source.fetch_after("INBOX", nothing, 1000)} == {8}


def test_a_missing_folder_is_noted_once(server: ScriptedImap):
    """A team without Junk is told so one time, not at every poll."""
    source = open_source(server, junk="Junk")
    server.mails = {}
    for _ in range(3):
        list(source.fetch_after("Junk", nothing, 10))
    assert len(source.notes) == 1


# -- trouble ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "said",
    ["NO [OVERQUOTA] Account exceeded command or bandwidth limits.", "BAD User is authenticated but not connected."],
)
def test_a_refusal_of_the_account_is_an_outage(server: ScriptedImap, said: str):
    """Not fifty broken mails: the mailbox is away, and the next look has a session of its own."""
    source = open_source(server)
    server.answer = {"UID FETCH": said}
    with pytest.raises(MailboxUnavailable):
        uids(source)
    assert sum(" UID FETCH " in line for line in server.said) == 1
    server.answer = {}
    assert uids(source) == [1, 2, 3] and server.connections == 2


@pytest.mark.parametrize(
    ("said", "away"),
    [
        ("NO [UNAVAILABLE] Try again later", True),
        ("NO Mailbox is being repaired", True),
        ("NO [NOPERM] Permission denied", False),
        ("NO [NONEXISTENT] Unknown mailbox", False),
    ],
)
def test_a_folder_that_is_there_but_refused_is_not_taken_for_none(server: ScriptedImap, said: str, away: bool):
    """What lies in Junk is not known then; a reminder may not leave as if nothing lay there."""
    source = open_source(server, junk="Junk")
    server.folders = ("INBOX", "Junk")
    server.answer = {"EXAMINE Junk": said}
    if away:
        with pytest.raises(MailboxUnavailable):
            source.listed("Junk")
    else:
        assert source.listed("Junk") is None and source.notes


def test_a_half_dead_server_is_found_by_time(server: ScriptedImap):
    """A server that takes commands and answers nothing is unavailable after the timeout, in one plain sentence."""
    source = open_source(server, timeout=0.3)
    assert uids(source) == [1, 2, 3]
    server.silent = True
    began = time.monotonic()
    with pytest.raises(MailboxUnavailable, match="did not answer in time"):
        uids(source)
    assert time.monotonic() - began < 5


def test_a_connection_that_died_between_polls_is_replaced(server: ScriptedImap):
    """A server that closed an idle connection costs a new connection, not an alarm."""
    source = open_source(server)
    assert uids(source) == [1, 2, 3]
    source._connection.client.socket().shutdown(2)
    assert uids(source) == [1, 2, 3]
    assert server.connections == 2


def test_an_unreachable_server_is_unavailable():
    """Nothing listens: MailboxUnavailable, and the caller backs off."""
    with ScriptedImap() as gone:
        port = gone.port
    with pytest.raises(MailboxUnavailable):
        ImapSource("127.0.0.1", port, USER, lambda: "x", tls="none", timeout=1).folders()


def test_a_wrong_password_is_said_without_the_password():
    """The operator learns who was refused where; the secret appears nowhere."""
    with EmbeddedMail({USER: "right"}) as server:
        source = ImapSource(server.host, server.imap_port, USER, lambda: "s3cret", tls="none", timeout=5)
        with pytest.raises(MailboxUnavailable, match="refuses the login of concerns@council.example") as caught:
            source.folders()
    assert "s3cret" not in str(caught.value)


class Doors(ScriptedImap):
    """A server that lets in whoever brings this password, and counts the knocks."""

    good, says = "new", "[AUTHENTICATIONFAILED] no"

    def __init__(self) -> None:
        super().__init__(mails(1))
        self.knocks: list[str] = []

    def do_login(self, peer: Peer, tag: str, rest: str) -> bool:
        self.knocks.append(rest.rpartition(" ")[2].strip('"'))
        if self.knocks[-1] == self.good:
            return False
        peer.say(f"{tag} NO {self.says}")
        return True


def test_an_expired_password_knocks_twice_an_hour_and_a_new_one_at_once():
    """No look and no wait offers a refused password again before its time: servers lock accounts that are hammered."""
    given = ["old"]
    with Doors() as server:
        source = ImapSource(server.host, server.port, USER, lambda: given[0], tls="none", timeout=2, sent="", junk="")
        now = [0.0]
        source._connection._refusals._ticks = lambda: now[0]
        for minute in range(120):
            now[0] = minute * 60.0
            with pytest.raises(MailboxUnavailable, match="no restart is needed"):
                uids(source)
            source.wait(0)
        assert len(server.knocks) <= 5, "at 0 and 5 minutes, then every half hour"
        given[0] = "new"
        assert uids(source) == [1] and server.knocks[-1] == "new"


def test_a_wait_never_knocks_at_a_mailbox_that_is_away():
    """When to try again is decided by the pauses of the look; the wait between two looks adds no attempt."""
    with Doors() as server:
        server.says = "[UNAVAILABLE] the directory is away"
        source = ImapSource(server.host, server.port, USER, lambda: "new", tls="none", timeout=2, sent="", junk="")
        server.good = "other"
        with pytest.raises(MailboxUnavailable):
            uids(source)
        for _ in range(5):
            source.wait(0)
        assert server.knocks == ["new"]
        server.good = "new"
        assert uids(source) == [1], "what is the server's own trouble bars no password"


class Tokens(ScriptedImap):
    """A server that lets in whoever brings this token, and says no with an error first, as large providers do."""

    good, asked = "", 0

    def do_authenticate(self, peer: Peer, tag: str, rest: str) -> bool:
        peer.say("+ ")
        self.asked += 1
        said = base64.b64decode(peer.line()).decode()
        if self.good and f"auth=Bearer {self.good}" in said:
            return False
        peer.say("+ " + base64.b64encode(b'{"status":"400","schemes":"Bearer"}').decode())
        peer.line()
        peer.say(f"{tag} NO AUTHENTICATE failed.")
        return True


def test_a_token_that_is_refused_is_said_and_works_again_when_it_is_renewed():
    """The refresh token is gone: asked for anew once, then one clear sentence without the token; later it goes on."""
    given = ["s3cret-1", "s3cret-2", "s3cret-3"]
    with Tokens(mails(1)) as server:
        base = {"tls": "none", "timeout": 2, "sent": "", "junk": "", "auth": "xoauth2"}
        source = ImapSource(server.host, server.port, USER, lambda: given.pop(0), **base)
        with pytest.raises(MailboxUnavailable, match="refuses the token of concerns@council.example") as caught:
            uids(source)
        assert server.asked == 2 and "s3cret" not in str(caught.value)
        server.good = "s3cret-3"
        assert uids(source) == [1]


def test_the_library_formats_no_mail(server: ScriptedImap):
    """imaplib's debugging is off: it would cost tenfold, and carry mail towards a log."""
    source = open_source(server)
    uids(source)
    assert source._connection.client._imap.debug == 0


@pytest.mark.parametrize(("host", "tls"), [("mail.council.example", "none"), ("192.0.2.1", "none"), ("::1", "maybe")])
def test_plain_text_stays_on_this_machine(host: str, tls: str):
    """Without TLS only loopback is accepted, and an unknown word is a fault of the configuration."""
    with pytest.raises(ConfigurationError):
        ImapSource(host, 143, USER, lambda: "x", tls=tls)


# -- waiting ----------------------------------------------------------------------------------------


def test_a_server_that_cuts_every_idle_does_not_make_it_spin(server: ScriptedImap):
    """A dead IDLE answers [] for ever: the first end is news, then pauses grow instead of a loop at full speed."""
    server.idle = "cut"
    source = open_source(server)
    began = time.monotonic()
    rounds = 0
    while time.monotonic() - began < 1.0:
        source.wait(30)
        rounds += 1
    assert rounds <= 3


@pytest.mark.parametrize("how", ["news", "split", "cut"])
def test_news_broken_news_and_a_dead_line_end_the_wait(server: ScriptedImap, how: str):
    """IDLE is only a hint: whatever comes, whole or cut in two packets, the caller looks for itself."""
    source = open_source(server)
    uids(source)
    server.idle = how
    began = time.monotonic()
    source.wait(30)
    assert time.monotonic() - began < 5
    assert uids(source) == [1, 2, 3]


def test_idle_is_renewed(server: ScriptedImap, monkeypatch: pytest.MonkeyPatch):
    """IDLE is begun again before servers and middle boxes forget it (RFC 2177: 29 minutes at most)."""
    assert imap.IDLE_SECONDS <= 10 * 60
    monkeypatch.setattr(imap, "IDLE_SECONDS", 0.05)
    open_source(server).wait(3)
    assert server.said.count("DONE") >= 2


def test_wake_ends_an_idle(server: ScriptedImap):
    """The loop that stops must not wait for the server."""
    source = open_source(server)

    def ring() -> None:
        server.idling.wait(10)
        source.wake()

    thread = threading.Thread(target=ring)
    thread.start()
    began = time.monotonic()
    source.wait(30)
    thread.join()
    assert time.monotonic() - began < 5


# -- the processed folder ---------------------------------------------------------------------------


def test_confirm_moves_only_what_it_is_told():
    """With a processed folder set, kept mail moves there after the commit; the folder is made if need be."""
    with EmbeddedMail({USER: "secret"}) as server:
        for uid in range(3):
            server.append(USER, f"Subject: {uid}\r\n\r\nx\r\n".encode())
        source = ImapSource(
            server.host, server.imap_port, USER, lambda: "secret", tls="none", processed_folder="Processed"
        )
        first, second, _ = source.fetch_after("INBOX", nothing, 10)
        source.confirm("INBOX", [first.uid, second.uid])
        source.confirm("Sent", [first.uid])
        assert (len(server.mails(USER)), len(server.mails(USER, "Processed"))) == (1, 2)
        assert len(uids(source)) == 1
        source.close()


def test_a_server_that_cannot_move_is_left_alone(server: ScriptedImap):
    """Without MOVE the mail stays where it is: COPY and EXPUNGE could remove what an officer marked deleted."""
    source = open_source(server, processed_folder="Processed")
    source.confirm("INBOX", [1])
    assert any("cannot move" in note for note in source.notes)
    assert not [line for line in server.said if "COPY" in line or "EXPUNGE" in line or "SELECT" in line]


def test_without_tls_no_certificates_are_read(server: ScriptedImap, monkeypatch: pytest.MonkeyPatch):
    """Reading them takes longer than the rest of a connect: with TLS they are read each time, since they change."""
    read = []
    monkeypatch.setattr(
        ssl, "create_default_context", lambda: read.append(1) or ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    )
    open_source(server).listed("INBOX")
    assert not read
    with pytest.raises(MailboxUnavailable):
        open_source(server, tls="tls", timeout=1).listed("INBOX")
    assert read
