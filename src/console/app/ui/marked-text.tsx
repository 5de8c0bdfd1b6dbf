import type { JSX } from 'preact';

/** Text in which backticks mark code, as descriptions of the schemas have it. */
export function MarkedText({ text }: { text: string }): JSX.Element {
  return (
    <>{text.split('`').map((part, index) => (index % 2 === 1 ? <code key={index}>{part}</code> : part))}</>
  );
}
