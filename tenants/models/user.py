"""A person who signs in. People belong to tenants through memberships."""

from django.contrib.auth.models import AbstractUser


class User(AbstractUser):
    """Django's own user, named here so that it can grow without a change of table."""
