"""A unit of work: one transaction with all its rooms.

In: a connection inside a transaction.
Out: `.accounts .log .chain .evidence .inbox .agenda .outbox .departures .texts .views .codes .numbers .files .held
  .meta .misdated .tables`; all see the unit's own writes.
Fails: as its rooms do; Store.unit() decides between commit and rollback.
Limits: a unit belongs to one thread; it is over when its `with` block ends.
"""

from __future__ import annotations

from mailflow.store.accounts import Accounts
from mailflow.store.agenda import Agenda
from mailflow.store.chain import Chain
from mailflow.store.codes import Codes, Numbers
from mailflow.store.departures import Departures
from mailflow.store.evidence import Evidence
from mailflow.store.files import Files
from mailflow.store.held import HeldBack, Meta
from mailflow.store.inbox import Inbox
from mailflow.store.log import Log
from mailflow.store.misdated import Misdated
from mailflow.store.outbox import Outbox
from mailflow.store.tables import Tables
from mailflow.store.texts import Texts
from mailflow.store.views import Views
from mailflow.store.work import Work


class Unit:
    """Everything that one transaction may touch."""

    __slots__ = (
        "accounts",
        "agenda",
        "chain",
        "codes",
        "departures",
        "evidence",
        "files",
        "held",
        "inbox",
        "log",
        "meta",
        "misdated",
        "numbers",
        "outbox",
        "tables",
        "texts",
        "views",
    )

    def __init__(self, work: Work) -> None:
        self.accounts = Accounts(work)
        self.log = Log(work)
        self.chain = Chain(work)
        self.evidence = Evidence(work)
        self.inbox = Inbox(work)
        self.agenda = Agenda(work)
        self.outbox = Outbox(work)
        self.departures = Departures(work)
        self.misdated = Misdated(work)
        self.texts = Texts(work)
        self.views = Views(work)
        self.codes = Codes(work)
        self.numbers = Numbers(work)
        self.files = Files(work)
        self.held = HeldBack(work)
        self.meta = Meta(work)
        self.tables = Tables(work)
