import type { JSX } from 'preact';
import { formatDuration } from '../../core/format.js';
import type { ManagerRecord } from '../../core/plant.js';
import { now } from '../../data/plant.js';
import { Icon } from '../../ui/icons.jsx';
import { Menu } from '../../ui/menu.jsx';
import { managerActions } from '../actions.js';

const NAMES = { pipelines: 'Pipelines', cameras: 'Cameras' } as const;

/** One line per cluster: who serves it, and whether it answers. */
export function ManagerCards({ managers }: { managers: readonly ManagerRecord[] }): JSX.Element {
  return (
    <ul class="manager-cards">
      {managers.map((manager) => {
        const isWell = manager.problem === null;
        const started = manager.startedAt;
        return (
          <li
            key={manager.cluster}
            class={isWell ? '' : 'tone-bad'}
            data-testid={`overview-manager-${manager.cluster}`}
            title={manager.problem ?? manager.url ?? undefined}
          >
            <span class={isWell ? 'tone-ok' : 'tone-bad'}>
              <Icon name={isWell ? 'check' : 'alarm'} label={isWell ? 'answers' : 'does not answer'} />
            </span>
            <span>
              <strong>{NAMES[manager.cluster]}</strong> {manager.role}
            </span>
            <span class="muted">
              {manager.version ?? 'no reply'}
              {isWell && started !== null && ` · up ${formatDuration(now.value - started)}`}
            </span>
            {!isWell && <span class="cut-text">{manager.problem}</span>}
            <Menu
              label={`Actions of the ${manager.cluster} ${manager.role}`}
              entries={managerActions(manager)}
            />
          </li>
        );
      })}
    </ul>
  );
}
