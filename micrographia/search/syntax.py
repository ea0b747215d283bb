"""The search box's language: words, "phrases", -not, NOT, OR, prefix* and field:value; nothing typed is an error."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import zip_longest

from micrographia.search.folding import words

CLAUSE_LIMIT = 40
WORD_LIMIT = 60

# Beginnings of words, as in mito*, are looked for in many words each; a letter counts twice, as it begins a word of
# nearly every text.
BEGINNINGS_LIMIT = 8

# A longer text is not tried without each of its parts.
SHORTER_LIMIT = 8

# Columns of the text that a clause can be held to, as title:mitosis.
TEXT_COLUMNS = frozenset({"title", "terms", "description"})

_FIELD = re.compile(r"([^\W\d]\w{0,63}):(?=\S)")
_BARE = re.compile(r"\S+")
# As a genus is cut short: E. coli, and E.coli.
_LETTER = re.compile(r"[^\W\d_]\.")
_GENUS = re.compile(r"(?!\S+\s+(?:OR|\|)(?!\S))[^\W\d_]\.(?=[^\W\d_]{4})")
# A number and its unit are one thing: 5 µm.
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
_UNIT = re.compile(r"\s+(?:[µμu]m|[nmc]m|k?da|[µμunm]g|[µμunm]?l|[µμunm]m|k?hz|k?v|°c)(?!\S)", re.I)
_OPENING = {'"': '"', "“": "”", "„": "“", "«": "»"}
_MINUS = frozenset("-−–")
_OPERATORS = {"OR": "OR", "|": "OR", "AND": "AND"}
_NOT = "NOT"
_NEEDS = {
    "OR": "OR needs something to choose from on both sides",
    "AND": "AND needs something on both sides",
    _NOT: "NOT needs something to leave out after it",
}


@dataclass(frozen=True, slots=True)
class Clause:
    """One thing that is asked for.

    ``words`` are folded, several are a phrase; ``field`` is a field, a text column, or ``""`` for all text.
    ``value`` is what was typed; ``quoted`` means exactly these words; ``at`` is where it began.
    """

    words: tuple[str, ...]
    field: str = ""
    value: str = ""
    prefix: bool = False
    negative: bool = False
    quoted: bool = False
    at: int = 0


@dataclass(frozen=True, slots=True)
class Parsed:
    """A text understood: every group must match, a group by any of its clauses; and what was not understood."""

    groups: tuple[tuple[Clause, ...], ...] = ()
    problems: tuple[str, ...] = ()


def parse(text: str, is_field: Callable[[str], bool]) -> Parsed:
    """What a text asks for, and a sentence pointing at each character that could not be understood.

    Parameters
    ----------
    text
        As typed: ``mitosis -yeast "spindle pole" organism:sapiens``.
    is_field
        Whether a name before a colon is a field; with another name the whole is taken as words, as in CIL:9776.
    """
    return _Reader(text, is_field).read()


def shorter(text: str, parsed: Parsed, is_field: Callable[[str], bool]) -> Iterator[tuple[str, str]]:
    """For each part of a text that must be there: how it stands there, and the text without it.

    Parameters
    ----------
    text
        As it was typed.
    parsed
        The same, understood.
    is_field
        Whether a name before a colon is a field.
    """
    clauses = [group[0] for group in parsed.groups]
    if not 2 <= len(clauses) <= SHORTER_LIMIT or any(len(group) > 1 for group in parsed.groups):
        return
    meant = [replace(clause, at=0) for clause in clauses]
    for place, (clause, after) in enumerate(zip_longest(clauses, clauses[1:])):
        end = len(text) if after is None else after.at
        rest = f"{text[: clause.at]}{text[end:]}".strip()
        left = [replace(group[0], at=0) for group in parse(rest, is_field).groups]
        # Where a NOT or an AND stands between, cutting could say something else.
        if not clause.negative and left == [*meant[:place], *meant[place + 1 :]]:
            yield text[clause.at : end].strip(), rest


class _Reader:
    """Reads a text from left to right, once."""

    def __init__(self, text: str, is_field: Callable[[str], bool]) -> None:
        self.text = text
        self.is_field = is_field
        self.at = 0
        self.groups: list[list[Clause]] = []
        self.problems: list[str] = []
        self.operator: tuple[str, int] | None = None
        self.not_at: int | None = None
        self.beginnings = 0
        self.unclosed_at: int | None = None

    def read(self) -> Parsed:
        while self._skip_spaces():
            if sum(map(len, self.groups)) >= CLAUSE_LIMIT:
                self._problem(self.at, f"a search has at most {CLAUSE_LIMIT} parts; the rest was left out")
                break
            if not self._read_operator():
                self._add(self._read_clause())
        self._leave_not()
        if self.operator is not None:
            self._problem(self.operator[1], _NEEDS[self.operator[0]])
        return Parsed(tuple(map(tuple, self.groups)), tuple(self.problems))

    def _skip_spaces(self) -> bool:
        while self.at < len(self.text) and self.text[self.at].isspace():
            self.at += 1
        return self.at < len(self.text)

    def _read_operator(self) -> bool:
        word = _BARE.match(self.text, self.at)
        if word is not None and word[0] == _NOT:
            self._leave_not()
            self.not_at, self.at = self.at, word.end()
            return True
        name = _OPERATORS.get(word[0]) if word else None
        if word is None or name is None:
            return False
        self._leave_not()
        if not self.groups or self.operator is not None:
            self._problem(self.at, _NEEDS[name])
        else:
            self.operator = name, self.at
        self.at = word.end()
        return True

    def _leave_not(self) -> None:
        if self.not_at is not None:
            self._problem(self.not_at, _NEEDS[_NOT])
            self.not_at = None

    def _read_clause(self) -> Clause | None:
        start, negative = self.at, self.not_at is not None
        self.not_at = None
        if self.text[self.at] in _MINUS and self.text[self.at + 1 : self.at + 2].strip():
            negative = True
            self.at += 1
        field = self._read_field()
        value_at = self.at
        value, quoted = self._read_value(is_bare=not field, may_part=not (field or negative or self.operator))
        prefix = not quoted and (value.endswith("*") or bool(_LETTER.fullmatch(value)))
        if not field and not quoted and value.endswith(":") and self.is_field(value[:-1].lower()):
            self._problem(self.at - 1, f"what is looked for must follow this colon without a space, as in {value}word")
        if "*" in value.rstrip("*") and not quoted:
            self._problem(value_at + value.index("*"), "a star stands for any ending, so only at the end of a word")
        found = tuple(words(value)[:WORD_LIMIT])
        if not found and not (field and field not in TEXT_COLUMNS and value.strip("*")):
            if self.unclosed_at != value_at:
                self._problem(start, f"“{self.text[start : self.at][:40]}” has no letter or digit to search for")
            return None
        if prefix and not (field and field not in TEXT_COLUMNS):
            self.beginnings += 2 if len("".join(found)) == 1 else 1
            if self.beginnings > BEGINNINGS_LIMIT:
                most = f"{BEGINNINGS_LIMIT} beginnings of words, {BEGINNINGS_LIMIT // 2} letters"
                self._problem(start, f"a search has at most {most}; this was left out")
                return None
        return Clause(found, field, value, prefix, negative, quoted, start)

    def _read_field(self) -> str:
        named = _FIELD.match(self.text, self.at)
        if named is None:
            return ""
        name = named[1].lower()
        if not (name in TEXT_COLUMNS or self.is_field(name)):
            return ""
        self.at = named.end()
        return name

    def _read_value(self, *, is_bare: bool, may_part: bool) -> tuple[str, bool]:
        opening = self.text[self.at]
        if opening in _OPENING:
            return self._read_phrase(), True
        # Of -E.coli, organism:E.coli and yeast OR E.coli both parts must stay together.
        genus = _GENUS.match(self.text, self.at) if may_part else None
        bare = genus or _BARE.match(self.text, self.at)
        value = bare[0] if bare else ""
        unit = _UNIT.match(self.text, self.at + len(value)) if is_bare and _NUMBER.fullmatch(value) else None
        value += unit[0] if unit else ""
        # A quotation mark begins a phrase wherever it stands, so that nothing of it is lost: spindle"pole body".
        inside = value.find('"')
        if inside > 0:
            value = value[:inside]
        self.at += len(value)
        return value, False

    def _read_phrase(self) -> str:
        start = self.at
        closing = {_OPENING[self.text[start]], '"', "”"}
        end = next((i for i in range(start + 1, len(self.text)) if self.text[i] in closing), None)
        if end is None:
            self._problem(start, "this quotation mark is never closed; what follows it was taken as a phrase")
            self.unclosed_at = start
            end = len(self.text)
        self.at = min(end + 1, len(self.text))
        return self.text[start + 1 : end]

    def _add(self, clause: Clause | None) -> None:
        if clause is None:
            return
        if self.operator is not None and self.operator[0] == "OR":
            self.groups[-1].append(clause)
        else:
            self.groups.append([clause])
        self.operator = None

    def _problem(self, at: int, sentence: str) -> None:
        if len(self.problems) < 10:
            self.problems.append(f"Character {at + 1}: {sentence}.")
