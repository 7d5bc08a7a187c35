from django.apps import AppConfig


class TagsConfig(AppConfig):
    name = "regulars.tags"
    label = "tags"
