"""Many mails at once: the next one to sort, and those of one sender, are found without walking past the others.

In: the fourth schema.
Out: two indexes of `inbox`: the first in the whole order of sorting, the second by sender, state and arrival.
Fails: as the database does; the whole step is rolled back.
Limits: there is no way down; restore the backup instead.
"""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Take the step."""
    op.drop_index("ix_inbox_state_arrived_at", table_name="inbox")
    op.create_index("ix_inbox_state_order", "inbox", ["state", "arrived_at", "first_kept_at", "identity"])
    op.create_index("ix_inbox_sender_state_arrived_at", "inbox", ["sender", "state", "arrived_at"])
