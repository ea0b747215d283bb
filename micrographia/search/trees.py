"""Trees: what of a field's values lies below what, as the library's vocabulary says.

A node stands for a term that records have, or that lies above one that they have, or for free text. What a node finds
is the set of the values at and below it; nodes with the same set share one column of the facet arrays, so that a long
line of ancestors costs nothing. ``docs/decisions/0005-vocabularies.md`` says why.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from copy import copy
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from micrographia.collection import taxa
from micrographia.search.folding import fold, key, words
from micrographia.search.names import Names
from micrographia.search.wordings import Wordings

# The taxonomy's "root", or "all", which is that of no plant.
_ROOT = "NCBITaxon:1"


@dataclass(frozen=True, slots=True)
class Node:
    """One term or free text of a field.

    ``value`` stands in addresses, ``label`` is what people read. ``column`` is the place, among the columns of the
    tree, of the one that has the records with it or anything below it. ``parents`` and ``children`` are places in the
    tree, without circles; ``is_direct`` says that records have the value itself. ``names`` are its former names and
    exact synonyms, ``others`` its broad and related synonyms, ``narrower`` those of a part of it, ``ids`` all ids that
    mean it; free text is no term.
    """

    value: str
    label: str
    id: str
    column: int
    is_direct: bool
    parents: tuple[int, ...] = ()
    children: tuple[int, ...] = ()
    names: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    narrower: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    width: int = 1
    is_term: bool = True


@dataclass(frozen=True)
class Tree:
    """The nodes of one field, by label.

    Parameters
    ----------
    nodes
        Terms, then free text.
    own
        The columns of the facet arrays that are the tree's: those of the field's values, then those of its groups.
    values
        How many of these are values.
    members
        Which value belongs to which group, as pairs of places among the tree's values and its groups.
    holders
        The node that each value is, as its place.
    """

    nodes: tuple[Node, ...]
    own: np.ndarray
    values: int
    members: np.ndarray
    holders: np.ndarray
    # Worked out when they are first asked for: the lines below a node, the first ones for None, and all below it.
    _lines: dict[int | None, list[int]] = field(default_factory=dict, repr=False, compare=False)
    _descendants: dict[int, frozenset[int]] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def places(self) -> np.ndarray:
        """The place of each node's column among those of the tree."""
        return np.array([node.column for node in self.nodes], dtype=np.int64)

    @property
    def groups(self) -> int:
        """How many of the columns are groups of values."""
        return len(self.own) - self.values

    @property
    def columns(self) -> np.ndarray:
        """The column of each node in the facet arrays."""
        return self.own[self.places]

    def column(self, at: int) -> int:
        """The column of a node in the facet arrays."""
        return int(self.own[self.nodes[at].column])

    def moved(self, own: np.ndarray) -> Tree:
        """The same tree in other columns, with all that was worked out of it."""
        found = copy(self)
        object.__setattr__(found, "own", own)
        return found

    def prepare_like(self, before: Tree) -> None:
        """Work out now what was worked out of the tree before, so that whoever asks next need not wait for it."""
        for name in [name for name in vars(before) if isinstance(getattr(Tree, name, None), cached_property)]:
            getattr(self, name)

    @cached_property
    def direct(self) -> np.ndarray:
        """The places of the nodes that records have themselves, by label."""
        return self.in_order(np.flatnonzero([node.is_direct for node in self.nodes]))

    def in_order(self, places: Sequence[int] | np.ndarray) -> np.ndarray:
        """Places of nodes by label."""
        found = np.array(places, dtype=np.int64)
        return found[np.argsort(self.ranks[found])]

    @cached_property
    def ranks(self) -> np.ndarray:
        """The place of each node in the order of their labels."""
        order = sorted(range(len(self.nodes)), key=lambda at: (key(self.nodes[at].label), at))
        return np.argsort(np.array(order, dtype=np.int64))

    @property
    def is_flat(self) -> bool:
        """Whether nothing lies below anything."""
        return not any(node.children for node in self.nodes)

    def find(self, value: str) -> int | None:
        """The node that a text means: its value, an id, what records call it, its name, a former name, a synonym."""
        return self._places.get(key(value))

    def named(self, name: str) -> list[int]:
        """The nodes that folded words are a whole name of: a name or an exact synonym, else a broad or related one that
        tells much."""
        return self._named.get(name, [])

    def beginning(self, start: str) -> list[tuple[int, str]]:
        """The nodes with a name or an id of which any word begins so; the name, where it is not the label."""
        names, said = self._said
        return [(said[i][0], said[i][1]) for i in names.beginning(start).tolist()]

    def saying(self, phrases: Sequence[Sequence[str]], *, prefix: bool = False) -> list[int]:
        """The nodes with any of some phrases in a name or an exact synonym, or as the whole of another synonym."""
        (names, of_names), (others, of_others) = self._wordings
        found = {of_names[line] for line in names.saying(phrases, prefix=prefix)}
        found |= {of_others[line] for line in others.saying(phrases, prefix=prefix, whole=True)}
        return sorted(found)

    @property
    def words(self) -> frozenset[str]:
        """All folded words of all names and synonyms."""
        (names, _), (others, _) = self._wordings
        return names.words | others.words

    def containing(self, text: str) -> np.ndarray:
        """The places of the nodes with a text in any of their names or ids."""
        wanted = fold(text)
        return np.flatnonzero([wanted in texts for texts in self._texts])

    def roots(self) -> list[int]:
        """The first lines of the tree."""
        if None not in self._lines:
            self._lines[None] = self._shown(at for at, node in enumerate(self.nodes) if not node.parents)
        return self._lines[None]

    def below(self, at: int) -> list[int]:
        """The lines directly below a node's."""
        if at not in self._lines:
            self._lines[at] = self._shown(self.nodes[at].children)
        return self._lines[at]

    def has_line(self, at: int) -> bool:
        """Whether a node stands in the tree, or is passed over for what lies below it."""
        return self._has_line[at]

    def path(self, at: int, through: int | None = None) -> list[int]:
        """The nodes on one way from a root down to a node, without itself; through another one, when that is given."""
        found: list[int] = []
        if through is not None:
            found = self._climb(at, through)
            at = through
        while self.nodes[at].parents:
            at = self.nodes[at].parents[0]
            found.append(at)
        return found[::-1]

    def _climb(self, at: int, top: int) -> list[int]:
        # The shortest way up, breadth first.
        came: dict[int, int] = {at: at}
        for here in (queue := [at]):
            for parent in self.nodes[here].parents:
                if parent not in came:
                    came[parent] = here
                    queue.append(parent)
        way = []
        while top != at and top in came:
            way.append(top)
            top = came[top]
        return way[::-1]

    def _shown(self, places: Iterable[int]) -> list[int]:
        found: dict[int, None] = {}
        left = list(places)[::-1]
        seen: set[int] = set()
        while left:
            at = left.pop()
            if at in seen:
                continue
            seen.add(at)
            if self._has_line[at]:
                found[at] = None
            else:
                left += self.nodes[at].children[::-1]
        # What is reached by way of another line stands below that one.
        under = [self._under(at) for at in found if self.nodes[at].children]
        return [at for at in found if not (self.nodes[at].parents and any(at in below for below in under))]

    def _under(self, at: int) -> frozenset[int]:
        found = self._descendants.get(at)
        if found is None:
            reached: dict[int, None] = {}
            left = list(self.nodes[at].children)
            while left:
                child = left.pop()
                if child not in reached:
                    reached[child] = None
                    left += self.nodes[child].children
            found = self._descendants[at] = frozenset(reached)
        return found

    @cached_property
    def _has_line(self) -> list[bool]:
        # A node is worth a line when records have it, when it has more than any of its children, or when it is
        # directly above the only value it has (the genus of one species); a long line of ancestors is not.
        def is_worth(node: Node) -> bool:
            same = [child for child in (self.nodes[at] for at in node.children) if child.column == node.column]
            return node.is_direct or not same or any(child.is_direct for child in same)

        return [is_worth(node) for node in self.nodes]

    @cached_property
    def _places(self) -> dict[str, int]:
        kinds: tuple[Callable[[Node], Iterable[str]], ...] = (
            lambda node: (key(node.value),),
            lambda node: (one.lower() for one in node.ids),
            lambda node: node.keys,
            lambda node: (key(node.label),),
            lambda node: map(key, node.names),
            lambda node: map(key, (*node.others, *node.narrower)),
        )
        # A surer kind of name counts first; among equals the node that records have, then the widest.
        order = sorted(range(len(self.nodes)), key=lambda at: (not self.nodes[at].is_direct, -self.nodes[at].width, at))
        found: dict[str, int] = {}
        for names_of in kinds:
            for at in order:
                for name in names_of(self.nodes[at]):
                    found.setdefault(name, at)
        return found

    @cached_property
    def _said(self) -> tuple[Names, list[tuple[int, str]]]:
        said = [(at, "") for at in range(len(self.nodes))]
        for at, node in enumerate(self.nodes):
            others = dict.fromkeys((*node.names, *node.others, *node.narrower, *node.ids))
            # The name of a taxon is no other name for what tells it from others of that name.
            said += [(at, name) for name in others if name not in (node.label, taxa.bare(node.value))]
        folded = fold("\n".join(name or self.nodes[at].label for at, name in said))
        return Names.of(folded.split("\n")), said

    @cached_property
    def _named(self) -> dict[str, list[int]]:
        kinds: tuple[Callable[[Node], Iterable[str]], ...] = (
            lambda node: (node.label, node.value, *node.names, *node.keys, *node.ids),
            lambda node: filter(_is_telling, node.others),
        )
        found: dict[str, list[int]] = {}
        for names_of in kinds:
            surer = frozenset(found)
            for at, node in enumerate(self.nodes):
                names = {" ".join(words(name)) for name in names_of(node) if node.is_term and node.id != _ROOT}
                for name in names - surer - {""}:
                    found.setdefault(name, []).append(at)
        return found

    @cached_property
    def _wordings(self) -> tuple[tuple[Wordings, list[int]], tuple[Wordings, list[int]]]:
        """The names and exact synonyms of all nodes, and their other synonyms, each with the node of every line."""
        names = [(at, text) for at, node in enumerate(self.nodes) for text in (node.label, *node.names, *node.keys)]
        others = [(at, text) for at, node in enumerate(self.nodes) for text in (*node.others, *node.narrower)]
        return _worded(names), _worded(others)

    @cached_property
    def _texts(self) -> list[str]:
        return [
            "\n".join(
                (
                    *map(fold, (node.label, node.value, *node.names, *node.others, *node.narrower)),
                    *node.keys,
                    *map(str.lower, node.ids),
                )
            )
            for node in self.nodes
        ]


def _worded(said: Sequence[tuple[int, str]]) -> tuple[Wordings, list[int]]:
    return Wordings.of(text for _, text in said), [at for at, _ in said]


def _is_telling(synonym: str) -> bool:
    # "DIC" and "Nomarski" mean a term; "body", "system" and "photograph" are related to one, and mean much else.
    return len(words(synonym)) > 1 or (len(synonym) > 2 and synonym != synonym.lower())
