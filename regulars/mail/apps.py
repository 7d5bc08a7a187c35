from django.apps import AppConfig


class MailConfig(AppConfig):
    name = "regulars.mail"
    label = "mail"
