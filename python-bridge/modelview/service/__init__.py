"""Answers the page's requests to a model: one service a model, one client an open comm, one worker a process.

The handler of a comm validates, enqueues and returns; the worker reads, encodes and sends. The page drives: nothing is
sent that was not asked for, nor past the credits that it granted.
"""

from .client import Client, Comm
from .registry import TARGET, register_target
from .service import MOST_CLIENTS, Service

__all__ = ["MOST_CLIENTS", "TARGET", "Client", "Comm", "Service", "register_target"]
