"""What browsers are told to refuse, for each kind of response, as data.

`Guard` sets the headers of any response; what shows a page of its own gives it the page's headers, which then stand.
"""

from collections.abc import Mapping

Headers = Mapping[str, str]

# A browser that came by https comes by https from then on, for a year in seconds; it takes this by https only.
STRICT_TRANSPORT = "max-age=31536000"

_NOTHING = {
    "default-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'none'",
    "frame-ancestors": "'none'",
}
_OWN = {"script-src": "'self'", "style-src": "'self'", "connect-src": "'self'", "img-src": "'self'"}
_TRUSTED = {"require-trusted-types-for": "'script'"}


def _headers(policy: Mapping[str, str], **more: str) -> Headers:
    said = "; ".join(f"{directive} {sources}" for directive, sources in policy.items())
    framed = "SAMEORIGIN" if policy["frame-ancestors"] == "'self'" else "DENY"
    return {
        "Content-Security-Policy": said,
        "X-Frame-Options": framed,
        **{name.replace("_", "-"): value for name, value in more.items()},
    }


# Data, scripts, files and errors: whoever opens one as a page gets nothing that runs.
ANY: Headers = {
    **_headers(_NOTHING),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
# The conversation: only its own scripts, which make no markup from text, and the microphone for who wants to speak.
CONVERSATION = _headers(
    {**_NOTHING, **_OWN, "frame-ancestors": "'self'", **_TRUSTED},
    Permissions_Policy="camera=(), microphone=(self), geolocation=()",
)
# Without scripts: the conversation as a form, and a sheet to print.
_UNSCRIPTED = {**_NOTHING, "script-src": "'none'", "style-src": "'self'", "img-src": "'self'"}
FORM = _headers({**_UNSCRIPTED, "form-action": "'self'"})
SHEET = _headers(_UNSCRIPTED)
# The staff's pages are nobody's to keep: who uses the computer next must not find one with the back button.
CONSOLE = _headers({**_NOTHING, **_OWN, "form-action": "'self'"}, Cache_Control="no-store")


def documentation(script: str) -> Headers:
    """The API's own page, whose one inline script is known by its hash (`sha256-…`, Base64)."""
    return _headers({**_NOTHING, **_OWN, "script-src": f"'self' '{script}'", "img-src": "'self' data:"})


def of_any(scheme: str) -> Headers:
    """What stands on every response that does not say otherwise; `scheme` is http or https."""
    return {**ANY, "Strict-Transport-Security": STRICT_TRANSPORT} if scheme == "https" else ANY
