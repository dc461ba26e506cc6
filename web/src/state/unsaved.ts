import { useEffect, useRef } from 'preact/hooks';

/** The forms on the page with changes that are not saved. */
const forms = new Set<symbol>();

/** The browser asks in its own words. */
function askBeforeUnload(event: BeforeUnloadEvent): void {
  event.preventDefault();
}

/** While a form has unsaved changes, leaving the page or closing the tab asks first. */
export function useUnsaved(changed: boolean): void {
  useEffect(() => {
    if (!changed) return;
    const form = Symbol('form');
    forms.add(form);
    // With a listener, browsers do not keep the page for "back", so there is one only while it is needed.
    addEventListener('beforeunload', askBeforeUnload);
    return () => {
      forms.delete(form);
      if (forms.size === 0) removeEventListener('beforeunload', askBeforeUnload);
    };
  }, [changed]);
}

/** The same for a form whose values, as one text, differ from those at first. */
export function useUnsavedValues(values: string): void {
  const initial = useRef(values);
  useUnsaved(values !== initial.current);
}

/** Lets go of the changes on the page: they are saved, or what they are about is gone. */
export function forgetUnsaved(): void {
  forms.clear();
  removeEventListener('beforeunload', askBeforeUnload);
}

export function hasUnsaved(): boolean {
  return forms.size > 0;
}

/** Whether the user agrees to lose unsaved changes, if there are any. */
export function mayLeave(): boolean {
  return !hasUnsaved() || confirm('You have unsaved changes. Leave without saving them?');
}
