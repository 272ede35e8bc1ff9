"""The program `mailflow`, started by its name or as `python -m mailflow`.

In: the command line.
Out: the exit status of the command.
Fails: as the command does; it is the command line's work to turn errors into advice.
Limits: none; everything is in the rooms below.
"""

from __future__ import annotations


def main() -> None:
    """Run the command line."""
    from mailflow.cli.main import main as command_line

    command_line(prog_name="mailflow")


if __name__ == "__main__":
    main()
