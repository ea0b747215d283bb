"""The page round a workspace."""

from __future__ import annotations

import importlib
import pkgutil

import param
import pytest
from panel.viewable import Viewable

import micrographia.widgets
from micrographia.widgets.shell import scripts

MODULES = [f"micrographia.widgets.{module.name}" for module in pkgutil.iter_modules(micrographia.widgets.__path__)]


def test_scripts_that_no_workspace_uses_are_left_out():
    names = ["bokeh.min.js?v=1", "bokeh-gl.min.js", "bokeh-mathjax.min.js", "es-module-shims.min.js", "panel.min.js"]
    rendered = "".join(f'<script type="text/javascript" src="static/{name}"></script>\n' for name in names)
    assert scripts(rendered) == ["static/bokeh.min.js?v=1", "static/panel.min.js"]


@pytest.mark.parametrize("name", MODULES)
def test_every_parameter_is_explained(name):
    module = importlib.import_module(name)
    for value in vars(module).values():
        if not (isinstance(value, type) and issubclass(value, param.Parameterized) and value.__module__ == name):
            continue
        own = [p for p in value.param if not hasattr(Viewable, p) and value.param[p].owner is value and p != "name"]
        assert [p for p in own if not value.param[p].doc] == []
