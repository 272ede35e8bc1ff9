"""A service between mailflow and a real Dovecot and Postfix, with the manners of Exchange Online or of Gmail."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime

from imapclient import IMAPClient

from mailflow.demo.border import base_address
from tests.servers.manners_imap import ImapTalk
from tests.servers.manners_smtp import SmtpTalk
from tests.servers.personality import INBOX, NOWHERE, PLAIN, Personality

_MESSAGE_ID = re.compile(rb"(?im)^message-id:[ \t\r\n]*(<[^>]*>)")
_HOST = "127.0.0.1"


class Manners:
    """Listens on `imap_port` and `smtp_port`, and talks to the servers behind. users: login to password.

    clock: the seconds by which letters a minute are counted. arrival: the INTERNALDATE of what the service itself puts
    into a mailbox. Switches, each of any thread:
    throttle: so many of the next IMAP commands are refused (-1: all). hidden: UIDs that are listed but not given, by
    (folder, UID), with how often (-1: for ever). lose: so many answers to a final dot are lost, the letter being
    taken; swallow: so many final dots are lost themselves.
    `accepted` counts what was taken for whom: (Message-ID, recipient), whatever the mailbox showed of it afterwards.
    """

    host = _HOST

    def __init__(
        self,
        personality: Personality,
        imap_port: int,
        smtp_port: int,
        users: Mapping[str, str],
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.personality, self.users = personality, dict(users)
        self._behind = {ImapTalk: imap_port, SmtpTalk: smtp_port}
        self.clock = clock
        self.arrival: Callable[[], datetime] = lambda: datetime.now(UTC)
        self.throttle = self.lose = self.swallow = 0
        self.hidden: dict[tuple[str, int], int] = {}
        self.accepted: Counter[tuple[str, str]] = Counter()
        self.refused = 0
        self._first_look: set[tuple[str, int]] = set()
        self._fetched: Counter[str] = Counter()
        self._letters: deque[float] = deque()
        self._delivered: set[tuple[str, str]] = set()
        self._lock = threading.Lock()

    def __enter__(self) -> Manners:
        self._listening = [self._listen(kind) for kind in (ImapTalk, SmtpTalk)]
        self.imap_port, self.smtp_port = (one.getsockname()[1] for one in self._listening)
        return self

    def __exit__(self, *exc: object) -> None:
        for listening in self._listening:
            with suppress(OSError):
                listening.shutdown(socket.SHUT_RDWR)
            listening.close()

    def _listen(self, kind: type[ImapTalk] | type[SmtpTalk]) -> socket.socket:
        listening = socket.create_server((_HOST, 0))

        def accept() -> None:
            with suppress(OSError):
                while True:
                    client, _ = listening.accept()
                    server = socket.create_connection((_HOST, self._behind[kind]))
                    for one in (client, server):
                        one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    talk = kind(self, client, server)
                    threading.Thread(target=talk.run, name=kind.__name__, daemon=True).start()

        threading.Thread(target=accept, name="manners", daemon=True).start()
        return listening

    # -- what people do with the mailbox --------------------------------------------------------------------------

    def client(self, user: str) -> IMAPClient:
        """This person's mail program, which sees what the service shows."""
        return self._logged_in(user, self.imap_port)

    def behind(self, user: str) -> IMAPClient:
        """A look at what Dovecot holds."""
        return self._logged_in(user, self._behind[ImapTalk])

    def _logged_in(self, user: str, port: int) -> IMAPClient:
        client = IMAPClient(_HOST, port, ssl=False, timeout=10)
        client.normalise_times = False
        client.login(user, self.users[user])
        return client

    def bring(self, user: str, octets: bytes, folder: str = INBOX) -> bool:
        """A mail comes in; False when the service drops it, because it knows the Message-ID."""
        found = _MESSAGE_ID.search(octets)
        known = (user, found[1].decode("latin-1") if found else "")
        with self._lock:
            if self.personality.drops_second and found and known in self._delivered:
                return False
            self._delivered.add(known)
        with self.behind(user) as client:
            client.append(folder, octets, msg_time=self.arrival())
        return True

    # -- what the sessions ask ------------------------------------------------------------------------------------

    def is_throttled(self) -> bool:
        """Whether this IMAP command is one too many."""
        return self.spend("throttle")

    def spend(self, switch: str) -> bool:
        """Whether a switch is on; one turn of it is used up."""
        with self._lock:
            left = getattr(self, switch)
            if left > 0:
                setattr(self, switch, left - 1)
            return bool(left)

    def gives_nothing(self, folder: str, uid: int, body: bool) -> bool:
        """Whether FETCH says nothing of a mail that SEARCH has listed. body: its octets were asked for."""
        place, every = (folder, uid), self.personality.empty_every
        with self._lock:
            if left := self.hidden.get(place, 0):
                self.hidden[place] = left - 1 if body and left > 0 else left
                return True
            if every and uid % every == 0 and place not in self._first_look:
                if body:
                    self._first_look.add(place)
                return True
        return False

    def fetched_before(self, octets: bytes) -> int:
        """How often a mail was fetched before, in whichever folder."""
        found = _MESSAGE_ID.search(octets)
        name = found[1].decode("latin-1") if found else ""
        with self._lock:
            self._fetched[name] += 1
            return self._fetched[name] - 1

    def is_too_fast(self) -> bool:
        """Whether this letter is one too many within a minute; it is counted if it is not."""
        if not self.personality.per_minute:
            return False
        with self._lock:
            now = self.clock()
            while self._letters and self._letters[0] <= now - 60:
                self._letters.popleft()
            if len(self._letters) >= self.personality.per_minute:
                self.refused += 1
                return True
            self._letters.append(now)
            return False

    def submitted(self, sender: str, recipients: Sequence[str], octets: bytes) -> None:
        """A letter was taken: it is counted, and the sender's mailbox gets what the service puts there."""
        found = _MESSAGE_ID.search(octets)
        name = found[1].decode("latin-1") if found else ""
        with self._lock:
            self.accepted.update((name, recipient) for recipient in recipients)
        user, traits = base_address(sender), self.personality
        if user not in self.users or traits == PLAIN:
            return
        with self.behind(user) as client:
            if traits.sent_copy:
                client.append("Sent", octets, (rb"\Seen",), self.arrival())
        own = any(base_address(recipient) == user for recipient in recipients)
        if own and traits.own_copy not in (INBOX, NOWHERE):
            self.bring(user, octets, traits.own_copy)


def start(personality: Personality, imap_port: int, smtp_port: int, users: Mapping[str, str]) -> Manners:
    """The service in front of these ports, to be used in a `with`; its own are `imap_port` and `smtp_port`."""
    return Manners(personality, imap_port, smtp_port, users)
