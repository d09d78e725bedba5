"""The documentation, for everybody: signed in or not."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from sivient.accounts.models import User
from sivient.help.guides import NoGuide, guide, guides
from sivient.help.prerequisites import prerequisites


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """List the guides."""
    return render(request, "help/index.html", {"layout": _layout(request), "guides": guides()})


@require_safe
def docs_page(request: HttpRequest, slug: str) -> HttpResponse:
    """Show one guide, with the reader's own state where it asks for that."""
    try:
        shown = guide(slug)
    except NoGuide:
        raise Http404 from None
    context: dict[str, object] = {"layout": _layout(request), "guide": shown}
    if len(shown.parts) > 1:
        context["prerequisites"] = prerequisites(_reader(request), slug)
        context["signed_in"] = _reader(request) is not None
    return render(request, "help/guide.html", context)


def _layout(request: HttpRequest) -> str:
    return "site/host.html" if _reader(request) else "help/guest.html"


def _reader(request: HttpRequest) -> User | None:
    return request.user if isinstance(request.user, User) else None
