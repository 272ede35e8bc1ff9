"""Where the files that are shipped with mailflow lie: letters, example configuration, systemd units.

In: the kind of file, "templates", "config" or "systemd".
Out: a folder, in the installed wheel or, in a checkout, at the root of the repository.
Fails: errors.MailflowError when the installation is incomplete.
Limits: needs a package that lies unpacked on disk (pip always unpacks); finds folders, opens no file.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from mailflow.errors import MailflowError

Kind = Literal["templates", "config", "systemd"]

_PACKAGE = Path(__file__).resolve().parent


def shipped(kind: Kind) -> Path:
    """The folder of the shipped files of this kind; raises MailflowError if it is not there."""
    in_wheel = _PACKAGE / "shipped" / kind
    in_checkout = _PACKAGE.parent / kind
    if in_wheel.is_dir():
        return in_wheel
    # Beside an installed package anything may lie, so a checkout is known by its pyproject.toml.
    if in_checkout.is_dir() and (_PACKAGE.parent / "pyproject.toml").is_file():
        return in_checkout
    raise MailflowError(f"The folder {kind} of mailflow is missing: {in_wheel}. Install mailflow again.")
