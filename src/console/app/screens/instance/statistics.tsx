import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import {
  formatByteRate,
  formatBytes,
  formatDuration,
  formatHertz,
  formatInteger,
  formatPercent,
  formatShape,
  formatTime,
  MISSING,
} from '../../core/format.js';
import { AverageRate } from '../../core/history.js';
import type { InstanceRecord } from '../../core/plant.js';
import { ageOf, now } from '../../data/plant.js';
import { Button, CopyButton, Figure } from '../../ui/basics.jsx';

/** The figures of an instance, with its average rates since this page was opened. */
export function StatisticsList({ instance }: { instance: InstanceRecord }): JSX.Element {
  const averages = useRef({ key: '', rx: new AverageRate(), tx: new AverageRate() });
  const { statistics, startedAt } = instance;
  if (averages.current.key !== instance.key) {
    averages.current = { key: instance.key, rx: new AverageRate(), tx: new AverageRate() };
  }
  useEffect(() => {
    const time = Date.now();
    averages.current.rx.update(time, statistics.received);
    averages.current.tx.update(time, statistics.sent);
  }, [statistics.received, statistics.sent]);
  const reset = (): void => {
    averages.current.rx.reset();
    averages.current.tx.reset();
  };
  const { clients, forwards } = statistics;
  return (
    <dl class="figures">
      <Figure
        label="Received"
        value={formatHertz(statistics.rx)}
        title={`${formatInteger(statistics.received)} messages`}
      />
      <Figure
        label="Sent"
        value={formatHertz(statistics.tx)}
        title={`${formatInteger(statistics.sent)} messages`}
      />
      <Figure
        label="Average received"
        value={
          <>
            {formatHertz(averages.current.rx.value)}{' '}
            <Button kind="quiet" icon="refresh" label="Begin the averages anew" onClick={reset} />
          </>
        }
        title="since this page was opened"
      />
      <Figure
        label="Average sent"
        value={formatHertz(averages.current.tx.value)}
        title="since this page was opened"
      />
      <Figure label="Throughput" value={formatByteRate(statistics.throughput)} />
      <Figure label="Received in total" value={formatBytes(statistics.totalBytes)} />
      <Figure
        label="Clients"
        value={clients === null ? MISSING : forwards === null ? clients : `${clients} + ${forwards} forwards`}
      />
      <Figure
        label="Viewers"
        value={instance.viewers ?? MISSING}
        title="look at it in the console; an instance without clients lives on while they do"
      />
      <Figure label="CPU" value={formatPercent(statistics.cpu)} title="of one core" />
      <Figure label="Memory" value={formatBytes(statistics.memory)} title="resident" />
      <Figure label="Frame" value={formatShape(statistics.frameShape)} />
      <Figure label="Header changes" value={statistics.headerChanges ?? MISSING} />
      <Figure label="Process" value={statistics.processId ?? MISSING} />
      <Figure label="Worker" value={instance.worker ?? MISSING} />
      <Figure label="Started" value={formatTime(startedAt)} />
      <Figure label="Up" value={startedAt === null ? MISSING : formatDuration(now.value - startedAt)} />
      <Figure label="Mode" value={instance.mode ?? MISSING} />
      <Figure label="Type" value={instance.pipelineType ?? MISSING} />
      <Figure label="Camera" value={instance.camera ?? MISSING} />
      <Figure label="Figures renewed" value={`${formatDuration(ageOf(instance))} ago`} />
      {instance.streamAddress !== null && (
        <div class="figure whole">
          <dt>Stream</dt>
          <dd>
            <code>{instance.streamAddress}</code>{' '}
            <CopyButton text={instance.streamAddress} what="stream address" />
          </dd>
        </div>
      )}
    </dl>
  );
}
