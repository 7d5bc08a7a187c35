"""Scripts of the screens that need no page, run by node."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tools.bootstrap import _wheel_node

WEB = Path(__file__).parents[2]


def run(folder: Path, script: str, given: dict[str, object], *modules: str) -> Any:
    """What ``script`` prints, as JSON. It finds ``given`` as its last argument, and in ``given.web`` the address of
    a copy of the ``modules`` (paths below ``regulars/web``); ``folder`` is the test's own.
    """
    node = shutil.which("node") or (str(_wheel_node()) if _wheel_node().exists() else "")
    if not node:
        pytest.skip("there is no node here")
    (folder / "package.json").write_text('{"type": "module"}')  # scripts of a page are modules by their tag
    for module in modules:
        (folder / module).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(WEB / module, folder / module)
    told = json.dumps({"web": folder.as_uri(), **given})
    command = [node, "--input-type=module", "-e", script, "--", told]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
