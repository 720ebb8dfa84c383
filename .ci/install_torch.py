"""Install the pinned torch without gigabytes of CUDA packages on a machine that has no GPU.

Asks pip what it would install. A build that needs no CUDA packages (macOS, a local wheel) is taken as it is, and so is
any build where a GPU is present. Otherwise uv is asked for PyTorch's CPU build, whose index it knows. Where none
can be had, torch is left out and said so: the service runs without it, only training an encoder needs it.
"""

from __future__ import annotations

import importlib.metadata
import json
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

PROJECT = Path(__file__).parent.parent
CUDA = re.compile(r"^(nvidia-|cuda-|triton)")


def pinned() -> str:
    """The requirement in pyproject.toml: 'torch==2.13.0'."""
    extras = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    return str(extras["torch"][0])


def pip(*arguments: str, quiet: bool = False) -> subprocess.CompletedProcess[str]:
    """Run this interpreter's pip."""
    return subprocess.run([sys.executable, "-m", "pip", *arguments], text=True, check=False, capture_output=quiet)


def installed(requirement: str) -> bool:
    """Whether this environment has the pinned version, whatever its build."""
    try:
        version = importlib.metadata.version("torch")
    except importlib.metadata.PackageNotFoundError:
        return False
    return version.split("+")[0] == requirement.split("==")[1]


def needs_cuda(requirement: str) -> bool:
    """Whether the build that pip would take asks for CUDA packages; True when pip finds none at all."""
    answer = pip(
        "install", "--dry-run", "--no-deps", "--ignore-installed", "--quiet", "--report", "-", requirement, quiet=True
    )
    if answer.returncode:
        return True
    metadata = json.loads(answer.stdout)["install"][0]["metadata"]
    return any(CUDA.match(name) and "extra ==" not in name for name in metadata.get("requires_dist", []))


def has_gpu() -> bool:
    """Whether an NVIDIA driver answers."""
    program = shutil.which("nvidia-smi")
    return bool(program) and subprocess.run([program, "-L"], capture_output=True, check=False).returncode == 0


def cpu_build_by_uv(requirement: str) -> bool:
    """Whether uv brought the CPU build."""
    if pip("install", "--quiet", "uv").returncode:
        return False
    command = [
        sys.executable,
        "-m",
        "uv",
        "pip",
        "install",
        "--python",
        sys.executable,
        "--torch-backend",
        "cpu",
        requirement,
    ]
    return subprocess.run(command, check=False).returncode == 0


def main() -> None:
    """Install torch, or say in one line why not; never fails the installation."""
    requirement = pinned()
    if installed(requirement):
        return
    if has_gpu() or not needs_cuda(requirement):
        done = pip("install", "--quiet", "-c", str(PROJECT / ".ci/constraints.txt"), requirement).returncode == 0
    else:
        done = cpu_build_by_uv(requirement)
    if not done:
        print(f"note: no CPU build of {requirement} was found; all runs without it but the training of an encoder")


if __name__ == "__main__":
    main()
