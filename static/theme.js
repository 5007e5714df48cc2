// Light and dark. A classic script in the head, so that the choice applies before the first paint.
(() => {
  const CHOICES = ["auto", "dark", "light"];
  const { dataset } = document.documentElement;
  try {
    dataset.theme = localStorage.getItem("theme") ?? "auto";
  } catch {
    dataset.theme = "auto"; // storage is switched off: the choice lasts for this page only
  }

  document.addEventListener("DOMContentLoaded", () => {
    const button = document.getElementById("theme-toggle");
    const show = () => {
      button.lastElementChild.textContent = dataset.theme[0].toUpperCase() + dataset.theme.slice(1);
    };
    button.hidden = false;
    show();
    button.addEventListener("click", () => {
      dataset.theme = CHOICES[(CHOICES.indexOf(dataset.theme) + 1) % CHOICES.length];
      show();
      document.dispatchEvent(new Event("themechange"));
      localStorage.setItem("theme", dataset.theme);
    });
  });
})();
