// How the page looks: theme, palette and density. A classic script in the head, so that the choice
// applies before the first paint. Another tab, or the settings page, may change it at any time.
(() => {
  const THEMES = ["auto", "dark", "light"];
  const USUAL = { theme: "auto", palette: "green-red", density: "normal" };
  const { dataset } = document.documentElement;
  let button;

  function show() {
    for (const meta of document.querySelectorAll("meta[data-scheme]")) {
      const { scheme } = meta.dataset;
      meta.media = dataset.theme === "auto" ? `(prefers-color-scheme: ${scheme})` : dataset.theme === scheme ? "all" : "not all";
    }
    if (button) button.lastElementChild.textContent = dataset.theme[0].toUpperCase() + dataset.theme.slice(1);
    document.dispatchEvent(new Event("themechange"));
  }

  function apply() {
    for (const [name, usual] of Object.entries(USUAL)) {
      try {
        dataset[name] = localStorage.getItem(name) ?? usual;
      } catch {
        dataset[name] ??= usual; // storage is switched off: a choice lasts for this page only
      }
    }
    show();
  }

  apply();
  addEventListener("storage", apply);
  document.addEventListener("DOMContentLoaded", () => {
    button = document.getElementById("theme-toggle");
    button.hidden = false;
    show();
    button.addEventListener("click", () => {
      dataset.theme = THEMES[(THEMES.indexOf(dataset.theme) + 1) % THEMES.length];
      show();
      localStorage.setItem("theme", dataset.theme);
    });
  });
})();
