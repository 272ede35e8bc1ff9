"""Leases: who reads a mailbox, who keeps the clocks, which daemon is alive.

In: the second schema.
Out: the table `leases`; a claim on a letter says whose it is.
Fails: as the database does; the whole step is rolled back.
Limits: there is no way down; restore the backup instead.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Take the step."""
    op.create_table(
        "leases",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_leases")),
    )
    op.add_column("attempts", sa.Column("holder", sa.Text(), nullable=True))
