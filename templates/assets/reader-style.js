// How the parts that scripts add look. In a layer, so that a site's own styles win.
const sheet = new CSSStyleSheet();
sheet.replaceSync(`@layer reader {
._hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
li:is(._new, ._seen, ._later), li:has(> ._star) { position: relative; }
li._new::before { content: ""; position: absolute; inset-block: .3rem; inset-inline-start: -.6rem; border-inline-start: 3px solid var(--accent); }
li._seen { color: var(--visited); }
li._seen::before { content: "✓" / ""; position: absolute; inset-block-start: .2rem; inset-inline-start: -.85rem; color: var(--muted); font: .75rem/1.6 var(--sans); }
._star, ._bar button, ._tools button, dialog button, .later button { font: inherit; color: inherit; background: none; border: 0; cursor: pointer; }
._star { position: absolute; inset-block-start: 0; inset-inline-end: -.35rem; width: 1.75rem; height: 1.75rem; padding: 0; background: var(--paper); color: var(--muted); font: 1.1rem/1 var(--sans); }
._star::before { content: "☆" / ""; }
._star[aria-pressed=true] { color: var(--accent); }
._star[aria-pressed=true]::before { content: "★" / ""; }
._plus { position: absolute; margin-inline-start: .4em; color: var(--accent); font: 700 .75rem/1 var(--sans); }
.months a:has(._plus), .numbers td:has(._plus) { position: relative; }
.months ._plus { inset-block-start: .35rem; inset-inline-end: .35rem; }
.numbers ._plus { inset-inline-start: 0; margin: .3rem 0 0; font-size: .6875rem; }
._bar { position: fixed; inset-block-end: .75rem; inset-inline-end: .75rem; z-index: 2; display: flex; flex-wrap: wrap; align-items: center; gap: 0 .25rem; max-width: calc(100vw - 1.5rem); padding: .15rem .35rem .15rem .85rem; background: var(--raised); border: 1px solid var(--ink); font-size: .875rem; }
._bar p { margin-inline-end: .5rem; }
._bar ._since { color: var(--muted); }
:is(._bar, ._tools) button { min-height: 2.25rem; padding: 0 .6rem; color: var(--accent); }
:is(._bar, ._tools, dialog, .later) button:hover { text-decoration: underline; }
html._barred { scroll-padding-block: 3rem 4rem; }
._tools { display: flex; flex-wrap: wrap; margin-inline: -.6rem; font-size: .875rem; }
dialog { max-width: min(32rem, 92vw); padding: 1rem 1.25rem; color: var(--ink); background: var(--paper); border: 1px solid var(--ink); }
dialog::backdrop { background: #0006; }
dialog h2 { font-size: 1.125rem; }
dialog dl { display: grid; grid-template-columns: auto 1fr; gap: .3rem 1rem; margin-block: .75rem; }
dialog p { margin-block-start: .75rem; display: flex; flex-wrap: wrap; justify-content: space-between; gap: .5rem; }
dialog button { min-height: 2.25rem; padding: 0 .6rem; color: var(--accent); }
kbd { padding: .05em .4em; border: 1px solid var(--muted); font: .875em var(--mono); }
@media (max-width: 47.99rem) {
.day :is(.columns, details) li > ._star { height: 2.75rem; }
.day :is(.columns, details) li._seen::before { inset-block-start: .75rem; }
}
@media (hover: none) { ._star { inset-inline-end: -.6rem; width: 2.2rem; } }
@media (max-width: 47.99rem) { ._bar { inset-inline: .5rem; inset-block-end: .5rem; } ._bar p { flex: 1; } ._bar ._since { display: none; } }
@media print { ._bar, ._star, ._tools, dialog, ._plus { display: none; } li:is(._new, ._seen)::before { content: none; } }
}`);
document.adoptedStyleSheets.push(sheet);
