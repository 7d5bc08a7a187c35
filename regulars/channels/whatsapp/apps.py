from django.apps import AppConfig


class WhatsAppConfig(AppConfig):
    name = "regulars.channels.whatsapp"
    label = "whatsapp"
