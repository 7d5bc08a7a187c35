"""The faces never query, and the rooms' queries stay in their workspace."""

from pathlib import Path

import pytest

from tools.house_lints import lint


def findings(tmp_path: Path, name: str, content: str) -> list[tuple[int, str]]:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    return [(finding.line, finding.text) for finding in lint(path)]


@pytest.mark.parametrize("manager", ["objects", "_default_manager", "_base_manager"])
@pytest.mark.parametrize("face", ["web/inbox/views.py", "api/resources/tokens.py"])
def test_a_face_never_queries(tmp_path: Path, face: str, manager: str):
    code = f"\nfound = Member.teams.through.{manager}.all()\n"
    advice = f".{manager} in a face: ask the room's queries or access, or tell its operations"
    assert findings(tmp_path, f"regulars/{face}", code) == [(2, advice)]


@pytest.mark.parametrize(
    "elsewhere",
    [
        "regulars/web/tests/test_inbox.py",
        "regulars/api/migrations/0002_x.py",
        "regulars/kernel/x.py",
        "web/x.py",
    ],
)
def test_tests_migrations_and_lower_rooms_may_query(tmp_path: Path, elsewhere: str):
    assert findings(tmp_path, elsewhere, "Heartbeat.objects.all()\n") == []


SCOPED = [
    "Message.objects.filter(workspace_id=workspace_id, id=message_id).first()",
    "Message.objects.select_related('media').filter(conversation=conversation)",
    "Inbox.objects.filter(Q(connection_id__in=own) | Q(teams__in=theirs))",
    "Note.objects.filter(conversation__contact=contact)",
    "Message.objects.select_for_update().get(id=message.id)",
    "Message.objects.filter(id__in=[each.id for each in messages])",
    "Team.objects.create(name=name)",
    "Group.objects.none()",
    "Team.objects.filter(inboxes__id__in=inbox_ids)",
    "Member.objects.filter(id=session.member_id)",
    "row.refresh_from_db(from_queryset=Connection.objects.select_for_update())",
    "Delivery.objects.filter(id=delivery_id)",  # no table of a workspace
    "# unscoped: the ids are the page's own\nMessage.objects.filter(id__in=ids)",
    "Message.objects.filter(\n    id__in=ids  # unscoped: the ids are the page's own\n)",
]


@pytest.mark.parametrize("code", SCOPED)
def test_a_query_may_name_its_workspace_or_what_it_hangs_on_or_say_why_not(tmp_path: Path, code: str):
    assert findings(tmp_path, "regulars/conversations/queries/x.py", code + "\n") == []


@pytest.mark.parametrize(
    "query",
    [
        "Message.objects.get(id=message_id)",
        "Message.objects.filter(pk__in=ids, status='queued').order_by('id')",
        "Contact.objects.all()",
        "Message.objects.filter(Q(id=message_id) | Q(provider_id=provider_id))",
        "Message.objects.in_bulk(ids)",
        "Message.objects.filter(status='queued').update(conversation=other)",
    ],
)
def test_a_query_by_an_id_alone_is_found(tmp_path: Path, query: str):
    model = query.split(".", maxsplit=1)[0]
    found = findings(tmp_path, "regulars/conversations/access.py", f"x = 1\nfound = {query}\n")
    wrong = (
        f"{model} by nothing that was accessed: name its workspace or the row that it hangs on,"
        " or say why not (# unscoped: …)"
    )
    assert found == [(2, wrong)]
