"""One IMAP session between a mail program and Dovecot, answered with the manners of a `Personality`.

A command is carried to the server and its answers are carried back, one command at a time (no pipelining).
"""

from __future__ import annotations

import re
import select
import socket
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

from tests.servers.rewriting import rewritten

if TYPE_CHECKING:
    from tests.servers.manners import Manners

_LITERAL = re.compile(rb"\{(\d+)(\+?)\}\r\n\Z")
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|[^\s()"]+')
_UID = re.compile(rb"\bUID (\d+)")
_BODY = re.compile(rb"BODY\[\](?:<0>)? \{\d+\}\r\n\Z")
_NAMES_FOLDERS = {"SELECT", "EXAMINE", "STATUS", "LIST", "APPEND", "COPY", "MOVE", "CREATE", "DELETE", "RENAME"}
_MAY_BE_THROTTLED = {"SELECT", "EXAMINE", "SEARCH", "FETCH", "STATUS"}
_SYSTEM_FLAGS = rb"(\Answered \Flagged \Deleted \Seen \Draft $MDNSent)"
# What RFC 6154 calls these folders, where the server behind does not.
_USES = {b"All Mail": rb"\All", b"Sent": rb"\Sent", b"Junk": rb"\Junk"}


class Lines:
    """A socket read by lines and by octets, with what has been read ahead in one place."""

    def __init__(self, connection: socket.socket) -> None:
        self.socket, self._ahead = connection, b""

    def line(self) -> bytes:
        while (end := self._ahead.find(b"\n")) < 0:
            self._more()
        return self._take(end + 1)

    def octets(self, count: int) -> bytes:
        while len(self._ahead) < count:
            self._more()
        return self._take(count)

    @property
    def waiting(self) -> bool:
        """Whether something has been read ahead."""
        return bool(self._ahead)

    def say(self, octets: bytes) -> None:
        self.socket.sendall(octets)

    def close(self) -> None:
        with suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()

    def _more(self) -> None:
        chunk = self.socket.recv(65536)
        if not chunk:
            raise ConnectionError("the other side left")
        self._ahead += chunk

    def _take(self, count: int) -> bytes:
        taken, self._ahead = self._ahead[:count], self._ahead[count:]
        return taken


class ImapTalk:
    """One session; `run` returns when either side has left."""

    def __init__(self, manners: Manners, client: socket.socket, server: socket.socket) -> None:
        self._manners, self._traits = manners, manners.personality
        self._client, self._server = Lines(client), Lines(server)
        self._folder = b""
        self._ends = False

    def run(self) -> None:
        """Until one of them hangs up."""
        with suppress(OSError, ConnectionError):
            self._client.say(self._said_of_capabilities(self._server.line()))
            while not self._ends:
                self._command()
        for side in (self._client, self._server):
            side.close()

    # -- commands -------------------------------------------------------------------------------------------------

    def _command(self) -> None:
        said = self._whole(self._client.line())
        tag, _, rest = said.removesuffix(b"\r\n").partition(b" ")
        words = rest.decode("latin-1").upper().split(" ")
        verb = words[1] if words[0] == "UID" and len(words) > 1 else words[0]
        if verb in _MAY_BE_THROTTLED and self._manners.is_throttled():
            self._client.say(tag + b" " + self._traits.throttled.encode() + b"\r\n")
            if self._traits.hangs_up:
                self._client.say(b"* BYE Connection closed. 14\r\n")
                self._ends = True
            return
        if verb in _NAMES_FOLDERS and self._traits.folders:
            said = tag + b" " + self._renamed(rest) + b"\r\n"
        if verb in ("EXPUNGE", "CLOSE") and self._traits.archive and self._folder == b"INBOX":
            self._archive()
        if verb in ("SELECT", "EXAMINE"):
            self._folder = (_TOKEN.findall(said)[2:] or [b""])[0].strip(b'"')
        self._server.say(said)
        if verb == "IDLE":
            self._idle(tag)
            return
        for answer in self._answers(tag, relayed=verb == "AUTHENTICATE"):
            self._client.say(answer)
        self._ends = verb == "LOGOUT"

    def _whole(self, line: bytes) -> bytes:
        """The command with its literals, which Dovecot takes without being asked (RFC 7888)."""
        while found := _LITERAL.search(line):
            if not found[2]:
                self._client.say(b"+ go on\r\n")
                line = line[: found.start()] + b"{" + found[1] + b"+}\r\n"
            line += self._client.octets(int(found[1])) + self._client.line()
        return line

    def _renamed(self, rest: bytes) -> bytes:
        """Folders by Dovecot's names; a name of Dovecot's that people do not see is no folder here."""
        head, literal, octets = rest.partition(b"+}\r\n")
        theirs = {shown.encode(): own.encode() for own, shown in self._traits.folders.items()}

        def own(found: re.Match[bytes]) -> bytes:
            name = found[0].strip(b'"')
            if name in theirs:
                return b'"' + theirs[name] + b'"'
            return b'"No such folder"' if name in theirs.values() else found[0]

        return _TOKEN.sub(own, head) + literal + octets

    def _archive(self) -> None:
        """What is about to be deleted stays in the archive."""
        found = self._asked(b"UID SEARCH DELETED")
        uids = [uid for line in found.splitlines() if line.startswith(b"* SEARCH") for uid in line.split()[2:]]
        if uids:
            name = b'"' + self._traits.archive.encode() + b'"'
            self._asked(b"CREATE " + name)  # refused from the second time on
            self._asked(b"UID COPY " + b",".join(uids) + b" " + name)

    def _asked(self, words: bytes) -> bytes:
        """What the server says to a command of our own."""
        self._server.say(b"manners " + words + b"\r\n")
        return b"".join(self._answers(b"manners", raw=True))

    # -- answers --------------------------------------------------------------------------------------------------

    def _answers(self, tag: bytes, relayed: bool = False, raw: bool = False) -> Iterator[bytes]:
        """Each answer to a command, the tagged one last. relayed: the client answers the server's questions."""
        while True:
            line = self._server.line()
            pieces = [line]
            while found := _LITERAL.search(line):
                pieces.append(self._server.octets(int(found[1])))
                line = self._server.line()
                pieces.append(line)
            if relayed and pieces[0].startswith(b"+"):
                self._client.say(pieces[0])
                self._server.say(self._client.line())
                continue
            yield b"".join(pieces) if raw else self._with_manners(pieces)
            if pieces[0].startswith(tag + b" "):
                return

    def _with_manners(self, pieces: list[bytes]) -> bytes:
        """One answer as this service gives it, b"" for none."""
        first, traits = pieces[0], self._traits
        words = first.split(b" ", 3)
        if len(words) > 2 and words[0] == b"*" and words[2].rstrip() == b"FETCH":
            return self._fetched(pieces)
        if traits.capabilities is not None and b"CAPABILITY" in first:
            return self._said_of_capabilities(first)
        if first.startswith((b"* LIST ", b"* STATUS ")):
            return self._listed(b"".join(pieces))
        if not traits.keywords and first.startswith((b"* FLAGS", b"* OK [PERMANENTFLAGS")):
            return re.sub(rb"\([^)]*\)", lambda _found: _SYSTEM_FLAGS, b"".join(pieces), count=1)
        if not traits.keywords and first.startswith(b"* OK [HIGHESTMODSEQ"):
            return b""
        return b"".join(pieces)

    def _said_of_capabilities(self, line: bytes) -> bytes:
        if self._traits.capabilities is None:
            return line
        words = b"CAPABILITY " + self._traits.capabilities.encode()
        return re.sub(rb"CAPABILITY [^\]\r\n]*", lambda _found: words, line)

    def _listed(self, line: bytes) -> bytes:
        """Folders by the names that people see, each with its use."""
        for own, shown in self._traits.folders.items():
            name = own.encode()
            found = re.match(rb"\* LIST \(([^)]*)\) (\S+) (\"?)" + re.escape(name) + rb"\"?\r\n\Z", line)
            if found:
                use = _USES.get(name, b"")
                uses = found[1].split() if use in found[1] else [*found[1].split(), use]
                return b"* LIST (" + b" ".join(uses) + b') "/" "' + shown.encode() + b'"\r\n'
            status = re.match(rb"\* STATUS \"?" + re.escape(name) + rb"\"? (\(.*)", line, re.DOTALL)
            if status:
                return b'* STATUS "' + shown.encode() + b'" ' + status[1]
        return line

    def _fetched(self, pieces: list[bytes]) -> bytes:
        uid = _UID.search(pieces[0])
        body = bool(_BODY.search(pieces[0])) and len(pieces) > 2
        if uid and self._manners.gives_nothing(self._folder.decode(), int(uid[1]), body):
            return b""
        if body and self._traits.rewrites and (again := self._manners.fetched_before(pieces[1])):
            octets = rewritten(pieces[1], again)
            head = re.sub(rb"\{\d+\}\r\n\Z", b"{%d}\r\n" % len(octets), pieces[0])
            return head + octets + b"".join(pieces[2:])
        return b"".join(pieces)

    # -- waiting --------------------------------------------------------------------------------------------------

    def _idle(self, tag: bytes) -> None:
        line = self._server.line()
        self._client.say(line)
        if not line.startswith(b"+"):
            return
        if self._traits.idle == "bye":
            self._client.say(b"* BYE Connection closed. 14\r\n")
            self._ends = True
            return
        while True:
            ahead = [side.socket for side in (self._client, self._server) if side.waiting]
            ready = ahead or select.select([self._client.socket, self._server.socket], [], [])[0]
            if self._client.socket in ready:
                self._server.say(self._client.line())  # DONE
                for answer in self._answers(tag):
                    if answer.startswith(tag) or self._traits.idle != "deaf":
                        self._client.say(answer)
                return
            line = self._server.line()
            if self._traits.idle != "deaf":
                self._client.say(line)
