import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { JsonObject } from '../../src/common/json.js';
import { arrayValue, type ChannelValue, type ChannelValues, TypedScalar } from '../../src/common/values.js';
import { ChannelAccessServer } from '../../src/epics/server/server.js';
import type { InstanceLog } from '../../src/instances/types.js';
import type { UserCodeError } from '../../src/user-code/error.js';
import { findFunctionFile } from '../../src/user-code/files.js';
import { openUserFunction } from '../../src/user-code/open.js';
import type { UserFunction } from '../../src/user-code/types.js';
import { rejection } from '../instances/support.js';
import { messageCall, PYTHON } from './support.js';

describe('Python functions', () => {
  let folder: string;
  let opened: UserFunction | null = null;
  const lines: string[] = [];
  const note = (level: string) => (text: string) => lines.push(`${level} ${text}`);
  const log: InstanceLog = {
    debug: note('DEBUG'),
    info: note('INFO'),
    warning: note('WARNING'),
    error: note('ERROR'),
  };

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'camserver-python-'));
    await mkdir(join(folder, 'lib'));
  });

  beforeEach(() => {
    lines.length = 0;
  });

  afterEach(async () => {
    await opened?.close(0);
    opened = null;
  });

  after(() => rm(folder, { recursive: true }));

  async function load(
    text: string,
    parameters: JsonObject = {},
    options: { kind?: 'stream' | 'custom'; parallel?: number; python?: string } = {},
  ): Promise<UserFunction> {
    await writeFile(join(folder, 'script.py'), text);
    const file = (await findFunctionFile('script', folder))!;
    const { kind = 'stream', parallel = 1, python = PYTHON } = options;
    opened = await openUserFunction({ file, kind, scriptFolder: folder, parallel, parameters, python, log });
    return opened;
  }

  it('get and give values of every type unchanged', async () => {
    const stream = await load('def process(data, pulse_id, timestamp, parameters):\n  return data');
    const big = Uint16Array.from({ length: 200_000 }, (_, index) => index % 65_521);
    const values: Record<string, ChannelValue> = {
      nothing: null,
      yes: true,
      count: -5n,
      ratio: 0.25,
      text: 'µm – ok',
      small: new TypedScalar('uint8', 250),
      large: new TypedScalar('uint64', 18_446_744_073_709_551_615n),
      single: new TypedScalar('float32', 1.5),
      big: arrayValue(big, [400, 500]),
      wave: arrayValue(Float32Array.of(1, 2.5, Number.NaN)),
      longs: arrayValue(BigInt64Array.of(1n, -2n)),
      flags: { type: 'bool', data: Uint8Array.of(1, 0), shape: [2] },
      cube: arrayValue(Int8Array.of(1, 2, 3, 4, 5, 6, 7, 8), [2, 2, 2]),
    };
    const result = await stream.process(messageCall(1, values));
    expect(Object.fromEntries(result!)).to.deep.equal(values);
    expect([...result!.keys()]).to.deep.equal(Object.keys(values));
  });

  it('get pulse id, time, parameters and the values of numpy, and give those of Python', async () => {
    const stream = await load(
      `import numpy
calls = 0
def process(data, pulse_id, timestamp, parameters):
    global calls
    calls += 1
    parameters["seen"] = parameters.get("seen", 0) + 1
    if data["image"].sum() == 0:
        return None
    return {"sum": data["image"].sum(), "mean": data["image"].mean(axis=1), "row": data["image"][::-1, 1], "calls": calls,
            "list": [1, 2, 3], "floats": [1.5, 2], "time": timestamp[0] + timestamp[1], "id": pulse_id,
            "seen": parameters["seen"], "half": parameters["gain"] / 2, "text": str(type(parameters["whole"]))}`,
      { gain: 3, whole: 2 },
    );
    const image = arrayValue(Uint16Array.of(1, 2, 3, 4, 5, 6), [3, 2]);
    const result = (await stream.process(messageCall(77, { image })))!;
    expect(Object.fromEntries(result)).to.deep.equal({
      sum: new TypedScalar('uint64', 21n),
      mean: arrayValue(Float64Array.of(1.5, 3.5, 5.5)),
      row: arrayValue(Uint16Array.of(6, 4, 2)),
      calls: 1n,
      list: arrayValue(BigInt64Array.of(1n, 2n, 3n)),
      floats: arrayValue(Float64Array.of(1.5, 2)),
      time: 3n,
      id: 77n,
      seen: 1n,
      half: 1.5,
      text: "<class 'int'>",
    });
    expect(await stream.process(messageCall(78, { image: arrayValue(new Uint16Array(6), [3, 2]) }))).to.equal(
      null,
    );
    await stream.configure({ gain: 5, whole: 2 }, false);
    const next = (await stream.process(messageCall(79, { image })))!;
    expect([next.get('half'), next.get('seen'), next.get('calls')]).to.deep.equal([2.5, 1n, 3n]);
  });

  it('may keep arrays: later messages do not change them', async () => {
    const stream = await load(`kept = []
def process(data, pulse_id, timestamp, parameters):
    kept.append(data["image"])
    return {"sums": [int(image[0, 0]) for image in kept]}`);
    const image = (value: number): ChannelValue =>
      arrayValue(new Uint16Array(100_000).fill(value), [100, 1000]);
    let last: ChannelValues | null = null;
    for (const value of [1, 2, 3, 4])
      last = await stream.process(messageCall(value, { image: image(value) }));
    expect(last!.get('sums')).to.deep.equal(arrayValue(BigInt64Array.of(1n, 2n, 3n, 4n)));
  });

  it('fail with the line of the user and the trace, and go on', async () => {
    await writeFile(join(folder, 'lib', 'optics.py'), 'def focus(size):\n    return 1 / size\n');
    const stream = await load(`import optics
def process(data, pulse_id, timestamp, parameters):
    if pulse_id == 1:
        return {"focus": optics.focus(0)}
    if pulse_id == 2:
        return {"odd": {"a": 1}}
    if pulse_id == 3:
        return 5
    return {"focus": optics.focus(4)}`);
    const fault = async (pulseId: number): Promise<UserCodeError> =>
      (await rejection(stream.process(messageCall(pulseId)))) as UserCodeError;
    const first = await fault(1);
    expect(first.message).to.equal('optics.py line 2: ZeroDivisionError: division by zero');
    expect(first.trace).to.match(/script.py", line 4, in process[\s\S]*optics.py", line 2, in focus/);
    expect((await fault(2)).message).to.contain("Channel 'odd' is of type dict; channels are numbers");
    expect((await fault(3)).message).to.contain(
      'The function returned int; it must return a dictionary or None',
    );
    expect((await stream.process(messageCall(4)))!.get('focus')).to.equal(0.25);
  });

  it('that cannot be loaded say why, with the line', async () => {
    const fault = async (text: string): Promise<string> => (await rejection(load(text))).message;
    expect(await fault('x = 1\ndef process(:\n')).to.match(/^script.py line 2: SyntaxError: /);
    expect(await fault('import nowhere')).to.equal(
      "script.py line 1: ModuleNotFoundError: No module named 'nowhere'",
    );
    expect(await fault('y = 1')).to.equal("script.py has no function 'process_image' or 'process'");
    const missing = await rejection(load('y = 1', {}, { python: '/nowhere/python3' }));
    expect(missing.message).to.equal(
      'there is no Python interpreter /nowhere/python3; the option --python names it',
    );
  });

  it('are stopped at their time limit and keep their state; what cannot be stopped is replaced', async () => {
    const stream = await load(
      `calls = 0
def process(data, pulse_id, timestamp, parameters):
    global calls
    calls += 1
    while pulse_id == 2:
        pass
    if pulse_id == 3:
        sum(range(10**12))
    return {"calls": calls}`,
      { function_timeout: 2 },
    );
    const calls = async (pulseId: number): Promise<ChannelValue | undefined> =>
      (await stream.process(messageCall(pulseId)))!.get('calls');
    const limit = "'script.py' did not finish within 2 s (function_timeout) and was stopped";
    expect(await calls(1)).to.equal(1n);
    const soft = (await rejection(calls(2))) as UserCodeError;
    expect(soft.message).to.equal(limit.replace('.py', ''));
    expect(soft.trace).to.contain('script.py", line 5, in process');
    expect(await calls(4)).to.equal(3n);
    const hard = (await rejection(calls(3))) as UserCodeError;
    expect(hard.message).to.equal(limit.replace('.py', ''));
    expect(hard.trace).to.contain('script.py", line 8 in process');
    expect(await calls(5)).to.equal(1n);
  });

  it('that crash are reported with their trace and started again', async () => {
    const stream = await load(`import ctypes
def process(data, pulse_id, timestamp, parameters):
    if pulse_id == 1:
        ctypes.string_at(0)
    return {"id": pulse_id}`);
    const crash = (await rejection(stream.process(messageCall(1)))) as UserCodeError;
    expect(crash.message).to.equal("the process of 'script' ended: it was killed by SIGSEGV");
    expect(crash.trace).to.contain('script.py", line 4 in process');
    expect((await stream.process(messageCall(2)))!.get('id')).to.equal(2n);
    expect(lines.join('\n')).to.contain(
      "WARNING The process of 'script' ended: it was killed by SIGSEGV. It is started again",
    );
  });

  it('that need too much memory fail where they ask for it', async () => {
    const stream = await load(
      `def process(data, pulse_id, timestamp, parameters):
    return {"size": len(bytearray(pulse_id * 1024 * 1024))}`,
      { function_memory: 100 },
    );
    expect((await rejection(stream.process(messageCall(2000)))).message).to.equal(
      'script.py line 2: MemoryError',
    );
    expect((await stream.process(messageCall(10)))!.get('size')).to.equal(10n * 1024n * 1024n);
  });

  it('log what they print with script and line', async () => {
    const stream = await load(`import logging, sys
def process(data, pulse_id, timestamp, parameters):
    print("size", 5)
    logging.getLogger("beam").error("lost")
    sys.stderr.write("dim")
    return None`);
    await stream.process(messageCall(1));
    expect(lines).to.deep.equal([
      'INFO script.py line 3: size 5',
      'ERROR script.py line 4: lost',
      'WARNING script.py line 5: dim',
    ]);
  });

  it('are replaced on reload without losing a call; a faulty file changes nothing', async () => {
    const version = (text: string): string =>
      `def process(data, pulse_id, timestamp, parameters):\n    return {"version": ${text}}`;
    const stream = await load(version('1'));
    const results: Promise<ChannelValues | null>[] = [];
    const call = (): unknown => results.push(stream.process(messageCall(results.length)));
    const timer = setInterval(call, 5);
    await writeFile(join(folder, 'script.py'), version('2'));
    await stream.configure({}, true);
    await writeFile(join(folder, 'script.py'), version('('));
    expect((await rejection(stream.configure({}, true))).message).to.contain('SyntaxError');
    call();
    clearInterval(timer);
    const versions = (await Promise.all(results)).map((result) => result!.get('version'));
    expect(versions.at(-1)).to.equal(2n);
    expect(new Set(versions)).to.deep.equal(new Set([1n, 2n]));
  });

  it('work in several processes', async () => {
    const stream = await load(
      `import os, time
def process(data, pulse_id, timestamp, parameters):
    time.sleep(0.02)
    return {"process": os.getpid()}`,
      {},
      { parallel: 2 },
    );
    const pulseIds = Array.from({ length: 8 }, (_, index) => index);
    const results = await Promise.all(pulseIds.map((pulseId) => stream.process(messageCall(pulseId))));
    expect(new Set(results.map((result) => result!.get('process'))).size).to.equal(2);
  });

  it('read and write process variables, in the main thread and in threads of theirs', async () => {
    const server = new ChannelAccessServer();
    server.add('T:NUMBER', 'LONG', [1280]);
    server.add('T:TARGET', 'DOUBLE', [0], { isWritable: true });
    const port = await server.start();
    const former = { ...process.env };
    Object.assign(process.env, { EPICS_CA_ADDR_LIST: `127.0.0.1:${port}`, EPICS_CA_AUTO_ADDR_LIST: 'NO' });
    try {
      const stream = await load(`from threading import Thread
from cam_server.utils import create_pv, create_thread_pvs
target = create_pv("T:TARGET")
found = {}

def read():
    number, nothing = create_thread_pvs(["T:NUMBER", ""])
    number.wait_for_connection(10)
    found["number"], found["nothing"] = number.get(timeout=10), nothing

def process(data, pulse_id, timestamp, parameters):
    thread = Thread(target=read)
    thread.start()
    thread.join()
    target.wait_for_connection(10)
    target.put(2.5, wait=True, timeout=10)
    return found`);
      const result = await stream.process(messageCall(1));
      expect(Object.fromEntries(result!)).to.deep.equal({ number: 1280n, nothing: null });
      expect(server.valueOf('T:TARGET')).to.deep.include({ data: new Float64Array([2.5]) });
    } finally {
      process.env = former;
      await opened?.close(0);
      await server.stop();
    }
  });

  it('make messages of their own', async () => {
    const custom = await load(
      `def process(parameters, init):
    if not init:
        return None, None, None, 0
    return {"init": init}, (5, 6), 7, 200`,
      {},
      { kind: 'custom' },
    );
    expect(await custom.generate(true)).to.deep.equal({
      values: new Map([['init', true]]),
      timestamp: { seconds: 5n, nanoseconds: 6n },
      pulseId: 7n,
      dataSize: 200,
    });
    expect(await custom.generate(false)).to.deep.equal({
      values: null,
      timestamp: null,
      pulseId: null,
      dataSize: 0,
    });
  });
});
