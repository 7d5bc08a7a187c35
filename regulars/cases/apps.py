from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "regulars.cases"
    label = "cases"
