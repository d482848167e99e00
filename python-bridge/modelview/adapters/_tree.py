"""From the names of tensors in a file to a tree: what every format that holds nothing else has in common."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ..model import Model
from ..structure.dataflow import json_attributes
from ..tensors.source import TensorSource
from ..tensors.tensor import Tensor
from ._build import Found, build
from ._names import natural_order, split
from .mapping import _dims, _group

__all__ = ["tree"]


def tree(
    name: str,
    kind: str,
    sources: Mapping[str, TensorSource],
    *,
    attributes: Mapping[str, Any] | None = None,
    no_dataflow: str,
    slashes: bool = False,
) -> Model:
    """A model of named tensors, in the order of their names, numbers by their value. All count as parameters.

    Parameters
    ----------
    name, kind : str
        What to call it, and what it is: the format.
    sources : mapping of str to TensorSource
        By the tensor's name. The dots in it are the tree.
    attributes : mapping, optional
        What else the file says of itself.
    no_dataflow : str
        A sentence: why nothing is known of what flows.
    slashes : bool
        Whether slashes are the tree too. Under the name as it is such a tensor is found as well.

    Examples
    --------
    >>> import numpy as np
    >>> from modelview.adapters import source_of
    >>> sources = {"encoder/kernel": source_of(np.ones((2, 3)))}
    >>> model = tree("net", "npz", sources, no_dataflow="There are arrays only.", slashes=True)
    >>> [node.path for node in model.structure.modules], model.tensors["encoder/kernel"].address
    (['', 'encoder'], 'weight/encoder.kernel')
    """
    found = [Found("", name, kind, None)]
    groups = {"": 0}
    tensors: list[Tensor] = []
    taken = set(sources)
    for given in sorted(sources, key=natural_order):
        source = sources[given]
        # Not where another tensor has that name.
        dotted = given.replace("/", ".")
        path = dotted if slashes and dotted not in taken else given
        taken.add(path)
        parent, local = split(path)
        place = _group(parent, groups, found)
        found[place].tensors.append(len(tensors))
        found[place].local.append(local)
        names = tuple(dict.fromkeys((f"weight/{path}", f"weight/{given}")))
        dims = _dims(local, len(source.shape))
        tensors.append(Tensor(source, names, dims=dims, node=parent, kind="parameter"))
    built = build(name, kind, found, tensors).structure
    root = replace(built.modules[0], attributes=json_attributes(attributes or {}))
    return Model(replace(built, modules=(root, *built.modules[1:]), no_dataflow=no_dataflow))
