"""`regulars serve`: run the product."""

import os
from pathlib import Path

import click

from regulars.supervision.dropping import settle_on_interpreter
from regulars.supervision.serve import serve as supervise
from regulars.supervision.settings import read_settings


@click.command()
@click.option("--role", metavar="web,worker", help="What to run here; both, unless said otherwise.")
@click.option(
    "--demo", is_flag=True, help="A demo workspace with a WhatsApp sandbox and simulated customers."
)
@click.option("--port", metavar="N", help="Where the web process listens (8000).")
@click.option("--home", metavar="DIR", help="The directory of all local state (.regulars in a clone).")
@click.option(
    "--ready-file", metavar="PATH", help="Written once everything answers (ready.json in the home)."
)
def serve(role: str | None, demo: bool, port: str | None, home: str | None, ready_file: Path | None) -> None:
    """Run Regulars until Ctrl-C: database, web and worker.

    Without DATABASE_URL a private PostgreSQL is started in the home. With --demo a sandbox runs too.
    """
    flags = {
        "role": role,
        "demo": "1" if demo else None,
        "port": port,
        "home": home,
        "ready_file": str(ready_file) if ready_file else None,
    }
    settings = read_settings(os.environ, flags)
    settle_on_interpreter(settings.home)
    supervise(settings)
