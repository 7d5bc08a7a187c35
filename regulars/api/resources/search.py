"""Search: what was said, written down and sent, and whom we know."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from regulars.api.paging import Page
from regulars.api.shapes.search import SearchItem, SearchQuery, build_item
from regulars.search.queries import search as find
from regulars.search.reading import ask
from regulars.search.searchable import searchables
from regulars.workspaces.access import Actor
from regulars.workspaces.queries import time_zone_of


def search(actor: Actor, query: SearchQuery) -> Page[SearchItem]:
    """Messages, contacts, notes, files and cases that the token may see, the newest first. A moment passes until
    something new is found. A page may have fewer items than `limit`, even none, and still a cursor: then it
    goes on there.
    """
    zone = ZoneInfo(time_zone_of(actor.workspace_id))
    kinds = [each for each in searchables() if query.kind in (None, each.plural)]
    results = find(actor, ask(query.q, zone), kinds, zone, limit=query.limit, cursor=query.cursor)
    return Page([build_item(each) for each in results.items], results.next_cursor)
