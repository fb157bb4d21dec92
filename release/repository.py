"""A git repository: what is in a version's way, a clone to make that in, and what it gets."""

from dataclasses import dataclass
from datetime import datetime, time, timezone
from pathlib import Path

from release.command import run
from release.error import ReleaseError


@dataclass(frozen=True)
class Repository:
    """A checkout of a repository.

    Attributes:
        folder: Its root.
    """

    folder: Path

    def git(self, *arguments: str | Path, **environment: str) -> str:
        """Run git here, and give its output without the end of its last line.

        Raises:
            ReleaseError: git is missing, or it failed.
        """
        return run("git", "-C", self.folder, *arguments, environment=environment).rstrip("\n")

    def unclean_files(self) -> list[str]:
        """Files that are not as the commit has them, or are not in it and not ignored either."""
        return [line[3:] for line in self.git("status", "--porcelain").splitlines()]

    def has_tag(self, name: str) -> bool:
        """Whether there is a tag of that name."""
        return self.git("tag", "--list", name) != ""

    def commit_name(self) -> str:
        """The checked-out commit, in short."""
        return self.git("rev-parse", "--short", "HEAD")

    def commit_time(self) -> datetime:
        """When the checked-out commit was made, in UTC; what is packed bears this time."""
        return datetime.fromtimestamp(int(self.git("log", "-1", "--format=%ct")), timezone.utc)

    def identity(self) -> tuple[str, str]:
        """Name and address of who commits here.

        Raises:
            ReleaseError: git does not know them.
        """
        try:
            said = self.git("var", "GIT_COMMITTER_IDENT")
        except ReleaseError:
            raise ReleaseError(
                "git does not know who you are: run git config user.name NAME, and git config"
                " user.email ADDRESS."
            ) from None
        name, _, rest = said.rpartition(" <")
        return name, rest.partition(">")[0]

    def clone(self, folder: Path) -> "Repository":
        """Clone the checked-out commit into a new folder."""
        run("git", "clone", "--quiet", "--no-tags", self.folder, folder)
        return Repository(folder)

    def commit_as(self, author: "Repository", message: str, day: datetime) -> None:
        """Commit what changed, by the name that another repository's user has.

        The time is the day's beginning, or the last commit's if that is later: the same changes
        made again on the same day are the same commit.

        Raises:
            ReleaseError: git does not know that name.
        """
        midnight = datetime.combine(day, time(), timezone.utc)
        moment = f"{int(max(midnight, self.commit_time()).timestamp())} +0000"
        name, email = author.identity()
        both = {
            f"GIT_{role}_{what}": value
            for role in ("AUTHOR", "COMMITTER")
            for what, value in (("NAME", name), ("EMAIL", email), ("DATE", moment))
        }
        self.git("commit", "--quiet", "--all", f"--message={message}", **both)

    def take_commit(self, clone: "Repository") -> None:
        """Go on to the commit of a clone.

        Raises:
            ReleaseError: This repository has gone another way since.
        """
        self.git("fetch", "--quiet", "--no-tags", clone.folder, "HEAD")
        self.git("merge", "--quiet", "--ff-only", "FETCH_HEAD")

    def add_tag(self, name: str, message: str) -> None:
        """Tag the checked-out commit, with a message."""
        self.git("tag", "--annotate", f"--message={message}", name)
