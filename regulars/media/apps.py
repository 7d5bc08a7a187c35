from django.apps import AppConfig


class MediaConfig(AppConfig):
    name = "regulars.media"
    label = "media"
