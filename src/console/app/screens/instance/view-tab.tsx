import type { JSX } from 'preact';
import { Panel } from '../../ui/panel.jsx';
import { StillImage } from '../../viewer/still-image.jsx';
import type { TabProps } from './instance.jsx';
import { StatisticsList } from './statistics.jsx';

export function ViewTab({ instance }: TabProps): JSX.Element | null {
  if (instance === null) return null;
  return (
    <div class="view-layout">
      <Panel id="viewer" title="Image" live>
        <StillImage instance={instance} period={1000} />
      </Panel>
      <Panel id="viewer-numbers" title="Figures" live>
        <StatisticsList instance={instance} />
      </Panel>
    </div>
  );
}
