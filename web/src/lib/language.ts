/**
 * A browser that was started in the locale `C` or `POSIX` calls its language `en-US@posix`, which `Intl` refuses. Whoever
 * hands `navigator.language` to `Intl` gets what `Intl` takes for the reader's language by itself.
 */
if (!isLanguageTag(navigator.language)) {
  const value = Intl.DateTimeFormat().resolvedOptions().locale;
  Object.defineProperty(navigator, 'language', { value, configurable: true });
}

function isLanguageTag(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length === 1;
  } catch {
    return false;
  }
}
