"""What the web server loads."""

from __future__ import annotations

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xiaobao_web.settings")
application = get_wsgi_application()
# All pages are loaded now and set aside: looking through them for garbage would cost 0.1 s every few dozen requests.
_pages = get_resolver().url_patterns
gc.collect()
gc.freeze()
