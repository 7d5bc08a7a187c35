from django.apps import AppConfig


class ContactsConfig(AppConfig):
    name = "regulars.contacts"
    label = "contacts"
