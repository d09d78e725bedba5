"""The page "Break Zoom": a person switches faults on, sees what they do, and mends everything."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime

import httpx

from sivient.vendors.zoom.emulator.faults import FAULTS, NAMED, Fault, Group
from sivient.vendors.zoom.emulator.faults.fault import Setting
from sivient.vendors.zoom.emulator.markup import NOTHING, Html, html
from sivient.vendors.zoom.emulator.pages.visit import Visit
from sivient.vendors.zoom.emulator.pages.wording import moment
from sivient.vendors.zoom.emulator.records import FaultRule, Injection
from sivient.vendors.zoom.emulator.world import World

PAGE = """<div class="head"><h1>Break Zoom</h1><p class="muted">Switch a fault on, use {app}, and watch how it gets
over it. Pages like this one go on working.</p></div>{notice}
<section class="sheet" id="on"><div class="row apart"><h2>{state}</h2>
<form method="post" action="/break/mend">{token}<button class="btn primary">Mend everything</button></form></div>{on}
<p class="row">{watch}<a class="btn" href="/break">Look again</a></p></section>
<section class="sheet" id="last"><h2>What happened last</h2>{last}</section>
<form class="list" method="post" action="/break/on">{token}
<section class="sheet"><h2>The next fault you switch on</h2><div class="row choices"><label>happens
<select name="often">{often}</select></label><label>to
<select name="user"><option value="">everybody</option>{users}</select></label></div></section>
{groups}</form>
<section class="sheet" id="clock"><div class="head"><h2>Zoom's clock</h2><p class="small muted">It is {now} here,
and {outside} outside. Tokens, daily limits and meetings age by the time here.</p></div>
<form class="row" method="post" action="/break/clock">{token}{steps}</form></section>
<section class="sheet" id="app"><div class="row apart"><div class="head"><h2>{app} is {kind}</h2>
<p class="small muted">{meaning}</p></div><form method="post" action="/break/app">{token}
<button class="btn" name="published" value="{turn}">Make it {other}</button></form></div></section>"""
ON = """<li><span><strong>{words}</strong><br><span class="small muted">{details}</span></span>
<form method="post" action="/break/off">{token}
<button class="btn" name="rule" value="{id}" aria-label="Switch off: {words}">Switch off</button></form></li>"""
GROUP = """<details class="sheet"{open}><summary><h2>{title}</h2> {tag}</summary>
<p class="small muted">{note}</p><ul class="faults">{faults}</ul></details>"""
TAG = Html('<span class="tag bad">On</span>')
FAULT = """<li><span>{words} {tag}</span><span class="row choices">{settings}
<button class="btn" name="fault" value="{name}" aria-label="Switch on: {words}">Switch on</button></span></li>"""
SETTING = """<label>{words} <select name="{name}">{options}</select></label>"""
OPTION = """<option value="{value}">{words}</option>"""
LAST = """<table><thead><tr><th scope="col">When</th><th scope="col">Fault</th><th scope="col">Call</th>
<th scope="col">What really happened</th></tr></thead><tbody>{rows}</tbody></table>"""
HAPPENED = """<tr><td data-label="When">{at}</td><td data-label="Fault"><span>{words}<br>
<span class="small muted">Number {number}</span></span></td>
<td data-label="Call"><span><code>{route}</code><br><span class="small muted">{user}</span></span></td>
<td data-label="What happened">{happened}</td></tr>"""
WATCH = """<a class="btn" href="{url}">Watch {app}'s bookings</a>"""
MENDED = """<p class="note" role="status">Everything works again. What waited in {app} is tried again by itself.</p>"""
SHOWN = 8

NOTES = {
    Group.MAKING: "Something is made at Zoom, and the app learns another thing, or nothing.",
    Group.CALLS: "Any call of the app to Zoom, also the one that makes a meeting.",
    Group.LIMITS: "Zoom counts calls by the second, by the day, and 100 meetings a day for each host.",
    Group.REFUSALS: "Trying again does not help: somebody has to do something.",
    Group.TOKENS: "The app gets a new access token every hour, and each time a new refresh token.",
    Group.CONNECTING: "Begins when a person presses Allow.",
    Group.EVENTS: "Happens to the next event. Remove the app under Installed apps, and Zoom sends one.",
    Group.APP: "Nobody did anything wrong in the product.",
}
OFTEN: Mapping[str, tuple[str, dict[str, object]]] = {
    "once": ("once", {"times": 1}),
    "three": ("three times", {"times": 3}),
    "half": ("to every second call, by chance", {"times": None, "share": 0.5}),
    "few": ("to one call of twenty, by chance", {"times": None, "share": 0.05}),
    "always": ("always", {"times": None}),
}
STEPS = {"hour": ("On by 1 hour", 3600), "day": ("1 day", 86400), "month": ("31 days", 31 * 86400)}


def show(world: World, visit: Visit) -> httpx.Response:
    """Show what is on, what happened, and everything that can be switched on."""
    standing, published, app = world.faults.rules.standing(), world.grants.published, world.app.name
    body = html(
        PAGE,
        app=app,
        token=visit.token_field(),
        notice=html(MENDED, app=app) if "mended" in visit.query else NOTHING,
        state="On now" if standing else "Zoom works",
        on=_on(world, visit, standing),
        watch=html(WATCH, url=world.app.watch_url, app=app) if world.app.watch_url else NOTHING,
        last=_last(world),
        often=[html(OPTION, value=key, words=words) for key, (words, _) in OFTEN.items()],
        users=[html(OPTION, value=user.key, words=user.name) for user in world.people],
        groups=[_group(world, group, standing) for group in Group],
        now=moment(world.clock.now()),
        outside=moment(world.clock.outside()),
        steps=_steps(),
        kind="published" if published else "private",
        other="private" if published else "published",
        meaning=_meaning(world),
        turn="off" if published else "on",
    )
    return visit.page("Break Zoom", body)


def switch_on(world: World, visit: Visit) -> httpx.Response:
    """Add a rule as the form says. An unknown name changes nothing."""
    fault, user = NAMED.get(visit.form.get("fault", "")), world.people.find(visit.form.get("user", ""))
    _, wish = OFTEN.get(visit.form.get("often", ""), OFTEN["once"])
    if fault is None:
        return visit.go("/break")
    if fault.name == "answers-503" and user is None and wish == OFTEN["always"][1]:
        world.store.switches.answers_503 = True  # the same switch as the tour has
        world.store.keep()
        return visit.go("/break#on")
    settings = {name: _chosen(visit, fault, name, setting) for name, setting in fault.settings.items()}
    world.faults.rules.add(fault, settings, user_id=user.id if user else None, **wish)  # type: ignore[arg-type]
    return visit.go("/break#on")


def switch_off(world: World, visit: Visit) -> httpx.Response:
    """Take one rule away."""
    world.faults.rules.remove(visit.form.get("rule", ""))
    return visit.go("/break#on")


def mend(world: World, visit: Visit) -> httpx.Response:
    """Mend everything."""
    world.mend()
    return visit.go("/break?mended=1")


def move_clock(world: World, visit: Visit) -> httpx.Response:
    """Move Zoom's clock on."""
    _, seconds = STEPS.get(visit.form.get("step", ""), ("", 0))
    world.clock.advance(seconds)
    world.webhooks.tick()
    return visit.go("/break#clock")


def switch_app(world: World, visit: Visit) -> httpx.Response:
    """Publish the app, or make it private."""
    world.store.switches.published = visit.form.get("published") == "on"
    world.store.keep()
    return visit.go("/break#app")


def _chosen(visit: Visit, fault: Fault, name: str, setting: Setting) -> object:
    """Return the offered value that the form names, or the usual one."""
    given = visit.form.get(f"{fault.name}.{name}", "")
    return next((value for value in setting.offered if json.dumps(value) == given), setting.usual)


def _on(world: World, visit: Visit, standing: list[FaultRule]) -> Html:
    if not standing:
        return Html('<p class="muted">No fault is on.</p>')
    rows = [
        html(ON, id=rule.id, words=NAMED[rule.name].words, token=visit.token_field(), details=_details(world, rule))
        for rule in standing
    ]
    return html('<ul class="faults">{rows}</ul>', rows=rows)


def _details(world: World, rule: FaultRule) -> str:
    left = "always" if rule.times is None else f"{rule.times - rule.struck} more"
    parts = [left if rule.share == 1 else f"one call of {round(1 / rule.share)}, by chance"]
    parts.append(f"to {world.people.get(rule.user_id).name}" if rule.user_id else "to everybody")
    settings = NAMED[rule.name].settings
    parts += [f"{settings[name].words.lower()}: {_said(value)}" for name, value in rule.settings.items()]
    line = "; ".join(parts)
    return line[0].upper() + line[1:]


def _group(world: World, group: Group, standing: list[FaultRule]) -> Html:
    on = {rule.name for rule in standing}
    faults = [_fault(fault, fault.name in on) for fault in FAULTS if fault.group is group]
    is_on = any(NAMED[name].group is group for name in on)
    opened = Html(" open") if is_on or group is Group.MAKING else NOTHING
    return html(GROUP, open=opened, title=group, tag=TAG if is_on else NOTHING, note=NOTES[group], faults=faults)


def _fault(fault: Fault, is_on: bool) -> Html:
    settings = [
        html(
            SETTING,
            words=setting.words,
            name=f"{fault.name}.{name}",
            options=[html(OPTION, value=json.dumps(value), words=_said(value)) for value in setting.offered],
        )
        for name, setting in fault.settings.items()
        if len(setting.offered) > 1
    ]
    return html(FAULT, words=fault.words, name=fault.name, settings=settings, tag=TAG if is_on else NOTHING)


def _said(value: object) -> str:
    """Return a value of a setting for people."""
    words: Mapping[object, str] = {None: "none", True: "yes", False: "no"}
    return words[value] if value is None or isinstance(value, bool) else str(value)


def _last(world: World) -> Html:
    latest = list(world.store.injections)[: -SHOWN - 1 : -1]
    if not latest:
        return Html('<p class="muted">Nothing yet. A fault strikes when the app calls Zoom.</p>')
    return html(LAST, rows=[_happened(world, injection) for injection in latest])


def _happened(world: World, injection: Injection) -> Html:
    user = world.people.find(injection.user_id or "")
    at = datetime.fromisoformat(injection.at)
    return html(
        HAPPENED,
        at=f"{at:%H:%M:%S} UTC",
        words=NAMED[injection.name].words if injection.name in NAMED else "A status that was asked for",
        number=injection.fault,
        route=injection.route,
        user=user.name if user else "Nobody known",
        happened=injection.happened[:1].upper() + injection.happened[1:],
    )


def _steps() -> list[Html]:
    button = '<button class="btn" name="step" value="{key}">{words}</button>'
    return [html(button, key=key, words=words) for key, (words, _) in STEPS.items()]


def _meaning(world: World) -> str:
    if world.grants.published:
        return "Users of every Zoom account may add it, and Zoom tells it when somebody removes it."
    owner = world.people.account_name(world.app.owner_account_id)
    return f"Only users of {owner} may add it, and Zoom does not tell it when somebody removes it."
