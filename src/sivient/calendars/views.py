"""Where vendors push that a calendar has changed."""

from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from sivient.calendars import push
from sivient.integrations.registry import UnknownVendor

LARGEST = 64 * 1024  # bytes


@csrf_exempt  # a vendor has no form token; the secret of its channel stands for it
@require_http_methods(["GET", "POST"])
def pushed(request: HttpRequest, vendor: str) -> HttpResponse:
    """Take a push: what it says is planned, never done here. A handshake is answered with its own words.

    Whatever nobody believes is acknowledged like the rest, so that it tells nothing.
    """
    try:
        inbox = push.inbox(vendor)
        body = _body(request)
    except UnknownVendor:
        raise Http404 from None
    except RequestDataTooBig:
        return HttpResponse(status=413)
    except UnreadablePostError:
        return HttpResponse(status=400)
    said = inbox.read(request.headers, request.GET.dict(), body)
    if said.reply is not None:
        return HttpResponse(said.reply, content_type="text/plain; charset=utf-8")
    push.receive(vendor, said.notices)
    return HttpResponse(status=inbox.status)


def _body(request: HttpRequest) -> bytes:
    """Return the body; RequestDataTooBig before it is read when it says so itself."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdecimal() or int(length) > LARGEST:
        raise RequestDataTooBig
    body = request.body
    if len(body) > LARGEST:
        raise RequestDataTooBig
    return body
