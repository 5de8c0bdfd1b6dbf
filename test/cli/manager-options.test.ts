import { expect } from 'chai';
import { Command } from 'commander';
import { addManagerOptions, type ManagerOptions, poolSettings } from '../../src/cli/manager-options.js';

/** The settings that a command line gives. */
function settingsOf(...commandLine: string[]): ReturnType<typeof poolSettings> {
  const command = addManagerOptions(new Command(), 8889, 'pipeline_config').exitOverride();
  command.parse(commandLine, { from: 'user' });
  return poolSettings(command.opts<ManagerOptions>());
}

describe('options of managers', () => {
  it('reads the command line of a production site', () => {
    const settings = settingsOf(
      ...['--port=8889', '--web_server=cherrypy', '--client_timeout=10.0', '--update_timeout=2.0'],
      ...['-s', 'http://host-1:8881,http://host-2:8881'],
    );
    expect(settings).to.include({
      port: 8889,
      clientTimeout: 10_000,
      updateTimeout: 2000,
      servers: 'http://host-1:8881,http://host-2:8881',
    });
    expect(settings.configFolder).to.match(/\/configuration\/pipeline_config$/);
  });

  it('takes the default of the original for what was meant: milliseconds', () => {
    expect(settingsOf('-m', '2000').updateTimeout).to.equal(2000);
    expect(settingsOf('-m', '0.5').updateTimeout).to.equal(500);
    expect(settingsOf().updateTimeout).to.equal(2000);
  });
});
