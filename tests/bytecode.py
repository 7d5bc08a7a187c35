"""Byte code is kept from process to process, also where the environment asks Python to write none beside the sources.

Without it each worker, each process of a product and each command compiles Django, the product and its tests anew.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

BYTECODE = Path(tempfile.gettempdir()) / f"regulars-tests-bytecode-{os.geteuid()}"
"""shared: a fresh home need not compile everything anew"""
_WRITES_NONE = "PYTHONDONTWRITEBYTECODE"


def keep_bytecode() -> None:
    """In this process from now on, and in whatever it starts; nothing changes where byte code is written anyway."""
    if os.environ.pop(_WRITES_NONE, None):
        os.environ["PYTHONPYCACHEPREFIX"] = sys.pycache_prefix = str(BYTECODE)
        sys.dont_write_bytecode = False
