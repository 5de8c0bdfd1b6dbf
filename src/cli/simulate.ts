/**
 * `camserver simulate`: a simulated device or camera, for those who have none. It prints the configuration that connects to it.
 */
import { type Command, Option } from 'commander';
import type { Peer, PeerType } from '../camera/simulation/peers/types.js';
import { parseNumber, parsePort, parseWhole } from './common-options.js';

interface SimulateOptions {
  readonly type: PeerType;
  readonly name: string;
  readonly port: number;
  readonly ca_port: number;
  readonly width: number;
  readonly height: number;
  readonly rate: number;
  readonly number: number;
  readonly repeat: number;
  readonly replay: string | undefined;
  readonly json: boolean;
}

/** Where `bsread_simulation` looks; below the ports that servers give to their streams, so that both run on one machine. */
const DEFAULT_PORT = 9999;
/** Pulses per second, of which the ids count. */
const PULSE_RATE = 100;
const PULSE_ID_DIGITS = 1_000_000n;

const TYPES: Record<PeerType, string> = {
  camera: 'the stream of a camera instance',
  bsread: 'a camera IOC that pushes a bsread stream',
  bschannel: 'a bsread stream with one image channel',
  array10: 'a detector that publishes array-1.0 messages',
  stream: 'a detector that publishes packed messages',
  epics: 'a camera IOC with the image as a waveform',
  area_detector: 'an EPICS areaDetector',
};

export function addSimulateCommand(program: Command): void {
  const types = Object.entries(TYPES).map(([type, what]) => `${type}: ${what}`);
  program
    .command('simulate')
    .description('simulate a camera, or the device behind one')
    .addOption(
      new Option('-t, --type <type>', types.join('; ')).choices(Object.keys(TYPES)).default('camera'),
    )
    .option('--name <name>', 'prefix of the process variables, and name of the camera', 'SIMULATED')
    .option('-p, --port <port>', 'port of the stream; 0: any free one', parsePort, DEFAULT_PORT)
    .option('--ca_port <port>', 'UDP port of Channel Access; 0: any free one', parsePort, 5064)
    .option('--width <pixels>', 'columns', parseWhole, 1280)
    .option('--height <pixels>', 'rows', parseWhole, 960)
    .option('-r, --rate <hertz>', 'frames per second', parseNumber, 10)
    .option('-n, --number <count>', 'end after so many frames; 0: never', parseWhole, 0)
    .option('--repeat <count>', 'make so many images and repeat them; 0: always new ones', parseWhole, 0)
    .option('--replay <file>', 'play <file>.npy, or <file>:<dataset> of HDF5, instead of a moving beam')
    .option('--json', 'what is simulated, and how to connect to it, as JSON', false)
    .action(simulate);
}

async function simulate(options: SimulateOptions): Promise<void> {
  const { width, height, rate } = options;
  if (!(width > 0 && height > 0 && rate > 0)) {
    throw new RangeError(`--width ${width}, --height ${height} and --rate ${rate} must be above 0`);
  }
  const { movingBeam, recording } = await import('../camera/simulation/images.js');
  const { openPeer } = await import('../camera/simulation/peers/peer.js');
  const { Pacer } = await import('../camera/pacing.js');

  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  const images =
    options.replay === undefined
      ? movingBeam({ width, height }, options.repeat)
      : await recording(options.replay);
  const peer = await openPeer(options.type, {
    name: options.name,
    port: options.port,
    channelAccessPort: options.ca_port,
    size: images.size,
  });
  describe(options, peer, `${images.size.width}x${images.size.height}`);
  const pacer = new Pacer(() => rate);
  const timeOf = pulseClock();
  const firstPulse = options.type === 'camera' ? 0n : BigInt(Math.floor((Date.now() * PULSE_RATE) / 1000));
  for (let frame = 0; await pacer.next(stop.signal); frame += 1) {
    if (options.number > 0 && frame >= options.number) break;
    const pulseId = firstPulse + BigInt(frame);
    await peer.send(await images.next(), pulseId, timeOf(pulseId));
  }
  await peer.close();
  await images.close();
}

/**
 * The present time; its nanoseconds encode the pulse id, as the timing system of SwissFEL writes them. Frames that catch up after
 * a delay are a millisecond apart, because receivers want times that increase.
 */
function pulseClock(): (pulseId: bigint) => { readonly seconds: bigint; readonly nanoseconds: bigint } {
  let last = 0;
  return (pulseId) => {
    last = Math.max(Date.now(), last + 1);
    const milliseconds = BigInt(last);
    const nanoseconds = (milliseconds % 1000n) * 1_000_000n + (pulseId % PULSE_ID_DIGITS);
    return { seconds: milliseconds / 1000n, nanoseconds };
  };
}

function describe({ type, name, rate, json }: SimulateOptions, peer: Peer, size: string): void {
  const { address, configuration, environment } = peer;
  if (json) {
    console.log(JSON.stringify({ type, name, size, rate, address, configuration, environment }));
    return;
  }
  const where = address === null ? `as ${name}` : `on ${address}`;
  console.log(`Simulated ${type} of ${size} pixels at ${rate} Hz ${where}`);
  if (type === 'camera') {
    console.log(`Look at it from another terminal:\n    node bin/camserver.js watch ${address}`);
    return;
  }
  const variables = Object.entries(environment).map(([key, value]) => `${key}=${value}`);
  if (variables.length > 0) console.log(`Start the camera server with:\n    ${variables.join(' ')}`);
  console.log(`Connect a camera '${name}' with this configuration:\n    ${JSON.stringify(configuration)}`);
}
