"""How the command line speaks of what went wrong, and its exit statuses.

In: an error of the house.
Out: sentences on standard error; EX_CONFIG and EX_TEMPFAIL of sysexits.h.
Fails: never.
Limits: shows an error's own words, so these must be fit for a person.
"""

from __future__ import annotations

import click

from mailflow.errors import ConfigurationError

EX_TEMPFAIL = 75
EX_CONFIG = 78


def show_faults(error: ConfigurationError, ending: str = "Nothing was started.") -> None:
    """All faults on standard error, a line each, and what has not happened because of them."""
    for fault in error.faults:
        click.echo(str(fault), err=True)
    count = len(error.faults)
    click.echo(f"\n{count} {'fault' if count == 1 else 'faults'}. {ending}", err=True)


def sentence(error: Exception) -> str:
    """An error's words as a sentence of their own."""
    words = str(error).strip() or type(error).__name__
    words = words[0].upper() + words[1:]
    return words if words.endswith((".", "!", "?")) else f"{words}."
