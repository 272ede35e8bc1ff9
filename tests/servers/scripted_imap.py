"""An IMAP server that misbehaves on command: hides mail, dies on one mail, cuts IDLE, says nothing."""

from __future__ import annotations

import re
import threading

from tests.servers.lines import LineServer, Peer

DATE = "01-Mar-2026 09:00:00 +0000"


class ScriptedImap(LineServer):
    """One inbox of `mails` (UID to octets).

    hidden: UIDs listed but never given; poison: UIDs whose FETCH cuts the connection; refused: UIDs whose FETCH is
    answered NO; dates: UID to INTERNALDATE; exists: the number EXAMINE claims; idle: "cut", "split", "news", "quiet".
    silent: answer nothing from the next command on. answer: what is said to commands that begin so. folders: LIST's.
    """

    def __init__(self, mails: dict[int, bytes] | None = None) -> None:
        self.mails = mails or {}
        self.hidden: set[int] = set()
        self.poison: set[int] = set()
        self.refused: set[int] = set()
        self.dates: dict[int, str] = {}
        self.exists = 0
        self.uidvalidity = 7
        self.idle = "quiet"
        self.silent = False
        self.answer: dict[str, str] = {}
        self.folders: tuple[str, ...] = ("INBOX",)
        self.idling = threading.Event()

    def talk(self, peer: Peer) -> None:
        peer.say("* OK [CAPABILITY IMAP4rev1 IDLE] ready")
        while True:
            line = peer.line()
            if self.silent:
                peer.until_left()
                return
            tag, _, rest = line.partition(" ")
            if tag == "DONE":
                continue
            said = next((said for begin, said in self.answer.items() if rest.replace('"', "").startswith(begin)), "")
            if said:
                peer.say(f"{tag} {said}")
                continue
            verb = rest.upper().split(" ")[0]
            if verb == "UID":
                verb = " ".join(rest.upper().split(" ")[:2])
            answer = getattr(self, "do_" + verb.lower().replace(" ", "_"), None)
            if answer is None:
                peer.say(f"{tag} OK done")
            elif not answer(peer, tag, rest):
                peer.say(f"{tag} OK done")

    def do_capability(self, peer: Peer, tag: str, rest: str) -> bool:
        peer.say("* CAPABILITY IMAP4rev1 IDLE")
        return False

    def do_list(self, peer: Peer, tag: str, rest: str) -> bool:
        for folder in self.folders:
            peer.say(f'* LIST () "/" "{folder}"')
        return False

    def do_examine(self, peer: Peer, tag: str, rest: str) -> bool:
        if "INBOX" not in rest:
            peer.say(f"{tag} NO no such folder")
            return True
        peer.say(f"* {self.exists or len(self.mails)} EXISTS")
        peer.say(f"* OK [UIDVALIDITY {self.uidvalidity}] valid")
        peer.say(f"* OK [UIDNEXT {max(self.mails, default=0) + 1}] next")
        return False

    def do_uid_search(self, peer: Peer, tag: str, rest: str) -> bool:
        peer.say("* SEARCH " + " ".join(map(str, self.mails)))
        return False

    def do_uid_fetch(self, peer: Peer, tag: str, rest: str) -> bool:
        wanted = _numbers(rest.split(" ")[2])
        if "BODY" in rest and wanted & self.poison:
            raise ConnectionError
        if wanted & self.refused:
            peer.say(f"{tag} NO some messages could not be fetched")
            return True
        for number, uid in enumerate(sorted(self.mails), start=1):
            if uid not in wanted - self.hidden:
                continue
            octets = self.mails[uid]
            if "BODY" not in rest:
                peer.say(f"* {number} FETCH (UID {uid} RFC822.SIZE {len(octets)})")
                continue
            date = self.dates.get(uid, DATE)
            part = re.search(r"BODY\.PEEK\[\](?:<0\.(\d+)>)?", rest)
            name = "BODY[]"
            if part and part.group(1):
                octets, name = octets[: int(part.group(1))], "BODY[]<0>"
            peer.raw(f'* {number} FETCH (UID {uid} INTERNALDATE "{date}" {name} {{{len(octets)}}}\r\n'.encode())
            peer.raw(octets + b")\r\n")
        return False

    def do_idle(self, peer: Peer, tag: str, rest: str) -> bool:
        peer.say("+ idling")
        self.idling.set()
        if self.idle == "cut":
            raise ConnectionError
        if self.idle == "split":
            peer.raw(b"* 9 EXI")
            peer.line()
            return True
        if self.idle == "news":
            peer.say("* OK Still here")
            peer.say("* 9 EXISTS")
        peer.line()
        return False


def _numbers(text: str) -> set[int]:
    found: set[int] = set()
    for part in text.split(","):
        first, _, last = part.partition(":")
        found |= set(range(int(first), int(last or first) + 1))
    return found
