"""A model whose graph is large: 10,000 operations in 20 equal stages. Runs in the notebook's kernel."""

from __future__ import annotations

import torch
from torch import nn

STAGES = 20
OPERATIONS = 500


class Stage(nn.Module):
    """500 operations, one after the other, with a residual sum at every fourth."""

    def __init__(self) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(8))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for _ in range(OPERATIONS // 4):
            x = x + torch.sigmoid(torch.relu(x) * self.scale)
        return x


def deep() -> tuple[nn.Module, torch.Tensor]:
    """Make the model, and an input for it."""
    return nn.Sequential(*(Stage() for _ in range(STAGES))), torch.zeros(1, 8)
