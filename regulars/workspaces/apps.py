from django.apps import AppConfig


class WorkspacesConfig(AppConfig):
    name = "regulars.workspaces"
    label = "workspaces"
