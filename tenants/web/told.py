"""What the domain refuses, told on the page that comes next."""

from collections.abc import Iterator
from contextlib import contextmanager

from django import forms
from django.contrib import messages
from django.http import HttpRequest

from tenants.domain_error import DomainError


@contextmanager
def told(request: HttpRequest, *, done: str = "") -> Iterator[None]:
    """A DomainError of the block becomes a message and goes no further, but for one whose code is `not_found`, which
    `page` answers. `done` is the message where there was none."""
    try:
        yield
    except DomainError as error:
        if error.code == "not_found":
            raise
        messages.error(request, error.message)
    else:
        if done:
            messages.success(request, done)


@contextmanager
def told_in(form: forms.Form) -> Iterator[None]:
    """A DomainError of the block becomes an error of the form, which is shown again with what was typed."""
    try:
        yield
    except DomainError as error:
        form.add_error(None, error.message)
