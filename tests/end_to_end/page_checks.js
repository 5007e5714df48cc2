// What every page must be, whoever looks at it and how. Returns sentences; [] is right.
() => {
  const MEANT_TO_BE_USED = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']";
  const TOGETHER = "#chain, [role=grid], [role=listbox], [role=radiogroup], [role=tablist], [role=menu], [role=toolbar]";
  const all = (selector) => [...document.querySelectorAll(selector)];
  const name = (node) => node.outerHTML.slice(0, 120).replace(/\s+/g, " ");
  const isShown = (node) => node.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true });
  const faults = [];
  const look = (is, fault) => is || faults.push(fault);

  look(document.title.trim(), "no title");
  for (const part of ["h1", "main"]) {
    const count = all(part).filter(isShown).length;
    look(count === 1, `${count} ${part}`);
  }
  const { scrollWidth, clientWidth } = document.documentElement;
  if (scrollWidth > clientWidth) {
    const wide = all("body *").find((node) => isShown(node) && node.getBoundingClientRect().right > clientWidth + 1);
    faults.push(`scrolls sideways: ${scrollWidth} in ${clientWidth}, by ${wide ? name(wide) : "?"}`);
  }

  const before = document.activeElement;
  const marks = (node) => {
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(node);
    return (outlineStyle !== "none" && parseFloat(outlineWidth) > 0) || boxShadow !== "none";
  };
  const used = all(MEANT_TO_BE_USED).filter((node) => isShown(node) && !node.disabled && !node.closest("[inert]"));
  for (const node of used) {
    const isReachedByArrows = node.tabIndex < 0 && node.closest(TOGETHER)?.querySelector("[tabindex='0']");
    if (isReachedByArrows) continue;
    look(node.tabIndex === 0, `not reachable by keyboard: ${name(node)}`);
    node.focus({ preventScroll: true });
    look(document.activeElement === node, `takes no focus: ${name(node)}`);
    const seen = [node, node.closest("label")].filter(Boolean);
    look(seen.some(marks), `focus not visible: ${name(node)}`);
  }
  if (before instanceof HTMLElement) before.focus({ preventScroll: true });
  document.activeElement?.blur();
  return faults;
}
