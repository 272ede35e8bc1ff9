"""The store: the only place that speaks SQL.

In: values of the other rooms.
Out: Store (one database), Unit (one transaction) and the dataclasses that units give back.
Fails: errors.StoreUnavailable when the database is away or locked, errors.Conflict when another loop was first.
Limits: SQLite on one machine; the statements are the same for PostgreSQL.
"""

from __future__ import annotations

from mailflow.store.agenda import Due
from mailflow.store.codes import Code
from mailflow.store.correspondence import Correspondence
from mailflow.store.engine import Store
from mailflow.store.files import FileRow
from mailflow.store.held import Held
from mailflow.store.inbox import Kept
from mailflow.store.leases import Lease
from mailflow.store.log import Line
from mailflow.store.outbox import Attempt, Bundle, Envelope, Letter
from mailflow.store.unit import Unit

__all__ = [
    "Attempt",
    "Bundle",
    "Code",
    "Correspondence",
    "Due",
    "Envelope",
    "FileRow",
    "Held",
    "Kept",
    "Lease",
    "Letter",
    "Line",
    "Store",
    "Unit",
]
