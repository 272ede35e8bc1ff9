"""mailflow run: the daemon, all loops or one of them, on the wall clock or on a pretended one.

In: the settings, perhaps a loop, perhaps a pretended time.
Out: a running daemon until SIGTERM or SIGINT; with --once, everything that is due is done and it ends.
Fails: exit 78 with all faults of the configuration; 75 when the store is away or another daemon runs.
Limits: --once and a pretended clock run all loops together.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

import click

from mailflow import wiring
from mailflow.cli.opened import show_unserved
from mailflow.cli.saying import EX_CONFIG, EX_TEMPFAIL, sentence
from mailflow.errors import ConfigurationError, Fault
from mailflow.loops.daemon import LOOPS, Daemon
from mailflow.loops.pretended import ClockSocket, PretendedClock, instant

SIGNALS = (signal.SIGTERM, signal.SIGINT)
RELOAD = signal.SIGHUP


@click.command("run")
@click.argument("loop", type=click.Choice(LOOPS), required=False)
@click.option("--config", type=click.Path(path_type=Path, dir_okay=False), help="The settings (mailflow.toml).")
@click.option("--once", is_flag=True, help="Do everything that is due now, then end.")
@click.option("--now", "now_words", metavar="T", help="Pretend that it is T, such as 2027-02-01T09:30:00Z.")
@click.option("--clock-socket", type=click.Path(path_type=Path), help="Run on a clock moved through this socket.")
def command(
    loop: str | None, config: Path | None, once: bool, now_words: str | None, clock_socket: Path | None
) -> None:
    """Run the daemon: read mail, keep the clocks, send letters.

    Without LOOP all three loops run in this process. A pretended time needs [testing] pretend_time = true.
    """
    found = wiring.install(wiring.config_path(config))
    if (now_words or clock_socket) and not found.settings.pretend_time:
        what = "Time can be pretended only in a test installation."
        fix = "Leave out --now and --clock-socket, or set [testing] pretend_time = true."
        raise ConfigurationError([Fault(str(found.settings.file), 0, what, fix)])
    wiring.arm_failpoint(found.settings)
    if loop and (once or clock_socket):
        raise click.UsageError("--once and --clock-socket run all loops: leave out the loop.")
    if now_words and not (once or clock_socket):
        raise click.UsageError("--now goes with --once or --clock-socket.")
    try:
        now = instant(now_words) if now_words else None
    except ValueError as fault:
        raise click.UsageError(str(fault)) from None
    for warning in found.settings.warnings:
        click.echo(f"Warning: {warning}", err=True)
    show_unserved(found)
    loops = (loop,) if loop else LOOPS
    with ExitStack() as stack:
        try:
            for lock in wiring.only_one(found.settings, loops):
                stack.enter_context(lock)
        except wiring.AlreadyRuns as fault:
            click.echo(sentence(fault), err=True)
            sys.exit(EX_TEMPFAIL)
        store = wiring.open_store(found.settings)
        stack.callback(store.close)
        daemon = wiring.daemon(found, wiring.open_house(found, store), loops)
        try:
            if clock_socket:
                _on_socket(found, daemon, clock_socket, now)
            elif once:
                _once(found, daemon, now)
            else:
                _until_stopped(found, daemon)
        except ValueError as fault:
            click.echo(sentence(fault), err=True)
            sys.exit(EX_CONFIG)


def _once(found: wiring.Installation, daemon: Daemon, now: datetime | None) -> None:
    clock = daemon.pretended_clock(now) if now else PretendedClock()
    wiring.configure_logs(found.settings, clock if now else wiring.wall_clock)
    rounds = daemon.rounds(clock)
    try:
        rounds.move(now or wiring.wall_clock())
    finally:
        daemon.stop()


def _on_socket(found: wiring.Installation, daemon: Daemon, path: Path, now: datetime | None) -> None:
    clock = daemon.pretended_clock(now)
    wiring.configure_logs(found.settings, clock)
    rounds = daemon.rounds(clock)
    if now:
        rounds.move(now)
    signal.pthread_sigmask(signal.SIG_BLOCK, (*SIGNALS, RELOAD))
    try:
        server = ClockSocket(path, rounds.answer)
        serving = threading.Thread(target=server.serve, name="clock-socket")
        serving.start()
        try:
            wiring.notify("READY=1")
            while signal.sigwait((*SIGNALS, RELOAD)) == RELOAD:
                daemon.ask_reload()
            wiring.notify("STOPPING=1")
        finally:
            server.close()
            serving.join()
    finally:
        daemon.stop()


def _until_stopped(found: wiring.Installation, daemon: Daemon) -> None:
    wiring.configure_logs(found.settings)
    # The main thread takes the signals; the loops finish the step in hand.
    signal.pthread_sigmask(signal.SIG_BLOCK, (*SIGNALS, RELOAD))
    stopped, said, whole = None, "", True
    try:
        daemon.start()
        wiring.notify("READY=1")
        while stopped is None and daemon.alive:
            if daemon.status != said:
                said = daemon.status
                wiring.notify(f"STATUS={said}")
            caught = signal.sigtimedwait((*SIGNALS, RELOAD), 1.0)
            if caught is not None and caught.si_signo == RELOAD:
                daemon.ask_reload()
            else:
                stopped = caught
        wiring.notify("STOPPING=1")
    finally:
        whole = daemon.stop()
    if not whole:
        # A step is still at work and would keep the process alive: end as by a kill, which every step survives.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0 if stopped is not None else 1)
    if stopped is None:
        click.echo("A loop ended by itself; the log says why.", err=True)
        sys.exit(1)
