/**
 * Where an instance runs: the selection rules of the cluster as pure functions of a snapshot. Every answer carries its
 * reasons, so that operators can ask why.
 */
import { isIP } from 'node:net';
import { CamServerError } from '../common/errors.js';
import type { PoolServer } from './pool-configuration.js';

/** What placement knows of one server: its configuration, what it last reported, and what is on its way there. */
export interface ServerSnapshot extends PoolServer {
  /** False: it did not answer in time; it takes nothing new. */
  readonly isReachable: boolean;
  readonly instances: readonly RunningInstance[];
  /** Names that are being started there and not reported yet. */
  readonly reserved: readonly string[];
  /** Host CPU in percent, host memory in use in bytes, host traffic in bytes per second; null while unknown. */
  readonly cpu: number | null;
  readonly memory: number | null;
  readonly traffic: number | null;
  readonly limits: CapacityLimits;
}

export interface RunningInstance {
  readonly name: string;
  readonly cameraName: string | null;
}

export interface CapacityLimits {
  /** Null: no limit. */
  readonly maximumInstances: number | null;
  /** Percent of host CPU; null: no limit. */
  readonly maximumLoad: number | null;
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

  const running = servers.find((server) => runsOrReserves(server, request.instance)) ?? null;
  const decision =
    decide(running, 'running', running === null ? 'it runs nowhere' : `it runs on ${running.address}`) ??
    placeFixed(servers, request, decide) ??
    placeByCamera(servers, request, decide) ??
    placeByHost(servers, request.originHost, 'origin host', decide) ??
    placeByLoad(servers, decide);
  if (decision !== null) return decision;
  throw new CamServerError('NO_SERVER', 'No available server', { cause: explanation });
}

type Decide = (
  server: ServerSnapshot | null,
  rule: PlacementRule,
  why: string,
  port?: number | null,
) => PlacementDecision | null;

/** A fixed entry whose server is down is passed over: better elsewhere than nowhere. */
function placeFixed(
  servers: readonly ServerSnapshot[],
  request: PlacementRequest,
  decide: Decide,
): PlacementDecision | null {
  for (const server of servers) {
    const entry = server.fixedInstances.find((fixed) => fixed.name === request.configuration);
    if (entry === undefined) continue;
    if (server.isReachable)
      return decide(server, 'fixed', `an entry of ${server.address} names it`, entry.port);
    decide(null, 'fixed', `an entry of ${server.address} names it, but that server cannot be reached`);
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
  const usable = servers.filter(hasCapacity);
  const affine =
    usable.find((server) => server.instances.some((item) => item.cameraName === cameraName)) ?? null;
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
    (server) => server.expanding && hasCapacity(server) && isSameHost(server, host),
  );
  const best = leastLoaded(there);
  return decide(best, rule, best === null ? `no usable server on ${host}` : `${best.address} is on ${host}`);
}

function placeByLoad(servers: readonly ServerSnapshot[], decide: Decide): PlacementDecision | null {
  const best = leastLoaded(servers.filter((server) => server.expanding && hasCapacity(server)));
  return decide(
    best,
    'least load',
    best === null
      ? `none of ${servers.length} servers is reachable, expanding and below its limits`
      : `${best.address} has the fewest instances (${loadOf(best)})`,
  );
}

/** Number of instances, those on their way included. */
export function loadOf(server: ServerSnapshot): number {
  const names = new Set([...server.instances.map((instance) => instance.name), ...server.reserved]);
  return names.size;
}

function runsOrReserves(server: ServerSnapshot, name: string): boolean {
  return server.reserved.includes(name) || server.instances.some((instance) => instance.name === name);
}

function hasCapacity(server: ServerSnapshot): boolean {
  const { maximumInstances, maximumLoad } = server.limits;
  if (!server.isReachable) return false;
  if (maximumInstances !== null && loadOf(server) >= maximumInstances) return false;
  return maximumLoad === null || server.cpu === null || server.cpu < maximumLoad;
}

/** Fewest instances; then least CPU, traffic and memory as reported; then pool order. */
function leastLoaded(servers: readonly ServerSnapshot[]): ServerSnapshot | null {
  const order = (server: ServerSnapshot): number[] => [
    loadOf(server),
    server.cpu ?? 0,
    server.traffic ?? 0,
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
  const serverHost = new URL(server.address).hostname.replace(/^\[|\]$/g, '');
  if (isLoopback(host)) return isLoopback(serverHost);
  if (isIP(host) !== 0 || isIP(serverHost) !== 0) return host === serverHost;
  return firstLabel(host) === firstLabel(serverHost);
}

function isLoopback(host: string): boolean {
  return host === '::1' || host === 'localhost' || /^127\./.test(host);
}

function firstLabel(host: string): string {
  return (host.split('.')[0] as string).toLowerCase();
}
