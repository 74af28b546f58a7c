// Added to pages by the preview alone: reloads the page after a build, and shows what made a build fail.
// It holds to the pages' Content-Security-Policy: no inline style, no markup made from text.
(() => {
  "use strict";
  const script = document.currentScript;
  const version = script.dataset.version;
  const address = new URL("events", script.src);
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

  const close = () => {
    events?.close();
    events = null;
  };

  const connect = () => {
    if (events || document.hidden) return;
    const source = (events = new EventSource(address));
    const on = (name, act) =>
      source.addEventListener(name, (event) => {
        const told = JSON.parse(event.data);
        if (told.version !== version) {
          close();
          location.reload();
        } else act(told);
      });
    on("current", mend);
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
  connect();
})();
