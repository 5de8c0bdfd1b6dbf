/** Local time in the forms of the contract. */

const twoDigits = (value: number): string => String(value).padStart(2, '0');

/** `YYYY-MM-DD HH:MM:SS`, the time of a log record. */
export function formatDateTime(date: Date): string {
  const day = [date.getFullYear(), twoDigits(date.getMonth() + 1), twoDigits(date.getDate())].join('-');
  return `${day} ${formatClock(date)}`;
}

/** `HH:MM:SS`, the time of a statistics window. */
export function formatClock(date: Date): string {
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map(twoDigits).join(':');
}

/** `YYYY-MM-DD HH:MM:SS UTC+0100`, the start time of an instance. */
export function formatStartTime(date: Date): string {
  const offset = -date.getTimezoneOffset();
  const sign = offset < 0 ? '-' : '+';
  const hours = twoDigits(Math.floor(Math.abs(offset) / 60));
  return `${formatDateTime(date)} UTC${sign}${hours}${twoDigits(Math.abs(offset) % 60)}`;
}
