"""A website that embeds the widget, under the strict policy that the guide tells: to try it, and for tests."""

from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>A website</title>
</head>
<body>
<header><h1>A website</h1></header>
<main><p>This page is another website's. The button in its corner is the widget of {server}.</p></main>
{line}
</body>
</html>
"""


def policy(server: str) -> str:
    """What a website's Content-Security-Policy has to allow for the widget: scripts and connections, and no more."""
    return (
        f"default-src 'none'; script-src {server}; connect-src {server}; base-uri 'none'; form-action 'none'; "
        "require-trusted-types-for 'script'"
    )


def website(line: str, *, port: int) -> ThreadingHTTPServer:
    """A server on this machine with one page that has the line in it; `serve_forever` runs it."""
    address = urlsplit(line.split('src="')[1].split('"')[0])
    server = f"{address.scheme}://{address.netloc}"
    body = PAGE.format(server=escape(server), line=line).encode()

    class Website(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/" else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Security-Policy", policy(server))
            self.end_headers()
            if self.path == "/":
                self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing."""

    return ThreadingHTTPServer(("127.0.0.1", port), Website)
