"""What the facets show: counts, chosen values, a text to find, bars for numbers."""

from __future__ import annotations


def facet(visitor, name):
    return next(facet for facet in visitor.facets["facets"] if facet["field"] == name)


def test_a_chosen_value_stays_when_nothing_has_it(visit):
    visitor = visit("?organism=Mus+musculus&q=yeast")
    assert visitor.values("organism")["Mus musculus"] == (0, True)


def test_none_is_a_value(visit):
    visitor = visit()
    visitor.ask("toggle", field="cell_type", value="~none", asked=1)
    assert set(visitor.ids) == {"yeast", "section"}
    assert visitor.values("cell_type")["~none"] == (2, True)


def test_values_are_found_by_a_part_of_their_name(visit):
    visitor = visit()
    visitor.ask("list", field="biological_process", find="kines", all=False)
    assert [value["value"] for value in facet(visitor, "biological_process")["values"]] == ["cytokinesis"]
    visitor.ask("list", field="biological_process", find="nothing like it", all=False)
    assert facet(visitor, "biological_process")["values"] == []


def test_a_facet_in_which_all_are_the_same_is_not_shown(visit):
    visitor = visit("?organism=Homo+sapiens")
    assert "licence" not in [facet["field"] for facet in visitor.facets["facets"]]


def test_numbers_are_bars_with_the_chosen_ones_marked(visit):
    visitor = visit("?year=2012..2013")
    year = facet(visitor, "year")
    assert [(bar["low"], bar["count"], bar["inside"]) for bar in year["bins"]] == [
        (2010, 1, False),
        (2012, 2, True),
        (2014, 1, False),
    ]
    assert (year["low"], year["high"], year["between"]) == (2010, 2014, [2012, 2013])


def test_the_first_facets_and_those_in_use_are_open(visit):
    before = [facet["field"] for facet in visit().facets["facets"] if not facet["open"]]
    assert "year" in before
    assert facet(visit("?year=2012"), "year")["open"]


def test_a_value_in_the_address_by_its_id_can_be_unticked(visit):
    visitor = visit("?organism=ncbitaxon:9606")
    assert visitor.values("organism")["Homo sapiens"] == (2, True)
    visitor.ask("toggle", field="organism", value="Homo sapiens", asked=1)
    assert visitor.explorer.query.is_empty
