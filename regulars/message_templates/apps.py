from django.apps import AppConfig


class MessageTemplatesConfig(AppConfig):
    name = "regulars.message_templates"
    label = "message_templates"
