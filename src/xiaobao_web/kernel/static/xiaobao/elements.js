// Making elements without inline markup.

/** Make an element with attributes and children (text or elements). */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children);
  return element;
}

/** Make an icon of the sprite. */
export function icon(name, classes = "icon-s") {
  const space = "http://www.w3.org/2000/svg";
  const sprite = document.querySelector("[data-icons]")?.dataset.icons ?? "/static/icons/icons.svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("class", `icon ${classes}`);
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(space, "use");
  use.setAttribute("href", `${sprite}#${name}`);
  svg.append(use);
  return svg;
}

/** Tell whether keys typed now go into a control. */
export function typing(event) {
  const target = event.target;
  return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
}

/** Run a function once on each element that matches, now and in whatever htmx brings later. */
export function onLoad(selector, run) {
  const done = new WeakSet();
  const once = (element) => {
    if (done.has(element)) return;
    done.add(element);
    run(element);
  };
  const visit = (root) => {
    if (root.matches?.(selector)) once(root);
    root.querySelectorAll?.(selector).forEach(once);
  };
  visit(document);
  document.addEventListener("htmx:load", (event) => visit(event.detail.elt));
}
