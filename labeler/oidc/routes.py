from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from labeler.accounts.auth import Open, SignedIn
from labeler.accounts.routes import client_of, forget_cookie, set_cookie
from labeler.kit.errors import NotFound
from labeler.kit.web import Config, Db
from labeler.oidc import cookie, login
from labeler.oidc.provider import Provider
from labeler.oidc.refusals import Refused
from labeler.wire.accounts import BeginLogIn, Onward, WaysIn

router = APIRouter(tags=["accounts"])


async def get_provider(request: Request, settings: Config) -> Provider | None:
    """The provider of the settings; what it said about itself is remembered with the application."""
    state = request.app.state
    if not settings.oidc_issuer:
        return None
    if getattr(state, "provider", None) is None or state.provider.settings is not settings:
        state.provider = Provider(settings)
    provider: Provider = state.provider
    return provider


Known = Annotated[Provider | None, Depends(get_provider)]


@router.get("/ways-in")
async def ways_in(settings: Config, _: Open) -> WaysIn:
    """How people log in here: with a password, through a provider, or either."""
    return WaysIn(password=settings.password_login, provider=settings.oidc_name if settings.oidc_issuer else None)


@router.post("/oidc/begin")
async def begin_log_in(body: BeginLogIn, response: Response, settings: Config, provider: Known, _: Open) -> Onward:
    """Begin a log-in at the OpenID Connect provider: the address to send the browser to."""
    if provider is None:
        raise NotFound("This service has no OpenID Connect provider. Log in with a password.")
    begun = await login.begin(settings, provider, body.back, body.invitation or "")
    cookie.set_cookie(response, settings, begun.state, begun.cookie)
    return Onward(url=begun.url)


@router.get("/oidc/callback", include_in_schema=False)
async def come_back(request: Request, db: Db, settings: Config, provider: Known, _: Open) -> RedirectResponse:
    """Where the provider sends browsers back to. What went wrong stands behind the `#`, for the log-in page."""
    if provider is None:
        raise NotFound("This service has no OpenID Connect provider.")
    state = request.query_params.get("state", "")[:200]
    kept = request.cookies.get(cookie.name_of(state))
    try:
        token, back = await login.come_back(db, settings, provider, request.query_params, kept, client_of(request))
    except Refused as error:
        answer = RedirectResponse(settings.at(f"{error.back}#refused={quote(error.reason)}"), 303)
    else:
        answer = RedirectResponse(settings.at(back), 303)
        set_cookie(answer, settings, token)
    if kept is not None:
        cookie.delete_cookie(answer, settings, state)
    answer.headers["cache-control"] = "no-store"
    return answer


@router.delete("/oidc/session")
async def log_out_everywhere(response: Response, caller: SignedIn, db: Db, settings: Config, provider: Known) -> Onward:
    """Log out, and the address at which the session at the provider ends, where the log-in was there."""
    id_token = await db.awrite(login.close, caller.credential)
    forget_cookie(response, settings)
    if id_token is None or provider is None:
        return Onward(url=None)
    return Onward(url=await login.way_out(settings, provider, id_token))
