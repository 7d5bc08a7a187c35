from django.apps import AppConfig


class ServiceLevelsConfig(AppConfig):
    name = "regulars.service_levels"
    label = "service_levels"
