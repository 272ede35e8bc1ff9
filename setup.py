"""Put templates/, config/ and systemd/ into the wheel, so that mailflow works outside its checkout.

They stand at the root of the repository because contract officers and administrators read and correct them there;
in the wheel they lie in mailflow/shipped/, where mailflow/places.py finds them. All else about the package is in
pyproject.toml.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

SHIPPED = ("templates", "config", "systemd")
ROOT = Path(__file__).resolve().parent


class BuildWithShippedFiles(build_py):
    """The usual build of the modules, and then the shipped folders beside them."""

    def run(self) -> None:
        super().run()
        if self.editable_mode:
            return  # an editable installation reads them where they stand
        for kind in SHIPPED:
            there = Path(self.build_lib) / "mailflow" / "shipped" / kind
            shutil.rmtree(there, ignore_errors=True)  # a letter taken out of the tree must not come back from build/
            shutil.copytree(ROOT / kind, there, ignore=shutil.ignore_patterns("__pycache__", ".*", "*~"))


setup(cmdclass={"build_py": BuildWithShippedFiles})
