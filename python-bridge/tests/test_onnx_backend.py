"""Every model of the ONNX package's own backend tests opens, and what is drawn is what is in it."""

import warnings
from functools import cache
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx.backend.test.case.model import collect_testcases as collect_models
from onnx.backend.test.case.node import collect_testcases as collect_nodes
from onnx_models import checked

from modelview import errors

DATA = Path(onnx.__file__).parent / "backend" / "test" / "data"
FILES = sorted(DATA.rglob("*.onnx"))
FOLDERS = sorted({path.relative_to(DATA).parts[0] for path in FILES})

# The package has the models of the real networks and of the nodes as programs: 'real' as what to fetch, the nodes as
# functions that make them, which are called here.
REFUSED: dict[str, str] = {}
"""The names of models that are refused, and a part of the reason."""


@cache
def made_models():
    state = np.random.get_state()  # noqa: NPY002 - the package's programs draw from it, and set its seed
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            cases = [*collect_nodes(None), *collect_models()]
    finally:
        np.random.set_state(state)  # noqa: NPY002
    return {f"{case.kind}/{case.name}": case.model for case in cases if case.model is not None}


def refused_or_checked(name, obj, model):
    if name in REFUSED:
        with pytest.raises(errors.UnsupportedModelError, match=REFUSED[name]):
            checked(obj, model)
    else:
        try:
            checked(obj, model)
        except Exception as problem:
            raise AssertionError(f"{name}: {problem}") from problem


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_model_file_of_the_package_is_drawn_as_it_is(folder):
    for path in FILES:
        if path.relative_to(DATA).parts[0] == folder:
            refused_or_checked(str(path.relative_to(DATA)), path, onnx.load(path))


@pytest.mark.parametrize("batch", range(8))
def test_every_model_that_the_package_makes_is_drawn_as_it_is(batch):
    models = made_models()
    for name in sorted(models)[batch::8]:
        before = models[name].SerializeToString(deterministic=True)
        refused_or_checked(name, models[name], models[name])
        assert models[name].SerializeToString(deterministic=True) == before


def test_there_are_as_many_models_as_the_package_is_known_to_have():
    assert len(FILES) >= 140
    assert len(made_models()) >= 1500
    assert set(REFUSED) <= {str(path.relative_to(DATA)) for path in FILES} | set(made_models())
