"""Boards to emulate: what QEMU is told of each, and what its system says of itself."""

from dataclasses import dataclass

_CORES = 4


@dataclass(frozen=True, kw_only=True)
class Board:
    """A Raspberry Pi.

    Attributes:
        model: What its device tree says.
        arch: Debian's name of its packages: "arm64" or "armhf".
        cpu: QEMU's name of its processor.
        core: The processor's maker's name of it.
        memory_kb: What its system has of its memory.
        cpu_part: The processor's number in /proc/cpuinfo.
        cpu_features: Its features there, those that kernels of networks choose by among them.
    """

    model: str
    arch: str
    cpu: str
    core: str
    memory_kb: int
    cpu_part: int
    cpu_features: str

    @property
    def bits(self) -> int:
        """Of its addresses: 64 or 32."""
        return 64 if self.arch == "arm64" else 32

    def system_files(self) -> dict[str, str]:
        """Path -> text of the files by which its system says what it is.

        Interpreters choose their kernels by them: without them LiteRT does without XNNPACK. The
        emulator would show those of the machine that it runs on.
        """
        architecture = 8 if self.bits == 64 else 7
        cores = "".join(
            f"processor\t: {number}\nBogoMIPS\t: 108.00\nFeatures\t: {self.cpu_features}\n"
            f"CPU implementer\t: 0x41\nCPU architecture: {architecture}\nCPU variant\t: 0x0\n"
            f"CPU part\t: {self.cpu_part:#x}\nCPU revision\t: 3\n\n"
            for number in range(_CORES)
        )
        return {
            "proc/cpuinfo": f"{cores}Model\t\t: {self.model}\n",
            "proc/meminfo": f"MemTotal:        {self.memory_kb} kB\n",
            "proc/device-tree/model": f"{self.model}\0",
            "sys/devices/system/cpu/possible": f"0-{_CORES - 1}\n",
            "sys/devices/system/cpu/present": f"0-{_CORES - 1}\n",
        }


PI_4 = Board(
    model="Raspberry Pi 4 Model B Rev 1.4",
    arch="arm64",
    cpu="cortex-a72",
    core="Cortex-A72",
    memory_kb=3882368,
    cpu_part=0xD08,
    cpu_features="fp asimd evtstrm crc32 cpuid",
)
PI_5 = Board(
    model="Raspberry Pi 5 Model B Rev 1.0",
    arch="arm64",
    cpu="cortex-a76",
    core="Cortex-A76",
    memory_kb=8245712,
    cpu_part=0xD0B,
    cpu_features="fp asimd evtstrm aes pmull sha1 sha2 crc32 atomics fphp asimdhp cpuid asimdrdm "
    "lrcpc dcpop asimddp",
)
PI_2 = Board(
    model="Raspberry Pi 2 Model B Rev 1.1",
    arch="armhf",
    cpu="cortex-a7",
    core="Cortex-A7",
    memory_kb=999036,
    cpu_part=0xC07,
    cpu_features="half thumb fastmult vfp edsp neon vfpv3 tls vfpv4 idiva idivt vfpd32 lpae "
    "evtstrm",
)
"""The newest whose processor knows 32 bits only: QEMU has no newer one's 32 bits."""
