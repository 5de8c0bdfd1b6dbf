/** A pipeline and a camera server with `/api/v2` inside the test's process, and a reader of their events. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatJson, type JsonObject } from '../../../src/common/json.js';
import type { LogLevel } from '../../../src/common/logging.js';
import { standaloneApi } from '../../../src/proxy/v2/standalone.js';
import { until } from '../../support/until.js';
import {
  startTestCameras,
  startTestServer,
  type TestCameras,
  type TestServer,
} from '../../worker/support.js';

export const still: JsonObject = {
  source: 'still',
  source_type: 'simulation',
  size_x: 64,
  size_y: 48,
  frame_rate: 50,
  image_type: 'static_beam',
};

export interface TestPlant {
  readonly cameras: TestCameras;
  readonly pipelines: TestServer;
  /** Folders `pipelines` and `cameras` of what the servers keep. */
  readonly state: string;
  close(): Promise<void>;
}

export async function startTestPlant(
  pipelines: Readonly<Record<string, JsonObject>> = {},
  cameras: Readonly<Record<string, JsonObject>> = { still },
  options: {
    readonly securityFile?: string;
    readonly serviceToken?: string;
    readonly logLevel?: LogLevel;
  } = {},
): Promise<TestPlant> {
  const state = mkdtempSync(join(tmpdir(), 'camserver-state-'));
  const { securityFile = null, serviceToken = null, logLevel = 'CRITICAL' } = options;
  const foundation = (name: string) => ({ stateFolder: join(state, name), securityFile, serviceToken });
  const cameraServer = await startTestCameras(cameras, {
    logLevel,
    extend: (parts) =>
      standaloneApi(parts, { role: 'server', cameraServer: null, foundation: foundation('cameras') }),
  });
  const pipelineServer = await startTestServer({
    logLevel,
    cameraServer: cameraServer.url,
    extend: (parts) =>
      standaloneApi(parts, {
        role: 'server',
        cameraServer: cameraServer.url,
        foundation: foundation('pipelines'),
      }),
  });
  for (const [name, config] of Object.entries(pipelines)) {
    writeFileSync(
      join(pipelineServer.folder, 'pipelines', `${name}.json`),
      formatJson({ ...config, name }, 1),
    );
  }
  return {
    cameras: cameraServer,
    pipelines: pipelineServer,
    state,
    close: async () => {
      await pipelineServer.close();
      await cameraServer.close();
      rmSync(state, { recursive: true, force: true });
    },
  };
}

export interface ReceivedEvent {
  readonly id: string | null;
  readonly type: string;
  // biome-ignore lint/suspicious/noExplicitAny: events are what the tests are about
  readonly data: any;
}

/** Reads an event stream until it is closed. */
export class EventReader {
  readonly events: ReceivedEvent[] = [];
  private readonly controller = new AbortController();

  private constructor(response: Response) {
    void this.read(response);
  }

  static async open(url: string, headers: Record<string, string> = {}): Promise<EventReader> {
    const reader = await fetch(url, { headers });
    if (reader.status !== 200) throw new Error(`HTTP ${reader.status}: ${await reader.text()}`);
    return new EventReader(reader);
  }

  /** The first event, from now or before, that fits; waits for it. */
  find(fits: (event: ReceivedEvent) => boolean): Promise<ReceivedEvent> {
    return until(() => this.events.find(fits), `an event that fits ${fits}`);
  }

  close(): void {
    this.controller.abort();
  }

  private async read(response: Response): Promise<void> {
    let text = '';
    const reader = response.body!.getReader();
    this.controller.signal.addEventListener('abort', () => void reader.cancel().catch(() => {}));
    for (;;) {
      const { value, done } = await reader.read().catch(() => ({ value: undefined, done: true }));
      if (done) return;
      text += Buffer.from(value!).toString('utf8');
      const blocks = text.split('\n\n');
      text = blocks.pop()!;
      for (const block of blocks) this.take(block);
    }
  }

  private take(block: string): void {
    const field = (name: string): string | null =>
      new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1] ?? null;
    const type = field('event');
    if (type !== null) this.events.push({ id: field('id'), type, data: JSON.parse(field('data')!) });
  }
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: answers are what the tests are about
  readonly body: any;
}

export async function call(
  method: string,
  url: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const isJson: Record<string, string> = body === undefined ? {} : { 'Content-Type': 'application/json' };
  const response = await fetch(url, {
    method,
    headers: { ...isJson, ...headers },
    body: body === undefined ? null : JSON.stringify(body),
  });
  return { status: response.status, headers: response.headers, body: await response.json() };
}
