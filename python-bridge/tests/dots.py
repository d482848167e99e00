"""A strict reader of the part of Graphviz's language that is written: anything else is an error."""

import re
from dataclasses import dataclass, field

_TOKEN = re.compile(r'\s*("(?:[^"\\\n\x00-\x1f]|\\["\\n])*"|[A-Za-z_][A-Za-z_0-9]*|[0-9.]+|->|[{}\[\]=;,])')


@dataclass
class Dot:
    nodes: dict = field(default_factory=dict)
    """Attributes of each node, with `clusters`: the labels of those that it is in."""
    edges: list = field(default_factory=list)
    """Source, target and attributes."""
    attributes: dict = field(default_factory=dict)


def parse(text):
    """Read a digraph, as a `Dot`."""
    text.encode("utf-8")
    tokens, at = [], 0
    while at < len(text.rstrip()):
        match = _TOKEN.match(text, at)
        assert match, f"no token at {text[at : at + 40]!r}"
        tokens.append(match.group(1))
        at = match.end()
    reader = _Reader(tokens)
    reader.take("digraph")
    reader.word()
    reader.take("{")
    reader.block([])
    assert not reader.tokens, "something follows the graph"
    return reader.dot


class _Reader:
    def __init__(self, tokens):
        self.tokens = tokens[::-1]
        self.dot = Dot()

    def take(self, wanted):
        found = self.tokens.pop()
        assert found == wanted, f"{found!r} where {wanted!r} is meant"

    def word(self):
        """An identifier, a number or a string: a string's escapes are read as a label's."""
        token = self.tokens.pop()
        assert token[0] == '"' or token[0].isalnum() or token[0] == "_", token
        if token[0] != '"':
            return token
        text = re.sub(r"\\(.)", lambda found: {"n": "\n"}.get(found[1], found[1]), token[1:-1])
        assert not re.search(r"&(?!amp;)#?\w+;", text), "an HTML entity"
        return text.replace("&amp;", "&")

    def attributes(self):
        found = {}
        self.take("[")
        while True:
            name = self.word()
            self.take("=")
            assert name not in found
            found[name] = self.word()
            if self.tokens[-1] != ",":
                break
            self.take(",")
        self.take("]")
        return found

    def block(self, clusters):
        label = {}
        here = [*clusters, label]
        while self.tokens[-1] != "}":
            if self.tokens[-1] == "subgraph":
                self.take("subgraph")
                assert self.word().startswith("cluster_")
                self.take("{")
                self.block(here)
                continue
            name = self.word()
            if self.tokens[-1] == "=":
                self.take("=")
                label[name] = self.word()
            elif self.tokens[-1] == "->":
                self.take("->")
                self.dot.edges.append((name, self.word(), self.attributes()))
            elif name in ("graph", "node", "edge"):
                found = self.attributes()
                if name == "graph":
                    self.dot.attributes |= found
            else:
                assert name not in self.dot.nodes, f"{name} is there twice"
                self.dot.nodes[name] = {**self.attributes(), "clusters": here[1:]}
            self.take(";")
        self.take("}")
