"""The place of the settings: what is set and by whom, a key that never comes back, and trying a server."""

import os
import stat

import pytest
from test_access import obstacles_in_both_schemes

from rag.errors import SettingsError
from rag.settings import read_settings, settings_file
from ui.own_settings import keep, proposed, reread, shown

SERVER, OTHER = "http://127.0.0.1:9/v1", "http://127.0.0.1:10/v1"


@pytest.fixture
def own(tmp_path, monkeypatch):
    for name in [name for name in os.environ if name.startswith(("OPENAI_", "CITEWELL_"))]:
        monkeypatch.delenv(name)
    return read_settings({"CITEWELL_HOME": str(tmp_path)})


def test_what_is_kept_stands_in_the_librarys_file_for_its_owner_alone(own):
    settings_file(own.home).write_text("# mine\nCITEWELL_PORT=7000\nexport CITEWELL_STEPS=1\n", encoding="utf-8")
    now = keep(
        own, {"openai_base_url": SERVER, "openai_model": "it's \\ a model", "openai_api_key": "sk-1", "steps": ""}
    )
    assert (now.openai_model, now.openai_api_key, now.steps, now.port) == ("it's \\ a model", "sk-1", 4, 7000)
    text = settings_file(own.home).read_text(encoding="utf-8")
    assert text.startswith("# mine\nCITEWELL_PORT=7000\n") and "STEPS" not in text
    if os.name == "posix":
        assert stat.S_IMODE(settings_file(own.home).stat().st_mode) == 0o600
    assert "sk-1" not in str([field.value for field in shown(now)]) and now.has_server


def test_a_kept_key_never_goes_to_another_server(own):
    now = keep(own, {"openai_base_url": SERVER, "openai_api_key": "sk-1"})
    assert reread(now, proposed(now, {"openai_model": "m"})).openai_api_key == "sk-1"
    assert not reread(now, proposed(now, {"openai_base_url": OTHER})).openai_api_key
    assert keep(now, {"openai_base_url": OTHER, "openai_api_key": "sk-2"}).openai_api_key == "sk-2"
    assert not keep(now, {"openai_base_url": ""}).has_server


def test_the_environment_wins_and_is_said_to(own, monkeypatch):
    monkeypatch.setenv("CITEWELL_STEPS", "2")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-env")
    now = keep(own, {"steps": "3", "openai_base_url": SERVER})
    fields = {field.name: field for field in shown(now)}
    assert now.steps == 2 and fields["steps"].fixed and fields["steps"].origin == "the environment"
    assert not now.openai_api_key and "not sent" in now.withheld[0]


@pytest.mark.parametrize("values", [{"sources": "many"}, {"steps": "99"}, {"openai_model": "a\nb"}, {"check": "no"}])
def test_a_value_that_cannot_be_used_is_not_kept(own, values):
    with pytest.raises(SettingsError):
        keep(own, values)
    assert not settings_file(own.home).exists()


def test_the_place_keeps_tries_and_forgets(desk, desk_library, monkeypatch):
    monkeypatch.setenv("CITEWELL_STEPS", "2")
    page = desk("settings")
    page.wait_for_selector(".settings dd:has-text('60 papers')")
    page.fill("[name=openai_base_url]", SERVER)
    page.fill("[name=openai_api_key]", "sk-secret")
    page.get_by_text("Limits and prices").click()
    page.fill("[name=retries]", "0")
    page.locator("[data-act=try]").click()
    page.wait_for_selector(".settings .failure:has-text('127.0.0.1:9')")
    page.locator("[data-part=save]").click()
    page.wait_for_selector("text=Saved; the next question is answered so.")
    assert page.locator("[name=steps]").is_disabled()
    assert not obstacles_in_both_schemes(page)
    page.reload()
    page.wait_for_selector("[name=openai_base_url]")
    assert page.input_value("[name=openai_base_url]") == SERVER and page.input_value("[name=openai_api_key]") == ""
    assert "sk-secret" not in page.content() and "answers by" in page.locator(".about-library").inner_text()
    page.get_by_role("button", name="Forget the key").click()
    page.wait_for_selector("text=The key is forgotten.")
    assert "sk-secret" not in settings_file(desk_library.home).read_text(encoding="utf-8")
    page.fill("[name=openai_base_url]", "")
    page.locator("[data-part=save]").click()
    page.wait_for_selector(".about-library:has-text('without a language model')")
