"""An ONNX network in, which of its tensors may differ from photo to photo out."""

import re
from collections.abc import Collection, Iterator

import onnx

RANDOM = re.compile("Bernoulli|Multinomial|Random(Normal|Uniform)(Like)?")
"""Operators that give something else each time."""


def tensors_of_the_photo(graph: onnx.GraphProto, *, cut_at: Collection[str] = ()) -> set[str]:
    """Names of the tensors that depend on an input, or on chance.

    Args:
        graph: Its nodes are in the order in which they run.
        cut_at: Operators whose output does not count, whatever they are given.
    """
    weights = {tensor.name for tensor in graph.initializer}
    found = {value.name for value in graph.input} - weights
    for node in graph.node:
        if node.op_type in cut_at:
            continue
        if RANDOM.fullmatch(node.op_type) or not found.isdisjoint(names_used(node)):
            found |= set(node.output)
    return found


def names_used(node: onnx.NodeProto) -> Iterator[str]:
    """What a node is given, and what the graphs inside of it, if any, use."""
    yield from node.input
    for attribute in node.attribute:
        for graph in (attribute.g, *attribute.graphs):
            for inner in graph.node:
                yield from names_used(inner)
            yield from (value.name for value in graph.output)
