import type { JSX } from 'preact';
import { Icon } from '../../ui/icons.jsx';
import type { Check } from './checks.js';

const SEVERITIES = {
  error: { icon: 'alarm', tone: 'tone-bad', word: 'Error' },
  warning: { icon: 'alarm', tone: 'tone-warn', word: 'Warning' },
  info: { icon: 'info', tone: 'tone-info', word: 'Note' },
} as const;

/** What is wrong, doubtful, or good to know. */
export function CheckList({
  checks,
  unreachable,
}: {
  checks: readonly Check[];
  unreachable: string | null;
}): JSX.Element {
  return (
    <ul class="checks" data-testid="editor-check-list" aria-live="polite">
      {unreachable !== null && (
        <li>
          <span class="tone-warn">
            <Icon name="alarm" label="Warning" />
          </span>
          <span>
            The server's checks could not be made, so nothing can be applied; the draft is kept. {unreachable}
          </span>
        </li>
      )}
      {checks.length === 0 && unreachable === null && (
        <li>
          <span class="tone-ok">
            <Icon name="check" label="Well" />
          </span>
          <span>Nothing to complain about.</span>
        </li>
      )}
      {checks.map((check) => {
        const { icon, tone, word } = SEVERITIES[check.severity];
        return (
          <li key={`${check.line} ${check.message}`} class={`check-${check.severity}`}>
            <span class={tone}>
              <Icon name={icon} label={word} />
            </span>
            <span>
              {check.line !== null && <b>line {check.line}: </b>}
              {check.message}
            </span>
          </li>
        );
      })}
    </ul>
  );
}
