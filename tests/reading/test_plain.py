"""What a plain YAML parser makes of front matter: crafted front matter must not make it slow."""

import time

import pytest

from generator.reading.plain import plain_fields, quoted_where_needed


def merged(levels: int) -> str:
    """Nested merge keys: each level holds nine times the fields of the one before."""
    lines = ["a0: &a0 {x: 1, y: 2}"]
    lines += [f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 9)}]}}" for n in range(1, levels)]
    return "\n".join(lines)


@pytest.mark.parametrize("block", ["a: {<<: {b: c}}", "<<: {b: c}", merged(6), merged(40)])
def test_merge_keys_are_refused(block):
    start = time.process_time()
    assert plain_fields(block) is None
    assert quoted_where_needed(tuple(block.split("\n"))) is None
    assert time.process_time() - start < 5  # some milliseconds on a machine that does nothing else


def test_aliases_that_copy_nothing_are_read():
    assert plain_fields("a: &x [b, c]\nd: *x\n=: e") == {"a": ["b", "c"], "d": ["b", "c"], "=": "e"}
