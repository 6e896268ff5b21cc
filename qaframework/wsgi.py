"""What gunicorn serves."""

import logging
import os

from django.core.wsgi import get_wsgi_application

from qaframework.logs import WithoutSecrets

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "qaframework.settings")

# gunicorn writes a line for each request itself, past the settings of Django's log.
logging.getLogger("gunicorn.access").addFilter(WithoutSecrets())

application = get_wsgi_application()
