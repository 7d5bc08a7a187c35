from django.apps import AppConfig


class AnsweringConfig(AppConfig):
    name = "regulars.answering"
    label = "answering"
