"""A model's tensors, by address."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ..errors import AddressError
from .tensor import Tensor

__all__ = ["Tensors"]


class Tensors(Mapping[str, Tensor]):
    """Tensors by address. Iterating gives each tensor once, under its first address.

    Every alias of a tied tensor is accepted, and so is a bare name such as `fc.weight`.
    """

    def __init__(self, tensors: Sequence[Tensor]) -> None:
        self._tensors = {tensor.address: tensor for tensor in tensors}
        self._names: dict[str, Tensor] = {}
        for tensor in tensors:
            for name in tensor.names:
                self._names.setdefault(name, tensor)

    def resolve(self, address: object) -> Tensor | None:
        """The tensor with this address, alias or bare name, or `None`."""
        if not isinstance(address, str):
            return None
        found = self._names.get(address)
        for prefix in ("weight/", "buffer/", "array/"):
            found = found or self._names.get(prefix + address)
        return found

    def __getitem__(self, address: str) -> Tensor:
        found = self.resolve(address)
        if found is None:
            raise AddressError.of(address, self._names)
        return found

    def __contains__(self, address: object) -> bool:
        return self.resolve(address) is not None

    def __iter__(self) -> Iterator[str]:
        return iter(self._tensors)

    def __len__(self) -> int:
        return len(self._tensors)

    def __repr__(self) -> str:
        return f"<Tensors: {len(self)} of them, {', '.join(list(self)[:3])}{', …' * (len(self) > 3)}>"
