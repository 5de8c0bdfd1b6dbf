/** Preferences of this browser. */
import type { JSX } from 'preact';
import { COLORMAPS } from '../core/colormaps.js';
import { changeSettings, type Settings, settings } from '../data/settings.js';
import { Button } from '../ui/basics.jsx';
import { Panel } from '../ui/panel.jsx';
import { PageHead } from '../ui/shell.jsx';

export function SettingsScreen(): JSX.Element {
  const { theme, density, singleKeys, calm, colormap } = settings.value;
  return (
    <div class="stack prose">
      <PageHead title="Settings" />
      <Panel id="settings" title="This browser">
        <label class="field">
          <span>Theme</span>
          <select
            value={theme}
            onChange={(event) => changeSettings({ theme: event.currentTarget.value as Settings['theme'] })}
          >
            <option value="system">as the system</option>
            <option value="dark">dark</option>
            <option value="light">light</option>
          </select>
        </label>
        <label class="field">
          <span>Rows of tables</span>
          <select
            value={density}
            onChange={(event) =>
              changeSettings({ density: event.currentTarget.value as Settings['density'] })
            }
          >
            <option value="compact">compact</option>
            <option value="comfortable">comfortable</option>
          </select>
        </label>
        <label class="field">
          <span>Colour map of pictures</span>
          <select
            value={colormap}
            onChange={(event) => changeSettings({ colormap: event.currentTarget.value })}
          >
            {COLORMAPS.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
        <label class="check">
          <input
            type="checkbox"
            checked={calm}
            onChange={(event) => changeSettings({ calm: event.currentTarget.checked })}
          />
          Calm pictures: two per second at most, slow changes of the range
        </label>
        <label class="check">
          <input
            type="checkbox"
            checked={singleKeys}
            onChange={(event) => changeSettings({ singleKeys: event.currentTarget.checked })}
          />
          Shortcuts of a single key
        </label>
        <div class="row">
          <Button onClick={() => changeSettings({ hiddenColumns: [], railCollapsed: null })}>
            Show all columns as at first
          </Button>
        </div>
      </Panel>
    </div>
  );
}
