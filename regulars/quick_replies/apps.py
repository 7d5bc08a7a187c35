from django.apps import AppConfig


class QuickRepliesConfig(AppConfig):
    name = "regulars.quick_replies"
    label = "quick_replies"

    def ready(self) -> None:
        """No reaction reads the room's events yet; what can be asked of them is the same in every process."""
        from regulars.quick_replies import events  # noqa: F401
