import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { validate } from 'dockerfile-utils';
import { parseDocument } from 'yaml';
import { packageRoot, packageVersion } from '../../src/common/package.js';

const deploy = join(packageRoot, 'deploy');
const ROLES = ['camera-manager', 'pipeline-manager', 'camera-worker', 'pipeline-worker'] as const;

/** What yamllint is told: our style, where it differs from its own. */
const YAML_RULES = `{extends: default, rules: {line-length: {max: 160}, document-start: disable,
  comments: {min-spaces-from-content: 1}, braces: {max-spaces-inside: 1}, truthy: {check-keys: false}}}`;

function read(path: string): string {
  return readFileSync(join(deploy, path), 'utf8');
}

/** The document as data; its faults fail the test. */
function yaml(path: string): unknown {
  const document = parseDocument(read(path), { merge: true });
  expect(
    document.errors.map(({ message }) => message),
    path,
  ).to.deep.equal([]);
  return document.toJS();
}

/** `a.b.c` of every leaf and branch. */
function paths(value: unknown, prefix = ''): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  return Object.entries(value).flatMap(([key, child]) => [prefix + key, ...paths(child, `${prefix}${key}.`)]);
}

describe('files for deployment', () => {
  it('describe an image without faults', () => {
    const problems = validate(read('container/Containerfile')).map(
      ({ message, range }) => `line ${range.start.line + 1}: ${message}`,
    );
    expect(problems).to.deep.equal([]);
    // the image links to it as it is here
    expect(statSync(join(packageRoot, 'bin', 'camserver.js')).mode & 0o111).to.equal(0o111);
  });

  it('describe the simulated cluster for compose', () => {
    const { services } = yaml('container/compose.yaml') as {
      services: { cluster: { read_only: boolean; image: string } };
    };
    expect(services.cluster).to.include({ read_only: true, image: `camserver:${packageVersion}` });
  });

  it('have a chart whose templates use exactly the values that it offers', () => {
    const chart = yaml('helm/camserver/Chart.yaml') as { version: string; appVersion: string };
    expect([chart.version, chart.appVersion]).to.deep.equal([packageVersion, packageVersion]);
    const offered = paths(yaml('helm/camserver/values.yaml'));
    const templates = readdirSync(join(deploy, 'helm/camserver/templates'))
      .map((name) => read(`helm/camserver/templates/${name}`))
      .join('\n');
    const used = [...new Set([...templates.matchAll(/\.Values\.([\w.]+)/g)].map(([, path]) => path!))];
    expect(used.filter((path) => !offered.includes(path))).to.deep.equal([]);
    const isUsed = (path: string): boolean =>
      used.some((known) => known === path || known.startsWith(`${path}.`) || path.startsWith(`${known}.`));
    expect(offered.filter((path) => !isUsed(path))).to.deep.equal([]);
    expect(templates.split('{{').length).to.equal(templates.split('}}').length);
  });

  for (const kind of ['manager', 'worker'] as const) {
    it(`have a chart that gives ${kind}s options that they know`, () => {
      const template = read(`helm/camserver/templates/${kind}s.yaml`);
      const used = [...template.matchAll(/^ +- (--[\w-]+)=/gm)].map(([, option]) => option!);
      expect(used).to.include('--port').and.have.length.above(5);
      for (const family of ['camera', 'pipeline'] as const) {
        const program = join(packageRoot, 'bin', 'camserver.js');
        const { stdout } = spawnSync(process.execPath, [program, `${family}-${kind}`, '--help'], {
          encoding: 'utf8',
        });
        const known = new Set(stdout.match(/--[\w-]+/g));
        const unknown = used.filter((option) => !known.has(option));
        // the template gives the address of the cameras to pipelines only
        expect(unknown, family).to.deep.equal(family === 'camera' ? ['--cam_server'] : []);
      }
    });
  }

  it('have a chart whose workers find the folders that they do not make themselves', () => {
    const template = read('helm/camserver/templates/workers.yaml');
    const named = [...template.matchAll(/--\w+_base=(\S+)/g)].map(([, path]) => path!);
    const mounts = [...template.matchAll(/\{ name: ([\w-]+), mountPath: ([^ ,]+)/g)];
    expect(named).to.have.length.above(1);
    expect(mounts.map(([, , path]) => path)).to.include.members(named);
    const volumes = [...template.slice(template.indexOf('volumes:')).matchAll(/- name: ([\w-]+)/g)];
    expect(mounts.map(([, name]) => name)).to.have.members(volumes.map(([, name]) => name!));
  });

  it('have an Ansible role in valid YAML, with the same options as the units', () => {
    for (const part of ['tasks', 'handlers', 'defaults']) yaml(`ansible/roles/camserver/${part}/main.yml`);
    yaml('ansible/cluster.yml');
    const { camserver_options: options } = yaml('ansible/roles/camserver/defaults/main.yml') as {
      camserver_options: Record<string, string>;
    };
    expect(Object.keys(options)).to.deep.equal([...ROLES]);
    for (const role of ROLES) {
      const unit = /^CAMSERVER_OPTIONS=(.*)$/m.exec(read(`systemd/${role}.env`))![1]!;
      const names = (text: string): string[] => text.match(/--[\w-]+/g) ?? [];
      expect(names(options[role]!)).to.deep.equal(names(unit));
    }
  });

  it('are YAML as yamllint wants it', () => {
    const files = [
      ...['ansible', 'observe/alerts.yaml', 'container/compose.yaml'],
      ...['helm/camserver/values.yaml', 'helm/camserver/Chart.yaml'],
    ];
    const { status, stdout, stderr } = spawnSync('yamllint', ['--strict', '-d', YAML_RULES, ...files], {
      cwd: deploy,
      encoding: 'utf8',
    });
    expect(status, stdout + stderr).to.equal(0);
  });

  describe('Ansible', () => {
    let folder: string;
    before(() => {
      folder = mkdtempSync(join(tmpdir(), 'camserver-ansible-'));
    });
    after(() => rmSync(folder, { recursive: true, force: true }));

    const ansible = (command: string, options: readonly string[]): void => {
      const { status, stdout, stderr } = spawnSync(command, ['-i', 'localhost,', ...options], {
        cwd: join(deploy, 'ansible'),
        encoding: 'utf8',
        env: {
          ...process.env,
          ANSIBLE_HOME: folder,
          ANSIBLE_LOCAL_TEMP: folder,
          ANSIBLE_REMOTE_TEMP: folder,
        },
      });
      expect(status, stdout + stderr).to.equal(0);
    };

    it('takes the playbook with its role', () => {
      ansible('ansible-playbook', ['--syntax-check', 'cluster.yml']);
    });

    it('writes options that the role of CamServer knows', () => {
      const written = join(folder, 'pipeline-worker.env');
      const template = join(deploy, 'ansible/roles/camserver/templates/role.env.j2');
      ansible('ansible', [
        ...['localhost', '-c', 'local', '-m', 'ansible.builtin.template'],
        ...['-a', `src=${template} dest=${written}`, '-e', '@roles/camserver/defaults/main.yml'],
        ...['-e', 'item=pipeline-worker', '-e', 'camserver_manager_host=manager-1'],
        ...['-e', 'camserver_pool_secret=for-this-test'],
      ]);
      const options = /^CAMSERVER_OPTIONS=(.*)$/m.exec(readFileSync(written, 'utf8'))![1]!;
      expect(options).to.contain('--cam_server http://manager-1:8888').and.contain('--secret-file');
      expect(options).to.match(/--register http:\/\/manager-1:8889$/);
      const program = join(packageRoot, 'bin', 'camserver.js');
      const help = spawnSync(process.execPath, [program, 'pipeline-worker', '--help'], { encoding: 'utf8' });
      const known = new Set(help.stdout.match(/--[\w-]+/g));
      expect(options.match(/--[\w-]+/g)!.filter((option) => !known.has(option))).to.deep.equal([]);
    });
  });
});
