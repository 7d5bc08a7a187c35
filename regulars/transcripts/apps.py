from django.apps import AppConfig


class TranscriptsConfig(AppConfig):
    name = "regulars.transcripts"
    label = "transcripts"
