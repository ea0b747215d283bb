"""What a screen reader is told of a page: the browser's own accessibility tree, shadow roots included."""

from __future__ import annotations

from playwright.sync_api import Page

CONTROLS = frozenset(
    "application button checkbox combobox dialog link listbox menuitem option radio radiogroup searchbox "
    "slider spinbutton splitter switch tab textbox region navigation complementary image ColorWell".split()
)


def nameless(page: Page) -> list[str]:
    """The controls, pictures and landmarks of a page that have no name, by their roles."""
    devtools = page.context.new_cdp_session(page)
    nodes = devtools.send("Accessibility.getFullAXTree")["nodes"]
    known = {node["nodeId"]: node for node in nodes}
    told = [node for node in nodes if not node.get("ignored") and _role(node) in CONTROLS]
    assert told, "the page has no accessibility tree"
    return [f"{_role(node)} in {_place(node, known)}" for node in told if not _name(node)]


def repeated_ids(page: Page) -> list[str]:
    """Ids that stand more than once in the document: what refers to them means only the first."""
    return page.evaluate(
        """() => [...document.querySelectorAll('[id]')].map((el) => el.id)
            .filter((id, i, all) => all.indexOf(id) !== i)"""
    )


def _role(node: dict) -> str:
    return node.get("role", {}).get("value", "")


def _name(node: dict) -> str:
    return str(node.get("name", {}).get("value", "")).strip()


def _place(node: dict, known: dict) -> str:
    """The names round a node, innermost first, so that it can be found."""
    names = []
    while (node := known.get(node.get("parentId"))) is not None:
        if _name(node):
            names.append(f"{_role(node)} {_name(node)[:40]!r}")
    return " < ".join(names[:3])
