"""Settings: read from the environment and from files that the user chose, wrong values named, keys kept."""

import io
from pathlib import Path

import pytest

from rag.errors import SettingsError
from rag.settings import VARIABLES, Settings, read_settings, settings_file
from ui import common
from ui.cli import main

ROOT = Path(__file__).parent.parent


def test_env_example_lists_exactly_the_variables_that_are_read():
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    listed = [line.split("=")[0] for line in lines if "=" in line and not line.startswith("#")]
    assert sorted(listed) == sorted(VARIABLES.values())


def test_env_example_shows_the_defaults():
    shown = read_settings({"CITEWELL_HOME": "/x"}, ROOT / ".env.example")
    assert shown == Settings(home=Path("/x"))


def test_environment_wins_over_env_file(tmp_path):
    env_file = tmp_path / ".env"
    env_file.write_text("OPENAI_MODEL=from-file\nCITEWELL_PORT=1234\n")
    settings = read_settings({"OPENAI_MODEL": "from-environment"}, env_file)
    assert (settings.openai_model, settings.port) == ("from-environment", 1234)


def test_base_url_without_a_key_is_a_server():
    assert read_settings({"OPENAI_BASE_URL": "http://127.0.0.1:1/v1"}, None).has_server
    assert not read_settings({}, None).has_server


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("CITEWELL_PORT", "abc"),
        ("CITEWELL_PORT", "70000"),
        ("CITEWELL_SOURCES", "0"),
        ("CITEWELL_TIMEOUT", "-1"),
        ("CITEWELL_SHIPPED_PAPERS", "perhaps"),
        ("CITEWELL_TIMEOUT", "nan"),
    ],
)
def test_a_wrong_value_is_named(variable, value):
    with pytest.raises(SettingsError, match=variable) as caught:
        read_settings({variable: value}, None)
    assert "\n" not in str(caught.value)


def test_the_library_folder_has_settings_of_its_own_but_no_other_home(tmp_path):
    settings_file(tmp_path).write_text("CITEWELL_PORT=1234\nOPENAI_MODEL=kept\nCITEWELL_HOME=/elsewhere\n")
    settings = read_settings({"CITEWELL_HOME": str(tmp_path), "OPENAI_MODEL": "first"})
    assert (settings.home, settings.port, settings.openai_model) == (tmp_path, 1234, "first")
    assert settings.origins["CITEWELL_PORT"] == str(settings_file(tmp_path))


def test_nothing_in_a_file_is_expanded(tmp_path):
    file = tmp_path / "my.env"
    file.write_text("OPENAI_MODEL=${SECRET}\nOPENAI_BASE_URL='http://h/$SECRET'\n")
    settings = read_settings({"CITEWELL_HOME": str(tmp_path), "SECRET": "leaked"}, file)
    assert (settings.openai_model, settings.openai_base_url) == ("${SECRET}", "http://h/$SECRET")


KEY, SERVER = "OPENAI_API_KEY=key-{}\n", "OPENAI_BASE_URL=http://{}.example/v1\n"
TOKEN, CHROMA = "CITEWELL_CHROMA_TOKEN=key-{}\n", "CITEWELL_CHROMA_URL=http://{}.example\n"


@pytest.mark.parametrize(("key", "server"), [(KEY, SERVER), (TOKEN, CHROMA)])
@pytest.mark.parametrize(
    ("environment", "named", "library", "sends"),
    [
        ("key", "", "server", ("library", "")),
        ("key", "server", "", ("named", "")),
        ("key", "server", "key", ("named", "")),
        ("", "key", "server", ("library", "")),
        ("key", "server key", "", ("named", "key-named")),
        ("server", "key", "", ("environment", "key-named")),
        ("server key", "server key", "server key", ("environment", "key-environment")),
    ],
)
def test_a_server_gets_no_key_but_the_one_beside_it(tmp_path, key, server, environment, named, library, sends):
    def lines(where, what):
        return "".join(form.format(where) for word, form in (("key", key), ("server", server)) if word in what)

    (tmp_path / "my.env").write_text(lines("named", named))
    settings_file(tmp_path).write_text(lines("library", library))
    environ = dict(line.split("=", 1) for line in lines("environment", environment).splitlines())
    settings = read_settings({**environ, "CITEWELL_HOME": str(tmp_path)}, tmp_path / "my.env")
    given = (settings.openai_base_url, settings.openai_api_key)
    url, sent = (settings.chroma_url, settings.chroma_token) if server == CHROMA else given
    assert (url.partition("://")[2].partition(".")[0], sent) == sends
    assert bool(settings.withheld) == (not sent) and "key-" not in repr(settings)


@pytest.mark.parametrize("content", [b"\xff\xfe", b"A=b\n" * 50_000])
def test_a_file_that_holds_no_settings_is_said(tmp_path, content):
    (tmp_path / "my.env").write_bytes(content)
    with pytest.raises(SettingsError, match=r"my\.env") as caught:
        read_settings({"CITEWELL_HOME": str(tmp_path)}, tmp_path / "my.env")
    assert "\n" not in str(caught.value)


def test_a_home_that_no_file_system_takes_is_no_traceback(tmp_path):
    assert read_settings({"CITEWELL_HOME": "x" * 5_000}).home == Path("x" * 5_000)


@pytest.fixture
def stranger(monkeypatch, tmp_path):
    """A folder that someone else filled, in which the user stands."""
    for name in VARIABLES.values():
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setattr(common, "_decisions_file", lambda: tmp_path / "config" / "trusted.json")
    (tmp_path / "cloned").mkdir()
    monkeypatch.chdir(tmp_path / "cloned")
    file = tmp_path / "cloned" / ".env"
    file.write_text("OPENAI_BASE_URL=http://me:hidden@evil.example/v1\nOPENAI_API_KEY=key-theirs\n")
    return file


def test_a_file_of_a_stranger_counts_once_the_user_said_yes_and_until_it_changes(stranger, capsys):
    assert common.trusted_here() is None
    assert f"{stranger} is not used" in capsys.readouterr().err
    assert main(["trust"]) == 0
    said = capsys.readouterr().out
    assert "http://evil.example/v1" in said and "hidden" not in said and "key-theirs" not in said
    assert common.trusted_here().values["OPENAI_API_KEY"] == "key-theirs"
    stranger.write_text("CITEWELL_HOME=/elsewhere\n")
    assert common.trusted_here() is None


def test_a_no_is_kept_in_silence(stranger, capsys):
    assert main(["trust", "--no"]) == 0
    capsys.readouterr()
    assert common.trusted_here() is None and not capsys.readouterr().err


@pytest.mark.parametrize(("answer", "used"), [("y\n", True), ("\n", False)])
def test_a_terminal_is_asked_once(stranger, monkeypatch, capsys, answer, used):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    monkeypatch.setattr("sys.stdin", Terminal(answer))
    monkeypatch.setattr("sys.stderr", shown := Terminal())
    assert bool(common.trusted_here()) == bool(common.trusted_here()) == used
    assert shown.getvalue().count("[y/N]") == 1 and "key-theirs" not in shown.getvalue()


@pytest.mark.parametrize("content", [b"OTHER=1\n", b"\xff", b""])
def test_a_file_that_is_not_about_citewell_is_let_be(stranger, capsys, content):
    stranger.write_bytes(content)
    assert common.trusted_here() is None and not capsys.readouterr().err


def test_doctor_says_which_file_counted(library_home, tmp_path, monkeypatch, capsys):
    for name in VARIABLES.values():
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CITEWELL_HOME", str(library_home))
    (tmp_path / "my.env").write_text("CITEWELL_SOURCES=5\n")
    assert main(["doctor", "--env", str(tmp_path / "my.env")]) == 0
    assert f"CITEWELL_SOURCES from {tmp_path / 'my.env'}" in capsys.readouterr().out
