"""Django's pages and REST as a WSGI application; ``config.asgi`` mounts it in the web process."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()
