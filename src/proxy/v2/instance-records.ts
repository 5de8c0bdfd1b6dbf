/**
 * Records of instances from what workers report (`rest-api.md` 9.2, 9.3): texts become numbers, and movement becomes an age.
 */
import { createHash } from 'node:crypto';
import { formatJson, type JsonObject, type JsonValue } from '../../common/json.js';
import { parseStartTime } from '../../common/time.js';
import { clientCounts } from '../../http/index.js';
import { healthOf } from './health.js';
import type { ClusterName, InstanceRecord, StatisticsRecord } from './records.js';

/** What is known of an instance besides the report of its worker. */
export interface InstanceSurroundings {
  readonly worker: string;
  readonly workerAge: number | null;
  readonly isPermanent: boolean;
  /** The stored configuration that it is likely to come from when its own does not tell. */
  readonly configuration: string | null;
  readonly isFixed: boolean;
  /** Who look at it through this server. */
  readonly viewers: number;
}

interface Movement {
  readonly signature: string;
  readonly since: number;
}

interface TaggedConfig {
  readonly config: JsonObject;
  readonly tag: string;
}

/** Remembers when the statistics of each instance moved last. */
export class InstanceRecords {
  private readonly movements = new Map<string, Movement>();
  private readonly tags = new Map<string, TaggedConfig>();

  constructor(private readonly cluster: ClusterName) {}

  describe(name: string, report: JsonObject, around: InstanceSurroundings): InstanceRecord {
    const key = `${around.worker} ${name}`;
    const config = objectOf(report.config);
    const statistics = readStatistics(objectOf(report.statistics));
    const statisticsAge = this.ageOf(key, statistics);
    const mode = modeOf(this.cluster, config);
    const health = healthOf({
      processState: stateOf(report, statistics),
      isPaused: config.paused === true,
      statisticsAge,
      rx: statistics.rx,
      tx: statistics.tx,
      isPush: mode === 'PUSH',
      clients: statistics.clients ?? 0,
      isFile: mode === 'FILE',
      lastError: readLastError(report.last_error),
    });
    return {
      cluster: this.cluster,
      instance: name,
      worker: around.worker,
      ...health,
      age_ms: around.workerAge,
      statistics_age_ms: statisticsAge,
      stream_address: textOf(report.stream_address),
      mode,
      type: textOf(this.cluster === 'cameras' ? config.source_type : config.pipeline_type),
      camera: textOf(report.camera_name) ?? textOf(config.camera_name),
      function: textOf(config.function),
      inputs: [config.input_pipeline, config.input_pipeline2].flatMap((input) => textOf(input) ?? []),
      output: textOf(config.output_pipeline),
      group: groupsOf(config.group),
      read_only: report.read_only === true,
      permanent: around.isPermanent,
      fixed: around.isFixed,
      configuration: this.cluster === 'cameras' ? name : (textOf(config.name) ?? around.configuration),
      config_tag: this.tagOf(key, config),
      geometry: geometryOf(report.camera_geometry, statistics.frame_shape),
      started: startTime(report.last_start_time),
      // who looks through this server is counted where the instance runs as well, a moment later
      viewers: Math.max(around.viewers, numberOf(report.viewers) ?? 0),
      statistics,
      exit_code: null,
      reason: null,
    };
  }

  /** Forgets instances that are no longer there. @param keys `<worker> <instance>` */
  keepOnly(keys: ReadonlySet<string>): void {
    for (const map of [this.movements, this.tags]) {
      for (const key of map.keys()) if (!keys.has(key)) map.delete(key);
    }
  }

  private ageOf(key: string, { time, received, sent, pid }: StatisticsRecord): number {
    const signature = `${pid} ${time} ${received} ${sent}`;
    const now = performance.now();
    const last = this.movements.get(key);
    if (last?.signature === signature) return Math.round(now - last.since);
    this.movements.set(key, { signature, since: now });
    return 0;
  }

  /** Hashed once per configuration object or change. */
  private tagOf(key: string, config: JsonObject): string {
    const known = this.tags.get(key);
    if (known?.config === config) return known.tag;
    const tag = createHash('sha256').update(formatJson(config)).digest('hex').slice(0, 32);
    this.tags.set(key, { config, tag });
    return tag;
  }
}

/** A permanent instance that runs nowhere. */
export function downRecord(
  cluster: ClusterName,
  instance: string,
  configuration: string,
  isStarting: boolean,
  reason: string | null,
): InstanceRecord {
  return {
    cluster,
    instance,
    worker: null,
    state: isStarting ? 'starting' : 'down',
    rule: isStarting ? 'It is being started.' : 'Permanent, but not running.',
    hint: isStarting ? null : 'See its log and the reason; it is started again by itself.',
    age_ms: null,
    statistics_age_ms: null,
    stream_address: null,
    mode: 'PUB',
    type: null,
    camera: null,
    function: null,
    inputs: [],
    output: null,
    group: [],
    read_only: false,
    permanent: true,
    fixed: false,
    configuration,
    config_tag: null,
    geometry: null,
    started: null,
    viewers: 0,
    statistics: null,
    exit_code: null,
    reason,
  };
}

/** The last record of an instance whose worker does not answer any more. */
export function unknownRecord(last: InstanceRecord, workerAge: number | null): InstanceRecord {
  return {
    ...last,
    state: 'unknown',
    rule: 'Its worker does not answer.',
    hint: 'See the page of the worker.',
    age_ms: workerAge,
    statistics_age_ms: workerAge,
  };
}

/** The rule of the clients (`console.md` 2.6), and `FILE`. */
export function modeOf(cluster: ClusterName, config: JsonObject): string {
  if (cluster === 'pipelines' && config.pipeline_type === 'store') return 'PUSH';
  const mode = typeof config.mode === 'string' ? config.mode.toUpperCase() : null;
  if (mode === 'PUSH' || mode === 'FILE') return mode;
  if (mode !== null && mode !== '') return mode === 'PULL' ? 'PUB' : mode;
  return cluster === 'pipelines' && config.pipeline_type === 'fanout' ? 'PUSH' : 'PUB';
}

export function readStatistics(report: JsonObject): StatisticsRecord {
  const { clients, forwards } = clientCounts(report.clients ?? null);
  const rx = rateAndCount(report.rx);
  const tx = rateAndCount(report.tx);
  return {
    time: textOf(report.time) ?? '',
    clients,
    forwards,
    rx: rx.rate,
    tx: tx.rate,
    received: rx.count,
    sent: tx.count,
    dropped: objectOf(report.dropped) as Record<string, number>,
    throughput: numberOf(report.throughput) ?? 0,
    total_bytes: numberOf(report.total_bytes) ?? 0,
    cpu: numberOf(report.cpu),
    memory: numberOf(report.memory),
    pid: String(report.pid ?? ''),
    header_changes: numberOf(report.header_changes) ?? 0,
    frame_shape: textOf(report.frame_shape),
  };
}

/** `"9.98Hz - 123"` → 9.98 and 123 */
function rateAndCount(text: JsonValue | undefined): { rate: number; count: number } {
  const match = /^\s*(-?[\d.]+)\s*Hz\s*-\s*(-?\d+)/.exec(String(text ?? ''));
  return match === null ? { rate: 0, count: 0 } : { rate: Number(match[1]), count: Number(match[2]) };
}

/** Servers of the original do not tell the state; and before the first figures nothing can be said of input and output. */
function stateOf(report: JsonObject, { time }: StatisticsRecord): string {
  const told = typeof report.state === 'string' ? report.state : null;
  if (told !== null && told !== 'running') return told;
  return report.is_stream_active === false || time === '' ? 'starting' : 'running';
}

function readLastError(value: JsonValue | undefined): { age: number; text: string } | null {
  const { age_ms: age, message } = objectOf(value);
  return typeof age === 'number' && typeof message === 'string' ? { age, text: message } : null;
}

/** `2025-03-20 14:43:34 UTC+0100` → `2025-03-20T13:43:34.000Z` */
export function startTime(value: JsonValue | undefined): string | null {
  const time = parseStartTime(String(value ?? ''));
  return time === null ? null : new Date(time).toISOString();
}

function geometryOf(value: JsonValue | undefined, shape: string | null): readonly [number, number] | null {
  const [width, height] = Array.isArray(value) ? value : (shape ?? '').split('x').map(Number);
  return typeof width === 'number' && typeof height === 'number' ? [width, height] : null;
}

function groupsOf(value: JsonValue | undefined): string[] {
  if (Array.isArray(value)) return value.map(String);
  return typeof value === 'string' && value !== '' ? [value] : [];
}

function objectOf(value: JsonValue | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}

function textOf(value: JsonValue | undefined): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

function numberOf(value: JsonValue | undefined): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}
