/**
 * In the locale `C` or `POSIX`, `navigator.language` is `en-US@posix`, which `Intl` rejects. This replaces it by the default
 * locale of `Intl`.
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
