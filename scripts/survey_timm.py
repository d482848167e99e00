"""Follow a sample of timm's architectures, and write docs/timm.md: by which tier each is captured, how long it takes.

    .venv/bin/python scripts/survey_timm.py --count 200 --seed 0

Models are made without weights (on the meta device) where timm can do that, so that the giants fit too.
"""

from __future__ import annotations

import argparse
import gc
import random
import time
import warnings
from collections import Counter
from pathlib import Path
from statistics import median

import timm
import torch

from modelview.adapters import describe

DOCS = Path(__file__).parents[1] / "docs" / "timm.md"
LARGEST_ON_CPU = 200e6


def make(name: str) -> tuple[torch.nn.Module, torch.Tensor, str]:
    """A model with random weights, or none, and an input that fits it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for device in ("meta", "cpu"):
            try:
                with torch.device(device):
                    model = timm.create_model(name, pretrained=False).eval()
                break
            except Exception:
                if device == "cpu":
                    raise
    size = timm.data.resolve_model_data_config(model)["input_size"]
    return model, torch.zeros(1, *size, device=device), device


def follow(name: str) -> dict[str, object]:
    """One row of the table."""
    model, image, device = make(name)
    started = time.perf_counter()
    structure = describe(model, inputs=image).structure
    flow = structure.dataflow
    seconds = time.perf_counter() - started
    parameters = {address for address, tensor in structure.tensors.items() if tensor.kind == "parameter"}
    read = {address for node in flow.nodes for address in node.reads}
    return {
        "name": name,
        "device": device,
        "tier": flow.tier,
        "seconds": seconds,
        "modules": len(structure.modules),
        "operations": sum(node.role == "operation" for node in flow.nodes),
        "edges": len(flow.edges),
        "unread": len(parameters - read),
        "note": flow.notes[-1].strip().splitlines()[-1][:120].replace("|", "/") if flow.notes else "",
    }


def table(rows: list[dict[str, object]], total: int, seed: int) -> str:
    """The page."""
    tiers = Counter(str(row["tier"]) for row in rows)
    seconds = sorted(float(str(row["seconds"])) for row in rows)
    middle, high, longest = median(seconds), seconds[int(0.95 * len(seconds))], seconds[-1]
    spread = f"median {middle:.1f}, 95th percentile {high:.1f}, longest {longest:.1f}"
    lines = [
        "# timm's architectures",
        "",
        f"{len(rows)} of the {total:,} names of timm {timm.__version__} (drawn with seed {seed}), "
        f"PyTorch {torch.__version__}, two processors. Made by `scripts/survey_timm.py`.",
        "",
        f"Captured by {', '.join(f'{tier}: {count}' for tier, count in tiers.most_common())}. Seconds: {spread}. "
        "*Unread* are parameters that no operation reads in this forward.",
        "",
        "| architecture | tier | seconds | modules | operations | edges | unread | made on | note |",
        "| --- | --- | ---: | ---: | ---: | ---: | ---: | --- | --- |",
    ]
    lines += [
        f"| {row['name']} | {row['tier']} | {row['seconds']:.1f} | {row['modules']} | {row['operations']} | "
        f"{row['edges']} | {row['unread']} | {row['device']} | {row['note']} |"
        for row in sorted(rows, key=lambda row: str(row["name"]))
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Follow them all, one after the other."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    names = timm.list_models()
    sample = random.Random(arguments.seed).sample(names, min(arguments.count, len(names)))
    rows = []
    for number, name in enumerate(sample, 1):
        try:
            rows.append(follow(name))
        except Exception as problem:
            nothing = {"device": "", "seconds": 0.0, "modules": 0, "operations": 0, "edges": 0, "unread": 0}
            why = f"{type(problem).__name__}: {str(problem)[:100]}"
            rows.append({"name": name, "tier": "not made", **nothing, "note": why})
        row = rows[-1]
        progress = f"{number}/{len(sample)} {row['name']}: {row['tier']} {row['seconds']:.1f} s {row['note']}"
        print(progress, flush=True)
        gc.collect()
    DOCS.write_text(table(rows, len(names), arguments.seed), encoding="utf-8")


if __name__ == "__main__":
    main()
