"""What is read of a machine, from a copy of a Raspberry Pi's system files."""

import ctypes
import os
import platform
import subprocess
import sys
import time
from types import SimpleNamespace

import pytest

from dbd_mobile import processor
from dbd_mobile.load import LoadWatch
from dbd_mobile.machine import peak_memory_bytes, read_heat, read_machine


@pytest.fixture
def pi(tmp_path):
    files = {
        "proc/device-tree/model": "Raspberry Pi 5 Model B Rev 1.0\0",
        "proc/cpuinfo": "processor\t: 0\nBogoMIPS\t: 108.00\n"
        "Features\t: fp asimd evtstrm aes fphp asimdhp cpuid asimdrdm lrcpc dcpop asimddp\n"
        "CPU implementer\t: 0x41\nCPU architecture: 8\nCPU variant\t: 0x4\nCPU part\t: 0xd0b\n"
        "CPU revision\t: 1\n\nModel\t\t: Raspberry Pi 5\nSerial\t\t: 10000000deadbeef\n",
        "proc/meminfo": "MemTotal:        8245712 kB\nMemFree: 1 kB\n",
        "sys/devices/system/cpu/cpu0/cpufreq/scaling_governor": "ondemand\n",
        "sys/class/thermal/thermal_zone0/temp": "48850\n",
        "sys/class/thermal/thermal_zone1/temp": "61500\n",
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def install_vcgencmd(folder, monkeypatch, script):
    tool = folder / "vcgencmd"
    tool.write_text(f"#!/bin/sh\n{script}\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


def test_raspberry_pi_is_described(pi):
    machine = read_machine(pi)
    assert machine.board == "Raspberry Pi 5 Model B Rev 1.0"
    assert machine.cpu == "Cortex-A76"
    assert machine.governor == "ondemand"
    assert machine.memory_bytes == 8245712 * 1024
    assert machine.features == ["neon", "fp16", "dotprod"]
    assert 1 <= machine.usable_cores <= machine.cores
    assert "deadbeef" not in repr(machine)


@pytest.mark.parametrize(
    ("cpuinfo", "cpu"),
    [
        (
            "processor\t: 0\nmodel name\t: ARMv7 Processor rev 3 (v7l)\nCPU implementer\t: 0x41\n"
            "CPU part\t: 0xd08\n",
            "Cortex-A72",
        ),
        (
            "CPU implementer\t: 0x41\nCPU part\t: 0xd05\n\n"
            "CPU implementer\t: 0x41\nCPU part\t: 0xd0b\n\n"
            "CPU implementer\t: 0x41\nCPU part\t: 0xd0b\n",
            "Cortex-A55, Cortex-A76",
        ),
        ("CPU implementer\t: 0x51\nCPU part\t: 0xd0b\n", None),
        ("CPU implementer\t: 0x41\nCPU part\t: unheard of\n", None),
        ("model name\t: Some Processor\nmodel name\t: Some Processor\n", "Some Processor"),
    ],
    ids=["32-bit kernel", "two kinds", "another maker's", "no number", "named"],
)
def test_processor_is_called_by_name(tmp_path, monkeypatch, cpuinfo, cpu):
    monkeypatch.setattr("platform.processor", lambda: "")
    (tmp_path / "proc").mkdir()
    (tmp_path / "proc/cpuinfo").write_text(cpuinfo)
    assert read_machine(tmp_path).cpu == cpu


def test_hottest_zone_is_the_temperature(pi):
    assert read_heat(pi).temperature_c == 61.5


@pytest.mark.parametrize("text", ["1000000", "-273150", "25000000000", "", "none", "\u00b2"])
def test_zone_that_is_no_thermometer_is_left_out(pi, text):
    (pi / "sys/class/thermal/thermal_zone1/temp").write_text(text, encoding="utf-8")
    assert read_heat(pi).temperature_c == 48.85


@pytest.mark.parametrize(
    ("script", "throttling"),
    [
        ("echo throttled=0x0", []),
        ("echo throttled=0x50005", [
            "under-voltage now", "throttled now",
            "under-voltage since boot", "throttled since boot",
        ]),
        ("echo VCHI initialization failed", None),
        ("exit 1", None),
    ],
)  # fmt: skip
@pytest.mark.skipif(os.name != "posix", reason="the tool is a shell script")
def test_throttling_is_put_in_words(pi, tmp_path, monkeypatch, script, throttling):
    install_vcgencmd(tmp_path, monkeypatch, script)
    assert read_heat(pi).throttling == throttling


def test_what_cannot_be_read_is_none(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    machine = read_machine(tmp_path)
    assert (machine.board, machine.governor, machine.memory_bytes) == (None, None, None)
    assert machine.features is None
    heat = read_heat(tmp_path)
    assert (heat.temperature_c, heat.throttling) == (None, None)


@pytest.mark.skipif(os.name != "posix", reason="the system does not say")
def test_peak_memory_counts_what_was_used():
    before = peak_memory_bytes()
    block = bytearray(os.urandom(1 << 20)) * 200
    after = peak_memory_bytes()
    assert len(block) <= after - before + (150 << 20)
    assert after > before


@pytest.mark.skipif(sys.platform != "linux", reason="read from /proc")
def test_peak_memory_is_not_that_of_who_started_the_process():
    block = bytearray(os.urandom(1 << 20)) * 400
    code = "from dbd_mobile.machine import peak_memory_bytes; print(peak_memory_bytes())"
    child = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(child.stdout) < len(block) < peak_memory_bytes()


@pytest.mark.parametrize(
    ("line", "features"),
    [
        ("flags : fpu sse sse4_1 avx avx2 amx_int8", ["sse4_1", "avx", "avx2", "amx_int8"]),
        ("Features : half thumb fastmult vfp edsp neon vfpv3 tls", ["neon"]),
        ("Features : fp asimd asimddp i8mm bf16 sve", ["neon", "dotprod", "i8mm", "bf16", "sve"]),
        ("flags : fpu", []),
    ],
)  # fmt: skip
def test_instructions_for_networks_have_one_name_everywhere(tmp_path, monkeypatch, line, features):
    monkeypatch.setattr(platform, "system", lambda: "Linux")
    (tmp_path / "proc").mkdir()
    (tmp_path / "proc/cpuinfo").write_text(f"{line}\n\n{line} other\n")
    assert processor.processor_features(tmp_path) == features


@pytest.mark.skipif(os.name != "posix", reason="the tool is a shell script")
def test_macos_is_asked_by_its_own_tool(tmp_path, monkeypatch):
    tool = tmp_path / "sysctl"
    tool.write_text(
        "#!/bin/sh\necho 'machdep.cpu.brand_string: Apple M2'\necho 'hw.optional.neon: 1'\n"
        "echo 'hw.optional.arm.FEAT_DotProd: 1'\necho 'hw.optional.arm.FEAT_SME: 0'\n"
    )
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(platform, "system", lambda: "Darwin")
    processor._sysctl.cache_clear()
    try:
        assert processor.processor_name() == "Apple M2"
        assert processor.processor_features() == ["neon", "dotprod"]
    finally:
        processor._sysctl.cache_clear()


def test_windows_is_asked_by_number(monkeypatch):
    kernel = SimpleNamespace(IsProcessorFeaturePresent=lambda number: number in (37, 40))
    monkeypatch.setattr(ctypes, "windll", SimpleNamespace(kernel32=kernel), raising=False)
    monkeypatch.setattr(platform, "system", lambda: "Windows")
    assert processor.processor_features() == ["sse4_1", "avx2"]


@pytest.mark.skipif(not hasattr(os, "sysconf"), reason="ticks are Linux's")
def test_share_of_others_is_what_was_busy_without_this_process(tmp_path):
    tick_s = 1 / os.sysconf("SC_CLK_TCK")
    stat = tmp_path / "proc/stat"
    stat.parent.mkdir()
    # user, nice, system, idle, iowait, irq, softirq, steal, guest
    stat.write_text("cpu  100 0 50 1000 10 0 0 0 70 0\ncpu0 1 1\n")
    watch = LoadWatch(tmp_path)
    own_s = time.process_time()
    while time.process_time() - own_s < 0.2:
        pass
    busy = round(0.6 / tick_s)
    stat.write_text(f"cpu  {100 + busy} 0 50 {1000 + busy} 10 0 0 {2 * busy} 99 0\n")
    load = watch.end()
    # 1.8 seconds of 2.4 were busy, a third of which by the host; 0.2 of them by this test.
    assert load.others_share == pytest.approx((1.8 - 0.2) / 2.4, abs=0.03)


def test_load_that_cannot_be_read_is_none(tmp_path):
    assert LoadWatch(tmp_path).end().others_share is None
