"""What crawlers are given."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from micrographia.web import sitemaps
from tests.web.serving import serving

SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def places(site, address):
    answer = site.get(address)
    assert answer.headers["Content-Type"] == "application/xml; charset=utf-8"
    root = ElementTree.fromstring(answer.text)
    when = [entry.text for entry in root.iter(f"{SITEMAP}lastmod")]
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", text) for text in when)
    return [loc.text.removeprefix(site.base) for loc in root.iter(f"{SITEMAP}loc")]


def test_every_public_page_is_in_one_part(site, library, monkeypatch):
    monkeypatch.setattr(sitemaps, "PART", 2)
    parts = places(site, "/sitemap.xml")
    assert parts[0] == "/sitemap-0.xml"
    pages = [page for part in parts for page in places(site, part)]
    assert pages[:3] == ["/", "/help", "/browse"]
    assert sorted(pages[3:]) == sorted(f"/image/{record_id}" for record_id in library)
    assert all(site.get(page).status == 200 for page in pages)


def test_a_part_that_is_none(site):
    for part in ("999", "999999999"):
        answer = site.get(f"/sitemap-{part}.xml")
        assert answer.status == 404
        assert answer.json["error"].startswith("The sitemap has no part")


def test_crawlers_are_told_what_to_leave_and_where_the_pages_are(library):
    with serving(library, prefix="/cells", site_url="https://example.org/cells") as site:
        text = site.get("/cells/robots.txt").text
        assert "Disallow: /cells/explore\n" in text
        assert "Sitemap: https://example.org/cells/sitemap.xml\n" in text
        assert "https://example.org/cells/image/division" in site.get("/cells/sitemap-1.xml").text
