"""The real servers, for the contracts."""

from tests.servers.fixtures import dovecot, real_mail  # noqa: F401 (pytest finds fixtures by name)
