"""What the benchmarks prepare through the product's own operations, in a process that has Django.

    python -m benchmarks.seeding sign-in 50        members with a session each; prints their cookies
    python -m benchmarks.seeding queue 5000        queues messages; prints their ids and when that was committed
    python -m benchmarks.seeding jobs 100          asks for jobs with nothing to do; prints their ids

The environment names the product's database and home.
"""

from __future__ import annotations

import json
import os
import sys
import time
from importlib import import_module
from itertools import cycle, islice
from typing import Any

from benchmarks.children import run_child
from benchmarks.product import Product
from regulars.supervision.home import secret_key

Json = dict[str, Any]
BURST_PHONES = "+1555"
"""how the numbers begin that the sandbox makes up for a burst; only to them it has open windows"""


def seed(product: Product, *arguments: object) -> Json:
    printed: Json = run_child(
        [product.checkout.python, "-m", "benchmarks.seeding", *map(str, arguments)],
        environment=environment_with_database(product),
        folder=product.checkout.root,
    )
    return printed


def environment_with_database(product: Product) -> dict[str, str]:
    return {
        **product.environment,
        "DATABASE_URL": product.database_url,
        "REGULARS_SECRET_KEY": secret_key(product.home),
    }


def sign_in(count: int) -> Json:
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    from regulars.workspaces.models import Workspace
    from regulars.workspaces.operations import add_member

    workspace = Workspace.objects.get()
    store = import_module(settings.SESSION_ENGINE).SessionStore
    cookies = []
    for index in range(count):
        email, language = f"screen{index}@bench.example", settings.LANGUAGES[index % 4][0]
        member = add_member(
            workspace,
            email,
            f"{index} umbrellas over an old lighthouse",
            name=f"Screen {index}",
            role="admin",
            language=language,
        )
        session = store()
        session[SESSION_KEY] = str(member.user.pk)
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        session[HASH_SESSION_KEY] = member.user.get_session_auth_hash()
        session.create()
        cookies.append(f"{settings.SESSION_COOKIE_NAME}={session.session_key}")
    return {"cookies": cookies}


def queue(count: int) -> Json:
    from regulars.channels.whatsapp.facts import FACTS
    from regulars.conversations.models import Conversation, Message
    from regulars.conversations.operations.sending import OutgoingDraft, queue_messages
    from regulars.inboxes.models import Inbox
    from regulars.inboxes.ports import OutgoingText
    from regulars.workspaces.access import system_actor

    inbox = Inbox.objects.order_by("created_at", "address")[0]
    Inbox.objects.filter(id=inbox.id).update(messages_per_second=1_000_000)
    people = {"contact__identities__kind": "phone", "contact__identities__value__startswith": BURST_PHONES}
    conversations = list(
        Conversation.objects.filter(inbox=inbox, **people).select_related("inbox__connection")
    )
    drafts = [
        OutgoingDraft(conversation, OutgoingText(body=f"Your parcel is on its way. {index}"))
        for index, conversation in enumerate(islice(cycle(conversations), count))
    ]
    results = queue_messages(drafts, by=system_actor(inbox.workspace_id, "benchmark"), channel=FACTS)
    queued = [result for result in results if isinstance(result, Message)]
    refusals = [str(result) for result in results if not isinstance(result, Message)]
    if refusals:
        raise RuntimeError(f"{len(refusals)} messages may not leave: {refusals[0]}")
    return {"committed_at": time.time(), "ids": [str(message.id) for message in queued]}


def jobs(count: int) -> Json:
    """Each has nothing to read: no delivery is of the future."""
    from datetime import timedelta

    from django.db import transaction

    from regulars.inboxes.replaying import REPLAY, ReplayArguments
    from regulars.kernel import clock
    from regulars.kernel.jobs.asking import start_job
    from regulars.workspaces.access import system_actor
    from regulars.workspaces.models import Workspace

    by = system_actor(Workspace.objects.get().id, "benchmark")
    tomorrow = clock.now() + timedelta(days=1)
    with transaction.atomic():
        asked = [
            start_job(REPLAY, ReplayArguments(since=tomorrow + timedelta(seconds=index)), by=by)
            for index in range(count)
        ]
    return {"ids": [str(job.id) for job in asked]}


def _main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    import django

    django.setup()
    verbs = {"sign-in": sign_in, "queue": queue, "jobs": jobs}
    print(json.dumps(verbs[sys.argv[1]](int(sys.argv[2]))))


if __name__ == "__main__":
    _main()
