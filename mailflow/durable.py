"""What must be there after a power cut: the names of files in a folder.

In: a folder in which a file was written whole, synced and renamed.
Out: its names are on the disk (fsync(2): a file that is synced may still have lost its name).
Fails: OSError.
Limits: for local file systems; what a network share promises of it is the share's matter.
"""

from __future__ import annotations

import errno
import os
from pathlib import Path


def sync_names(folder: Path) -> None:
    """Wait until the names in this folder are on the disk."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    except OSError as fault:
        if fault.errno not in (errno.EINVAL, errno.ENOTSUP):  # a share that syncs files only
            raise
    finally:
        os.close(handle)
