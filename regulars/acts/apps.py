from django.apps import AppConfig


class ActsConfig(AppConfig):
    name = "regulars.acts"
    label = "acts"
