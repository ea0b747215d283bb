"""The address bar, the search box of the top bar, and day or night."""

from __future__ import annotations

from typing import ClassVar

from micrographia.widgets.placed import Placed


class Address(Placed):
    """Shows ``answer["search"]`` in the address bar, ``push`` as a new step of the history, and ``text`` in the box.

    ``title`` is the name of the window.

    Asks ``go`` (back or forward), ``text`` (search as you type) and ``theme``.
    """

    _script: ClassVar[str] = "widgets/address.js"
