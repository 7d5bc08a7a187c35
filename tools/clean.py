"""`make clean`: removes local state and everything that was built; asks before it removes a database."""

import json
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILT = (".venv", ".setup", "node_modules", "regulars/web/static_built", ".mypy_cache", ".ruff_cache")
STATE = ROOT / ".regulars"


def main() -> None:
    if STATE.exists() and _agreed():
        database = _database_directory()
        if (
            database is not None and database.parent != STATE
        ):  # started as root: it lies where others can reach it
            shutil.rmtree(database)
        shutil.rmtree(STATE)
    for name in BUILT:
        shutil.rmtree(ROOT / name, ignore_errors=True)
    for catalogue in [*ROOT.glob("regulars/**/*.mo"), *ROOT.glob("whatsapp_sandbox/**/*.mo")]:
        catalogue.unlink()


def _agreed() -> bool:
    if not sys.stdin.isatty():
        print(f"{STATE} is kept: it holds a database, and nobody is here to agree.")
        return False
    return input(f"Remove {STATE} with its database, for good? [y/N] ").strip().lower() == "y"


def _database_directory() -> Path | None:
    try:
        return Path(json.loads((STATE / "postgres.json").read_text())["directory"])
    except (OSError, ValueError, KeyError):
        return None


if __name__ == "__main__":
    main()
