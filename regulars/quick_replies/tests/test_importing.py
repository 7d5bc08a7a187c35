"""Quick replies to a file and back: equal, or told line by line."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.kernel.errors import Invalid, NotAllowed
from regulars.media.operations import store_upload
from regulars.quick_replies.exchange import FiledReply, read_file, write_file
from regulars.quick_replies.importing import ImportLine, export_replies, import_replies, plan_import
from regulars.quick_replies.models import QuickReply
from regulars.quick_replies.operations import ReplyDraft, create_reply, draft_of
from regulars.quick_replies.wordings import Wording
from tests.cast import Cast, make_cast

HEAD = "shortcut,name,folder,language,text,button_1\n"

words = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=12).map(
    str.strip
)
some = words.filter(bool).filter(lambda text: ";" not in text)
wordings = st.builds(
    Wording,
    language=st.sampled_from(["en", "ko", "pt_BR"]),
    text=st.one_of(some, some.map(lambda text: f"{text}\n={text}")),
    buttons=st.lists(some, max_size=3).map(tuple),
)
filed = st.builds(
    FiledReply,
    shortcut=st.from_regex(r"[a-z가-힣]{1,6}", fullmatch=True),
    name=some,
    folder=st.one_of(st.just(""), some),
    audience=st.sampled_from(["all", "teams", "member"]),
    teams=st.lists(some, max_size=2).map(tuple),
    texts=st.lists(wordings, min_size=1, max_size=3).map(tuple),
)


@settings(max_examples=80, deadline=None)
@given(st.lists(filed, max_size=4, unique_by=lambda each: each.shortcut), st.sampled_from(["csv", "json"]))
def test_what_is_written_is_read(replies, written_as):
    assert [line.reply for line in read_file(write_file(replies, written_as), written_as)] == replies


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def _fill(cast: Cast) -> None:
    lead = cast.actor(cast.lead)
    file = store_upload(lead.workspace_id, "document", [b"%PDF-1.4 a"], "a.pdf", "application/pdf", by=lead)
    texts = (
        Wording(language="en", text='Pay, "now":\n=1+1', buttons=("Paid", "Later")),
        Wording(language="ko", text="결제", link_label="결제", link_url="https://example.com"),
    )
    create_reply(ReplyDraft("оплата", "Payment", texts, folder="Money", media_ids=(file.id,)), by=lead)
    plain = (Wording(language="th", text="สวัสดี"),)
    create_reply(ReplyDraft("hi", "=Greeting", plain, audience="teams", team_ids=(cast.team.id,)), by=lead)
    create_reply(ReplyDraft("mine", "Mine", plain, audience="member"), by=lead)


@pytest.mark.django_db
@pytest.mark.parametrize("written_as", ["csv", "json"])
def test_what_is_exported_is_imported_as_it_was(cast, written_as):
    _fill(cast)
    lead = cast.actor(cast.lead)
    written = export_replies(lead, written_as)
    assert [(each.shortcut, each.outcome) for each in plan_import(written, written_as, by=lead)] == [
        ("hi", "same"),
        ("mine", "same"),
        ("оплата", "same"),
    ]
    before = {reply.key: draft_of(reply) for reply in QuickReply.objects.all()}
    QuickReply.objects.all().delete()
    assert {each.outcome for each in import_replies(written, written_as, by=lead)} == {"create"}
    assert {reply.key: draft_of(reply) for reply in QuickReply.objects.all()} == before
    assert export_replies(lead, written_as) == written


@pytest.mark.django_db
def test_a_plan_says_line_by_line_what_would_happen_and_writes_nothing(cast):
    _fill(cast)
    agent, lead = cast.actor(cast.agent), cast.actor(cast.lead)
    plain = (Wording(language="en", text="a"),)
    create_reply(ReplyDraft("own", "Own", plain, audience="member"), by=agent)
    lines = [
        "new,New,,en,Hello {{name}},Yes",
        "new,,,ru,Привет,",
        "hi,=Greeting,,th,สวัสดีค่ะ,",
        "bad,Bad,,en,{{nmae}},",
        "two words,Bad,,en,a,",
        "own,Taken,,en,a,",
        '"multi","M",,en,"two\nlines",',
        "last,Last,,en,,",
    ]
    written = HEAD + "\n".join(lines)
    planned = plan_import(written, "csv", by=lead)
    assert [(each.line, each.shortcut, each.outcome) for each in planned] == [
        (2, "new", "create"),
        (4, "hi", "change"),
        (5, "bad", "wrong"),
        (6, "two words", "wrong"),
        (7, "own", "wrong"),
        (8, "multi", "create"),
        (10, "last", "wrong"),
    ]
    assert planned[1].fields == ("wordings", "audience", "team_ids")
    assert planned[2] == ImportLine(5, "bad", "wrong", (), "Nothing is known by the name {{nmae}}")
    assert QuickReply.objects.count() == 4
    assert import_replies(written, "csv", by=lead) == planned
    assert QuickReply.objects.count() == 6
    assert [each.language for each in QuickReply.objects.get(key="new").wordings] == ["en", "ru"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("written", "written_as"),
    [
        ("", "csv"),
        ("shortcut,name\na,b", "csv"),
        ("{}", "json"),
        ("[", "json"),
        ("[]", "json"),
        ("a" * 1_000_001, "csv"),
    ],
)
def test_a_file_that_is_none_is_refused(cast, written, written_as):
    with pytest.raises(Invalid):
        plan_import(written, written_as, by=cast.actor(cast.lead))


@pytest.mark.django_db
def test_agents_import_nothing(cast):
    with pytest.raises(NotAllowed):
        plan_import(HEAD, "csv", by=cast.actor(cast.agent))


@pytest.mark.django_db
def test_many_are_imported(cast):
    lead = cast.actor(cast.lead)
    written = HEAD + "\n".join(
        f"r{number},Reply {number},F{number % 9},en,Text {number},Yes" for number in range(120)
    )
    assert {each.outcome for each in import_replies(written, "csv", by=lead)} == {"create"}
    assert {each.outcome for each in plan_import(written, "csv", by=lead)} == {"same"}
