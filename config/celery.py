"""The Celery application: `celery -A config worker` for separate workers, a thread of the process by default."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("querent")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
