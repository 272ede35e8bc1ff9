"""The first schema.

In: an empty database.
Out: every table of mailflow/store/schema.py as it was at first, and a log that refuses to be changed.
Fails: as the database does; the whole step is rolled back.
Limits: there is no way down; restore the backup instead.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def _text(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Text(), nullable=False)


def _instant(name: str, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _whole(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer(), nullable=False)


def _flag(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Boolean(), nullable=False)


def _octets(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.LargeBinary(), nullable=False)


# Architecture, invariant 6: the log is never updated or deleted. The third one is for INSERT OR REPLACE, which deletes
# a row without asking a DELETE trigger. `causes` is part of the log: without it an act could be done twice.
_SQLITE_GUARDS = """
CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table}
    BEGIN SELECT RAISE(ABORT, 'the {table} table is never changed'); END;
CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table}
    BEGIN SELECT RAISE(ABORT, 'the {table} table is never deleted from'); END;
CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table}
    WHEN EXISTS (SELECT 1 FROM {table} WHERE "case" = NEW."case" AND {key} = NEW.{key})
    BEGIN SELECT RAISE(ABORT, 'the {table} table is never changed'); END;
"""
_POSTGRESQL_GUARDS = """
CREATE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'the {table} table is never changed'; END $$;
CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION {table}_refuse();
"""


def upgrade() -> None:
    """Make every table, then guard the log."""
    _make_tables()
    guards = _SQLITE_GUARDS if op.get_bind().dialect.name == "sqlite" else _POSTGRESQL_GUARDS
    for table, key in (("log", "seq"), ("causes", "cause")):
        for statement in guards.format(table=table, key=key).split(";\n"):
            if statement.strip():
                op.get_bind().exec_driver_sql(statement)


def _make_tables() -> None:
    op.create_table(
        "agenda",
        _text("case"),
        _text("machine"),
        _text("timer"),
        _text("step"),
        _instant("due_at"),
        _whole("set_seq"),
        _text("chases"),
        sa.PrimaryKeyConstraint("case", "machine", "timer", name=op.f("pk_agenda")),
    )
    op.create_index("ix_agenda_due_at", "agenda", ["due_at"], unique=False)
    op.create_table(
        "causes",
        _text("case"),
        _text("cause"),
        _whole("seq"),
        sa.PrimaryKeyConstraint("case", "cause", name=op.f("pk_causes")),
    )
    op.create_table(
        "codes",
        _text("digest"),
        _text("case"),
        _text("machine"),
        _text("verb"),
        _text("address"),
        _text("state_key"),
        _instant("issued_at"),
        _instant("used_at", nullable=True),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_codes")),
    )
    op.create_table(
        "correspondence",
        _whole("id"),
        _text("case"),
        _text("identity"),
        _text("direction"),
        _text("party"),
        _text("correspondent"),
        _instant("at"),
        _text("subject"),
        _text("kind"),
        _text("text_id"),
        _text("attachments"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correspondence")),
        sa.UniqueConstraint("case", "identity", "direction", name=op.f("uq_correspondence_case_identity_direction")),
    )
    op.create_table(
        "files",
        _whole("id"),
        _text("case"),
        _text("path"),
        _whole("seq"),
        _flag("written"),
        _octets("octets"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_files")),
        sa.UniqueConstraint("case", "path", "seq", name=op.f("uq_files_case_path_seq")),
    )
    op.create_index("ix_files_written", "files", ["written"], unique=False)
    op.create_table(
        "held",
        _text("tag"),
        _text("identity"),
        _text("reason"),
        _text("suggestion"),
        _instant("asked_at"),
        _text("how"),
        _flag("open"),
        sa.PrimaryKeyConstraint("tag", name=op.f("pk_held")),
    )
    op.create_index("ix_held_identity", "held", ["identity"], unique=False)
    op.create_index("ix_held_open", "held", ["open"], unique=False)
    op.create_table(
        "inbox",
        _text("identity"),
        _text("mailbox"),
        _text("folder"),
        _instant("arrived_at"),
        _instant("first_kept_at"),
        _text("state"),
        _text("reason"),
        _whole("tries"),
        _text("case"),
        _text("kind"),
        _text("sender"),
        _text("sender_domain"),
        _text("text_digest"),
        _octets("octets"),
        sa.PrimaryKeyConstraint("identity", name=op.f("pk_inbox")),
    )
    op.create_index("ix_inbox_case_arrived_at", "inbox", ["case", "arrived_at"], unique=False)
    op.create_index("ix_inbox_state_arrived_at", "inbox", ["state", "arrived_at"], unique=False)
    op.create_table(
        "letters",
        _text("id"),
        _text("case"),
        _text("machine"),
        _text("template"),
        _text("party"),
        _whole("seq"),
        _text("message_id"),
        _text("mail_from"),
        _instant("leave_at"),
        _text("why"),
        _flag("party_mail"),
        _whole("priority"),
        _instant("recorded_at"),
        _instant("home_at", nullable=True),
        _octets("octets"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letters")),
        sa.UniqueConstraint(
            "case", "machine", "template", "party", "seq", name=op.f("uq_letters_case_machine_template_party_seq")
        ),
        sa.UniqueConstraint("message_id", name=op.f("uq_letters_message_id")),
    )
    op.create_index("ix_letters_case_party_leave_at", "letters", ["case", "party", "leave_at"], unique=False)
    op.create_table(
        "log",
        _text("case"),
        _whole("seq"),
        _text("kind"),
        _text("machine"),
        _text("data"),
        _text("cause"),
        _text("actor"),
        _instant("happened_at"),
        _instant("recorded_at"),
        _text("edition"),
        _text("calendar_edition"),
        _text("hash"),
        sa.PrimaryKeyConstraint("case", "seq", name=op.f("pk_log")),
    )
    op.create_index("ix_log_kind_case", "log", ["kind", "case"], unique=False)
    op.create_table(
        "mailboxes",
        _text("mailbox"),
        _instant("read_through"),
        sa.PrimaryKeyConstraint("mailbox", name=op.f("pk_mailboxes")),
    )
    op.create_table(
        "message_ids",
        _text("message_id"),
        _text("identity"),
        _text("case"),
        sa.PrimaryKeyConstraint("message_id", "identity", name=op.f("pk_message_ids")),
    )
    op.create_table("meta", _text("key"), _text("value"), sa.PrimaryKeyConstraint("key", name=op.f("pk_meta")))
    op.create_table(
        "numbers",
        _text("prefix"),
        _whole("year"),
        _whole("last"),
        sa.PrimaryKeyConstraint("prefix", "year", name=op.f("pk_numbers")),
    )
    op.create_table("salts", _text("case"), _text("salt"), sa.PrimaryKeyConstraint("case", name=op.f("pk_salts")))
    op.create_table(
        "texts",
        _text("id"),
        _text("case"),
        _text("kind"),
        _text("text"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_texts")),
    )
    op.create_index("ix_texts_case", "texts", ["case"], unique=False)
    op.create_table(
        "views",
        _text("case"),
        _text("procedure"),
        _text("state"),
        _flag("live"),
        _text("summary"),
        sa.PrimaryKeyConstraint("case", name=op.f("pk_views")),
    )
    op.create_index("ix_views_procedure_live", "views", ["procedure", "live"], unique=False)
    op.create_table(
        "attempts",
        _whole("id"),
        _text("letter"),
        _instant("started_at"),
        _instant("lease_until"),
        _text("phase"),
        _instant("ended_at", nullable=True),
        _text("words"),
        sa.ForeignKeyConstraint(["letter"], ["letters.id"], name=op.f("fk_attempts_letter_letters")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempts")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_attempts_letter", "attempts", ["letter"], unique=False)
    op.create_index(
        "uq_attempts_open",
        "attempts",
        ["letter"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "envelopes",
        _text("letter"),
        _text("recipient"),
        _text("state"),
        _whole("attempts"),
        _instant("next_at", nullable=True),
        _instant("left_at", nullable=True),
        _text("verdict"),
        _flag("home"),
        sa.ForeignKeyConstraint(["letter"], ["letters.id"], name=op.f("fk_envelopes_letter_letters")),
        sa.PrimaryKeyConstraint("letter", "recipient", name=op.f("pk_envelopes")),
    )
    op.create_index("ix_envelopes_left_at", "envelopes", ["left_at"], unique=False)
    op.create_index("ix_envelopes_next_at", "envelopes", ["next_at"], unique=False)
    op.create_index("ix_envelopes_state", "envelopes", ["state"], unique=False)
    op.create_table(
        "sightings",
        _text("mailbox"),
        _text("folder"),
        _whole("uidvalidity"),
        _whole("uid"),
        _text("identity"),
        sa.ForeignKeyConstraint(["identity"], ["inbox.identity"], name=op.f("fk_sightings_identity_inbox")),
        sa.PrimaryKeyConstraint("mailbox", "folder", "uidvalidity", "uid", name=op.f("pk_sightings")),
    )
    op.create_index("ix_sightings_identity", "sightings", ["identity"], unique=False)
    op.create_table(
        "view_fields",
        _text("case"),
        _text("field"),
        _text("value"),
        sa.ForeignKeyConstraint(["case"], ["views.case"], name=op.f("fk_view_fields_case_views")),
        sa.PrimaryKeyConstraint("case", "field", "value", name=op.f("pk_view_fields")),
    )
    op.create_index("ix_view_fields_field_value", "view_fields", ["field", "value"], unique=False)
    # ### end Alembic commands ###
