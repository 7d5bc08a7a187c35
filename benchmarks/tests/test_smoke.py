"""Each benchmark runs for a fraction of a second on real processes and returns sane figures. No times asserted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.accepting import Effort, measure_accepting
from benchmarks.campaign.asking import step_on
from benchmarks.campaign.millions import steps_on
from benchmarks.costing import KINDS, PARTS, measure_costing
from benchmarks.figures import Figure
from benchmarks.jobs import measure_jobs
from benchmarks.passing import EVERYTHING
from benchmarks.processing import measure_processing
from benchmarks.product import Product, running_product
from benchmarks.reacting import measure_reacting
from benchmarks.resting import measure_resting
from benchmarks.routing import measure_routing
from benchmarks.seeing import measure_seeing
from benchmarks.sending import measure_sending
from benchmarks.showing import measure_showing
from benchmarks.spending import measure_spending
from benchmarks.syncing import DEEDS, SESSIONS, measure_syncing
from benchmarks.tagging import measure_tagging
from benchmarks.viewing import measure_viewing
from config.wiring import REACTIONS
from regulars.supervision.home import PROJECT

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (PROJECT / "regulars/web/static_built").is_dir(), reason="the assets are not built (make setup)"
    ),
]
TINY = Effort(rounds=1, seconds=0.3)


@pytest.fixture(scope="module")
def product() -> Iterator[Product]:
    with running_product() as running:
        yield running


def by_name(figures: Iterator[Figure]) -> dict[str, Figure]:
    found = list(figures)
    assert all(figure.value >= 0 for figure in found)
    return {figure.name: figure for figure in found}


def test_accepting_counts_what_is_durable(product: Product) -> None:
    figures = by_name(measure_accepting(product, TINY))
    assert [figure.floor_name for figure in figures.values() if figure.floor] == [
        "B",
        "A",
        "B",
        "A",
        "B",
        "B",
    ]
    assert all(figure.value > 0 for figure in figures.values())


def test_processing_leaves_nothing_behind(product: Product) -> None:
    figures = by_name(measure_processing(product, TINY))
    assert figures["end to end, sustained, 16 connections"].value > 0
    assert figures["end to end, sustained, 16 connections"].floor_name == "C"
    assert product.ask("SELECT count(*) FROM inboxes_delivery WHERE state = 'pending'") == 0


def test_each_job_is_done_by_one(product: Product) -> None:
    figures = by_name(measure_jobs(product, TINY))
    assert all(figure.value > 0 for figure in figures.values())


def test_each_screen_shows_each_message(product: Product) -> None:
    figures = by_name(measure_showing(product, TINY))
    assert [figure.unit for figure in figures.values()] == ["ms", "ms"]


def test_each_message_reaches_its_phone_once(product: Product) -> None:
    figures = by_name(measure_sending(product, TINY))
    assert figures["sending from one process"].value > 0


def test_costing_weighs_each_part_and_counts_rows(product: Product) -> None:
    figures = by_name(measure_costing(product, TINY))
    rows = [figures[f"history rows of 1,000 messages, threads {kind}"].value for kind in KINDS]
    assert rows == [0, 1_000, 3_000]
    shares = [figures[f"1,000 messages, threads {kind}: {part}"].ratio for kind in KINDS for part in PARTS]
    assert all(share is not None and share < 1 for share in shares)
    assert figures["statements about tags for a batch of messages"].value == 0
    assert product.ask("SELECT count(*) FROM pg_indexes WHERE indexname = 'message_by_contact'") == 1


def test_spending_weighs_each_kind_of_process(product: Product) -> None:
    figures = by_name(measure_spending(product, TINY))
    whole = figures.pop("spent on 1,000 messages, 64 connections")
    assert whole.floor
    assert whole.value == pytest.approx(sum(each.value for each in figures.values()))
    assert all(figures[f"of which {kind}"].value > 0 for kind in ("web", "worker", "backends"))


def test_every_reaction_has_a_lag_and_what_it_left_undone_is_done(product: Product) -> None:
    figures = by_name(measure_reacting(product, TINY))
    assert {name.partition(",")[0] for name in figures if ", lag at" in name} == {
        *(each.name for each in REACTIONS),
        EVERYTHING,
    }


def test_ten_sessions_of_one_member_are_told_of_each_deed(product: Product) -> None:
    figures = by_name(measure_syncing(product, TINY))
    names = [name for name, _event in DEEDS.values()]
    assert list(figures) == [f"{name} in {SESSIONS} sessions of one member, p95" for name in names]


def test_tagging_compares_with_the_same_list(product: Product) -> None:
    figures = by_name(measure_tagging(product, TINY))
    assert len([each for each in figures.values() if each.ratio is not None]) == 2


def test_a_view_is_held_against_the_same_page_by_hand(product: Product) -> None:
    figures = by_name(measure_viewing(product, TINY))
    assert [figure.ratio is not None for figure in figures.values()] == [False, True, False]


def test_routing_is_measured_and_nothing_is_left_of_it(product: Product) -> None:
    figures = by_name(measure_routing(product, TINY))
    assert [figure.ratio is not None for figure in figures.values()] == [False, False, True]
    assert product.ask("SELECT count(*) FROM routing_queue WHERE name = 'Refunds'") == 0


def test_lists_are_asked_and_nothing_is_left_of_them(product: Product) -> None:
    figures = by_name(measure_seeing(product, TINY))
    assert {figure.floor_name for figure in figures.values()} == {"an admin's"}
    assert len(figures) == 43
    assert product.ask("SELECT count(*) FROM workspaces_workspace") == 1


def test_the_millions_are_asked_at_each_size(product: Product) -> None:
    sent = int(product.ask("SELECT count(*) FROM conversations_message WHERE delivery_id IS NULL"))
    size = f"{sent + 300:,}"
    steps = list(steps_on(product, [sent + 300], effort=0.1))
    names = [f"{size} messages", f"asked at {size}", f"door at {size}", f"weighed at {size}"]
    assert [step.name for step in steps] == names
    figures = {figure.name: figure for step in steps for figure in step.run()}
    assert figures[f"generated, {size} messages"].at_least == 20_000
    assert figures[f"thread, at {size}, p50"].value > 0
    assert figures[f"conversations_message, at {size}"].value > 0
    assert list(steps[0].run()) == []  # what is there already is not made again


def test_a_million_contacts_are_asked(product: Product) -> None:
    figures = {figure.name: figure for figure in step_on(product, 1_000, rounds=1).run()}
    counted = figures["six leaves over 1,000 contacts, counted"]
    assert (counted.value > 0, counted.at_most) == (True, 1)
    assert figures["first page of them"].at_most == 100


@pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="memory is read from Linux's /proc")
def test_resting_weighs_each_process() -> None:
    figures = by_name(measure_resting(TINY))
    parts = {name.rpartition(": ")[2] for name in figures if name.startswith("idle memory, the demo: ")}
    assert parts == {"supervisor", "postgres", "web", "worker", "sandbox"}
    assert figures["second start of the demo"].value > 0
