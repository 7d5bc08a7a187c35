"""What a scrape reads of the counters that are ours."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, generate_latest

from regulars.kernel.metrics import Answers


def test_answers_are_counted_by_status_and_time():
    registry, answers = CollectorRegistry(), Answers("door", "Requests", buckets=(0.01, 0.1))
    registry.register(answers)
    for status, seconds in ((200, 0.005), (200, 0.01), (503, 0.05), (200, 3.0)):
        answers.note(status, seconds)
    lines = [line for line in generate_latest(registry).decode().splitlines() if not line.startswith("#")]
    assert lines == [
        'door_answers_total{status="200"} 3.0',
        'door_answers_total{status="503"} 1.0',
        'door_seconds_bucket{le="0.01"} 2.0',
        'door_seconds_bucket{le="0.1"} 3.0',
        'door_seconds_bucket{le="+Inf"} 4.0',
        "door_seconds_count 4.0",
        "door_seconds_sum 3.065",
    ]
