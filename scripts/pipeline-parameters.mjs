// Writes docs/pipeline-parameters.md from the table of parameters. Run `npm run setup` first: it reads the compiled table.
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parameterDocumentation } from '../dist/src/worker/configuration/documentation.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
writeFileSync(join(root, 'docs', 'pipeline-parameters.md'), parameterDocumentation());
