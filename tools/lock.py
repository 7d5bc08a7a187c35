"""`make lock`: resolves pyproject.toml into lock files with hashes, for all platforms, without addresses.

Versions that are locked already stay unless `--upgrade` is given. uv.lock is not used: it records addresses.
"""

import os
import subprocess
import sys

COMPILE = (
    *("uv", "pip", "compile", "--quiet", "--universal", "--generate-hashes"),
    *("--no-emit-index-url", "--no-emit-find-links", "--no-annotate", "--python-version", "3.11"),
)
LOCKS = {
    "lock.txt": ("pyproject.toml", "--group", "setup"),
    "lock-dev.txt": (
        *("pyproject.toml", "--group", "setup", "--group", "dev", "--group", "bench"),
        *("--constraints", "lock.txt"),
    ),
    "lock-node.txt": ("--group", "node"),
    "lock-uv.txt": ("--group", "uv"),
}


def main() -> None:
    environment = {**os.environ, "UV_CUSTOM_COMPILE_COMMAND": "make lock"}
    for output, sources in LOCKS.items():
        command = [sys.executable, "-m", *COMPILE, *sources, *sys.argv[1:], "--output-file", output]
        subprocess.run(command, env=environment, check=True)
    subprocess.run(["npm", "install", "--package-lock-only", "--ignore-scripts", "--no-audit"], check=True)


if __name__ == "__main__":
    main()
