"""What must hold of every dataflow, whatever it is of."""

from collections import Counter, deque

MODULE = "module"


def check(flow, tensors):
    """Assert what holds of any graph; returns its nodes by path."""
    nodes = {node.path: node for node in flow.nodes}
    assert len(nodes) == len(flow.nodes), "two nodes have one path"
    for index, node in enumerate(flow.nodes):
        # Parents come first, but for calls after the first, which come when they are made.
        assert node.parent is None or flow.nodes[node.parent].role == MODULE
        assert node.parent is None or node.parent < index
    for edge in flow.edges:
        assert nodes[edge.source].role != "output"
        assert nodes[edge.target].role not in ("input", "constant")
    owned = Counter(
        address for node in flow.nodes if node.role == MODULE and node.shared is None for address in node.own
    )
    assert set(owned) == set(tensors)
    # A tied tensor is on each of the modules that hold it.
    assert all(owned[address] == 1 for address, tensor in tensors.items() if len(tensor.names) == 1)
    assert acyclic(flow)
    return nodes


def acyclic(flow):
    waiting = Counter(edge.target for edge in flow.edges)
    targets = {}
    for edge in flow.edges:
        targets.setdefault(edge.source, []).append(edge.target)
    ready = deque(node.path for node in flow.nodes if not waiting[node.path])
    done = 0
    while ready:
        done += 1
        for target in targets.get(ready.popleft(), ()):
            waiting[target] -= 1
            if not waiting[target]:
                ready.append(target)
    return done == len(flow.nodes)


def parts(flow):
    """How many parts the operations fall into, that nothing connects."""
    near = {}
    for edge in flow.edges:
        near.setdefault(edge.source, set()).add(edge.target)
        near.setdefault(edge.target, set()).add(edge.source)
    left = {node.path for node in flow.nodes if node.role != MODULE}
    count = 0
    while left:
        count += 1
        waiting = [left.pop()]
        while waiting:
            for path in near.get(waiting.pop(), ()):
                if path in left:
                    left.discard(path)
                    waiting.append(path)
    return count


def read(flow):
    """Addresses of the tensors that some operation reads."""
    return {address for node in flow.nodes for address in node.reads}


def summary(flow):
    """`path: kind` of what is no module, in order."""
    return [f"{node.path}: {node.kind}" for node in flow.nodes if node.role != MODULE]
