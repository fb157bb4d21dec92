"""``dbd-mobile scan --engine ray``: on two nodes with a processor each, and when one is lost."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from PIL import Image

from dbd_mobile import ArgumentError, BlurDetector, InputError
from dbd_mobile.jobs.library import scan

pytest.importorskip("ray", reason="needs the extra ray")
pq = pytest.importorskip("pyarrow.parquet", reason="needs the extra ray")

DATA = Path(__file__).parent / "data"
MODELS = ("--model", DATA / "tiny_int8.tflite", "--detail", DATA / "tiny_detail.tflite")
NODE = {"num_cpus": 1, "object_store_memory": 100 * 2**20}
# Ray warns of what it does itself.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:ray")
posix = pytest.mark.skipif(os.name != "posix", reason="needs signals of POSIX")

# A photo of which every process dies that judges it, as of one for which the memory is too small.
DEADLY = """
import os
from pathlib import Path
from dbd_mobile import BlurDetector

class DeadlyDetector(BlurDetector):
    def detect(self, image, *, channels=None):
        if image.size_wh == (333, 333):
            os._exit(1)
        return super().detect(image, channels=channels)
"""


@pytest.fixture(scope="module")
def modules(tmp_path_factory):
    """A folder whose modules every worker can import."""
    folder = tmp_path_factory.mktemp("modules")
    (folder / "deadly.py").write_text(DEADLY)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(folder), prepend=os.pathsep)
        patch.syspath_prepend(folder)
        yield folder


@pytest.fixture(scope="module")
def cluster(modules):
    """Two nodes that this machine has, each with a worker's processor."""
    from ray.cluster_utils import Cluster

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        started = Cluster(initialize_head=True, head_node_args={**NODE, "include_dashboard": False})
        started.add_node(**NODE)
        yield started
        started.shutdown()


@pytest.fixture
def many(tmp_path, told):
    """A folder of 120 photos, one of them broken."""
    folder = tmp_path / "many"
    folder.mkdir()
    Image.fromarray(told.photo(640, 480, 2.0)).save(folder / "000.png")
    for number in range(1, 120):
        shutil.copyfile(folder / "000.png", folder / f"{number:03}.png")
    (folder / "060.png").write_bytes(b"broken")
    return folder


def names_in(folder):
    """The names of the photos as any other program finds them; none before the first file."""
    if not folder.exists() or not any(folder.glob("*.parquet")):
        return []
    photos = pq.read_table(folder, columns=["photo"])["photo"].to_pylist()
    return [os.path.basename(photo) for photo in photos]


ALL = {f"{number:03}.png": 1 for number in range(120)}


def test_nodes_find_what_one_process_finds_and_only_the_summary_is_said(
    cluster, run_told, told_detector, many, tmp_path, capfd
):
    folder = tmp_path / "focus"
    scan_many = ("scan", many, "--engine", "ray", "--parquet", folder)
    assert run_told(*scan_many, "--ray-address", cluster.address) == 1
    said = capfd.readouterr()
    assert said.out == f"120 photos: 119 soft, 1 not read; in {folder}\n"
    (error,) = said.err.splitlines()
    assert error.startswith(f"dbd-mobile: {many / '060.png'} is not a photo")
    from dbd_mobile.jobs.cluster import records_of

    found = {record.photo: record for record in records_of(pq.read_table(folder))}
    assert found == {record.photo: record for record in scan([many], told_detector)}


def test_resumed_scan_judges_what_is_new_has_changed_or_was_not_read(
    cluster, run_told, save_told, tmp_path, capsys, monkeypatch
):
    monkeypatch.setenv("RAY_ADDRESS", cluster.address)
    for name in ("a", "b", "c"):
        save_told(f"photos/{name}.png")
    (tmp_path / "photos" / "broken.png").write_bytes(b"no photo")
    folder = tmp_path / "focus"
    scan_photos = ("scan", tmp_path / "photos", "--engine", "ray", "--parquet", folder)
    assert run_told(*scan_photos) == 1
    (first,) = folder.iterdir()
    before = {row["photo"]: row for row in pq.read_table(folder).to_pylist()}
    capsys.readouterr()
    assert run_told(*scan_photos) == 2
    assert "is there already: go on with it by resume (--resume)" in capsys.readouterr().err
    save_told("photos/b.png", 6.0)
    save_told("photos/d.png", 2.0)
    condition = 'verdict == "sharp" or verdict == "blurred"'
    assert run_told(*scan_photos, "--resume", "--where", condition) == 1
    # From the folder and from the cluster.
    assert len(capsys.readouterr().out.splitlines()) == 3
    assert Counter(names_in(folder)) == {f"{n}.png": 1 for n in ("a", "b", "c", "d", "broken")}
    (new,) = set(folder.iterdir()) - {first}
    assert sorted(map(os.path.basename, pq.read_table(new)["photo"].to_pylist())) == [
        *("b.png", "broken.png", "d.png")
    ]
    after = {row["photo"]: row for row in pq.read_table(folder).to_pylist()}
    kept = [str(tmp_path / "photos" / name) for name in ("a.png", "c.png")]
    assert [after[photo] for photo in kept] == [before[photo] for photo in kept]
    assert after[str(tmp_path / "photos" / "b.png")]["verdict"] == "blurred"
    # With nothing to judge nobody is asked.
    (tmp_path / "photos" / "broken.png").unlink()
    monkeypatch.setenv("RAY_ADDRESS", "nobody:1")
    assert run_told(*scan_photos, "--resume") == 0
    assert capsys.readouterr().out.startswith("4 photos: 2 sharp, 1 soft, 1 blurred; in ")


def test_every_photo_is_there_once_when_a_node_is_lost(cluster, told_detector, many, tmp_path):
    from dbd_mobile.jobs.cluster import listed_photos, open_parquet
    from dbd_mobile.jobs.cluster.ray_scan import scan_on_ray

    folder = tmp_path / "focus"
    (node,), found = cluster.worker_nodes, []
    with open_parquet(folder) as store:
        for record in scan_on_ray(
            listed_photos([many]), told_detector, store=store, address=cluster.address
        ):
            found.append(os.path.basename(record.photo))
            if len(found) == 30:
                cluster.remove_node(node, allow_graceful=False)
    cluster.add_node(**NODE)
    assert Counter(found) == ALL
    assert Counter(names_in(folder)) == ALL
    errors = pq.read_table(folder)["error"].to_pylist()
    assert len(errors) - errors.count(None) == 1


def test_photo_that_ends_every_process_has_an_error_and_the_rest_goes_on(
    cluster, save_told, tmp_path
):
    from deadly import DeadlyDetector

    from dbd_mobile.jobs.cluster import listed_photos
    from dbd_mobile.jobs.cluster.ray_scan import scan_on_ray

    for number in range(4):
        save_told(f"photos/{number}.png")
    Image.new("RGB", (333, 333)).save(tmp_path / "photos" / "deadly.png")
    with DeadlyDetector(MODELS[1], detail=MODELS[3], threads=1) as detector:
        records = [
            *scan_on_ray(listed_photos([tmp_path / "photos"]), detector, address=cluster.address)
        ]
    verdicts = {os.path.basename(record.photo): record.verdict for record in records}
    assert verdicts == {**{f"{n}.png": "sharp" for n in range(4)}, "deadly.png": None}
    (error,) = [record.error for record in records if record.error]
    assert error == "The process that judged it died each time, as of too little memory."


# A file of results for every few photos, to see what there is, and time to do something meanwhile.
EAGER = """
import sys, time
from dbd_mobile.jobs.cluster import parquet_store
parquet_store.MAX_AGE_S = 0
add = parquet_store.ParquetStore.add
def add_and_wait(*arguments, **options):
    add(*arguments, **options)
    time.sleep(0.5)
parquet_store.ParquetStore.add = add_and_wait
from dbd_mobile.cli import main
sys.exit(main())
"""


def started(*arguments):
    # A background job ignores SIGINT, and what it starts does so too.
    listen = {"preexec_fn": lambda: signal.signal(signal.SIGINT, signal.default_int_handler)}
    return subprocess.Popen(
        [sys.executable, "-c", EAGER, "scan", *map(str, (*MODELS, "--engine", "ray", *arguments))],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **listen if os.name == "posix" else {},
    )


def wait_for(folder, count, process):
    while len(names_in(folder)) < count and process.poll() is None:
        time.sleep(0.01)


def test_killed_at_any_moment_it_goes_on_with_each_photo_once(cluster, many, tmp_path):
    folder = tmp_path / "focus"
    arguments = (many, "--parquet", folder, "--ray-address", cluster.address)
    process = started(*arguments)
    wait_for(folder, 3, process)
    process.kill()
    process.communicate()
    kept = names_in(folder)
    assert 3 <= len(kept) == len(set(kept))
    process = started(*arguments, "--resume", "--ray-log")
    out, err = process.communicate()
    assert process.returncode == 1
    # Ray's words do not get between the results.
    assert "Connecting to existing Ray cluster" in err
    assert out == f"120 photos: 119 soft, 1 not read; in {folder}\n"
    assert Counter(names_in(folder)) == ALL


@posix
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_signals_end_a_cluster_of_this_machine_and_keep_what_was_found(many, tmp_path, name):
    folder, number = tmp_path / "focus", getattr(signal, name)
    process = started(many, "--parquet", folder, "--jobs", 1)
    wait_for(folder, 3, process)
    process.send_signal(number)
    out, err = process.communicate()
    assert (process.returncode, out) == (128 + number, "")
    how, interrupted = err.splitlines()[-2:]
    assert how.endswith(f" photos are in {folder}: the same command with --resume goes on.")
    assert interrupted == "dbd-mobile: interrupted."
    found = names_in(folder)
    assert 3 <= len(found) == len(set(found))


@posix
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_interrupt_that_comes_in_a_destructor_is_not_lost(cluster, many, told_detector):
    from dbd_mobile.jobs.cluster import listed_photos
    from dbd_mobile.jobs.cluster.ray_scan import scan_on_ray

    class Interrupting:
        def __del__(self):
            signal.raise_signal(signal.SIGINT)

    # A background job ignores SIGINT.
    own = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        records = scan_on_ray(listed_photos([many]), told_detector, address=cluster.address)
        next(records)
        Interrupting()
        with pytest.raises(KeyboardInterrupt):
            list(records)
        records.close()
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGINT, own)


def test_node_with_another_version_is_named(cluster, told_detector, photo_file, monkeypatch):
    from dbd_mobile.jobs.cluster import listed_photos, ray_cluster
    from dbd_mobile.jobs.cluster.ray_scan import scan_on_ray

    monkeypatch.setattr(ray_cluster, "__version__", "99")
    with pytest.raises(InputError, match=r"The node .* judges by dbd-mobile .*: install the same"):
        [*scan_on_ray(listed_photos([photo_file]), told_detector, address=cluster.address)]


def test_node_without_the_model_is_named(cluster, save_told, tmp_path):
    from dbd_mobile.jobs.cluster import listed_photos
    from dbd_mobile.jobs.cluster.ray_scan import scan_on_ray

    photo, model = save_told("photo.png"), tmp_path / "mine.tflite"
    shutil.copyfile(MODELS[1], model)
    with BlurDetector(model, detail=MODELS[3], threads=1) as detector:
        _ = detector.detail_sha256
        model.unlink()
        with pytest.raises(InputError, match=r"The node .* cannot judge photos; it needs .*mine"):
            [*scan_on_ray(listed_photos([photo]), detector, address=cluster.address)]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--engine", "ray", "--xmp"], "--xmp does not go with --engine ray, which keeps its"),
        (["--engine", "ray", "--report", "a.html"], "--report does not go with --engine ray"),
        (["--engine", "ray", "--jsonl", "a"], "--jsonl does not go with --engine ray"),
        (["--engine", "ray", "--csv", "a"], "--csv does not go with --engine ray"),
        (["--engine", "ray", "--sqlite", "a"], "--sqlite does not go with --engine ray"),
        (["--engine", "ray", "--resume"], "--resume goes on with a folder: name it by --parquet."),
        (["--parquet", "focus"], "--parquet goes with --engine ray."),
        (["--ray-address", "a:1"], "--ray-address goes with --engine ray."),
        (["--ray-log"], "--ray-log goes with --engine ray."),
        (["s3://bucket/photos"], "s3://bucket/photos is read with --engine ray."),
        (["--engine", "ray", "--ray-address", "here"], "The address of a Ray cluster is HOST:PORT"),
    ],
)
def test_what_stops_the_whole_command_is_one_line_and_status_2(
    run_told, photo_file, capsys, monkeypatch, arguments, sentence
):
    monkeypatch.chdir(photo_file.parent)
    assert run_told("scan", ".", *arguments) == 2
    said = capsys.readouterr()
    assert (said.out, len(said.err.splitlines())) == ("", 1)
    assert said.err.startswith(f"dbd-mobile: {sentence}")
    assert os.listdir() == [photo_file.name]


def test_cluster_that_does_not_answer_is_said_at_once(run_told, photo_file, capsys):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        assert run_told("scan", photo_file, "--engine", "ray", "--ray-address", address) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"dbd-mobile: No Ray cluster answers at {address}: ")


def test_number_of_jobs_is_checked(told_detector):
    from dbd_mobile.jobs.cluster.ray_scan import scan_on_ray

    with pytest.raises(ArgumentError, match="jobs is a whole number from 1, got 0"):
        [*scan_on_ray([], told_detector, jobs=0)]


@pytest.mark.parametrize("package", ["ray", "pyarrow"])
def test_missing_package_is_said_with_the_line_that_installs_it(photo_file, package):
    code = (
        f"import sys; sys.modules[{package!r}] = None; from dbd_mobile.cli import main; "
        f"sys.exit(main(['scan', {str(photo_file)!r}, '--engine', 'ray']))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        f'dbd-mobile: --engine ray needs the package {package}: `pip install "dbd-mobile[ray]"` '
        f"installs it.\n"
    )


def test_package_that_does_not_load_is_said_in_a_sentence(photo_file, tmp_path):
    (tmp_path / "pyarrow.py").write_text("raise ImportError('pyarrow requires NumPy 2.0')")
    code = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r}); from dbd_mobile.cli import main; "
        f"sys.exit(main(['scan', {str(photo_file)!r}, '--engine', 'ray']))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "dbd-mobile: --engine ray cannot be loaded: pyarrow requires NumPy 2.0.\n"


@pytest.mark.parametrize(
    ("modules", "loaded"),
    [
        ("dbd_mobile.cli, dbd_mobile.jobs.library", []),
        ("dbd_mobile.jobs.cluster", ["fsspec", "pyarrow"]),
    ],
)
def test_ray_is_loaded_when_it_is_asked_for(modules, loaded):
    code = (
        f"import sys, {modules}; print(sorted({{'ray', 'pyarrow', 'fsspec'}} & {{*sys.modules}}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str(loaded)
