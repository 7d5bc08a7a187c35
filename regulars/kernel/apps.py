from django.apps import AppConfig

from regulars.kernel import arrays, moments


class KernelConfig(AppConfig):
    name = "regulars.kernel"
    label = "kernel"

    def ready(self) -> None:
        arrays.register()
        moments.register()
