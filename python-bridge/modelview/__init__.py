"""See what is inside a neural network, in the notebook where it lives.

>>> from modelview import ModelView, TensorView
"""

from ._version import __version__
from .errors import ModelViewError
from .widget import ModelView, TensorView

__all__ = ["ModelView", "ModelViewError", "TensorView", "__version__"]


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    """Tell `jupyter labextension develop` where the built extension is."""
    return [{"src": "labextension", "dest": "modelview"}]
