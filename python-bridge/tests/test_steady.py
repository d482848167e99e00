"""A tensor that is written to while it is measured: a sentence, and no number made of old values and new ones."""

import pytest
import torch

from modelview import TensorView
from modelview.errors import StaleError


def measures():
    yield "distribution", lambda t, p: t.distribution(progress=p)
    yield "quantiles", lambda t, p: t.quantiles([0.5], progress=p)
    yield "ridgelines", lambda t, p: t.ridgelines("dim0", progress=p)
    yield "channels", lambda t, p: t.channels("dim0", progress=p)
    yield "order", lambda t, p: t.order("dim0", by="norm", progress=p)


@pytest.mark.parametrize(("name", "measure"), [*measures()], ids=[name for name, _ in measures()])
def test_a_change_in_the_middle_is_said(name, measure):
    values = torch.randn(2000, 2000, generator=torch.Generator().manual_seed(1))
    tensor = TensorView(values).tensor
    changed = []

    def progress(done, total, label):
        if done > 0.3 * total and not changed:
            changed.append(label)
            values.mul_(10)

    with pytest.raises(StaleError, match="changed while it was measured: measure it again"):
        measure(tensor, progress)
    assert changed
    # Nothing of it is remembered.
    assert measure(tensor, None) is not None
