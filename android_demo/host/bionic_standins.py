"""Stand-ins for Android's C library, so that a desktop process can load Android's native libraries.

``bionic_standins.py OUT CC ARCH LIBRARY.so...`` writes ``libc.so``, ``libm.so``, ``liblog.so`` and
whatever else the libraries need into ``OUT``: thin layers that pass every call on to glibc, or to
``bionic_adapters.c`` where Android's C library (bionic) has another ABI. The Android library itself
is used as it is. ``LD_LIBRARY_PATH=OUT`` makes the loader find them. ARCH is x86_64 or aarch64; CC
is a gcc for it.
"""

import re
import subprocess
import sys
from pathlib import Path

ADAPTERS = Path(__file__).with_name("bionic_adapters.c")
# Variables of bionic's that libraries read; everything else that they ask for is a function.
VARIABLES = {"stdin", "stdout", "stderr", "__sF"}
JUMPS = {
    "x86_64": "movq standin_table@GOTPCREL(%rip),%r11; jmpq *{offset}(%r11)",
    "aarch64": "adrp x16,:got:standin_table; ldr x16,[x16,:got_lo12:standin_table]; "
    "ldr x16,[x16,#{offset}]; br x16",
}


def symbols(library, kind):
    """(name, type letter) of a library's dynamic symbols, without versions."""
    lines = subprocess.check_output(["nm", "-D", f"--{kind}-only", library], text=True)
    fields = [line.split() for line in lines.splitlines()]
    return {field[-1].split("@")[0]: field[-2] for field in fields}


def needed_libraries(library):
    """Names of the libraries that one was linked to."""
    dynamic = subprocess.check_output(["readelf", "-dW", library], text=True)
    return set(re.findall(r"NEEDED.*\[(.*)\]", dynamic))


def core_source(functions, wanted, adapted):
    """A library over glibc that fills the table of addresses."""
    lines = [
        "#define _GNU_SOURCE",
        "#include <dlfcn.h>",
        f'#include "{ADAPTERS}"',
        f"EXPORT void *standin_table[{len(functions) + 1}];",
        "EXPORT void *standin_streams[3];",
        "static void missing(void) {",
        '  fprintf(stderr, "a call to a function of bionic that glibc lacks\\n"); abort();',
        "}",
        "__attribute__((constructor(101))) static void fill(void) {",
        "  standin_streams[0] = stdin; standin_streams[1] = stdout; standin_streams[2] = stderr;",
        '  void *c = dlopen("libc.so.6", RTLD_NOW | RTLD_NOLOAD);',
        '  void *m = dlopen("libm.so.6", RTLD_NOW), *f;',
    ]
    for number, name in enumerate(functions):
        if name in adapted:
            lines.append(f"  standin_table[{number}] = (void *)bionic_{name};")
            continue
        lines.append(f'  f = dlsym(c, "{name}"); if (!f) f = dlsym(m, "{name}");')
        if wanted[name] not in "wv":
            lines.append(f'  if (!f) fprintf(stderr, "glibc lacks {name}\\n");')
        lines.append(f"  standin_table[{number}] = f ? f : (void *)missing;")
    return "\n".join([*lines, "}", ""])


def jumps_source(functions, wanted, adapted, arch):
    """A library without a C library: every function jumps through the table."""
    lines = [
        "extern void *standin_streams[3]; extern char *standin_files;",
        'void *d0 __asm__("stdin"), *d1 __asm__("stdout"), *d2 __asm__("stderr");',
        'char d3[1536] __asm__("__sF");',
        "__attribute__((constructor(101))) static void fill(void) {",
        "  d0 = standin_streams[0]; d1 = standin_streams[1]; d2 = standin_streams[2];",
        "  standin_files = d3;",
        "}",
    ]
    for number, name in enumerate(functions):
        # A weak C++ symbol that nobody has must stay absent.
        if wanted[name] in "wv" and name not in adapted and name.startswith("_Z"):
            continue
        jump = JUMPS[arch].format(offset=8 * number)
        lines.append(
            f'__asm__(".text\\n.balign 16\\n.globl {name}\\n.type {name},%function\\n'
            f'{name}: {jump}\\n.size {name},.-{name}\\n");'
        )
    return "\n".join([*lines, ""])


def build(out, compiler, arch, libraries):
    """Write the stand-ins for ``libraries`` into the folder ``out``."""
    out.mkdir(parents=True, exist_ok=True)
    wanted, own, needed = {}, set(), set()
    for library in libraries:
        wanted |= symbols(library, "undefined")
        own |= set(symbols(library, "defined"))
        needed |= needed_libraries(library)
    needed -= {Path(library).name for library in libraries}
    functions = sorted(set(wanted) - own - VARIABLES)
    adapted = set(re.findall(r"\bbionic_(\w+)\(", ADAPTERS.read_text(encoding="utf-8")))
    (out / "core.c").write_text(core_source(functions, wanted, adapted), encoding="utf-8")
    (out / "jumps.c").write_text(jumps_source(functions, wanted, adapted, arch), encoding="utf-8")
    (out / "empty.c").write_text("int standin;\n", encoding="utf-8")
    (out / "versions.map").write_text("LIBC { global: *; };\n", encoding="utf-8")
    gcc = [*compiler.split(), "-O1", "-w", "-shared", "-fPIC"]
    versions = f"-Wl,--version-script={out}/versions.map"
    core = [*gcc, "-o", f"{out}/libstandin.so", f"{out}/core.c", "-ldl", "-lm"]
    subprocess.run(core, check=True)
    bare = [*gcc, "-nostdlib", "-fno-builtin", "-fno-stack-protector", versions]
    jumps = [*bare, "-Wl,-soname,libc.so", "-o", f"{out}/libc.so", f"{out}/jumps.c"]
    subprocess.run([*jumps, f"-L{out}", "-lstandin", "-Wl,-rpath,$ORIGIN"], check=True)
    for name in sorted(needed - {"libc.so"}):
        empty = [*bare, f"-Wl,-soname,{name}", "-o", f"{out}/{name}", f"{out}/empty.c"]
        subprocess.run(empty, check=True)


if __name__ == "__main__":
    build(Path(sys.argv[1]).resolve(), sys.argv[2], sys.argv[3], sys.argv[4:])
