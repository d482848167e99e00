"""The operation `graph`: what flows through a model, asked for by a page."""

import threading

import numpy as np
import pytest
import torch
from pages import call
from test_kernel import kernel, page  # noqa: F401  (fixtures)
from torch import nn

MODEL = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2))


def test_a_graph_names_nodes_edges_and_values(asked):
    talk = asked(MODEL, inputs=torch.ones(3, 4))
    talk.say(call("g", "graph"))
    graph = talk.result("g")
    assert (graph["tier"], graph["notes"]) == ("export", [])
    paths = [node["path"] for node in graph["nodes"]]
    assert paths == ["", "0", "1", "2", "/input", "0/linear", "1/relu", "2/linear", "/output"]
    edges = [(paths[source], paths[target], graph["values"][value]) for source, target, value in graph["edges"]]
    assert edges == [
        ("/input", "0/linear", [[3, 4], "float32"]),
        ("0/linear", "1/relu", [[3, 8], "float32"]),
        ("1/relu", "2/linear", [[3, 8], "float32"]),
        ("2/linear", "/output", [[3, 2], "float32"]),
    ]
    linear = graph["nodes"][5]
    assert (linear["role"], linear["kind"], linear["parent"]) == ("operation", "linear", 1)
    assert linear["reads"] == ["weight/0.weight", "weight/0.bias"]
    assert [graph["values"][value] for value in linear["outputs"]] == [[[3, 8], "float32"]]


def test_without_a_model_the_graph_is_the_tree_and_says_why(asked):
    talk = asked({"fc.weight": np.ones((2, 3))})
    talk.say(call("g", "graph"))
    graph = talk.result("g")
    assert (graph["tier"], graph["edges"], len(graph["nodes"])) == ("modules", [], 2)
    assert graph["notes"] == ["A state dict holds tensors, and nothing of what is computed with them: show its model."]


def test_an_infinite_attribute_travels_as_a_word(asked):
    class Mask(nn.Module):
        def forward(self, x):
            return x.masked_fill(x > 0, float("-inf"))

    talk = asked(Mask(), inputs=torch.ones(2))
    talk.say(call("g", "graph"))
    [fill] = [node for node in talk.result("g")["nodes"] if node["kind"] == "masked_fill"]
    assert fill["attributes"] == {"value": "-inf"}


def test_a_graph_that_is_cancelled_ends_and_can_be_asked_for_again(asked):
    class Slow(nn.Module):
        """Runs until it is let go; its first call is by torch.export, which it refuses."""

        entered = threading.Event()
        go = threading.Event()

        def forward(self, x):
            if x.sum() > 0:
                self.entered.set()
                self.go.wait(5)
            return x + 1

    talk = asked(Slow(), inputs=torch.ones(2))
    talk.say(call("g", "graph"))
    assert Slow.entered.wait(20)
    # That no cell is waited for any more is told as soon as it is so.
    assert talk.of("progress", "g")[0]["label"] == "Following the model by export"
    talk.say({"kind": "cancel", "requests": ["g"]})
    Slow.go.set()
    assert talk.end("g")["cancelled"] is True
    talk.say(call("h", "graph"))
    assert talk.result("h")["tier"] == "trace"


SETUP = """
import torch, threading, time
from torch import nn
from modelview import ModelView
class Model(nn.Module):
    threads = []
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, 4)
    def forward(self, x):
        Model.threads.append(threading.current_thread() is threading.main_thread())
        return self.fc(x) if x.sum() > 0 else x
mv = ModelView(Model(), inputs=torch.ones(1, 4))
print(mv.model_id)
"""


@pytest.mark.alone
def test_a_model_is_called_between_two_cells_and_the_view_lives_meanwhile(page):  # noqa: F811
    model = page.run(SETUP).strip()
    page.open(model)
    page.say({"kind": "hello", "protocol": 1, "client": "c", "devicePixelRatio": 1,
              "credits": {"requests": 4, "bytes": 1 << 23}})  # fmt: skip
    page.hear("welcome")
    running = page.start("print('begun', flush=True)\nbefore = torch.get_rng_state()\ntime.sleep(2)\n"
                         "assert before.equal(torch.get_rng_state()) and not Model.threads")  # fmt: skip
    page.say(call("g", "graph"))
    # Another request is answered while this one waits for the cell.
    page.say(call("s", "structure"))
    _, waited = page.hear("done", "s", 1.5)
    assert waited < 1
    page.hear("done", "g", 10)
    ended = [m for m in page.seen if m["parent_header"].get("msg_id") == running and m["msg_type"] == "status"]
    assert ended[-1]["content"]["execution_state"] == "idle"
    assert not any(m["msg_type"] == "error" for m in page.seen)
    assert page.run("print(all(Model.threads), len(Model.threads) > 0, mv.structure.dataflow.tier)").split() == [
        "True",
        "True",
        "trace",
    ]
