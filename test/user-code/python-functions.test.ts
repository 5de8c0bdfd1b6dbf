import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { arrayValue, type ChannelValue, type ChannelValues, TypedScalar } from '../../src/common/values.js';
import { ChannelAccessServer } from '../../src/epics/server/server.js';
import { rejection } from '../instances/support.js';
import { searchAt } from '../support/channel-access.js';
import { messageCall, PYTHON } from './support.js';
import { type LoadOptions, userFunctions } from './user-functions.js';

describe('Python functions', () => {
  const functions = userFunctions();
  const { lines } = functions;
  const load = (text: string, parameters = {}, options: LoadOptions = {}) =>
    functions.load('script.py', text, parameters, options);

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
    await writeFile(join(functions.folder, 'script.py'), version('2'));
    await stream.configure({}, true);
    await writeFile(join(functions.folder, 'script.py'), version('('));
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
    const restoreEnvironment = searchAt(await server.start());
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
      restoreEnvironment();
      await functions.close();
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

  it('find modules, eggs and data files of the libraries', async () => {
    const library = join(functions.folder, 'lib');
    const egg = [
      'import sys, zipfile',
      'with zipfile.ZipFile(sys.argv[1], "w") as file:',
      '    file.writestr("tool/__init__.py", "FACTOR = 3")',
    ].join('\n');
    execFileSync(PYTHON, ['-c', egg, join(library, 'tool-1.0.egg')]);
    await writeFile(join(library, 'gain.txt'), '2.5');
    await writeFile(join(library, 'offsets.py'), 'OFFSET = 1');
    const stream = await load(`from cam_server.utils import get_lib_file, import_egg
import_egg("tool-1.0.egg")
from tool import FACTOR
from offsets import OFFSET
def process(data, pulse_id, timestamp, parameters):
    with open(get_lib_file("gain.txt")) as file:
        return {"value": OFFSET + FACTOR * float(file.read())}`);
    expect((await stream.process(messageCall(1)))!.get('value')).to.equal(8.5);
    const missing = await rejection(load('from cam_server.utils import import_egg\nimport_egg("none.egg")'));
    expect(missing.message).to.contain("script.py line 2: ImportError: There is no library 'none.egg' in ");
  });
});
