"""What a watching command reads again, and when."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.cli.actions import build_function
from generator.cli.options import CliOptions
from generator.config.site import Site
from generator.model.errors import ConfigError
from generator.preview.live import Live
from writing import site_in, write_clipping, write_config


def test_time_alone_reads_no_configuration(tmp_path: Path) -> None:
    """What a save of the configuration is worth is told by its own event, once."""
    loaded: list[Site] = []

    def site() -> Site:
        loaded.append(site_in(tmp_path))
        return loaded[-1]

    write_clipping(tmp_path / "content", "a.md")
    config = write_config(tmp_path)
    live = Live(1)
    try:
        rebuild = build_function(CliOptions(quiet=True, as_of="2024-12-31"), site, None, live)
        rebuild(lambda: None, None)
        write_config(tmp_path, "title = 1\n")
        rebuild(lambda: None, frozenset())
        assert len(loaded) == 1
        with pytest.raises(ConfigError):
            rebuild(lambda: None, frozenset({config}))
        write_config(tmp_path, 'title = "Another"\n')
        assert rebuild(lambda: None, frozenset({config})).changed is not False
        assert len(loaded) == 2
    finally:
        live.close()
