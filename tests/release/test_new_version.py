"""Versions of a small project: what they bring, what they leave alone, and what is refused."""

import hashlib
import re

import pytest

from .conftest import CHANGELOG, FILES

FILE_NAMES = {
    "SHA256SUMS",
    "dbd-mobile-0.2.0.cdx.json",
    "dbd-tiny-1.2.0.json",
    "dbd-tiny-1.2.0.tflite",
    "dbd_mobile-0.2.0-py3-none-any.whl",
    "dbd_mobile-0.2.0.tar.gz",
}


def sums_in(said):
    return re.findall(r"^[0-9a-f]{64}  .*$", said, re.MULTILINE)


def test_version_is_committed_tagged_and_packed(project):
    before = project.git("rev-parse", "HEAD")
    status, said = project.release("0.2.0")
    assert status == 0, said
    assert project.git("status", "--porcelain") == ""
    assert project.git("rev-parse", "HEAD^") == before
    assert project.git("rev-parse", "v0.2.0^{commit}") == project.git("rev-parse", "HEAD")
    assert project.git("cat-file", "-t", "v0.2.0") == "tag"
    assert project.git("log", "-1", "--format=%s, %an") == "Version 0.2.0, A. Maker"
    assert project.git("symbolic-ref", "--short", "HEAD") == "main"
    assert project.read("dbd_mobile/version.py").endswith('\n__version__ = "0.2.0"\n')
    assert re.search(
        r"## \[Unreleased\]\n\n## \[0\.2\.0\] - \d{4}-\d\d-\d\d\n\n### Added\n\n- Everything\.\n",
        project.read("CHANGELOG.md"),
    )
    out = project.folder / "dist" / "release"
    assert {file.name for file in out.iterdir()} == FILE_NAMES
    for line in project.read("dist/release/SHA256SUMS").splitlines():
        digest, name = line.split("  ")
        assert hashlib.sha256((out / name).read_bytes()).hexdigest() == digest
    assert "Left out: the AAR and the Maven repository; they need javac, javadoc, mvn." in said


def test_files_of_a_versions_tag_made_again_have_the_same_checksums(project):
    project.release("0.2.0")
    sums = project.read("dist/release/SHA256SUMS").splitlines()
    project.commit(**{"README.md": "# Later\n"})
    project.git("checkout", "--quiet", "v0.2.0")
    status, said = project.release("--dry-run")
    assert status == 0, said
    assert sums_in(said) == sums
    assert len(sums) == len(FILE_NAMES) - 1


def test_dry_run_changes_nothing_and_shows_the_same_sums_to_everybody(project):
    before = project.state()
    said = [project.release("0.2.0", "--dry-run", umask=umask) for umask in (0o022, 0o077)]
    assert project.state() == before
    assert [status for status, _ in said] == [0, 0]
    assert len(sums_in(said[0][1])) == len(FILE_NAMES) - 1
    assert sums_in(said[0][1]) == sums_in(said[1][1])


def test_only_what_is_committed_is_packed(project):
    status, said = project.release("--dry-run")
    (project.folder / "dbd_mobile" / "forgotten.py").write_text("")
    again = project.release("--dry-run")
    assert status == 0, said
    assert sums_in(again[1]) == sums_in(said)
    assert said.endswith("Nothing was kept.")


@pytest.mark.parametrize(
    ("version", "reason"),
    [
        ("0.1.0", "0.1.0 is not higher than 0.1.0, which the checkout has."),
        ("0.0.10", "0.0.10 is not higher than 0.1.0, which the checkout has."),
        ("0.2", "A version is three numbers, such as 1.2.3, not '0.2'"),
        ("v0.2.0", "not 'v0.2.0'"),
        ("0.2.0rc1", "not '0.2.0rc1'"),
        ("0.02.0", "not '0.02.0'"),
    ],
)
def test_number_that_is_none_or_not_higher_is_refused(project, version, reason):
    before = project.state()
    status, said = project.release(version)
    assert status == 1
    assert reason in said
    assert "\n" not in said
    assert project.state() == before


def test_tree_that_is_not_clean_is_refused(project):
    (project.folder / "README.md").write_text("# Changed\n")
    (project.folder / "new.txt").write_text("new")
    status, said = project.release("0.2.0", "--dry-run")
    assert status == 1
    assert said.startswith("These files are not committed: README.md, new.txt; commit or remove")


def test_tag_that_is_there_is_refused(project):
    project.git("tag", "v0.2.0")
    status, said = project.release("0.2.0")
    assert status == 1
    assert said == "There is a tag v0.2.0 already: take a higher number."


@pytest.mark.parametrize(
    ("changelog", "reason"),
    [
        (CHANGELOG.replace("- Everything.\n", ""), "CHANGELOG.md says nothing of what is new"),
        (CHANGELOG.replace("[Unreleased]", "Next"), "has no line '## [Unreleased]'"),
    ],
)
def test_changelog_without_entries_is_refused(project, changelog, reason):
    project.commit(**{"CHANGELOG.md": changelog})
    before = project.state()
    status, said = project.release("0.2.0")
    assert status == 1
    assert reason in said
    assert project.state() == before


def test_version_is_named_unless_nothing_is_kept(project):
    assert project.release() == (
        1,
        "Name the version: make release VERSION=1.2.3, or make it DRY=1.",
    )


def test_model_that_is_not_its_cards_is_refused_and_leaves_no_version(project):
    card = FILES["dbd_mobile/models/tiny/card.json"].replace("sha256", "was")
    card = card.replace('"id"', '"sha256": "0", "id"')
    project.commit(**{"dbd_mobile/models/tiny/card.json": card})
    before = project.state()
    status, said = project.release("0.2.0")
    assert status == 1
    assert "dbd_mobile/models/tiny/model.tflite is not the file that its card.json names" in said
    assert project.state() == before


def test_committer_whom_git_does_not_know_is_told_so(project, monkeypatch):
    monkeypatch.delenv("GIT_COMMITTER_NAME")
    monkeypatch.delenv("GIT_COMMITTER_EMAIL")
    project.git("config", "user.useConfigOnly", "true")
    status, said = project.release("0.2.0")
    assert status == 1
    assert said.startswith("git does not know who you are: run git config user.name NAME")


def test_changelog_that_is_missing_is_one_sentence(project):
    (project.folder / "CHANGELOG.md").unlink()
    project.commit()
    status, said = project.release("0.2.0")
    assert status == 1
    assert said.endswith("CHANGELOG.md: No such file or directory.")
    assert "\n" not in said


def test_folder_without_a_repository_is_refused_in_gits_words(tmp_path, project):
    elsewhere = type(project)(tmp_path)
    status, said = elsewhere.release("0.2.0")
    assert status == 1
    assert "not a git repository" in said
    assert "Traceback" not in said
