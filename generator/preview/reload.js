// Added to pages by the preview alone: reloads the page or swaps its styles after a build, and shows what made a
// build fail.
// It holds to the pages' Content-Security-Policy: no inline style, no markup made from text.
(() => {
  "use strict";
  const script = document.currentScript;
  const version = script.dataset.version;
  const address = new URL(script.dataset.events, script.src);
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
    :host { all: initial !important; position: fixed !important; inset: 0 !important; z-index: 2147483647 !important;
      display: block !important; overflow: auto !important; overscroll-behavior: contain !important;
      background: rgb(20 20 24 / .72) !important; }
    section { box-sizing: border-box; max-width: 60rem; margin: 6vh auto; padding: 1.25rem 1.5rem 1.5rem;
      background: #fff; color: #1b1b1f; border-top: .375rem solid #b3261e; border-radius: .25rem;
      font: 1rem/1.5 system-ui, sans-serif; box-shadow: 0 1rem 3rem rgb(0 0 0 / .4); }
    header { display: flex; gap: 1rem; justify-content: space-between; align-items: baseline; }
    h2 { margin: 0; font-size: 1.25rem; }
    button { font: inherit; padding: .25rem .75rem; cursor: pointer; }
    h3 { margin: 1.25rem 0 .25rem; font: 600 1rem/1.5 ui-monospace, monospace; overflow-wrap: anywhere; }
    p { margin: .25rem 0; white-space: pre-wrap; overflow-wrap: anywhere; }
    pre { margin: .5rem 0 0; padding: .5rem 0; overflow-x: auto; background: #f1f1f4; color: #1b1b1f;
      font: .875rem/1.6 ui-monospace, monospace; tab-size: 4; }
    pre span { display: block; min-width: max-content; padding: 0 .75rem; }
    pre .here { background: #ffd9d5; font-weight: 600; }
    @media (prefers-color-scheme: dark) {
      section { background: #232328; color: #ececf1; }
      pre { background: #17171a; color: #ececf1; }
      pre .here { background: #6b221d; }
    }`);
  let events = null;
  let overlay = null;

  const made = (name, text, parent) => {
    const element = document.createElement(name);
    element.textContent = text;
    parent.append(element);
    return element;
  };

  const showProblem = (problem, parent) => {
    made("h3", problem.line ? `${problem.path}:${problem.line}` : problem.path, parent);
    made("p", problem.message, parent);
    if (problem.advice) made("p", `→ ${problem.advice}`, parent);
    if (!problem.source.length) return;
    const lines = made("pre", "", parent);
    const width = String(problem.source.at(-1)[0]).length;
    for (const [number, text] of problem.source) {
      const line = made("span", `${String(number).padStart(width)}  ${text}`, lines);
      if (number === problem.line) line.className = "here";
    }
  };

  const mend = () => {
    overlay?.remove();
    overlay = null;
  };

  const fault = ({ problems, more }) => {
    mend();
    overlay = document.createElement("broadsheet-fault");
    overlay.lang = "en";
    overlay.dir = "ltr";
    const shadow = overlay.attachShadow({ mode: "open" });
    shadow.adoptedStyleSheets = [sheet];
    const section = made("section", "", shadow);
    section.setAttribute("role", "alert");
    const header = made("header", "", section);
    made("h2", "The build failed", header);
    made("button", "Close", header).addEventListener("click", mend);
    for (const problem of problems) showProblem(problem, section);
    if (more) made("p", `… and ${more} more; see the terminal.`, section);
    document.documentElement.append(overlay);
  };

  // A style sheet comes beside the one before, which goes once it is there, so that the page is never bare.
  const swapped = new Map();
  const swap = (styles) => {
    for (const [style, number] of Object.entries(styles)) {
      if (number <= (swapped.get(style) ?? Number(script.dataset.since))) continue;
      swapped.set(style, number);
      const wanted = new URL(style, new URL("/", script.src));
      const all = [...document.querySelectorAll("link[rel~=stylesheet][href]")];
      const old = all.filter((link) => link.href.replace(/[?#].*/, "") === wanted.href);
      if (!old.length) continue;
      const link = old.at(-1).cloneNode();
      wanted.searchParams.set("changed", number);
      link.href = wanted;
      link.addEventListener("load", () => old.forEach((other) => other.remove()), { once: true });
      link.addEventListener("error", () => link.remove(), { once: true });
      old.at(-1).after(link);
    }
  };

  // Over a reload what one reads stays where it is, though the page may be longer above: a few elements
  // are remembered with their text and place, and the first that is found again is put there.
  const KEY = "broadsheet-place";
  const READ = "[id], h1, h2, h3, h4, p, li, dt, dd, blockquote, pre, figure, tr";
  const textOf = (element) => element.textContent.slice(0, 200);

  const keep = () => {
    const marks = [];
    for (const element of document.querySelectorAll(READ)) {
      const { top, bottom, height } = element.getBoundingClientRect();
      if (!height || bottom <= 0) continue;
      if (top > innerHeight || marks.length === 40) break;
      marks.push({ id: element.id, name: element.localName, text: textOf(element), top });
    }
    // First what begins in view: what began above may have grown within.
    const far = ({ top }) => (top < 0 ? innerHeight - top : top);
    marks.sort((one, other) => far(one) - far(other));
    try {
      sessionStorage.setItem(KEY, JSON.stringify({ path: location.pathname, x: scrollX, y: scrollY, marks }));
      history.scrollRestoration = "manual";
    } catch {
      // Without storage the browser does what it can.
    }
  };

  const reload = () => {
    if (scrollX || scrollY) keep();
    location.reload();
  };

  const found = ({ id, name, text }) => {
    if (id) return document.getElementById(id);
    const same = [...document.querySelectorAll(READ)].filter((one) => one.localName === name && textOf(one) === text);
    return same.length === 1 ? same[0] : null;
  };

  const settle = () => {
    let place = null;
    try {
      place = JSON.parse(sessionStorage.getItem(KEY));
      sessionStorage.removeItem(KEY);
    } catch {
      return;
    }
    if (!place) return;
    // The browser puts its own place when it has loaded; it may again from then on.
    const loaded = (act) => addEventListener("pageshow", () => setTimeout(act), { once: true });
    loaded(() => (history.scrollRestoration = "auto"));
    if (place.path !== location.pathname) return;
    const put = () => {
      const mark = place.marks.find(found);
      const top = mark ? scrollY + found(mark).getBoundingClientRect().top - mark.top : place.y;
      scrollTo({ left: place.x, top, behavior: "instant" });
      return scrollY;
    };
    const was = put();
    // Once more when pictures and fonts are there, unless the reader went elsewhere meanwhile.
    loaded(() => scrollY === was && put());
  };

  const close = () => {
    events?.close();
    events = null;
  };

  const connect = () => {
    if (events || document.hidden) return;
    const source = (events = new EventSource(address));
    const on = (name, act) =>
      source.addEventListener(name, (event) => {
        // A new connection begins where the last one ended: what was told and put aside is not told again.
        address.searchParams.set("last", event.lastEventId);
        const told = JSON.parse(event.data);
        if (told.version !== version) {
          close();
          reload();
        } else act(told);
      });
    on("current", ({ styles }) => {
      mend();
      swap(styles);
    });
    on("fault", fault);
    source.addEventListener("error", () => {
      if (source.readyState !== EventSource.CLOSED || events !== source) return;
      close();
      setTimeout(connect, 1000);
    });
  };

  // A browser opens six connections to a host, no more: hidden tabs give theirs back, and look when shown again.
  document.addEventListener("visibilitychange", () => (document.hidden ? close() : connect()));
  addEventListener("pagehide", close);
  addEventListener("pageshow", connect);
  addEventListener("keydown", (event) => event.key === "Escape" && mend());
  settle();
  connect();
})();
