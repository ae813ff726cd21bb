"""An invitation's link: says where it leads, and takes the person in, with the account they have or a new one."""

from typing import Any, ClassVar

from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.forms import BaseUserCreationForm
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from tenants.active_tenant import SESSION_KEY
from tenants.domain_error import DomainError
from tenants.invitations import AlreadyMember, accept, invited_by
from tenants.models import Invitation, User

BACKEND = "django.contrib.auth.backends.ModelBackend"


class AccountForm(BaseUserCreationForm):  # type: ignore[type-arg]  # not generic at run time
    class Meta:
        model = User
        fields: ClassVar[tuple[str, ...]] = ("username",)
        labels: ClassVar[dict[str, str]] = {"username": "User name"}
        help_texts: ClassVar[dict[str, str]] = {"username": "To sign in with: letters, digits and @ . + - _"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password1"].help_text = "Ten characters at least, and not a common one."
        self.fields["password2"].label, self.fields["password2"].help_text = "Password again", ""


@never_cache
@require_http_methods(["GET", "POST"])
def join(request: HttpRequest, token: str) -> HttpResponse:
    try:
        invited = invited_by(token)
        if request.method == "POST" and request.user.is_authenticated:
            return _joined(request, accept(token, user=request.user))
        form = AccountForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            with transaction.atomic():
                user = form.save()
                accept(token, user=user)
            login(request, user, backend=BACKEND)
            return _joined(request, invited)
    except AlreadyMember as error:
        messages.info(request, error.message)
        return redirect("home")
    except DomainError as error:
        raise Http404(error.message) from error
    context = {"invited": invited, "form": form}
    return render(request, "page/join.html", context, status=422 if form.errors else 200)


def _joined(request: HttpRequest, invited: Invitation) -> HttpResponse:
    request.session[SESSION_KEY] = str(invited.tenant_id)
    messages.success(request, f"Welcome to {invited.tenant.name}.")
    return redirect("home")
