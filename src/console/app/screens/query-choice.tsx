import type { JSX } from 'preact';
import { queryValue, setQuery } from '../data/navigation.js';

interface QueryChoiceProps {
  readonly label: string;
  /** Of the query parameter that it sets. */
  readonly name: string;
  readonly options: readonly (readonly [value: string, label: string])[];
  readonly testId: string;
}

/** A choice that the address keeps; a value of the address that is none of the options stays. */
export function QueryChoice({ label, name, options, testId }: QueryChoiceProps): JSX.Element {
  const value = queryValue(name);
  const known = options.some(([entry]) => entry === value);
  return (
    <label>
      <span class="visually-hidden">{label}</span>
      <select
        value={value}
        onChange={(event) => setQuery({ [name]: event.currentTarget.value })}
        data-testid={testId}
      >
        {!known && <option value={value}>{value}</option>}
        {options.map(([entry, text]) => (
          <option key={entry} value={entry}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}
