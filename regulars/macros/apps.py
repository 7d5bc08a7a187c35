from django.apps import AppConfig


class MacrosConfig(AppConfig):
    name = "regulars.macros"
    label = "macros"
