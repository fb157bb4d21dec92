"""What is read of a machine, from a copy of a Raspberry Pi's system files."""

import os

import pytest

from dbd_mobile.machine import peak_memory_bytes, read_heat, read_machine


@pytest.fixture
def pi(tmp_path):
    files = {
        "proc/device-tree/model": "Raspberry Pi 5 Model B Rev 1.0\0",
        "proc/cpuinfo": "processor\t: 0\nBogoMIPS\t: 108.00\nCPU implementer\t: 0x41\n"
        "CPU architecture: 8\nCPU variant\t: 0x4\nCPU part\t: 0xd0b\nCPU revision\t: 1\n\n"
        "Model\t\t: Raspberry Pi 5\n",
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
    assert 1 <= machine.usable_cores <= machine.cores


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
    heat = read_heat(tmp_path)
    assert (heat.temperature_c, heat.throttling) == (None, None)


@pytest.mark.skipif(os.name != "posix", reason="the system does not say")
def test_peak_memory_counts_what_was_used():
    before = peak_memory_bytes()
    block = bytearray(os.urandom(1 << 20)) * 200
    after = peak_memory_bytes()
    assert len(block) <= after - before + (150 << 20)
    assert after > before
