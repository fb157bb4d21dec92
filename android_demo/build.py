"""Builds the Android library and demo app without Gradle, from pinned inputs: ``build.py TASK``.

``aar``
    ``dist/dbd-VERSION.aar``: the same bytes every time for the same sources, inputs and JDK.
``maven``
    ``dist/maven``: a Maven repository of the library's code and of each model; the same, but for
    the signatures, which are made with a key of gpg's if one is named.
``api``
    ``android_demo/dbd/api.txt``: what apps can name of the library, anew.
``apk``
    ``dist/dbd-demo-VERSION.apk``: the same, signed with the public test key.
``javadoc``
    ``build/android/javadoc``; fails on anything that doclint finds.
``lint``
    What Android's lint says of library and app: nothing, or the build fails.
``test``
    The library's JUnit tests on this machine's JVM, those of inference included: on 64-bit x86
    Linux TensorFlow Lite's native library for Android is loaded into it.
``test-app``
    The same for what the app does without Android.
``test-r8``
    Both, on what R8 makes of the library, the app and TensorFlow Lite, with the rules that apps
    get.
``test-dex``
    Both, on the bytecode that R8 makes of the library and the app, turned back into Java classes.
``test-screens``
    The app's screens on Android's own classes, with Robolectric; their pictures go to
    ``build/android/screens``.
``test-arm64``
    The library's tests, fewer times, with TensorFlow Lite's library for arm64 phones, in an
    emulated root that is made with mmdebstrap; as root, on 64-bit x86 Linux.
``bench``
    The JMH benchmarks, with further arguments passed on.
"""

import hashlib
import io
import os
import shutil
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import native_library
from lint_project import Module, write_project
from maven_repository import GROUP, Artifact, Dependency, write_repository

ANDROID = Path(__file__).resolve().parent
ROOT = ANDROID.parent
SOURCES = ANDROID / "dbd" / "src"
API = ANDROID / "dbd" / "api.txt"
APP_SOURCES = ANDROID / "app" / "src"
SIGNING = ANDROID / "app" / "signing"
MODELS = ROOT / "dbd_mobile" / "models"
BUILD = ROOT / "build" / "android"
INPUTS = ANDROID / "inputs"
FETCHED = BUILD / "inputs"
# Robolectric's inputs are apart: they are large, and no build needs them.
SCREEN_INPUTS = [INPUTS / name for name in ("screens", "screens-26", "screens-35")]
SCREENS_FETCHED = BUILD / "screen-inputs"
SCREENS = BUILD / "screens"
LINT_FETCHED = BUILD / "lint-inputs"
APP = BUILD / "app"
TFLITE = BUILD / "tflite"

FETCH_PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies"
ANDROID_ALL = FETCHED / "android-all-14-robolectric-10818077.jar"
JSPECIFY = FETCHED / "jspecify-1.0.0.jar"
JUNIT = [FETCHED / "junit-4.13.2.jar", FETCHED / "hamcrest-core-1.3.jar"]
JUNIT_RUNNER = "org.junit.runner.JUnitCore"
JMH = [FETCHED / f"{name}.jar" for name in ("jmh-core-1.37", "jopt-simple-5.0.4")]
JMH.append(FETCHED / "commons-math3-3.6.1.jar")
JMH_PROCESSOR = FETCHED / "jmh-generator-annprocess-1.37.jar"
R8 = FETCHED / "r8-9.5.28.jar"
TFLITE_ARCHIVES = ("tensorflow-lite-2.16.1.aar", "tensorflow-lite-api-2.16.1.aar")
# Where the models lie in archives: no other library's assets do.
ASSETS = "assets/org.dbdmobile"
# 2.0 has no org.tensorflow.lite.Interpreter, 2.1 and later have it for the CPU only.
LITERT = Dependency("com.google.ai.edge.litert", "litert", "[1.4.0,1.5)", "1.4.0")
# Of the annotations in public methods; a compiler that does not find them may complain.
ANNOTATIONS = Dependency("org.jspecify", "jspecify", "1.0.0", packaging="jar")
APP_PACKAGE = "org.dbdmobile.demo"
MIN_SDK = 26
TARGET_SDK = 36
# x86 phones are all 64-bit ones; its 32-bit library would be a third of the APK.
ABIS = ("arm64-v8a", "armeabi-v7a", "x86_64")
# Native libraries and models are mapped: at a page of 16 KiB, which is one of 4 KiB too.
PAGE = 16 * 1024
# Warnings are errors, those that are named: asked for all of them javac complains of a place that
# only Java 9 has and that JSpecify's annotation may stand at. Not named are those about class
# files, since the class path of Android lacks some of its own annotations, options and processors.
LINT = (
    "-Xlint:none,auxiliaryclass,cast,dep-ann,deprecation,divzero,empty,fallthrough,finally,"
    "overloads,overrides,path,preview,rawtypes,removal,serial,static,strictfp,synchronization,"
    "text-blocks,try,unchecked,varargs"
)
# For what runs for seconds: there the optimising compiler and a parallel collector cost more than
# they save.
QUICK_JAVA = ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"]
QUICK_JAVAC = [f"-J{option}" for option in QUICK_JAVA]
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
        return subprocess.run([str(part) for part in command], check=True, **options)
    except FileNotFoundError:
        raise BuildError(
            f"{command[0]} is missing; android_demo/README.md says what to install"
        ) from None
    except subprocess.CalledProcessError as error:
        raise BuildError(f"{command[0]} failed with {error.returncode}") from None


def class_path(*parts):
    """Java's class path of files and folders."""
    return os.pathsep.join(str(part) for part in parts)


def pinned(inputs):
    """Name and SHA-256 of every input."""
    lines = (inputs / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    return {name: checksum for checksum, name in (line.split() for line in lines)}


def fetch_pinned(inputs, folder):
    """Fetch what is missing of one folder of inputs, check everything."""
    wanted = pinned(inputs)
    if any(not (folder / name).is_file() for name in wanted):
        options = ["-q", "-B", "-DexcludeTransitive=true", f"-DoutputDirectory={folder}"]
        run("mvn", "-f", inputs / "pom.xml", *options, FETCH_PLUGIN)
    for name, checksum in wanted.items():
        content = (folder / name).read_bytes()
        if hashlib.sha256(content).hexdigest() != checksum:
            raise BuildError(f"{folder / name} is not the pinned file; delete it and try again")


def fetch():
    """Fetch what the builds need, and unpack TensorFlow Lite."""
    fetch_pinned(INPUTS, FETCHED)
    if not (TFLITE / "rules" / f"{TFLITE_ARCHIVES[-1]}.pro").exists():
        for folder in ("jars", "rules"):
            (TFLITE / folder).mkdir(parents=True, exist_ok=True)
        for name in TFLITE_ARCHIVES:
            with zipfile.ZipFile(FETCHED / name) as aar:
                (TFLITE / "jars" / f"{name}.jar").write_bytes(aar.read("classes.jar"))
                (TFLITE / "rules" / f"{name}.pro").write_bytes(aar.read("proguard.txt"))
                aar.extractall(TFLITE, [item for item in aar.namelist() if "jni/" in item])


def tflite_jars():
    """The classes ``org.tensorflow.lite``."""
    return sorted((TFLITE / "jars").iterdir())


def compile_java(out, paths, folders, *options):
    """Compile every source file in the folders, as Java 8, into a fresh folder.

    A folder that was made of the same is left as it is.
    """
    files = sorted(file for folder in folders for file in folder.rglob("*.java"))
    java8 = ["--release", "8", "-encoding", "UTF-8", "-g", LINT, "-Werror"]
    command = ["javac", *java8, *options, "-cp", class_path(*paths), "-d", out, *files]
    compiled = sorted(file for path in paths for file in path.rglob("*.class"))
    made_of = out.with_name(f"{out.name}.sha256")
    digest = compilation_digest(command, [*files, *compiled])
    if out.is_dir() and made_of.is_file() and made_of.read_text() == digest:
        return out
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    run(command[0], *QUICK_JAVAC, *command[1:])
    made_of.write_text(digest)
    return out


def compilation_digest(command, files):
    """SHA-256 of a compiler, its arguments and the content of files.

    The names of the jars say their versions, which are pinned.
    """
    compiler = shutil.which(command[0])
    arguments = [str(part) for part in command]
    digest = hashlib.sha256(repr((arguments, compiler and os.stat(compiler).st_mtime_ns)).encode())
    for file in files:
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def compile_library():
    """The library's classes; with the guide's sample, which has to compile too."""
    fetch()
    paths = [ANDROID_ALL, *tflite_jars(), JSPECIFY]
    classes = compile_java(BUILD / "classes", paths, [SOURCES / "main" / "java"])
    compile_java(BUILD / "sample", [classes, *paths], [SOURCES / "sample" / "java"])
    return classes


def write_archive(file, entries):
    """A zip of (name, bytes) whose bytes depend on nothing else."""
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in entries:
            info = zipfile.ZipInfo(name, ARCHIVE_DATE)
            info.external_attr = 0o644 << 16
            # Models stay as they are, so that an app may map them, and so do native libraries;
            # Android wants the table of resources so, too.
            stored = name.endswith((".tflite", ".jar", ".so", ".arsc"))
            info.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
            if stored:
                start = archive.start_dir + zipfile.sizeFileHeader + len(name.encode())
                info.extra = alignment(start, PAGE if name.endswith((".so", ".tflite")) else 4)
            archive.writestr(info, content)


def alignment(start, page):
    """The extra field that moves an entry's bytes from ``start`` to the next page.

    It is the one that Android's zipalign and apksigner know: what to align to, then zeros.
    """
    header = 6
    padding = -(start + header) % page
    return struct.pack("<HHH", 0xD935, 2 + padding, page) + bytes(padding)


def aar():
    """Pack the library with every model, in one file."""
    out = ROOT / "dist" / f"dbd-{version()}.aar"
    out.parent.mkdir(exist_ok=True)
    out.write_bytes(android_archive(packaged_manifest(), compile_library(), model_files()))
    print(f"{out.relative_to(ROOT)}: {out.stat().st_size} bytes")


def android_archive(manifest, classes, models):
    """The bytes of an AAR; without classes it has no code and no rules for R8."""
    code = []
    if classes is not None:
        files = sorted(classes.rglob("*.class"))
        code = [(file.relative_to(classes).as_posix(), file.read_bytes()) for file in files]
    jar = archive([("META-INF/MANIFEST.MF", "Manifest-Version: 1.0\n\n"), *code])
    metadata = "aarFormatVersion=1.0\naarMetadataVersion=1.0\nminCompileSdk=26\n"
    entries = [
        ("AndroidManifest.xml", manifest),
        ("META-INF/com/android/build/gradle/aar-metadata.properties", metadata),
        ("R.txt", b""),
        ("classes.jar", jar),
        *licenses(),
    ]
    if classes is not None:
        entries.append(("proguard.txt", (ANDROID / "dbd" / "consumer-rules.pro").read_bytes()))
        entries += with_clang(native_library.prefab_entries, BUILD / "native", version(), MIN_SDK)
    entries += [(f"{ASSETS}/{name}", file.read_bytes()) for name, file in models]
    return archive(sorted(entries))


def with_clang(build, *arguments):
    """What building the C library gives; what clang or lld lacks ends the build."""
    try:
        return build(*arguments)
    except FileNotFoundError as error:
        raise BuildError(
            f"{error.filename} is missing; android_demo/README.md says what to install"
        ) from None
    except subprocess.CalledProcessError as error:
        raise BuildError(f"clang failed with {error.returncode}") from None


def native_for(abi):
    """The C library for one of Android's ABIs."""
    return with_clang(native_library.build_library, BUILD / "native" / abi, abi, MIN_SDK)


def archive(entries):
    """The bytes of a zip of (name, bytes)."""
    content = io.BytesIO()
    write_archive(content, entries)
    return content.getvalue()


def licenses():
    """What every archive of this project has."""
    return [(name, (ROOT / name).read_bytes()) for name in ("LICENSE", "NOTICE")]


def maven(key=None):
    """Write a Maven repository; signed with gpg's key of that name, if one is given."""
    out = ROOT / "dist" / "maven"
    shutil.rmtree(out, ignore_errors=True)
    artifacts = [code_artifact(), *(model_artifact(card.parent) for card in model_cards())]
    try:
        for file in write_repository(out, artifacts, version(), key):
            print(f"{file.relative_to(ROOT)}: {file.stat().st_size} bytes")
    except FileNotFoundError:
        raise BuildError("gpg is missing, which signs with the key that was given") from None
    except subprocess.CalledProcessError:
        raise BuildError(
            f"gpg cannot sign with the key {key}; gpg -K lists those there are"
        ) from None
    if key is None:
        print("Not signed: make maven KEY=NAME signs with that key of gpg's.")


def code_artifact():
    """The library without any model."""
    java = SOURCES / "main" / "java"
    sources = [
        (file.relative_to(java).as_posix(), file.read_bytes()) for file in java.rglob("*.java")
    ]
    pages = javadoc()
    described = [
        (file.relative_to(pages).as_posix(), file.read_bytes())
        for file in pages.rglob("*")
        if file.is_file()
    ]
    return Artifact(
        "dbd",
        "Finds, on the device, what in a photo or a camera frame is out of focus. The code; each"
        " model is an artifact of its own.",
        android_archive(packaged_manifest(), compile_library(), []),
        archive(sorted([*sources, *licenses()])),
        archive(sorted([*described, *licenses()])),
        (LITERT, ANNOTATIONS),
    )


def model_artifact(folder):
    """One model; it has no code, so its card stands where sources and documentation are wanted."""
    manifest = (
        '<manifest xmlns:android="http://schemas.android.com/apk/res/android"\n'
        f'    package="org.dbdmobile.models.{folder.name}">\n'
        f'    <uses-sdk android:minSdkVersion="{MIN_SDK}" />\n'
        "</manifest>\n"
    )
    card = archive([*licenses(), ("card.json", (folder / "card.json").read_bytes())])
    return Artifact(
        f"dbd-{folder.name}",
        f"The model {folder.name} of dbd-mobile, as assets, and the library that runs it.",
        android_archive(
            manifest, None, [item for item in model_files() if item[1].parent == folder]
        ),
        card,
        card,
        (Dependency(GROUP, "dbd", version()),),
    )


def model_cards():
    """The card of every bundled model, whichever there are."""
    return sorted(MODELS.glob("*/card.json"))


def model_files():
    """Asset names and files of every bundled model, whichever there are."""
    for card in model_cards():
        for file in (card, card.with_name("model.tflite")):
            yield f"{card.parent.name}/{file.name}", file


def packaged_manifest():
    """The library's manifest with what Gradle adds to it: the package and the oldest Android."""
    text = (SOURCES / "main" / "AndroidManifest.xml").read_text(encoding="utf-8")
    filled = text.replace("<manifest ", '<manifest package="org.dbdmobile" ', 1)
    oldest = f'    <uses-sdk android:minSdkVersion="{MIN_SDK}" />\n'
    return filled.replace('res/android">\n', f'res/android">\n\n{oldest}', 1)


def aapt2(*arguments):
    """Run aapt2, without what it says of parts of Android 12's and 14's that it passes over."""
    try:
        done = subprocess.run(
            ["aapt2", *(str(part) for part in arguments)], stderr=subprocess.PIPE, text=True
        )
    except FileNotFoundError:
        raise BuildError("aapt2 is missing; android_demo/README.md says what to install") from None
    lines = done.stderr.splitlines(keepends=True)
    known = ("Unknown chunk type '200'", "unexpected element <uses-native-library>")
    sys.stderr.writelines(line for line in lines if not any(part in line for part in known))
    if done.returncode:
        raise BuildError(f"aapt2 failed with {done.returncode}")


def link_resources():
    """The app's resources and manifest, linked to Android's, and the class ``R``."""
    shutil.rmtree(APP / "generated", ignore_errors=True)
    APP.mkdir(parents=True, exist_ok=True)
    main = APP_SOURCES / "main"
    text = (main / "AndroidManifest.xml").read_text(encoding="utf-8")
    # What Gradle adds: the package and the versions of Android, which it has from its own file, and
    # that native libraries are mapped where they lie.
    manifest = APP / "AndroidManifest.xml"
    filled = text.replace("<manifest ", f'<manifest package="{APP_PACKAGE}" ', 1)
    filled = filled.replace("<application", '<application android:extractNativeLibs="false"', 1)
    sdk = f'<uses-sdk android:minSdkVersion="{MIN_SDK}" android:targetSdkVersion="{TARGET_SDK}" />'
    filled = filled.replace("    <uses-permission", f"    {sdk}\n    <uses-permission", 1)
    manifest.write_text(filled, encoding="utf-8")
    aapt2("compile", "--dir", main / "res", "-o", APP / "resources.zip")
    options = ["--version-code", 1, "--version-name", version(), "-I", ANDROID_ALL]
    options += ["--manifest", manifest, "--java", APP / "generated"]
    options += ["--proguard", APP / "screens.pro"]
    # Debian's aapt2 is of Android 10, and calls an error what it does not know.
    options += ["--warn-manifest-validation"]
    aapt2("link", *options, "-o", APP / "resources.apk", APP / "resources.zip")


def compile_app():
    """The app's classes, beside the library's."""
    library = compile_library()
    link_resources()
    folders = [APP_SOURCES / "main" / "java", APP / "generated"]
    return library, compile_java(APP / "classes", [library, ANDROID_ALL, *tflite_jars()], folders)


def jar_of(classes, prefixes=("org/dbdmobile/",)):
    """A folder's classes as an archive beside it, those whose names begin so."""
    out = classes.with_name(f"{classes.name}.jar")
    files = ((file.relative_to(classes).as_posix(), file) for file in classes.rglob("*.class"))
    entries = [(name, file.read_bytes()) for name, file in files if name.startswith(prefixes)]
    write_archive(out, sorted(entries))
    return out


def jdk():
    """The folder of the JDK."""
    return Path(shutil.which("javac") or "javac").resolve().parents[1]


def fresh(folder):
    """An empty folder in a build's."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def tflite_rules():
    """What TensorFlow Lite tells R8 to keep."""
    return [TFLITE / "rules" / f"{name}.pro" for name in TFLITE_ARCHIVES]


def r8(out, rules, programs, *options):
    """Shrink classes in R8's full mode, with the library's own rules and TensorFlow Lite's."""
    own = ANDROID / "dbd" / "consumer-rules.pro"
    configured = [part for file in [own, *tflite_rules(), *rules] for part in ("--pg-conf", file)]
    # Robolectric's Android is without Java's own classes: those are the JDK's.
    options = ["--release", "--lib", ANDROID_ALL, "--lib", jdk(), "--output", out, *options]
    # The rules about the GPU are for the apps that have its delegate.
    options += ["--no-data-resources"]
    options += ["--map-diagnostics:UnusedProguardKeepRuleDiagnostic", "info", "none"]
    command = ["java", *QUICK_JAVA, "-cp", R8, "com.android.tools.r8.R8"]
    run(*command, *options, *configured, *programs)
    return out


def dex(library, classes):
    """All classes of the app as Android's bytecode, without what it does not use."""
    folder = fresh(APP / "dex")
    rules = [ANDROID / "app" / "proguard-rules.pro", APP / "screens.pro"]
    programs = [jar_of(library), jar_of(classes), *tflite_jars()]
    r8(folder, rules, programs, "--dex", "--min-api", MIN_SDK)
    return folder / "classes.dex"


def pack_app(library, classes):
    """The demo app, not signed yet."""
    code = dex(library, classes)
    with zipfile.ZipFile(APP / "resources.apk") as resources:
        entries = [(name, resources.read(name)) for name in resources.namelist()]
    entries += [("classes.dex", code.read_bytes())]
    entries += licenses()
    entries += [(f"{ASSETS}/{name}", file.read_bytes()) for name, file in model_files()]
    for abi in ABIS:
        native = f"{abi}/libtensorflowlite_jni.so"
        entries.append((f"lib/{native}", (TFLITE / "jni" / native).read_bytes()))
    unsigned = APP / "unsigned.apk"
    write_archive(unsigned, sorted(entries))
    return unsigned


def apk():
    """Pack and sign the demo app."""
    unsigned = pack_app(*compile_app())
    out = ROOT / "dist" / f"dbd-demo-{version()}.apk"
    out.parent.mkdir(exist_ok=True)
    key = ["--key", SIGNING / "test_key.pk8", "--cert", SIGNING / "test_key.x509.pem"]
    # Android 8 and later need no v1 signature; v4 would be a file beside the APK.
    schemes = ["--v1-signing-enabled", "false", "--v4-signing-enabled", "false"]
    run("apksigner", "sign", *key, *schemes, "--out", out, unsigned)
    # Debian's zipalign knows pages of 4 KiB only; tests look at 16 KiB.
    run("zipalign", "-c", "-p", "4", out)
    run("apksigner", "verify", "--min-sdk-version", MIN_SDK, out)
    print(f"{out.relative_to(ROOT)}: {out.stat().st_size} bytes, of them")
    for part, size in apk_parts(out).items():
        print(f"{size:>10} {part}")


def apk_parts(file):
    """What an APK is made of: bytes as packed, by part; the rest is alignment and signature."""
    sizes = dict.fromkeys(("models", *ABIS, "code", "resources"), 0)
    with zipfile.ZipFile(file) as archive:
        for info in archive.infolist():
            top, *rest = info.filename.split("/")
            part = {"assets": "models", "classes.dex": "code"}.get(top, "resources")
            sizes[rest[0] if top == "lib" else part] += info.compress_size
    sizes["alignment and signature"] = file.stat().st_size - sum(sizes.values())
    return sizes


def lint():
    """Look at library and app with Android's lint; what lint.xml does not allow fails."""
    fetch_pinned(INPUTS / "lint", LINT_FETCHED)
    compile_app()
    folder = fresh(BUILD / "lint")
    manifest = folder / "dbd" / "AndroidManifest.xml"
    manifest.parent.mkdir()
    manifest.write_text(packaged_manifest(), encoding="utf-8")
    main = APP_SOURCES / "main"
    library = Module("dbd", manifest, (SOURCES / "main" / "java",), None, ())
    app = Module(
        "app",
        APP / "AndroidManifest.xml",
        (main / "java", APP / "generated"),
        main / "res",
        (library.name,),
    )
    jars = [*tflite_jars(), JSPECIFY]
    project = write_project(folder, ANDROID, [library, app], jars, ANDROID_ALL)
    fetched = class_path(*sorted(LINT_FETCHED.glob("*.jar")))
    command = ["java", "-XX:+UseSerialGC", "-cp", fetched, "com.android.tools.lint.Main"]
    command += [*project, "--config", ANDROID / "lint.xml", "--text", "stdout"]
    run(*command, "--offline", "--quiet", "-Werror", "--exitcode")


def javadoc():
    """The API's documentation, in a folder; anything that is missing from it fails the build."""
    compile_library()
    out = BUILD / "javadoc"
    shutil.rmtree(out, ignore_errors=True)
    paths = class_path(ANDROID_ALL, *tflite_jars(), JSPECIFY)
    # With 8 it complains of JSpecify, as javac does.
    options = ["-quiet", "-Xdoclint:all", "-Werror", "--release", "9", "-notimestamp"]
    files = sorted((SOURCES / "main" / "java").rglob("*.java"))
    run("javadoc", *QUICK_JAVAC, *options, "-encoding", "UTF-8", "-cp", paths, "-d", out, *files)
    return out


def public_api():
    """What apps can name of the library: one line for each class and each member."""
    classes = compile_library()
    paths = [JSPECIFY, classes, *tflite_jars(), ANDROID_ALL]
    lister = compile_java(BUILD / "api", [JSPECIFY], [SOURCES / "api" / "java"])
    command = ["java", *QUICK_JAVA, "-cp", class_path(lister, *paths), "org.dbdmobile.api.ApiList"]
    return run(*command, classes, stdout=subprocess.PIPE).stdout.decode()


def api():
    """Write the list that the tests compare the library with."""
    API.write_text(public_api(), encoding="utf-8")
    print(f"{API.relative_to(ROOT)}: {len(API.read_text(encoding='utf-8').splitlines())} lines")


def compile_tests():
    """The tests; those of ``hostTest`` bring stand-ins for the Android classes that they use."""
    classes = compile_library()
    paths = [classes, *tflite_jars(), *JUNIT]
    host = [SOURCES / "test" / "java", SOURCES / "hostTest" / "java"]
    return compile_java(BUILD / "tests", paths, host)


def standins(out, compiler, arch, abi):
    """Build the stand-ins for Android's C library; the folder that they are in."""
    made = out / "libc.so"
    libraries = [TFLITE / "jni" / abi / "libtensorflowlite_jni.so", native_for(abi)]
    sources = [*(ANDROID / "host").iterdir(), libraries[1]]
    if not made.exists() or made.stat().st_mtime < max(file.stat().st_mtime for file in sources):
        script = ANDROID / "host" / "bionic_standins.py"
        run(sys.executable, script, out, compiler, arch, *libraries)
    return out


def on_host(name, *arguments, options=(), paths=None):
    """Run a Java program with TensorFlow Lite's x86_64 library for Android.

    Its class path is that of the library's tests if it is not given.
    """
    out = standins(BUILD / "standins", "gcc", "x86_64", "x86_64")
    paths = class_path(*(paths or [BUILD / "tests", BUILD / "classes", *tflite_jars()]), *JUNIT)
    properties = [f"-Ddbd.root={ROOT}", f"-Djava.library.path={TFLITE / 'jni' / 'x86_64'}"]
    # A heap of one size, so that a test sees the native memory grow and nothing else. Every object
    # allocated as written: where the compiler spares one, it does so from some moment on, and what
    # a test counts would depend on when that comes.
    memory = ["-Xms128m", "-Xmx128m", "-XX:+AlwaysPreTouch", "-XX:-DoEscapeAnalysis"]
    command = ["java", *memory, *properties, *options, "-cp", paths, name, *arguments]
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
    headers = jdk() / "include"
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


def test_names(tests):
    """The test classes in a folder of classes."""
    files = sorted(file.relative_to(tests) for file in tests.rglob("*Test.class"))
    return [".".join(file.with_suffix("").parts) for file in files]


def test(*options):
    """Run the library's JUnit tests; further options go to java."""
    on_host(JUNIT_RUNNER, *test_names(compile_tests()), options=options)


def compile_app_tests():
    """The tests of what the app does without Android; they use the library's."""
    tests = compile_tests()
    library, classes = compile_app()
    paths = [classes, library, tests, *tflite_jars(), *JUNIT, ANDROID_ALL]
    return compile_java(BUILD / "app-tests", paths, [APP_SOURCES / "test" / "java"])


def test_app(*options):
    """Run the app's JUnit tests; JSON is Android's."""
    tests = compile_app_tests()
    paths = [tests, BUILD / "tests", APP / "classes", BUILD / "classes", *tflite_jars()]
    on_host(JUNIT_RUNNER, *test_names(tests), options=options, paths=[*paths, ANDROID_ALL])


def shrunk_for_tests(out, programs, *options):
    """R8's output, and the tests that it was made to run.

    Kept are the library's public classes and what the tests name, as an app's own code would be.
    """
    tests = compile_app_tests()
    traced = BUILD / "tests.pro"
    sources = [jar_of(BUILD / "tests"), jar_of(tests)]
    targets = [jar_of(BUILD / "classes"), jar_of(APP / "classes")]
    arguments = ["--keep-rules", "--output", traced]
    # The tests use more of Java than Android has.
    arguments += ["--map-diagnostics:MissingDefinitionsDiagnostic", "error", "none"]
    parts = [("--source", sources), ("--target", targets)]
    parts += [("--lib", [ANDROID_ALL, jdk(), *tflite_jars(), *JUNIT])]
    arguments += [part for option, files in parts for file in files for part in (option, file)]
    tracer = "com.android.tools.r8.tracereferences.TraceReferences"
    run("java", *QUICK_JAVA, "-cp", R8, tracer, *arguments)
    rules = [traced, ANDROID / "app" / "proguard-rules.pro", SOURCES / "hostTest" / "shrunk.pro"]
    r8(out, rules, [*targets, *programs], *options)
    names = [*test_names(BUILD / "tests"), *test_names(tests)]
    return names, [tests, BUILD / "tests", out]


def test_r8(*options):
    """Run both on what R8 makes of library, app and TensorFlow Lite: classes still."""
    out = BUILD / "shrunk.jar"
    names, paths = shrunk_for_tests(out, tflite_jars(), "--classfile")
    on_host(JUNIT_RUNNER, *names, options=options, paths=[*paths, ANDROID_ALL])


def test_dex(*options):
    """Run both on the bytecode that R8 makes of library and app, turned back into Java classes.

    Not TensorFlow Lite's: its interfaces have static methods, which enjarify's Java lacks.
    """
    code = fresh(BUILD / "shrunk")
    given = [part for jar in tflite_jars() for part in ("--classpath", jar)]
    names, paths = shrunk_for_tests(code, [], "--dex", "--min-api", MIN_SDK, *given)
    jar = BUILD / "from-dex.jar"
    # Its script takes $PYTHON, which make sets, or the first python3 there is: either may be
    # another than the one beside it that has its module.
    beside = os.path.dirname(shutil.which("enjarify") or "")
    python = os.path.join(beside, "python3")
    run("enjarify", "-f", "-o", jar, code / "classes.dex", env={**os.environ, "PYTHON": python})
    paths = [*paths[:-1], jar, *tflite_jars(), ANDROID_ALL]
    # R8 makes objects without their class's own constructor where that does nothing, which phones
    # allow and Java's check of bytecode does not.
    # Nor does it leave private what need not be, which one test looks at.
    names.remove("org.dbdmobile.NullArgumentsTest")
    unchecked = ["-XX:+UnlockDiagnosticVMOptions", "-XX:-BytecodeVerificationRemote"]
    on_host(JUNIT_RUNNER, *names, options=[*unchecked, *options], paths=paths)


def test_screens(*options):
    """Run the app's screens on Android's own classes and paint them."""
    for inputs in SCREEN_INPUTS:
        fetch_pinned(inputs, SCREENS_FETCHED)
    library, classes = compile_app()
    jars = sorted(SCREENS_FETCHED.glob("*.jar"))
    robolectric = [jar for jar in jars if not jar.name.startswith("android-all-instrumented-")]
    # Android's classes last: Robolectric brings its own, and those are for the compiler.
    paths = [classes, library, *tflite_jars(), *robolectric, *JUNIT, ANDROID_ALL]
    folders = [APP_SOURCES / "screenTest" / "java", ANDROID / "host" / "java"]
    tests = compile_java(BUILD / "screen-tests", paths, folders, "-proc:none")
    facts = {
        "android_custom_package": APP_PACKAGE,
        "android_merged_manifest": APP / "AndroidManifest.xml",
        "android_resource_apk": pack_app(library, classes),
    }
    config = tests / "com" / "android" / "tools" / "test_config.properties"
    config.parent.mkdir(parents=True, exist_ok=True)
    config.write_text("".join(f"{key}={value}\n" for key, value in facts.items()))
    SCREENS.mkdir(exist_ok=True)
    properties = [f"-Drobolectric.dependency.dir={SCREENS_FETCHED}", "-Drobolectric.offline=true"]
    properties += [f"-Ddbd.root={ROOT}", f"-Ddbd.screens={SCREENS}"]
    properties += [f"-Djava.library.path={TFLITE / 'jni' / 'x86_64'}"]
    # Robolectric looks into Java's own file descriptors.
    properties += ["--add-opens", "java.base/java.io=ALL-UNNAMED"]
    java = ["java", *QUICK_JAVA, *properties, *options]
    command = [*java, "-cp", class_path(tests, *paths), JUNIT_RUNNER]
    out = standins(BUILD / "standins", "gcc", "x86_64", "x86_64")
    run(*command, *test_names(tests), env={**os.environ, "LD_LIBRARY_PATH": str(out)})


def test_arm64():
    """Run the tests of golden vectors and inference."""
    compile_tests()
    tests = ("GoldenVectorsTest", "JudgeGoldenTest", "NativeInferenceTest")
    names = [f"org.dbdmobile.{test}" for test in tests]
    on_arm64(JUNIT_RUNNER, *names, options=["-Ddbd.effort=3"])


def bench(*arguments):
    """Run the JMH benchmarks."""
    classes = compile_library()
    paths = [classes, *JMH]
    processor = ["-processorpath", class_path(JMH_PROCESSOR, *JMH)]
    out = compile_java(BUILD / "jmh", paths, [SOURCES / "jmh" / "java"], *processor)
    command = ["java", f"-Ddbd.root={ROOT}", "-cp", class_path(out, *paths)]
    run(*command, "org.openjdk.jmh.Main", *arguments)


TASKS = {
    "aar": aar,
    "api": api,
    "apk": apk,
    "bench": bench,
    "javadoc": javadoc,
    "lint": lint,
    "maven": maven,
    "test": test,
    "test-app": test_app,
    "test-arm64": test_arm64,
    "test-dex": test_dex,
    "test-r8": test_r8,
    "test-screens": test_screens,
}


def main(arguments):
    """Run one task; 1 and one line where it fails."""
    if not arguments:
        print(__doc__)
        return 2
    if arguments[0] not in TASKS:
        print(f"build: there is no task {arguments[0]}, only {', '.join(TASKS)}.", file=sys.stderr)
        return 2
    try:
        TASKS[arguments[0]](*arguments[1:])
    except BuildError as error:
        print(f"build: {error}.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
