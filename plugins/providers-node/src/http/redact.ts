const REDACTED = '[redacted]';
const MAXIMUM_LENGTH = 300;
/** Shorter values are everyday words: replacing them says more than it hides. */
const MINIMUM_SECRET_LENGTH = 4;

/**
 * Makes a vendor's words fit for an error or a log line: secrets that it may
 * have echoed are replaced, markup and line breaks go, the rest is cut at 300
 * characters.
 *
 * @param text - what the vendor said
 * @param secrets - values that must not appear; those shorter than four
 * characters are ignored
 * @public
 */
export function redact(
  text: string,
  secrets: readonly (string | undefined)[] = [],
): string {
  let result = text;
  const longestFirst = secrets
    .filter((secret): secret is string => Boolean(secret))
    .filter(({ length }) => length >= MINIMUM_SECRET_LENGTH)
    .sort((a, b) => b.length - a.length);
  for (const secret of longestFirst) {
    for (const form of [secret, encodeURIComponent(secret)]) {
      result = result.replaceAll(form, REDACTED);
    }
  }
  result = result
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return result.length > MAXIMUM_LENGTH
    ? `${result.slice(0, MAXIMUM_LENGTH)}…`
    : result;
}
