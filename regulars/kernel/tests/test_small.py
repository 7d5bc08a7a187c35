"""Clock, ids, errors of the log's formatter: what needs no database."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.kernel import clock
from regulars.kernel.errors import Invalid
from regulars.kernel.ids import new_id, new_secret, parse_id
from regulars.kernel.locks import LANES, lane_of
from regulars.kernel.logs import JsonFormatter, TextFormatter


def test_a_frozen_clock_stands_in_utc_and_runs_again_afterwards():
    moment = datetime(2026, 11, 22, 9, tzinfo=timezone(timedelta(hours=9)))
    with clock.frozen_at(moment):
        assert clock.now() == moment
        assert clock.now().tzinfo is UTC
        with clock.frozen_at(moment + timedelta(days=1)):
            assert clock.now() == moment + timedelta(days=1)
        assert clock.now() == moment
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)


def test_a_clock_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="aware"), clock.frozen_at(datetime(2026, 1, 1)):  # noqa: DTZ001
        raise AssertionError("not reached")


def test_ids_are_time_ordered_and_distinct():
    ids = [new_id() for _ in range(1_000)]
    assert ids == sorted(ids)
    assert len(set(ids)) == 1_000
    assert {each.version for each in ids} == {7}


@given(st.text())
def test_no_text_is_an_id_by_accident(text: str):
    found = parse_id(text)
    assert (
        found is None
        or found.hex == text.strip("{}").replace("urn:", "").replace("uuid:", "").replace("-", "").lower()
    )


def test_an_id_survives_its_text():
    one = new_id()
    assert parse_id(str(one)) == one


def test_secrets_differ():
    assert len({new_secret() for _ in range(100)}) == 100
    assert len(new_secret(32)) == 43


@given(st.text())
def test_every_name_has_a_lane(name: str):
    assert 0 <= lane_of(name) < LANES
    assert lane_of(name) == lane_of(name)


def test_an_error_tells_its_facts():
    error = Invalid("no", fields={"name": "a word"})
    assert (error.code, error.status, str(error)) == ("invalid", 422, "no")
    assert error.facts == {"fields": {"name": "a word"}}


def _logged(formatter: logging.Formatter) -> str:
    words, phone = "the customer's words", "+1 202 555 0101".replace(" ", "")
    try:
        try:
            raise KeyError(words)
        except KeyError as error:
            raise ValueError(phone) from error
    except ValueError as error:
        record = logging.LogRecord(
            "room", logging.ERROR, __file__, 1, "it failed", (), (ValueError, error, None)
        )
        record.conversation = "c1"
        return formatter.format(record)


def test_a_log_line_is_one_object_with_its_facts():
    line = json.loads(_logged(JsonFormatter()))
    assert (line["level"], line["logger"], line["message"], line["conversation"]) == (
        "error",
        "room",
        "it failed",
        "c1",
    )
    assert line["exception"].splitlines()[-1] == "builtins.ValueError"


@pytest.mark.parametrize("formatter", [JsonFormatter(), TextFormatter("%(message)s")])
def test_the_words_of_an_exception_stay_out_of_the_log(formatter: logging.Formatter):
    told = _logged(formatter)
    assert "KeyError" in told
    assert "12025550101" not in told
    assert "customer" not in told
