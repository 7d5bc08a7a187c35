"""Each house lint finds what it is there for, and leaves alone what is right."""

import ast
from pathlib import Path

import pytest

from tools.findings import Finding
from tools.house_lints import docstrings_say_more_than_the_signature, lint, lower_rooms_name_no_vendor


def findings(tmp_path: Path, name: str, content: str) -> list[tuple[int, str]]:
    path = tmp_path / name
    path.write_text(content)
    return [(finding.line, finding.text) for finding in lint(path)]


def test_a_finding_reads_as_file_line_and_sentence():
    assert str(Finding(Path("regulars/tasks.py"), 3, "wrong")) == "regulars/tasks.py:3: wrong"


def test_a_file_past_500_lines_is_found(tmp_path: Path):
    assert findings(tmp_path, "long.py", "x = 1\n" * 501) == [
        (500, "501 lines; split it where its second subject begins")
    ]
    assert findings(tmp_path, "short.py", "x = 1\n" * 500) == []


@pytest.mark.parametrize(
    ("arguments", "wrong"),
    [
        ("message_id: str, attempts: int | None = None", None),
        ("ids: list[str], *, by: dict[str, int]", None),
        ("message: Message", "message"),
        ("message", "message"),
        ("ids: list[UUID]", "ids"),
    ],
)
def test_task_arguments_must_be_primitives(tmp_path: Path, arguments: str, wrong: str | None):
    found = findings(tmp_path, "tasks.py", f"@app.task(queue='media')\ndef fetch({arguments}) -> None: ...\n")
    assert found == ([(2, f"task argument {wrong!r} must be a primitive, like an id")] if wrong else [])


def test_what_is_not_a_task_may_take_objects(tmp_path: Path):
    assert (
        findings(tmp_path, "operations.py", "@transaction.atomic\ndef assign(to: Member) -> None: ...\n")
        == []
    )


@pytest.mark.parametrize(
    ("call", "wrong"),
    [
        ('logger.info("stored", extra={"delivery": delivery.id})', None),
        ('logger.info("stored %s characters", len(text))', None),
        ("print(text)", None),
        ('logger.info("got %s", text)', "text"),
        ('logger.warning(f"cannot reach {contact.phone}")', "phone"),
        ('log.error("refused", token=token)', "token"),
        ('self._logger.debug("body", extra={"b": message.body})', "body"),
    ],
)
def test_logs_name_nothing_private(tmp_path: Path, call: str, wrong: str | None):
    found = findings(tmp_path, "module.py", call + "\n")
    assert found == ([(1, f"{wrong!r} does not belong into a log; log an id")] if wrong else [])


@pytest.mark.parametrize(
    ("name", "code", "wrong"),
    [
        ("regulars/contacts/x.py", "at = clock.now()", None),
        ("regulars/contacts/tests/x.py", "at = datetime.now(UTC)", None),
        ("regulars/supervision/x.py", "at = datetime.now(UTC)", None),
        ("regulars/kernel/clock.py", "at = datetime.now(UTC)", None),
        ("tools/x.py", "at = datetime.now(UTC)", None),
        ("regulars/contacts/x.py", "at = datetime.now(UTC)", "datetime.now"),
        ("regulars/contacts/x.py", "field(default_factory=datetime.utcnow)", "datetime.utcnow"),
        ("regulars/contacts/x.py", "day = date.today()", "date.today"),
        ("regulars/contacts/x.py", "at = timezone.now()", "timezone.now"),
    ],
)
def test_time_comes_from_the_clock(tmp_path: Path, name: str, code: str, wrong: str | None):
    (tmp_path / name).parent.mkdir(parents=True)
    found = findings(tmp_path, name, code + "\n")
    assert found == ([(1, f"{wrong}: ask kernel.clock, or be told")] if wrong else [])


@pytest.mark.parametrize(
    ("style", "wrong"),
    [
        ("a { margin-inline-start: 1px; inset-inline-end: 0; text-align: start }", None),
        ("a { /* left: 1px */ color: red }", None),
        ("a { clear: both; grid-area: left }", None),
        ("a { margin-left: 1px }", "margin-left: 1px"),
        ("a { left: 0 }", "left: 0"),
        ("a { text-align: right; }", "text-align: right"),
        ("a { float: left; }", "float: left"),
        ("a { border-right-color: red }", "border-right-color: red"),
    ],
)
def test_style_properties_are_logical(tmp_path: Path, style: str, wrong: str | None):
    advice = "is physical; use the logical property (inline-start, inline-end)"
    assert findings(tmp_path, "a.css", style) == ([(1, f"{wrong} {advice}")] if wrong else [])


@pytest.mark.parametrize(
    ("template", "wrong"),
    [
        ('<script type="module" src="/a.js"></script>', None),
        ('<script type="application/json" id="data">{}</script>', None),
        ("{# <style>a</style> #}", None),
        ('<a href="/x" data-onclick="x">words</a>', None),
        ("<script>alert(1)</script>", "an inline script"),
        ("<style>a{}</style>", "an inline style sheet"),
        ('<p style="color:red">', "a style attribute"),
        ('<p onclick="x()">', "an event attribute"),
        ('<a href="javascript:x()">words</a>', "a javascript: address"),
    ],
)
def test_templates_have_nothing_inline(tmp_path: Path, template: str, wrong: str | None):
    advice = "the policy forbids it; use a class, a module or a data attribute"
    assert findings(tmp_path, "a.html", template) == ([(1, f"{wrong}: {advice}")] if wrong else [])


@pytest.mark.parametrize(
    ("template", "wrong"),
    [
        ('<button aria-label="{% translate "Send" %}">{% icon "send" %}</button>', None),
        ('<button>{% icon "send" %}{% translate "Send" %}</button>', None),
        ("<a href='/'>Home</a>", None),
        ('<button>{% icon "send" %}</button>', "button"),
        ('<a href="/"><svg><path d="M0 0"/></svg></a>', "a"),
    ],
)
def test_icon_buttons_have_names(tmp_path: Path, template: str, wrong: str | None):
    expected = [(1, f"<{wrong}> shows only an icon: give it an aria-label")] if wrong else []
    assert findings(tmp_path, "a.html", template) == expected


def test_template_lines_are_short(tmp_path: Path):
    assert findings(tmp_path, "a.html", "<p>\n" + "x" * 161 + "\n</p>\n") == [
        (2, "161 characters; 160 are enough")
    ]
    assert findings(tmp_path, "a.html", "x" * 160) == []
    assert findings(tmp_path, "a.css", "/* " + "x" * 161 + " */") == []


@pytest.mark.parametrize(
    ("template", "wrong"),
    [
        ("<li>\n  <p>a</p>\n</li>", None),
        ("{% if a %}<p>a</p>{% endif %}", None),
        ("<p><b>a</b> <span>b</span></p>", None),
        ("<ul>{# <li>a</li> #}</ul>", None),
        ("<pre><code>a</code></pre>", None),
        ("{% if a %}<p>a</p><p>b</p>{% endif %}", "<p> begins beside <p>"),
        ("<section><h2>a</h2>", "<h2> begins beside <section>"),
        ("{% for a in b %}<dt>a</dt><dd>b</dd>{% endfor %}", "<dd> begins beside <dt>"),
    ],
)
def test_each_block_element_has_a_line(tmp_path: Path, template: str, wrong: str | None):
    expected = [(1, f"{wrong}; give it a line of its own")] if wrong else []
    assert findings(tmp_path, "a.html", template) == expected


@pytest.mark.parametrize(
    ("place", "text", "wrong"),
    [
        ("conversations/pacing.py", "# WhatsApp: one message per 6 s", "WhatsApp"),
        ("conversations/statuses.py", "UNREACHABLE = {131026}", "131026"),
        ("media/models.py", "# Meta's file", "Meta"),
        ("media/models.py", "    class Meta:\n        pass", None),
        ("kernel/errors.py", "request.META", None),
        ("conversations/tests/test_statuses.py", "CODE = 131026", None),
        ("channels/whatsapp/errors.py", "CODE = 131026", None),
        ("contacts/resolving.py", 'kind == "bsuid"', None),
        ("inboxes/ports/people.py", "", "no provider's word stands here any more"),
    ],
)
def test_lower_rooms_name_no_vendor(place: str, text: str, wrong: str | None):
    found = list(lower_rooms_name_no_vendor(Path("regulars") / place, ast.parse(""), text))
    assert len(found) == (1 if wrong else 0)
    assert not wrong or wrong in found[0].text


@pytest.mark.parametrize(
    ("code", "is_found"),
    [
        ('actor.role == "admin"', True),
        ('role in {"owner", "admin"}', True),
        ("member.role.key != wanted", True),
        ("role.name == wanted", True),
        ('row["role"] == wanted', True),
        ('Member.objects.filter(role__key="owner")', True),
        ('Role.objects.get(key="lead")', True),
        ("Q(role__name=wanted)", True),
        ('actor.can("members:manage")', False),
        ('actor.far("conversations") == "all"', False),
        ("role.key is not None", False),
        ("role.id == wanted.id", False),
        ('add_member(role="admin")', False),
        ('kind == "member"', False),
    ],
)
def test_no_role_is_compared(tmp_path: Path, code: str, is_found: bool):
    found = findings(tmp_path, "deciding.py", f"{code}\n")
    assert [text.startswith("ask for a permission") for _line, text in found] == [True] * is_found


@pytest.mark.parametrize(
    ("condition", "is_found"),
    [
        ('member.role == "owner"', True),
        ("member.role.key != wanted", True),
        ("wanted == role.name ", True),
        ("role.id == each.role_id", False),
        ("row.role.key", False),
        ('kind == "member"', False),
    ],
)
def test_no_role_is_compared_in_templates(tmp_path: Path, condition: str, is_found: bool):
    found = findings(tmp_path, "page.html", f"{{% if {condition} %}}x{{% endif %}}\n")
    assert bool(found) is is_found


@pytest.mark.parametrize(
    ("function", "is_found"),
    [
        ('def close_session(self):\n    """Close the session."""', True),
        ('def store_bodies(rows):\n    """Stores all of the rows\' bodies."""', True),
        ('async def close(gates):\n    """Closes the gate."""', True),
        ('def find(code: int) -> ErrorCode | None:\n    """The error with the code, or none."""', False),
        ('def find(code: int) -> ErrorCode | None:\n    """The code of an error."""', True),
        ('def rows_of(page: int):\n    """The rows of a page, the newest first."""', False),
        ('def patience():\n    """In seconds."""', False),
        ('def digits_of(number):\n    """``+82 10`` to ``8210``."""', False),
        ('def find(code):\n    """Find the code.\n\n    Raises LookupError.\n    """', False),
        ('def stop():\n    "Stop."\n    stop()', True),
        ('@click.command("seed")\ndef seed():\n    """Seed."""', False),
        ('@token.command()\ndef create(token):\n    """Create a token."""', False),
        ("def stop():\n    stop()", False),
    ],
)
def test_docstrings_say_more_than_the_signature(tmp_path: Path, function: str, is_found: bool):
    found = findings(tmp_path, "naming.py", f"{function}\n")
    assert [text.endswith("leave it out") for _line, text in found] == [True] * is_found


def test_what_callers_of_rest_read_may_say_the_name():
    module = ast.parse('def get_team(team):\n    """The team."""')
    assert list(docstrings_say_more_than_the_signature(Path("regulars/api/resources/teams.py"), module)) == []
    assert list(docstrings_say_more_than_the_signature(Path("regulars/api/shapes/teams.py"), module))
