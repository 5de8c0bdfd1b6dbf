import type { JSX } from 'preact';
import type { InstanceRecord } from '../../core/plant.js';
import { pathTo } from '../../core/screens.js';
import { navigate, setQuery } from '../../data/navigation.js';
import { Button, Link, StateBadge } from '../../ui/basics.jsx';
import { Thumbnail } from '../../viewer/thumbnail.jsx';
import { LogLines } from '../instance/log-lines.jsx';
import { StatisticsList } from '../instance/statistics.jsx';

/** One instance beside the list: picture, figures, last log lines. */
export function SidePanel({ instance }: { instance: InstanceRecord }): JSX.Element {
  const page = pathTo('i', instance.cluster, instance.name);
  return (
    <aside class="side-panel" aria-label={`Instance ${instance.name}`} data-testid="overview-side">
      <header class="panel-head">
        <h2 class="cut-text" title={instance.name}>
          <Link to={page}>{instance.name}</Link>
        </h2>
        <span class="spacer" />
        <Button kind="quiet" icon="close" label="Close" onClick={() => setQuery({ selected: null })} />
      </header>
      <div class="side-body">
        <StateBadge health={instance.health} />
        {instance.health.hint !== null && (
          <p class="hint">
            {instance.health.rule}. {instance.health.hint}
          </p>
        )}
        <Thumbnail instance={instance} />
        <div class="row">
          <Button icon="expand" kind="primary" onClick={() => navigate(page)}>
            Open
          </Button>
          <Button
            icon="configurations"
            onClick={() => navigate(pathTo('i', instance.cluster, instance.name, 'config'))}
          >
            Config
          </Button>
          <Button icon="logs" onClick={() => navigate(pathTo('i', instance.cluster, instance.name, 'logs'))}>
            Logs
          </Button>
        </div>
        <StatisticsList instance={instance} />
        <h3>Last log lines</h3>
        <LogLines instance={instance} limit={6} />
      </div>
    </aside>
  );
}
