from django.apps import AppConfig


class SearchConfig(AppConfig):
    name = "regulars.search"
    label = "search"
