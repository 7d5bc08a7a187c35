from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "regulars.notifications"
    label = "notifications"
