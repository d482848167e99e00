"""The widgets: traits, what a person calls on a view, and what a cell's output holds. Everything else is elsewhere."""

from __future__ import annotations

import base64
import inspect
import logging
from collections.abc import Mapping, Sequence
from typing import Any

import traitlets
from ipywidgets import DOMWidget

from ._version import __version__
from .adapters import describe, tensor_of
from .errors import ClosedError, ModelViewError
from .highlight import mask_of
from .model import Model
from .revisions import Revisions
from .selected import Selected, select, selected_of
from .service import Service, register_target
from .state import check_state, default_state
from .structure import Profile, Structure
from .tensors import Tensor, Tensors
from .wire.protocol import PROTOCOL

__all__ = ["ModelView", "TensorView"]

log = logging.getLogger("modelview.widget")

# What a page may change; the rest of what it sends is not heard.
_WRITTEN_BY_PAGE = frozenset({"state", "layout", "tabbable", "tooltip", "_dom_classes"})


class _View(DOMWidget):  # type: ignore[misc]
    """What the two views share. On the page they are one class, and `kind` tells them apart."""

    _model_name = traitlets.Unicode("ModelViewModel").tag(sync=True)
    _model_module = traitlets.Unicode("modelview").tag(sync=True)
    _model_module_version = traitlets.Unicode(__version__).tag(sync=True)
    _view_name = traitlets.Unicode("ModelViewView").tag(sync=True)
    _view_module = traitlets.Unicode("modelview").tag(sync=True)
    _view_module_version = traitlets.Unicode(__version__).tag(sync=True)

    kind = traitlets.Unicode(read_only=True).tag(sync=True)
    title = traitlets.Unicode(read_only=True).tag(sync=True)
    protocol = traitlets.Int(PROTOCOL, read_only=True).tag(sync=True)
    state = traitlets.Dict(help="What the view remembers; see docs/protocol.md.").tag(sync=True)

    _subject: Model | None = None
    _service: Service | None = None
    _marked = 0
    # Whether the state that is being set is the page's.
    _hearing = False

    def __init__(self, model: Model, state: dict[str, Any], **kwargs: Any) -> None:
        # Before the base class's: it sends the first state to the page.
        self._subject = model
        self._service = Service(model)
        self._revisions = Revisions()
        self.set_trait("title", model.name)
        super().__init__(state=state, **kwargs)
        register_target(self.model_id, self._service)

    @classmethod
    def _check_arguments(cls, given: Mapping[str, Any]) -> None:
        """Refuse what is neither an argument nor a trait to set: the base class would take it without a word."""
        synced = cls.class_traits(sync=True).items()
        traits = [name for name, trait in synced if name[0] != "_" and name != "state" and not trait.read_only]
        unknown = next((name for name in given if name not in traits), None)
        if unknown is not None:
            own = [name for name in inspect.signature(cls).parameters if name != "kwargs"]
            raise TypeError(
                f"{cls.__name__} has no argument {unknown!r}: it takes {', '.join(own)}, "
                f"and the traits of every widget, {', '.join(traits)}"
            )

    @property
    def _open(self) -> Model:
        if self._subject is None:
            raise ClosedError("this view was closed and has let go of its tensors: make a new one")
        return self._subject

    @property
    def tensors(self) -> Tensors:
        """Every tensor by its address; a bare parameter name is found too."""
        return self._open.tensors

    @property
    def structure(self) -> Structure:
        """The model's `nodes` and `edges`, and what they add up to."""
        return self._open.structure

    @property
    def selection(self) -> Selected:
        """What is selected, on the page or by setting this.

        Set it to an address, a parameter's name, a node's path, a tensor of `tensors`, `None`, or a dict of `address`,
        `dims` (what each dimension is for), `component` and `region` (`{dimension: (start, stop)}`).

        Raises
        ------
        AddressError, SelectionError, StateError
            On setting what is not there; the message lists what is.
        """
        return selected_of(self._open, self.state)

    @selection.setter
    def selection(self, wanted: object) -> None:
        self.state = select(self._open, self.state, wanted)

    @property
    def bookmarks(self) -> dict[str, dict[str, Any]]:
        """The places that were kept under a name: each with its `address`, `selection`, `colour` and what was in sight.

        Set `selection` to one's address and dims to go there, or choose it on the page.
        """
        return {mark["name"]: {k: v for k, v in mark.items() if k != "name"} for mark in self.state["bookmarks"]}

    def _mark(self, tensor: Tensor, mask: object) -> None:
        """Mark the cells where a mask is true; `None` takes the marks away."""
        subject = self._open
        address = f"highlight/{tensor.address}"
        before = subject.highlights.get(address)
        version = self._marked = max(self._marked, before.version if before else 0) + 1
        subject.highlight(tensor, None if mask is None else mask_of(tensor, mask, version))
        others = [each for each in self.state["highlights"] if each != tensor.address]
        self.state = {**self.state, "highlights": others if mask is None else [*others, tensor.address]}
        self.send({"kind": "event", "changed": [{"address": address, "version": version}]})

    def refresh(self, *addresses: str) -> None:
        """Read the values again: they were changed in a way that could not be noticed.

        In-place operations of PyTorch are noticed without this; writing to a NumPy array is not.

        Parameters
        ----------
        *addresses
            The tensors that changed; all of them where none is named.
        """
        tensors = self._open.tensors
        touched = [tensors[address] for address in addresses] or list(tensors.values())
        changed = [{"address": tensor.address, "version": tensor.touch()} for tensor in touched]
        self.send({"kind": "event", "changed": changed})

    def close(self) -> None:
        """Let go of the model, of everything cached for it, and of the pages that show it."""
        service, model = self._service, self._subject
        self._service = self._subject = None
        if service is not None:
            service.close()
        if model is not None:
            model.close()
        super().close()

    def set_state(self, sync_data: Mapping[str, Any]) -> None:
        """Take traits from the page. A state that does not fit is logged, and the page is told the last good one."""
        data = {name: value for name, value in sync_data.items() if name in _WRITTEN_BY_PAGE}
        if "state" in data and self._subject is not None:
            try:
                theirs = check_state(self._subject, data["state"])
                merged = self._revisions.merge(theirs, self.state)
                # Nearly always it is what the page sent, which a slider does ten times a second.
                data["state"] = theirs if merged == theirs else check_state(self._subject, merged)
            except ModelViewError as problem:
                log.warning("the page sent a state that does not fit: %s", problem)
                del data["state"]
                self.send_state("state")
        self._hearing = True
        try:
            super().set_state(data)
        finally:
            self._hearing = False

    @traitlets.validate("state")
    def _valid_state(self, proposal: Mapping[str, Any]) -> dict[str, Any]:
        if self._subject is None:
            return dict(proposal["value"])
        try:
            state = check_state(self._subject, proposal["value"])
        except ModelViewError as problem:
            raise traitlets.TraitError(str(problem)) from problem
        known = self._trait_values.get("state")
        if not self._hearing and known and {**state, "revision": known["revision"]} != known:
            state["revision"] = self._revisions.advance(known)
        return state

    def _repr_mimebundle_(
        self, include: Sequence[str] | None = None, exclude: Sequence[str] | None = None, **kwargs: Any
    ) -> Any:
        bundle = super()._repr_mimebundle_(include=include, exclude=exclude, **kwargs)
        if bundle is None or self._subject is None:
            return bundle
        bundle["text/plain"] = self._text()
        if (include is not None and "image/png" not in include) or (exclude is not None and "image/png" in exclude):
            return bundle
        try:
            # Pillow is imported when the first picture is drawn, and not with modelview.
            from .picture import draw

            picture = draw(self._subject, self.state, tensor=self._pictured())
            bundle["image/png"] = base64.b64encode(picture.png).decode("ascii")
        except Exception:
            # The picture is for places without the widget; without it the widget is as good as ever.
            log.exception("could not draw the static picture")
            return bundle
        return bundle, {"image/png": {"width": picture.width, "height": picture.height}}

    def _text(self) -> str:
        return repr(self)

    def _pictured(self) -> Tensor | None:
        return None


class ModelView(_View):
    """See what is inside a model: its tree of modules, and each of its parameters and buffers.

    Nothing is copied, moved off its device or converted until it is looked at.

    Parameters
    ----------
    model
        A `torch.nn.Module`, or what another adapter knows: a mapping of names to arrays, the path of a model's file.
    name
        What to call it; its class's name by default.
    inputs
        An example to call it with, for what flows between the modules: a tensor, a tuple of them, a mapping for
        keywords, or `(args, kwargs)`. Models of `transformers` bring one. What says itself what it takes, a Keras
        model with a graph or an ONNX file, needs none: one that is given is checked, and not used.
    **kwargs
        The traits of every widget: `layout`, `tabbable`, `tooltip`.

    Raises
    ------
    TypeError
        Where there is no such argument.
    InputsError
        Where the model says that it does not take such `inputs`.
    UnsupportedModelError
        Where it is no model; the message says what to pass instead.

    Examples
    --------
    >>> import numpy as np
    >>> from modelview import ModelView
    >>> mv = ModelView({"fc.weight": np.ones((2, 3)), "fc.bias": np.zeros(2)}, name="tiny")
    >>> mv.selection = "fc.weight"
    >>> mv.selection.tensor.shape
    (2, 3)
    """

    kind = traitlets.Unicode("model", read_only=True).tag(sync=True)

    def __init__(self, model: Any, *, name: str | None = None, inputs: Any = None, **kwargs: Any) -> None:
        self._check_arguments(kwargs)
        super().__init__(describe(model, name=name, inputs=inputs), default_state(tab="overview"), **kwargs)

    def highlight(self, address: str, mask: object = None) -> None:
        """Mark cells of a tensor, on every picture of it.

        Parameters
        ----------
        address
            The tensor's, or its bare name.
        mask
            Of bools, of the tensor's shape or one that NumPy broadcasts to it: the cells where it is True are marked.
            `None` takes the marks away.

        Raises
        ------
        AddressError, MaskError
        """
        self._mark(self.tensors[address], mask)

    def profile(self, inputs: Any = None, *, repeats: int | None = None) -> Profile:
        """Measure what a call of the model costs: time, memory and FLOPs, module by module. Print it for a table.

        A copy is called, several times; the model is left as it is.

        Parameters
        ----------
        inputs
            What to call it with; the view's own by default. Written as for `ModelView`.
        repeats
            Calls that are timed; by default 5, or fewer where they take long.

        Raises
        ------
        ProfileError
            Where there is nothing to call, or to call it with. Where the model raises, `notes` have its traceback.
        """
        return self._open.structure.profile(inputs, repeats=repeats)

    def _text(self) -> str:
        return repr(self.structure)

    def __repr__(self) -> str:
        if self._subject is None:
            return "<ModelView: closed>"
        totals = self.structure.totals
        return (
            f"<ModelView {self._subject.name!r}: {self.structure.kind}, {totals['parameters']:,} parameters in "
            f"{totals['tensors']:,} tensors>"
        )


class TensorView(_View):
    """See one array of any rank: a NumPy array, a torch tensor, a `Tensor` of `mv.tensors`, a file's array.

    Parameters
    ----------
    array
        Read when it is looked at, never copied. After writing to a NumPy array call `refresh()`. The path of a file,
        such as an `.npy`, `.npz` or `.safetensors` one, is read where it is.
    dims
        A name for each dimension: `("head", "query", "key")`.
    name
        What to call it, 'array' by default. Of a file with several tensors: the one to show.
    **kwargs
        The traits of every widget: `layout`, `tabbable`, `tooltip`.

    Raises
    ------
    TypeError
        Where there is no such argument.
    UnsupportedModelError
        Where it is no array.

    Examples
    --------
    >>> import numpy as np
    >>> from modelview import TensorView
    >>> view = TensorView(np.zeros((12, 64, 64)), dims=("head", "query", "key"))
    >>> dict(view.selection.dims)
    {'head': 'facet', 'query': 'row', 'key': 'column'}
    """

    kind = traitlets.Unicode("tensor", read_only=True).tag(sync=True)

    def __init__(
        self, array: Any, *, dims: Sequence[str] | None = None, name: str | None = None, **kwargs: Any
    ) -> None:
        self._check_arguments(kwargs)
        model = tensor_of(array, name=name, dims=dims)
        super().__init__(model, default_state(next(iter(model.tensors))), **kwargs)

    @property
    def tensor(self) -> Tensor:
        """The tensor that is looked at."""
        return next(iter(self.tensors.values()))

    def highlight(self, mask: object = None) -> None:
        """Mark cells.

        Parameters
        ----------
        mask
            Of bools, of the tensor's shape or one that NumPy broadcasts to it: the cells where it is True are marked.
            `None` takes the marks away.

        Raises
        ------
        MaskError

        Examples
        --------
        >>> import numpy as np
        >>> from modelview import TensorView
        >>> array = np.arange(12.0).reshape(3, 4)
        >>> view = TensorView(array)
        >>> view.highlight(array > 9)
        """
        self._mark(self.tensor, mask)

    @property
    def shape(self) -> tuple[int, ...]:
        """Its shape."""
        return self.tensor.shape

    def _pictured(self) -> Tensor | None:
        return self.tensor

    def __repr__(self) -> str:
        if self._subject is None:
            return "<TensorView: closed>"
        shape = " × ".join(map(str, self.shape)) or "scalar"
        return f"<TensorView {self._subject.name!r}: {shape} {self.tensor.dtype}>"
