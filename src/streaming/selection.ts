/**
 * The keys `include` and `exclude`.
 */
import type { JsonValue } from '../common/json.js';
import type { ChannelValues } from '../common/values.js';

export type Selection = (values: ChannelValues) => ChannelValues;

/**
 * Builds the selection of channels.
 * @param include when not empty: exactly these names in this order; a channel that is missing becomes null
 * @param exclude names that are removed, after `include`
 */
export function createSelection(include: JsonValue | undefined, exclude: JsonValue | undefined): Selection {
  const included = names(include);
  const excluded = new Set(names(exclude));
  if (included.length === 0 && excluded.size === 0) return (values) => values;
  const wanted = included.filter((name) => !excluded.has(name));
  return (values) => {
    const selected: ChannelValues = new Map();
    if (included.length > 0) for (const name of wanted) selected.set(name, values.get(name) ?? null);
    else for (const [name, value] of values) if (!excluded.has(name)) selected.set(name, value);
    return selected;
  };
}

function names(list: JsonValue | undefined): string[] {
  return Array.isArray(list) ? list.map(String) : [];
}

/** Whether a channel of that name can get through the selection; steps for others may be skipped. */
export function selects(
  include: JsonValue | undefined,
  exclude: JsonValue | undefined,
  name: string,
): boolean {
  const included = names(include);
  return !names(exclude).includes(name) && (included.length === 0 || included.includes(name));
}
