"""The session cookie is changed by what a person opens or sends, never by what the device does by itself.

The answer to a ping or to a record of the outbox may be on its way while somebody signs out or in: a cookie in it
would bring the person before back, or take the token of the sign-in form away.
"""

from __future__ import annotations

from flask import Flask, Response, request
from flask.sessions import SecureCookieSessionInterface, SessionMixin

from pmweb.web.unit_of_work import from_outbox

_BY_ITSELF = ("home.ping", "home.package")


class Cookies(SecureCookieSessionInterface):
    """Flask's signed cookie, left as it is by the requests of the device itself."""

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Set, renew or delete the cookie after a request of a person."""
        if from_outbox() or request.endpoint in _BY_ITSELF:
            response.vary.add("Cookie")
        else:
            super().save_session(app, session, response)
