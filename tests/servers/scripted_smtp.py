"""An SMTP server that answers what a test wants it to answer, or falls silent at a chosen step."""

from __future__ import annotations

from collections.abc import Mapping

from tests.servers.lines import LineServer, Peer


class ScriptedSmtp(LineServer):
    """answers: step to answer; steps are "greeting", "ehlo", "mail", "rcpt <address>", "data", "dot", "rset".

    An answer "CUT" ends the connection, "SILENCE" answers nothing. extensions: further EHLO lines.
    `letters` holds the octets received, dots unstuffed.
    """

    def __init__(self, answers: Mapping[str, str] | None = None, extensions: tuple[str, ...] = ()) -> None:
        self.answers = dict(answers or {})
        self.extensions = extensions
        self.letters: list[bytes] = []
        self.raw: list[str] = []

    def talk(self, peer: Peer) -> None:
        self._answer(peer, "greeting", "220 ready")
        while True:
            line = peer.line()
            verb = line.upper().split(" ")[0]
            if verb == "EHLO":
                names = ["scripted.example", *self.extensions]
                default = "\r\n".join(f"250{'-' if n < len(names) else ' '}{x}" for n, x in enumerate(names, 1))
                self._answer(peer, "ehlo", default)
            elif verb == "RCPT":
                address = line[line.index("<") + 1 : line.index(">")]
                self._answer(peer, f"rcpt {address}", "250 2.1.5 OK")
            elif verb == "DATA":
                if self._answer(peer, "data", "354 go on").startswith("354"):
                    self._take(peer)
                    self._answer(peer, "dot", "250 2.0.0 taken")
            elif verb == "QUIT":
                peer.say("221 bye")
                return
            else:
                self._answer(peer, verb.lower(), "250 OK")

    def _take(self, peer: Peer) -> None:
        before = len(self.said)
        while peer.line() != ".":
            pass
        lines = self.said[before:-1]
        del self.said[before:]
        self.raw += lines
        self.letters.append("".join(f"{text[1:] if text.startswith('.') else text}\r\n" for text in lines).encode())

    def _answer(self, peer: Peer, step: str, default: str) -> str:
        text = self.answers.get(step, default)
        if text == "CUT":
            raise ConnectionError
        if text == "SILENCE":
            peer.until_left()
            raise ConnectionError
        peer.say(text)
        return text
