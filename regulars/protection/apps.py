from django.apps import AppConfig


class ProtectionConfig(AppConfig):
    name = "regulars.protection"
    label = "protection"
