"""Budgets for what comes in: a machine that answers us and does not say so is held, and one question is put for all.

In: a mail being sorted that a person seems to have written, and which case it names.
Out: the budget that it exceeds; the mail held, the administrator told once a day for each budget.
Fails: CannotRender for the question or the report.
Limits: counts by arrival, so that an outage or a mailbox read anew exceeds nothing; recognised machines are not
counted, since nobody is told of theirs. A mail that was held before, and is let go by a person, is not counted again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from mailflow.flow import opening
from mailflow.flow.arrived import Mail
from mailflow.flow.colleagues import colleague
from mailflow.flow.office_mail import tell_administrator
from mailflow.flow.placing import Outcome, askable, hold
from mailflow.flow.ports import House, Office
from mailflow.mail.correlate import Match
from mailflow.register.shared_domains import is_shared
from mailflow.store import Unit

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True)
class Excess:
    """The budget that a mail exceeds: a key for all mails that exceed the same one, and why in words."""

    key: str
    why: str


def excess(house: House, unit: Unit, office: Office, mail: Mail, match: Match) -> Excess | None:
    """The first budget that this mail exceeds (mail.md, "Budgets"): of its sender, of its case, of new cases."""
    if mail.kept.folder != office.inbox or mail.sender in ("", office.address):
        return None
    if unit.held.by_identity(mail.kept.identity) is not None:
        return None
    until = mail.kept.arrived_at
    for budget in _budgets(house, office, mail, match):
        came = unit.inbox.came(office.mailbox, until - budget.span, until, kind="human", but=budget.but, **budget.of)
        if came >= budget.most:
            span = "an hour" if budget.span == HOUR else "a day"
            return Excess(budget.key, f"more than {budget.most} {budget.words} within {span}")
    return None


@dataclass(frozen=True)
class _Budget:
    """So many mails in a span, of those with these values of columns, not from `but`."""

    key: str
    words: str
    most: int
    span: timedelta
    of: Mapping[str, str]
    but: frozenset[str] = frozenset()


def _budgets(house: House, office: Office, mail: Mail, match: Match) -> Iterator[_Budget]:
    limits, sender = house.limits, {"sender": mail.sender}
    key, words = f"from {mail.sender}", f"mails have come from {mail.sender}"
    if colleague(office, mail.sender) and not mail.trust.failed:
        yield _Budget(key, words, limits.from_officer_per_day, DAY, sender)
        return
    yield _Budget(key, words, limits.from_address_per_hour, HOUR, sender)
    yield _Budget(key, words, limits.from_address_per_day, DAY, sender)
    if match.case:
        officers = frozenset(address for officer in office.register.officers for address in officer.emails)
        key, words, case = f"on {match.case}", f"mails have come on {match.case}", {"case": match.case}
        yield _Budget(key, words, limits.on_case_per_hour, HOUR, case, officers)
        yield _Budget(key, words, limits.on_case_per_day, DAY, case, officers)
    else:
        opened, domain = {"reason": opening.reason(office)}, mail.sender.rpartition("@")[2]
        words = f"mails have opened a {office.procedure.case_word}"
        if not is_shared(domain):
            of = {**opened, "sender_domain": domain}
            yield _Budget(f"opened by {domain}", f"{words} from {domain}", limits.opened_per_domain_per_hour, HOUR, of)
        yield _Budget("opened", words, limits.opened_per_hour, HOUR, opened)


def hold_back(
    house: House, unit: Unit, office: Office, mail: Mail, match: Match, over: Excess, now: datetime
) -> Outcome:
    """Hold the mail; the first of a budget is asked about, never of the address that may be the machine."""
    today = office.calendar.local_date(now)
    facts = [("What came", over.why), ("Since", office.calendar.local_date(mail.kept.arrived_at))]
    words = (
        "It may be a machine that answers our letters. The mails are kept and held: see mailflow held. "
        "A sender that is no person can be named in blocked_senders"
    )
    tell_administrator(house, unit, office, key=f"flood:{over.key}:{today}", facts=facts, now=now, reason=words)
    case = match.case or (match.others[0] if len(match.others) == 1 else "")
    to = [address for address in askable(unit, office, case, now) if address != mail.sender]
    why = f"{over.why}; a machine may be answering us, so further ones are held without a question of their own"
    to = to or [office.administrator or office.address]
    return hold(house, unit, office, mail, why, now, case=case, others=match.others, to=to, flood=over.key)
