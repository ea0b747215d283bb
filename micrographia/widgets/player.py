"""The player as a Panel component: a thin shell round the bundle, which the browser loads once and keeps."""

from __future__ import annotations

from typing import Any

import param
from panel.custom import JSComponent

from micrographia.look import assets

# Panel renders at once; the module comes when it comes. Whatever was mounted is undone when the view goes.
SHELL = """
export function render({model, el}) {
  let end = null
  let isGone = false
  import(new URL(model.bundle, document.baseURI).href).then((player) => {
    if (!isGone) end = player.render({model, el})
  }, () => { el.textContent = "The player could not be loaded. Reload the page." })
  model.on("remove", () => { isGone = true; end?.() })
}
"""


class Player(JSComponent):
    """Shows the image of a manifest; ``state`` follows what the visitor does, and the other way round."""

    manifest = param.Dict(default={}, doc="What the player is given of the image; empty shows nothing.")
    state = param.Dict(default={}, doc="Display state as JSON, with what is not said left to the image.")
    address = param.Boolean(default=False, doc="Whether the state is kept in the address bar.")
    chrome = param.String(default="full", regex="full|quiet", doc="All controls, or the stage and its sliders only.")
    transport = param.String(default="http", regex="http", doc="How planes come to the browser.")
    bundle = param.String(default="", doc="Address of the player's module; the site's own when empty.")

    _esm = SHELL

    def __init__(self, **params: Any) -> None:
        if not params.get("bundle"):
            params["bundle"] = assets.asset_url("player.js")
        super().__init__(**params)
