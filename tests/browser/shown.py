"""A widget in a page of its own, tied to the real widget by hand: no Jupyter, half a second."""

import base64
import json
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe

from chatnt.widgets.page import as_json, single_page

MODEL = Path(__file__).with_name("fake_model.js").read_text(encoding="utf-8")
WIDTHS = (600, 1200)
THEMES = ("light", "dark")


def watch(page, local):
    """Collect what a page must not do: errors in its console, and requests that leave the machine."""
    page.wrong = []
    page.on("pageerror", lambda error: _is_ours(error) and page.wrong.append(f"error: {error}"))
    page.on("console", lambda m: m.type == "error" and page.wrong.append(f"console: {m.text} {m.location}"))
    page.on("request", lambda r: local(r.url) or page.wrong.append(f"request: {r.url}"))
    page.on("websocket", lambda s: local(s.url) or page.wrong.append(f"socket: {s.url}"))


def _is_ours(error):
    """Tell whether our scripts, which are loaded as blobs, have a part in an error.

    JupyterLab's own fails now and then, while it is busy, to remove what it has removed already.
    """
    return "removeChild" not in error.message or "blob:" in (error.stack or "")


def axe(page, within=".chatnt"):
    """Fail if axe-core (4.12, as axe-playwright-python brings it) finds what keeps people out."""
    found = Axe().run(page, context=within).response["violations"]
    grave = [one for one in found if one["impact"] in ("serious", "critical")]
    told = [
        f"{v['id']}: {v['help']}\n  {n['html'][:200]}\n  {n['failureSummary']}"
        for v in grave
        for n in v["nodes"]
    ]
    assert not grave, "\n".join(told)


def shots(page, folder, name):
    """Write pictures in both themes and widths, ``NAME-THEME-WIDTH.png``, and return their paths."""
    paths = []
    for theme in THEMES:
        page.emulate_media(color_scheme=theme)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            page.wait_for_timeout(150)  # sizes and colours are drawn in the next frames
            paths.append(Path(folder) / f"{name}-{theme}-{width}.png")
            page.locator(".chatnt").first.screenshot(path=paths[-1])
    return paths


class Shown:
    """A widget as a page shows it: `page` is Playwright's, `widget` is Python's.

    Nothing passes between the two by itself. `sync` carries what happened on either side
    over to the other; without it, `saved` and `sent` tell what the page did.
    """

    def __init__(self, page, widget, folder):
        self.page, self.widget = page, widget
        self._replies, self._read = [], 0
        widget.send = lambda content, buffers=(): self._replies.append((content, buffers or ()))
        self._known = self._state()
        html = single_page("test", widget._esm, widget._css, widget.to_json(), model=MODEL)
        path = Path(folder) / "widget.html"
        path.write_text(html, encoding="utf-8")
        watch(page, lambda url: url == path.as_uri() or url.startswith(("data:", "blob:")))
        page.goto(path.as_uri())
        page.locator(".chatnt").first.wait_for()

    @property
    def root(self):
        return self.page.locator(".chatnt")

    @property
    def status(self):
        """What the status line says."""
        return self.page.locator(".chatnt > .line")

    @property
    def alert(self):
        return self.page.locator(".chatnt > .alert")

    @property
    def saved(self):
        """What the page saved, one dict for each time."""
        return [entry["saved"] for entry in self._journal() if "saved" in entry]

    @property
    def sent(self):
        """The messages that the page sent."""
        return [entry["sent"] for entry in self._journal() if "sent" in entry]

    def set(self, **traits):
        """Set traits as Python would, in the page only."""
        self.page.evaluate("text => model.fromPython(text)", json.dumps(traits, default=as_json))

    def receive(self, content, buffers=()):
        """Let the page receive a message."""
        written = json.dumps(list(buffers), default=as_json)
        self.page.evaluate("([content, written]) => model.receive(content, written)", [content, written])

    def sync(self, *, wait=True):
        """Give the widget what the page saved and sent, and the page what the widget makes of it.

        It waits until what runs in the background has ended, well or not, or does not `wait`.
        """
        self.page.wait_for_timeout(150)  # what the page saves a little later
        entries = self._journal()
        for entry in entries[self._read :]:
            if "saved" in entry:
                self._known |= {name: _written(value) for name, value in entry["saved"].items()}
                self.widget.set_state(entry["saved"])
            else:
                buffers = [memoryview(base64.b64decode(text)) for text in entry["buffers"]]
                self.widget._handle_custom_msg(entry["sent"], buffers)
        self._read = len(entries)
        if wait and self.widget.running:
            self.widget._thread.join(60)
        now = self._state()
        changed = {name: text for name, text in now.items() if self._known.get(name) != text}
        self.set(**{name: json.loads(text) for name, text in changed.items()})
        self._known = now
        replies, self._replies = self._replies, []
        for content, buffers in replies:
            self.receive(content, buffers)

    def end(self):
        """Take the view away; return the listeners that are left, which must be none."""
        self.page.evaluate("cleanUp()")
        return self.page.evaluate("model.listeners()")

    def axe(self):
        axe(self.page)

    def shots(self, folder, name):
        return shots(self.page, folder, name)

    def _journal(self):
        return self.page.evaluate("model.journal")

    def _state(self):
        return {name: _written(value) for name, value in self.widget.to_json().items()}


def _written(value):
    return json.dumps(value, default=as_json, sort_keys=True)
