import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { JsonObject } from '../../../src/common/json.js';
import { arrayValue, type ChannelValue, TypedScalar } from '../../../src/common/values.js';
import { createHeaderStrategy, readHeaderMode } from '../../../src/streaming/header-strategy.js';
import { Hdf5Recorder } from '../../../src/streaming/sinks/hdf5/index.js';
import { openSink } from '../../../src/streaming/sinks/index.js';
import { type FileContent, readWithH5py } from '../../support/h5py.js';

type Message = Record<string, ChannelValue>;

describe('streaming: HDF5 files', () => {
  let folder: string;
  let file: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'camserver-test-'));
    file = join(folder, 'out.h5');
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** Writes messages with pulse ids from 1, and reads the file with h5py. */
  async function write(parameters: JsonObject, messages: readonly Message[]): Promise<FileContent> {
    const strategy = createHeaderStrategy({
      mode: readHeaderMode(parameters.create_header),
      allowTypeChanges: true,
      allowShapeChanges: true,
      compression: 'none',
    });
    const failures: Error[] = [];
    const sink = await openSink(
      { mode: 'FILE', file, ...parameters },
      {
        port: 0,
        stop: new AbortController().signal,
        waitsForFile: true,
        failed: (error) => failures.push(error),
      },
    );
    try {
      for (const [index, message] of messages.entries()) {
        const prepared = strategy(new Map(Object.entries(message)));
        const timestamp = { seconds: 1_700_000_000n, nanoseconds: BigInt(index) };
        if (prepared !== null) await sink.send(prepared, BigInt(index + 1), timestamp);
      }
    } finally {
      await sink.close();
    }
    if (failures.length > 0) throw failures[0];
    return readWithH5py(file);
  }

  const profile = (...values: number[]): ChannelValue => arrayValue(Float32Array.from(values));

  it('hold every kind of value, in the layout DEFAULT', async () => {
    const message = (n: number): Message => ({
      image: arrayValue(Uint16Array.of(n, 2, 3, 4, 5, 6), [2, 3]),
      float: n / 2,
      integer: BigInt(-n),
      narrow: new TypedScalar('uint8', n),
      flag: n === 2,
      text: `Größe ${n}`,
      list: arrayValue(BigInt64Array.of(1n, BigInt(n))),
    });
    const content = await write({}, [message(1), message(2), message(3)]);
    expect(content['/data1/image/value']).to.deep.equal({
      shape: [3, 2, 3],
      dtype: 'uint16',
      values: [1, 2, 3].map((n) => [
        [n, 2, 3],
        [4, 5, 6],
      ]),
    });
    const column = (name: string) => content[`/data1/${name}/value`];
    expect(column('float')).to.deep.equal({ shape: [3], dtype: 'float64', values: [0.5, 1, 1.5] });
    expect(column('integer')).to.deep.equal({ shape: [3], dtype: 'int64', values: [-1, -2, -3] });
    expect(column('narrow')).to.deep.equal({ shape: [3], dtype: 'uint8', values: [1, 2, 3] });
    expect(column('flag')).to.deep.equal({ shape: [3], dtype: 'bool', values: [false, true, false] });
    expect(column('text')).to.deep.equal({
      shape: [3],
      dtype: '|S1000',
      values: ['Größe 1', 'Größe 2', 'Größe 3'],
    });
    expect(column('list')).to.deep.equal({
      shape: [3, 2],
      dtype: 'int64',
      values: [
        [1, 1],
        [1, 2],
        [1, 3],
      ],
    });
    const times = [0, 1, 2].map((nanoseconds) => [1_700_000_000, nanoseconds]);
    expect(content['/data1/text/timestamp']).to.deep.equal({ shape: [3, 2], dtype: 'uint64', values: times });
    expect(content['/header1/global_timestamp']!.values).to.deep.equal(times);
    expect(content['/header1/pulse_id']).to.deep.equal({ shape: [3], dtype: 'uint64', values: [1, 2, 3] });
    expect(content['/general/created']!.values).to.match(/^\d\d\/\d\d\/\d{4} \d\d:\d\d:\d\d\.\d{6}$/);
    expect(content['/general/pid']!.values).to.equal(process.pid);
    expect(content['/general/datasets']).to.deep.equal({ shape: [], dtype: 'int64', values: 1 });
    for (const name of ['user', 'host'])
      expect(content[`/general/${name}`]!.values).to.be.a('string').and.not.empty;
    expect(existsSync(`${file}.reserve`)).to.equal(false);
  });

  it('have the paths of their layout, with or without times of channels', async () => {
    const general = ['created', 'datasets', 'host', 'pid', 'user'].map((name) => `/general/${name}`);
    const paths = async (parameters: JsonObject) =>
      Object.keys(await write({ change: true, ...parameters }, [{ a: 1 }, { a: 1, p: profile(1) }])).filter(
        (path) => !general.includes(path),
      );
    expect(await paths({ layout: 'flat' })).to.have.members([
      ...['/data1/a', '/data1/a_timestamp', '/header1/global_timestamp', '/header1/pulse_id'],
      ...['/data2/a', '/data2/a_timestamp', '/data2/p', '/data2/p_timestamp'],
      ...['/header2/global_timestamp', '/header2/pulse_id'],
    ]);
    expect(await paths({ layout: 'BSH5' })).to.have.members([
      ...['/a/data', '/a/timestamp', '/global_timestamp', '/pulse_id'],
      ...['/a2/data', '/a2/timestamp', '/p2/data', '/p2/timestamp', '/global_timestamp2', '/pulse_id2'],
    ]);
    expect(await paths({ localtime: false })).to.have.members([
      ...['/data1/a/value', '/header1/global_timestamp', '/header1/pulse_id'],
      ...['/data2/a/value', '/data2/p/value', '/header2/global_timestamp', '/header2/pulse_id'],
    ]);
  });

  it('hold NaN, 0 or nothing where a known channel is null or missing, and no dataset for an unknown one', async () => {
    const known: Message = { f: 1.5, i: 7n, t: 'x', p: profile(1, 2), never: null };
    const content = await write({ create_header: 'always' }, [
      known,
      { f: null, i: null, t: null, p: null, never: null },
      { p: profile(3, 4) },
    ]);
    const values = (name: string) => content[`/data1/${name}/value`]!.values;
    expect(values('f')).to.deep.equal([1.5, 'NaN', 'NaN']);
    expect(values('i')).to.deep.equal([7, 0, 0]);
    expect(values('t')).to.deep.equal(['x', '', '']);
    expect(values('p')).to.deep.equal([
      [1, 2],
      ['NaN', 'NaN'],
      [3, 4],
    ]);
    expect(content).not.to.have.property('/data1/never/value');
  });

  it('convert numbers of another type, and cut long texts', async () => {
    const content = await write({}, [
      { n: 5n, p: arrayValue(Uint16Array.of(1, 2)), t: 'ab' },
      { n: 3.9, p: arrayValue(Float64Array.of(-4, 70_000.5)), t: 'ü'.repeat(700) },
      { n: Number.POSITIVE_INFINITY, p: arrayValue(BigInt64Array.of(1n, 2n)), t: '' },
    ]);
    expect(content['/data1/n/value']).to.deep.equal({
      shape: [3],
      dtype: 'int64',
      values: [5, 3, Number(2n ** 63n - 1n)],
    });
    expect(content['/data1/p/value']).to.deep.equal({
      shape: [3, 2],
      dtype: 'uint16',
      values: [
        [1, 2],
        [0, 65_535],
        [1, 2],
      ],
    });
    expect(content['/data1/t/value']!.values).to.deep.equal(['ab', 'ü'.repeat(500), '']);
  });

  it('keep every generation at its own length, with a number of records or without', async () => {
    const messages: Message[] = [
      { p: profile(1, 2), n: 1 },
      { p: profile(3, 4), n: 2 },
      { p: profile(5, 6, 7), n: 3 },
      { p: profile(8), q: profile(9), n: 4 },
      { p: profile(10), q: profile(11), n: 5 },
    ];
    for (const records of [null, 5, 9]) {
      const content = await write({ change: true, records }, messages);
      expect(content['/general/datasets']!.values).to.equal(3);
      expect(content['/data1/p/value']!.values).to.deep.equal([
        [1, 2],
        [3, 4],
      ]);
      expect(content['/data2/p/value']!.values).to.deep.equal([[5, 6, 7]]);
      expect(content['/data3/q/value']!.values).to.deep.equal([[9], [11]]);
      expect(content['/data3/n/value']!.values).to.deep.equal([4, 5]);
      expect(content['/header1/pulse_id']!.values).to.deep.equal([1, 2]);
      expect(content['/header3/pulse_id']!.values).to.deep.equal([4, 5]);
    }
  });

  it('stay readable after a message that cannot be written', async () => {
    const cases: [messages: Message[], error: string, parameters?: JsonObject][] = [
      [[{ p: profile(1) }, { p: profile(1, 2) }], 'Data format changed'],
      [[{ p: profile(1) }, { p: profile(1), q: profile(1) }], 'Data format changed'],
      [[{ p: profile(1), q: profile(1) }, { p: profile(1) }], 'Data format changed'],
      [[{ p: profile(1) }, { p: 1 }], 'Data format changed'],
      [[{ a: 1 }, { a: 1, b: 2 }], "Channel 'b' appeared after the file was begun"],
      [[{ a: 1 }, { a: 2 }], 'HDF5 Writer reached the total number of records', { records: 1 }],
      [
        [{ a: 1 }, { a: 'x' }],
        "Channel 'a' was float64 when the file was begun, and is a text now. 1 complete messages",
      ],
    ];
    for (const [messages, text, parameters = {}] of cases) {
      const error = await write(parameters, messages).catch((reason: Error) => reason);
      expect((error as Error).message).to.contain(text);
      const content = readWithH5py(file);
      expect(content['/header1/pulse_id']!.values, text).to.deep.equal([1]);
    }
  });

  it('are compressed when they are asked to be', async () => {
    const image = arrayValue(new Uint16Array(200 * 200).fill(7), [200, 200]);
    const size = async (parameters: JsonObject): Promise<number> => {
      const content = await write(parameters, Array(20).fill({ image, n: 1 }));
      expect(content['/data1/image/value']!.values[19][199]).to.deep.equal(Array(200).fill(7));
      return statSync(file).size;
    };
    expect(await size({})).to.be.above(20 * 80_000);
    expect(await size({ file_compression: 'bitshuffle_lz4' })).to.be.below(400_000);
  });

  it('refuse what comes while too much waits, and hold all that they have accepted', async () => {
    const recorder = await Hdf5Recorder.create({
      ...{ path: file, layout: 'FLAT', localtime: false, change: false, compression: 'none', rows: null },
      failed: (error) => expect.fail(error.message),
    });
    const time = { seconds: 1n, nanoseconds: 0n };
    const accepted: number[] = [];
    // all in one turn of the event loop, so that nothing is written meanwhile
    for (let pulseId = 1; pulseId <= 1500; pulseId += 1) {
      if (recorder.push(new Map([['a', pulseId]]), BigInt(pulseId), time)) accepted.push(pulseId);
    }
    expect(accepted.length).to.be.within(1000, 1100);
    await recorder.room();
    expect(recorder.push(new Map([['a', 2000]]), 2000n, time)).to.equal(true);
    await recorder.close();
    expect(readWithH5py(file)['/header1/pulse_id']!.values).to.deep.equal([...accepted, 2000]);
  });

  it('cannot be begun where nothing can be written, or in an unknown layout', async () => {
    const error = async (parameters: JsonObject) =>
      write(parameters, []).then(
        () => 'no error',
        (reason: Error) => reason.message,
      );
    expect(await error({ file: join(folder, 'missing/out.h5') })).to.match(/^HDF5 file '.*out\.h5': .*/);
    expect(await error({ file: '' })).to.equal('File name not defined');
    expect(await error({ layout: 'TREE' })).to.equal(
      `Invalid value of 'layout': "TREE". It must be one of DEFAULT, FLAT, BSH5.`,
    );
  });
});
