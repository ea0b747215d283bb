"""The Atom feed of a search: what the format asks for, in the order of what is new."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from micrographia.collection.records import Record

ATOM = "{http://www.w3.org/2005/Atom}"
WHEN = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"


def read(site, address):
    answer = site.get(address)
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    return ElementTree.fromstring(answer.text)


def links(node):
    return {link.attrib["rel"]: link.attrib for link in node.findall(f"{ATOM}link")}


def test_a_feed_is_complete(site):
    feed = read(site, "/feed")
    assert feed.find(f"{ATOM}id").text == f"{site.base}/feed"
    assert re.fullmatch(WHEN, feed.find(f"{ATOM}updated").text)
    assert feed.find(f"{ATOM}author/{ATOM}name").text
    assert links(feed)["self"]["href"] == f"{site.base}/feed"
    entries = feed.findall(f"{ATOM}entry")
    assert len(entries) == 6
    for entry in entries:
        for name in ("id", "title", "updated", "rights", "summary"):
            assert (entry.find(f"{ATOM}{name}").text or "").strip(), name
        assert re.fullmatch(WHEN, entry.find(f"{ATOM}updated").text)
    times = [entry.find(f"{ATOM}published").text for entry in entries]
    assert times == sorted(times, reverse=True)


def test_an_entry_has_its_authors_rights_and_picture(site):
    feed = read(site, "/feed?q=id:division")
    (entry,) = feed.findall(f"{ATOM}entry")
    assert [name.text for name in entry.findall(f"{ATOM}author/{ATOM}name")] == ["Ada Lovelace", "Robert Hooke"]
    assert "Creative Commons Zero" in entry.find(f"{ATOM}rights").text
    assert links(entry)["alternate"]["href"] == f"{site.base}/image/division"
    picture = links(entry)["enclosure"]
    assert picture["type"] == "image/webp"
    assert site.get(picture["href"].removeprefix(site.base)).headers["Content-Type"] == "image/webp"


def test_a_feed_goes_on_in_pages(site):
    first = read(site, "/feed?per_page=4")
    second = read(site, links(first)["next"]["href"].removeprefix(site.base))
    assert len(second.findall(f"{ATOM}entry")) == 2
    assert links(second).keys() == {"self", "alternate", "previous"}


def test_a_feed_without_hits_is_a_feed(site):
    feed = read(site, "/feed?q=nothing-like-it%0B%3C&no_such_field=1")
    assert feed.findall(f"{ATOM}entry") == []
    assert re.fullmatch(WHEN, feed.find(f"{ATOM}updated").text)


def test_a_record_with_an_odd_date_and_no_title_has_an_entry(site, library):
    library.store.put([Record("odd", added="2010-11-24", contributors=(" ",))])
    (entry,) = read(site, "/feed?q=id:odd").findall(f"{ATOM}entry")
    assert entry.find(f"{ATOM}title").text == "odd"
    assert entry.find(f"{ATOM}published").text == "2010-11-24T00:00:00Z"
    assert entry.find(f"{ATOM}author") is None
    library.store.remove(["odd"])


def test_pages_lead_to_their_feed(site):
    found = re.search(r'<link rel="alternate" type="application/atom\+xml"[^>]*href="([^"]+)"', site.get("/").text)
    assert site.get(found[1]).status == 200


def test_a_feed_is_not_sent_again(site):
    tag = site.get("/feed").headers["Etag"]
    assert site.get("/feed", If_None_Match=tag).status == 304
