import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect } from 'chai';
import {
  formatLogRecord,
  Logging,
  type LoggingOptions,
  type LogRecord,
  LogRing,
} from '../../src/common/logging.js';
import { packageRoot } from '../../src/common/package.js';

function collect(options: LoggingOptions): { logging: Logging; lines: string[] } {
  const lines: string[] = [];
  const logging = new Logging({ ...options, destination: { write: (line) => lines.push(line) } });
  return { logging, lines };
}

describe('common/logging', () => {
  it('begins with the record that clients know', () => {
    const [time, ...rest] = new Logging({ destination: null }).ring.records()[0]!;
    expect(time).to.match(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
    expect(rest).to.deep.equal(['cam_server', 'INFO', 'Start logging']);
  });

  it('keeps the last records in order', () => {
    const ring = new LogRing(3);
    const record = (message: string): LogRecord => ['', '', '', message];
    expect(ring.records()).to.deep.equal([]);
    for (const message of ['a', 'b', 'c', 'd', 'e']) ring.push(record(message));
    expect(ring.records().map((entry) => entry[3])).to.deep.equal(['c', 'd', 'e']);
  });

  it('obeys the level, which may change at run time', () => {
    const { logging } = collect({ level: 'WARNING' });
    const log = logging.logger('x');
    log.info('not yet');
    logging.setLevel('DEBUG');
    log.debug('now');
    expect(logging.ring.records().map((entry) => entry[3])).to.deep.equal(['now']);
  });

  it('shows records of instances with their suffix and does not keep them', () => {
    const record = ['2026-01-02 03:04:05', 'cam_server.instance', 'INFO', 'bound'] as const;
    const text = collect({});
    text.logging.showInstanceRecord('camera:CAM1', record);
    expect(text.lines.at(-1)).to.equal(
      '2026-01-02 03:04:05 - cam_server.instance - INFO - bound [camera:CAM1]\n',
    );
    expect(text.logging.ring.records()).to.have.length(1);
    const json = collect({ format: 'json' });
    json.logging.showInstanceRecord('camera:CAM1', record);
    expect(JSON.parse(json.lines.at(-1)!)).to.include({ instance: 'camera:CAM1', message: 'bound' });
  });

  it('writes readable lines with suffix and stack, and records without', () => {
    const { logging, lines } = collect({ suffix: 'camera:CAM1' });
    logging.logger('a.b').error('bad\nthing', new Error('cause'));
    expect(lines[1]).to.match(/^\d{4}-.* - a\.b - ERROR - bad\\nthing \[camera:CAM1\]\nError: cause\n +at /);
    expect(logging.ring.records()[1]!.slice(1)).to.deep.equal(['a.b', 'ERROR', 'bad\nthing']);
  });

  it('writes JSON lines for collectors', () => {
    const { logging, lines } = collect({ format: 'json', suffix: 'camera:CAM1' });
    logging.logger('a').critical('x', new Error('cause'));
    const line = JSON.parse(lines[1]!);
    expect(line).to.include({ level: 'CRITICAL', logger: 'a', message: 'x', instance: 'camera:CAM1' });
    expect(line.stack).to.contain('Error: cause');
    expect(line.time).to.match(/Z$/);
  });

  it('hides passwords in addresses and cuts endless messages', () => {
    const { logging } = collect({});
    logging.logger('x').info('connecting to redis://user:secret@host:6379 and redis://:secret@host');
    logging.logger('x').info('y'.repeat(1_000_000));
    const [, first, second] = logging.ring.records();
    expect(first![3]).to.equal('connecting to redis://***@host:6379 and redis://***@host');
    expect(second![3].length).to.equal(10_001);
  });

  it('tells listeners until they leave', () => {
    const { logging } = collect({});
    const heard: string[] = [];
    const leave = logging.onRecord((record) => heard.push(record[3]));
    logging.logger('x').info('one');
    leave();
    logging.logger('x').info('two');
    expect(heard).to.deep.equal(['one']);
  });

  it('writes to standard error, and everything before the process ends', () => {
    const module = JSON.stringify(join(packageRoot, 'dist', 'src', 'common', 'logging.js'));
    const program = `
      import { Logging } from ${module};
      const log = new Logging().logger('x');
      for (let turn = 0; turn < 1000; turn += 1) log.info('line ' + turn);
      process.exit(3);`;
    const result = spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' });
    const lines = result.stderr.trimEnd().split('\n');
    expect([result.status, result.stdout, lines.length]).to.deep.equal([3, '', 1001]);
    expect(lines[1000]).to.match(/ - x - INFO - line 999$/);
  });

  it('shows control characters instead of sending them to terminals', () => {
    expect(formatLogRecord(['t', 'l', 'INFO', 'a\u001b[2Jb\tc'])).to.equal('t - l - INFO - a\\x1b[2Jb c');
  });
});
