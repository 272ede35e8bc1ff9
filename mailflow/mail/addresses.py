"""Reads the mailboxes of From, Sender, Reply-To, To and Cc.

In: the raw values of these headers.
Out: Addresses: a tuple of mailboxes for each, and what was unclear.
Fails: never.
Limits: MAX_ADDRESSES of each; of a broken From an address is taken only if no other could be meant.
"""

from __future__ import annotations

import email.utils
import logging
import re

import mailparser

from mailflow.mail import decode
from mailflow.mail.message import Address

MAX_ADDRESSES = 500
MAX_DISPLAY_NAME = 200
MAX_EMAIL = 320
_MAX_LOOSE = 20_000

# mail-parser logs header values; no word of a mail may reach a log.
logging.getLogger("mailparser").setLevel(logging.CRITICAL + 1)

HEADERS = {"from": "from_", "sender": "sender", "reply-to": "reply_to", "to": "to", "cc": "cc"}
# These may name many; of the others one is meant.
_LISTS = frozenset({"to", "cc", "reply-to"})
_EMAIL = re.compile(
    r"(?<![^\s<>\"(),:;\[\]\\'])[^\s<>\"(),:;@\[\]\\]{1,200}@[^\s<>\"(),:;@\\]{1,255}(?!@)(?=[\s<>\"(),:;\\\]]|$)"
)
# What nearly all headers look like: one reading is possible, and any reader finds it.
_NAME = r"(?:\"([\w .,'()&/-]{1,100})\"|([\w][\w .'-]{0,99}?)) {1,2}"
_PLAIN = re.compile(
    rf"(?:{_NAME})?(<?)([\w.+-]{{1,64}}@[A-Za-z0-9-]{{1,63}}(?:\.[A-Za-z0-9-]{{1,63}}){{1,8}})(>?)(?:, ?|$)", re.ASCII
)
_STRAY_DOT = re.compile(r"^\.|\.\.|\.@")
_ANGLES = re.compile(r"<([^<>]{3,320})>")
_ITEM = re.compile(r"(?:\"[^\"]{0,500}\"|<[^<>]{0,400}>|[^,;\"<]|[\"<])+")


def read(raw: dict[str, str], hint: str = "") -> tuple[dict[str, tuple[Address, ...]], list[str]]:
    """(the mailboxes by lower-case header name, what was unclear); `raw` holds the first value of each header."""
    values = {name: decode.plain_header(value, hint) for name, value in raw.items()}
    defects: list[str] = []
    plain = {name: pairs for name, value in values.items() if (pairs := _plain(value))}
    parsed = _strict({name: value for name, value in values.items() if value and name not in plain}, defects)
    found: dict[str, tuple[Address, ...]] = {}
    for name, value in values.items():
        read_strictly = plain.get(name) or _pairs(parsed, name)
        mailboxes = _valid(read_strictly) if value else []
        if value and (not mailboxes or (name in _LISTS and ";" in value and ":" not in value)):
            loose = _loose(value, name in _LISTS)
            if len(loose) > len(mailboxes):
                mailboxes = loose
                defects.append(f"{name} header unclear")
        if len(mailboxes) > MAX_ADDRESSES:
            defects.append(f"more than {MAX_ADDRESSES} addresses in {name}")
        found[name] = tuple(mailboxes[:MAX_ADDRESSES])
    return found, defects


def _plain(value: str) -> list[tuple[str, str]]:
    """(name, address) of each mailbox where all are written plainly, else nothing."""
    found: list[tuple[str, str]] = []
    at = 0
    while at < len(value):
        hit = _PLAIN.match(value, at)
        quoted = hit and (hit[1] or hit[2])
        if not hit or bool(hit[3]) != bool(hit[5]) or (quoted and not hit[3]) or _STRAY_DOT.search(hit[4]):
            return []
        found.append(((quoted or "").strip(), hit[4]))
        at = hit.end()
    return [] if value.endswith((",", ", ")) else found


def _strict(values: dict[str, str], defects: list[str]) -> mailparser.MailParser | None:
    """mail-parser's reading of the addresses, given nothing else: its work on the rest is never used, and is dear."""
    if not values:
        return None
    try:
        block = "".join(f"{name}: {value}\n" for name, value in values.items())
        parsed = mailparser.parse_from_string(block + "\n")
        defects += sorted(str(name) for name in parsed.defects_categories)
        return parsed
    except Exception as error:  # it raises ValueError, TypeError, AttributeError and its own
        defects.append(f"mail-parser gave up ({type(error).__name__})")
        return None


def _pairs(parsed: mailparser.MailParser | None, name: str) -> list[tuple[str, str]]:
    try:
        return [(str(shown), str(address)) for shown, address in getattr(parsed, HEADERS[name])] if parsed else []
    except Exception:
        return []


def _loose(value: str, many: bool) -> list[Address]:
    """Addresses out of a broken header; one of which one is meant yields one only if no other could be."""
    value = value[:_MAX_LOOSE]
    if many:
        found = [address for item in _ITEM.findall(value) for address in _one(item)]
        return list({address.email: address for address in found}.values())
    return _one(value) or _one(decode.words(value))


def _one(value: str) -> list[Address]:
    try:
        read = _valid(email.utils.getaddresses([value]))
    except Exception:
        read = []
    if read and read[0].email in value.lower():  # the standard library joins words that stand apart
        return read if len(read) == 1 else []
    hits = _ANGLES.findall(value) or _EMAIL.findall(value)
    found = _valid([("", hit) for hit in hits])
    if len(found) != 1:
        return []
    # What stands in front of it, without the quotes and brackets that were left open.
    name = value.lower().partition(found[0].email)[0]
    return [Address(decode.header(value[: len(name)].strip(" <\"'([,;:"))[:MAX_DISPLAY_NAME], found[0].email)]


def _valid(pairs: list[tuple[str, str]]) -> list[Address]:
    out: dict[str, Address] = {}
    for shown, raw_address in pairs:
        address = decode.clean(raw_address).strip().strip("<>").lower()
        if address[:1] == "'" == address[-1:]:  # as Outlook shows an address that has no name
            address = address[1:-1]
        local, at, domain = address.removeprefix("mailto:").rpartition("@")
        domain = domain.removesuffix(".")
        address = f"{local}@{domain}"
        if not at or not local or not domain or len(address) > MAX_EMAIL:
            continue
        if any(c.isspace() or c in "<>,;" for c in address) or ("@" in local and not local.startswith('"')):
            continue
        if any(decode.is_hidden_control(c) for c in address) or "\ufffd" in address:
            continue
        out.setdefault(address, Address(decode.header(shown)[:MAX_DISPLAY_NAME], address))
    return list(out.values())
