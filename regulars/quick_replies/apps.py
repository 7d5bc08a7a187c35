from django.apps import AppConfig


class QuickRepliesConfig(AppConfig):
    name = "regulars.quick_replies"
    label = "quick_replies"
