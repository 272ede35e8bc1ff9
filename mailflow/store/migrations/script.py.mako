"""${message}

In: the schema of ${down_revision | comma,n}.
Out: the schema of ${up_revision}.
Fails: as the database does; the whole step is rolled back.
Limits: there is no way down; restore the backup instead.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
${imports if imports else ""}
revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Take the step."""
    ${upgrades if upgrades else "pass"}
