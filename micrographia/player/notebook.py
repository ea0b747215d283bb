"""The player in a notebook: planes come as messages from the kernel, no server is needed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol

from micrographia.errors import Invalid, LibraryError, MissingReader
from micrographia.imaging.colours import colour
from micrographia.imaging.display import DisplayState
from micrographia.imaging.service import Answer
from micrographia.player import bundle
from micrographia.player.messages import address

NAMED_COLOURS = {
    "white": "#FFFFFF",
    "grey": "#FFFFFF",
    "gray": "#FFFFFF",
    "cyan": "#00FFFF",
    "magenta": "#FF00FF",
    "yellow": "#FFFF00",
    "green": "#00FF00",
    "blue": "#3A6BFF",
    "orange": "#FF8000",
    "red": "#FF0000",
}
MISSING = (
    "Images are shown in a notebook by anywidget, which is not installed. Run: pip install 'micrographia[notebook]'"
)
THREADS = 2


class PixelSource(Protocol):
    """What a view needs of a pixel service."""

    def manifest(self, record_id: str) -> dict[str, Any]:
        """What the player is given of an image."""
        ...

    def answer(self, address: str) -> Answer:
        """The answer to an address such as ``/pixels/cells/0123456789abcdef/0/0/7/0/0?c=0,1``."""
        ...


class View:
    """An image in a notebook's player.

    Parameters
    ----------
    pixels
        Where planes come from, such as ``library.pixels``.
    image_id
        Which image.
    channels
        The channels to show, by name or number, with colours: ``"dna:cyan,tubulin:magenta"``; ``None`` for all.
    **state
        Parts of the display state: ``t=3``, ``z="max"``, ``mode="grey"``.

    Raises
    ------
    NotFound
        There is no such image.
    Invalid
        A channel is named that the image does not have, or the state says something that cannot be.
    """

    def __init__(self, pixels: PixelSource, image_id: str, *, channels: str | None = None, **state: Any) -> None:
        self._pixels = pixels
        self.manifest = pixels.manifest(image_id)
        if channels is not None:
            state["channels"] = _channel_wishes(channels, [entry["name"] for entry in self.manifest["channels"]])
        self._state = _checked(state)
        self._widget: Any = None

    @property
    def state(self) -> DisplayState:
        """What is on the screen now; it follows what the reader of the notebook does."""
        return self._state if self._widget is None else DisplayState.from_json(self._widget.state)

    @state.setter
    def state(self, state: DisplayState) -> None:
        self._state = state
        if self._widget is not None:
            self._widget.state = state.as_json()

    @property
    def widget(self) -> Any:
        """The widget itself, made when it is first wanted; raises ``MissingReader`` without anywidget."""
        if self._widget is None:
            self._widget = _widget(self._pixels, self.manifest, self._state)
        return self._widget

    def close(self) -> None:
        """End the widget and stop answering it."""
        if self._widget is not None:
            self._widget.close()

    def _repr_mimebundle_(self, **options: Any) -> Any:
        return self.widget._repr_mimebundle_(**options)

    def __repr__(self) -> str:
        return f"<View of {self.manifest['id']!r}>"


def _widget(pixels: PixelSource, manifest: dict[str, Any], state: DisplayState) -> Any:
    """A widget whose questions are answered in threads, so that the kernel stays free."""
    try:
        import anywidget  # noqa: PLC0415
        import traitlets  # noqa: PLC0415
    except ImportError:
        raise MissingReader(MISSING) from None

    class PlayerWidget(anywidget.AnyWidget):
        _esm = bundle.text()
        manifest = traitlets.Dict().tag(sync=True)
        state = traitlets.Dict().tag(sync=True)
        transport = traitlets.Unicode("message").tag(sync=True)
        chrome = traitlets.Unicode("full").tag(sync=True)

        def close(self) -> None:
            threads.shutdown(wait=False, cancel_futures=True)
            super().close()

    threads = ThreadPoolExecutor(THREADS, thread_name_prefix="notebook-player")
    cancelled: set[int] = set()
    widget = PlayerWidget(manifest=manifest, state=state.as_json())

    def on_message(_: Any, message: Any, __: Sequence[Any]) -> None:
        if not isinstance(message, dict) or not isinstance(message.get("id"), int):
            return
        if message.get("ask") == "cancel":
            cancelled.add(message["id"])
        else:
            threads.submit(_reply, widget, pixels, manifest, message, cancelled)

    widget.on_msg(on_message)
    return widget


def _reply(
    widget: Any, pixels: PixelSource, manifest: Mapping[str, Any], message: Mapping[str, Any], cancelled: set[int]
) -> None:
    """Answer one message, unless it was taken back in the meantime."""
    number = message["id"]
    if number in cancelled:
        cancelled.discard(number)
        return
    try:
        answer = pixels.answer(address(manifest, message))
    except LibraryError as error:
        widget.send({"id": number, "error": str(error)})
        return
    widget.send({"id": number}, buffers=[answer.body])


def _channel_wishes(text: str, names: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Wishes by channel number: those named are visible, in the colours given, and no others."""
    wishes: dict[str, dict[str, Any]] = {str(number): {"visible": False} for number in range(len(names))}
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, _, shade = (piece.strip() for piece in part.partition(":"))
        number = _channel_number(name, names)
        wishes[str(number)] = {"visible": True}
        if shade:
            wishes[str(number)]["color"] = _shade(shade)
    return wishes


def _channel_number(name: str, names: Sequence[str]) -> int:
    folded = [known.casefold() for known in names]
    if name.casefold() in folded:
        return folded.index(name.casefold())
    if name.isdigit() and int(name) < len(names):
        return int(name)
    known = ", ".join(repr(known) for known in names)
    raise Invalid(f"The image has no channel {name!r}. Its channels are {known}; they can be counted from 0, too.")


def _shade(text: str) -> str:
    found = NAMED_COLOURS.get(text.casefold()) or colour(text if text.startswith("#") else f"#{text}")
    if found is None:
        raise Invalid(f"{text!r} is not a colour. Use one of {', '.join(NAMED_COLOURS)}, or a number such as #00FFFF.")
    return found


def _checked(state: Mapping[str, Any]) -> DisplayState:
    checked = DisplayState.from_json(dict(state))
    if checked.findings:
        raise Invalid(checked.findings[0].message)
    return checked
