"""The order of the tests among several workers: every test once, bundles whole, long ones early and apart."""

from __future__ import annotations

import random
from itertools import groupby

import pytest

from tests.distribution import bundle_of, in_turn, spread


def test_the_long_begin_first_and_stand_at_even_distances():
    assert spread("ABC", "123456789") == list("A12B345C6789")


def test_nothing_is_lost_where_there_is_little_of_either():
    for long, quick in (("", "12"), ("AB", ""), ("ABCD", "1"), ("", "")):
        assert sorted(spread(long, quick)) == sorted(long + quick)


def test_stories_are_in_a_few_bundles_and_every_other_file_is_its_own():
    stories = {bundle_of(f"tests/stories/test_{number}.py::test_it") for number in range(50)}
    assert len(stories) == 3
    assert bundle_of("tests/faults/test_kills.py::test_a[1]") == "tests/faults/test_kills.py"


def test_all_tests_of_this_run_are_kept_and_bundles_are_whole(request: pytest.FixtureRequest):
    items = list(request.session.items)
    random.Random(1).shuffle(items)
    ordered = in_turn(items)
    assert sorted(each.nodeid for each in ordered) == sorted(each.nodeid for each in items)
    bundles = [bundle for bundle, _tests in groupby(bundle_of(each.nodeid) for each in ordered)]
    assert len(bundles) == len(set(bundles))
