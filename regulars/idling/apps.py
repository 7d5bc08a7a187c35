from django.apps import AppConfig


class IdlingConfig(AppConfig):
    name = "regulars.idling"
    label = "idling"
