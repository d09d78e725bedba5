"""Hosts whose Zoom tokens the served emulator has issued: `python -m benchmarks.zoom_hosts`."""

import django
import httpx

from sivient.config.env import name_settings_module

CALLBACK = "http://127.0.0.1/callback"
USER = "mara"


def main() -> None:
    """Make the benchmark's hosts, all on one Zoom user with real tokens."""
    name_settings_module()
    django.setup()
    from benchmarks import seed

    seed.main(4)
    from django.conf import settings

    from sivient.integrations.models import Connection, Grant

    credentials = (settings.ZOOM_CLIENT_ID, settings.ZOOM_CLIENT_SECRET)
    with httpx.Client(base_url=settings.ZOOM_OAUTH_BASE) as http:
        query = {"response_type": "code", "client_id": credentials[0], "redirect_uri": CALLBACK, "state": "s"}
        consent = http.get("/oauth/authorize", params=query | {"auto": "allow", "user": USER})
        code = httpx.URL(consent.headers["Location"]).params["code"]
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
        tokens = http.post("/oauth/token", data=form, auth=credentials).json()
    grant = Grant.objects.filter(connections__user__handle="bench0").get()
    grant.access_token, grant.refresh_token, grant.scope = (
        tokens["access_token"],
        tokens["refresh_token"],
        tokens["scope"],
    )
    grant.save()
    Connection.objects.filter(user__handle__startswith="bench").update(grant=grant)


if __name__ == "__main__":
    main()
