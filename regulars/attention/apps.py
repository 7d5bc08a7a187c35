from django.apps import AppConfig


class AttentionConfig(AppConfig):
    name = "regulars.attention"
    label = "attention"
