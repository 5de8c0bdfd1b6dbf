/**
 * Where an instance runs: the selection rules of the cluster as pure functions of a snapshot. Every answer carries its
 * reasons, so that operators can ask why.
 */
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { CamServerError } from '../common/errors.js';
import type { PoolServer } from './pool-configuration.js';

/** What placement knows of one server: its configuration, what it last reported, and what is on its way there. */
export interface ServerSnapshot extends PoolServer {
  /** False: it did not answer in time; it takes nothing new. */
  readonly isReachable: boolean;
  readonly instances: readonly RunningInstance[];
  /** Names that are being started there and not reported yet. */
  readonly reserved: readonly RunningInstance[];
  /** Host CPU in percent, host memory in use in bytes; null while unknown. */
  readonly cpu: number | null;
  readonly memory: number | null;
  /** Bytes per second that its instances receive, those on their way included as far as they are known from before. */
  readonly traffic: number;
}

export interface RunningInstance {
  readonly name: string;
  readonly cameraName: string | null;
}

export interface PlacementRequest {
  /** The id of the instance to be placed. */
  readonly instance: string;
  /** The name under which a fixed entry may list it: the configuration's. Null for instances from a posted configuration. */
  readonly configuration: string | null;
  /** The camera of a camera pipeline, else null. */
  readonly cameraName: string | null;
  /** Host on which the stream of that camera comes from, when known. */
  readonly cameraHost: string | null;
  /** Host that asked, when it counts (cameras, streams by id). */
  readonly originHost: string | null;
}

export type PlacementRule =
  | 'running'
  | 'fixed'
  | 'same camera'
  | 'listed camera'
  | 'camera host'
  | 'origin host'
  | 'least load';

export interface PlacementDecision {
  readonly server: ServerSnapshot;
  readonly rule: PlacementRule;
  /** Fixed port of the entry that was followed. */
  readonly port: number | null;
  /** One sentence for each rule that was looked at, in order. */
  readonly explanation: readonly string[];
}

/**
 * Applies the rules in order: running instance, fixed entry, camera rules, origin, least load.
 * @throws CamServerError `No available server`, with the reasons in its cause
 */
export function place(servers: readonly ServerSnapshot[], request: PlacementRequest): PlacementDecision {
  const explanation: string[] = [];
  const decide = (
    server: ServerSnapshot | null,
    rule: PlacementRule,
    why: string,
    port: number | null = null,
  ): PlacementDecision | null => {
    explanation.push(`${rule}: ${why}`);
    return server === null ? null : { server, rule, port, explanation };
  };

  const running =
    servers.find((server) => expected(server).some(({ name }) => name === request.instance)) ?? null;
  const decision =
    decide(running, 'running', running === null ? 'it runs nowhere' : `it runs on ${running.address}`) ??
    placeFixed(servers, request, decide) ??
    placeByCamera(servers, request, decide) ??
    placeByHost(servers, request.originHost, 'origin host', decide) ??
    placeByLoad(servers, decide);
  if (decision !== null) return decision;
  throw refusal(servers, explanation);
}

type Decide = (
  server: ServerSnapshot | null,
  rule: PlacementRule,
  why: string,
  port?: number | null,
) => PlacementDecision | null;

/** A fixed entry whose server cannot take it is passed over: better elsewhere than nowhere. */
function placeFixed(
  servers: readonly ServerSnapshot[],
  request: PlacementRequest,
  decide: Decide,
): PlacementDecision | null {
  for (const server of servers) {
    const entry = server.fixedInstances.find((fixed) => fixed.name === request.configuration);
    if (entry === undefined) continue;
    const fault = faultOf(server);
    if (fault === null) return decide(server, 'fixed', `an entry of ${server.address} names it`, entry.port);
    decide(null, 'fixed', `an entry of ${server.address} names it, but that server ${fault}`);
  }
  return null;
}

function placeByCamera(
  servers: readonly ServerSnapshot[],
  request: PlacementRequest,
  decide: Decide,
): PlacementDecision | null {
  const { cameraName, cameraHost } = request;
  if (cameraName === null) return null;
  const usable = servers.filter((server) => faultOf(server) === null);
  const affine =
    usable.find((server) => expected(server).some((item) => item.cameraName === cameraName)) ?? null;
  const listed = usable.find((server) => server.cameras.includes(cameraName)) ?? null;
  return (
    decide(
      affine,
      'same camera',
      affine === null
        ? `no pipeline on ${cameraName} runs`
        : `${affine.address} runs a pipeline on ${cameraName}`,
    ) ??
    decide(
      listed,
      'listed camera',
      listed === null ? `no server lists ${cameraName}` : `${listed.address} lists ${cameraName}`,
    ) ??
    placeByHost(servers, cameraHost, 'camera host', decide)
  );
}

/** Servers that are reserved (`expanding: false`) receive nothing by this rule. */
function placeByHost(
  servers: readonly ServerSnapshot[],
  host: string | null,
  rule: 'camera host' | 'origin host',
  decide: Decide,
): PlacementDecision | null {
  if (host === null) return null;
  const there = servers.filter(
    (server) => server.expanding && faultOf(server) === null && isSameHost(server, host),
  );
  const best = leastLoaded(there);
  return decide(best, rule, best === null ? `no usable server on ${host}` : `${best.address} is on ${host}`);
}

function placeByLoad(servers: readonly ServerSnapshot[], decide: Decide): PlacementDecision | null {
  const best = leastLoaded(servers.filter((server) => server.expanding && faultOf(server) === null));
  return decide(
    best,
    'least load',
    best === null
      ? servers.map((server) => `${server.address} ${faultOf(server) ?? 'is reserved'}`).join('; ') ||
          'the pool is empty'
      : `${best.address} has the fewest instances (${loadOf(best)})`,
  );
}

/** Number of instances, those on their way included. */
export function loadOf(server: ServerSnapshot): number {
  return expected(server).length;
}

/** What runs there and what is on its way, each name once. */
function expected(server: ServerSnapshot): RunningInstance[] {
  const running = new Set(server.instances.map((instance) => instance.name));
  return [...server.instances, ...server.reserved.filter((instance) => !running.has(instance.name))];
}

/** Why a server takes nothing new; null when it does. */
function faultOf(server: ServerSnapshot): string | null {
  const { maximumInstances, maximumLoad } = server.limits;
  if (!server.isReachable) return 'cannot be reached';
  if (server.draining) return 'is being drained';
  const load = loadOf(server);
  if (maximumInstances !== null && load >= maximumInstances) {
    return `has ${load} of at most ${maximumInstances} instances`;
  }
  if (maximumLoad !== null && server.cpu !== null && server.cpu >= maximumLoad) {
    return `is ${server.cpu.toFixed(0)} % busy, at most ${maximumLoad} % are allowed`;
  }
  return null;
}

/** The refusal names the limits when they are the reason; else it is the text that clients know. */
function refusal(servers: readonly ServerSnapshot[], explanation: readonly string[]): CamServerError {
  const isFull = servers.some((server) => server.isReachable && server.expanding && !server.draining);
  const text = 'No available server';
  const reasons = explanation.at(-1)!.replace('least load: ', '');
  return new CamServerError('NO_SERVER', isFull ? `${text}: ${reasons}` : text, { cause: explanation });
}

/** Differences in CPU below this say nothing; percent. */
const CPU_STEP = 10;

/** Fewest instances; then least CPU, incoming bytes and memory as reported; then pool order. */
function leastLoaded(servers: readonly ServerSnapshot[]): ServerSnapshot | null {
  const order = (server: ServerSnapshot): number[] => [
    loadOf(server),
    Math.floor((server.cpu ?? 0) / CPU_STEP),
    server.traffic,
    server.memory ?? 0,
  ];
  let best: ServerSnapshot | null = null;
  for (const server of servers) {
    if (best === null || isLess(order(server), order(best))) best = server;
  }
  return best;
}

function isLess(left: readonly number[], right: readonly number[]): boolean {
  const index = left.findIndex((value, position) => value !== right[position]);
  return index >= 0 && (left[index] as number) < (right[index] as number);
}

/** Addresses are compared completely, names by their first label, without regard to case. */
function isSameHost(server: ServerSnapshot, host: string): boolean {
  const serverHost = hostOf(server.address);
  if (isLoopback(host)) return isLoopback(serverHost) || isLocalName(serverHost);
  if (isIP(host) !== 0 || isIP(serverHost) !== 0) return host === serverHost;
  return firstLabel(host) === firstLabel(serverHost);
}

/** The host of an address such as `http://host:8881`, of IPv6 without brackets. */
export function hostOf(address: string): string {
  return new URL(address).hostname.replace(/^\[|\]$/g, '');
}

export function isLoopback(host: string): boolean {
  return host === '::1' || host === 'localhost' || /^127\./.test(host);
}

function isLocalName(host: string): boolean {
  return isIP(host) === 0 && firstLabel(host) === firstLabel(hostname());
}

function firstLabel(host: string): string {
  return (host.split('.')[0] as string).toLowerCase();
}
