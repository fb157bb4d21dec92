"""What stands beside the code says what is true of it."""

import re

import pytest

from release.changelog import CHANGELOG, UNRELEASED
from release.version_number import read_version

from .conftest import ROOT

PAGES = ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CODE_OF_CONDUCT.md", "CHANGELOG.md")


def read(name):
    return (ROOT / name).read_text(encoding="utf-8")


def said(key):
    """A text in ``pyproject.toml``, which Python reads by itself from 3.11 on only."""
    (value,) = re.findall(rf'^{key} = "(.*)"$', read("pyproject.toml"), re.MULTILINE)
    return value


def test_changelogs_newest_version_is_not_higher_than_the_checkouts():
    headings = re.findall(r"^## .*$", read(CHANGELOG), re.MULTILINE)
    assert headings[0] == UNRELEASED
    for heading in headings[1:]:
        assert re.fullmatch(r"## \[\d+\.\d+\.\d+\] - \d{4}-\d\d-\d\d", heading)
    assert headings[1:2] in ([], [h for h in headings if f"[{read_version(ROOT)}]" in h])


def test_badges_are_of_the_pythons_and_the_licence_of_the_package():
    badge = re.compile(r"^!\[(.*?)\]\(https://img\.shields\.io/badge/(.*?)\)$", re.MULTILINE)
    badges = badge.findall(read("README.md"))
    first, after = re.fullmatch(r">=3\.(\d+),<3\.(\d+)", said("requires-python")).groups()
    newest = int(after) - 1
    assert badges == [
        (f"Python 3.{first} to 3.{newest}", f"python-3.{first}_to_3.{newest}-blue"),
        (f"Licence: {said('license')}", "licence-Apache--2.0-blue"),
    ]


def test_citation_names_the_package_and_the_paper_that_the_readme_names():
    citation = read("CITATION.cff")
    assert f"\ntitle: {said('name')}\n" in citation
    assert f"\nlicense: {said('license')}\n" in citation
    (doi,) = re.findall(r"^    doi: (.*)$", citation, re.MULTILINE)
    assert f"https://doi.org/{doi}" in read("README.md")
    assert f"https://doi.org/{doi}" == said("Paper")


@pytest.mark.parametrize("page", PAGES)
def test_links_to_files_lead_to_files(page):
    for target in re.findall(r"\]\((?!https?://|#)([^)#]+)", read(page)):
        assert (ROOT / target).exists(), target


def test_what_contributors_are_told_to_make_can_be_made():
    told = set(re.findall(r"\bmake ([.a-z][a-z/-]*)", "\n".join(commands())))
    assert told >= {"test", "tools", "release", "release-check"}
    targets = set(re.findall(r"^([\w./-]+):", read("Makefile"), re.MULTILINE))
    assert told <= targets


def test_tests_that_contributors_are_told_to_run_are_there():
    told = re.findall(r"tests/\w+/test_\w+\.py(?: -k \w+)?", "\n".join(commands()))
    assert told
    for test in told:
        file, _, words = test.partition(" -k ")
        assert re.search(rf"def test_\w*{words}", read(file))


def commands():
    """The commands in CONTRIBUTING.md."""
    return re.findall(r"```sh\n(.*?)```", read("CONTRIBUTING.md"), re.DOTALL)
