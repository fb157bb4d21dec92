"""Moving photos: nothing is lost or overwritten, whatever happens at whatever moment."""

import errno
import os
import shutil
import signal
import sys
import tempfile
import warnings
from collections import Counter
from pathlib import Path

import pytest

from dbd_mobile import ArgumentError, InputError
from dbd_mobile.jobs.library import undo_moves
from dbd_mobile.jobs.library.bursts import JOURNAL, Move
from dbd_mobile.jobs.library.bursts.file_move import finish_move, move_file
from dbd_mobile.jobs.library.bursts.move_journal import opened_mover, read_moves

posix = pytest.mark.skipif(os.name != "posix", reason="needs a fork")
KINDS = ("link", "no second names", "other file system")


@pytest.fixture(params=KINDS)
def target_folder(request, tmp_path, monkeypatch):
    """A folder that photos are moved to, in each of the three ways."""
    if request.param == "other file system":
        elsewhere = Path("/dev/shm")
        if not elsewhere.is_dir() or elsewhere.stat().st_dev == tmp_path.stat().st_dev:
            pytest.skip("there is no other file system")
        with tempfile.TemporaryDirectory(dir=elsewhere) as folder:
            yield Path(folder, "moved")
        return
    if request.param == "no second names":

        def refuse(*names, **options):
            raise OSError(errno.EPERM, os.strerror(errno.EPERM))

        monkeypatch.setattr(os, "link", refuse)
    yield tmp_path / "moved"


def fail(error):
    raise error


def contents(*folders):
    """How often each content is there under a name that a user sees, but for the journal."""
    return Counter(
        path.read_bytes()
        for folder in folders
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith((".", JOURNAL))
    )


def test_file_is_moved_as_it_is(target_folder, tmp_path):
    source, target = tmp_path / "a.jpg", target_folder / "in" / "a.jpg"
    source.write_bytes(b"a" * 100_000)
    os.utime(source, (1_000_000_000, 1_000_000_000))
    source.chmod(0o640)
    move_file(source, target)
    assert not source.exists()
    assert target.read_bytes() == b"a" * 100_000
    assert (target.stat().st_mtime, target.stat().st_mode & 0o777) == (1_000_000_000, 0o640)
    assert os.listdir(target.parent) == ["a.jpg"]


@pytest.mark.parametrize("is_link", [False, True])
def test_what_is_there_is_never_replaced(target_folder, tmp_path, is_link):
    source, target = tmp_path / "a.jpg", target_folder / "a.jpg"
    source.write_bytes(b"a")
    target_folder.mkdir()
    if is_link:
        # Of a file that is not there: no file, and yet something.
        target.symlink_to(tmp_path / "none")
    else:
        target.write_bytes(b"b")
    with pytest.raises(FileExistsError):
        move_file(source, target)
    if not is_link:
        with pytest.raises(FileExistsError):
            finish_move(source, target)
        assert target.read_bytes() == b"b"
    assert source.read_bytes() == b"a"
    assert os.listdir(target_folder) == ["a.jpg"]


def test_link_is_no_file_to_move(target_folder, tmp_path):
    (tmp_path / "a.jpg").write_bytes(b"a")
    link = tmp_path / "link.jpg"
    link.symlink_to("a.jpg")
    with pytest.raises(OSError, match="link"):
        move_file(link, target_folder / "link.jpg")
    assert link.read_bytes() == b"a"


def test_one_name_by_two_ways_is_not_taken_for_two_names(tmp_path):
    """Taking away "the other one" would take the only one."""
    folder, alias = tmp_path / "folder", tmp_path / "alias"
    folder.mkdir()
    alias.symlink_to(folder, target_is_directory=True)
    photo = folder / "a.jpg"
    photo.write_bytes(b"a")
    # A second name elsewhere, so that their number says nothing.
    os.link(photo, tmp_path / "b.jpg")
    with pytest.raises(FileExistsError):
        finish_move(photo, alias / "a.jpg")
    assert photo.read_bytes() == b"a"


def test_source_that_cannot_be_removed_stays_and_its_copy_goes(
    target_folder, tmp_path, monkeypatch
):
    source, target = tmp_path / "in" / "a.jpg", target_folder / "a.jpg"
    source.parent.mkdir()
    source.write_bytes(b"a")
    unlink, replace = os.unlink, os.replace

    def refuse(path, *rest, of):
        if Path(path) == source:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        of(path, *rest)

    monkeypatch.setattr(os, "unlink", lambda path: refuse(path, of=unlink))
    monkeypatch.setattr(os, "replace", lambda path, name: refuse(path, name, of=replace))
    with pytest.raises(PermissionError):
        move_file(source, target)
    assert source.read_bytes() == b"a"
    assert os.listdir(target_folder) == []


@pytest.mark.parametrize("is_removed", [False, True])
def test_file_that_changes_while_it_is_copied_stays_and_one_that_goes_is_kept(
    tmp_path, monkeypatch, is_removed
):
    source, target = tmp_path / "a.jpg", tmp_path / "moved" / "a.jpg"
    source.write_bytes(b"a")
    link, copy = os.link, shutil.copyfileobj

    def refuse(path, name):
        if Path(path) == source:
            raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))
        link(path, name)

    def copied_as_it_changes(file, *rest):
        copy(file, *rest)
        if is_removed:
            source.unlink()
        else:
            source.write_bytes(b"longer")

    monkeypatch.setattr(os, "link", refuse)
    monkeypatch.setattr(shutil, "copyfileobj", copied_as_it_changes)
    if is_removed:
        move_file(source, target)
        assert target.read_bytes() == b"a"
    else:
        with pytest.raises(OSError, match="changed while it was copied"):
            move_file(source, target)
        assert source.read_bytes() == b"longer"
        assert os.listdir(target.parent) == []


@pytest.fixture
def shots(tmp_path, target_folder):
    """Three shots of two files each, and where they go."""
    folder = tmp_path / "photos"
    folder.mkdir()
    shots = []
    for number in range(3):
        names = [f"{number}.JPG.xmp", f"{number}.JPG"]
        for name in names:
            (folder / name).write_bytes(name.encode() * 50)
        shots.append([Move(folder / name, target_folder / name) for name in names])
    return shots


def test_moves_are_in_the_journal_and_can_be_undone(shots, target_folder, tmp_path):
    before = contents(tmp_path / "photos", target_folder)
    with opened_mover(target_folder, fail) as mover:
        assert mover.move(shots[:2], fail) == [True, True]
        assert mover.move(shots[2:], fail) == [True]
    moves = [move for shot in shots for move in shot]
    assert read_moves(target_folder).moved == moves
    assert contents(target_folder) == before
    for apply in (False, True):
        assert list(undo_moves(target_folder, apply=apply)) == moves[::-1]
    assert contents(tmp_path / "photos") == before
    assert contents(target_folder) == Counter()
    # What is undone is done with.
    assert list(undo_moves(target_folder, apply=True)) == []


def test_shot_goes_whole_or_not_at_all(shots, target_folder, tmp_path):
    shots[1][1].source.unlink()
    said = []
    with opened_mover(target_folder, fail) as mover:
        assert mover.move(shots, said.append) == [True, False, True]
    (error,) = said
    assert str(error) == (
        f"{shots[1][1].source} is not moved to {shots[1][1].target}: No such file or directory."
    )
    assert sorted(path.name for path in (tmp_path / "photos").iterdir()) == ["1.JPG.xmp"]
    assert read_moves(target_folder).moved == [*shots[0], *shots[2]]


def test_shot_is_back_before_its_failure_is_raised(shots, target_folder, tmp_path):
    before = contents(tmp_path / "photos")
    shots[0][1].target.parent.mkdir()
    shots[0][1].target.write_bytes(b"mine")
    with (
        opened_mover(target_folder, fail) as mover,
        pytest.raises(InputError, match="there is another file of that name"),
    ):
        mover.move(shots[:1], fail)
    assert contents(tmp_path / "photos") == before
    assert contents(target_folder) == Counter([b"mine"])


def kill_before(event_number):
    """Have this process killed before so many of its changes to files; for a forked child."""
    left = event_number

    def watch(event, arguments):
        nonlocal left
        is_change = event in ("os.link", "os.remove", "os.rename", "os.mkdir", "os.truncate")
        if is_change or (event == "open" and arguments[2] & (os.O_WRONLY | os.O_RDWR)):
            left -= 1
            if left < 0:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(watch)


def killed(work, event_number):
    """Do work in a child that is killed; False if it came to its end before."""
    with warnings.catch_warnings():
        # Of threads that the child does without.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        try:
            kill_before(event_number)
            work()
            os._exit(0)
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    return os.WIFSIGNALED(status)


@posix
def test_killed_at_every_moment_nothing_is_lost_and_the_next_one_goes_on(
    shots, target_folder, tmp_path
):
    for move in shots.pop():
        move.source.unlink()
    before = contents(tmp_path / "photos", target_folder)

    def work():
        with opened_mover(target_folder, fail) as mover:
            pending = read_moves(target_folder).moved
            mover.move([shot for shot in shots if shot[1] not in pending], fail)

    moments = 0
    while killed(work, moments):
        after = contents(tmp_path / "photos", target_folder)
        # Whole, in one place or both; half a copy has no name that a user sees. Where there are no
        # second names, a name may be taken in advance, by a file of nothing.
        after.pop(b"", None)
        assert after.keys() == before.keys()
        assert set(after.values()) <= {1, 2}
        # What was begun is brought to its end, and all goes back for the next moment.
        with opened_mover(target_folder, fail):
            pass
        assert contents(tmp_path / "photos", target_folder) == before
        moved = read_moves(target_folder).moved
        assert {move.target.exists() for move in moved} <= {True}
        list(undo_moves(target_folder, apply=True))
        assert contents(tmp_path / "photos") == before
        assert not [name for name in os.listdir(target_folder) if name.endswith(".part")]
        moments += 1
    assert moments > 12
    assert contents(target_folder) == before


@posix
def test_undoing_killed_at_every_moment_loses_nothing_either(shots, target_folder, tmp_path):
    before = contents(tmp_path / "photos", target_folder)
    with opened_mover(target_folder, fail) as mover:
        mover.move(shots, fail)
    moments = 0
    while killed(lambda: list(undo_moves(target_folder, apply=True)), moments):
        after = contents(tmp_path / "photos", target_folder)
        after.pop(b"", None)
        assert after.keys() == before.keys()
        assert set(after.values()) <= {1, 2}
        moments += 1
        if moments > 60:
            break
    list(undo_moves(target_folder, apply=True))
    assert contents(tmp_path / "photos") == before
    assert contents(target_folder) == Counter()


def test_second_process_is_refused(target_folder):
    with (
        opened_mover(target_folder, fail),
        pytest.raises(ArgumentError, match="Another process writes to"),
        opened_mover(target_folder, fail),
    ):
        pass


@pytest.mark.parametrize(
    "line",
    [
        b"mine\n",
        b"{}\n",
        b'{"plan": 1}\n',
        b'{"moved": [[["/a", "../b"]]]}\n',
        b'{"moved": [[["/a", "/etc/b"]]]}\n',
        b'{"moved": [[["a", "b"]]]}\n',
        b"[" * 9999 + b"\n",
    ],
)
def test_foreign_journal_is_never_written_to_or_followed(tmp_path, line):
    (tmp_path / JOURNAL).write_bytes(line)
    for act in (lambda: list(undo_moves(tmp_path, apply=True)), lambda: read_moves(tmp_path)):
        with pytest.raises(InputError, match=r"Line 1 of .* was not written by"):
            act()
    assert (tmp_path / JOURNAL).read_bytes() == line


def test_undo_replaces_nothing_and_goes_on(shots, target_folder, tmp_path):
    with opened_mover(target_folder, fail) as mover:
        mover.move(shots, fail)
    taken = shots[1][1].source
    taken.write_bytes(b"new")
    said = []
    undone = list(undo_moves(target_folder, apply=True, on_problem=said.append))
    assert len(undone) == 5
    assert [str(error) for error in said] == [
        f"{shots[1][1].target} is not moved to {taken}: there is another file of that name."
    ]
    assert taken.read_bytes() == b"new"
    assert read_moves(target_folder).moved == [shots[1][1]]


def test_folder_that_nothing_was_moved_to_is_one_sentence(tmp_path):
    with pytest.raises(InputError, match=rf"Nothing was moved to .*: there is no {JOURNAL}"):
        list(undo_moves(tmp_path))


def test_names_that_are_no_text_come_back(target_folder, tmp_path):
    folder = tmp_path / "photos"
    folder.mkdir()
    source = folder / "\udcff\u2603\n.jpg"
    try:
        source.write_bytes(b"a")
    except OSError:
        pytest.skip("this file system does not take such names")
    with opened_mover(target_folder, fail) as mover:
        mover.move([[Move(source, target_folder / source.name)]], fail)
    assert not source.exists()
    list(undo_moves(target_folder, apply=True))
    assert source.read_bytes() == b"a"
