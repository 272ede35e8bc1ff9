"""Says which mail it is: one number over what a mail says, not how it is written or shown.

In: the facts of the header, the segments of the body and the files.
Out: SHA-256 in hex (mail.md "Reading the mailbox"; domain.md G3).
Fails: never.
Limits: kept with stored mails, so nothing here may follow what html_text.py or unwrap.py learn to show.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata

from mailflow.mail.contents import MAX_TEXT, Contents
from mailflow.mail.entities import letters

_COMMENT_END = "-->"
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,20})[^<>]*>|<![^<>]*>")
_SILENT = frozenset({"script", "style", "head", "title"})


def digest(facts: dict[str, str], contents: Contents, text: str) -> str:
    """The digest of a mail. Encodings, line ends, white space, header order and trace headers do not count.

    Servers rewrite all these afterwards. A wrapper counts as it stands, not by what could be opened in it.
    """
    folded = " ".join(unicodedata.normalize("NFC", text).split())
    own = (a for a in contents.attachments if not a.content_type.startswith("message/") and not a.unwrapped_from)
    files = sorted([*(attachment.digest for attachment in own), *contents.inner_digests])
    said = [facts["subject"], facts["from"], facts["date"], facts["message-id"], folded, *files]
    return hashlib.sha256("\x1f".join(said).encode("utf-8", "replace")).hexdigest()


def words(contents: Contents) -> str:
    """The words that count: of each segment its plain text, or the bare letters of its HTML."""
    said = (s.plain if s.plain.strip() else bare_letters(s.html) for s in contents.segments if not s.opened)
    return "\n".join(said)[:MAX_TEXT]


def bare_letters(html: str) -> str:
    """The letters of HTML without its elements and spaces: what stays when a server writes the page anew."""
    out: list[str] = []
    at, silent = 0, ""
    html = _uncommented(html[:MAX_TEXT])
    for tag in _TAG.finditer(html):
        if not silent:
            out.append(html[at : tag.start()])
        at = tag.end()
        name = (tag[2] or "").lower()
        if silent:
            silent = "" if tag[1] and name == silent else silent
        elif name in _SILENT and not tag[1]:
            silent = name
    out.append("" if silent else html[at:])
    return "".join(letters("".join(out)).split())


def _uncommented(html: str) -> str:
    pieces: list[str] = []
    at = 0
    while (start := html.find("<!--", at)) >= 0:
        pieces.append(html[at:start])
        stop = html.find(_COMMENT_END, start)
        at = stop + len(_COMMENT_END) if stop >= 0 else len(html)
    pieces.append(html[at:])
    return "".join(pieces)
