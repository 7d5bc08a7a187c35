from django.apps import AppConfig


class ConversationsConfig(AppConfig):
    name = "regulars.conversations"
    label = "conversations"
