import { render } from 'preact';
import { App } from './app.jsx';
import { loadSite, messageOf } from './data/api.js';
import { startPlant } from './data/plant.js';
import { loadSession } from './data/session.js';
import './styles/index.css';

const root = document.getElementById('app')!;

async function start(): Promise<void> {
  try {
    await loadSite();
  } catch (error) {
    root.textContent = `The console cannot start: ${messageOf(error)} Reload the page to try again.`;
    return;
  }
  root.replaceChildren();
  render(<App />, root);
  startPlant();
  // without an answer the user stays an anonymous viewer, which is the safe side
  loadSession().catch(() => undefined);
}

void start();
