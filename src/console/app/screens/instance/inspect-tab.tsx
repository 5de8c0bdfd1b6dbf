/** What is in a message of the stream, channel by channel; taken inside the instance, so no consumer loses anything. */
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { MessageDescription } from '../../../live-protocol.js';
import { viewPath } from '../../../live-protocol.js';
import { csvLine, formatInteger, formatNumber, formatTime, MISSING } from '../../core/format.js';
import type { Json } from '../../core/plant.js';
import { callJson } from '../../data/api.js';
import { queryValue, setQuery } from '../../data/navigation.js';
import { Button, copyText, saveFile } from '../../ui/basics.jsx';
import { Icon } from '../../ui/icons.jsx';
import { JsonTree } from '../../ui/json-tree.jsx';
import { Empty, Panel } from '../../ui/panel.jsx';
import { Loaded, useResource } from '../../ui/resource.jsx';
import { SearchField } from '../../ui/search-field.jsx';
import type { TabProps } from './instance.jsx';

type Channel = MessageDescription['channels'][number];
type Scalar = string | number | boolean | null;

const PERIOD = 1000;
const FIRST_ELEMENTS = 10;
const MOST_ELEMENTS = 1000;

export function InspectTab({ cluster, name, instance }: TabProps): JSX.Element {
  const pulse = queryValue('pulse');
  const continuous = queryValue('mode') !== 'single' && pulse === '';
  const setContinuous = (wanted: boolean): void => setQuery({ pulse: null, mode: wanted ? null : 'single' });
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const elements = open.size > 0 ? MOST_ELEMENTS : FIRST_ELEMENTS;
  const path = `${viewPath(cluster, name)}/message?elements=${elements}${pulse === '' ? '' : `&pulse_id=${encodeURIComponent(pulse)}`}`;
  const message = useResource(
    `${path} ${continuous}`,
    async (signal) => (await callJson(cluster, path, { signal })) as unknown as MessageDescription,
    continuous ? PERIOD : undefined,
  );
  const filter = queryValue('q').toLowerCase();
  const last = useRef<{ before: MessageDescription | null; shown: MessageDescription | null }>({
    before: null,
    shown: null,
  });
  useEffect(() => {
    if (message.data !== null) last.current = { before: last.current.shown, shown: message.data };
  }, [message.data]);
  const toggle = (channel: string): void => {
    const next = new Set(open);
    if (!next.delete(channel)) next.add(channel);
    setOpen(next);
  };
  return (
    <Panel
      id="inspect"
      title="Message"
      state={message.state}
      note={
        message.data === null
          ? ''
          : `pulse ${formatInteger(message.data.pulse_id)}, ${formatTime(message.data.timestamp * 1000)}`
      }
      class="fill"
      actions={
        <>
          <Button
            icon={continuous ? 'pause' : 'play'}
            pressed={continuous}
            onClick={() => setContinuous(!continuous)}
            title={pulse === '' ? undefined : `This is the picture that was frozen at pulse ${pulse}`}
            testId="inspect-continuous"
          >
            {continuous ? 'Stop' : 'Continuous'}
          </Button>
          <Button
            icon="refresh"
            onClick={() => (pulse === '' ? message.reload() : setContinuous(false))}
            testId="inspect-update"
          >
            Update
          </Button>
          <Button
            kind="quiet"
            icon="download"
            label="Save the message as JSON"
            onClick={() =>
              saveFile(`${name}.json`, JSON.stringify(message.data, null, 1), 'application/json')
            }
          />
        </>
      }
    >
      <div class="filters">
        <SearchField
          label="Filter channels"
          placeholder="Channel"
          value={queryValue('q')}
          onChange={(value) => setQuery({ q: value })}
        />
      </div>
      <Loaded resource={message} lines={10}>
        {({ channels, pulse_id }) => {
          const before = new Map(last.current.before?.channels.map((entry) => [entry.name, entry.value]));
          const shown = [...channels]
            .sort((a, b) => a.name.localeCompare(b.name, 'en'))
            .filter((channel) => channel.name.toLowerCase().includes(filter));
          if (shown.length === 0) return <Empty title={`The filter hides all ${channels.length} channels`} />;
          return (
            <div class="table-scroll">
              <table
                data-testid="inspect-table"
                data-clients={instance?.statistics.clients ?? undefined}
                data-pulse-id={pulse_id}
              >
                <thead>
                  <tr>
                    <th scope="col">Channel</th>
                    <th scope="col">Type</th>
                    <th scope="col">Size</th>
                    <th scope="col">Value</th>
                    <th scope="col">Compression</th>
                    <th scope="col">
                      <span class="visually-hidden">Changed</span>
                    </th>
                  </tr>
                </thead>
                <tbody>
                  {shown.map((channel) => (
                    <ChannelRow
                      key={channel.name}
                      channel={channel}
                      isOpen={open.has(channel.name)}
                      changed={
                        before.size > 0 &&
                        JSON.stringify(before.get(channel.name)) !== JSON.stringify(channel.value)
                      }
                      onToggle={() => toggle(channel.name)}
                    />
                  ))}
                </tbody>
              </table>
            </div>
          );
        }}
      </Loaded>
    </Panel>
  );
}

interface ChannelRowProps {
  readonly channel: Channel;
  readonly isOpen: boolean;
  readonly changed: boolean;
  readonly onToggle: () => void;
}

function ChannelRow({ channel, isOpen, changed, onToggle }: ChannelRowProps): JSX.Element {
  const document = jsonOf(channel.value);
  const canOpen = document !== null || channel.elements !== null;
  return (
    <>
      <tr data-testid={`inspect-row-${channel.name}`}>
        <th scope="row">
          {canOpen ? (
            <button type="button" class="expander" aria-expanded={isOpen} onClick={onToggle}>
              <Icon name={isOpen ? 'down' : 'chevron'} /> {channel.name}
            </button>
          ) : (
            <span class="no-expander">{channel.name}</span>
          )}
        </th>
        <td>{channel.type}</td>
        <td class="numeric">{sizeOf(channel)}</td>
        <td class="value-cell">
          <code>{preview(channel)}</code>
        </td>
        <td>{channel.compression}</td>
        <td>{changed && <span class="tone-info">changed</span>}</td>
      </tr>
      {isOpen && canOpen && (
        <tr class="opened">
          <td colSpan={6}>
            {document === null ? <Elements channel={channel} /> : <JsonTree value={document} />}
          </td>
        </tr>
      )}
    </>
  );
}

/** Scalars are empty, texts have a length, arrays their shape. */
function sizeOf(channel: Channel): string {
  if (typeof channel.value === 'string') return String(channel.value.length);
  if (channel.elements === null) return '1';
  return channel.shape?.join(' x ') ?? String(channel.elements);
}

function preview({ value, elements }: Channel): string {
  if (!Array.isArray(value)) return exact(value as Scalar);
  const list = value.slice(0, FIRST_ELEMENTS).map(exact);
  return `${list.join(', ')}${(elements ?? 0) > list.length ? ' …' : ''}`;
}

function jsonOf(value: Channel['value']): Json | null {
  if (typeof value !== 'string' || !/^\s*[{[]/.test(value)) return null;
  try {
    return JSON.parse(value) as Json;
  } catch {
    return null;
  }
}

/** The first thousand, as a line and as a list. */
function Elements({ channel }: { channel: Channel }): JSX.Element {
  const values = Array.isArray(channel.value) ? channel.value : [];
  const numbers = values.map(Number).filter(Number.isFinite);
  const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
  const points = numbers.map((value, index) => `${index},${40 - (40 * (value - low)) / (high - low || 1)}`);
  return (
    <div class="elements">
      {numbers.length > 1 && (
        <svg viewBox={`0 -1 ${numbers.length} 42`} preserveAspectRatio="none" aria-hidden="true">
          <polyline points={points.join(' ')} />
        </svg>
      )}
      <p class="muted">
        The first {values.length} of {channel.elements ?? MISSING} elements{' '}
        <Button
          kind="quiet"
          icon="copy"
          onClick={() => void copyText(values.map((value) => csvLine([value])).join('\n'), channel.name)}
        >
          Copy
        </Button>
      </p>
      <code class="element-list">{values.map((value) => formatNumber(value)).join(' ')}</code>
    </div>
  );
}

/** The inspector rounds nothing. */
function exact(value: Scalar): string {
  return value === null ? MISSING : String(value);
}
