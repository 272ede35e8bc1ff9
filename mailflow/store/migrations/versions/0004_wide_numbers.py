"""Numbers of a mail server in full: UIDVALIDITY and UID reach to 4,294,967,295.

In: the third schema.
Out: on PostgreSQL both columns of `sightings` hold 64 bits; SQLite's integers always did.
Fails: as the database does; the whole step is rolled back.
Limits: there is no way down; restore the backup instead.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Take the step."""
    if op.get_bind().dialect.name == "sqlite":
        return
    # RFC 3501 section 2.3.1.1: both are unsigned 32-bit values; PostgreSQL's INTEGER ends at half of that.
    for name in ("uidvalidity", "uid"):
        op.alter_column("sightings", name, type_=sa.BigInteger(), existing_type=sa.Integer(), existing_nullable=False)
