"""Adapters of other packages: the example of docs/adapters.md as a real distribution, and others that break rules."""

import re
import sys
from pathlib import Path

import numpy as np
import pytest
from dots import parse
from graphs import check

from modelview import ModelView
from modelview.adapters import _installed, describe
from modelview.errors import UnsupportedModelError

DOCS = Path(__file__).parents[2] / "docs" / "adapters.md"
FRAMEWORK = "class Net:\n    def __init__(self, *layers):\n        self.layers = list(layers)\n"


def blocks(language):
    """What the page shows in one language."""
    return re.findall(rf"```{language}\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)


class Site:
    """A folder that packages are installed into."""

    def __init__(self, folder):
        self.folder = folder

    def install(self, name, modules, entries):
        """A distribution as an installer leaves it."""
        info = self.folder / f"{name.replace('-', '_')}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        lines = "".join(f"{entry} = {value}\n" for entry, value in entries.items())
        (info / "entry_points.txt").write_text(f"[modelview.adapters]\n{lines}")
        for module, text in modules.items():
            (self.folder / f"{module}.py").write_text(text, encoding="utf-8")
        (info / "RECORD").write_text("".join(f"{module}.py,,\n" for module in modules))
        sys.path_importer_cache.pop(str(self.folder), None)


@pytest.fixture
def site(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(tmp_path))
    before = set(sys.modules)
    _installed.installed.cache_clear()
    yield Site(tmp_path)
    _installed.installed.cache_clear()
    for name in set(sys.modules) - before:
        if str(getattr(sys.modules[name], "__file__", "")).startswith(str(tmp_path)):
            del sys.modules[name]


def install_example(site):
    [code] = blocks("python")
    [(name, value)] = re.findall(r'^(\w+) = "(\w+)"$', blocks("toml")[0], re.MULTILINE)
    site.install("tinynet-modelview", {"tinynet": FRAMEWORK, "tinynet_modelview": code}, {name: value})


def net():
    import tinynet

    return tinynet.Net(*(np.full((4, 4), i, np.float32) for i in range(3)), np.ones((4, 2), np.float32))


def test_the_example_of_the_docs_is_an_adapter_when_it_is_installed(site):
    install_example(site)
    view = ModelView(net(), name="tiny")
    structure = view.structure
    assert (structure.name, structure.kind, structure.totals["parameters"]) == ("tiny", "Net", 56)
    assert [row.name for row in structure.summary().rows] == ["layers", "0 … 2", "3"]
    view.selection = "layers.2.weight"
    assert view.selection.values.tolist() == [[2.0] * 4] * 4
    nodes = check(structure.dataflow, structure.tensors)
    assert structure.dataflow.tier == "tinynet"
    assert nodes["layers.3/matmul"].reads == ("weight/layers.3.weight",)
    assert len(parse(structure.to_dot()).edges) == 3
    view.close()


def test_an_adapter_imports_nothing_for_other_peoples_objects(site):
    install_example(site)
    assert list(describe({"w": np.ones(2)}).tensors) == ["weight/w"]
    assert "tinynet_modelview" in sys.modules
    assert "tinynet" not in sys.modules


def test_a_package_that_is_installed_while_the_kernel_runs_is_found(site):
    (site.folder / "tinynet.py").write_text(FRAMEWORK)
    with pytest.raises(UnsupportedModelError, match=r"tinynet\.Net is not a model"):
        describe(net())
    install_example(site)
    assert describe(net()).structure.totals["parameters"] == 56


def adapter(body):
    return f"def describe(obj, *, name=None, inputs=None):\n    {body}\n"


KNOWS = "return NotImplemented if type(obj).__name__ != 'Net' else"
MODEL = "__import__('modelview.adapters').adapters.describe({'%s.w': __import__('numpy').ones(2)})"


def test_not_implemented_lets_the_next_one_try_and_the_first_that_knows_is_taken(site):
    (site.folder / "tinynet.py").write_text(FRAMEWORK)
    site.install(
        "several",
        {
            "one": adapter("return NotImplemented"),
            "two": adapter(f"{KNOWS} {MODEL % 'two'}"),
            "three": adapter(f"{KNOWS} {MODEL % 'three'}"),
        },
        {"c": "three:describe", "a": "one", "b": "two:describe"},
    )
    assert list(describe(net()).tensors) == ["weight/two.w"]


def test_another_packages_adapter_comes_before_ours(site):
    import torch

    site.install("mine", {"mine": adapter(f"{KNOWS.replace('Net', 'Linear')} {MODEL % 'mine'}")}, {"mine": "mine"})
    assert list(describe(torch.nn.Linear(2, 2)).tensors) == ["weight/mine.w"]
    assert "weight/weight" in describe(torch.nn.Bilinear(2, 2, 2)).tensors


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (adapter("return obj.no_such_thing"), r"failed on a Net: AttributeError: 'Net' object has no attribute"),
        (adapter("raise SystemError('bang')"), r"failed on a Net: SystemError: bang"),
        (
            "def describe(obj):\n    return NotImplemented\n",
            r"failed on a Net: TypeError: .*unexpected keyword argument",
        ),
        (adapter("return None"), r"answered for a Net with NoneType: it must return a Model, or NotImplemented"),
        (adapter("return {'w': 1}"), r"answered for a Net with dict"),
        (adapter("return False"), r"answered for a Net with bool"),
    ],
)
def test_an_adapter_that_breaks_the_contract_is_named(site, body, said):
    (site.folder / "tinynet.py").write_text(FRAMEWORK)
    site.install("broken-package", {"broken": body}, {"wrong": "broken"})
    with pytest.raises(
        UnsupportedModelError, match=rf"^the adapter 'wrong' of broken-package \(broken\) {said}"
    ) as caught:
        describe(net())
    if "failed" in said:
        assert caught.value.__cause__ is not None


def test_what_an_adapter_says_of_an_object_that_it_knows_is_said_as_it_is(site):
    (site.folder / "tinynet.py").write_text(FRAMEWORK)
    text = "from modelview.errors import UnsupportedModelError\n" + adapter(
        "raise UnsupportedModelError('build it first')"
    )
    site.install("says", {"says": text}, {"says": "says"})
    with pytest.raises(UnsupportedModelError, match=r"^build it first$"):
        describe(net())


@pytest.mark.parametrize(
    ("module", "value", "said"),
    [
        ("raise RuntimeError('no licence')", "bad", r"did not load: RuntimeError: no licence"),
        ("import no_such_framework", "bad", r"did not load: ModuleNotFoundError: No module named 'no_such_framework'"),
        ("describe = 3", "bad", r"is no function, and has no function `describe`"),
        ("x = 1", "bad:y", r"did not load: AttributeError"),
    ],
)
def test_one_that_does_not_load_is_left_out_with_a_warning_and_the_others_work(site, module, value, said):
    site.install("bad-package", {"bad": module}, {"bad": value})
    install_example(site)
    with pytest.warns(UserWarning, match=rf"the adapter 'bad' of bad-package \({value}\) {said}") as warned:
        model = describe(net())
    assert warned[0].filename == __file__
    assert model.structure.totals["parameters"] == 56
