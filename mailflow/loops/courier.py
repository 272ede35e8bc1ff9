"""Courier: letters leave one by one, fates are told to cases, doubts are settled.

In: a house, the way out of each office.
Out: steps; when the next letter may leave.
Fails: as its steps do; the loop bears it.
Limits: `lone` says that no other courier can be at work on this store: then every open claim is a dead one's.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from mailflow.flow import doubt, restored
from mailflow.flow.deliver import Courier as Carries
from mailflow.flow.ports import House, Office, Submits
from mailflow.loops.holding import Holding
from mailflow.loops.loop import Guard


class Courier:
    """The steps of the courier."""

    def __init__(
        self,
        house: House,
        submission_of: Callable[[Office], Submits],
        *,
        lone: bool = True,
        holding: Holding | None = None,
    ) -> None:
        self._house, self._lone, self._holding = house, lone, holding
        self._carries = Carries(house, submission_of, me=holding.me if holding else "")
        self._recovered = self._known = False

    def renew(self, house: House) -> None:
        """Go on with another house."""
        self._house = house
        self._carries.renew(house)

    def guards(self) -> list[Guard]:
        """Recovery once, before the first letter; then letters, fates, doubts."""
        return [
            Guard("courier.recover", self.recover),
            Guard("courier.deliver", self.deliver),
            Guard("courier.tell", lambda now: doubt.tell_owed(self._house, now)),
            Guard("courier.doubts", lambda now: doubt.settle_doubts(self._house, now)),
        ]

    def recover(self, now: datetime) -> bool:
        """Settle what an earlier courier left behind when it died."""
        if self._recovered:
            return False
        self._carries.recover(now, everyone=self._lone)
        self._recovered = True
        return True

    def deliver(self, now: datetime) -> bool:
        """One letter; none before the recovery, nor while the other daemons do not know that this one is alive."""
        if self._holding is not None and not self._holding.lives:
            return False
        return self._recovered and self._caught_up() and self._carries.step(now)

    def _caught_up(self) -> bool:
        """Whether it is known which letters have left; once it is, it stays so while this process runs."""
        self._known = self._known or not restored.catching_up(self._house)
        return self._known

    def next_due(self, now: datetime) -> datetime | None:
        """When the next letter may leave or a doubt is worth a look; None when neither is known."""
        with self._house.store.read() as unit:
            leave = unit.outbox.next_leave()
        look = doubt.next_look(self._house, now)
        return min((at for at in (leave, look) if at is not None and at > now), default=None)
