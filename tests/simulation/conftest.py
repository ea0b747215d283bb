"""The ontology terms of the shared data, when it is there."""

import collections
import gzip
import json
import os
import re
from pathlib import Path

import pytest

SHARED = Path(os.environ.get("MICROGRAPHIA_TEST_DATA") or Path(__file__).parents[3] / "shared" / "data")


@pytest.fixture(scope="session")
def shared_terms():
    """The names of each ontology id, from the ontologies and from the records of The Cell: An Image Library."""
    if not (SHARED / "ontologies").is_dir():
        pytest.skip(f"The shared test data is not at {SHARED}.")
    names = collections.defaultdict(set)
    owl = (SHARED / "ontologies" / "fbbi.owl").read_text(encoding="utf-8")
    for about, body in re.findall(r'<owl:Class rdf:about="[^"]*/(\w+_\d+)">(.*?)</owl:Class>', owl, re.DOTALL):
        for label in re.findall(r"<rdfs:label[^>]*>([^<]*)<", body):
            names[about.replace("_", ":")].add(label)
    for path in sorted((SHARED / "ontologies").glob("*.obo")):
        for stanza in path.read_text(encoding="utf-8").split("\n[Term]\n")[1:]:
            identifier, name = re.search(r"^id: (\S+)", stanza, re.M), re.search(r"^name: (.*)", stanza, re.M)
            if identifier and name:
                names[identifier[1]].add(name[1])
    with gzip.open(SHARED / "cil" / "records.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            _collect(json.loads(line), names)
    return names


def _collect(thing, names):
    if isinstance(thing, dict):
        if thing.get("onto_id") and thing.get("onto_name"):
            names[thing["onto_id"]].add(thing["onto_name"])
        thing = list(thing.values())
    if isinstance(thing, list):
        for part in thing:
            _collect(part, names)
