"""Which `pulumi` the set-up uses on which machine."""

import os
import threading
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from tools.setup import __main__ as setup
from tools.setup.build import Build, go_refusal
from tools.setup.cache import cache_folder, publishing, writing
from tools.setup.console import SetupError
from tools.setup.download import Download
from tools.setup.on_path import LAUNCHERS, OnPath
from tools.setup.pins import Pins, parse_version, read_pins
from tools.setup.sources import Source, Unavailable, find, install, selected

CHECKOUT = Path(__file__).parents[2]
OLDEST = (3, 274, 1)


@dataclass
class FakeSource(Source):
    name: str
    kept: Path | None = None
    made: Path | None = None
    tried: list[str] = field(default_factory=list)

    @property
    def cure(self):
        return f"cure of {self.name}"

    def find(self):
        return self.kept

    def install(self):
        self.tried.append(self.name)
        if self.made is None:
            raise Unavailable(f"{self.name} is out of order")
        return self.made


def script(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def pulumi_in(folder, version, launchers=LAUNCHERS):
    for launcher in launchers:
        script(folder / launcher, "exit 1")
    return script(folder / "pulumi", f"echo {version}")


def on_path(*folders):
    return OnPath(os.pathsep.join(map(str, folders)), OLDEST)


def test_an_installed_pulumi_is_taken_in_the_order_of_the_sources_without_any_work():
    sources = [
        FakeSource("path"),
        FakeSource("download", kept=Path("b")),
        FakeSource("build", kept=Path("c"), made=Path("d")),
    ]
    assert find(sources) == Path("b")
    assert not sources[2].tried


def test_the_release_is_downloaded_before_anything_is_built():
    sources = [FakeSource("path"), FakeSource("download", made=Path("b")), FakeSource("build", made=Path("c"))]
    assert install(sources) == Path("b")
    assert not sources[2].tried


def test_the_engine_is_built_where_the_download_is_impossible(capsys):
    sources = [FakeSource("path"), FakeSource("download"), FakeSource("build", made=Path("c"))]
    assert install(sources) == Path("c")
    assert "not by download: download is out of order" in capsys.readouterr().err


def test_when_no_source_works_the_error_names_the_cure_of_each():
    with pytest.raises(SetupError) as failure:
        install([FakeSource("path"), FakeSource("download"), FakeSource("build")])
    assert [f"cure of {name}" in str(failure.value) for name in ("path", "download", "build")] == [True] * 3


def test_the_engine_comes_while_the_packages_are_installed(tmp_path, monkeypatch):
    began = threading.Event()

    class Environment:
        bin = tmp_path

        def prepare(self):
            if not began.wait(60):
                raise SetupError("no engine was installed meanwhile")

    class Engine(FakeSource):
        def install(self):
            began.set()
            return super().install()

    monkeypatch.setattr(setup, "_sources", lambda *_: [Engine("build", made=tmp_path / "engine" / "pulumi")])
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    setup._set_up(Environment())
    assert str(tmp_path / "engine" / "pulumi") in (tmp_path / "pulumi").read_text()


def test_packages_that_cannot_be_installed_stop_the_set_up(tmp_path, monkeypatch):
    class Environment:
        bin = tmp_path

        def prepare(self):
            raise SetupError("no package index")

    monkeypatch.setattr(setup, "_sources", lambda *_: [FakeSource("build", kept=tmp_path / "engine" / "pulumi")])
    with pytest.raises(SetupError, match="no package index"):
        setup._set_up(Environment())
    assert not (tmp_path / "pulumi").exists()


def test_the_environment_can_select_one_source():
    sources = [FakeSource("path", kept=Path("a")), FakeSource("download"), FakeSource("build", kept=Path("c"))]
    assert find(selected(sources, {"PULUMI_ENGINE": "build"})) == Path("c")
    assert selected(sources, {"PULUMI_ENGINE": ""}) == sources


def test_an_unknown_source_is_refused_and_the_error_names_the_known_ones():
    with pytest.raises(SetupError, match="'source', but must be one of: path, build"):
        selected([FakeSource("path"), FakeSource("build")], {"PULUMI_ENGINE": "source"})


@pytest.mark.parametrize("version", ["v3.274.1", "v3.300.1", "3.274.1"])
def test_a_recent_pulumi_on_path_is_used(tmp_path, version):
    pulumi = pulumi_in(tmp_path, version)
    assert on_path(tmp_path).find() == pulumi


@pytest.mark.parametrize(
    ("version", "reason"),
    [("v3.274.0", "is v3.274.0, and v3.274.1 is the oldest"), ("nonsense", "does not tell its version")],
)
def test_a_pulumi_on_path_without_a_recent_version_is_skipped(tmp_path, version, reason):
    pulumi_in(tmp_path, version)
    assert on_path(tmp_path).find() is None
    with pytest.raises(Unavailable, match=reason):
        on_path(tmp_path).install()


def test_a_broken_pulumi_on_path_is_skipped(tmp_path):
    pulumi_in(tmp_path, "").write_text("#!/bin/sh\nexit 3\n")
    assert on_path(tmp_path).find() is None


def test_the_wrapper_of_an_activated_environment_is_not_taken_for_an_installed_pulumi(tmp_path):
    pulumi_in(tmp_path / "venv", "v3.274.1", launchers=())
    real = pulumi_in(tmp_path / "installed", "v3.274.1")
    assert on_path(tmp_path / "venv").find() is None
    assert on_path(tmp_path / "venv", tmp_path / "installed").find() == real


def test_launchers_count_beside_the_file_that_a_link_leads_to(tmp_path):
    real = pulumi_in(tmp_path / "real", "v3.274.1")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "pulumi").symlink_to(real)
    assert on_path(tmp_path / "bin").find() == tmp_path / "bin" / "pulumi"


def test_without_a_pulumi_on_path_the_reason_says_so(tmp_path):
    with pytest.raises(Unavailable, match="no pulumi on PATH"):
        on_path(tmp_path / "not there").install()


def download(tmp_path, python):
    (tmp_path / "cache").mkdir(exist_ok=True)
    fake = script(tmp_path / "python", python)
    return Download(tmp_path / "cache", Pins(engine=OLDEST, go=(1, 25, 11)), fake, lambda: fake)


def test_a_downloaded_release_is_kept_for_the_next_checkout(tmp_path):
    # The installer's arguments are `-c <program> <folder> <version>`; the check that comes first has no folder.
    installer = '[ -z "$3" ] || { mkdir "$3/bin" && echo "$4" > "$3/bin/pulumi"; }'
    source = download(tmp_path, installer)
    assert source.find() is None
    pulumi = source.install()
    assert pulumi.read_text().strip() == "3.274.1"
    assert source.find() == pulumi


def test_when_the_server_cannot_be_reached_the_next_source_is_tried(tmp_path):
    with pytest.raises(Unavailable, match="cannot be reached"):
        download(tmp_path, "exit 1").install()


def test_a_download_that_fails_half_way_leaves_nothing_behind(tmp_path):
    source = download(tmp_path, '[ -z "$3" ] || { mkdir "$3/bin"; exit 1; }')
    with pytest.raises(Unavailable, match="the installer failed"):
        source.install()
    assert list((tmp_path / "cache").iterdir()) == []
    assert source.find() is None


@pytest.mark.parametrize(
    ("found", "reason"),
    [(None, "no working go"), ((1, 24, 9), "go 1.24.9 is older than 1.25.11"), ((1, 25, 11), None), ((1, 26, 0), None)],
)
def test_go_must_be_as_new_as_the_module_asks_for(found, reason):
    refused = go_refusal(found, (1, 25, 11))
    assert refused == reason if reason is None else reason in refused


def test_without_go_there_is_no_build(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Unavailable, match="no working go"):
        module(tmp_path).install()


def test_an_engine_is_built_once_and_again_when_a_launcher_changes(tmp_path, monkeypatch):
    # A Go that answers `env GOVERSION`, and for `build … -o <file> <package>` writes the file.
    script(tmp_path / "bin" / "go", '[ "$1" = env ] && echo go1.26.0 && exit; echo built > "$6"')
    monkeypatch.setenv("PATH", str(tmp_path / "bin"), prepend=os.pathsep)
    source = module(tmp_path)
    assert source.find() is None
    pulumi = source.install()
    assert source.find() == pulumi
    assert sorted(path.name for path in pulumi.parent.iterdir()) == ["pulumi", "pulumi-language-python"]
    (tmp_path / "engine" / "launchers" / "pulumi-language-python").write_text("another")
    assert source.find() is None


def test_a_build_that_fails_says_what_it_needs_and_leaves_nothing_behind(tmp_path, monkeypatch):
    script(tmp_path / "bin" / "go", '[ "$1" = env ] && echo go1.26.0 && exit; echo half > "$6"; exit 1')
    monkeypatch.setenv("PATH", str(tmp_path / "bin"), prepend=os.pathsep)
    with pytest.raises(SetupError, match="It needs the modules of tools/engine"):
        module(tmp_path).install()
    assert list((tmp_path / "cache").iterdir()) == []


def module(tmp_path):
    (tmp_path / "cache").mkdir()
    launchers = tmp_path / "engine" / "launchers"
    launchers.mkdir(parents=True)
    for file in (tmp_path / "engine" / "go.mod", tmp_path / "engine" / "go.sum", launchers / LAUNCHERS[0]):
        file.write_text("first")
    return Build(tmp_path / "cache", Pins(engine=OLDEST, go=(1, 25, 11)), tmp_path / "engine")


def test_the_cache_loses_what_an_interrupted_set_up_left_and_keeps_what_is_complete(tmp_path):
    cache = tmp_path / "cache"
    (cache / "unfinished-abc").mkdir(parents=True)
    with writing(cache), publishing(cache / "engine") as work:
        (work / "pulumi").write_text("whole")
    assert [path.relative_to(cache).as_posix() for path in sorted(cache.rglob("*"))] == ["engine", "engine/pulumi"]


def test_the_cache_is_where_each_system_keeps_its_caches(monkeypatch):
    monkeypatch.setenv("HOME", "/somebody")
    assert cache_folder({}, "linux") == Path("/somebody/.cache/pulumi-ssm-maintenance")
    assert cache_folder({}, "darwin") == Path("/somebody/Library/Caches/pulumi-ssm-maintenance")
    assert cache_folder({"XDG_CACHE_HOME": "/caches"}, "linux") == Path("/caches/pulumi-ssm-maintenance")


def test_the_error_for_a_cache_that_cannot_be_created_names_the_cure(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(SetupError, match="Set XDG_CACHE_HOME"), writing(tmp_path / "file" / "cache"):
        pass


def test_the_pins_come_from_the_modules_own_file():
    pins = read_pins(CHECKOUT / "tools" / "engine" / "go.mod")
    assert pins.engine == OLDEST
    assert pins.go >= (1, 25, 0)


@pytest.mark.parametrize(
    ("text", "version"),
    [("v3.274.1\n", (3, 274, 1)), ("go1.26.8", (1, 26, 8)), ("1.26", (1, 26, 0)), ("v3.275.0-alpha.x", (3, 275, 0))],
)
def test_versions_are_read_as_their_tools_print_them(text, version):
    assert parse_version(text) == version
