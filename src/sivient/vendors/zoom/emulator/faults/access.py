"""Tokens and the app itself: numbers 2, 3, 4, 6, 7, 22, 25 and 27."""

from __future__ import annotations

import math

import httpx

from sivient.vendors.zoom.emulator.errors import OAuthRefusal, unauthorized
from sivient.vendors.zoom.emulator.faults.answers import instead, told, what_was_done
from sivient.vendors.zoom.emulator.faults.call import ALLOW, EXCHANGE
from sivient.vendors.zoom.emulator.faults.fault import Effect, Shot


def grace(shot: Shot) -> httpx.Response:
    """2: how long the refresh token that was just used goes on working. None is without end."""
    seconds = shot.settings["seconds"]
    with shot.world.grants.with_grace(math.inf if seconds is None else seconds):
        done = shot.proceed()
    length = "without end" if seconds is None else f"for {seconds:g} s"
    shot.did(f"{what_was_done(shot, done)}, the earlier refresh token works on {length}")
    return done


def invalid_grant(shot: Shot) -> httpx.Response:
    """3: refused although the token is good; it stays as it is."""
    body = {"error": "invalid_grant"}
    if shot.settings["reason"]:
        exchange = shot.call.route == EXCHANGE
        body = {"reason": "Invalid authorization code" if exchange else "Invalid Token!"} | body
    return instead(shot, httpx.Response(shot.settings["status"], json=body))


def invalid_client(shot: Shot) -> httpx.Response:
    """4: refused as if the credentials were wrong."""
    refusal = OAuthRefusal(shot.settings["status"], "invalid_client", "Invalid client_id or client_secret")
    return instead(shot, refusal.response())


def no_new_refresh_token(shot: Shot) -> httpx.Response:
    """6: only an access token; the refresh token that was used stays the good one (RFC 6749, 6)."""
    before = set(shot.world.store.refresh.rows)
    used = {name: (token.used, token.expires_at) for name, token in shot.world.store.refresh.rows.items()}
    with shot.world.grants.with_grace(math.inf):
        done = shot.proceed()
    for token in shot.world.store.refresh:
        if token.value not in before:
            shot.world.store.refresh.drop(token.value)
        else:
            token.used, token.expires_at = used[token.value]
            shot.world.store.refresh.put(token.value, token)
    shot.did("access token given, refresh token not rotated" if done.is_success else what_was_done(shot, done))
    return told(done, {name: value for name, value in shot.outcome.body.items() if name != "refresh_token"})


def _scoped(shot: Shot, done: httpx.Response, scopes: list[str]) -> httpx.Response:
    """Give the access token these scopes; the next refresh has its own again."""
    token = shot.world.grants.access_token(str(shot.outcome.body.get("access_token")))
    if token is not None:
        token.scope = " ".join(scopes)
        shot.world.store.access.put(token.value, token)
    return told(done, shot.outcome.body | {"scope": " ".join(scopes)})


def scope_missing(shot: Shot) -> httpx.Response:
    """7: the access token really lacks a scope."""
    done, gone = shot.proceed(), shot.settings["scope"]
    shot.did(f"{what_was_done(shot, done)} without the scope {gone}")
    return _scoped(shot, done, [scope for scope in str(shot.outcome.body.get("scope", "")).split() if scope != gone])


def scope_extra(shot: Shot) -> httpx.Response:
    """7: one scope more than was asked for."""
    done, more = shot.proceed(), shot.settings["scope"]
    shot.did(f"{what_was_done(shot, done)} with the scope {more} as well")
    return _scoped(shot, done, [*str(shot.outcome.body.get("scope", "")).split(), more])


def scope_reordered(shot: Shot) -> httpx.Response:
    """7: the same scopes in another order."""
    done = shot.proceed()
    shot.did(f"{what_was_done(shot, done)}, scopes in another order")
    return _scoped(shot, done, str(shot.outcome.body.get("scope", "")).split()[::-1])


def dies_early(shot: Shot) -> httpx.Response:
    """22: the access token lives shorter than `expires_in` says."""
    done, seconds = shot.proceed(), shot.settings["seconds"]
    token = shot.world.grants.access_token(str(shot.outcome.body.get("access_token")))
    if token is not None:
        token.expires_at = shot.world.clock.seconds() + seconds
        shot.world.store.access.put(token.value, token)
    shot.did(f"{what_was_done(shot, done)}, the access token lives {seconds:g} s")
    return done


def dies_now(shot: Shot) -> httpx.Response:
    """22: the access token ends with the call that it came with."""
    value = shot.call.request.headers.get("Authorization", "").partition(" ")[2]
    dropped = shot.world.store.access.drop(value)
    done = instead(shot, unauthorized().response())
    shot.did("access token ended, nothing was done" if dropped else "the access token was dead already")
    return done


def clock_skew(shot: Shot) -> httpx.Response:
    """25: Zoom's clock goes wrong for this call: ages, days, dates and what counts as past."""
    seconds = shot.settings["seconds"]
    with shot.world.clock.skewed(seconds):
        done = shot.proceed()
    shot.did(f"{what_was_done(shot, done)} with a clock that is {seconds:+g} s off")
    return done


def disabled(error: str, reason: str) -> Effect:
    """27: the app is out of service: no tokens, no calls, and nobody can authorize it.

    The contract has only the numbers of these; which `error` goes with them is our reading.
    """

    def effect(shot: Shot) -> httpx.Response:
        if shot.call.route == ALLOW:
            return instead(shot, httpx.Response(403, text=f"{reason}."))
        if shot.call.is_oauth:
            return instead(shot, OAuthRefusal(400, error, reason).response())
        return instead(shot, unauthorized().response())

    return effect
