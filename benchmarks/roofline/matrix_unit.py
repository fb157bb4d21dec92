"""Whether a process may use the matrix unit of newer Intel processors (AMX), and how it may not.

XNNPACK takes that unit where it is: a peak of another order than that of the vector instructions
(VNNI) which other processors, and phones by other names, have. Linux gives the unit's registers to
a process that asks for them.
"""

import ctypes
import platform
import struct
import sys

from dbd_mobile.errors import InputError

_INT8_FLAGS = ("amx_int8", "avx512_vnni", "avx_vnni", "asimddp", "i8mm")
# Linux on x86-64: the number of arch_prctl, that of asking for registers, and that of the unit's.
_ARCH_PRCTL = 158
_ASK_PERMISSION = 0x1023
_TILE_DATA = 18
_X86_64 = 0xC000003E
_EPERM = 1


def int8_instructions() -> list[str]:
    """The processor's flags that speed up int8 products, as Linux names them; [] elsewhere."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            words = set(file.read().split())
    except OSError:
        return []
    return [flag for flag in _INT8_FLAGS if flag in words]


def may_use_matrix_unit() -> bool:
    """Whether this process gets the matrix unit: asks Linux as XNNPACK does."""
    if not _is_linux_on_x86():
        return False
    status: int = ctypes.CDLL(None).syscall(_ARCH_PRCTL, _ASK_PERMISSION, _TILE_DATA)
    return status == 0


def forbid_matrix_unit() -> None:
    """Have Linux refuse the matrix unit from now on to what asks for it in this process (seccomp).

    To be called before the first interpreter is made, which asks once.

    Raises:
        InputError: This is no Linux on x86-64, or Linux refuses the filter.
    """
    if not _is_linux_on_x86():
        raise InputError("--no-amx is for Linux on x86-64, where there is such a unit.")
    # Berkeley packet filter: (code, jump if true, jump if false, operand).
    load, equal, give = 0x20, 0x15, 0x06
    steps = [
        (load, 0, 0, 4),  # the architecture
        (equal, 0, 5, _X86_64),
        (load, 0, 0, 0),  # the system call
        (equal, 0, 3, _ARCH_PRCTL),
        (load, 0, 0, 16),  # its first argument
        (equal, 0, 1, _ASK_PERMISSION),
        (give, 0, 0, 0x00050000 | _EPERM),
        (give, 0, 0, 0x7FFF0000),  # go on
    ]
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in steps))

    class Program(ctypes.Structure):
        _fields_ = (("length", ctypes.c_ushort), ("steps", ctypes.c_void_p))

    program = Program(len(steps), ctypes.cast(code, ctypes.c_void_p))
    library = ctypes.CDLL(None)
    no_new_privileges, set_filter, filter_mode = 38, 22, 2
    if library.prctl(no_new_privileges, 1, 0, 0, 0) or library.prctl(
        set_filter, filter_mode, ctypes.byref(program), 0, 0
    ):
        raise InputError("--no-amx cannot be had: Linux refuses the filter of system calls.")


def _is_linux_on_x86() -> bool:
    return sys.platform == "linux" and platform.machine() == "x86_64"
