import type { JSX } from 'preact';
import { Panel } from '../../ui/panel.jsx';
import type { TabProps } from './instance.jsx';
import { LogLines } from './log-lines.jsx';

export function LogsTab({ instance }: TabProps): JSX.Element {
  return (
    <Panel id="instance-logs" title="Log">
      {instance === null ? (
        <p class="muted">It did not run while this page was open.</p>
      ) : (
        <LogLines instance={instance} limit={100} />
      )}
    </Panel>
  );
}
