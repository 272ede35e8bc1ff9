"""The contracts, and the parties they are made with.

In: rows of contracts.csv.
Out: `Contract` values, and `Party` values gathered from all contracts and contacts of one name.
Fails: never raises; faults are recorded in the rows.
Limits: overrides are kept as words; the procedure says which keys it knows.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from mailflow.procedure.toml_lines import suggest
from mailflow.register.naming import key_of, number_key
from mailflow.register.shared_domains import is_shared
from mailflow.register.sheet import Row

COLUMNS = (
    *("number", "title", "party", "party_kind", "party_domain", "party_also_known_as", "services", "purchaser"),
    *("start", "end", "deed", "notice_method", "default_clause", "dispute_clause", "overrides", "publication_flag"),
    "calendar",
)
REQUIRED = ("number", "party", "services")
POSTED = ("post", "both")  # how letters under a contract may have to go besides "email" (Q15)


@dataclass(frozen=True)
class Contract:
    """One row of contracts.csv. start and end are None where open; notice_method, purchaser are lower case.

    overrides: what this contract changes, such as {"reply_days": "21"}; the values are unread words.
    """

    number: str
    title: str
    party: str
    party_kind: str = ""
    party_domains: tuple[str, ...] = ()
    also_known_as: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    purchaser: str = ""
    start: date | None = None
    end: date | None = None
    deed: bool = False
    notice_method: str = "email"
    default_clause: str = ""
    dispute_clause: str = ""
    overrides: Mapping[str, str] = field(default_factory=dict, hash=False)
    publication_flag: bool = False
    calendar: str = ""

    def runs(self, on: date) -> bool:
        """Whether the contract runs on this day (Q10)."""
        return (self.start is None or self.start <= on) and (self.end is None or on <= self.end)


@dataclass(frozen=True)
class Party:
    """An organisation or team: its name, its other and former names, its kinds, its own mail domains.

    kinds are the words of the files, lower case: the contract's before the contacts'.
    """

    name: str
    also_known_as: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    domains: frozenset[str] = frozenset()

    @property
    def all_names(self) -> tuple[str, ...]:
        """The name first, then the others."""
        return (self.name, *self.also_known_as)


def read(
    rows: Iterable[Row],
    services: Iterable[str],
    own_domains: Collection[str],
    calendars: Collection[str] | None = None,
) -> tuple[Contract, ...]:
    """The contracts of a sheet; unknown services and calendars, shared domains, numbers given twice are faults."""
    known = {key_of(service) for service in services}
    seen: dict[str, int] = {}
    contracts = []
    for row in rows:
        contract = Contract(
            number=row.text("number", required=True),
            title=row.text("title"),
            party=row.text("party", required=True),
            party_kind=row.text("party_kind").casefold(),
            party_domains=tuple(sorted(row.words("party_domain"))),
            also_known_as=row.texts("party_also_known_as"),
            services=row.texts("services"),
            purchaser=row.text("purchaser").casefold(),
            start=row.day("start"),
            end=row.day("end"),
            deed=row.flag("deed"),
            notice_method=row.text("notice_method").casefold() or "email",
            default_clause=row.text("default_clause"),
            dispute_clause=row.text("dispute_clause"),
            overrides=row.pairs("overrides"),
            publication_flag=row.flag("publication_flag"),
            calendar=row.text("calendar"),
        )
        _judge(contract, row, known, own_domains, seen)
        if calendars is not None and contract.calendar and contract.calendar not in calendars:
            row.fault(f'There is no calendar "{contract.calendar}".', suggest(contract.calendar, calendars))
        contracts.append(contract)
    return tuple(contracts)


def parties_of(contracts: Iterable[Contract], contacts: Iterable[tuple[str, str]]) -> tuple[Party, ...]:
    """One `Party` for each name in the contracts and in the contacts, which are given as (party, kind)."""
    gathered: dict[str, Party] = {}
    rows = [(c.party, c.also_known_as, c.party_kind, c.party_domains) for c in contracts]
    for name, others, kind, domains in [*rows, *((name, (), kind, ()) for name, kind in contacts)]:
        # A contact may be listed under a former name.
        key = next(
            (key for key, known in gathered.items() if key_of(name) in map(key_of, known.all_names)), key_of(name)
        )
        before = gathered.get(key, Party(name))
        gathered[key] = Party(
            before.name,
            tuple(dict.fromkeys((*before.also_known_as, *others))),
            tuple(dict.fromkeys((*before.kinds, *filter(None, [kind])))),
            before.domains | frozenset(domains),
        )
    return tuple(gathered.values())


def _judge(
    contract: Contract, row: Row, services: Collection[str], own_domains: Collection[str], seen: dict[str, int]
) -> None:
    if contract.notice_method not in ("email", *POSTED):
        row.fault(f'notice_method is "{contract.notice_method}".', "Write email, post or both.")
    key = number_key(contract.number)
    if key in seen:
        row.fault(f"The contract {contract.number} stands on line {seen[key]} already.", "Keep one line.")
    seen.setdefault(key, row.line)
    for service in contract.services:
        if key_of(service) not in services:
            row.fault(f'The service "{service}" is not in services.csv.', "Add it there or correct the name.")
    if contract.start and contract.end and contract.end < contract.start:
        row.fault("The contract ends before it starts.", "Correct start or end.")
    for domain in contract.party_domains:
        if "@" in domain or "." not in domain:
            row.fault(f'"{domain}" is not a domain.', "Write the part after the @, such as oak.example.")
        elif domain in own_domains or is_shared(domain):
            # G2: never the office's own, public or shared domains.
            row.fault(f"{domain} does not belong to this party alone.", "Leave the cell empty and list each contact.")
