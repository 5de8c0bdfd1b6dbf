import { expect } from 'chai';
import { arrayValue, type ChannelValue, isArrayValue, TypedScalar } from '../../src/common/values.js';
import type { HeaderSettings, PreparedMessage } from '../../src/streaming/header-strategy.js';
import { createHeaderStrategy, readHeaderMode } from '../../src/streaming/header-strategy.js';

const ON_CHANGE: HeaderSettings = {
  mode: 'on_change',
  allowTypeChanges: true,
  allowShapeChanges: true,
  compression: 'none',
};

/** Writes what is sent as `name:type[shape]=value`, with `H` in front for a new header. */
function describeMessage(message: PreparedMessage | null): string {
  if (message === null) return 'nothing';
  const channels = message.definitions.map((definition, index) => {
    const value = message.values[index]!;
    return `${definition.name}:${definition.type}[${definition.shape}]=${describeValue(value)}`;
  });
  return (message.newHeader ? 'H ' : '') + channels.join(' ');
}

function describeValue(value: ChannelValue): string {
  if (value === null) return 'null';
  if (isArrayValue(value)) return `${value.type}(${value.data.length})`;
  return value instanceof TypedScalar ? `${value.type}(${value.value})` : String(value);
}

function send(settings: Partial<HeaderSettings>, messages: Record<string, ChannelValue>[]): string[] {
  const strategy = createHeaderStrategy({ ...ON_CHANGE, ...settings });
  return messages.map((message) => describeMessage(strategy(new Map(Object.entries(message)))));
}

function sendOne(settings: Partial<HeaderSettings>, values: ChannelValue[]): string[] {
  return send(
    settings,
    values.map((a) => ({ a })),
  );
}

const float32 = (value: number): TypedScalar => new TypedScalar('float32', value);
const u16 = (length: number): ChannelValue => arrayValue(new Uint16Array(length));
const f32 = (length: number): ChannelValue => arrayValue(new Float32Array(length));
const f64 = (length: number): ChannelValue => arrayValue(new Float64Array(length));

describe('header strategy', () => {
  it('reads create_header', () => {
    expect([true, 1, 'always'].map(readHeaderMode)).to.deep.equal(['always', 'always', 'always']);
    expect([false, 0, 'once'].map(readHeaderMode)).to.deep.equal(['once', 'once', 'once']);
    expect([undefined, null, 'on_change', 2, []].map(readHeaderMode)).to.deep.equal(
      Array(5).fill('on_change'),
    );
  });

  it('follows null values and channels that come and go', () => {
    const sent = send({}, [
      { a: null },
      { a: null, b: 1n },
      { a: 2n, b: 1n },
      { a: null, b: 1n },
      { a: 3.5, b: null },
      { a: 3.5 },
      { a: 3.5, b: null },
      { a: 3.5, b: 2n },
    ]);
    expect(sent).to.deep.equal([
      'nothing',
      'H b:int64[1]=1',
      'H a:int64[1]=2 b:int64[1]=1',
      'a:int64[1]=null b:int64[1]=1',
      'H a:float64[1]=3.5 b:int64[1]=null',
      'H a:float64[1]=3.5',
      'a:float64[1]=3.5',
      'H a:float64[1]=3.5 b:int64[1]=2',
    ]);
  });

  it('keeps scalars of one kind under one header as long as they fit it', () => {
    const values = [float32(1), 1, new TypedScalar('uint8', 1), 5n, true, 'x'];
    expect(sendOne({}, values)).to.deep.equal([
      'H a:float32[1]=float32(1)',
      'a:float32[1]=float32(1)',
      'H a:uint8[1]=uint8(1)',
      'a:uint8[1]=uint8(5)',
      'H a:bool[1]=true',
      'H a:string[1]=x',
    ]);
  });

  it('announces a scalar anew when the announced type cannot hold it', () => {
    const values = [float32(1), 0.1, new TypedScalar('uint16', 7), new TypedScalar('int32', -7)];
    expect(sendOne({}, values)).to.deep.equal([
      'H a:float32[1]=float32(1)',
      'H a:float64[1]=0.1',
      'H a:uint16[1]=uint16(7)',
      'H a:int32[1]=int32(-7)',
    ]);
  });

  it('announces arrays by shape and element type', () => {
    const list = (value: ChannelValue): ChannelValue => value;
    const values = [
      u16(3),
      u16(4),
      f32(3),
      list(arrayValue(new BigInt64Array(3))),
      list(f64(3)),
      new TypedScalar('int64', 1n),
    ];
    expect(sendOne({}, values)).to.deep.equal([
      'H a:uint16[3]=uint16(3)',
      'H a:uint16[4]=uint16(4)',
      'H a:float32[3]=float32(3)',
      'H a:int64[3]=int64(3)',
      'H a:float64[3]=float64(3)',
      'H a:int64[1]=int64(1)',
    ]);
  });

  it('gives null for a forbidden shape change and leaves the header alone', () => {
    const sent = sendOne({ allowShapeChanges: false }, [u16(3), u16(4), u16(3), f32(3), 1.5]);
    expect(sent).to.deep.equal([
      'H a:uint16[3]=uint16(3)',
      'a:uint16[3]=null',
      'a:uint16[3]=uint16(3)',
      'H a:float32[3]=float32(3)',
      'a:float32[3]=null',
    ]);
  });

  it('gives null for a forbidden type change and leaves the header alone', () => {
    const sent = sendOne({ allowTypeChanges: false }, [u16(3), f32(3), u16(4), f64(4)]);
    expect(sent).to.deep.equal([
      'H a:uint16[3]=uint16(3)',
      'a:uint16[3]=null',
      'H a:uint16[4]=uint16(4)',
      'a:uint16[4]=null',
    ]);
  });

  it('announces the last known type of a channel that is null while the header changes', () => {
    const sent = send({}, [
      { a: u16(3), b: 1n },
      { a: null, b: 1.5 },
      { a: u16(3), b: 1.5 },
    ]);
    expect(sent).to.deep.equal([
      'H a:uint16[3]=uint16(3) b:int64[1]=1',
      'H a:uint16[3]=null b:float64[1]=1.5',
      'a:uint16[3]=uint16(3) b:float64[1]=1.5',
    ]);
  });

  it('keeps the announced order when the same channels come in another one', () => {
    expect(
      send({}, [
        { a: 1n, b: 'x' },
        { b: 'y', a: 2n },
      ]),
    ).to.deep.equal(['H a:int64[1]=1 b:string[1]=x', 'a:int64[1]=2 b:string[1]=y']);
  });

  it('gives the shape fastest dimension first and the compression', () => {
    const strategy = createHeaderStrategy({ ...ON_CHANGE, compression: 'bitshuffle_lz4' });
    const image = arrayValue(new Uint16Array(12), [3, 4]);
    expect(strategy(new Map([['image', image]]))!.definitions).to.deep.equal([
      { name: 'image', type: 'uint16', shape: [4, 3], encoding: 'little', compression: 'bitshuffle_lz4' },
    ]);
  });

  it('always: announces each message, null as one float64', () => {
    expect(send({ mode: 'always' }, [{ a: null, b: 1n }, { b: 1n }, {}])).to.deep.equal([
      'H a:float64[1]=null b:int64[1]=1',
      'H b:int64[1]=1',
      'nothing',
    ]);
  });

  it('once: later messages obey the first one', () => {
    const sent = send({ mode: 'once' }, [
      { a: u16(3), b: null },
      { a: u16(3), b: 2n, c: 'x' },
      { a: f32(3), b: 2.5 },
      { b: 'text' },
    ]);
    expect(sent).to.deep.equal([
      'H a:uint16[3]=uint16(3) b:float64[1]=null',
      'a:uint16[3]=uint16(3) b:float64[1]=float64(2)',
      'a:uint16[3]=null b:float64[1]=2.5',
      'a:uint16[3]=null b:float64[1]=null',
    ]);
  });
});
