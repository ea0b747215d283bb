"""The baseline: the same image on a HoloViews page that composes RGB on the server, as is usual.

``python tests/benchmarks/holoviews_page.py IMAGE.tif`` serves it and prints its address. The image is (z, c, y, x).
"""

from __future__ import annotations

import sys

import holoviews as hv
import numpy as np
import panel as pn
import tifffile

COLOURS = np.array([[0, 1, 1], [1, 0, 1], [1, 1, 0]], np.float32)


def page(stack: np.ndarray) -> pn.Column:
    """Sliders for z and for the upper limit of the first channel, and the picture they make."""
    z = pn.widgets.IntSlider(name="z", start=0, end=len(stack) - 1, value=0)
    top = pn.widgets.FloatSlider(name="top", start=1000, end=60000, value=30000)

    def picture(z: int, top: float) -> hv.RGB:
        planes = stack[z].astype(np.float32) / np.array([top, 30000, 30000], np.float32)[:, None, None]
        return hv.RGB((np.clip(np.einsum("cyx,cn->yxn", np.clip(planes, 0, 1), COLOURS), 0, 1) * 255).astype(np.uint8))

    picture = hv.DynamicMap(pn.bind(picture, z, top)).opts(width=800, height=800, xaxis=None, yaxis=None)
    return pn.Column(z, top, pn.pane.HoloViews(picture))


if __name__ == "__main__":
    hv.extension("bokeh")
    images = tifffile.imread(sys.argv[1])
    server = pn.serve({"/": lambda: page(images)}, port=0, show=False, start=False, title="baseline")
    print(f"http://localhost:{server.port}", flush=True)
    server.start()
    server.io_loop.start()
