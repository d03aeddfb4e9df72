"""deploy/container without a Docker engine: the image's file tree is made by the script that the Dockerfile runs, and tern
serves from a chroot of it with the Dockerfile's user, environment and command; compose.yaml against the files it names."""

from __future__ import annotations

import http.server
import os
import re
import shutil
import stat
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from common import REDUCED, ROOT, TINY
from deploy.dockerfile import Stage, read_stages
from elf import faults
from runtime.tern_server import TernServer, ner_body

CONTAINER = ROOT / "deploy" / "container"
DOCKERFILE = CONTAINER / "Dockerfile"
MODEL_FILE = ROOT / "weights" / "en_core_web_sm.tern"
PAGE_DOCKERFILE = ROOT / "web" / "Dockerfile"
SAMPLE = "Alan Turing was born on June 23, 1912, in London, England."
KEY = "0123456789abcdef0123456789abcdef"


# ---- the file tree ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def stages() -> list[Stage]:
    return read_stages(DOCKERFILE)


class Rootfs(NamedTuple):
    """The words of the Dockerfile's call."""

    script: str
    tern: str
    target: str
    models: list[str]


def rootfs_call(stages: list[Stage]) -> Rootfs:
    (command,) = [value for value in stages[0].values("RUN") if "rootfs.sh" in value]
    script, tern, target, *models = command.split()
    return Rootfs(script, tern, target, models)


@pytest.fixture(scope="module")
def tree(stages: list[Stage], program) -> Iterator[Path]:
    """What the last stage copies: made as the Dockerfile makes it, from this build instead of the one in the image."""
    script, tern, target, models = rootfs_call(stages)
    assert (tern, models) == ("build/tern", ["weights/en_core_web_sm.tern", "weights/sentiment.tern"])
    # Not pytest's own folder: another user must be able to enter it.
    folder = Path(tempfile.mkdtemp(prefix="tern-image-"))
    folder.chmod(0o755)
    made = folder / target.strip("/")
    try:
        subprocess.run([str(ROOT / script), str(program("tern")), str(made), *models], cwd=ROOT, check=True)
        yield made
    finally:
        shutil.rmtree(folder)


def in_chroot(stages: list[Stage], tree: Path, words: list[str]) -> Any:
    """subprocess arguments: words in the image, by its user, with its environment and nothing else."""
    user = stages[-1].last("USER").value
    return {
        "args": [shutil.which("chroot") or "chroot", f"--userspec={user}", str(tree), *words],
        "env": dict(value.split("=", 1) for value in stages[-1].values("ENV")),
    }


class ImageServer(TernServer):
    """The image's command in a chroot of its tree, on a free port of this machine's loopback interface."""

    def __init__(self, stages: list[Stage], tree: Path) -> None:
        words = stages[-1].last("ENTRYPOINT").words + stages[-1].last("CMD").words
        self.port_of_image = words[words.index("--port") + 1]
        words[words.index("--port") + 1] = "0"
        words[words.index("--host") + 1] = "127.0.0.1"
        self.process = subprocess.Popen(
            **in_chroot(stages, tree, words), stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        self.read_address()


@pytest.fixture
def needs_chroot() -> None:
    if os.geteuid() != 0:
        pytest.skip("chroot takes root")
    if REDUCED:
        pytest.skip("the sanitizers need /proc, which a chroot has not")


def test_tree_serves_in_a_chroot(stages: list[Stage], tree: Path, needs_chroot: None) -> None:
    with ImageServer(stages, tree) as server:
        assert server.request("GET", "/healthz").json["status"] == "ok"
        entities = server.ner(ner_body(SAMPLE)).json["entities"]
        assert [(e["text"], e["label"]) for e in entities] == [
            ("Alan Turing", "PERSON"),
            ("June 23, 1912", "DATE"),
            ("London", "GPE"),
            ("England", "GPE"),
        ]
        sentiment = server.request(
            "POST", "/sentiment", b'{"input": "I love strawberry cake!"}', {"Content-Type": "application/json"}
        )
        assert sentiment.json["sentiment"] == "POSITIVE"
        status = Path(f"/proc/{server.process.pid}/status").read_text()
        assert (
            re.search(r"^Uid:\s+(\d+)", status, re.MULTILINE)[1] == stages[-1].last("USER").value.split(":")[0] != "0"
        )


def test_tree_has_the_models_that_the_environment_names(stages: list[Stage], tree: Path) -> None:
    (variable,) = [value for value in stages[-1].values("ENV") if value.startswith("TERN_MODEL=")]
    paths = [item.partition("=")[2] for item in variable.partition("=")[2].split(",")]
    assert {path.lstrip("/") for path in paths} == {str(path.relative_to(tree)) for path in tree.rglob("*.tern")}
    for path, model in zip(paths, rootfs_call(stages).models):
        assert (tree / path.lstrip("/")).read_bytes() == (ROOT / model).read_bytes()


def test_health_check_tells_a_server_that_lives(stages: list[Stage], tree: Path, needs_chroot: None) -> None:
    command = re.search(r"CMD (\[.*\])", stages[-1].last("HEALTHCHECK").value)[1]
    program, port = yaml.safe_load(command)

    def check(port: str) -> int:
        return subprocess.run(
            **in_chroot(stages, tree, [program, port]), stderr=subprocess.DEVNULL, timeout=30
        ).returncode

    with ImageServer(stages, tree) as server:
        assert server.port_of_image == port == stages[-1].last("EXPOSE").value
        assert check(str(server.address[1])) == 0
    assert check(str(server.address[1])) == 1
    assert check("x") == 2


def test_health_check_tells_a_server_that_is_ill(stages: list[Stage], tree: Path, needs_chroot: None) -> None:
    class Ill(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_error(503)

        def log_message(self, *_: Any) -> None:
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Ill) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        port = str(server.server_address[1])
        command = in_chroot(stages, tree, ["/usr/bin/healthcheck", port])
        result = subprocess.run(**command, stderr=subprocess.PIPE, timeout=30)
        thread.join()
    assert result.returncode == 1
    assert b"503" in result.stderr


def test_tree_has_no_shell_and_nothing_to_write_to(tree: Path) -> None:
    programs = set()
    for path in tree.rglob("*"):
        mode = path.lstat().st_mode
        assert not path.is_symlink()
        assert not mode & (stat.S_IWGRP | stat.S_IWOTH | stat.S_ISUID | stat.S_ISGID), path
        assert os.geteuid() != 0 or path.lstat().st_uid == 0, path
        if path.is_file() and mode & stat.S_IXUSR:
            programs.add(path.name)
    assert {name for name in programs if not name.startswith("ld-")} == {"tern", "healthcheck"}


def test_programs_are_hardened(tree: Path) -> None:
    assert {name: faults(tree / "usr/bin" / name) for name in ("tern", "healthcheck")} == {
        "tern": [],
        "healthcheck": [],
    }


def test_tree_has_the_licences(tree: Path) -> None:
    notices = {path.parent.name for path in (tree / "usr/share/doc").rglob("*") if path.is_file()}
    own = {path.name for path in (tree / "usr/share/doc/tern").iterdir()}
    assert own == {"LICENSE", *(f"LICENSE-{path.stem}" for path in tree.rglob("*.tern"))}
    libraries = [path.name for path in tree.rglob("*.so.*") if not path.name.startswith("ld-")]
    assert not [
        name for name in libraries if "blas" in name or "gfortran" in name
    ]  # only TERN_GEMM=openblas would load them
    if shutil.which("dpkg-query") and any(name.startswith("libcjson") for name in libraries):
        assert {"libc6", "libcjson1", "zlib1g"} <= {name.replace("t64", "") for name in notices}
        assert notices & {"node-llhttp", "libllhttp-dev"}  # compiled into the program


def test_static_program_needs_no_libraries(tmp_path: Path) -> None:
    (tmp_path / "true.c").write_text("int main(void) { return 0; }\n")
    subprocess.run([os.environ.get("CC", "cc"), "-static", "-o", tmp_path / "tern", tmp_path / "true.c"], check=True)
    subprocess.run([CONTAINER / "rootfs.sh", tmp_path / "tern", tmp_path / "tree", MODEL_FILE], check=True)
    assert [path for path in (tmp_path / "tree").rglob("*") if ".so" in path.name] == []


@pytest.mark.parametrize(
    "wrong, words",
    [
        ("program", "no-tern is not a program"),
        ("model", "there is no model file"),
        ("licence", "LICENSE-tiny: who gets the model"),
        ("target", "exists already"),
        ("models", "usage: rootfs.sh TERN DIR MODEL..."),
    ],
)
def test_script_says_what_is_wrong(wrong: str, words: str, tmp_path: Path, program) -> None:
    tern = tmp_path / "no-tern" if wrong == "program" else program("tern")
    second = {"model": [tmp_path / "no-model"], "licence": [TINY]}.get(wrong, [])
    target = tmp_path if wrong == "target" else tmp_path / "tree"
    command = [CONTAINER / "rootfs.sh", tern, target, *([] if wrong == "models" else [MODEL_FILE, *second])]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 1
    assert words in result.stderr
    assert not (tmp_path / "tree").exists()


# ---- the Dockerfiles ----------------------------------------------------------------------------------------------------


def test_last_stage_is_small_and_without_privileges(stages: list[Stage]) -> None:
    build, image = stages
    assert image.image == "scratch"
    assert image.values("RUN") == []  # there is nothing to run it with
    assert image.values("COPY") == [f"--from={build.name} {rootfs_call(stages).target}/ /"]
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", image.last("USER").value)
    for name in ("ENTRYPOINT", "CMD"):
        assert image.last(name).value.startswith("[")  # a shell form would need a shell
    assert image.last("STOPSIGNAL").value == "SIGTERM"


def test_build_stage_installs_what_tools_run_installs(stages: list[Stage]) -> None:
    (command,) = [value for value in stages[0].values("RUN") if "apt-get install" in value]
    lib = (ROOT / "tools" / "lib.sh").read_text()
    function = lib[lib.index("need_build_tools() {") :]
    wanted = set(re.findall(r"need_\w+ \S+ (\S+)", function[: function.index("\n}")]))
    assert wanted and wanted - set(command.split()) <= {"make"}  # which build-essential brings
    assert "--no-install-recommends" in command and command.rstrip().endswith("rm -rf /var/lib/apt/lists/*")


def test_copied_files_are_enough_to_build(stages: list[Stage], tmp_path: Path) -> None:
    """Configures a copy of what the Dockerfile copies; and nothing that is copied is kept out by .dockerignore."""
    ignored = (CONTAINER / "Dockerfile.dockerignore").read_text().split()
    assert ignored[0] == "*"
    copied = [value.split() for value in stages[0].values("COPY")]
    assert {"!" + source for *sources, _ in copied for source in sources} == set(ignored[1:])
    for *sources, target in copied:
        for source in sources:
            destination = tmp_path / target / Path(source).name if target.endswith("/") else tmp_path / target
            destination.parent.mkdir(parents=True, exist_ok=True)
            (shutil.copytree if (ROOT / source).is_dir() else shutil.copyfile)(ROOT / source, destination)
    (command,) = [value for value in stages[0].values("RUN") if "cmake -S" in value]
    configure = command.split("&&")[0].split()
    subprocess.run(configure, cwd=tmp_path, check=True, stdout=subprocess.DEVNULL)
    script = rootfs_call(stages).script
    assert os.access(tmp_path / script, os.X_OK)


def test_page_image_has_the_page_and_its_configuration() -> None:
    (stage,) = read_stages(PAGE_DOCKERFILE)
    assert re.fullmatch(r"nginx:\d+\.\d+-alpine", stage.image)
    configuration = (ROOT / "web" / "nginx.conf").read_text()
    root = re.search(r"^\s*root (\S+);", configuration, re.MULTILINE)[1]
    assert stage.values("COPY") == ["nginx.conf /etc/nginx/nginx.conf", f"index.html {root}/index.html"]
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", stage.last("USER").value)
    assert f"listen {stage.last('EXPOSE').value};" in configuration


# ---- compose.yaml -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return yaml.safe_load((CONTAINER / "compose.yaml").read_text())


def test_services_have_no_privileges(compose: dict[str, Any]) -> None:
    assert set(compose["services"]) == {"tern", "kong", "page"}
    for name, service in compose["services"].items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        for volume in service.get("volumes", []):
            source, _, mode = volume.split(":")
            assert (CONTAINER / source).exists() and mode == "ro", volume


def test_only_the_gateway_and_the_page_can_be_reached(compose: dict[str, Any]) -> None:
    services = compose["services"]
    assert compose["networks"]["inside"]["internal"] is True
    assert services["tern"]["networks"] == ["inside"]
    ports = {name: service.get("ports", []) for name, service in services.items()}
    assert ports == {"tern": [], "kong": ["127.0.0.1:8000:8000"], "page": ["127.0.0.1:8081:8080"]}
    (page,) = read_stages(PAGE_DOCKERFILE)
    assert page.last("EXPOSE").value == "8080"
    assert services["kong"]["environment"]["KONG_PROXY_LISTEN"].endswith(":8000")
    assert services["kong"]["environment"]["KONG_ADMIN_LISTEN"] == "off"


def test_images_are_built_from_files_that_are_there(compose: dict[str, Any]) -> None:
    tern, page = compose["services"]["tern"]["build"], compose["services"]["page"]["build"]
    assert (CONTAINER / tern["context"]).resolve() == ROOT
    assert ROOT / tern["dockerfile"] == DOCKERFILE
    assert (CONTAINER / page["context"]).resolve() / "Dockerfile" == PAGE_DOCKERFILE


def test_each_waits_for_a_healthy_tern(compose: dict[str, Any], stages: list[Stage]) -> None:
    assert stages[-1].values("HEALTHCHECK") and read_stages(PAGE_DOCKERFILE)[0].values("HEALTHCHECK")
    assert compose["services"]["kong"]["healthcheck"]["test"] == ["CMD", "kong", "health"]
    for name in ("kong", "page"):
        assert compose["services"][name]["depends_on"] == {"tern": {"condition": "service_healthy"}}


def test_kong_gets_the_configuration_of_deploy_kong(compose: dict[str, Any], tmp_path: Path) -> None:
    kong = compose["services"]["kong"]
    shell, option, script = kong["entrypoint"]
    start = " && exec /docker-entrypoint.sh kong docker-start"
    assert script.endswith(start)
    (volume,) = kong["volumes"]
    source, target, _ = volume.split(":")
    # Compose writes $$ for $; the folder is where it is mounted.
    script = script[: -len(start)].replace("$$", "$").replace(target, str((CONTAINER / source).resolve()))
    rendered = tmp_path / "kong.yaml"
    assert kong["environment"]["KONG_DECLARATIVE_CONFIG"].startswith("/tmp/") and "/tmp" in kong["tmpfs"]
    environment = {**kong["environment"], "KONG_DECLARATIVE_CONFIG": str(rendered), "DECK_BATCH_PROCESSOR_KEY": KEY}
    subprocess.run([shell, option, script], check=True, env={**os.environ, **environment})
    assert stat.S_IMODE(rendered.stat().st_mode) == 0o600
    configuration = yaml.safe_load(rendered.read_text())
    urls = [service["url"] for service in configuration["services"]]
    assert urls == ["http://tern:8080/ner", "http://tern:8080/sentiment"]
    for service in configuration["services"]:
        assert {plugin["name"] for plugin in service["plugins"]} >= {"key-auth", "rate-limiting", "correlation-id"}
    assert configuration["consumers"][0]["keyauth_credentials"] == [{"key": KEY}]
    assert kong["environment"]["DECK_BATCH_PROCESSOR_KEY"].startswith("${DECK_BATCH_PROCESSOR_KEY:?")  # never a default


def test_addresses_name_services_of_the_file(compose: dict[str, Any], stages: list[Stage]) -> None:
    port = stages[-1].last("EXPOSE").value
    (address,) = re.findall(r"proxy_pass (\S+);", (CONTAINER / "page-ner.conf").read_text())
    assert address + "/" == compose["services"]["kong"]["environment"]["DECK_TERN_URL"] == f"http://tern:{port}/"
    (volume,) = compose["services"]["page"]["volumes"]
    included = re.search(r"include (\S+)/\*\.conf;", (ROOT / "web" / "nginx.conf").read_text())[1]
    assert volume.split(":")[1].startswith(included + "/")
