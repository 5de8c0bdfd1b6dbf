import type { JSX } from 'preact';
import { Icon } from './icons.jsx';

interface SearchFieldProps {
  readonly label: string;
  readonly placeholder: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly testId?: string;
}

/** The field of a screen that `/` leads to. */
export function SearchField({ label, placeholder, value, onChange, testId }: SearchFieldProps): JSX.Element {
  return (
    <label class="search-field">
      <Icon name="search" />
      <input
        type="search"
        data-search
        data-testid={testId}
        aria-label={label}
        placeholder={placeholder}
        value={value}
        onInput={(event) => onChange(event.currentTarget.value)}
      />
    </label>
  );
}
