"""The page, served to this computer alone.

Whoever runs a program here, and every page that is open in a browser, can knock at a port of the
loopback. So it answers three addresses and no others, all below a token that only the printed
address holds; it answers those alone who call it by a name of this computer (a page elsewhere that
has its own name point here does not); it never touches a path that is asked for; and it does little
at a time.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from firth.errors import ConfigError
from firth.json_text import json_text
from firth.view.explorer.page import page_of

_HOST = "127.0.0.1"
#: Requests that are answered at a time; seconds that one may take to be read.
_AT_ONCE, _PATIENCE = 16, 30
#: Characters of an address.
_LONGEST = 8_192
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}

Sentences = Callable[[str], list[dict[str, str]]]


class Server(ThreadingHTTPServer):
    """Serves a page on 127.0.0.1 until it is shut down.

    Parameters
    ----------
    data : bytes
        What :func:`~firth.view.explorer.packing.packed` gives.
    port : int
        Of 127.0.0.1; by default one that is free.
    sentences : callable, optional
        Finds sentences that show a word.

    Attributes
    ----------
    url : str
        The address of the page. Who has it can read the page.

    Raises
    ------
    ConfigError
        The port is taken.

    Examples
    --------
    >>> with Server(b"FIRTHEX1") as server:
    ...     server.url.startswith("http://127.0.0.1:")
    True
    """

    daemon_threads = True

    def __init__(self, data: bytes, port: int = 0, sentences: Sentences | None = None) -> None:
        try:
            super().__init__((_HOST, port), _Answer)
        except (OSError, OverflowError) as error:
            raise ConfigError(
                f"port {port} cannot be used ({getattr(error, 'strerror', None) or error}); name "
                "another one, or none: --port"
            ) from error
        self.token = secrets.token_urlsafe(24)
        port = self.server_address[1]
        self.hosts = {f"{name}:{port}" for name in (_HOST, "localhost")}
        self.url = f"http://{_HOST}:{port}/{self.token}/"
        self.sentences = sentences
        self.pages: dict[str, tuple[str, bytes]] = {
            "": ("text/html; charset=utf-8", page_of("'self'")),
            "data": ("application/octet-stream", data),
        }
        self._free = threading.BoundedSemaphore(_AT_ONCE)
        #: One search for sentences at a time: each reads a whole text.
        self.searching = threading.Lock()

    def process_request(self, request: Any, client_address: Any) -> None:
        """Answer in a thread, if there are not too many."""
        if not self._free.acquire(blocking=False):
            self.shutdown_request(request)
            return
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Answer, and let others come."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._free.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: browsers hang up whenever they like."""


class _Answer(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"
    timeout = _PATIENCE

    def do_GET(self) -> None:
        self._answer(body=True)

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def _answer(self, *, body: bool) -> None:
        if self.headers.get("Host", "").lower() not in self.server.hosts:
            self._send(HTTPStatus.FORBIDDEN, "text/plain", b"not served by this name\n", body)
            return
        name, query = self._asked()
        page = None if name is None else self.server.pages.get(name)
        if page is not None:
            self._send(HTTPStatus.OK, *page, body)
        elif name == "sentences" and self.server.sentences is not None:
            self._find(query, body)
        else:
            self._send(HTTPStatus.NOT_FOUND, "text/plain", b"not found\n", body)

    def _asked(self) -> tuple[str | None, str]:
        """Return what is asked for, below the token; None if that is not given."""
        if len(self.path) > _LONGEST:
            return None, ""
        address = urlsplit(self.path)
        token, slash, name = address.path.removeprefix("/").partition("/")
        right = secrets.compare_digest(token.encode(), self.server.token.encode())
        return (name if right and slash else None), address.query

    def _find(self, query: str, body: bool) -> None:
        find, lock = self.server.sentences, self.server.searching
        word = parse_qs(query, max_num_fields=4).get("word", [""])[0]
        if find is None or not lock.acquire(timeout=_PATIENCE):
            self._send(HTTPStatus.SERVICE_UNAVAILABLE, "text/plain", b"busy\n", body)
            return
        try:
            found = find(word) if word else []
        finally:
            lock.release()
        content = json_text(found, ensure_ascii=False).encode()
        self._send(HTTPStatus.OK, "application/json", content, body)

    def _send(self, status: HTTPStatus, kind: str, content: bytes, body: bool) -> None:
        with suppress(OSError):  # nobody waits any more
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            for name, value in _HEADERS.items():
                self.send_header(name, value)
            self.end_headers()
            if body:
                self.wfile.write(content)

    def version_string(self) -> str:
        """Name no versions."""
        return "firth"

    def log_message(self, format: str, *arguments: Any) -> None:
        """Keep the terminal, and the token in addresses, to who started this."""
