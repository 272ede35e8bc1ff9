"""Judges whether our own mail server vouches for the address in From.

In: a Message, the authserv-id of our server, the form its header has.
Out: Verdict.
Fails: never; a header that cannot be read vouches for nothing.
Limits: no network, no signature is checked here. The server must strip headers of its own name from what comes in
(RFC 8601 section 5); without a public suffix list only a parent or a child domain counts as aligned, never a sibling.
"""

from __future__ import annotations

from dataclasses import dataclass

import authres

from mailflow.mail.message import Message

RFC8601 = "rfc8601"
M365 = "m365"
_MAX_VALUE = 8_000
_M365_ID = "m365"


@dataclass(frozen=True)
class Verdict:
    """`passed`: our server proved the From address. `known`: it said anything at all. `why` is a plain sentence.

    `failed`: it found the address false. A party whose domain has no DMARC is neither proved nor false (mail.md).
    """

    passed: bool
    known: bool
    why: str
    failed: bool = False


def judge(message: Message, authserv_id: str, form: str = RFC8601) -> Verdict:
    """Judge by the topmost Authentication-Results, if our server wrote it (RFC 8601 section 5, mail.md, domain.md G8).

    A pass is dmarc=pass (RFC 7489), an aligned dkim=pass where DMARC did not fail, or internal origin. SPF alone
    decides nothing: it speaks about the envelope. `form` "m365" reads Microsoft's header, which names no server.
    """
    if message.from_ is None or len(message.all_headers("from")) != 1:
        return Verdict(False, True, "The mail does not have exactly one From address.", True)
    if form == M365 and message.header("x-ms-exchange-organization-authas").strip().lower() == "internal":
        # Exchange strips this header from what comes in from outside (header firewall).
        return Verdict(True, True, "Our server says the mail came from inside the organisation.")
    values = message.all_headers("authentication-results")
    if not authserv_id.strip() and form != M365:
        return Verdict(False, False, "No name of our own mail server is configured.")
    if not values:
        return Verdict(False, False, "Our server wrote no Authentication-Results.")
    return _read(values[0][:_MAX_VALUE], authserv_id.strip().lower(), form, message.from_.email)


def _read(value: str, authserv_id: str, form: str, sender: str) -> Verdict:
    if form == M365:
        authserv_id, value = _M365_ID, f"{_M365_ID}; {value}"
    try:
        read = authres.AuthenticationResultsHeader.parse(f"Authentication-Results: {value}")
        named = str(read.authserv_id or "").lower()
        results = [_Result.of(result) for result in read.results or ()]
    except Exception:
        return Verdict(False, False, "The topmost Authentication-Results cannot be read.")
    if named != authserv_id:
        return Verdict(False, False, "The topmost Authentication-Results was not written by our server.")
    return _weighed([result for result in results if result.method], sender)


@dataclass(frozen=True)
class _Result:
    method: str
    verdict: str
    properties: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, result: object) -> _Result:
        properties = tuple(
            (f"{p.type}.{p.name}".lower(), str(p.value or "").strip().strip('"').lower())
            for p in getattr(result, "properties", None) or ()
        )
        return cls(str(getattr(result, "method", "")).lower(), str(getattr(result, "result", "")).lower(), properties)

    def get(self, name: str) -> str:
        return next((value for key, value in self.properties if key == name), "")


def _weighed(results: list[_Result], sender: str) -> Verdict:
    if not results:
        return Verdict(False, False, "Our server checked nothing about this mail.")
    domain = sender.rpartition("@")[2]
    return _by_dmarc(results, domain) or _by_login(results, sender) or _by_dkim(results, domain)


def _by_dmarc(results: list[_Result], domain: str) -> Verdict | None:
    """DMARC decides if it passed or failed; "none" and temporary errors leave it to DKIM."""
    dmarc = [result for result in results if result.method == "dmarc"]
    if any(result.verdict in {"fail", "permerror"} for result in dmarc):
        return Verdict(False, True, "DMARC failed for the From address.", True)
    passed = next((result for result in dmarc if result.verdict == "pass"), None)
    if passed is None:
        return None
    about = passed.get("header.from").rpartition("@")[2]
    if not about or about == domain or domain.endswith("." + about):
        return Verdict(True, True, f"DMARC passed for {domain}.")
    return Verdict(False, True, "DMARC passed, but for another domain than that of From.", True)


def _by_login(results: list[_Result], sender: str) -> Verdict | None:
    """Internal origin: SMTP AUTH at our own server with the address in From (RFC 8601 section 2.7.4)."""
    if any(r.method == "auth" and r.verdict == "pass" and r.get("smtp.auth") == sender for r in results):
        return Verdict(True, True, "The sender logged in to our own server with this address.")
    return None


def _by_dkim(results: list[_Result], domain: str) -> Verdict:
    for result in results:
        signer = result.get("header.d") or result.get("header.i").rpartition("@")[2]
        if result.method == "dkim" and result.verdict == "pass" and _aligned(signer, domain):
            return Verdict(True, True, f"A DKIM signature of {signer} passed and is aligned with From.")
    return Verdict(False, True, "Neither DMARC nor an aligned DKIM signature passed for the From address.")


def _aligned(signer: str, domain: str) -> bool:
    """Relaxed alignment (RFC 7489 section 3.1.1) as far as it can be told without a public suffix list."""
    if "." not in signer or "." not in domain:
        return signer == domain and bool(domain)
    return signer == domain or domain.endswith("." + signer) or signer.endswith("." + domain)
