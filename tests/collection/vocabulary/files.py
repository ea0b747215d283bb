"""Hand-written ontology files in the shapes that real ones have."""

from __future__ import annotations

from pathlib import Path

OBO = """format-version: 1.2
data-version: parts/releases/2026-01-01/parts.owl
ontology: parts

[Term]
id: PT:0000001
name: machine
def: "Anything {odd} with \\"quotes\\" : and colons." [XX:1]
xref: XX:5 {a="b"}

[Term]
id: PT:0000002
name: wheel
synonym: "rotating \\"thing\\"" EXACT [XX:1]
synonym: "roller" NARROW common_name []
synonym: "disc" RELATED []
alt_id: PT:0000020
is_a: PT:0000001 ! machine
relationship: BFO:0000050 PT:0000003 {all_only="true"} ! car
relationship: BFO:0000050 PT:0000009 {gci_filler="XX:1", gci_relation="RO:1"} ! only in some places
relationship: has_part PT:0000008

[Term]
id: PT:0000003
name: car
is_a: MISSING:1 ! in a file that nobody has
[Term]
id: PT:0000004
name: red wheel
intersection_of: PT:0000002 ! wheel
intersection_of: part_of PT:0000005 ! bicycle

[Term]
id: PT:0000005
name: bicycle

[Term]
id: PT:0000006
name: obsolete hoop
is_obsolete: true
replaced_by: PT:0000002

[Typedef]
id: part_of
name: part of
xref: BFO:0000050
"""

OWL_HEAD = """<?xml version="1.0"?>
<!DOCTYPE rdf:RDF [ <!ENTITY obo "http://purl.obolibrary.org/obo/"> ]>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:owl="http://www.w3.org/2002/07/owl#"
  xmlns:rdfs="http://www.w3.org/2000/01/rdf-schema#" xmlns:obo="http://purl.obolibrary.org/obo/"
  xmlns:in="http://www.geneontology.org/formats/oboInOwl#">
"""

OWL = (
    OWL_HEAD
    + """
  <owl:Ontology rdf:about="&obo;tool.owl"><owl:versionIRI rdf:resource="&obo;tool/2026-02-02/tool.owl"/></owl:Ontology>
  <owl:Class rdf:about="&obo;Tool_0001"><rdfs:label>tool</rdfs:label>
    <rdfs:label xml:lang="de">Werkzeug</rdfs:label></owl:Class>
  <owl:Class rdf:about="&obo;Tool_0002"><rdfs:label>hammer</rdfs:label>
    <rdfs:subClassOf rdf:resource="&obo;Tool_0001"/>
    <rdfs:subClassOf><owl:Restriction><owl:onProperty rdf:resource="&obo;BFO_0000050"/>
      <owl:someValuesFrom rdf:resource="&obo;Tool_0004"/></owl:Restriction></rdfs:subClassOf>
    <in:hasExactSynonym>mallet</in:hasExactSynonym><in:hasAlternativeId>Tool:0022</in:hasAlternativeId></owl:Class>
  <owl:Class rdf:about="&obo;Tool_0003"><rdfs:label>small hammer</rdfs:label>
    <owl:equivalentClass><owl:Class><owl:intersectionOf rdf:parseType="Collection">
      <rdf:Description rdf:about="&obo;Tool_0002"/>
      <owl:Restriction><owl:onProperty rdf:resource="&obo;XX_1"/>
        <owl:someValuesFrom rdf:resource="&obo;Tool_0001"/></owl:Restriction>
    </owl:intersectionOf></owl:Class></owl:equivalentClass></owl:Class>
  <owl:Class rdf:about="&obo;Tool_0004"><rdfs:label>tool box</rdfs:label></owl:Class>
  <owl:Class rdf:about="&obo;Tool_0005"><rdfs:label>obsolete club</rdfs:label><owl:deprecated>true</owl:deprecated>
    <obo:IAO_0100001 rdf:resource="&obo;Tool_0002"/></owl:Class>
</rdf:RDF>
"""
)


def write(folder: Path, name: str, text: str) -> Path:
    """A file of that text; its path."""
    path = folder / name
    path.write_text(text, "utf-8")
    return path
