"""What all widgets share: looks, messages, background work, and pictures without a front end."""

import base64
import importlib.util
import io
import json
import logging
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal, TypeVar

import anywidget
import traitlets

from chatnt.errors import BusyError
from chatnt.widgets.joining import SHARED, join_modules, join_styles
from chatnt.widgets.page import as_json, single_page

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Palette = Literal["safe", "classic"]
Theme = Literal["auto", "light", "dark"]
Work = Callable[[threading.Event], None]
"""What runs in the background; it ends soon after the event is set."""

T = TypeVar("T")
Handler = TypeVar("Handler", bound=Callable[..., object])

_LOG = logging.getLogger("chatnt.widgets")
_PICTURES = (".png", ".svg", ".pdf")
_RUNNING = ("running", "stopping")
_WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
_OWN = {"_esm", "_css", "_anywidget_id", *anywidget.AnyWidget.class_trait_names(sync=True)}


def message(kind: str) -> Callable[[Handler], Handler]:
    """Let a method answer the messages of one type that the page sends.

    The other fields of the message are its keyword arguments, and binary buffers, if there are any, the
    argument ``buffers``. What it returns goes back to a page that made a request. It must return soon:
    every other message waits for it. Longer work belongs into `Widget._start`.
    """

    def mark(method: Handler) -> Handler:
        method._message = kind  # type: ignore[attr-defined]
        return method

    return mark


class Widget(anywidget.AnyWidget):
    """Be the base of all widgets.

    A widget is ``x.py`` beside ``static/x.js`` and, if it needs one, ``static/x.css``. It
    says ``_files = ("x",)``, declares traits, marks methods with `message`, and implements
    `figure` and `text`. Everything that a click does is also a method.

    Parameters
    ----------
    height
        In pixels; 0 is as high as the content.
    palette
        Colours of the nucleotides: ``"safe"`` for all eyes, or ``"classic"``.
    theme
        ``"light"``, ``"dark"``, or ``"auto"``, as the notebook is.

    Attributes
    ----------
    status
        ``"idle"``, ``"running"``, ``"stopping"``, ``"done"`` or ``"error"``.
    error
        What went wrong last, as it is shown; empty if nothing did.
    """

    _files: ClassVar[tuple[str, ...]] = ()
    _handlers: ClassVar[dict[str, str]] = {}
    _thread: threading.Thread | None = None
    _failure: Exception | None = None

    status = traitlets.Enum(["idle", "running", "stopping", "done", "error"], "idle").tag(sync=True)
    error = traitlets.Unicode("").tag(sync=True)
    height = traitlets.Int(0, min=0).tag(sync=True)
    palette = traitlets.Enum(["safe", "classic"], "safe").tag(sync=True)
    theme = traitlets.Enum(["auto", "light", "dark"], "auto").tag(sync=True)

    def __init_subclass__(cls, **kwargs: object) -> None:
        if "_files" in vars(cls):  # and not in the class that traitlets derives for each object
            cls._esm = join_modules([*SHARED, *cls._files])
            cls._css = join_styles([*SHARED, *cls._files])
        marked = {value._message: name for name, value in vars(cls).items() if hasattr(value, "_message")}
        cls._handlers = {**cls._handlers, "stop": "stop", **marked}
        super().__init_subclass__(**kwargs)  # type: ignore[arg-type]

    def __init__(self, *, height: int = 0, palette: Palette = "safe", theme: Theme = "auto") -> None:
        self._stop_event = threading.Event()
        self._starting = threading.Lock()
        super().__init__(height=height, palette=palette, theme=theme)
        self.on_msg(self._receive)

    # What the page sends.

    def _receive(self, _widget: object, content: dict[str, object], buffers: list[memoryview]) -> None:
        fields = dict(content)
        number, kind = fields.pop("id", None), fields.pop("type", None)
        if buffers:
            fields["buffers"] = buffers
        value, failure = self._attempt(lambda: self._handler(kind)(**fields))
        if number is not None:
            told = {"error": describe(failure)} if failure else {"value": value}
            self.send({"type": "reply", "id": number, **told})

    def _handler(self, kind: object) -> Callable[..., object]:
        if kind not in self._handlers:
            raise ValueError(
                f"There is no message of type {kind!r}; {type(self).__name__} knows "
                f"{', '.join(sorted(self._handlers))}."
            )
        return getattr(self, self._handlers[str(kind)])

    def _attempt(self, act: Callable[[], T]) -> tuple[T | None, Exception | None]:
        """Do something for the page: whatever goes wrong is shown in it."""
        try:
            return act(), None
        except Exception as error:  # noqa: BLE001 - runs where nobody else would ever see an error
            _LOG.exception("%s: a message or a background job failed", type(self).__name__)
            self.error = describe(error)
            return None, error

    # Work in the background, one piece at a time.

    @property
    def running(self) -> bool:
        """Whether something is being done in the background."""
        return self.status in _RUNNING

    def _start(self, work: Work) -> None:
        """Do something in a thread; `status` tells how it goes.

        Raises
        ------
        BusyError
            If something else is still being done.
        """
        with self._starting:
            if self.running:
                raise BusyError(f"{type(self).__name__} is still {self.status}; call stop() or wait() first.")
            self._stop_event, self._failure = threading.Event(), None
            self.error, self.status = "", "running"
            self._thread = threading.Thread(
                target=self._work, args=(work, self._stop_event), name=type(self).__name__, daemon=True
            )
            self._thread.start()

    def _work(self, work: Work, stop: threading.Event) -> None:
        _, self._failure = self._attempt(lambda: work(stop))
        self.status = "error" if self._failure else "idle" if stop.is_set() else "done"

    def stop(self) -> None:
        """Ask what is being done to end soon; `wait` for it if need be."""
        with self._starting:
            if self.running:
                self._stop_event.set()
                self.status = "stopping"

    def wait(self, timeout: float | None = 60.0) -> None:
        """Wait until nothing is being done.

        Parameters
        ----------
        timeout
            In seconds; `None` waits for ever.

        Raises
        ------
        TimeoutError
            If it takes longer; it goes on.
        Exception
            What the work raised, if it failed.
        """
        thread = self._thread
        if thread is None:
            return
        thread.join(timeout)
        if thread.is_alive():
            raise TimeoutError(f"{type(self).__name__} is still {self.status} after {timeout} s.")
        if self._failure is not None:
            raise self._failure

    def close(self) -> None:
        """Stop what is being done, and leave the notebook."""
        if self._thread is not None:
            self._stop_event.set()
        super().close()

    # Without a front end.

    def figure(self) -> "Figure":
        """Draw what is seen, for places that show no widgets."""
        raise NotImplementedError(f"{type(self).__name__} implements figure().")

    def text(self) -> str:
        """Tell in words what is seen, for places that show no pictures."""
        raise NotImplementedError(f"{type(self).__name__} implements text().")

    def to_json(self) -> dict[str, object]:
        """Return the state that the page sees, by the names of the traits."""
        return {name: getattr(self, name) for name in self.keys if name not in _OWN}

    def to_html(self, title: str = "") -> str:
        """Return one HTML file that shows the widget as it is now, and needs nothing else.

        Parameters
        ----------
        title
            Of the page; default the name of the widget.
        """
        state = {**self._page_state(), "_frozen": True}
        return single_page(title or f"chatnt {type(self).__name__}", str(self._esm), str(self._css), state)

    def _page_state(self) -> dict[str, object]:
        """Return what a page without Python knows; more than the traits, if that is of use there."""
        return self.to_json()

    def save(self, path: str | Path) -> Path:
        """Write what is seen into a file.

        Parameters
        ----------
        path
            Its ending says how: ``.png``, ``.svg`` or ``.pdf`` a picture, ``.html`` a page that
            works without a notebook, ``.json`` the state.

        Returns
        -------
        Path
            Of the file.

        Raises
        ------
        ValueError
            If the ending is another.
        """
        path = Path(path)
        if path.suffix in _PICTURES:
            self.figure().savefig(path, bbox_inches="tight")
        elif path.suffix == ".html":
            path.write_text(self.to_html(), encoding="utf-8")
        elif path.suffix == ".json":
            path.write_text(json.dumps(self.to_json(), default=as_json, indent=1) + "\n", encoding="utf-8")
        else:
            known = ", ".join([*_PICTURES, ".html", ".json"])
            raise ValueError(f"{path.name} ends with {path.suffix!r}; a widget is saved as {known}.")
        return path

    def __repr__(self) -> str:
        return self.text().partition("\n")[0]

    def _repr_mimebundle_(self, **kwargs: object) -> tuple[dict[str, object], dict[str, object]]:
        data: dict[str, object] = {"text/plain": self.text()}
        if importlib.util.find_spec("matplotlib"):
            data["image/png"] = self._png()
        if os.environ.get("CHATNT_STATIC", "0") == "0":
            shown = super()._repr_mimebundle_(**kwargs)  # type: ignore[arg-type]
            bundle = shown[0] if isinstance(shown, tuple) else shown or {}
            data[_WIDGET_VIEW] = bundle[_WIDGET_VIEW]
        return data, {"image/png": {"alt": repr(self)}} if "image/png" in data else {}

    def _png(self) -> str:
        drawn = io.BytesIO()
        self.figure().savefig(drawn, format="png", dpi=100, bbox_inches="tight")
        return base64.b64encode(drawn.getvalue()).decode("ascii")


def describe(error: Exception) -> str:
    """Tell an error to a person; its type only where the message alone would not be understood."""
    told = str(error)
    own = type(error).__module__.startswith("chatnt.") or type(error) is ValueError
    return told if own and told else f"{type(error).__name__}: {told}".removesuffix(": ")
