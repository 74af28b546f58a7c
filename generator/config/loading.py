"""Find and read `digest.toml`, and resolve the folders of its site."""

from __future__ import annotations

import os
import re
import shlex
import tomllib
from pathlib import Path

import msgspec

from generator.config.checks import config_of, faults_of
from generator.config.problems import as_typed, line_in, problem_at, problem_in
from generator.config.site import BROKEN_LINK, BROKEN_LINK_ADVICE, FILE_NAME, OWN_FOLDER, Config, Site
from generator.model.errors import ConfigError


def load(
    file: Path, *, content: Path | None = None, output: Path | None = None, base_url: str | None = None
) -> Site:
    """Read a configuration file and return its site. A missing file counts as empty.

    The keyword arguments come from the command line and override the file. Raises `ConfigError` with every
    fault. A fault in an argument names its option.
    """
    config = _parsed(file)
    if base_url is not None:
        config = msgspec.structs.replace(config, base_url=base_url)
    problems = [*faults_of(config, file, is_address_typed=base_url is not None)]
    if problems:
        raise ConfigError(*problems)
    if config.base_url is not None:
        config = msgspec.structs.replace(config, base_url=config.base_url.rstrip("/") + "/")
    root = file.absolute().parent
    site = Site(
        root=root,
        content=(content or root / config.content).absolute(),
        output=(output or root / config.output).absolute(),
        config=config,
    )
    _check_folders(site, file.name, content, output)
    return site


def found_above(here: Path) -> Path | None:
    """Return the configuration file in a folder or its nearest ancestor that has one; None if there is none.

    A file in an ancestor is ignored if it belongs to another user. Templates are code, so anybody who can
    write to a shared folder such as `/tmp` could make us run theirs. Git has the same rule for repositories.
    """
    for folder in (here, *here.parents):
        file = folder / FILE_NAME
        try:
            owner = file.stat().st_uid
        except OSError:
            if not os.path.lexists(file):
                continue
            # A broken link. `load` reports it, so that no other configuration is used in its place.
            return file
        if folder == here or not hasattr(os, "geteuid") or owner in {os.geteuid(), 0}:
            return file
        return None
    return None


def no_digest(here: Path) -> ConfigError:
    """Return the error for a command that needs a digest where there is none."""
    message = f"is not a digest: there is no {FILE_NAME} here or in a folder above, and no folder content/"
    advice = "start one with `broadsheet init`, or name your configuration file with --config"
    above = next((file for folder in here.parents if (file := folder / FILE_NAME).is_file()), None)
    if above is not None:
        message = f"is not a digest: there is no {FILE_NAME} here, and {above} belongs to another user"
        advice = f"if you trust it, name it with -c {shlex.quote(str(above))}"
    return ConfigError(problem_at(str(here), message, advice))


def no_folder(error: OSError) -> ConfigError:
    """Return the error for a current folder that is deleted or cannot be entered."""
    return ConfigError(
        problem_at(".", f"the current folder cannot be used: {error.strerror}", "change to another folder")
    )


def missing(file: Path) -> ConfigError:
    """Return the error for a configuration file that `--config` names and that does not exist."""
    return ConfigError(problem_in(file, "does not exist", "name another with --config"))


def find_content(site: Site) -> None:
    """Raise `ConfigError` if the content folder does not exist."""
    if not site.content.is_dir():
        message = f"there is no folder {site.content} to read clippings from"
        advice = "run this in the folder of your digest, or name another with --content or `content`"
        raise ConfigError(problem_at(site.content.name, message, advice))


def _parsed(file: Path) -> Config:
    try:
        text = file.read_text("utf-8")
        table = tomllib.loads(text)
    except FileNotFoundError as error:
        if os.path.lexists(file):
            raise ConfigError(problem_in(file, BROKEN_LINK, BROKEN_LINK_ADVICE)) from error
        return Config()
    except OSError as error:
        fault = problem_in(file, f"cannot be read: {error.strerror}", "check the file and its permissions")
        raise ConfigError(fault) from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise ConfigError(problem_in(file, "is not UTF-8 text", "save it as UTF-8", line)) from error
    except tomllib.TOMLDecodeError as error:
        at = line_in(error)
        advice = _advice_on(text.split("\n")[at - 1] if at else "")
        raise ConfigError(problem_in(file, f"is not valid TOML: {error}", advice, at)) from error
    return config_of(table, file)


_UNQUOTED = re.compile(r"\s*\[\s*(\w+)\s*\.\s*([^\"'\[\]]+?)\s*\]")
"""The head of a table whose name may need quotes, such as `[tags.供应链]`."""


def _advice_on(line: str) -> str:
    """Return what to do about a line that is not valid TOML."""
    head = _UNQUOTED.match(line)
    return f'write [{head[1]}."{head[2]}"], with quotes' if head else "see https://toml.io"


def _check_folders(site: Site, file: str, typed_content: Path | None, typed_output: Path | None) -> None:
    """Raise `ConfigError` if the output folder contains another folder of the site, or is inside one.

    The message quotes folders from the command line as you typed them.
    """
    content, output = _real(site.content), _real(site.output)
    place = as_typed("--output", typed_output) if typed_output else file
    if content == output or content in output.parents or output in content.parents:
        raise ConfigError(
            problem_at(
                as_typed("--content", typed_content) if typed_content and not typed_output else place,
                f"the output folder {site.output} and the content folder {site.content} overlap",
                "choose an output folder beside the content folder, with "
                + ("--output" if typed_output else "`output`"),
            )
        )
    for name in ("static", "templates", "cleaning", OWN_FOLDER, ".git"):
        folder = _real(site.root / name)
        if output == folder or folder in output.parents:
            raise ConfigError(
                problem_at(
                    place, f"the output folder {site.output} is inside {name}/", "choose one outside it"
                )
            )
    root = _real(site.root)
    if output == root or output in root.parents:
        raise ConfigError(
            problem_at(
                place,
                f"the output folder {site.output} contains the site itself",
                "choose one inside the site",
            )
        )


def _real(path: Path) -> Path:
    """Return the path with links resolved. `Path.resolve` would raise for a link to itself."""
    return Path(os.path.realpath(path))
