"""A mail written anew, as by a server that keeps mails as properties: other octets, the same message."""

from __future__ import annotations

import base64
import re
from datetime import UTC
from email import message_from_bytes
from email.utils import format_datetime, parsedate_to_datetime

_FIELD = re.compile(rb"[^\r\n]*\r?\n(?:[ \t][^\r\n]*\r?\n)*")
_PLAIN = (b"text/plain", b"text/html")


def rewritten(octets: bytes, time: int) -> bytes:
    """The octets that the `time`-th FETCH after the first gives.

    Header fields change their order and their folding, trace fields go, fields of the server's own come, the date is
    told in UTC, and a body of one part gets another transfer encoding. A multipart body keeps its octets.
    """
    head, gap, body = octets.partition(b"\r\n\r\n")
    fields = _FIELD.findall(head + b"\r\n")
    # What our own border server wrote on top stays on top (RFC 8601 section 4.1): that is what is believed.
    trace = [f for f in fields if f.lower().startswith((b"authentication-results:", b"return-path:"))]
    rest = [f for f in fields if f not in trace and not f.lower().startswith((b"received:", b"date:", b"content-"))]
    content = [f for f in fields if f.lower().startswith(b"content-")]
    message = message_from_bytes(octets)
    date = [f for f in fields if f.lower().startswith(b"date:")]
    if date:
        told = format_datetime(parsedate_to_datetime(str(message["Date"])).astimezone(UTC))
        date = [f"Date: {told}\r\n".encode()]
    if message.get_content_type().encode() in _PLAIN and not message.is_multipart():
        words = message.get_payload(decode=True)
        kind = [f for f in content if not f.lower().startswith(b"content-transfer-encoding:")]
        content = [*kind, b"Content-Transfer-Encoding: base64\r\n"]
        body = base64.encodebytes(words if isinstance(words, bytes) else b"").replace(b"\n", b"\r\n")
    turned = rest[time % max(len(rest), 1) :] + rest[: time % max(len(rest), 1)]
    own = [b"X-MS-Exchange-Organization-Rewritten: %d\r\n" % time, b"X-MS-Has-Attach:\r\n"]
    return b"".join([*trace, *date, *turned, *own, *content]) + gap.removeprefix(b"\r\n") + body
