"""`digest.toml`: what is accepted, what is refused and how, and the page that documents it."""

import re
from pathlib import Path

import msgspec
import pytest

from generator.config.loading import load
from generator.config.site import (
    ARTICLE_FIELDS,
    Config,
    IdentifierConfig,
    Limits,
    PublishConfig,
    SourceConfig,
    TagConfig,
)
from generator.model.errors import ConfigError
from generator.model.types import TextPolicy

REFERENCE = Path(__file__).parents[2] / "docs/reference/configuration.md"


def write(folder: Path, text: str) -> Path:
    file = folder / "digest.toml"
    file.write_text(text, "utf-8")
    return file


def refused(folder: Path, text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load(write(folder, text))
    return [str(problem) for problem in caught.value.problems]


def test_no_file_and_an_empty_one_are_the_defaults(tmp_path):
    assert load(tmp_path / "digest.toml").config == Config() == load(write(tmp_path, "")).config


def test_folders_are_found_beside_the_file(tmp_path):
    site = load(write(tmp_path, 'content = "clippings"\noutput = "site"\n'))
    assert (site.root, site.content, site.output) == (tmp_path, tmp_path / "clippings", tmp_path / "site")
    assert site.preview == tmp_path / ".broadsheet" / "preview"


def test_the_command_line_wins(tmp_path):
    file = write(tmp_path, 'base_url = "https://a.example"\ncontent = "x"\n')
    site = load(file, content=tmp_path / "y", output=tmp_path / "z", base_url="https://b.example/path")
    assert site.config.base_url == "https://b.example/path/"
    assert (site.content, site.output) == (tmp_path / "y", tmp_path / "z")


def test_a_source_has_its_own_settings(tmp_path):
    site = load(
        write(tmp_path, '[sources."A B"]\naliases = ["ab"]\nhome = "https://a.example/"\ntext = "link"\n')
    )
    assert site.config.sources == {
        "A B": SourceConfig(aliases=("ab",), home="https://a.example/", text=TextPolicy.LINK)
    }


def test_one_foreign_key_may_stand_without_a_list(tmp_path):
    assert load(write(tmp_path, '[fields]\nurl = "link"\ntags = ["topics", "labels"]\n')).config.fields == {
        "url": ("link",),
        "tags": ("topics", "labels"),
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('titel = "x"', "digest.toml:1: unknown key `titel`; did you mean `title`?"),
        ("\n[fields]\nurll = 'x'", "digest.toml:3: unknown key `fields.urll`; did you mean `fields.url`?"),
        (
            "[sources.A]\nhom = 'x'",
            "digest.toml:2: unknown key `sources.A.hom`; did you mean `sources.A.home`?",
        ),
        (
            "title = 1",
            "digest.toml:1: `title` must be text, not a number; "
            "see docs/reference/configuration.md for the values it accepts",
        ),
        (
            "search = 'titel'",
            'digest.toml:1: `search`: Invalid enum value \'titel\'; write one of "full", "titles", "none"',
        ),
        (
            "text = 'all'",
            'digest.toml:1: `text`: Invalid enum value \'all\'; write one of "full", "excerpt", "link"',
        ),
        (
            "timezone = 'Asia/Shanghia'",
            "digest.toml:1: unknown time zone `Asia/Shanghia`; did you mean `Asia/Shanghai`?",
        ),
        (
            "base_url = 'digest.example'",
            "digest.toml:1: `base_url` is not the address of a site: 'digest.example'; "
            "write it as https://host/ or https://host/path/",
        ),
        (
            '[sources]\ntext = "link"',
            "digest.toml:2: `sources.text` must be a table; "
            'write `[sources."Name"]`, and its keys on the lines below',
        ),
        ("feed_items = 0", "digest.toml:1: `feed_items` must be between 1 and 1000"),
        (
            "[sources.A]\nhome = 'javascript:alert(1)'",
            "digest.toml:2: `sources.A.home` is not a web address; write https://…",
        ),
        (
            "identifiers.ticket = 'x'",
            "digest.toml:1: `identifiers.ticket` must be a table; "
            "write `[identifiers.name]`, and its keys on the lines below",
        ),
        (
            "[identifiers.ticket]\npattern = 'PROJ-\\d+'\nurl = 'tickets/{id}'",
            "digest.toml:3: `identifiers.ticket.url` is not a web address; write https://…",
        ),
        ("[identifiers.ticket]", "digest.toml:1: `identifiers.ticket` has no `pattern`; write one"),
        (
            "[identifiers.ticket]\npattern = '(PROJ'",
            "digest.toml:2: `identifiers.ticket.pattern` is not valid: missing ), unterminated subpattern "
            "at position 0; write a Python regular expression, between '…'",
        ),
        (
            "[identifiers.ticket]\npattern = '(PROJ)?'",
            "digest.toml:2: `identifiers.ticket.pattern` matches every text; say more",
        ),
        (
            "[identifiers.cve]\npattern = 'CVE-2024-[0-9]+'",
            "digest.toml:2: `identifiers.cve` has a built-in pattern; "
            "give your kind another name, or turn the built-in one off with an empty pattern",
        ),
        (
            "[identifiers.search]\npattern = 'PROJ'",
            "digest.toml:1: `identifiers.search` is not a name for identifiers; "
            "write 2 to 20 of a-z; it is the name of a folder",
        ),
        (
            "[identifiers.sources]\npattern = 'PROJ'",
            "digest.toml:1: `identifiers.sources` is not a name for identifiers; "
            "write 2 to 20 of a-z; it is the name of a folder",
        ),
    ],
)
def test_a_fault_names_its_line_and_the_mend(tmp_path, text, message):
    assert refused(tmp_path, text) == [message]


def test_every_unknown_key_is_named_at_once(tmp_path):
    assert len(refused(tmp_path, "a = 1\nb = 2\n")) == 2


def test_broken_toml_names_the_line(tmp_path):
    [message] = refused(tmp_path, 'title = "x"\nbase_url = \n')
    assert message.startswith("digest.toml:2: is not valid TOML")


@pytest.mark.parametrize("head", ["tags.供应链", "sources.The Type Case"])
def test_a_name_of_a_table_without_quotes_is_written_with_them(tmp_path, head):
    kind, name = head.split(".")
    [message] = refused(tmp_path, f'title = "x"\n[{head}]\nhide = true\n')
    assert message.startswith("digest.toml:2: is not valid TOML")
    assert message.endswith(f'; write [{kind}."{name}"], with quotes')


def test_a_file_that_is_no_text_is_refused(tmp_path):
    (tmp_path / "digest.toml").write_bytes(b"\ntitle = '\xff'")
    with pytest.raises(ConfigError, match=r"digest\.toml:2: is not UTF-8 text"):
        load(tmp_path / "digest.toml")


def test_a_folder_in_its_place_is_refused(tmp_path):
    (tmp_path / "digest.toml").mkdir()
    with pytest.raises(ConfigError, match="cannot be read: Is a directory"):
        load(tmp_path / "digest.toml")


@pytest.mark.parametrize(
    "text",
    [
        'output = "content/out"',
        'output = "content"',
        'content = "public/in"',
        'output = "."',
        'output = ".."',
    ],
)
def test_folders_that_lie_in_each_other_are_refused(tmp_path, text):
    [message] = refused(tmp_path, text)
    assert "output folder" in message


def test_a_link_does_not_hide_that_folders_lie_in_each_other(tmp_path):
    (tmp_path / "content").mkdir()
    (tmp_path / "public").symlink_to(tmp_path / "content")
    assert "overlap" in refused(tmp_path, "")[0]


@pytest.mark.parametrize(
    "address", ["https://x.example/?q", "https://u@x.example/", "https://é.example/", "ftp://x"]
)
def test_an_address_that_cannot_be_a_site_is_refused(tmp_path, address):
    assert "not the address of a site" in refused(tmp_path, f'base_url = "{address}"')[0]


def test_a_key_of_an_earlier_version_is_answered_with_its_new_name(tmp_path):
    assert refused(tmp_path, '[fields]\nnote = ["remark"]') == [
        "digest.toml:2: unknown key `fields.note`; did you mean `fields.digest_note`?"
    ]


def test_the_reference_has_each_key_and_no_other():
    rows = set(re.findall(r"^\| `(\w+)` \|", REFERENCE.read_text("utf-8"), re.MULTILINE))
    tables = (Config, SourceConfig, TagConfig, IdentifierConfig, PublishConfig, Limits)
    keys = {*ARTICLE_FIELDS, *(field for table in tables for field in table.__struct_fields__)}
    assert rows == keys - {"fields", "sources", "identifiers", "limits"}
    assert {
        "`[fields]`",
        "`[limits]`",
        '`[sources."Name"]`',
        '`[tags."Name"]`',
        "`[identifiers.name]`",
        "`[publish.name]`",
    } <= set(re.findall(r"`\[.+?\]`", REFERENCE.read_text("utf-8")))


def test_the_reference_has_each_default():
    defaults = {
        field.name: field.default
        for field in msgspec.structs.fields(Config)
        if isinstance(field.default, str)
    }
    page = REFERENCE.read_text("utf-8")
    for key, default in defaults.items():
        row = re.search(rf"^\| `{key}` \|.*$", page, re.MULTILINE)
        assert row, key
        assert f'`"{default}"`' in row[0], key


def test_limits_are_read_and_bounded(tmp_path):
    site = load(write(tmp_path, "[limits]\ncpu_seconds = 2\n"))
    assert site.config.limits == Limits(cpu_seconds=2.0, memory_mb=400)
    assert "`limits.memory_mb` must be between" in refused(tmp_path, "[limits]\nmemory_mb = 1\n")[0]
    assert "did you mean `limits.memory_mb`" in refused(tmp_path, "[limits]\nmemory = 500\n")[0]


def test_where_to_publish_is_checked(tmp_path):
    target = '[publish.web]\naddress = "s3://b"\n'
    assert load(write(tmp_path, f'{target}endpoint = "https://r2.example"\n')).config.publish["web"].endpoint
    assert refused(tmp_path, f'{target}endpoint = "127.0.0.1:9000"\n') == [
        "digest.toml:3: `publish.web.endpoint` is not a web address; write https://…"
    ]
    [message] = refused(tmp_path, f'{target}endpoint = "https://me:hunter2@r2.example"\n')
    assert "`publish.web.endpoint` has credentials in it" in message
    assert "hunter2" not in message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("gzp = true", "digest.toml:8: unknown key `publish.web.gzp`; did you mean `publish.web.gzip`?"),
        ("connections = 0", "digest.toml:8: `publish.web.connections` must be between 1 and 256"),
        ('history = "no"', "digest.toml:8: `publish.web.history` must be true or false, not text"),
        ('precompress = "gz"', 'digest.toml:8: `publish.web.precompress` must be a list, not text; write '),
        ('precompress = ["gzip"]', 'digest.toml:8: `publish.web.precompress[0]`: '),
        ("[publish.web.cache]\nasets = ''", "digest.toml:9: unknown key `publish.web.cache.asets`; did "),
        ("[publish.web.cache]\nfeeds = 4", "digest.toml:9: `publish.web.cache.feeds` must be text"),
        ("cache = 'x'", "digest.toml:8: `publish.web.cache` must be a table, not text; write `["),
        ("[publish.c]\nhistory = true", "digest.toml:8: `publish.c` has no `address`; write one"),
    ],
)  # fmt: skip
def test_a_fault_in_a_place_to_publish_to_is_told_by_its_own_key_and_line(tmp_path, text, message):
    others = "[publish.a]\naddress = 'file:///a'\ngzip = true\nhistory = false\nconnections = 4\n"
    (told,) = refused(tmp_path, f"{others}[publish.web]\naddress = 's3://b'\n{text}\n")
    assert told.startswith(message)
