import type { JSX } from 'preact';

/** What went wrong, told to screen readers at once. @param text null: nothing */
export function InlineError({ text }: { text: string | null }): JSX.Element | null {
  if (text === null) return null;
  return (
    <p class="inline-error" role="alert">
      {text}
    </p>
  );
}
