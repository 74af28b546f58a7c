// An article's page.
import { button, follow, keep, later, of, say, see } from "./reader-kept.js";
import words from "./reader-words.js";

const tools = of("#_tools");
const id = tools.dataset.id;
const title = of("h1");
const source = of(".byline a")?.textContent ?? "";
const address = of("link[rel=canonical]")?.href ?? location.href.split("#")[0];
const original = of(".byline a[rel=external]")?.href;

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    say(words.copied, true);
  } catch {
    prompt(words.copy, text);
  }
}

function citation() {
  const authors = of(".authors")?.textContent.trim().replace(/^\S+\s/, "");
  const day = of(".byline time")?.dateTime.slice(0, 10);
  return [authors, `“${title.textContent.trim()}”`, source, day, original, original === address ? "" : address].filter(Boolean).join(". ");
}

const star = button("", () =>
  keep({ id, title: title.textContent, language: title.lang, source, address: location.href.split("#")[0] }),
);
const show = () => {
  const isKept = later().some((one) => one.id === id);
  star.textContent = `${isKept ? "★" : "☆"} ${words.later}`;
  star.setAttribute("aria-pressed", isKept);
};
tools.setAttribute("role", "group");
tools.setAttribute("aria-label", words.tools);
tools.append(star, button(words.link, () => copy(address)));
if (navigator.share) {
  const share = () => navigator.share({ title: title.textContent, url: address }).catch(() => {}); // or not
  tools.append(button(words.share, share));
}
tools.append(button(words.cite, () => copy(citation())));
see(id);
follow(show);
