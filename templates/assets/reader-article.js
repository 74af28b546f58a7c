// An article's page: it counts as opened, can be kept for later, and be shared.
import { element, later, say, see, toggle } from "./reader-kept.js";
import words from "./reader-words.js";
import "./reader-style.js";

const of = (selector) => document.querySelector(selector);
const tools = of("#_tools");
const id = tools.dataset.id;
const title = of("h1");
const source = of(".byline a")?.textContent ?? "";
const address = of("link[rel=canonical]")?.href ?? location.href.split("#")[0];
const original = of(".byline a[rel=external]")?.href;

function button(text, act) {
  const made = element("button", { type: "button" }, text);
  made.addEventListener("click", () => act(made));
  tools.append(made);
  return made;
}

/** Copy a text, and say so; where browsers refuse it, show it to be copied. */
async function copy(text, from) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    prompt(words.copy, text);
    return;
  }
  const label = from.textContent;
  from.textContent = words.copied;
  say(words.copied);
  setTimeout(() => (from.textContent = label), 2000);
}

/** The article as a line that others can cite. */
function citation() {
  const authors = of(".authors")?.textContent.trim().replace(/^\S+\s/, "");
  const day = of(".byline time")?.dateTime.slice(0, 10);
  return [authors, `“${title.textContent.trim()}”`, source, day, original, original === address ? "" : address].filter(Boolean).join(". ");
}

const star = button("", () => {
  const isKept = toggle({ id, title: title.textContent, language: title.lang, source, address: location.href.split("#")[0] });
  say(isKept === null ? words.refused : isKept ? words.kept : words.dropped);
});
const show = () => {
  const isKept = later().some((one) => one.id === id);
  star.textContent = `${isKept ? "★" : "☆"} ${words.later}`;
  star.setAttribute("aria-pressed", isKept);
};
tools.className = "_tools";
tools.setAttribute("role", "group");
tools.setAttribute("aria-label", words.tools);
button(words.link, (from) => copy(address, from));
if (navigator.share) {
  button(words.share, () => navigator.share({ title: title.textContent, url: address }).catch(() => {})); // or not
}
button(words.cite, (from) => copy(citation(), from));
addEventListener("storage", show);
addEventListener("pageshow", show);
see(id);
show();
