"""`regulars replay`: read stored webhook deliveries again, or try parked events again."""

import json
from datetime import UTC, datetime
from typing import Any

import click

from .loading import loaded_django, refusals_in_words


@click.command()
@click.option("--failed", is_flag=True, help="All deliveries that could not be processed (the default).")
@click.option(
    "--since", metavar="TIME", help="Every delivery received since then, like 2026-11-29T08:00:00Z."
)
@click.option(
    "--delivery",
    "delivery_ids",
    type=click.IntRange(1, 2**63 - 1),
    multiple=True,
    help="This one; repeatable.",
)
@click.option("--events", is_flag=True, help="Parked events instead of deliveries.")
@click.option("--workspace", help="Only this workspace: its short name (as in its address) or its name.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def replay(
    failed: bool,
    since: str | None,
    delivery_ids: tuple[int, ...],
    events: bool,
    workspace: str | None,
    as_json: bool,
) -> None:
    """Have workers read stored deliveries again: after a number was added, or a mistake was mended.

    What is known already comes out as duplicate. Deliveries are kept for 30 days.
    """
    _require_one_choice(failed, since, delivery_ids, events)
    moment = _read_time(since) if since else None
    with loaded_django(), refusals_in_words():
        counts = {
            each.slug: _replay(each, failed, moment, delivery_ids, events) for each in _workspaces(workspace)
        }
    if delivery_ids and not sum(counts.values()):
        raise click.ClickException(
            f"--delivery is {', '.join(map(str, delivery_ids))}; there is no such delivery any more, or it waits to be "
            "read already. Deliveries are kept for 30 days; their ids stand on the page Deliveries and in the REST API."
        )
    what, total = "parked_events" if events else "deliveries", sum(counts.values())
    if as_json:
        click.echo(json.dumps({what: total, "workspaces": counts}, ensure_ascii=False))
        return
    one, several = ("parked event", "parked events") if events else ("delivery", "deliveries")
    verb = "tried" if events else "read"
    click.echo(f"{total} {one if total == 1 else several} will be {verb} again by the workers that run.")


def _require_one_choice(failed: bool, since: str | None, delivery_ids: tuple[int, ...], events: bool) -> None:
    if delivery_ids and (failed or since):
        raise click.UsageError("--delivery names the deliveries; leave --failed and --since out.")
    if events and (failed or since or delivery_ids):
        raise click.UsageError("--events is about parked events; leave --failed, --since and --delivery out.")


def _read_time(written: str) -> datetime:
    try:
        moment = datetime.fromisoformat(written)
    except ValueError as error:
        raise click.UsageError(
            f"--since is {written!r}; it must be a time like 2026-11-29T08:00:00Z."
        ) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _workspaces(named: str | None) -> list[Any]:
    from django.db.models import Q

    from regulars.workspaces.models import Workspace

    every = Workspace.objects.order_by("slug")
    if named is None:
        return list(every)
    found = list(every.filter(Q(slug=named) | Q(name=named)))
    if len(found) != 1:
        known = ", ".join(every.values_list("slug", flat=True)) or "none yet"
        raise click.ClickException(f"--workspace is {named!r}; it must be one of: {known}.")
    return found


def _replay(
    workspace: Any, failed: bool, since: datetime | None, delivery_ids: tuple[int, ...], events: bool
) -> int:
    from regulars.inboxes.replaying import WhichDeliveries, replay_deliveries, start_replay
    from regulars.workspaces.access import system_actor
    from regulars.workspaces.parked_events import retry_parked_events

    by = system_actor(workspace.id, "command line")
    if events:
        return retry_parked_events(by=by)
    if delivery_ids:
        return replay_deliveries(WhichDeliveries(ids=delivery_ids), by=by)
    state = "" if since and not failed else "failed"
    return start_replay(WhichDeliveries(state=state, since=since), by=by).total or 0
