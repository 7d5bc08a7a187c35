from django.apps import AppConfig


class KernelConfig(AppConfig):
    name = "regulars.kernel"
    label = "kernel"
