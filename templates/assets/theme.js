// The colours and text size that this reader chose, before anything is drawn.
{
  const root = document.documentElement;
  const key = `broadsheet ${new URL("../", document.currentScript.src).pathname} look`;
  const apply = () => {
    let look = null;
    try {
      look = JSON.parse(localStorage.getItem(key));
    } catch {
      // refused or damaged: the system decides
    }
    const { theme, size } = look ?? {};
    root.dataset.theme = ["light", "dark"].includes(theme) ? theme : "system";
    root.style.fontSize = [90, 112, 125, 150].includes(size) ? `${size}%` : "";
  };
  apply();
  addEventListener("storage", apply);
  addEventListener("pageshow", apply);
}
