/**
 * When a background was taken, from the end of its id.
 * @param text `20261125_140211_000000`, in the time zone of the site, which is taken for the browser's
 * @returns milliseconds since 1970; null for ids that people gave
 */
export function backgroundTime(text: string): number | null {
  const parts = /^(\d{4})(\d\d)(\d\d)_(\d\d)(\d\d)(\d\d)_\d+$/.exec(text);
  if (parts === null) return null;
  const [year, month, day, hour, minute, second] = parts.slice(1).map(Number);
  return new Date(year!, month! - 1, day!, hour!, minute!, second!).getTime();
}
