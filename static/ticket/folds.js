// What the ticket's folds have in common.
import { findAll } from "../core/dom.js";

// As the page came: nothing is typed or ticked, and each choice is its first.
export function clearFields(fold) {
  for (const field of findAll("input, select", fold)) {
    if (field.type === "checkbox") field.checked = false;
    else if (field.tagName === "SELECT") field.selectedIndex = 0;
    else field.value = "";
  }
}
