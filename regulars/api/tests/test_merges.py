"""Who is one person, over REST."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from regulars.api.tests.client import Api, problem
from regulars.contacts.models import Merge, MergeSuggestion
from regulars.contacts.operations.merging import UNDO_WITHIN
from regulars.kernel import clock
from regulars.workspaces.models import AuditEntry
from tests.cast import ALICE, BORIS, Cast


def _merge(api: Api, first: UUID, second: UUID) -> str:
    made = api.post(f"/contacts/{first}/merge", {"with": str(second)})
    assert made.status_code == 200
    return str(made.json()["id"])


def test_two_contacts_become_one_and_two_again(api: Api, cast: Cast):
    made = api.post(f"/contacts/{cast.alice.id}/merge", {"with": str(cast.boris.id)}).json()
    assert (made["kept"], made["absorbed"]) == (str(cast.alice.id), str(cast.boris.id))
    assert made["undo_until"] > made["made_at"]
    assert api.get(f"/contacts/{cast.boris.id}").json()["person"] == str(cast.alice.id)
    theirs = api.get(f"/contacts?person={cast.alice.id}").json()["items"]
    assert {each["id"] for each in theirs} == {str(cast.alice.id), str(cast.boris.id)}
    again = api.post(f"/contacts/{cast.boris.id}/merge", {"with": str(cast.alice.id)})
    assert problem(again) == (409, "conflict")
    assert [each["id"] for each in api.get("/merges").json()["items"]] == [made["id"]]
    for _time in range(2):
        undone = api.post(f"/merges/{made['id']}/undo", {})
        assert (undone.status_code, undone.json()["undone_at"] is None) == (200, False)
    assert api.get(f"/contacts/{cast.boris.id}").json()["person"] == str(cast.boris.id)


def test_an_undo_that_comes_too_late_is_refused(api: Api, cast: Cast):
    merge_id = _merge(api, cast.alice.id, cast.boris.id)
    Merge.objects.update(made_at=clock.now() - UNDO_WITHIN)
    refused = api.post(f"/merges/{merge_id}/undo", {})
    assert problem(refused) == (409, "conflict")
    assert "30 days" in refused.json()["detail"]


def test_what_is_asked_wrongly_is_named(api: Api, cast: Cast):
    path = f"/contacts/{cast.alice.id}/merge"
    assert "with" in api.post(path, {}).json()["fields"]
    assert problem(api.post(path, {"with": "nonsense"})) == (422, "invalid")
    assert problem(api.post(path, {"with": str(cast.alice.id)})) == (409, "conflict")
    assert problem(api.post(path, {"with": str(cast.workspace.id)})) == (404, "not-found")


def test_next_door_there_is_nobody_to_merge_with(api: Api, cast: Cast):
    theirs = cast.stranger.contact(ALICE)
    assert problem(api.post(f"/contacts/{cast.alice.id}/merge", {"with": str(theirs.id)})) == (
        404,
        "not-found",
    )
    assert problem(api.post(f"/contacts/{theirs.id}/merge", {"with": str(cast.alice.id)})) == (
        404,
        "not-found",
    )
    merge_id = _merge(api, cast.alice.id, cast.boris.id)
    stranger = Api(cast.stranger.token("owner"))
    assert problem(stranger.post(f"/merges/{merge_id}/undo", {})) == (404, "not-found")
    assert stranger.get("/merges").json()["items"] == []
    assert stranger.get(f"/contacts?person={cast.alice.id}").json()["items"] == []
    assert problem(stranger.get(f"/contacts/{cast.alice.id}/export")) == (404, "not-found")


def test_who_may_not_read_contacts_reads_no_names_in_merges(api: Api, cast: Cast):
    merge_id = _merge(api, cast.alice.id, cast.boris.id)
    pair = sorted((cast.alice.id, cast.chai.id))
    MergeSuggestion.objects.create(
        workspace=cast.workspace, first_id=pair[0], second_id=pair[1], reason="same_phone"
    )
    narrow = Api(cast.token("owner", scopes=["contacts:merge"]))
    for path in ("/merges", "/merge-suggestions"):
        assert len(api.get(path).json()["items"]) == 1
        assert narrow.get(path).json()["items"] == []
    assert problem(narrow.post(f"/merges/{merge_id}/undo", {})) == (404, "not-found")


def test_suggestions_are_accepted_dismissed_and_opened_again(api: Api, cast: Cast):
    row = MergeSuggestion.objects.create(
        workspace=cast.workspace, first=cast.alice, second=cast.boris, reason="same_phone"
    )
    path = f"/merge-suggestions/{row.id}"

    def waiting() -> list[str]:
        return [each["id"] for each in api.get("/merge-suggestions").json()["items"]]

    (listed,) = api.get("/merge-suggestions").json()["items"]
    assert [each["name"] for each in listed["contacts"]] == ["Alice", "Борис"]
    assert api.post(f"{path}/dismiss", {}).status_code == 204
    assert waiting() == []
    assert api.post(f"{path}/reopen", {}).status_code == 204
    assert waiting() == [str(row.id)]
    assert problem(api.post(f"{path}/accept", {"keep": str(cast.chai.id)})) == (422, "invalid")
    made = api.post(f"{path}/accept", {"keep": str(cast.boris.id)}).json()
    assert (made["kept"], made["absorbed"], made["reason"]) == (
        str(cast.boris.id),
        str(cast.alice.id),
        "same_phone",
    )
    assert waiting() == []


def test_all_that_is_kept_of_a_person_is_handed_out_and_nothing_of_others(
    api: Api, as_role: Callable[[str], Api], cast: Cast
):
    for phone, text in ((ALICE, "first number"), (BORIS, "second number"), ("+12025550177", "somebody else")):
        cast.hears(phone, text)
    _merge(api, cast.alice.id, cast.boris.id)
    found = api.get(f"/contacts/{cast.boris.id}/export").json()
    assert (found["person"], set(found["contacts"])) == (
        str(cast.alice.id),
        {str(cast.alice.id), str(cast.boris.id)},
    )
    tables = found["tables"]
    assert {row["text"] for row in tables["conversations.Message"]} == {"first number", "second number"}
    assert {row["phone"] for row in tables["contacts.Contact"]} == {ALICE, BORIS}
    assert [row["state"] for row in tables["contacts.Consent"]] == ["opted_in"]
    assert "delivery_id" not in tables["conversations.Message"][0]
    assert AuditEntry.objects.filter(verb="contacts:export").count() == 1
    assert problem(as_role("agent").get(f"/contacts/{cast.alice.id}/export")) == (403, "not-allowed")
