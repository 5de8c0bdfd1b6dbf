/** What is changed in the commands of a page before they are typed: names of a site, ports in use, and programs without an end. */
import type { PortRange } from '../../src/instances/index.js';
import { samplesOf } from './samples.js';

/** What stands for the names of a site. */
export interface Site {
  readonly cameras: string;
  readonly pipelines: string;
  /** `host:port` of the pipeline workers. */
  readonly workers: readonly string[];
  /** Free ports. */
  readonly ports: PortRange;
  /** A folder with all configurations of the simulated cluster. */
  readonly configuration: string;
  /** The folder of the state of the pipeline manager. */
  readonly state: string;
}

type Edit = readonly [from: string | RegExp, to: string];

/** In all pages: what has no end gets one, and the cameras of this cluster are at another address. */
const always: readonly Edit[] = [
  [/(\bwatch )(?!.* -n )([^#\n]*?)( *(?:#.*)?)$/gm, '$1$2 -n 2$3'],
  [/(\bwatch (?:[^\n]* )?--camera\b)/g, '$1 --server http://localhost:8888'],
  [/ \| less\b/g, ' | cat'],
  // its answer and errors only
  [/\bcurl (?!-s)/g, 'curl --silent --show-error '],
];

export function editsOf(page: string, site: Site): readonly Edit[] {
  return [...always, ...(ofPages(site)[page] ?? [])];
}

export function edited(commands: string, edits: readonly Edit[]): string {
  return edits.reduce(
    (text, [from, to]) => (typeof from === 'string' ? text.replaceAll(from, to) : text.replace(from, to)),
    commands,
  );
}

function ofPages({
  cameras,
  workers,
  ports: { from },
  configuration,
  state,
  pipelines,
}: Site): Record<string, readonly Edit[]> {
  const session = samplesOf('docs/clients.md').find(({ language }) => language === 'ts')?.text;
  const folders = `--state ./state -b ${configuration}/pipeline_config`;
  return {
    'docs/cameras.md': [
      [/^(node bin\/camserver\.js simulate --type .*)$/gm, '$1 -n 3 --port 0 --ca_port 0'],
      [
        /^(node bin\/camserver\.js simulate --type bsread)/m,
        `python3 -c "import h5py, numpy; h5py.File('recorded.h5', 'w')['images'] = numpy.ones((3, 48, 64), 'u2')"\n$1`,
      ],
    ],
    'docs/clients.md': [['node session.mjs', `cat > session.mjs <<'END'\n${session}\nEND\nnode session.mjs`]],
    'docs/deploy-a-cluster.md': [
      [/^npm start .*$/m, ''],
      [
        'node bin/camserver.js start --hosts 3',
        `lasting 'All answer' node bin/camserver.js start --hosts 3 --data ./three --camera-port ${from} --pipeline-port ${from + 1} ` +
          `--worker-ports ${from + 2} --camera-streams ${from + 8}:${from + 18} --pipeline-streams ${from + 18}:${from + 28}`,
      ],
      [/\/var\/lib\/camserver\//g, './'],
      [
        /^camserver camera-worker /m,
        `lasting 'on http' camserver camera-worker -p ${from + 28} -i 127.0.0.1 --state ./state-1 `,
      ],
      [
        /^camserver pipeline-worker +--hostname/m,
        `lasting 'on http' camserver pipeline-worker -p ${from + 29} -i 127.0.0.1 --state ./state-2 --hostname`,
      ],
      [
        /^camserver camera-manager /m,
        `lasting 'on http' camserver camera-manager -p ${from + 30} -i 127.0.0.1 --state ./state-3 `,
      ],
      [
        /^camserver pipeline-manager +--hostname/m,
        `lasting 'on http' camserver pipeline-manager -p ${from + 31} -i 127.0.0.1 --state ./state-4 --hostname`,
      ],
      [
        'camserver pipeline-manager … ',
        `lasting 'on http' camserver pipeline-manager -p ${from + 32} -i 127.0.0.1 ${folders} `,
      ],
      [
        'camserver pipeline-worker  … ',
        `lasting 'on http' camserver pipeline-worker -p ${from + 33} -i 127.0.0.1 --state ./state-5 --scripts_base ./worker/scripts --background_base ./worker/pipeline_backgrounds `,
      ],
      ['--register http://manager:8889', `--register http://127.0.0.1:${from + 32}`],
      [/--hostname (manager|host-1)/g, '--hostname 127.0.0.1'],
      ['http://host-1:8880', `http://127.0.0.1:${from + 28}`],
      ['http://host-1:8881', `http://127.0.0.1:${from + 29}`],
      ['http://manager:8888', cameras],
      ['http://manager:8889', pipelines],
    ],
    'docs/migrate.md': [
      [/\/path\/to\/configuration/g, configuration],
      [/\/tmp\/trial/g, './trial'],
      [
        /^(camserver (?:camera|pipeline)-server) /gm,
        "lasting 'on http' $1 -i 127.0.0.1 -n 127.0.0.1 --state ./trial/state ",
      ],
      [/18888/g, String(from)],
      [/18889/g, String(from + 1)],
      ['<pipeline>', 'simulation_sp'],
      [/(-p \d+)( -b \S+camera)/, `$1 -r ${from + 2}:${from + 12}$2`],
      [/(-p \d+)( -b \S+pipeline)/, `$1 -r ${from + 12}:${from + 22}$2`],
    ],
    'docs/observe.md': [
      ['host-1:8881', workers[0]!],
      [/^(camserver log-level warning --cameras)$/m, `$1 --server ${cameras}`],
    ],
    'docs/operate.md': [
      ['-n 100 ', '-n 5 '],
      // the answer to the capture holds the id of the background
      [
        /(\/background\?n_images=10").*$/m,
        "$1 | tee captured\nBACKGROUND=$$(grep -o 'simulation_[0-9_]*' captured)",
      ],
      ['/background/<id>/', '/background/$$BACKGROUND/'],
      ['"<id>"', `"'$$BACKGROUND'"`],
      ['@my_function.py', '@config/user_scripts/script_image_python.py'],
      [/host-1:8881/g, workers[0]!],
      ['host-2:8881', workers[1]!],
      ['camserver logs simulation_sp -f', 'lasting . camserver logs simulation_sp -f'],
      [/^camserver config put new_sp new_sp.json/m, `echo '{"camera_name": "simulation"}' > new_sp.json\n$&`],
      ['for kind in', 'mkdir -p .vscode\nfor kind in'],
    ],
    'docs/security.md': [['configuration/state/pipeline-manager-8889', state]],
    'docs/troubleshoot.md': [
      ['<id>', 'simulation_sp'],
      ['<camera>', 'simulation'],
      ['<name>', 'simulation_sp'],
      ['http://<worker>:8881', `http://${workers[0]!}`],
      ['<state folder>', state],
    ],
  };
}
