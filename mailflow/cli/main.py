"""The program's front door: which commands there are; each is loaded only when it is asked for.

In: the command line.
Out: the command that was meant.
Fails: exit 2 for an unknown command, as click does; EXIT of the command otherwise.
Limits: what a command does stands in its own file.
"""

from __future__ import annotations

import sys

import click

from mailflow.cli.choosing import Commands, Table
from mailflow.cli.saying import EX_CONFIG, EX_TEMPFAIL, sentence, show_faults
from mailflow.errors import ConfigurationError, MailflowError, Unavailable


def _run() -> click.Command:
    from mailflow.cli.run import command

    return command


def _check() -> click.Command:
    from mailflow.cli.check import command

    return command


def _list() -> click.Command:
    from mailflow.cli.list import command

    return command


def _show() -> click.Command:
    from mailflow.cli.show import command

    return command


def _explain() -> click.Command:
    from mailflow.cli.explain import command

    return command


def _held() -> click.Command:
    from mailflow.cli.held import command

    return command


def _quarantine() -> click.Command:
    from mailflow.cli.quarantine import command

    return command


def _reconcile() -> click.Command:
    from mailflow.cli.reconcile import command

    return command


def _note() -> click.Command:
    from mailflow.cli.note import command

    return command


def _backup() -> click.Command:
    from mailflow.cli.backup import command

    return command


def _restore() -> click.Command:
    from mailflow.cli.restore import command

    return command


def _store() -> click.Command:
    from mailflow.cli.store import command

    return command


def _inspect() -> click.Command:
    from mailflow.cli.inspect import command

    return command


def _verify() -> click.Command:
    from mailflow.cli.verify import command

    return command


def _rebuild() -> click.Command:
    from mailflow.cli.rebuild import command

    return command


def _replay() -> click.Command:
    from mailflow.cli.replay import command

    return command


def _procedure() -> click.Command:
    from mailflow.cli.procedure import command

    return command


def _demo() -> click.Command:
    from mailflow.cli.demo import command

    return command


def _version() -> click.Command:
    return version


COMMANDS: Table = {
    "run": ("Run the daemon: read mail, keep the clocks, send letters.", _run),
    "check": ("Check the whole configuration and name everything that is wrong.", _check),
    "list": ("List cases.", _list),
    "show": ("Show one case: where it stands and how it got there.", _show),
    "explain": ("Say why a case stands where it stands, and what comes next.", _explain),
    "held": ("Show what waits for an answer, and answer it.", _held),
    "quarantine": ("Show mails that could not be read, and let them be tried again.", _quarantine),
    "reconcile": ("Compare mailbox, ledger, log and outbox, and name every difference.", _reconcile),
    "note": ("Put a note on a case.", _note),
    "backup": ("Save the database and the configuration while the daemon runs.", _backup),
    "restore": ("Put a backup back.", _restore),
    "store": ("Move an installation to another database.", _store),
    "inspect": ("Say how a mail is read and why it is read so.", _inspect),
    "verify": ("Prove that nothing on record was changed, removed or cut off.", _verify),
    "rebuild": ("Make what is derived again from log and octets, and compare.", _rebuild),
    "replay": ("Read the kept mails again and show what would be read differently today.", _replay),
    "procedure": ("See, test and change the procedures themselves.", _procedure),
    "demo": ("Play a whole case on this machine, without any server.", _demo),
    "version": ("Say which version this is.", _version),
}


class Front(Commands):
    """The commands of mailflow."""

    table = COMMANDS

    def invoke(self, ctx: click.Context) -> object:
        """Turn our own errors into sentences and exit statuses."""
        try:
            return super().invoke(ctx)
        except ConfigurationError as error:
            show_faults(error)
            sys.exit(EX_CONFIG)
        except Unavailable as error:
            click.echo(sentence(error), err=True)
            sys.exit(EX_TEMPFAIL)
        except MailflowError as error:
            click.echo(sentence(error), err=True)
            sys.exit(1)


@click.group(cls=Front, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Written procedures by email: nothing forgotten, nothing lost, nothing sent twice, nobody misled."""


@click.command("version")
def version() -> None:
    """Say which version this is."""
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as installed

    try:
        click.echo(f"mailflow {installed('mailflow')}")
    except PackageNotFoundError:
        click.echo("mailflow, run from its source without being installed")
