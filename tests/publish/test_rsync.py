"""A module of rsync's own daemon as a target. Targets over ssh are among those of `test_targets.py`."""

from __future__ import annotations

from published import SITE, publish_to, write_output
from servers import RsyncDaemonPlace

from generator.publish.store import RECORD


def test_a_daemon_is_asked_without_ssh(tmp_path, servers):
    place = RsyncDaemonPlace(tmp_path / "place", servers)
    output = write_output(tmp_path / "public", SITE)
    with place.opened() as store:
        publish_to(store, output)
        assert place.site() == SITE
        assert store.list().keys() == SITE.keys()
        assert publish_to(store, output) is None
        files = {**SITE, "index.html": b"new"}
        del files["articles/cd/cde.html"]
        publish_to(store, write_output(output, files), yes=True)
    assert place.site() == files
    assert RECORD in place.files()
