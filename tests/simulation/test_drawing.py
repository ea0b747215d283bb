"""What is drawn agrees with biology and with the true answers that are given with it."""

import numpy as np
import pytest

from micrographia.simulation import embryos, histology, nuclei, plants


@pytest.mark.parametrize("side", [-1, 1])
@pytest.mark.parametrize("along", [3.0, 120.0, 500.0])
def test_a_place_on_the_wall_of_a_crypt_is_found_again(side, along):
    crypt = histology._Crypt(400.0, 600.0, 2400.0, 120.0, 0.2, 14.0, False, np.zeros(300))
    y, x, _ = crypt.on_wall(along, side, 0.8)
    far, place = crypt.wall(np.array(y), np.array(x))
    assert far == pytest.approx(0.8, abs=0.02)
    assert place == pytest.approx(along, abs=2)


def test_an_open_crypt_has_no_lid_and_a_blind_end():
    crypt = histology._Crypt(400.0, 600.0, 2400.0, 120.0, 0.2, 0.0, False, np.zeros(300))
    assert crypt.wall(np.array(600.0), np.array(400.0))[0] == 0
    assert crypt.wall(np.array(2410.0), np.array(400.0))[0] > 1


def test_chromatin_is_shared_out_but_not_lost_in_mitosis():
    masses = {}
    for stage in ("prophase", "metaphase", "anaphase"):
        shade = np.zeros((140, 140), np.float32)
        plants._figure(np.random.default_rng(2), shade, (70, 70), stage)
        masses[stage] = float(shade.sum())
    assert masses["prophase"] == pytest.approx(masses["metaphase"], rel=0.02)
    assert masses["anaphase"] == pytest.approx(masses["metaphase"], rel=0.02)


def test_nuclear_pores_are_rings_with_a_hole():
    picture = nuclei.pores(np.random.default_rng(1))
    counts = picture.planes[0, 0, 0]
    places = np.array(picture.truth["pores_um_yx"]) / picture.pixel_um
    places = places[((places > 8) & (places < len(counts) - 8)).all(1)]
    turn = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    ring = places[:, None] + 0.053 / picture.pixel_um * np.stack([np.sin(turn), np.cos(turn)], 1)
    hole, corners = (counts[tuple(np.rint(at).astype(int).T)].mean() for at in (places, ring.reshape(-1, 2)))
    assert hole < 0.5 * corners


@pytest.mark.parametrize(("moment", "cells"), [(0.2, 1), (1.3, 2), (2.3, 4), (3.3, 8), (4.5, 16)])
def test_blastomeres_cover_the_embryo_without_gaps(moment, cells):
    y, x = np.mgrid[-60:61, -60:61].astype(np.float32)
    middles, radius, ripe = embryos._balls(embryos._cleavage_tree(np.random.default_rng(0)), moment)
    assert len(middles) == cells
    _, body, clear = embryos._blastomeres(y, x, middles, radius, ripe)
    assert (body[np.hypot(y, x) < 20] > 0.9).all()
    assert clear.max() > 0.5
