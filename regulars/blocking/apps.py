from django.apps import AppConfig


class BlockingConfig(AppConfig):
    name = "regulars.blocking"
    label = "blocking"
