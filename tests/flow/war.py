"""An office whose letters leave through the real courier and are answered by machines a second later."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from email import message_from_bytes, policy

from mailflow.flow.deliver import Courier
from mailflow.mail.message import Message
from mailflow.mail.parse import parse
from mailflow.store import Store
from mailflow.submission.verdict import PHASES, Phased, Verdict
from tests.flow.bench import BOX, Bench, Left

SECOND = timedelta(seconds=1)
Machine = Callable[[Message, str, int], bytes | None]
"""What a machine answers to a letter, by the address that the letter went to and how many it has answered before."""


class Front(Bench):
    """A bench at war: `answers` are machines by the address, or the domain, that they answer for."""

    def __init__(self, store: Store, *, address: str = BOX, **changes: object):
        super().__init__(store, address=address, **changes)
        self.address = address
        self.answers: dict[str, Machine] = {}
        self.outside: Callable[[str, str, bytes], None] | None = None
        self.courier = Courier(self.house, lambda office: self)
        self._count = itertools.count()
        self.coming: list[tuple[datetime, int, bytes]] = []

    def limit(self, **limits: int) -> None:
        """Other budgets than those that are usual."""
        self.house = replace(self.house, limits=replace(self.house.limits, **limits))
        self.courier.renew(self.house)

    def _send(self) -> bool:
        assert self.now is not None
        return self.courier.step(self.now)

    def send(
        self, mail_from: str, recipients: Sequence[str], octets: bytes, envid: str, on_phase: Phased
    ) -> dict[str, Verdict]:
        """The submission server: takes everything, brings the home copy, and lets the machines answer."""
        assert self.now is not None
        for phase in PHASES:
            on_phase(phase)
        to = tuple(r for r in recipients if r != self.address)
        with self.store.read() as unit:
            letter = unit.outbox.get(envid)[0]
        self.left.append(Left(self.now, envid, letter.case, letter.template, to, parse(octets)))
        for recipient in recipients:
            if recipient == self.address:
                self.come(octets)
            elif self.outside:
                self.outside(recipient, envid, octets)
            machine = self.answers.get(recipient) or self.answers.get(recipient.rpartition("@")[2])
            answer = machine(parse(octets), recipient, next(self._count)) if machine else None
            if answer:
                self.come(answer)
        return dict.fromkeys(recipients, Verdict("sent", False, "250 2.0.0 Ok"))

    def close(self) -> None:
        """Nothing is open."""

    def come(self, octets: bytes) -> None:
        """A mail that will arrive in a second."""
        assert self.now is not None
        heapq.heappush(self.coming, (self.now + SECOND, next(self._count), octets))

    def next_at(self) -> datetime | None:
        """The next instant at which something happens here."""
        assert self.now is not None
        dues = [x for x in self._dues() if x > self.now]
        return min([*dues, *(self.coming[0][:1] if self.coming else ())], default=None)

    def at(self, now: datetime) -> None:
        """Everything that is due at an instant."""
        self.now = now
        while self.coming and self.coming[0][0] <= now:
            _, n, octets = heapq.heappop(self.coming)
            message = parse(octets)
            with self.store.unit() as unit:
                unit.inbox.keep(
                    message.digest, octets, mailbox=self.office.mailbox, folder="INBOX", uidvalidity=1, uid=10_000 + n,
                    arrived_at=now, kept_at=now, sender=message.from_.email if message.from_ else "",
                )  # fmt: skip
        self.settle()

    def to_whom(self, *but: str) -> Iterator[str]:
        """Everybody who was written to, letter for letter."""
        return (who for letter in self.left for who in letter.to if who not in but)


def fight(*fronts: Front, until: datetime) -> None:
    """Let the fronts act in the order of time, up to an instant."""
    for _ in range(20_000):
        following = [(at, n) for n, front in enumerate(fronts) if (at := front.next_at())]
        if not following or min(following)[0] > until:
            return
        at, n = min(following)
        for front in fronts:
            if front is fronts[n] or front.next_at() == at:
                front.at(at)
    raise AssertionError("they never come to rest")


def stripped(octets: bytes) -> bytes:
    """A letter as a hostile gateway hands it on: nothing left that says a machine wrote it."""
    mail = message_from_bytes(octets, policy=policy.SMTP)
    for name in mail.keys():
        if name.lower().startswith(("x-", "auto-", "precedence", "list-", "references", "in-reply-to")):
            del mail[name]
    return mail.as_bytes()
