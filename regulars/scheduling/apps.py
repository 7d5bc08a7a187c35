from django.apps import AppConfig


class SchedulingConfig(AppConfig):
    name = "regulars.scheduling"
    label = "scheduling"
