"""What a border mail server writes on a mail: trace headers, its own verdict on the author, delivery reports.

In: the octets as submitted, who was authenticated, envelope sender and recipient.
Out: octets with Return-Path, Delivered-To, Authentication-Results and Received on top, or an RFC 3464 report.
Fails: never; an author that cannot be read is "not aligned".
Limits: no DKIM, no SPF look-up: authenticated submission is the only proof this small server knows.
"""

from __future__ import annotations

import re
from datetime import datetime
from email.parser import BytesHeaderParser
from email.utils import format_datetime, getaddresses
from hashlib import sha256

_FIELD = re.compile(rb"[^\r\n]*\r?\n(?:[ \t][^\r\n]*\r?\n)*")
_HOST = re.compile(r"[a-z0-9.-]+\Z")


def base_address(address: str) -> str:
    """The address in lower case without its plus tag (RFC 5233): a+b@c.example is a@c.example."""
    local, _, domain = address.strip().strip("<>").lower().rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"


def header_from(octets: bytes) -> str:
    """The one author address of the header From, lower case; "" if there is none or more than one."""
    fields = BytesHeaderParser().parsebytes(_head(octets)[0] + b"\r\n").get_all("From", [])
    authors = [email for _, email in getaddresses([str(field) for field in fields]) if "@" in email]
    return authors[0].lower() if len(authors) == 1 and len(fields) == 1 else ""


def stamp(
    octets: bytes,
    *,
    authserv_id: str,
    sender: str,
    recipient: str,
    login: str,
    author: str,
    aligned: bool,
    when: datetime,
) -> bytes:
    """The octets as delivered: our own older Authentication-Results removed, ours on top (RFC 8601 section 5)."""
    head, body = _head(octets)
    kept = b"".join(field for field in _FIELD.findall(head) if not _ours(field, authserv_id))
    domain = author.rpartition("@")[2]
    domain = domain if _HOST.match(domain) else "invalid"
    verdict = f"dmarc=pass header.from={domain}" if aligned else f"dmarc=fail (p=none) header.from={domain}"
    trace = (
        f"Return-Path: <{sender}>\r\n"
        f"Delivered-To: {recipient}\r\n"
        f"Authentication-Results: {authserv_id}; {verdict};\r\n\tauth=pass smtp.auth={login}\r\n"
        f"Received: from submission by {authserv_id} with ESMTPA; {format_datetime(when)}\r\n"
    )
    return trace.encode() + kept + body


def delivery_report(host: str, octets: bytes, *, sender: str, recipient: str, status: str, when: datetime) -> bytes:
    """An RFC 3464 report to the envelope sender; a status 4.x.x is reported as delayed, anything else as failed."""
    action, words = ("delayed", "is delayed") if status.startswith("4") else ("failed", "could not be delivered")
    head = _head(octets)[0]
    digest = sha256(octets + recipient.encode() + status.encode()).hexdigest()[:24]
    plain = head.decode("ascii", "replace").replace("\ufffd", "?")
    lines = f"""From: Mail Delivery System <mailer-daemon@{host}>
To: <{sender}>
Subject: Undelivered Mail Returned to Sender
Date: {format_datetime(when)}
Message-ID: <report.{digest}@{host}>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="=_report"

--=_report
Content-Type: text/plain; charset=us-ascii

Your message to <{recipient}> {words}.

--=_report
Content-Type: message/delivery-status

Reporting-MTA: dns; {host}
Arrival-Date: {format_datetime(when)}

Original-Recipient: rfc822;{recipient}
Final-Recipient: rfc822;{recipient}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {"450" if action == "delayed" else "550"} {status} <{recipient}>: mailbox unavailable

--=_report
Content-Type: text/rfc822-headers

"""
    tail = "\n--=_report--\n"
    return re.sub(r"\r\n|\r|\n", "\r\n", lines + plain + tail).encode()


def _head(octets: bytes) -> tuple[bytes, bytes]:
    """Header block (each line ended) and the rest from the empty line on."""
    end = re.search(rb"(?:\A|\r?\n)(\r?\n)", octets)
    if end is None:
        return octets.rstrip(b"\r\n") + b"\r\n", b"\r\n"
    return octets[: end.start(1)], octets[end.start(1) :]


def _ours(field: bytes, authserv_id: str) -> bool:
    """Whether this field is an Authentication-Results that claims to be ours, however it is spaced or quoted."""
    name, _, value = field.decode("latin-1").partition(":")
    if name.strip().lower() != "authentication-results":
        return False
    claimed = re.sub(r"\([^()]*\)", " ", value).strip().split(";")[0].split()
    return bool(claimed) and claimed[0].strip('"').lower() == authserv_id.lower()
