from django.apps import AppConfig


class RoutingConfig(AppConfig):
    name = "regulars.routing"
    label = "routing"
