"""The comm target `modelview`: it finds the service of the widget that the page names."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

import comm

from ..wire import replies

if TYPE_CHECKING:
    from .client import Comm
    from .service import Service

log = logging.getLogger("modelview.service")

TARGET = "modelview"

# The registry keeps no view alive: a widget that is gone is simply not found.
_SERVICES: WeakValueDictionary[str, Service] = WeakValueDictionary()


def register_target(model_id: str, service: Service) -> None:
    """Make a service reachable under its widget's model id.

    The comm manager is asked each time: a process may get a kernel, and with it another manager, after the first
    widget was made. Without any kernel this registers with a manager that nobody sends to.
    """
    _SERVICES[model_id] = service
    manager = comm.get_comm_manager()
    if manager.targets.get(TARGET) is not _open:
        manager.register_target(TARGET, _open)


def _open(opened: Comm, message: Mapping[str, Any]) -> None:
    _route_by_header(opened)
    data = message.get("content", {}).get("data")
    model_id = data.get("model_id") if isinstance(data, Mapping) else None
    service = _SERVICES.get(model_id) if isinstance(model_id, str) else None
    if service is None or service.closed:
        log.info("a page asked for the widget %.80r, which is gone", model_id)
        sentence = "This view's model is no longer in the kernel. Run its cell again."
        reply = replies.error(None, "closed", sentence)
        opened.send(data=reply.message)
        opened.close()
        return
    # A notebook that is closed has JupyterLab end its subshell, sometimes before that has heard our comm's closing; or
    # its socket, before the server has. So the page says with its next comm which ones it has left.
    left = data.get("left") if isinstance(data, Mapping) else None
    gone = frozenset(name for name in left if isinstance(name, str)) if isinstance(left, list) else frozenset()
    for each in list(_SERVICES.values()):
        each.release_left(gone)
    service.release_unreachable(_subshells())
    client = service.connect(opened, _subshell_of(message))
    # The page's first words come with the opening: ipykernel looks up the comm of a message on another thread than the
    # one that is opening it, and would not find it yet.
    first = data.get("messages") if isinstance(data, Mapping) else None
    for words in first if isinstance(first, list) else []:
        client.receive({"header": message.get("header"), "content": {"data": words}})


def _subshell_of(message: Mapping[str, Any]) -> str | None:
    subshell = (message.get("header") or {}).get("subshell_id")
    return subshell if isinstance(subshell, str) else None


def _subshells() -> frozenset[str] | None:
    """The subshells that this kernel has; None where it cannot tell."""
    from IPython.core.getipython import get_ipython

    kernel = getattr(get_ipython(), "kernel", None)
    manager = getattr(getattr(kernel, "shell_channel_thread", None), "manager", None)
    return None if manager is None else frozenset(manager.list_subshell())


def _route_by_header(opened: Comm) -> None:
    """Have requests handled by the subshell that the page names, whatever was sent last.

    ipykernel 7.4 hands a message to the shell that last *sent* on its comm. The worker already sends in the context of
    the request that it answers, so that this is the page's subshell; but were the page's `hello` to come before its
    subshell is there, that answer would tie the comm to the main shell for good, and every later request to the end of
    the running cell. Where the kernel has no such method there is nothing to undo.
    """
    if hasattr(opened, "_reply_subshell_for"):
        opened._reply_subshell_for = lambda _data, default: default
