"""The display state: its address, its JSON, and what it resolves to; the cases are shared with the player's tests."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from micrographia.collection.records import Channel, Facts, Sizes
from micrographia.imaging.display import (
    ChannelState,
    DisplayState,
    described_channels,
    manifest,
    resolve,
    sample_range,
    slider_range,
)
from micrographia.imaging.planes import levels_of
from micrographia.imaging.wishes import write_number

CASES = json.loads((Path(__file__).parent.parent / "display_cases.json").read_text(encoding="utf-8"))


def named(cases):
    return [pytest.param(case, id=case["name"]) for case in cases]


def facts_of(name: str) -> Facts:
    data = CASES["facts"][name]
    channels = tuple(
        Channel(channel["name"], channel["color"], tuple(channel["limits"]) if channel["limits"] else None)
        for channel in data["channels"]
    )
    return Facts(Sizes(**data["sizes"]), data["dtype"], data["colour"], data["labels"], channels=channels)


@pytest.mark.parametrize("case", named(CASES["url"]))
def test_address_cases(case):
    state = DisplayState.from_url(case["url"])
    assert state.as_json() == case["state"]
    assert state.to_url() == case["written"]
    assert len(state.findings) == case["findings"]


@pytest.mark.parametrize("case", named(CASES["json"]))
def test_json_cases(case):
    state = DisplayState.from_json(case["json"])
    assert state.as_json() == case["state"]
    assert state.to_url() == case["written"]
    assert len(state.findings) == case["findings"]


@pytest.mark.parametrize("case", named(CASES["resolve"]))
def test_resolve_cases(case):
    resolved = resolve(DisplayState.from_json(case["state"]), facts_of(case["facts"]))
    assert resolved.as_json() == case["resolved"]


@pytest.mark.parametrize(("number", "text"), CASES["numbers"])
def test_numbers_are_written_as_the_browser_does(number, text):
    assert write_number(number) == text


numbers = st.one_of(
    st.integers(-(2**53) + 1, 2**53 - 1),
    st.floats(-1e38, 1e38, allow_nan=False).map(lambda x: int(x) if x == int(x) and abs(x) < 2**53 else x),
)
limits = st.tuples(numbers, numbers).map(sorted).filter(lambda pair: pair[0] < pair[1]).map(tuple)
indices = st.integers(0, 2**31 - 1)
ranges = st.tuples(indices, indices).map(sorted)
channel_states = st.builds(
    ChannelState,
    color=st.none() | st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06X}"),
    limits=st.none() | limits,
    gamma=st.none() | st.floats(0.1, 10).map(lambda x: int(x) if x == int(x) else x),
    visible=st.none() | st.booleans(),
)
extents = st.floats(1e-3, 1e6).map(lambda x: int(x) if x == int(x) else x)
corners = st.floats(-1e6, 1e6).map(lambda x: int(x) if x == int(x) else x)
states = st.builds(
    DisplayState,
    t=st.none() | indices,
    z=st.none()
    | indices
    | st.sampled_from(["max", "mean", "sum"])
    | st.builds(lambda method, ends: f"{method}:{ends[0]}-{ends[1]}", st.sampled_from(["max", "mean", "sum"]), ranges),
    channels=st.dictionaries(st.integers(0, 63), channel_states, max_size=5),
    mode=st.sampled_from(["composite", "grey"]),
    view=st.none() | st.tuples(corners, corners, extents, extents),
    auto=st.sampled_from(["once", "plane"]),
    lock=st.booleans(),
    fps=st.floats(1, 60).map(lambda x: int(x) if x == int(x) else x),
    play=st.sampled_from(["loop", "bounce", "once"]),
    bar=st.booleans(),
)


@given(states)
def test_a_state_survives_its_address(state):
    again = DisplayState.from_url(state.to_url())
    assert again == state
    assert not again.findings


@given(states)
def test_a_state_survives_json(state):
    again = DisplayState.from_json(json.loads(json.dumps(state.as_json(), allow_nan=False)))
    assert again == state
    assert not again.findings


@given(st.text(max_size=200))
def test_any_text_is_read_as_an_address(text):
    state = DisplayState.from_url(text)
    assert DisplayState.from_url(state.to_url()) == state


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
KEYS = ["v", "t", "z", "channels", "mode", "view", "auto", "lock", "fps", "play", "bar", "other"]


@given(json_values | st.dictionaries(st.sampled_from(KEYS), json_values))
def test_any_json_is_read_as_a_state(data):
    state = DisplayState.from_json(data)
    assert DisplayState.from_json(state.as_json()) == state


any_facts = st.builds(
    lambda t, c, z, y, x, dtype, colour, labels, given: Facts(
        Sizes(y, x, z, 3 if colour else c, t),
        dtype,
        colour=colour,
        labels=labels and not colour,
        channels=tuple(given),
    ),
    *[st.integers(1, 5), st.integers(1, 20), st.integers(1, 8), st.integers(1, 5000), st.integers(1, 5000)],
    st.sampled_from(["uint8", "uint16", "int16", "float32"]),
    st.booleans(),
    st.booleans(),
    st.lists(st.builds(Channel, limits=st.none() | limits, auto=st.none() | limits), max_size=5),
)


@settings(max_examples=200)
@given(states, any_facts)
def test_what_is_resolved_is_in_range_and_stays_so(state, facts):
    resolved = resolve(state, facts)
    sizes = facts.sizes
    assert 0 <= resolved.t < sizes.t
    assert not isinstance(resolved.z, int) or 0 <= resolved.z < sizes.z
    if isinstance(resolved.z, str) and ":" in resolved.z:
        first, last = map(int, resolved.z.split(":")[1].split("-"))
        assert 0 <= first < last < sizes.z
    assert len(resolved.channels) == (1 if facts.colour else sizes.c)
    assert len(resolved.shown) <= 16
    assert all(channel.limits[0] < channel.limits[1] for channel in resolved.channels)
    as_wishes = DisplayState(
        t=resolved.t,
        z=resolved.z,
        channels={c.index: ChannelState(c.color, c.limits, c.gamma, c.visible) for c in resolved.channels},
        mode=resolved.mode,
        view=resolved.view,
        auto=resolved.auto,
        lock=resolved.lock,
        fps=resolved.fps,
        play=resolved.play,
        bar=resolved.bar,
    )
    assert resolve(as_wishes, facts) == resolved


def test_findings_say_what_is_left_out():
    (finding,) = DisplayState.from_url("z=median").findings
    assert finding.field == "z"
    assert "'median'" in finding.message


def test_an_endless_address_is_not_read():
    state = DisplayState.from_url("t=1&" + "x" * 20_000)
    assert state == DisplayState()
    assert len(state.findings) == 1


def test_measured_limits_stand_in_for_missing_ones():
    facts = Facts(Sizes(8, 8, c=2), "uint16", channels=(Channel(limits=(5, 9), auto=(1, 2)), Channel(auto=(3, 400))))
    assert [channel.limits for channel in described_channels(facts)] == [(5, 9), (3, 400)]


def test_limits_that_cannot_be_are_not_taken_over():
    facts = Facts(Sizes(8, 8), "uint8", channels=(Channel(limits=(float("nan"), 9), auto=(300, 500)),))
    assert described_channels(facts)[0].limits == (0, 255)


def test_sliders_follow_the_bits_that_are_used():
    facts = Facts(Sizes(8, 8), "uint16", channels=(Channel(auto=(100, 3000)),))
    assert slider_range(facts) == (0, 4095)
    assert slider_range(replace(facts, dtype="uint8", channels=())) == (0, 255)
    assert slider_range(replace(facts, dtype="float32", channels=(Channel(auto=(0.0, 1.0)),))) == (0.0, 1.25)


def test_sample_ranges():
    assert sample_range("int16") == (-32768, 32767)
    assert sample_range("float32") == (0, 1)


def test_the_manifest_is_json_with_nothing_left_open():
    facts = Facts(
        Sizes(3000, 100, c=2), "uint16", channels=(Channel("DNA"),), levels=((3000, 100),), content_hash="c" * 64
    )
    data = manifest("cells-1", facts, levels_of(facts), title="<b>Cells</b>", prefix="/site")
    assert data == json.loads(json.dumps(data, allow_nan=False))
    assert data["base"] == "/site/pixels/cells-1/cccccccccccccccc"
    assert [channel["name"] for channel in data["channels"]] == ["DNA", "Channel 2"]
    assert all(channel["color"] and channel["limits"] for channel in data["channels"])
    assert data["levels"][0] == {"y": 3000, "x": 100, "tile": 512, "rows": 6, "cols": 1}


@pytest.mark.parametrize("name", sorted(CASES["facts"]))
def test_a_manifest_resolves_as_its_facts_do(name):
    facts = facts_of(name)
    filled = replace(facts, channels=described_channels(facts)) if not facts.colour else facts
    state = DisplayState(z="sum")
    assert resolve(state, filled) == resolve(state, facts)
