import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { AuditLog, type AuditLogOptions, findAuditRecords, verifyAuditLog } from '../../src/storage/index.js';

describe('storage/audit log', () => {
  let folder: string;
  let faults: string[];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'camserver-audit-'));
    faults = [];
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const openLog = (options: Partial<AuditLogOptions> = {}): Promise<AuditLog> =>
    AuditLog.open(folder, { onFault: (text) => faults.push(text), ...options });
  const write = async (count: number, options: Partial<AuditLogOptions> = {}): Promise<void> => {
    const log = await openLog(options);
    for (let index = 0; index < count; index += 1) await log.append(entry(index));
    await log.close();
  };
  const entry = (index: number): object => ({
    time: new Date(Date.UTC(2026, 0, 1, 0, 0, index)).toISOString(),
    action: index % 2 === 0 ? 'even' : 'odd',
    target: `"ü\n${index}`,
  });
  const files = (): string[] => readdirSync(folder).filter((name) => name.endsWith('.jsonl'));
  const change = (edit: (text: string) => string, file = files()[0]!): void =>
    writeFileSync(join(folder, file), edit(readFileSync(join(folder, file), 'utf8')));

  it('is a chain that holds, also over files and restarts', async () => {
    await write(3);
    await write(200, { fileBytes: 5000 });
    expect(files().length).to.be.greaterThan(3);
    expect(await verifyAuditLog(folder)).to.deep.include({ records: 203, fault: null, sequence: 203 });
    expect(faults).to.deep.equal([]);
  });

  it('keeps the order of records written at the same time', async () => {
    const log = await openLog();
    await Promise.all(Array.from({ length: 50 }, (_, index) => log.append(entry(index))));
    await log.close();
    expect(await verifyAuditLog(folder)).to.deep.include({ records: 50, fault: null });
  });

  it('notices a changed, a removed, an added and an exchanged record', async () => {
    await write(5);
    const original = readFileSync(join(folder, files()[0]!), 'utf8');
    const faultAfter = async (edit: (lines: string[]) => string[]): Promise<string | null> => {
      change(() => `${edit(original.trimEnd().split('\n')).join('\n')}\n`);
      return (await verifyAuditLog(folder)).fault;
    };
    expect(await faultAfter((lines) => lines)).to.equal(null);
    expect(await faultAfter((lines) => lines.map((line) => line.replace('odd', 'ODD')))).to.match(
      /:2: the record was changed/,
    );
    expect(await faultAfter((lines) => lines.toSpliced(1, 1))).to.match(/:2: records are missing.*3 follows/);
    expect(await faultAfter((lines) => lines.toSpliced(1, 0, lines[0]!))).to.match(/:2: records/);
    expect(await faultAfter((lines) => [...lines.slice(0, 3), lines[4]!, lines[3]!])).to.match(/:4: records/);
    expect(await faultAfter((lines) => lines.slice(0, -1))).to.match(/ends at record 4, but record 5/);
    expect(await faultAfter((lines) => lines.with(2, 'nonsense'))).to.match(/:3: this is not a record/);
  });

  it('says so when it finds itself cut, and goes on', async () => {
    await write(3);
    change((text) => `${text.split('\n').slice(0, 2).join('\n')}\n`);
    await write(1);
    expect(faults[0]).to.match(/ends at record 2, but record 3 was written/);
    const { records } = await findAuditRecords(folder, {
      before: null,
      limit: 9,
      from: null,
      matches: () => true,
    });
    expect(records.map(({ action }) => action)).to.deep.equal(['even', 'audit.truncated', 'odd', 'even']);
  });

  it('survives a record cut short by a crash', async () => {
    await write(2);
    appendFileSync(join(folder, files()[0]!), '{"sequence":3,"ti');
    expect((await verifyAuditLog(folder)).fault).to.match(/last line is not finished/);
    await write(1);
    expect(faults[0]).to.match(/unfinished record/);
    expect(await verifyAuditLog(folder)).to.deep.include({ records: 3, fault: null });
  });

  it('removes what is too old and still verifies', async () => {
    await write(100, { fileBytes: 3000, keepDays: 36_500 });
    const before = files().length;
    // all of them are in the past; the newest file stays
    await write(30, { fileBytes: 3000, keepDays: 0 });
    expect(files().length).to.be.lessThan(before);
    const { fault, sequence } = await verifyAuditLog(folder);
    expect([fault, sequence]).to.deep.equal([null, 130]);
  });

  it('finds the newest first, in pages', async () => {
    await write(20, { fileBytes: 1000 });
    const find = (before: number | null) =>
      findAuditRecords(folder, { before, limit: 4, from: null, matches: ({ action }) => action === 'odd' });
    const first = await find(null);
    expect(first.records.map(({ sequence }) => sequence)).to.deep.equal([20, 18, 16, 14]);
    const second = await find(first.next);
    expect(second.records.map(({ sequence }) => sequence)).to.deep.equal([12, 10, 8, 6]);
    const third = await find(second.next);
    expect(third.records.map(({ sequence }) => sequence)).to.deep.equal([4, 2]);
    expect(third.next).to.equal(null);
  });

  it('ends the search at a time', async () => {
    await write(10);
    const from = Date.UTC(2026, 0, 1, 0, 0, 7);
    const { records } = await findAuditRecords(folder, {
      before: null,
      limit: 99,
      from,
      matches: () => true,
    });
    expect(records.map(({ sequence }) => sequence)).to.deep.equal([10, 9, 8]);
  });
});
