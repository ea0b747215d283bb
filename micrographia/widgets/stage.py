"""The player in the place the page keeps for it: there before the websocket is, and told of every change by it."""

from __future__ import annotations

from typing import Any, ClassVar

from micrographia.imaging.display import DisplayState
from micrographia.widgets.placed import Placed


class Stage(Placed):
    """The chosen image in the player; asks ``display`` (the state has changed) while it is used."""

    _script: ClassVar[str] = "widgets/stage.js"


def stage_answer(
    image: str, manifest: dict[str, Any], display: DisplayState, problem: str = "", poster: str = ""
) -> dict[str, Any]:
    """What the stage shows, as JSON.

    Parameters
    ----------
    image, manifest
        The image's id, and what the player is given of it; empty when there is none to show.
    display
        What is wished for on the screen.
    problem
        Why there is no picture, as a sentence.
    poster
        The address of a small picture, shown until the first plane is there.
    """
    return {"image": image, "manifest": manifest, "state": display.as_json(), "problem": problem, "poster": poster}
