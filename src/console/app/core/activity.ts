/** What the user of this page does with the servers, in words. */

export interface Activity {
  /** Sent with the request: the logs of all servers and the audit log show it. */
  readonly requestId: string;
  /** `stop instance` */
  readonly action: string;
  /** `pipelines / sim_other`; empty for what has no name. */
  readonly target: string;
  /** Milliseconds since 1970. */
  readonly begun: number;
  readonly ended: number | null;
  /** `begun`: the server goes on with it as a task of its own. */
  readonly state: 'running' | 'begun' | 'ok' | 'failed';
  readonly error: string | null;
}

/** Activities that are kept; those under way are among the newest. */
const MOST = 50;
/** Ends of paths that only ask, although with a document. */
const QUESTIONS = new Set(['check', 'preview', 'probe', 'validate']);
const METHOD_WORDS: Readonly<Record<string, string>> = { POST: 'create', PUT: 'save', DELETE: 'delete' };
/** Last words of paths that say what is done; others are names. */
const VERBS: Readonly<Record<string, string>> = {
  cancel: 'cancel',
  capture: 'capture',
  config: 'change',
  drain: 'drain',
  reconnect: 'reconnect',
  rename: 'rename',
  restart: 'restart',
  restore: 'restore',
  secret: 'renew secret of',
  sources: 'change sources of',
  stop: 'stop',
  'stop-all': 'stop all of',
};

/** Whether a request changes something: those that only ask are no actions. */
export function isAction(method: string, path: string): boolean {
  if (method === 'POST') return !QUESTIONS.has(segmentsOf(path).at(-1) ?? '');
  return method !== 'GET';
}

/** `POST /api/v2/instances/pipelines/a/stop` → `stop instance`, `pipelines / a` */
export function describeAction(method: string, path: string): Pick<Activity, 'action' | 'target'> {
  const [kind = '', ...rest] = segmentsOf(path);
  const last = rest.at(-1) ?? '';
  const verb = rest.length > 0 && method === 'POST' ? VERBS[last] : undefined;
  const names = verb === undefined ? rest : rest.slice(0, -1);
  const what = kind === 'configs' ? 'configuration' : kind.replace(/ies$/, 'y').replace(/s$/, '');
  return { action: `${verb ?? METHOD_WORDS[method] ?? method} ${what}`, target: names.join(' / ') };
}

/** The newest first; a request that is sent twice at a time is one activity. */
export function withBegun(list: readonly Activity[], begun: Activity): readonly Activity[] {
  if (list.some(({ requestId }) => requestId === begun.requestId)) return list;
  return [begun, ...list].slice(0, MOST);
}

export function withEnded(
  list: readonly Activity[],
  requestId: string,
  end: Pick<Activity, 'ended' | 'state' | 'error'>,
): readonly Activity[] {
  return list.map((entry) => (entry.requestId === requestId ? { ...entry, ...end } : entry));
}

function segmentsOf(path: string): string[] {
  const [plain = ''] = path.split('?');
  return plain
    .replace(/^\/api\/v\d+\//, '')
    .split('/')
    .map(decodeURIComponent);
}
