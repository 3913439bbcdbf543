"""A real browser without GPU and WebGL, and pages whose every word is known."""

from __future__ import annotations

import shutil
import threading

import pytest

from firth.view.explorer import Server, Shown, save_page
from firth.view.explorer.packing import packed
from helpers.pages import family


@pytest.fixture(scope="session")
def chromium():
    sync = pytest.importorskip("playwright.sync_api", reason="needs pip install 'firth[browser]'")
    path = shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("there is no chromium: apt-get install chromium")
    flags = ["--disable-gpu", "--disable-software-rasterizer", "--disable-webgl", "--no-sandbox"]
    with sync.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=flags)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("pages")


@pytest.fixture(scope="session")
def alone(folder):
    """A page of one model, from a file."""
    save_page(folder / "alone.html", Shown.of(family(), name="family"))
    return (folder / "alone.html").as_uri()


@pytest.fixture(scope="session")
def pair(folder):
    """A page of two models: the second half of the words moved."""
    models = [Shown.of(family(), name="before"), Shown.of(family(turn=9.0), name="after")]
    save_page(folder / "pair.html", *models)
    return (folder / "pair.html").as_uri()


@pytest.fixture
def serve():
    """Serve models; all servers end with the test."""
    running = []

    def start(*models, sentences=None):
        server = Server(packed(*models, sentences=sentences is not None), sentences=sentences)
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        running.append((server, thread))
        return server.url

    yield start
    for server, thread in running:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def visit(chromium):
    """Open pages; whatever goes wrong in one, by the end of the test, is an error."""
    contexts, problems = [], []

    def go(url, address="", *, width=1280, height=800, **options):
        context = chromium.new_context(
            viewport={"width": width, "height": height}, reduced_motion="reduce", **options
        )
        contexts.append(context)
        context.add_init_script(
            "addEventListener('securitypolicyviolation', e => "
            "console.error('violated: ' + e.violatedDirective + ' ' + e.blockedURI))"
        )
        page = context.new_page()
        page.on(
            "console", lambda said: said.type in ("error", "warning") and problems.append(said.text)
        )
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on(
            "dialog",
            lambda dialog: (problems.append(f"dialog: {dialog.message}"), dialog.dismiss()),
        )
        own = url.split("/")[2]

        def asked(request):
            kind, host = request.url.split(":")[0], request.url.split("/")[2:3]
            if kind not in ("data", "blob") and host != [own]:
                problems.append(f"asked {request.url[:200]}")

        page.on("request", asked)
        page.goto(f"{url}#{address}" if address else url)
        page.wait_for_selector("html[data-ready]", state="attached", timeout=30_000)
        return page

    yield go
    for context in contexts:
        context.close()
    assert problems == []
