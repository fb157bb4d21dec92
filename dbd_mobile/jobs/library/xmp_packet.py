"""The bytes of an XMP sidecar in; its properties, and the bytes with others in their place, out.

What is not asked for is kept byte for byte: order, prefixes, comments and all. It is the XML that
Adobe's XMP specification, part 1, section 7 has: properties are attributes or elements of the
rdf:Description elements of one rdf:RDF element.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

Name: TypeAlias = tuple[str, str]
"""A namespace's URI, and a name in it."""

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"

EMPTY = f"""\
<?xml version="1.0" encoding="UTF-8"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="{RDF}">
 </rdf:RDF>
</x:xmpmeta>
""".encode()
"""A sidecar without properties."""

_XMLNS = "http://www.w3.org/2000/xmlns/"
_VALUE = rb"\"[^\"]*\"|'[^']*'"
_ATTRIBUTE = re.compile(rb"\s+([^\s=]+)\s*=\s*(?:" + _VALUE + rb")")
_START_TAG = re.compile(rb"<[^\s/>]+(?:" + _ATTRIBUTE.pattern + rb")*\s*/?>")


@dataclass(eq=False)
class _Part:
    """An attribute or element: where it is, with the space before it, and what it says."""

    name: Name
    start: int
    end: int
    value: str = ""


@dataclass(eq=False)
class _Element(_Part):
    """An element with what is of interest of what is in it."""

    namespaces: Mapping[str, str] = field(default_factory=dict)
    tag_end: int = 0
    attributes: list[_Part] = field(default_factory=list)
    children: list["_Element"] = field(default_factory=list)


class Packet:
    """The properties of a sidecar.

    Args:
        content: The sidecar.

    Raises:
        ValueError: It is none, or has a document type, whose entities may be traps.
    """

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._descriptions: list[_Element] = []
        self._rdf: _Element | None = None
        self._open: list[_Element] = []
        self._prefixes: dict[str, str] = {}
        try:
            self._parse()
        except (expat.ExpatError, UnicodeDecodeError) as error:
            raise ValueError(f"it is no XML in UTF-8: {error}") from None
        if self._rdf is None:
            raise ValueError("it has no rdf:RDF element")

    def get(self, name: Name) -> str | None:
        """Give the value of a property that is a text; None if there is none."""
        parts = (part for own in self._descriptions for part in _properties(own))
        return next((part.value for part in parts if part.name == name), None)

    def with_properties(
        self,
        properties: Mapping[Name, str],
        *,
        without: Collection[Name],
        prefixes: Mapping[str, str],
    ) -> bytes:
        """Give the sidecar with properties in an element of their own.

        Args:
            properties: Name and value of each.
            without: What is taken out first.
            prefixes: By the URI, what stands for it in names, unless the sidecar has another for
                it: Exiv2 takes one a URI.
        """
        assert self._rdf is not None
        prefixes = {uri: self._prefixes.get(uri) or short for uri, short in prefixes.items()}
        gone: list[_Part] = []
        for own in self._descriptions:
            parts = [part for part in _properties(own) if part.name in without]
            # One that is left without any goes too.
            gone += [own] if parts and len(parts) == len(_properties(own)) else parts
        left = [own for own in self._descriptions if own not in gone]
        about = next(
            (
                attribute.value
                for own in self._descriptions
                for attribute in own.attributes
                if attribute.name == (RDF, "about")
            ),
            "",
        )
        namespaces = "".join(f"\n    xmlns:{short}={quoteattr(u)}" for u, short in prefixes.items())
        values = "".join(
            f"\n    {prefixes[uri]}:{name}={quoteattr(value)}"
            for (uri, name), value in properties.items()
        )
        block = (
            f'\n  <rdf:Description xmlns:rdf="{RDF}" rdf:about={quoteattr(about)}'
            f"{namespaces}{values}/>"
        ).encode()
        at = left[-1].end if left else self._rdf.tag_end
        edits = [(part.start, part.end, b"") for part in gone] + [(at, at, block)]
        if self._content[self._rdf.tag_end - 2 : self._rdf.tag_end] == b"/>":
            tag = self._content[self._rdf.start : self._rdf.tag_end].strip()
            name = re.split(rb"[\s/]", tag[1:], maxsplit=1)[0]
            edits = [(at - 2, at, b">" + block + b"\n </" + name + b">")]
        changed = self._content
        for start, end, new in sorted(edits, reverse=True):
            changed = changed[:start] + new + changed[end:]
        return changed

    def _parse(self) -> None:
        self._content.decode()
        parser = expat.ParserCreate()
        parser.ordered_attributes = True
        parser.StartDoctypeDeclHandler = self._refuse_doctype
        parser.XmlDeclHandler = self._refuse_other_encoding
        parser.StartElementHandler = lambda name, attributes: self._start(
            parser.CurrentByteIndex, name, attributes
        )
        parser.EndElementHandler = lambda name: self._end(parser.CurrentByteIndex)
        parser.CharacterDataHandler = self._take_text
        parser.Parse(self._content, True)

    def _refuse_doctype(self, *arguments: object) -> None:
        raise ValueError("it has a document type, which XMP has not")

    def _refuse_other_encoding(self, version: str, encoding: str | None, standalone: int) -> None:
        if encoding is not None and encoding.lower() != "utf-8":
            raise ValueError(f"it is in {encoding}: UTF-8 is read")

    def _start(self, index: int, name: str, attributes: list[str]) -> None:
        tag = _START_TAG.match(self._content, index)
        # What expat takes for a tag is one.
        assert tag is not None
        named = list(zip(attributes[::2], attributes[1::2], strict=True))
        namespaces = dict(self._open[-1].namespaces) if self._open else {}
        for key, value in named:
            if key == "xmlns" or key.startswith("xmlns:"):
                namespaces[key[6:]] = value
                self._prefixes.setdefault(value, key[6:])
        places = _ATTRIBUTE.finditer(self._content, index, tag.end())
        element = _Element(
            name=_resolved(name, namespaces),
            start=index - _space_before(self._content, index),
            end=tag.end(),
            namespaces=namespaces,
            tag_end=tag.end(),
            attributes=[
                _Part(_resolved(key, namespaces), place.start(), place.end(), value)
                for (key, value), place in zip(named, places, strict=True)
                if ":" in key
            ],
        )
        parent = self._open[-1] if self._open else None
        if parent is not None and parent in self._descriptions:
            parent.children.append(element)
        elif parent is not None and parent is self._rdf and element.name == (RDF, "Description"):
            self._descriptions.append(element)
        elif self._rdf is None and element.name == (RDF, "RDF"):
            self._rdf = element
        self._open.append(element)

    def _end(self, index: int) -> None:
        element = self._open.pop()
        if self._content[element.tag_end - 2 : element.tag_end] != b"/>":
            element.end = self._content.index(b">", index) + 1

    def _take_text(self, text: str) -> None:
        self._open[-1].value += text


def _properties(description: _Element) -> list[_Part]:
    attributes = [part for part in description.attributes if part.name[0] not in (RDF, _XMLNS)]
    return [*attributes, *description.children]


def _resolved(name: str, namespaces: Mapping[str, str]) -> Name:
    prefix, _, local = name.rpartition(":")
    return (_XMLNS, local) if prefix == "xmlns" else (namespaces.get(prefix, ""), local)


def _space_before(content: bytes, index: int) -> int:
    before = content[max(index - 256, 0) : index]
    return len(before) - len(before.rstrip())
