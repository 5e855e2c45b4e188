"""The house keeps its promises: commands exist, dependencies are explained and pinned, nothing local leaks."""

from __future__ import annotations

import json
import os
import re
import subprocess
import tomllib
from functools import cache
from pathlib import Path

import pytest
from planted import faults

ROOT = Path(__file__).parents[2]
BUILD_ONLY = {"xiaobao"}
LEAKS = re.compile(
    r"/(?:work|root|home|Users|opt/(?:pypi|wheels))/(?!\*)|(?:pypi|npm|registry)[\w.-]*\.(?:org|com|cn|net|io)\b|"
    r"files\.pythonhosted\.org|mirrors?\.[\w-]+\.(?:com|cn|edu\.cn|org)|simple/\s|--(?:extra-)?index-url\s+\S+//|"
    r"--find-links\s+\S+/"
)
TEXT_SUFFIXES = {".cfg", ".css", ".html", ".json", ".lock", ".md", ".py", ".toml", ".tsv", ".txt", ".typ", ".yaml", ""}


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@cache
def project() -> dict[str, object]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def direct_dependencies() -> list[str]:
    requirements = list(project()["dependencies"])
    for group in project()["optional-dependencies"].values():
        requirements += group
    names = {canonical(re.match(r"[A-Za-z0-9._-]+", line)[0]) for line in requirements}
    return sorted(names - BUILD_ONLY)


@cache
def lock_entries() -> dict[str, str]:
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    blocks = re.split(r"(?m)^(?=[A-Za-z0-9])", text)
    return {canonical(block.split("==")[0]): block for block in blocks if "==" in block.split("\n")[0]}


def make_targets() -> set[str]:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    return set(re.findall(r"(?m)^([a-z]+):", makefile))


def tracked_files() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


@pytest.mark.parametrize("page", ["README.md", "README.zh-CN.md", "docs/development/setup.md", "CONTRIBUTING.md"])
def test_every_make_command_that_the_docs_name_exists(page: str) -> None:
    named = set(re.findall(r"(?:^|`)make ([a-z]+)", (ROOT / page).read_text(encoding="utf-8"), re.MULTILINE))
    assert named, page
    assert named <= make_targets()


@pytest.mark.parametrize("page", ["README.md", "README.zh-CN.md"])
def test_readme_names_the_two_commands_and_the_one_apt_line(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    assert {"make demo", "make test"} <= set(re.findall(r"^make \w+", text, re.MULTILINE))
    assert text.count("apt-get install") == 1


@pytest.mark.parametrize("page", ["README.md", "README.zh-CN.md", "CONTRIBUTING.md", "docs/user/README.md"])
def test_links_of_the_pages_lead_somewhere(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    targets = [t for t in re.findall(r"(?<!!)\[[^\]]*\]\(([^)#]+)\)", text) if "://" not in t]
    assert [t for t in targets if not (ROOT / page).parent.joinpath(t).exists()] == []


def test_ci_script_is_executable_and_calls_the_test_command() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert re.search(r"(?m)^make test$", script.read_text(encoding="utf-8"))


def browser_dependencies() -> list[str]:
    listed = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
    return sorted(canonical(name) for name in {**listed["dependencies"], **listed["devDependencies"]})


def test_every_dependency_has_its_reason_and_licence() -> None:
    text = (ROOT / "docs/development/dependencies.md").read_text(encoding="utf-8")
    rows = re.findall(r"(?m)^\| (\S+) \| (.+?) \| (.+?) \|$", text)
    explained = {canonical(name) for name, reason, licence in rows if len(reason) > 8 and len(licence) > 2}
    wanted = {*direct_dependencies(), *browser_dependencies()}
    assert sorted(wanted - explained) == []
    assert sorted(explained - wanted - {"package", "---"}) == []


def test_every_direct_dependency_is_pinned_with_a_hash() -> None:
    entries = lock_entries()
    assert [name for name in direct_dependencies() if name not in entries] == []
    assert [name for name, block in entries.items() if "--hash=sha256:" not in block] == []


def test_the_lock_pulls_no_deep_learning_framework_and_names_no_index() -> None:
    assert not {"torch", "torchvision", "tensorflow", "paddlepaddle", "jax"} & set(lock_entries())
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert not re.search(r"https?://|--index|--extra-index|--find-links|--trusted", text)


def test_no_tracked_file_names_a_machine_path_or_a_registry_host() -> None:
    leaks = []
    for path in tracked_files():
        if path.suffix not in TEXT_SUFFIXES or path == Path(__file__):
            continue
        text = path.read_bytes().decode("utf-8", "replace")
        leaks += [f"{path.relative_to(ROOT)}: {hit[0]}" for hit in LEAKS.finditer(text)]
    assert leaks == []


@pytest.mark.parametrize("line", ["cd /{}/main".format("work"), "/{}/.cache".format("root"), "https://{}.org".format("pypi")])
def test_the_leak_pattern_sees_a_leak(line: str) -> None:
    assert LEAKS.search(line)


def test_every_sample_is_described_and_small() -> None:
    files = {path.name for path in (ROOT / "samples").iterdir()} - {"README.md"}
    assert files == {fault.sample for fault in faults()}
    assert sum((ROOT / "samples" / name).stat().st_size for name in files) < 3_000_000
