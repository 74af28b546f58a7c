"""HTML that is told to be as the sanitiser writes it is so, byte for byte."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.render import sanitise
from generator.render.wellformed import REL, is_canonical

PICTURE = ' loading="lazy" decoding="async" referrerpolicy="no-referrer">'
WRITTEN = [
    "",
    '<p>Plain &amp; simple: 1 &lt; 2, “汉字” "quoted", a&nbsp;b\tc</p>\n',
    "<p>a<br>\nb <strong><em>c</em> <strong>d</strong></strong> <s>e</s> <code>f</code></p>\n<hr>\n",
    f'<h2><a href="https://a.example/b?c=d&amp;e#f" title="&quot;T&quot;" rel="{REL}"><em>a</em></a></h2>\n',
    f'<p><img src="http://a.example:8080/b.png" alt="1" title="2" width="3" height="4"{PICTURE}</p>\n',
    f'<p><a href="https://a.example/" rel="{REL}"><img src="https://b.example" alt=""{PICTURE}</a></p>\n',
    '<ul>\n<li>a\n<ol start="3">\n<li>\n<p>b</p>\n</li>\n</ol>\n</li>\n</ul>\n',
    f"<p>{'<strong>' * 9}a{'</strong>' * 9}b</p>\n",
    "<blockquote>\n" * 50 + "</blockquote>\n" * 50,
    "<blockquote>\n<p>a</p>\n<h3>b</h3>\n<blockquote>\n</blockquote>\n</blockquote>\n",
    '<pre tabindex="0"><code>\na\n</code></pre>\n',
    '<div class="table" tabindex="0"><table>\n<thead>\n<tr>\n<th>a</th>\n<th class="align-left">b</th>\n'
    "</tr>\n</thead>\n<tbody>\n<tr>\n<td></td>\n<td>c</td>\n</tr>\n</tbody>\n</table></div>\n",
]
OTHERS = [
    "<script>alert(1)</script>",
    '<p onclick="alert(1)">a</p>\n',
    '<p><a href="javascript:alert(1)">a</a></p>\n',
    f'<p><a href="javascript:alert(1)" rel="{REL}">a</a></p>\n',
    f'<p><a href="https://a.example/"onclick="alert(1)" rel="{REL}">a</a></p>\n',
    f'<p><a href="https://a.example/" title="a"b" rel="{REL}">a</a></p>\n',
    f'<p><a href="https://xn--a.example/" rel="{REL}">a</a></p>\n',
    f'<p><a href="https://1.2.3.999/" rel="{REL}">a</a></p>\n',
    '<p><a href="https://a.example/">a</a></p>\n',
    f'<p><a href="https://a.example/" rel="{REL}">a<a href="https://b.example/" rel="{REL}">b</a></a></p>\n',
    f'<p><a href="https://a.example/" rel="{REL}"><em><a href="https://b.example" rel="{REL}">b</a></em></a>',
    f'<p><img src="https://a.example/" alt="&lt;b>"{PICTURE}</p>\n',
    f'<p><img src="x" alt="" onerror="alert(1)"{PICTURE}</p>\n',
    "<p>a",
    "a</p>",
    "<p><p>a</p></p>\n",
    "<p><em>a</p></em>\n",
    "<p>a</p></div>",
    "<h2>a</h3>\n",
    "<ul>\n<p>a</p>\n</ul>\n",
    '<div class="table" tabindex="0"><table>a<tbody>\n<tr>\n<td>b</td>\n</tr>\n</tbody>\n</table></div>\n',
    '<div class="table" tabindex="0"><table>\n<tbody>\n<tr>\n<td>b</td>\na</tr>\n</tbody>\n</table></div>\n',
    '<pre tabindex="0">\n<code>a</code></pre>\n',
    "<p>a & b</p>\n",
    "<p>a > b</p>\n",
    "<p>a&#8203;b</p>\n",
    "<p>a\xa0b</p>\n",
    "<p>a\r\nb</p>\n",
    "<p>a\x0bb\x00\ufffe\U0001ffff</p>\n",
    "<P>a</P>\n",
    "\ufeff<p>a</p>\n",
    "<!-- a -->",
]
TAGS = (
    *(f"<{tag}>" for tag in sorted(sanitise.TAGS)),
    f'<a href="https://a.example/" rel="{REL}">',
    f'<img src="https://a.example/" alt=""{PICTURE}',
    '<ol start="2">',
    '<pre tabindex="0">',
    '<div class="table" tabindex="0">',
    '<td class="align-left">',
)
TEXTS = ("", "a", " ", "\n", "汉", "&amp;", "&lt;", "&nbsp;", "\ufeff", "&", '"', "<br>")
PIECES = st.sampled_from([*TAGS, *(f"</{tag}>\n" for tag in sorted(sanitise.TAGS)), *TEXTS])
NESTED = st.recursive(
    st.sampled_from(TEXTS),
    lambda inner: st.builds(
        lambda tag, parts, end: f"{tag}{''.join(parts)}</{tag[1:-1].split()[0]}>{end}",
        st.sampled_from(TAGS),
        st.lists(inner, max_size=3),
        st.sampled_from(["", "\n"]),
    ),
)


@pytest.mark.parametrize("html", WRITTEN)
def test_what_is_written_so_is_left_alone(html):
    assert is_canonical(html)
    assert sanitise.cleaned(html) == sanitise.clean(html) == html


@pytest.mark.parametrize("html", OTHERS)
def test_anything_else_is_cleaned(html):
    assert not is_canonical(html)


@pytest.mark.slow
@given(st.one_of(st.lists(PIECES, max_size=12).map("".join), st.lists(NESTED, max_size=3).map("".join)))
@settings(max_examples=1500, deadline=None)
def test_what_is_told_to_be_so_is_what_the_sanitiser_writes(html):
    assert not is_canonical(html) or sanitise.cleaned(html) == html


@given(st.from_regex(r"[A-Za-z0-9.:/?#@%~\\\[\]_-]{1,30}", fullmatch=True), st.text(max_size=20))
@settings(max_examples=500, deadline=None)
def test_any_address_and_value(rest, value):
    html = f'<p><a href="https://{rest}" title="{value}" rel="{REL}">{value}</a></p>\n'
    assert not is_canonical(html) or sanitise.cleaned(html) == html
