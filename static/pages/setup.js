// The set-up page works without this: it fills in suggestions and says that a test takes a while.

const suggest = document.getElementById("suggest");
const test = document.getElementById("test");

if (suggest) {
  suggest.hidden = false;
  suggest.addEventListener("click", () => {
    for (const input of document.querySelectorAll(".limits [data-suggested]"))
      if (!input.value && !input.closest("details")) input.value = input.dataset.suggested;
  });
}

test?.form.addEventListener("submit", ({ submitter }) => {
  if (submitter !== test) return;
  const word = test.textContent;
  test.textContent = "Asking TWS… up to 15 seconds";
  setTimeout(() => { test.disabled = true; });
  addEventListener("pageshow", () => { test.textContent = word; test.disabled = false; }, { once: true });
});
