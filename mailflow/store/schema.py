"""The tables: every column of the database, named once.

In: nothing; this is a description.
Out: `metadata` and one `Table` per thing kept, and the three column types UTC, Words and Json.
Fails: a naive datetime or a value that is not JSON is refused when it is bound (ValueError, TypeError).
Limits: what `metadata` says must equal what the migrations make; tests/store/test_migrations.py compares the two.
"""

from __future__ import annotations

import json
import re
from datetime import UTC as UTC_ZONE
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.types import TypeDecorator

_UNSOUND = re.compile("[\x00\ud800-\udfff]")

# The newest migration; Store.migrate() is done at once when the database already stands here.
HEAD = "0005"


def canonical(value: object) -> str:
    """The one way a value is written as JSON (sorted keys, no spaces, ASCII): equal values have equal hashes."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


class UTC(TypeDecorator[datetime]):
    """An instant: bound aware, stored in UTC, read back aware; SQLite by itself would return naive values."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant without a time zone cannot be stored")
        return value.astimezone(UTC_ZONE)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC_ZONE) if value.tzinfo is None else value.astimezone(UTC_ZONE)


def sound(value: str) -> str:
    """Text with U+FFFD for what no database can hold: NUL and lone surrogates."""
    if value.isascii() and "\x00" not in value:
        return value
    return _UNSOUND.sub("\ufffd", value)


class Words(TypeDecorator[str]):
    """Text that may come from a hostile mail: what no database can hold (NUL, lone surrogates) becomes U+FFFD."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else sound(value)


class Json(TypeDecorator[Any]):
    """A JSON value kept as its canonical text, so that the hash of a log line can be made again from what is stored."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else canonical(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else json.loads(value)


# An unsigned 32-bit number (RFC 3501 section 2.3.1.1): more than PostgreSQL's INTEGER holds.
_WIDE = Integer().with_variant(BigInteger(), "postgresql")

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _words(name: str, **options: Any) -> Column[str]:
    """A text column that is empty rather than null."""
    return Column(name, Words, nullable=False, **options)


# --- the log -------------------------------------------------------------------------------------------------------
log = Table(
    "log",
    metadata,
    _words("case", primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    _words("kind"),
    _words("machine"),
    Column("data", Json, nullable=False),
    _words("cause"),
    _words("actor"),
    Column("happened_at", UTC, nullable=False),
    Column("recorded_at", UTC, nullable=False),
    _words("edition"),
    _words("calendar_edition"),
    _words("hash"),
    Index("ix_log_kind_case", "kind", "case"),
)
# One row per cause that was ever applied to a case: the idempotency key of a mail, a deadline or a delivery result.
causes = Table(
    "causes",
    metadata,
    _words("case", primary_key=True),
    _words("cause", primary_key=True),
    Column("seq", Integer, nullable=False),
)

# The record of the whole installation: an entry for each row of `causes`, in the order of the commits (chain.py).
chain = Table(
    "chain",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    _words("case"),
    _words("cause"),
    Column("seq", Integer, nullable=False),
    # The hash of the case's newest line then, "" while it has none.
    _words("head"),
    _words("hash"),
    UniqueConstraint("case", "cause"),
)

# --- the inbox -----------------------------------------------------------------------------------------------------
inbox = Table(
    "inbox",
    metadata,
    _words("identity", primary_key=True),
    _words("mailbox"),
    _words("folder"),
    Column("arrived_at", UTC, nullable=False),
    Column("first_kept_at", UTC, nullable=False),
    _words("state"),
    _words("reason"),
    Column("tries", Integer, nullable=False),
    _words("case"),
    _words("kind"),
    _words("sender"),
    _words("sender_domain"),
    _words("text_digest"),
    # Last, so that questions about the other columns need not walk past megabytes.
    Column("octets", LargeBinary, nullable=False),
    Index("ix_inbox_state_order", "state", "arrived_at", "first_kept_at", "identity"),
    Index("ix_inbox_sender_state_arrived_at", "sender", "state", "arrived_at"),
    Index("ix_inbox_case_arrived_at", "case", "arrived_at"),
)
sightings = Table(
    "sightings",
    metadata,
    _words("mailbox", primary_key=True),
    _words("folder", primary_key=True),
    Column("uidvalidity", _WIDE, primary_key=True, autoincrement=False),
    Column("uid", _WIDE, primary_key=True, autoincrement=False),
    Column("identity", Words, ForeignKey("inbox.identity"), nullable=False),
    Index("ix_sightings_identity", "identity"),
)
message_ids = Table(
    "message_ids",
    metadata,
    _words("message_id", primary_key=True),
    _words("identity", primary_key=True),
    _words("case"),
)
mailboxes = Table(
    "mailboxes",
    metadata,
    _words("mailbox", primary_key=True),
    Column("read_through", UTC, nullable=False),
)
correspondence = Table(
    "correspondence",
    metadata,
    Column("id", Integer, primary_key=True),
    _words("case"),
    _words("identity"),
    _words("direction"),
    _words("party"),
    _words("correspondent"),
    Column("at", UTC, nullable=False),
    _words("subject"),
    _words("kind"),
    _words("text_id"),
    Column("attachments", Json, nullable=False),
    UniqueConstraint("case", "identity", "direction"),
)

# --- the agenda ----------------------------------------------------------------------------------------------------
agenda = Table(
    "agenda",
    metadata,
    _words("case", primary_key=True),
    _words("machine", primary_key=True),
    _words("timer", primary_key=True),
    _words("step"),
    Column("due_at", UTC, nullable=False),
    Column("set_seq", Integer, nullable=False),
    _words("chases"),
    Index("ix_agenda_due_at", "due_at"),
)

# --- the outbox ----------------------------------------------------------------------------------------------------
letters = Table(
    "letters",
    metadata,
    _words("id", primary_key=True),
    _words("case"),
    _words("machine"),
    _words("template"),
    _words("party"),
    Column("seq", Integer, nullable=False),
    _words("message_id"),
    _words("mail_from"),
    Column("leave_at", UTC, nullable=False),
    _words("why"),
    Column("party_mail", Boolean, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("recorded_at", UTC, nullable=False),
    Column("home_at", UTC),
    Column("octets", LargeBinary, nullable=False),
    # G3: one outbox row per (machine, template, party, sequence number of the fact that decided it).
    UniqueConstraint("case", "machine", "template", "party", "seq"),
    UniqueConstraint("message_id"),
    Index("ix_letters_case_party_leave_at", "case", "party", "leave_at"),
)
envelopes = Table(
    "envelopes",
    metadata,
    Column("letter", Words, ForeignKey("letters.id"), primary_key=True),
    _words("recipient", primary_key=True),
    _words("state"),
    Column("attempts", Integer, nullable=False),
    # When it may be claimed; null means that no claim may take it.
    Column("next_at", UTC),
    Column("left_at", UTC),
    _words("verdict"),
    Column("home", Boolean, nullable=False),
    Index("ix_envelopes_next_at", "next_at"),
    Index("ix_envelopes_state", "state"),
    Index("ix_envelopes_left_at", "left_at"),
)
attempts = Table(
    "attempts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("letter", Words, ForeignKey("letters.id"), nullable=False),
    Column("started_at", UTC, nullable=False),
    Column("lease_until", UTC, nullable=False),
    _words("phase"),
    Column("ended_at", UTC),
    _words("words"),
    # The daemon that made it, where there may be several; null where there is one.
    Column("holder", Words),
    Index("ix_attempts_letter", "letter"),
    # At most one courier holds a letter, whatever the code above it believes.
    Index(
        "uq_attempts_open",
        "letter",
        unique=True,
        sqlite_where=text("ended_at IS NULL"),
        postgresql_where=text("ended_at IS NULL"),
    ),
    sqlite_autoincrement=True,
)

# --- words, views and small things ---------------------------------------------------------------------------------
salts = Table("salts", metadata, _words("case", primary_key=True), _words("salt"))
texts = Table(
    "texts",
    metadata,
    _words("id", primary_key=True),
    _words("case"),
    _words("kind"),
    _words("text"),
    Index("ix_texts_case", "case"),
)
views = Table(
    "views",
    metadata,
    _words("case", primary_key=True),
    _words("procedure"),
    _words("state"),
    Column("live", Boolean, nullable=False),
    Column("summary", Json, nullable=False),
    Index("ix_views_procedure_live", "procedure", "live"),
)
view_fields = Table(
    "view_fields",
    metadata,
    Column("case", Words, ForeignKey("views.case"), primary_key=True),
    _words("field", primary_key=True),
    _words("value", primary_key=True),
    Index("ix_view_fields_field_value", "field", "value"),
)
numbers = Table(
    "numbers",
    metadata,
    _words("prefix", primary_key=True),
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("last", Integer, nullable=False),
)
codes = Table(
    "codes",
    metadata,
    _words("digest", primary_key=True),
    _words("case"),
    _words("machine"),
    _words("verb"),
    _words("address"),
    _words("state_key"),
    Column("issued_at", UTC, nullable=False),
    Column("used_at", UTC),
)
files = Table(
    "files",
    metadata,
    Column("id", Integer, primary_key=True),
    _words("case"),
    _words("path"),
    Column("seq", Integer, nullable=False),
    Column("written", Boolean, nullable=False),
    Column("octets", LargeBinary, nullable=False),
    UniqueConstraint("case", "path", "seq"),
    Index("ix_files_written", "written"),
)
held = Table(
    "held",
    metadata,
    _words("tag", primary_key=True),
    _words("identity"),
    _words("reason"),
    Column("suggestion", Json, nullable=False),
    Column("asked_at", UTC, nullable=False),
    _words("how"),
    Column("open", Boolean, nullable=False),
    Index("ix_held_identity", "identity"),
    Index("ix_held_open", "open"),
)
# Who does what only one daemon may do at a time, by the clock of the database (leases.py); of no use to SQLite.
leases = Table(
    "leases",
    metadata,
    _words("name", primary_key=True),
    _words("holder"),
    Column("until", UTC, nullable=False),
)
meta = Table("meta", metadata, _words("key", primary_key=True), _words("value"))
