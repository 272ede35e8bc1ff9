"""mailflow demo: cases of two procedures played from first mail to last, with real protocols and a pretended clock.

In: a folder to write into; whether to stay open at the end.
Out: a live timeline, then what happened and where to look.
Fails: exit 1 when a concern did not end where its script says; 2 for a folder that is not ours.
Limits: needs the extra packages of mailflow[demo]; everything listens on loopback only.
"""

from __future__ import annotations

import shutil
import signal
import sys
import time
from importlib.util import find_spec
from pathlib import Path

import click

MARK = "this-is-a-demonstration"


@click.command("demo")
@click.option(
    "--folder", type=click.Path(path_type=Path, file_okay=False), default=Path("demo-output"), show_default=True,
    help="Where mails, letters, reports and the database are put; the folder of a former run is emptied.",
)  # fmt: skip
@click.option("--keep", is_flag=True, help="Leave the servers up at the end, for a mail program.")
@click.option("--quick", is_flag=True, help="Play the six shortest cases only.")
def command(folder: Path, keep: bool, quick: bool) -> None:
    """Play whole cases on this machine, without any server: a council's concerns beside an insurer's issues.

    A mail server and the daemon run on this machine only. People read their mail, press its buttons and answer;
    the clock runs through ten weeks in about a minute.
    """
    missing = [name for name in ("pymap", "aiosmtpd") if find_spec(name) is None]
    if missing:
        click.echo(f'The demonstration needs {" and ".join(missing)}: pip install "mailflow[demo]"', err=True)
        sys.exit(1)
    _prepare(folder)
    # Without this the daemon would outlive us.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    from mailflow.demo.stage import StageFailed

    try:
        good = _perform(folder, keep, quick)
    except StageFailed as fault:
        click.echo(str(fault), err=True)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
    sys.exit(0 if good else 1)


def _perform(folder: Path, keep: bool, quick: bool) -> bool:
    from mailflow.demo.installation import contracts_by_email
    from mailflow.demo.offices import COUNCIL, INSURER
    from mailflow.demo.open_house import open_house
    from mailflow.demo.scripts import OUTSIDERS, QUICK, START
    from mailflow.demo.show import Player, choose, sum_up
    from mailflow.demo.stage import Stage
    from mailflow.demo.timeline import Timeline

    scripts = choose(QUICK if quick else None)
    timeline = Timeline(sys.stdout, sum(len(script.steps) for script in scripts))
    began = time.monotonic()
    broken = [address for script in scripts for address in script.broken]
    offices = (COUNCIL, INSURER)
    with Stage(
        folder,
        start=START,
        offices=offices,
        registers=contracts_by_email(),
        strangers=OUTSIDERS,
        bounce_later=broken,
    ) as stage:
        timeline.line("A mail server and the daemon are running, for two offices. On the stage:")
        for script in scripts:
            timeline.line(f"  {script.key}  {script.title}")
        player = Player(stage, scripts, timeline)
        try:
            outcome = player.play()
            sum_up(player, time.monotonic() - began)
            if keep:
                open_house(player, timeline)
        finally:
            player.close()
    return not outcome.faults


def _prepare(folder: Path) -> None:
    if folder.exists() and any(folder.iterdir()):
        if not (folder / MARK).exists():
            raise click.UsageError(f"{folder} is not empty and not of a former demonstration: name another --folder.")
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARK).touch()
