"""The first page: users, the latest meetings, webhook deliveries, and the switch of the tour."""

from __future__ import annotations

import httpx

from sivient.vendors.zoom.emulator.markup import Html, html
from sivient.vendors.zoom.emulator.pages.visit import Visit
from sivient.vendors.zoom.emulator.pages.wording import defaults_of, moment, moment_of, type_tag, when
from sivient.vendors.zoom.emulator.records import Delivery, Meeting
from sivient.vendors.zoom.emulator.world import World

PAGE = """<div class="head"><h1>Overview</h1><p class="muted">It is {now} here.</p></div>
<section class="sheet"><div class="row apart"><div class="head"><h2>{state}</h2>
<p class="small muted">{meaning}</p></div>
<form method="post" action="/switch">{token}<button class="btn" name="answers_503" value="{turn}">{press}</button>
</form></div></section>
<section class="sheet"><h2>Users</h2><table><thead><tr><th scope="col">User</th><th scope="col">Licence</th>
<th scope="col">Meetings inherit</th><th scope="col">{app}</th></tr></thead>
<tbody>{users}</tbody></table></section>
<section class="sheet"><h2>Latest meetings</h2>{meetings}</section>
<section class="sheet"><h2>Webhooks to {app}</h2><p class="small muted">{subscription}</p>{deliveries}</section>
<section class="sheet"><h2>The app</h2><dl class="facts"><div><dt>Name</dt><dd>{app}, {kind}</dd></div>
<div><dt>Client ID</dt><dd><code>{client_id}</code></dd></div>
<div class="wide"><dt>Redirect addresses</dt><dd>{redirects}</dd></div>
<div class="wide"><dt>Webhook address</dt><dd><code>{webhook}</code></dd></div></dl></section>"""
USER = """<tr><td data-label="User">
<span><strong>{name}</strong><br><span class="small muted">{email}</span></span></td>
<td data-label="Licence"><span>{tag}<br><span class="small muted">{account}</span></span></td>
<td data-label="Meetings inherit">{defaults}</td>
<td data-label="{app}"><span>{installed}<br><span class="small muted">{tokens}</span></span></td></tr>"""
MEETINGS = """<table><thead><tr><th scope="col">Topic</th><th scope="col">When</th><th scope="col">Host</th>
<th scope="col">Joined</th></tr></thead><tbody>{rows}</tbody></table>"""
MEETING = """<tr><td data-label="Topic"><a href="{link}">{topic}</a></td><td data-label="When"><span>{when}</span></td>
<td data-label="Host">{host}</td><td data-label="Joined">{joins}</td></tr>"""
DELIVERIES = """<table><thead><tr><th scope="col">Event</th><th scope="col">User</th><th scope="col">State</th>
<th scope="col">Tries</th></tr></thead><tbody>{rows}</tbody></table>"""
DELIVERY = """<tr><td data-label="Event"><code>{event}</code></td><td data-label="User">{user}</td>
<td data-label="State"><span><span class="tag {tone}">{state}</span></span></td>
<td data-label="Tries">{tries}</td></tr>"""
TONES = {"delivered": "good", "refused": "bad", "lost": "bad", "waiting": "warn", "not sent": "warn"}
SHOWN = 20


def show(world: World, visit: Visit) -> httpx.Response:
    """Show everything at a glance."""
    down = world.store.switches.answers_503
    body = html(
        PAGE,
        now=moment(world.clock.now()),
        state="Zoom answers 503" if down else "Zoom answers",
        meaning="Every call of an app fails. These pages still work." if down else "Apps get their answers.",
        turn="off" if down else "on",
        press="Let Zoom answer again" if down else "Make Zoom answer 503",
        token=visit.token_field(),
        app=world.app.name,
        users=_users(world),
        meetings=_meetings(world),
        subscription=_subscription(world),
        deliveries=_deliveries(world),
        kind="published" if world.grants.published else "private",
        client_id=world.app.client_id,
        redirects=[html("<code>{uri}</code><br>", uri=uri) for uri in world.app.redirect_uris],
        webhook=world.app.webhook_url or "none",
    )
    return visit.page("Overview", body)


def switch(world: World, visit: Visit) -> httpx.Response:
    """Turn the 503 switch."""
    world.store.switches.answers_503 = visit.form.get("answers_503") == "on"
    world.store.keep()
    return visit.go("/")


def _users(world: World) -> list[Html]:
    return [
        html(
            USER,
            name=user.name,
            email=user.email,
            account=f"{user.account.name}, {user.account.plan}",
            tag=type_tag(user),
            defaults=defaults_of(user),
            app=world.app.name,
            installed="Installed" if world.store.installed.get(user.id) else "Not installed",
            tokens="Living tokens: {} access, {} refresh".format(*world.grants.living(user.id)),
        )
        for user in world.people
    ]


def _meetings(world: World) -> Html:
    latest = list(world.store.meetings)[: -SHOWN - 1 : -1]
    if not latest:
        return Html('<p class="muted">None yet.</p>')
    return html(MEETINGS, rows=[_meeting(world, meeting) for meeting in latest])


def _meeting(world: World, meeting: Meeting) -> Html:
    return html(
        MEETING,
        link=meeting.body["join_url"],
        topic=meeting.body["topic"],
        when=when(meeting),
        host=world.people.get(meeting.host_id).name,
        joins=meeting.joins,
    )


def _subscription(world: World) -> str:
    progress = world.store.progress
    if not progress.webhook_active:
        return "Disabled: the address failed to prove itself six times in a row."
    due = f" The address proves itself again on {moment_of(progress.next_validation_at)}."
    return "Active." + (due if progress.next_validation_at else "")


def _deliveries(world: World) -> Html:
    latest = list(world.store.deliveries)[: -SHOWN - 1 : -1]
    if not latest:
        return Html('<p class="muted">None yet.</p>')
    return html(DELIVERIES, rows=[_delivery(world, delivery) for delivery in latest])


def _delivery(world: World, delivery: Delivery) -> Html:
    user = world.people.find(delivery.user_id)
    tries = ", ".join(str(attempt["status"] or attempt["error"]) for attempt in delivery.attempts)
    return html(
        DELIVERY,
        event=delivery.event,
        user=user.name if user else "-",
        state=delivery.state,
        tone=TONES.get(delivery.state, ""),
        tries=tries or "none yet",
    )
