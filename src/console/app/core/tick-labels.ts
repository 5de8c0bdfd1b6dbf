/** Labels of the axes of plots: local times of 24 hours with ISO dates, numbers with as many digits as tell them apart. */
const two = (value: number): string => String(value).padStart(2, '0');

/** `2026-11-25` by the local clock. */
export function isoDate(date: Date): string {
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/**
 * The date stands below the first label and wherever the day changes.
 * @param times seconds since 1970
 * @param step seconds between them
 */
export function timeLabels(times: readonly number[], step: number): string[] {
  let day = '';
  return times.map((time) => {
    const date = new Date(time * 1000);
    const label = step >= 86_400 ? '' : clockTime(date, step);
    const next = isoDate(date);
    if (next === day) return label;
    day = next;
    return label === '' ? next : `${label}\n${next}`;
  });
}

function clockTime(date: Date, step: number): string {
  const minutes = `${two(date.getHours())}:${two(date.getMinutes())}`;
  if (step >= 60) return minutes;
  const seconds = `${minutes}:${two(date.getSeconds())}`;
  return step >= 1 ? seconds : `${seconds}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}

const MOST_DIGITS = 12;

/** Of the distance between labels, how far a rounded number may be from its place. */
const TOLERANCE = 0.05;

/** The shortest numbers that tell their places; all are different. @param values at even distances */
export function numberLabels(values: readonly number[]): string[] {
  const tolerance = TOLERANCE * Math.abs((values[1] ?? 0) - (values[0] ?? 0));
  for (let digits = 2; digits < MOST_DIGITS; digits += 1) {
    const labels = values.map((value) => shortNumber(value, digits));
    if (labels.every((label, index) => Math.abs(Number(label) - values[index]!) <= tolerance)) return labels;
  }
  return values.map((value) => shortNumber(value, MOST_DIGITS));
}

function shortNumber(value: number, digits: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e5 || size < 1e-3)) return value.toExponential(digits - 1).replace('e+', 'e');
  return String(Number(value.toPrecision(digits)));
}

/** A label that says the same as the one before it says nothing. */
export function withoutRepeats(labels: readonly string[]): string[] {
  return labels.map((label, index) => (index > 0 && label === labels[index - 1] ? '' : label));
}
