"""What alembic runs to migrate; the connection comes from run.py, inside one transaction.

In: the connection that run.py puts into the configuration's attributes.
Out: the steps that are still to be taken, taken.
Fails: as the steps do.
Limits: there is no offline mode and no alembic.ini.
"""

from __future__ import annotations

from alembic import context

from mailflow.store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # SQLite cannot alter most of a table: alembic then copies it.
    render_as_batch=True,
    # run.py has begun the transaction and commits it.
    transactional_ddl=False,
)
context.run_migrations()
