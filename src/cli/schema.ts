/** `camserver schema <kind>`: the JSON Schema of a document, for editors that complete and check while one types. */
import { Argument, type Command } from 'commander';

const KINDS = ['camera', 'pipeline', 'servers', 'permanent'] as const;

export function addSchemaCommand(program: Command): void {
  program
    .command('schema')
    .description('print the JSON Schema of a configuration, of servers.json or of permanent_instances.json')
    .addArgument(new Argument('<kind>').choices(KINDS))
    .action(async (kind: (typeof KINDS)[number]) => {
      const { documentSchemas } = await import('../proxy/v2/schema-routes.js');
      console.log(JSON.stringify(documentSchemas()[kind], null, 2));
    });
}
