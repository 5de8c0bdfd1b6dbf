/** Local time in the forms of the contract. */

const twoDigits = (value: number): string => String(value).padStart(2, '0');

/** `HH:MM:SS`, the time of a statistics window. */
export function formatClock(time: Date): string {
  return [time.getHours(), time.getMinutes(), time.getSeconds()].map(twoDigits).join(':');
}

/** `YYYY-MM-DD HH:MM:SS`, the time of a log record. */
export function formatLogTime(time: Date): string {
  const day = [time.getFullYear(), twoDigits(time.getMonth() + 1), twoDigits(time.getDate())].join('-');
  return `${day} ${formatClock(time)}`;
}

/** `YYYY-MM-DD HH:MM:SS UTC+0100`, the start time of an instance. */
export function formatStartTime(time: Date): string {
  const offset = -time.getTimezoneOffset();
  const sign = offset < 0 ? '-' : '+';
  const hours = twoDigits(Math.floor(Math.abs(offset) / 60));
  return `${formatLogTime(time)} UTC${sign}${hours}${twoDigits(Math.abs(offset) % 60)}`;
}

/** Milliseconds since 1970 of a start time as `formatStartTime` writes it; null for anything else. */
export function parseStartTime(text: string): number | null {
  const match = /^(\S+) (\S+) UTC([+-]\d{2})(\d{2})$/.exec(text);
  if (match === null) return null;
  const time = Date.parse(`${match[1]}T${match[2]}${match[3]}:${match[4]}`);
  return Number.isNaN(time) ? null : time;
}
