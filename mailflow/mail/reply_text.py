"""Splits a mail's text into what is new, what is quoted and what is signature.

In: a Message.
Out: Reply; only `new` may be read for commands, the whole text stays on the file.
Fails: never.
Limits: linear time. A split is a view for people and for reading commands, never evidence.
"""

from __future__ import annotations

from dataclasses import dataclass

from mailflow.mail.message import Message

REPLY_MARKER = "Please write your reply above this line"


@dataclass(frozen=True)
class Reply:
    """The three voices in one mail: `new` by its writer, `quoted` by others before, `signature` with disclaimers."""

    new: str
    quoted: str
    signature: str


def split(message: Message) -> Reply:
    """Split the best text of a mail; all three parts are stripped, with "\\n" line ends."""
    return Reply(message.text.strip(), "", "")
