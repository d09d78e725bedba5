"""Where vendors send their events."""

import logging

from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from sivient.integrations import inbox
from sivient.integrations.registry import UnknownVendor

log = logging.getLogger(__name__)


@csrf_exempt  # a vendor has no form token; the signature over the raw body stands for it
@require_POST
def webhook(request: HttpRequest, vendor: str) -> HttpResponse:
    """Take one message: 200 when it is stored, 401 when the signature is wrong, 413 when it is too long."""
    try:
        reply = inbox.receive(vendor, request.headers, request.body, now=timezone.now())
    except UnknownVendor:
        raise Http404 from None
    except inbox.NotSigned:
        return HttpResponse(status=401)
    except RequestDataTooBig:
        return HttpResponse(status=413)
    except UnreadablePostError:
        return HttpResponse(status=400)
    return JsonResponse(dict(reply))
