"""The version, which stands in one place: package.json, and from there in the package's metadata."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("modelview")
except PackageNotFoundError:  # a checkout on sys.path that nothing has installed
    __version__ = "0.0.0"
