from django.apps import AppConfig


class InboxesConfig(AppConfig):
    name = "regulars.inboxes"
    label = "inboxes"
