"""The record: one chain over the logs of all cases.

In: the first schema, with what has been logged.
Out: the table `chain`, which refuses to be changed, with an entry for each cause there is.
Fails: as the database does; the whole step is rolled back.
Limits: there is no way down; restore the backup instead. What was cut off before this step leaves no trace here.
"""

from __future__ import annotations

import hashlib
import json

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_SQLITE_GUARDS = """
CREATE TRIGGER chain_no_update BEFORE UPDATE ON chain
    BEGIN SELECT RAISE(ABORT, 'the chain table is never changed'); END;
CREATE TRIGGER chain_no_delete BEFORE DELETE ON chain
    BEGIN SELECT RAISE(ABORT, 'the chain table is never deleted from'); END;
CREATE TRIGGER chain_no_replace BEFORE INSERT ON chain
    WHEN EXISTS (SELECT 1 FROM chain WHERE number = NEW.number OR ("case" = NEW."case" AND cause = NEW.cause))
    BEGIN SELECT RAISE(ABORT, 'the chain table is never changed'); END;
"""
_POSTGRESQL_GUARDS = """
CREATE FUNCTION chain_refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'the chain table is never changed'; END $$;
CREATE TRIGGER chain_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON chain
    FOR EACH STATEMENT EXECUTE FUNCTION chain_refuse();
"""
# In the order in which they were recorded, as far as it is known: a cause that decided nothing comes after the line at
# which its case stood.
_KNOWN = """
SELECT causes."case", causes.cause, causes.seq, COALESCE(log.hash, '') AS head,
       CASE WHEN log.cause = causes.cause THEN 0 ELSE 1 END AS turn
FROM causes LEFT JOIN log ON log."case" = causes."case" AND log.seq = causes.seq
ORDER BY log.recorded_at IS NOT NULL, log.recorded_at, causes."case", causes.seq, turn, causes.cause
"""
_BLOCK = 1000


def upgrade() -> None:
    """Take the step."""
    chain = op.create_table(
        "chain",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("case", "cause")),
        sa.Column("seq", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("head", "hash")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_chain")),
        sa.UniqueConstraint("case", "cause", name=op.f("uq_chain_case_cause")),
    )
    _enter(chain)
    guards = _SQLITE_GUARDS if op.get_bind().dialect.name == "sqlite" else _POSTGRESQL_GUARDS
    for statement in guards.split(";\n"):
        if statement.strip():
            op.get_bind().exec_driver_sql(statement)


def _enter(chain: sa.Table) -> None:
    before, rows = "", []
    for number, known in enumerate(op.get_bind().execute(sa.text(_KNOWN)).all(), 1):
        row = {"number": number, "case": known.case, "cause": known.cause, "seq": known.seq, "head": known.head}
        content = json.dumps(row, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
        before = hashlib.sha256((before + content).encode("ascii")).hexdigest()
        rows.append({**row, "hash": before})
        if len(rows) == _BLOCK:
            op.bulk_insert(chain, rows)
            rows = []
    if rows:
        op.bulk_insert(chain, rows)
