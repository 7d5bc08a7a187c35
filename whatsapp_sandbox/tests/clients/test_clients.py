"""The figures of the README are those that were measured (run.py), of the libraries and versions that run.py names."""

from __future__ import annotations

from whatsapp_sandbox.tests.clients import run, tables


def test_readme_and_table_are_the_measured_results() -> None:
    results = tables.read_results()
    assert tables.written_table() == tables.table(results)
    assert tables.CLIENTS.read_text() == tables.call_by_call(results)


def test_each_library_was_measured_in_the_version_named() -> None:
    measured = {name: found["version"] for name, found in tables.read_results().items()}
    named = {library.name: library.version for library in run.LIBRARIES}
    assert len(measured) == 8
    assert measured == named | {run.PYWA: measured[run.PYWA]}
    assert all((run.HERE / library.script).is_file() for library in run.LIBRARIES)
