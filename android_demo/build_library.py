"""Builds the Android library without Gradle, from pinned inputs: ``build_library.py TASK``.

``aar``
    ``dist/dbd-VERSION.aar``: the same bytes every time for the same sources, inputs and JDK.
``javadoc``
    ``build/android/javadoc``; fails on anything that doclint finds.
``test``
    The JUnit tests on this machine's JVM, those of inference included: on 64-bit x86 Linux
    TensorFlow Lite's native library for Android is loaded into it.
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
            f"{command[0]} is missing; run: apt-get install openjdk-17-jdk-headless maven gcc"
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


def host_java():
    """The java command, class path and environment that tests run with."""
    tests = BUILD / "tests"
    paths = class_path(tests, BUILD / "classes", *tflite_jars(), *JUNIT)
    library = TFLITE / "jni" / "x86_64"
    standins = BUILD / "standins"
    if not (standins / "libc.so").exists():
        script = ANDROID / "host" / "bionic_standins.py"
        file = library / "libtensorflowlite_jni.so"
        run(sys.executable, script, standins, "gcc", "x86_64", file)
    command = ["java", "-Xmx256m", f"-Ddbd.root={ROOT}", f"-Djava.library.path={library}"]
    return [*command, "-cp", paths], {**os.environ, "LD_LIBRARY_PATH": str(standins)}


def test(*arguments):
    """Run the JUnit tests; arguments are further options of java."""
    tests = compile_tests()
    command, environment = host_java()
    names = sorted(file.stem for file in (tests / "org" / "dbdmobile").glob("*Test.class"))
    classes = [f"org.dbdmobile.{name}" for name in names]
    runner = "org.junit.runner.JUnitCore"
    run(*command[:-2], *arguments, *command[-2:], runner, *classes, env=environment)


def bench(*arguments):
    """Run the JMH benchmarks."""
    classes = compile_library()
    paths = [classes, *JMH]
    processor = ["-processorpath", class_path(JMH_PROCESSOR, *JMH)]
    out = compile_java(BUILD / "jmh", paths, [SOURCES / "jmh" / "java"], *processor)
    run("java", "-cp", class_path(out, *paths), "org.openjdk.jmh.Main", *arguments)


TASKS = {"aar": aar, "bench": bench, "javadoc": javadoc, "test": test}


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
