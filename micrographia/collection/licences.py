"""The licences we know: their SPDX ids, names, addresses and what they allow; free spellings brought to the id."""

from __future__ import annotations

import re
from dataclasses import dataclass

UNKNOWN_PREFIX = "LicenseRef-"


@dataclass(frozen=True, slots=True)
class Licence:
    """One licence: SPDX id, full name, the short label people know, address of its text.

    ``redistributable`` says whether files under it may be passed on (perhaps under conditions, such as naming
    the authors); ``False`` also where we do not know. ``listed`` says whether images under it stand in lists of all
    that there is: for harvesters and crawlers, and the files of a whole search.
    """

    id: str
    name: str
    label: str
    url: str = ""
    redistributable: bool = False
    listed: bool = True


def licence(licence_id: str) -> Licence:
    """The licence of that id; one that says it is unknown for an id that is not in the table."""
    known = _BY_ID.get(licence_id.casefold())
    if known is not None:
        return known
    words = licence_id.removeprefix(UNKNOWN_PREFIX).replace("-", " ").strip() or "unknown"
    return Licence(licence_id, f"{words} (not a licence we know)", words)


def normalise(text: str) -> tuple[str | None, bool]:
    """The id for a licence as people write it, and whether it is one we know.

    ``CC BY 4.0``, ``cc-by-4.0``, ``https://creativecommons.org/licenses/by/4.0/`` all give ``CC-BY-4.0``; other
    text is kept as ``LicenseRef-...``; no text gives ``None``.
    """
    text = " ".join(text.split())
    if not text:
        return None, True
    if text.startswith(UNKNOWN_PREFIX) and re.fullmatch(r"[A-Za-z0-9.-]+", text):
        return text, text.casefold() in _BY_ID
    known = _BY_ID.get(text.casefold()) or _BY_SPELLING.get(_spelling(text)) or _creative_commons(text)
    if known is not None:
        return known.id, True
    kept = re.sub(r"[^A-Za-z0-9.]+", "-", text).strip("-.")[:100]
    return UNKNOWN_PREFIX + (kept or "unknown"), False


def _creative_commons_table() -> list[Licence]:
    parts = {
        "by": "Attribution",
        "by-sa": "Attribution Share Alike",
        "by-nd": "Attribution No Derivatives",
        "by-nc": "Attribution Non Commercial",
        "by-nc-sa": "Attribution Non Commercial Share Alike",
        "by-nc-nd": "Attribution Non Commercial No Derivatives",
    }
    kinds = {"4.0": "International", "3.0": "Unported", "2.5": "Generic", "2.0": "Generic", "1.0": "Generic"}
    return [
        Licence(
            f"CC-{code.upper()}-{version}",
            f"Creative Commons {name} {version} {kind}",
            f"CC {code.upper()} {version}",
            f"https://creativecommons.org/licenses/{code}/{version}/",
            True,
        )
        for code, name in parts.items()
        for version, kind in kinds.items()
    ]


LICENCES: tuple[Licence, ...] = (
    Licence(
        "CC0-1.0",
        "Creative Commons Zero 1.0 Universal",
        "CC0 1.0",
        "https://creativecommons.org/publicdomain/zero/1.0/",
        True,
    ),
    Licence(
        "LicenseRef-PublicDomain",
        "Public domain",
        "Public domain",
        "https://creativecommons.org/publicdomain/mark/1.0/",
        True,
    ),
    Licence(
        "CC-PDDC",
        "Creative Commons Public Domain Dedication and Certification",
        "CC PDDC",
        "https://creativecommons.org/licenses/publicdomain/",
        True,
    ),
    *_creative_commons_table(),
    Licence("MIT", "MIT License", "MIT", "https://spdx.org/licenses/MIT.html", True),
    Licence(
        "BSD-2-Clause",
        'BSD 2-Clause "Simplified" License',
        "BSD 2-Clause",
        "https://spdx.org/licenses/BSD-2-Clause.html",
        True,
    ),
    Licence(
        "BSD-3-Clause",
        'BSD 3-Clause "New" or "Revised" License',
        "BSD 3-Clause",
        "https://spdx.org/licenses/BSD-3-Clause.html",
        True,
    ),
    Licence("Apache-2.0", "Apache License 2.0", "Apache 2.0", "https://spdx.org/licenses/Apache-2.0.html", True),
    Licence(
        "GPL-3.0-or-later",
        "GNU General Public License v3.0 or later",
        "GPL 3.0 or later",
        "https://spdx.org/licenses/GPL-3.0-or-later.html",
        True,
    ),
    Licence(
        "ODbL-1.0",
        "Open Data Commons Open Database License v1.0",
        "ODbL 1.0",
        "https://opendatacommons.org/licenses/odbl/1-0/",
        True,
    ),
    Licence(
        "ODC-By-1.0",
        "Open Data Commons Attribution License v1.0",
        "ODC-By 1.0",
        "https://opendatacommons.org/licenses/by/1-0/",
        True,
    ),
    Licence(
        "PDDL-1.0",
        "Open Data Commons Public Domain Dedication & License 1.0",
        "PDDL 1.0",
        "https://opendatacommons.org/licenses/pddl/1-0/",
        True,
    ),
    Licence("LicenseRef-AllRightsReserved", "All rights reserved", "All rights reserved"),
    # Shown by The Cell: An Image Library with the permission of whoever holds the rights, and left out of its lists.
    Licence(
        "LicenseRef-CIL-copyright",
        "All rights reserved; ask whoever made the image, as named by The Cell: An Image Library",
        "All rights reserved (CIL)",
        listed=False,
    ),
)

UNLISTED = tuple(known.id for known in LICENCES if not known.listed)

_BY_ID = {known.id.casefold(): known for known in LICENCES}


def _spelling(text: str) -> str:
    text = text.casefold().replace("license", "licence").replace("creative commons", "cc")
    return re.sub(r"[^a-z0-9]+", "", text.removeprefix("the "))


_BY_SPELLING = {_spelling(text): known for known in LICENCES for text in (known.id, known.name, known.label, known.url)}
_BY_SPELLING |= {
    _spelling(text): _BY_ID[known_id.casefold()]
    for known_id, texts in {
        "LicenseRef-PublicDomain": (
            "public domain mark",
            "public domain mark 1.0",
            "pd",
            "pdm",
            "in the public domain",
        ),
        "CC0-1.0": ("cc0", "cc zero", "creative commons zero", "cc0 public domain dedication", "cc0 1.0 universal"),
        "LicenseRef-AllRightsReserved": ("copyright", "copyrighted", "©"),
        "MIT": ("mit licence",),
        "BSD-3-Clause": ("bsd", "new bsd", "bsd licence"),
        "Apache-2.0": ("apache", "apache licence 2.0", "apache 2"),
    }.items()
    for text in texts
}
_BY_SPELLING.pop("", None)

_WORDS = (
    ("noncommercial", "nc"),
    ("noderivatives", "nd"),
    ("noderivs", "nd"),
    ("sharealike", "sa"),
    ("attribution", "by"),
    ("international", ""),
    ("unported", ""),
    ("generic", ""),
    ("publiclicence", ""),
    ("licences", ""),
    ("licence", ""),
)


def _creative_commons(text: str) -> Licence | None:
    compact = _spelling(text)
    if "publicdomain/zero" in text.casefold():
        return _BY_ID["cc0-1.0"]
    compact = re.sub(r"^(https?)?(www)?(ccorg|creativecommonsorg)", "cc", compact)
    for word, short in _WORDS:
        compact = compact.replace(word, short)
    match = re.fullmatch(r"(?:cc)+((?:by|nc|nd|sa)+)v?(\d)(\d)?(?:deed|legalcode)?(?:[a-z]{2})?", compact)
    if not match:
        return None
    parts = [part for part in ("by", "nc", "nd", "sa") if part in re.findall("by|nc|nd|sa", match[1])]
    return _BY_ID.get(f"cc-{'-'.join(parts)}-{match[2]}.{match[3] or 0}")
