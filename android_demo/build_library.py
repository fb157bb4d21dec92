"""Builds the Android library without Gradle, from pinned inputs: ``build_library.py TASK``.

``aar``
    ``dist/dbd-VERSION.aar``: the same bytes every time for the same sources, inputs and JDK.
``javadoc``
    ``build/android/javadoc``; fails on anything that doclint finds.
``test``
    The JUnit tests on this machine's JVM, those of inference included: on 64-bit x86 Linux
    TensorFlow Lite's native library for Android is loaded into it.
``test-arm64``
    The same tests, fewer times, with the library for arm64 phones, in an emulated root that is made
    with mmdebstrap; as root, on 64-bit x86 Linux.
``bench``
    The JMH benchmarks, with further arguments passed on.
"""

import hashlib
import io
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

ANDROID = Path(__file__).resolve().parent
ROOT = ANDROID.parent
SOURCES = ANDROID / "dbd" / "src"
MODELS = ROOT / "dbd_mobile" / "models"
BUILD = ROOT / "build" / "android"
FETCHED = BUILD / "inputs"
TFLITE = BUILD / "tflite"

FETCH_PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies"
ANDROID_ALL = FETCHED / "android-all-14-robolectric-10818077.jar"
JUNIT = [FETCHED / "junit-4.13.2.jar", FETCHED / "hamcrest-core-1.3.jar"]
JUNIT_RUNNER = "org.junit.runner.JUnitCore"
JMH = [FETCHED / f"{name}.jar" for name in ("jmh-core-1.37", "jopt-simple-5.0.4")]
JMH.append(FETCHED / "commons-math3-3.6.1.jar")
JMH_PROCESSOR = FETCHED / "jmh-generator-annprocess-1.37.jar"
# Warnings are errors; the class path of Android lacks some of its own annotations.
LINT = "-Xlint:all,-options,-classfile,-processing"
# The date that every file in an archive gets.
ARCHIVE_DATE = (1980, 1, 1, 0, 0, 0)


class BuildError(Exception):
    """Something is missing or failed; the message says what to do."""


def version():
    """The version of the Python package, which the library shares."""
    names = {}
    exec((ROOT / "dbd_mobile" / "version.py").read_text(encoding="utf-8"), names)
    return names["__version__"]


def run(*command, **options):
    """Run a command; its output goes to the screen, its failure ends the build."""
    try:
        subprocess.run([str(part) for part in command], check=True, **options)
    except FileNotFoundError:
        raise BuildError(
            f"{command[0]} is missing; android_demo/README.md says what to install"
        ) from None
    except subprocess.CalledProcessError as error:
        raise BuildError(f"{command[0]} failed with {error.returncode}") from None


def class_path(*parts):
    """Java's class path of files and folders."""
    return os.pathsep.join(str(part) for part in parts)


def pinned():
    """Name and SHA-256 of every input."""
    lines = (ANDROID / "inputs" / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    return {name: checksum for checksum, name in (line.split() for line in lines)}


def fetch():
    """Fetch what is missing, check everything, unpack TensorFlow Lite."""
    wanted = pinned()
    if any(not (FETCHED / name).is_file() for name in wanted):
        options = ["-q", "-B", "-DexcludeTransitive=true", f"-DoutputDirectory={FETCHED}"]
        run("mvn", "-f", ANDROID / "inputs" / "pom.xml", *options, FETCH_PLUGIN)
    for name, checksum in wanted.items():
        content = (FETCHED / name).read_bytes()
        if hashlib.sha256(content).hexdigest() != checksum:
            raise BuildError(f"{FETCHED / name} is not the pinned file; delete it and try again")
    if not (TFLITE / "done").exists():
        for name in ("tensorflow-lite-2.16.1.aar", "tensorflow-lite-api-2.16.1.aar"):
            with zipfile.ZipFile(FETCHED / name) as aar:
                (TFLITE / "jars").mkdir(parents=True, exist_ok=True)
                (TFLITE / "jars" / f"{name}.jar").write_bytes(aar.read("classes.jar"))
                aar.extractall(TFLITE, [item for item in aar.namelist() if "jni/" in item])
        (TFLITE / "done").touch()


def tflite_jars():
    """The classes ``org.tensorflow.lite``."""
    return sorted((TFLITE / "jars").iterdir())


def compile_java(out, paths, folders, *options):
    """Compile every source file in the folders, as Java 8, into a fresh folder."""
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    files = sorted(file for folder in folders for file in folder.rglob("*.java"))
    java8 = ["--release", "8", "-encoding", "UTF-8", "-g", LINT, "-Werror"]
    run("javac", *java8, *options, "-cp", class_path(*paths), "-d", out, *files)
    return out


def compile_library():
    """The library's classes; with the guide's sample, which has to compile too."""
    fetch()
    paths = [ANDROID_ALL, *tflite_jars()]
    classes = compile_java(BUILD / "classes", paths, [SOURCES / "main" / "java"])
    compile_java(BUILD / "sample", [classes, *paths], [SOURCES / "sample" / "java"])
    return classes


def write_archive(file, entries):
    """A zip of (name, bytes) whose bytes depend on nothing else."""
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in entries:
            info = zipfile.ZipInfo(name, ARCHIVE_DATE)
            info.external_attr = 0o644 << 16
            # Models stay as they are, so that an app may map them.
            stored = name.endswith((".tflite", ".jar"))
            info.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
            archive.writestr(info, content)


def aar():
    """Pack the library."""
    classes = compile_library()
    jar = io.BytesIO()
    files = sorted(file for file in classes.rglob("*.class"))
    entries = [(file.relative_to(classes).as_posix(), file.read_bytes()) for file in files]
    manifest = "Manifest-Version: 1.0\n\n"
    write_archive(jar, [("META-INF/MANIFEST.MF", manifest), *entries])
    metadata = "aarFormatVersion=1.0\naarMetadataVersion=1.0\nminCompileSdk=26\n"
    entries = [
        ("AndroidManifest.xml", packaged_manifest()),
        ("LICENSE", (ROOT / "LICENSE").read_bytes()),
        ("META-INF/com/android/build/gradle/aar-metadata.properties", metadata),
        ("NOTICE", (ROOT / "NOTICE").read_bytes()),
        ("R.txt", b""),
        ("classes.jar", jar.getvalue()),
        ("proguard.txt", (ANDROID / "dbd" / "consumer-rules.pro").read_bytes()),
    ]
    for card in sorted(MODELS.glob("*/card.json")):
        for file in (card, card.with_name("model.tflite")):
            entries.append((f"assets/{card.parent.name}/{file.name}", file.read_bytes()))
    out = ROOT / "dist" / f"dbd-{version()}.aar"
    out.parent.mkdir(exist_ok=True)
    write_archive(out, sorted(entries))
    print(f"{out.relative_to(ROOT)}: {out.stat().st_size} bytes")


def packaged_manifest():
    """The manifest with what Gradle would add to it: the package and the oldest Android."""
    text = (SOURCES / "main" / "AndroidManifest.xml").read_text(encoding="utf-8")
    filled = (
        '<manifest xmlns:android="http://schemas.android.com/apk/res/android"\n'
        '    package="org.dbdmobile">\n'
        '    <uses-sdk android:minSdkVersion="26" />\n'
        "</manifest>"
    )
    return text.replace("<manifest />", filled)


def javadoc():
    """The API's documentation; anything that is missing from it fails the build."""
    compile_library()
    out = BUILD / "javadoc"
    shutil.rmtree(out, ignore_errors=True)
    paths = class_path(ANDROID_ALL, *tflite_jars())
    options = ["-quiet", "-Xdoclint:all", "-Werror", "--release", "8", "-notimestamp"]
    files = sorted((SOURCES / "main" / "java").rglob("*.java"))
    run("javadoc", *options, "-encoding", "UTF-8", "-cp", paths, "-d", out, *files)


def compile_tests():
    """The tests; those of ``hostTest`` bring stand-ins for the Android classes that they use."""
    classes = compile_library()
    paths = [classes, *tflite_jars(), *JUNIT]
    host = [SOURCES / "test" / "java", SOURCES / "hostTest" / "java"]
    return compile_java(BUILD / "tests", paths, host)


def standins(out, compiler, arch, abi):
    """Build the stand-ins for Android's C library; the folder that they are in."""
    made = out / "libc.so"
    sources = list((ANDROID / "host").iterdir())
    if not made.exists() or made.stat().st_mtime < max(file.stat().st_mtime for file in sources):
        library = TFLITE / "jni" / abi / "libtensorflowlite_jni.so"
        script = ANDROID / "host" / "bionic_standins.py"
        run(sys.executable, script, out, compiler, arch, library)
    return out


def on_host(name, *arguments, options=()):
    """Run a Java program beside the tests, with TensorFlow Lite's x86_64 library for Android."""
    out = standins(BUILD / "standins", "gcc", "x86_64", "x86_64")
    paths = class_path(BUILD / "tests", BUILD / "classes", *tflite_jars(), *JUNIT)
    properties = [f"-Ddbd.root={ROOT}", f"-Djava.library.path={TFLITE / 'jni' / 'x86_64'}"]
    # A heap of one size, so that a test sees the native memory grow and nothing else.
    heap = ["-Xms128m", "-Xmx128m", "-XX:+AlwaysPreTouch"]
    command = ["java", *heap, *properties, *options, "-cp", paths, name, *arguments]
    run(*command, env={**os.environ, "LD_LIBRARY_PATH": str(out)})


def on_arm64(name, *arguments, options=()):
    """Run a Java program beside the tests, with the arm64 library, on an emulated processor.

    Paths in the arguments are those of the emulated root, where ``/dbd`` is its folder ``dbd``.
    """
    work = arm64_root() / "dbd"
    for source in (BUILD / "tests", BUILD / "classes"):
        shutil.rmtree(work / source.name, ignore_errors=True)
        shutil.copytree(source, work / source.name)
    jars = [*tflite_jars(), *JUNIT]
    for file in [*jars, TFLITE / "jni" / "arm64-v8a" / "libtensorflowlite_jni.so"]:
        shutil.copy(file, work)
    for path in ("tests/golden", "tests/runtime/data", "dbd_mobile/models"):
        shutil.copytree(ROOT / path, work / path, dirs_exist_ok=True)
    paths = ":".join(["/dbd/tests", "/dbd/classes", *(f"/dbd/{jar.name}" for jar in jars)])
    emulator = ["chroot", work.parent, "/usr/bin/qemu-aarch64-static", "-cpu", "cortex-a72"]
    java = "/usr/lib/jvm/java-17-openjdk-arm64/lib/server/libjvm.so"
    tool_options = " ".join(["-Ddbd.root=/dbd", *options])
    variables = {"LD_LIBRARY_PATH": "/dbd/standins", "JAVA_TOOL_OPTIONS": tool_options}
    for variable, value in variables.items():
        emulator += ["-E", f"{variable}={value}"]
    command = [*emulator, "/dbd/java_launcher", java, paths, "/dbd", name.replace(".", "/")]
    run(*command, *arguments)


def arm64_root():
    """A Debian for arm64 with a JVM, the stand-ins and the launcher; the folder that it is in."""
    root = BUILD / "arm64"
    work = root / "dbd"
    if not (work / "done").exists():
        make_arm64_root(root)
        work.mkdir()
        (work / "done").touch()
    compiler = "aarch64-linux-gnu-gcc"
    standins(work / "standins", compiler, "aarch64", "arm64-v8a")
    headers = Path(shutil.which("javac")).resolve().parents[1] / "include"
    includes = [f"-I{headers}", f"-I{headers / 'linux'}"]
    launcher = ["-o", work / "java_launcher", ANDROID / "host" / "java_launcher.c"]
    run(compiler, "-O1", *includes, *launcher, "-ldl", "-lpthread")
    return root


def make_arm64_root(root):
    """Unpack the packages, and say what the processor is."""
    shutil.rmtree(root, ignore_errors=True)
    root.parent.mkdir(parents=True, exist_ok=True)
    packages = "--include=openjdk-17-jre-headless"
    run("mmdebstrap", "--quiet", "--arch=arm64", "--variant=extract", packages, "bookworm", root)
    shutil.copy(shutil.which("qemu-aarch64-static"), root / "usr" / "bin")
    # What TensorFlow Lite asks of the system before it chooses its kernels: a Cortex-A72 with four
    # cores. The emulator would show this machine's processor.
    core = (
        "processor\t: {}\nBogoMIPS\t: 108.00\nFeatures\t: fp asimd evtstrm crc32 cpuid\n"
        "CPU implementer\t: 0x41\nCPU architecture: 8\nCPU variant\t: 0x0\n"
        "CPU part\t: 0xd08\nCPU revision\t: 3\n\n"
    )
    facts = {
        "proc/cpuinfo": "".join(core.format(number) for number in range(4)),
        "sys/devices/system/cpu/possible": "0-3\n",
        "sys/devices/system/cpu/present": "0-3\n",
        "sys/devices/system/cpu/kernel_max": "3\n",
    }
    for path, text in facts.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")


def test(*options):
    """Run the JUnit tests; further options go to java."""
    tests = compile_tests()
    names = sorted(file.stem for file in (tests / "org" / "dbdmobile").glob("*Test.class"))
    on_host(JUNIT_RUNNER, *(f"org.dbdmobile.{name}" for name in names), options=options)


def test_arm64():
    """Run the tests of golden vectors and inference."""
    compile_tests()
    names = ["org.dbdmobile.GoldenVectorsTest", "org.dbdmobile.NativeInferenceTest"]
    on_arm64(JUNIT_RUNNER, *names, options=["-Ddbd.effort=3"])


def bench(*arguments):
    """Run the JMH benchmarks."""
    classes = compile_library()
    paths = [classes, *JMH]
    processor = ["-processorpath", class_path(JMH_PROCESSOR, *JMH)]
    out = compile_java(BUILD / "jmh", paths, [SOURCES / "jmh" / "java"], *processor)
    run("java", "-cp", class_path(out, *paths), "org.openjdk.jmh.Main", *arguments)


TASKS = {
    "aar": aar,
    "bench": bench,
    "javadoc": javadoc,
    "test": test,
    "test-arm64": test_arm64,
}


def main(arguments):
    """Run one task; 1 and one line where it fails."""
    if not arguments or arguments[0] not in TASKS:
        print(__doc__)
        return 2
    try:
        TASKS[arguments[0]](*arguments[1:])
    except BuildError as error:
        print(f"build_library: {error}.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
