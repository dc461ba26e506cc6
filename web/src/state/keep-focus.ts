/** A control that had the focus, and how to find it again when it was removed. */
interface Control {
  readonly element: HTMLElement;
  readonly name: string;
  /** The nearest first. */
  readonly ancestors: readonly HTMLElement[];
}

/** What opens in place of a control, or below it. */
const OPENED = 'form, dialog, [role="group"]';
const CONTROLS = 'button, a[href], input, select, textarea, summary';
/** Rows of these lists are removed while the user scrolls. */
const SCROLLED = '.long-list';

/**
 * Gives the focus to what comes next when the control that has it is removed: into the form that it opened; after a form
 * or a question to the control that opened it; otherwise to the message of what was done, or to the heading.
 *
 * @returns what stops it
 */
export function keepFocus(root: HTMLElement): () => void {
  const openers = new WeakMap<Node, Control>();
  let last: Control | undefined;
  const note = ({ target }: FocusEvent) => {
    last = target instanceof HTMLElement ? controlOf(target) : undefined;
  };
  const observer = new MutationObserver((changes) => {
    if (last === undefined) return;
    const added = changes.flatMap(({ addedNodes }) => [...addedNodes]).filter((node) => node instanceof HTMLElement);
    for (const node of added) openers.set(node, last);
    if (last.element.isConnected || document.activeElement !== document.body) return;
    // A form that was replaced has the same control again; one that was opened may have another of the same name.
    const next = inForm(last) ?? opened(added) ?? after(last, openers);
    last = undefined;
    if (next !== undefined) focus(next);
  });
  root.addEventListener('focusin', note);
  observer.observe(root, { childList: true, subtree: true });
  return () => {
    observer.disconnect();
    root.removeEventListener('focusin', note);
  };
}

function controlOf(element: HTMLElement): Control {
  const ancestors: HTMLElement[] = [];
  for (let one = element.parentElement; one !== null; one = one.parentElement) ancestors.push(one);
  return { element, name: element.matches(CONTROLS) ? nameOf(element) : '', ancestors };
}

/** The accessible name, as far as controls of this page have one; empty: none. */
function nameOf(element: Element): string {
  const labels = element instanceof HTMLInputElement ? [...(element.labels ?? [])] : [];
  return element.getAttribute('aria-label') ?? [...labels, element].map((one) => one.textContent).join(' ');
}

function inForm(lost: Control): HTMLElement | undefined {
  return lost.element.closest('form') === null ? undefined : present(lost);
}

function opened(added: readonly HTMLElement[]): HTMLElement | undefined {
  for (const node of added) {
    if (!node.isConnected) continue;
    const found = node.matches(OPENED) ? node : node.querySelector<HTMLElement>(OPENED);
    if (found !== null) return headingIn(found) ?? found;
  }
  return undefined;
}

function after(lost: Control, openers: WeakMap<Node, Control>): HTMLElement | undefined {
  const near = lost.ancestors.find(({ isConnected }) => isConnected);
  if (near === undefined || near.matches(SCROLLED)) return undefined;
  const removed = [lost.element, ...lost.ancestors].filter(({ isConnected }) => !isConnected);
  for (const part of removed.toReversed()) {
    const opener = openers.get(part);
    const again = opener === undefined ? undefined : present(opener);
    if (again !== undefined) return again;
  }
  return present(lost) ?? besides(near);
}

/** The control itself, or the one that took its place. */
function present({ element, name, ancestors }: Control): HTMLElement | undefined {
  if (element.isConnected) return element.matches(CONTROLS) ? element : undefined;
  if (name.trim() === '') return undefined;
  const near = ancestors.find(({ isConnected }) => isConnected);
  const same = near?.querySelectorAll<HTMLElement>(element.tagName) ?? [];
  return [...same].find((one) => nameOf(one) === name);
}

/** What says what was done, or what the place is about. */
function besides(near: HTMLElement): HTMLElement | undefined {
  const fields = near.closest('fieldset')?.querySelector<HTMLElement>(CONTROLS);
  if (fields) return fields;
  for (let one: HTMLElement | null = near; one !== null; one = one.parentElement) {
    const said = one.querySelector<HTMLElement>('.banner[role="status"]');
    if (said !== null) return said;
    const heading = headingIn(one);
    if (heading !== undefined && one.matches('section, article, form, main')) return heading;
  }
  return undefined;
}

function headingIn(element: HTMLElement): HTMLElement | undefined {
  return element.querySelector<HTMLElement>('h1, h2, h3') ?? undefined;
}

function focus(element: HTMLElement): void {
  if (!element.matches(CONTROLS) && !element.hasAttribute('tabindex')) element.tabIndex = -1;
  element.focus({ preventScroll: !element.matches(CONTROLS) });
}
