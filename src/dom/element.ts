type Child = Node | string;

/** An element with attributes (set as text, never as markup) and children. A `false` attribute is left out. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, string | number | boolean>> = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== false) {
      node.setAttribute(name, value === true ? '' : String(value));
    }
  }
  node.append(...children);
  return node;
}

/**
 * JupyterLab takes keys (Enter, arrows, letters) from whatever has the focus in a notebook's output, before it can hear
 * them; not from what says so.
 */
export const OWN_KEYS = { 'data-lm-suppress-shortcuts': 'true' } as const;

/** Enter sends a form: in a notebook it would not by itself. */
export function submitOnEnter(form: HTMLFormElement): void {
  form.addEventListener('keydown', event => {
    if (event.key === 'Enter' && event.target instanceof HTMLInputElement) {
      event.preventDefault();
      form.requestSubmit();
    }
  });
}

let made = 0;

/** An id that no other element of the page has. */
export const uniqueId = (what: string): string => `mv-${what}-${++made}`;

/** Writes an attribute only where it changes: one that is written again is styled again, and in SVG laid out again. */
export function setAttribute(node: Element, name: string, value: string | null): void {
  if (node.getAttribute(name) !== value) {
    if (value === null) {
      node.removeAttribute(name);
    } else {
      node.setAttribute(name, value);
    }
  }
}

/** Shows or hides, where that is a change: the attribute written again is laid out again. */
export function setHidden(node: HTMLElement, hidden: boolean): void {
  if (node.hidden !== hidden) {
    node.hidden = hidden;
  }
}

export function setText(node: Node, text: string): void {
  if (node.textContent !== text) {
    node.textContent = text;
  }
}
