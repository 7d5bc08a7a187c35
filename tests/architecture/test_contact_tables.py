"""Whatever holds a contact is in the registry and answers: merge, undo, export, removal, age."""

from __future__ import annotations

import re

from django.apps import apps
from django.db.models import CASCADE, ForeignKey, Model

from config.wiring import CONTACT_TABLES, ERASERS, PERIODIC_JOBS
from regulars.contacts.models import Contact
from regulars.contacts.registry import UNTIL_REMOVED, goes_with_the_contact
from regulars.mail.models import Mail

TABLES = {table.model: table for table in CONTACT_TABLES}
NOBODY_S = {Mail: "its message_id is what mail servers call it"}
NAMES_ONE = re.compile(r"(^|_)(contact|person|participant|conversation|message)(_id)?$")
"""columns that lead to a contact without a foreign key"""


def _parents(model: type[Model]) -> list[ForeignKey[Model, Model]]:
    return [each for each in model._meta.concrete_fields if isinstance(each, ForeignKey)]


def _holders() -> set[type[Model]]:
    """Every table from which foreign keys lead to a contact, over however many tables, or a column's name does."""
    models = apps.get_models(include_auto_created=True)
    found: set[type[Model]] = {Contact}
    while more := {
        model
        for model in models
        if model not in found and any(each.related_model in found for each in _parents(model))
    }:
        found |= more
    named = {
        model for model in models if any(NAMES_ONE.search(each.name) for each in model._meta.concrete_fields)
    }
    return found | named


def test_every_table_with_a_contact_is_in_the_registry_once():
    assert sorted(each.__name__ for each in _holders() - TABLES.keys() - NOBODY_S.keys()) == []
    assert len(TABLES) == len(CONTACT_TABLES)


def test_what_goes_with_the_contact_is_taken_along_by_its_foreign_keys():
    """A row that outlives the contact says why."""
    staying = {
        table.name
        for table in CONTACT_TABLES
        if table.model is not Contact
        and table.erase is goes_with_the_contact
        and not table.stays
        and not any(
            each.remote_field.on_delete is CASCADE and each.related_model in TABLES
            for each in _parents(table.model)
        )
    }
    assert staying == set()


def test_every_table_hands_out_its_rows_or_says_why_not():
    silent = {
        table.name for table in CONTACT_TABLES if not table.unexported and table.rows([Contact().pk]) is None
    }
    assert silent == set()


def test_columns_that_are_withheld_are_there():
    for table in CONTACT_TABLES:
        assert table.withheld <= {each.attname for each in table.model._meta.concrete_fields}, table.name


def test_what_ends_by_age_names_the_job_that_ends_it():
    jobs = {job.name for job in PERIODIC_JOBS}
    assert {table.retain for table in CONTACT_TABLES} - {UNTIL_REMOVED} <= jobs


def test_erasure_goes_through_the_registry():
    assert [table.sweep for table in CONTACT_TABLES if table.sweep] == list(ERASERS)
