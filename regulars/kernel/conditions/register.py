"""Everything that can be asked in this house (``config.wiring.CONDITION_FIELDS``), for rooms below the roof."""

from __future__ import annotations

from typing import cast

from django.conf import settings
from django.utils.module_loading import import_string

from regulars.kernel.conditions.fields import Registry


def condition_fields() -> Registry:
    return cast("Registry", import_string(settings.CONDITION_FIELDS))
