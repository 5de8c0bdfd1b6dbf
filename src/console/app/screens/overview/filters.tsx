import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { HEALTH, HEALTH_STATES } from '../../core/health.js';
import type { HealthState, InstanceRecord } from '../../core/plant.js';
import { pathTo } from '../../core/screens.js';
import { matchesSearch, parseSearch } from '../../core/search.js';
import { navigate, queryValue, setQuery } from '../../data/navigation.js';
import { Button } from '../../ui/basics.jsx';
import { Icon, StateShape } from '../../ui/icons.jsx';

/** The search field and one chip per state that occurs. */
export function Filters({ instances }: { instances: readonly InstanceRecord[] }): JSX.Element {
  const query = queryValue('q');
  const [text, setText] = useState(query);
  useEffect(() => setText(query), [query]);
  const server = queryValue('server');
  const type = (value: string): void => {
    setText(value);
    setQuery({ q: value });
  };
  const openFirst = (event: KeyboardEvent): void => {
    if (event.key === 'Escape' && text !== '') type('');
    else if (event.key === 'ArrowDown')
      document.querySelector<HTMLElement>('[data-testid=overview-instances] tr[data-key]')?.focus();
    else if (event.key === 'Enter') {
      const search = parseSearch(text);
      const first = instances.find((entry) => matchesSearch(entry, search));
      if (first !== undefined) navigate(pathTo('i', first.cluster, first.name));
    } else return;
    event.preventDefault();
  };
  return (
    <div class="filters">
      <search>
        <label class="search-field">
          <Icon name="search" />
          <input
            type="search"
            value={text}
            data-search
            data-testid="overview-search"
            aria-label="Search instances: words, or server: type: state: camera: permanent:yes mode: group:"
            placeholder="Search, or state:blocked camera:… server:… type:… permanent:yes"
            onInput={(event) => type(event.currentTarget.value)}
            onKeyDown={openFirst}
          />
        </label>
      </search>
      <StateChips instances={instances} query={query} onChange={type} />
      {server !== '' && (
        <Button
          kind="quiet"
          icon="close"
          onClick={() => setQuery({ server: null })}
          testId="overview-server-chip"
        >
          Worker {server.split('/')[1]}
        </Button>
      )}
    </div>
  );
}

function StateChips({
  instances,
  query,
  onChange,
}: {
  instances: readonly InstanceRecord[];
  query: string;
  onChange: (query: string) => void;
}): JSX.Element {
  const counts = new Map<HealthState, number>();
  for (const { health } of instances) counts.set(health.state, (counts.get(health.state) ?? 0) + 1);
  const alarms = instances.filter((entry) => HEALTH[entry.health.state].isAlarm).length;
  const rest = query.replace(/(^|\s)state:\S*/g, '').trim();
  const active = /(?:^|\s)state:(\S+)/.exec(query)?.[1] ?? '';
  const choose = (state: string): void => onChange(`${rest}${state === '' ? '' : ` state:${state}`}`.trim());
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be laid out as a row of chips in every browser
    <div class="chips" role="group" aria-label="State">
      <Button kind="quiet" pressed={active === ''} onClick={() => choose('')}>
        All <b>{instances.length}</b>
      </Button>
      {alarms > 0 && (
        <Button kind="quiet" pressed={active === 'alarm'} onClick={() => choose('alarm')}>
          <Icon name="alarm" /> Alarm <b>{alarms}</b>
        </Button>
      )}
      {HEALTH_STATES.filter((state) => counts.has(state)).map((state) => (
        <Button
          key={state}
          kind="quiet"
          class={`tone-${HEALTH[state].tone}`}
          pressed={active === state}
          onClick={() => choose(active === state ? '' : state)}
        >
          <StateShape state={state} /> <span class="chip-word">{HEALTH[state].word}</span>{' '}
          <b>{counts.get(state)}</b>
        </Button>
      ))}
    </div>
  );
}
