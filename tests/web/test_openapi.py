"""The description of the API: it says what is there, and what is there is as it says."""

from __future__ import annotations

import re

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from micrographia.collection.records import Record
from micrographia.web import api, openapi

CHECKS = [
    schemathesis.checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]

THERE = {"id": "division", "field": "organism", "group": "A group/of two", "term": "Homo sapiens"}


@pytest.fixture(scope="module", autouse=True)
def _group(library):
    library.store.put([Record(f"twin{i}", group="A group/of two", licence=f"CC-BY-{i}.0") for i in (3, 4)])


def test_every_route_is_described_and_every_described_route_is_there(site):
    patterns = [pattern for pattern, *_ in api.api_routes(site.site) if "(?:" not in pattern]
    described = [re.sub(r"\{\w+\}", "x", path) for path in site.get("/api/v1/openapi.json").json["paths"]]
    assert len(described) == len(patterns)
    for pattern, path in zip(patterns, described, strict=True):
        assert re.fullmatch(pattern, path)


def test_the_description_is_one_and_the_answers_keep_to_it(site):
    """A few examples of each operation, always the same ones."""
    described = schemathesis.openapi.from_dict(site.get("/api/v1/openapi.json").json)
    operations = [result.ok() for result in described.get_all_operations()]
    assert len(operations) == len(openapi.OPERATIONS)
    limits = settings(
        max_examples=6,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    for operation in operations:

        @limits
        @given(case=operation.as_strategy(), is_there=st.booleans())
        def ask(case, is_there):
            if is_there:
                case.path_parameters.update({name: THERE[name] for name in case.path_parameters if name in THERE})
            response = case.call(base_url=site.base)
            case.validate_response(response, checks=CHECKS)

        ask()
