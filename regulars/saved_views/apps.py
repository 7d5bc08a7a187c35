from django.apps import AppConfig


class SavedViewsConfig(AppConfig):
    name = "regulars.saved_views"
    label = "saved_views"
