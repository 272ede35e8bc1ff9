"""Takes the address of a failed recipient out of what mail servers write around it.

In: a field value or a line of a delivery report.
Out: addresses in lower case, without type, brackets, quotes, gateway encodings and trailing dots.
Fails: never.
Limits: MAX_IN_LINE addresses of a line, MAX_LINE characters of it; an X.400 or X.500 name yields no address.
"""

from __future__ import annotations

import re

MAX_LINE = 1_000
MAX_IN_LINE = 20

_LOCAL = r"[A-Za-z0-9!#$%&'*+/=?^_~.\u00c0-\u024f-]{1,128}"
_DOMAIN = r"[A-Za-z0-9._\u00c0-\u024f-]{1,253}"
ADDRESS = re.compile(rf"(?:\"([^\"\n@]{{1,64}})\"|({_LOCAL}))@(?:({_DOMAIN})|(\[[\d.:a-fIPv]{{3,60}}\]))")
# Exchange wraps what is no SMTP address: IMCEA, the type, a dash, the value with "+xx" for each odd octet.
_IMCEA = re.compile(r"imcea(?:smtp|ex|invalid|mailto|fax|notes|rfc822|x400)?-(.{1,200})", re.IGNORECASE)
_PLUS_HEX = re.compile(r"\+([0-9a-f]{2})", re.IGNORECASE)
_TYPED = re.compile(
    r"\s{0,9}(?:rfc[ -]?822|smtp|utf-8|unknown|local|x-unknown|dns|email|internet)\s{0,9}[;:]", re.IGNORECASE
)
_ROUTE = re.compile(r"@[\w.,@-]{1,200}:(?=\S+@)")
_BANG = re.compile(r"((?:[\w-]{1,63}\.){1,8}[a-z]{2,24})!([^\s!<>]{1,64})", re.IGNORECASE)
# Some operators gave out names with dots in a row or at the end; only the quotes make them lawful.
_PLAIN_QUOTED = re.compile(r"\"[\w.+-]{1,64}\"@")
_MACHINE_LOCAL = re.compile(r"[0-9a-f]{16,}|[\w.+=$-]{40,}", re.IGNORECASE)


def addresses(line: str) -> list[str]:
    """Every address in one line, cleaned, in order."""
    out: list[str] = []
    for hit in ADDRESS.finditer(_ROUTE.sub("", line[:MAX_LINE])):
        if len(out) < MAX_IN_LINE and (address := clean(hit[0])) and address not in out:
            out.append(address)
    return out


def clean(value: str) -> str:
    """One address as its owner would write it, "" if this is none."""
    quoted = value.startswith('"') and value.find('"@') > 0 and not _PLAIN_QUOTED.match(value)
    local, _, domain = value.rpartition("@")
    local = local if quoted else local.strip("\"'`").lstrip(".-*=>|&")
    domain = domain.lower().strip(".-_").partition("..")[0]
    if not local or "." not in domain and not domain.startswith("["):
        return ""
    local = local.lower()
    wrapped = _IMCEA.fullmatch(local)
    if wrapped:
        inner = _PLUS_HEX.sub(lambda hit: chr(int(hit[1], 16)), wrapped[1])
        found = ADDRESS.search(inner)
        return clean(found[0]) if found else ""
    if local.startswith("/") and local.count("=") > 1:  # an X.400 or X.500 name behind a gateway
        return ""
    return f"{local}@{domain}"


def typed(value: str) -> str:
    """The address of "rfc822; jane@example.org" (RFC 3464 section 2.3.1), "" if it holds a name of another kind."""
    found = addresses(value)
    if found:
        return found[0]
    bang = _BANG.search(value)
    return f"{bang[2]}@{bang[1]}".lower() if bang else ""


def local_name(value: str) -> str:
    """The name alone of "rfc822; jane" (a local user without a domain), "" if there is none."""
    bare = value.strip()
    while found := _TYPED.match(bare):
        bare = bare[found.end() :].strip()
    bare = bare.strip("<>\"' ").lower()
    return bare if re.fullmatch(r"[\w.+-]{1,64}", bare) else ""


def unrouted(address: str) -> str:
    """The address behind a percent route: user%host@gateway means user@host (RFC 1123 section 5.2.16)."""
    local, _, _ = address.rpartition("@")
    user, _, host = local.rpartition("%")
    return f"{user}@{host}" if user and "." in host else address


def looks_made_by_machine(address: str) -> bool:
    """A Message-ID or a queue's name rather than a mailbox."""
    local, _, domain = address.rpartition("@")
    return bool(_MACHINE_LOCAL.fullmatch(local)) or domain.startswith("[")
