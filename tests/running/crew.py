"""Members at their browsers: ``python -m tests.running.crew 20`` makes so many who see all.

It prints a session of each as JSON: name, member's id, cookies. The environment names database and key.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass

from regulars.supervision.home import PROJECT, secret_key

from .product import Product


@dataclass(frozen=True, slots=True)
class Sitting:
    """A member with a browser that is signed in."""

    name: str
    member_id: str
    cookies: dict[str, str]


def make_crew(product: Product, count: int) -> list[Sitting]:
    environment = {
        **os.environ,
        "DATABASE_URL": product.database_url,
        "REGULARS_HOME": str(product.home),
        "REGULARS_SECRET_KEY": secret_key(product.home),
    }
    command = [sys.executable, "-m", "tests.running.crew", str(count)]
    done = subprocess.run(
        command, cwd=PROJECT, env=environment, stdout=subprocess.PIPE, check=True, timeout=300
    )
    return [Sitting(**each) for each in json.loads(done.stdout.splitlines()[-1])]


def _make(count: int) -> list[dict[str, object]]:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    from django.test import Client

    from regulars.workspaces.models import Workspace
    from regulars.workspaces.operations import add_member

    workspace = Workspace.objects.get()
    made: list[dict[str, object]] = []
    for place in range(count):
        name = f"Crew {place + 1}"
        member = add_member(
            workspace, f"crew{place}@demo.example", "a quiet crew of agents", name=name, role="admin"
        )
        client = Client()
        client.force_login(member.user)
        cookies = {key: morsel.value for key, morsel in client.cookies.items()}
        made.append({"name": name, "member_id": str(member.id), "cookies": cookies})
    return made


if __name__ == "__main__":
    print(json.dumps(_make(int(sys.argv[1]))))
